//! Faces from pictures: crops, E_exp and E_pose on every backend, packs without them, the session's way to weights.

use std::sync::Arc;

use media2face::Error;
use media2face::internals::face::{Encoder, EncoderSizes, FacePrograms, PictureCodes, VisionEncoder, VisionReader};
use media2face::internals::plan::Backend;
use media2face::pack::{Pack, Size, random};
use media2face::picture::{FaceBox, Picture};
use media2face::{BackendChoice, Model, Runtime, RuntimeOptions};

use crate::support::golden::golden;
use crate::support::run::run_once;
use crate::support::tolerance::{CODES, NETWORK_F32};
use crate::support::{Tested, assert_close, backends, every_backend};

/// Side of the tiny pack's pictures.
const SIDE: usize = 16;
const D_Z: usize = 12;

fn tiny() -> Pack {
    random(Size::Tiny, 1).expect("tiny pack")
}

/// The tiny pack's tensors whose names `keep` takes.
fn only(keep: impl Fn(&str) -> bool) -> Pack {
    let tiny = tiny();
    let tensors = tiny.tensors().iter().filter(|(name, _)| keep(name));
    let tensors: Vec<_> = tensors.map(|(name, weight)| (name.clone(), weight.clone())).collect();
    Pack::from_parts(tiny.manifest().clone(), tensors)
}

/// A picture that differs in every pixel, and from those of other numbers.
fn picture(width: usize, height: usize, number: usize) -> Picture {
    let level = |i: usize| (128.0 + 90.0 * ((i + 37 * number) as f32 * 0.37).sin() + (i % 31) as f32) as u8;
    Picture::new(width, height, (0..width * height * 3).map(level).collect())
}

fn read(pack: &Pack, backend: &Arc<dyn Backend>, pictures: &[Picture]) -> PictureCodes {
    let encoder = Arc::new(VisionEncoder::load(pack).expect("encoders"));
    VisionReader::new(&encoder, &FacePrograms::on(backend)).read(pictures).expect("codes")
}

#[test]
fn every_backend_reads_what_the_reference_reads() {
    let (pack, pictures) = (tiny(), [0, 1, 2].map(|number| picture(SIDE, SIDE, number)));
    let expected = read(&pack, &backends()[0], &pictures);
    assert_eq!((expected.latents.width, expected.rotations.width, expected.latents.len()), (D_Z, 3, 3));
    assert!(expected.latents.row(0) != expected.latents.row(1), "pictures differ, so do their codes");
    for Tested { name, backend, precision } in every_backend() {
        let found = read(&pack, &backend, &pictures);
        assert_close(&format!("z on {name}"), &found.latents.data, &expected.latents.data, CODES.of(precision));
        let (found, expected) = (&found.rotations.data, &expected.rotations.data);
        assert_close(&format!("rotation on {name}"), found, expected, CODES.of(precision));
    }
}

#[test]
fn pictures_enter_the_encoder_as_levels_from_minus_one_to_one() {
    let (pack, picture) = (tiny(), picture(SIDE, SIDE, 5));
    let rows: Vec<f32> = picture.rgb.iter().map(|&level| f32::from(level) / 255.0 * 2.0 - 1.0).collect();
    let sizes = EncoderSizes { res: SIDE, ch: &[4, 8], groups: 4, d_out: D_Z };
    let encoder = Encoder::load(&pack, "gnpfa.expression_encoder", sizes).expect("encoder");
    for backend in backends() {
        let input = [([1, SIDE * SIDE, 3], rows.as_slice())];
        let expected = run_once(&*backend, &input, |plan, x| vec![encoder.record(plan, x[0])]).concat();
        let found = read(&pack, &backend, std::slice::from_ref(&picture));
        assert_close(&backend.name(), &found.latents.data, &expected, NETWORK_F32);
    }
}

#[test]
fn encoder_that_states_no_sizes_matches_torch() {
    let (io, weights) = (golden("gen_tiny_io"), golden("gen_tiny"));
    let pack = Pack::from_parts(tiny().manifest().clone(), weights.weights("enc.", "gnpfa.encoder.", false));
    let encoder = Encoder::load_any(&pack, "gnpfa.encoder", 4, 24).expect("encoder");
    assert_eq!(encoder.res(), 32);
    let (maps, texels) = (io.f32("map"), 32 * 32);
    let rows: Vec<f32> =
        maps.chunks_exact(3 * texels).flat_map(|m| (0..3 * texels).map(|i| m[i % 3 * texels + i / 3])).collect();
    let shape = [maps.len() / (3 * texels), texels, 3];
    for backend in backends() {
        let found = run_once(&*backend, &[(shape, &rows)], |plan, x| vec![encoder.record(plan, x[0])]).concat();
        assert_close(&backend.name(), &found, &io.f32("enc_mu_logvar"), CODES.f32);
    }
}

#[test]
fn pack_without_an_encoder_says_which() {
    for missing in ["gnpfa.expression_encoder", "gnpfa.pose_encoder"] {
        let error = VisionEncoder::load(&only(|name| !name.starts_with(missing))).expect_err("is not there");
        let Error::MissingPart(detail) = &error else { panic!("{error:?}") };
        assert!(detail.contains(missing), "{detail}");
    }
}

#[test]
fn codes_of_another_width_are_refused_with_the_tensor() {
    let tiny = tiny();
    for (part, outputs) in [("expression", D_Z), ("pose", 3)] {
        let name = format!("gnpfa.{part}_encoder.fc.weight");
        let mut tensors = tiny.tensors().clone();
        let cut = tensors[&name].rows(0..outputs - 1);
        tensors.insert(name.clone(), cut);
        let changed = Pack::from_parts(tiny.manifest().clone(), tensors);
        let error = changed.check().expect_err("another shape").to_string();
        assert!(error.contains(&name), "{error}");
    }
}

#[test]
fn pictures_of_another_side_are_refused() {
    let encoder = Arc::new(VisionEncoder::load(&tiny()).expect("encoders"));
    let error = VisionReader::new(&encoder, &FacePrograms::on(&backends()[0]))
        .read(&[picture(SIDE, SIDE + 1, 0)])
        .expect_err("no square");
    assert!(matches!(error, Error::InvalidArgument(_)) && error.to_string().contains("16×17"), "{error}");
}

#[test]
fn extractor_gives_weights_of_the_latents_of_crops() {
    let options = RuntimeOptions { threads: Some(1), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
    let model = Model::new(&Runtime::new(&options).expect("runtime"), tiny()).expect("model");
    let mut extractor = model.extractor().expect("extractor");
    assert_eq!(extractor.side(), SIDE);
    let face = FaceBox { x: 30.0, y: 10.0, width: 20.0, height: 24.0 };
    let crops: Vec<_> = (0..70).map(|i| extractor.crop(&picture(64, 48, i), &face).expect("inside")).collect();
    let all = extractor.extract(&crops).expect("faces");
    assert_eq!((all.latents.len(), all.weights.len(), all.rotations.len()), (70, 70, 70));
    assert!(all.weights.data.iter().all(|w| (0.0..=1.0).contains(w)));
    for i in [0, 33, 69] {
        let one = extractor.extract(&crops[i..=i]).expect("a face");
        assert_close("z", &one.latents.data, all.latents.row(i), 1e-6);
        assert_close("weights", &one.weights.data, all.weights.row(i), 1e-6);
        assert_close("rotation", &one.rotations.data, all.rotations.row(i), 1e-6);
    }
    assert!(extractor.extract(&[]).expect("nothing").latents.is_empty());
}
