//! The starter's blendshapes as they are given out: sums of them against the faces that the decoder shows.

use std::sync::Arc;

use media2face::Animation;
use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::face::{FaceDecoder, FacePrograms, FaceReader};
use media2face::internals::plan::Backend;
use media2face::signal::Frames;

use super::session::{animate, options};
use super::starter;
use super::starter_face::mean_and;
use crate::support::extent::is_full;

/// Whose faces are looked at.
const FACES: [&str; 3] = ["average", "bruno", "chie"];
/// Lips of the decoded face are as good as closed below this, mm.
const CLOSED_MM: f32 = 0.5;
/// What the openings may differ by there, mm: measured 0.14 to 0.17.
const GAP_MM: f32 = 0.3;
/// 99th percentile of the distance of skin vertices over the clip, mm: measured 0.70 to 0.73.
const SKIN_MM: f32 = 0.9;

/// The whole sample.
fn clip() -> Arc<Animation> {
    animate(&starter::model(), options(16_000, 1), &starter::hello(8))
}

/// Mean opening between the inner lips, mm; lips that overlap are closed.
fn opening(pairs: &[[u32; 2]], neutral: &[f32], offsets: &[f32]) -> f32 {
    let height = |vertex: u32| neutral[vertex as usize * 3 + 1] + offsets[vertex as usize * 3 + 1];
    pairs.iter().map(|&[upper, lower]| (height(upper) - height(lower)).max(0.0)).sum::<f32>() / pairs.len() as f32
}

#[test]
fn sums_of_shapes_close_the_lips_and_keep_the_skin() {
    let clip = clip();
    let (pack, model) = (starter::pack(), clip.model());
    let decoder = Arc::new(FaceDecoder::load(&pack).expect("decoder"));
    let backend: Arc<dyn Backend> =
        Arc::new(CpuBackend::new(&CpuOptions { threads: 1, portable: false }).expect("backend"));
    let topology = model.topology().expect("mesh");
    let [first, end] = [0, 2].map(|part| topology.parts[part].vertices[part / 2]);
    assert_eq!((topology.parts[0].name.as_str(), topology.parts[2].name.as_str()), ("skin", "mouth"));
    let motion: &Frames = clip.motion();
    for name in FACES.into_iter().take(if is_full() { FACES.len() } else { 1 }) {
        let face = model.identity(name).expect("identity");
        let shapes = model.blendshape_offsets_mm(&face).expect("shapes");
        let neutral = face.vertices_mm();
        let width = neutral.len();
        let identity = Arc::new(decoder.identity(&*backend, name).expect("identity"));
        let mut reader = FaceReader::new(&decoder, &FacePrograms::on(&backend), Some(identity)).expect("reader");
        let (mut decoded, mut weights) = (vec![0.0; motion.len() * width], vec![0.0; motion.len() * 52]);
        reader.offsets_mm(motion, &mut decoded).expect("offsets");
        reader.weights(motion, &mut weights).expect("weights");
        let (mut errors, mut gaps) = (Vec::new(), Vec::new());
        for (decoded, weights) in decoded.chunks_exact(width).zip(weights.chunks_exact(52)) {
            let mut sum = vec![0.0; width];
            for (weight, shape) in weights.iter().zip(shapes.chunks_exact(width)) {
                sum.iter_mut().zip(shape).for_each(|(sum, offset)| *sum += weight * offset);
            }
            let points = decoded.as_chunks::<3>().0.iter().zip(sum.as_chunks::<3>().0);
            let distance = |(a, b): (&[f32; 3], &[f32; 3])| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
            errors.extend(points.take(end).skip(first).map(distance).map(f32::sqrt));
            let open = opening(&topology.lip_inner, neutral, decoded);
            if open < CLOSED_MM {
                gaps.push((opening(&topology.lip_inner, neutral, &sum) - open).abs());
            }
        }
        let (closed, [gap_mean, gap]) = (gaps.len(), mean_and(gaps, 1.0));
        let [mean, skin] = mean_and(errors, 0.99);
        println!(
            "{name}: {closed} closed frames, openings {gap_mean} mm apart, {gap} at most; skin {mean}, p99 {skin}"
        );
        assert!(closed >= 4, "{name}: the lips meet in {closed} frames");
        assert!(gap <= GAP_MM && skin <= SKIN_MM, "{name}");
    }
}

#[test]
fn each_shape_is_what_its_weight_alone_does() {
    let model = starter::model();
    let face = model.default_identity().expect("identity");
    let shapes = model.blendshape_offsets_mm(&face).expect("shapes");
    assert_eq!(shapes.len(), model.blendshape_offset_count().expect("a count"));
    let names = model.blendshape_names();
    let most = |name: &str| {
        let at = names.iter().position(|other| other == name).expect("a name");
        let offsets = shapes[at * face.vertices_mm().len()..][..face.vertices_mm().len()].as_chunks::<3>().0;
        offsets.iter().map(|o| o.iter().map(|c| c * c).sum::<f32>().sqrt()).fold(0.0, f32::max)
    };
    // The face's own units, mm: a jaw drops by some 36, lips close by as much as it opened them.
    for (name, range) in [("jawOpen", 25.0..50.0), ("mouthClose", 15.0..45.0), ("eyeBlinkLeft", 5.0..20.0)] {
        let found = most(name);
        println!("{name} moves a vertex by up to {found} mm");
        assert!(range.contains(&found), "{name}: {found} mm");
    }
    let other = starter::model();
    let error = other.blendshape_offsets_mm(&face).expect_err("another model's");
    assert!(error.to_string().contains("another model"), "{error}");
}
