//! The starter, live: interruptions that come to rest without a pop, idling, listening.

use std::sync::Arc;

use media2face::signal::HeadPose;
use media2face::{FADE_S, Model, Stream, StreamOptions};

use super::starter;
use super::stream::{Clock, RATE_HZ};
use crate::support::extent::is_full;

const FPS: usize = 30;

fn sample_of(frame: usize) -> u64 {
    (frame * RATE_HZ as usize).div_ceil(FPS) as u64
}

/// Weights, head and offsets of frames of a stream, each asked for at its time.
struct Shown {
    weights: Vec<Vec<f32>>,
    heads: Vec<HeadPose>,
    offsets: Vec<Vec<f32>>,
}

/// A host that writes sound as it is spoken and shows the faces half a second later, interrupting where it is told to.
fn show(stream: &Stream, sound: &[f32], frames: usize, interrupt_at: Option<usize>, meshes: bool) -> Shown {
    let mut clock = Clock::new(stream.model());
    let (mut shown, mut written, behind) = (Shown { weights: vec![], heads: vec![], offsets: vec![] }, 0, 15);
    let vertices = stream.offset_count();
    for tick in 0..frames + behind {
        if interrupt_at.is_some_and(|frame| tick == frame + behind) {
            stream.interrupt(sample_of(tick - behind), FADE_S).expect("interrupt");
            written = usize::MAX;
        }
        let until = sample_of(tick + 1) as usize;
        if written < until.min(sound.len()) {
            stream.write_f32(&sound[written..until.min(sound.len())]).expect("written");
            written = until.min(sound.len());
        }
        clock.run(1.0 / FPS as f64);
        let Some(frame) = tick.checked_sub(behind) else { continue };
        let (mut weights, mut offsets) =
            (vec![0.0; stream.weight_count()], vec![0.0; if meshes { vertices } else { 0 }]);
        let to_offsets = meshes.then_some(&mut offsets[..]);
        let face = stream.sample(sample_of(frame), Some(&mut weights), to_offsets).expect("kept");
        shown.weights.push(weights);
        shown.heads.push(face.head);
        shown.offsets.push(offsets);
    }
    shown
}

fn stream(model: &Arc<Model>, steps: usize) -> Stream {
    let options = StreamOptions { seed: 3, steps: Some(steps), ..StreamOptions::new(RATE_HZ, 1) };
    Stream::new(model, options).expect("stream")
}

fn channel(model: &Model, name: &str) -> usize {
    model.blendshape_names().iter().position(|other| other == name).expect("a channel")
}

/// Vertices of the lips: those that a pucker moves by more than two millimetres.
fn lips(model: &Arc<Model>) -> Vec<usize> {
    let identity = model.default_identity().expect("identity");
    let shapes = model.blendshape_offsets_mm(&identity).expect("shapes");
    let width = identity.vertices_mm().len();
    let pucker = &shapes[channel(model, "mouthPucker") * width..][..width];
    let moved = |v: &[f32]| v.iter().map(|x| x * x).sum::<f32>().sqrt() > 2.0;
    pucker.chunks_exact(3).enumerate().filter(|(_, v)| moved(v)).map(|(at, _)| at).collect()
}

/// Largest first and second difference of any of the vertices, mm, at each frame.
fn differences(offsets: &[Vec<f32>], vertices: &[usize]) -> [Vec<f32>; 2] {
    let at = |frame: usize, vertex: usize, axis: usize| offsets[frame][3 * vertex + axis];
    let most = |frame: usize, of: &dyn Fn(usize, usize, usize) -> f32| {
        let length = |vertex: usize| (0..3).map(|axis| of(frame, vertex, axis).powi(2)).sum::<f32>().sqrt();
        vertices.iter().map(|&vertex| length(vertex)).fold(0.0, f32::max)
    };
    let first = |f: usize, v: usize, a: usize| at(f, v, a) - at(f - 1, v, a);
    let second = |f: usize, v: usize, a: usize| at(f, v, a) - 2.0 * at(f - 1, v, a) + at(f - 2, v, a);
    [(2..offsets.len()).map(|f| most(f, &first)).collect(), (2..offsets.len()).map(|f| most(f, &second)).collect()]
}

#[test]
fn interrupted_mouth_is_at_rest_in_its_time_and_moves_no_faster_than_in_speech() {
    let (model, sound) = (starter::model(), starter::hello(4));
    let lips = lips(&model);
    assert!(lips.len() > 20, "{}", lips.len());
    let spoken = show(&stream(&model, 4), &sound, 100, None, true);
    let limits = differences(&spoken.offsets, &lips).map(|values| values.into_iter().fold(0.0, f32::max));
    let jaw = channel(&model, "jawOpen");
    // Where the mouth is open wide.
    let open = (30..80).filter(|&frame| spoken.weights[frame][jaw] > 0.12).step_by(3).take(4).collect::<Vec<_>>();
    assert!(open.len() >= 3, "{:?}", spoken.weights.iter().map(|w| w[jaw]).collect::<Vec<_>>());
    for frame in open.into_iter().take(if is_full() { 4 } else { 1 }) {
        let shown = show(&stream(&model, 4), &sound, frame + 40, Some(frame), true);
        for earlier in 0..frame {
            assert_eq!(shown.weights[earlier], spoken.weights[earlier], "frame {earlier} before {frame}");
        }
        let rest = frame + (0.2 * FPS as f64).ceil() as usize + 1;
        for name in ["jawOpen", "mouthClose", "mouthPucker", "mouthFunnel", "mouthLowerDownLeft", "mouthUpperUpLeft"] {
            let at = channel(&model, name);
            let most = shown.weights[rest..].iter().map(|weights| weights[at]).fold(0.0, f32::max);
            assert!(most < 0.05, "{name} is {most} after an interruption at {frame}");
        }
        let angle = |head: &HeadPose| 2.0 * head.rotation[3].abs().min(1.0).acos().to_degrees();
        let still = frame + (0.8 * FPS as f64).ceil() as usize;
        assert!(angle(&shown.heads[still]) < 1.5, "the head is at {}° at {frame}", angle(&shown.heads[still]));
        for (name, (values, limit)) in
            ["speed", "second difference"].iter().zip(differences(&shown.offsets, &lips).iter().zip(limits))
        {
            let most = values[frame - 2..].iter().copied().fold(0.0, f32::max);
            assert!(most <= 1.2 * limit, "{name} {most} mm at {frame}, in speech at most {limit}");
        }
    }
}

#[test]
fn idle_face_blinks_and_breathes_with_its_mouth_shut_and_a_listening_one_nods() {
    let model = starter::model();
    let (jaw, blink, brow) =
        (channel(&model, "jawOpen"), channel(&model, "eyeBlinkLeft"), channel(&model, "browInnerUp"));
    // Half a minute: it takes its time.
    let seconds = 30;
    let mut counts = Vec::new();
    for listens in [false, true] {
        let stream = stream(&model, 4);
        stream.set_listening(listens).expect("command");
        let shown = show(&stream, &[], seconds * FPS, None, false);
        let settled = &shown.weights[FPS..];
        let most = settled.iter().map(|weights| weights[jaw]).fold(0.0, f32::max);
        assert!(most < 0.055, "the jaw opens by {most}");
        let rises =
            |values: &[f32], over: f32| values.windows(2).filter(|pair| pair[0] < over && pair[1] >= over).count();
        let blinks = rises(&settled.iter().map(|weights| weights[blink]).collect::<Vec<_>>(), 0.5);
        assert!((2..=25).contains(&blinks), "{blinks} blinks");
        // A nod: the head goes down by 2.5 degrees within a third of a second and back.
        let pitch: Vec<f32> = shown.heads.iter().map(|head| 2.0 * head.rotation[0].asin().to_degrees()).collect();
        let dips = (12..pitch.len() - 12)
            .filter(|&f| pitch[f] - pitch[f - 9] > 2.5 && pitch[f] - pitch[f + 9] > 2.5)
            .fold((0, 0), |(count, last), f| if f > last + 30 { (count + 1, f) } else { (count, last) })
            .0;
        let raises = rises(&settled.iter().map(|weights| weights[brow]).collect::<Vec<_>>(), 0.18);
        counts.push((dips, raises));
        let moves = pitch.iter().fold(f32::MIN, |a, b| a.max(*b)) - pitch.iter().fold(f32::MAX, |a, b| a.min(*b));
        assert!(moves > 0.3, "the head moves by {moves}°");
    }
    let [(idle_nods, idle_raises), (nods, raises)] = counts[..] else { panic!("two") };
    assert_eq!((idle_nods, idle_raises), (0, 0), "an idle face does neither");
    assert!((1..=4).contains(&(nods + raises)), "{nods} nods and {raises} raises");
}
