//! The whole job with the starter pack, on the CPU and on a device: same audio, same seed, the same face.

use std::path::PathBuf;
use std::sync::Arc;

use media2face::internals::backend::select::BackendChoice;
use media2face::pack::Pack;
use media2face::{Animation, Model, Runtime, RuntimeOptions, Session, SessionOptions};

use crate::network_devices;
use crate::support::tolerance::{JOB_ANGLE, JOB_TRANSLATION_MM, JOB_VERTICES_MM, JOB_WEIGHTS};

const FPS: f32 = 30.0;
/// Vertices are compared at every frame of so many: decoding one takes a processor's driver a tenth of a second.
const VERTEX_STRIDE: usize = 16;

fn animate(backend: BackendChoice) -> Arc<Animation> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let runtime = Runtime::new(&RuntimeOptions { threads: Some(2), backend, ..RuntimeOptions::default() });
    let pack = Pack::open(root.join("models/starter.m2f")).expect("the starter pack");
    let model = Model::new(&runtime.expect("runtime"), pack).expect("model");
    let mut audio = hound::WavReader::open(root.join("samples/audio/hello.wav")).expect("the sample");
    let form = audio.spec();
    let samples: Vec<i16> = audio.samples().map(|sample| sample.expect("a sample")).collect();
    let options = SessionOptions { seed: 7, ..SessionOptions::new(form.sample_rate, u32::from(form.channels)) };
    let session = Session::new(&model, options).expect("session");
    session.push_i16(&samples).expect("push");
    session.finish().expect("finish");
    assert!(session.wait(None).expect("job"));
    session.pull().expect("job").expect("done")
}

fn differences(found: &[f32], expected: &[f32]) -> Vec<f32> {
    assert_eq!(found.len(), expected.len());
    let mut all: Vec<f32> = found.iter().zip(expected).map(|(f, e)| (f - e).abs()).collect();
    all.sort_by(f32::total_cmp);
    all
}

#[test]
fn device_gives_the_face_of_the_cpu() {
    let Some(device) = network_devices().next() else { return };
    let expected = animate(BackendChoice::Cpu);
    let found = animate(BackendChoice::Vulkan(device.options.clone()));
    let count = expected.frame_count(FPS).expect("a rate");
    let (mut found, mut expected) = (found.reader().expect("reader"), expected.reader().expect("reader"));

    let read = |reader: &mut media2face::Reader| reader.weights(FPS, 0, count).expect("weights");
    let weights = differences(&read(&mut found), &read(&mut expected));
    let found_weights = [weights[weights.len() * 999 / 1000], weights[weights.len() - 1]];
    println!("weights of {count} frames: p99.9 {:.5}, largest {:.5}", found_weights[0], found_weights[1]);
    assert!(found_weights.iter().zip(JOB_WEIGHTS).all(|(found, bar)| *found <= bar), "weights: {found_weights:?}");

    let (mut angle, mut translation) = (0.0f32, 0.0f32);
    let heads = found.heads(FPS, 0, count).expect("heads").into_iter();
    for (found, expected) in heads.zip(expected.heads(FPS, 0, count).expect("heads")) {
        for (f, e) in found.rotation.iter().zip(expected.rotation) {
            angle = angle.max((f - e).abs());
        }
        for (f, e) in found.translation_mm.iter().zip(expected.translation_mm) {
            translation = translation.max((f - e).abs());
        }
    }
    println!("head poses: quaternion {angle:.5}, translation {translation:.4} mm");
    assert!(angle <= JOB_ANGLE && translation <= JOB_TRANSLATION_MM, "{angle}, {translation} mm");

    let read = |reader: &mut media2face::Reader| -> Vec<f32> {
        let frames = (0..count).step_by(VERTEX_STRIDE);
        frames.flat_map(|frame| reader.offsets_mm(FPS, frame, 1).expect("offsets")).collect()
    };
    let vertices = differences(&read(&mut found), &read(&mut expected));
    let mean = vertices.iter().sum::<f32>() / vertices.len() as f32;
    let found = [mean, vertices[vertices.len() * 999 / 1000], vertices[vertices.len() - 1]];
    println!("vertices, mm: mean {:.4}, p99.9 {:.4}, max {:.4}", found[0], found[1], found[2]);
    assert!(found.iter().zip(JOB_VERTICES_MM).all(|(f, bar)| *f <= bar), "{found:?} mm");
}
