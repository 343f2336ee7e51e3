//! What tests of the starter pack share: its model, and the sample audio that they animate.

use std::path::Path;
use std::sync::Arc;

use media2face::Model;
use media2face::pack::Pack;

use super::session::runtime;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn pack() -> Pack {
    Pack::open(root().join("models/starter.m2f")).expect("the starter pack")
}

/// On the calling thread alone.
pub(super) fn model() -> Arc<Model> {
    Model::new(&runtime(0), pack()).expect("model")
}

/// The first seconds of the sample, 16 kHz.
pub(super) fn hello(seconds: usize) -> Vec<f32> {
    let mut wav = hound::WavReader::open(root().join("samples/audio/hello.wav")).expect("the sample");
    assert_eq!((wav.spec().sample_rate, wav.spec().channels), (16_000, 1));
    let samples = wav.samples::<i16>().take(seconds * 16_000);
    samples.map(|sample| f32::from(sample.expect("sample")) / 32_768.0).collect()
}
