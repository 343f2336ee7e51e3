//! The log-mel front end against numpy (spectrum) and torch (network), both in f64.

use std::sync::Arc;

use media2face::internals::speech::{MEL_BANDS, MelSpectrum, NormalizedMel, SpeechEncoder};
use media2face::pack::{Manifest, MelNorm, Pack};

use crate::support::golden::{Golden, golden};
use crate::support::tolerance::{MEL, MEL_FEATURES};
use crate::support::{Tested, assert_close, every_backend};

fn rows(samples: &[f32], count: usize) -> Vec<f32> {
    let mut spectrum = MelSpectrum::new();
    (0..count).flat_map(|i| spectrum.row(samples, i)).map(|x| x as f32).collect()
}

fn prior(io: &Golden) -> [f64; MEL_BANDS] {
    let prior = io.f32("network.mel.mean");
    std::array::from_fn(|i| f64::from(prior[i]))
}

fn encoder(io: &Golden, norm: MelNorm, fps: f32) -> Arc<SpeechEncoder> {
    let audio = serde_json::json!({ "front_end": "mel", "width": 16, "dilations": [1, 2, 4], "num_hidden_layers": 0 });
    let manifest = serde_json::json!({ "format": "media2face/1", "fps": fps, "audio": audio });
    let mut manifest: Manifest = serde_json::from_value(manifest).expect("manifest");
    manifest.audio.as_mut().expect("audio").mel_norm = norm;
    let pack = Pack::from_parts(manifest, io.weights("network.", "audio.", false));
    Arc::new(SpeechEncoder::load(&pack).expect("encoder"))
}

#[test]
fn spectrum_matches_numpy() {
    let io = golden("mel");
    let expected = io.f32("log_mel");
    assert_close("log-mel", &rows(&io.f32("samples"), expected.len() / MEL_BANDS), &expected, MEL);
}

#[test]
fn single_sample_gives_two_rows() {
    let io = golden("mel");
    assert_close("log-mel", &rows(&io.f32("samples")[4000..4001], 2), &io.f32("one_sample_log_mel"), MEL);
}

#[test]
fn running_mean_matches_numpy() {
    let io = golden("mel");
    let expected = io.f32("running");
    let mut found = vec![0.0; expected.len()];
    NormalizedMel::new(prior(&io), 1.0 / 300.0).read(&io.f32("samples"), 0, &mut found);
    assert_close("running", &found, &expected, MEL);
}

#[test]
fn features_match_torch_at_the_encoders_rate_and_at_the_animations() {
    let io = golden("mel");
    for (norm, name) in [(MelNorm::Clip, "clip"), (MelNorm::Running, "running")] {
        for (fps, kind) in [(50.0, "encoded"), (30.0, "features")] {
            let encoder = encoder(&io, norm, fps);
            for Tested { name: device, backend, precision } in every_backend() {
                let features = encoder.encode(&*backend, &io.f32("samples"), &mut |_| Ok(())).expect("features");
                // The encoder rounds the clip's last row up, the animation rounds to the nearest.
                let expected = &io.f32(&format!("{kind}_{name}"))[..features.data.len()];
                assert_eq!(features.len(), (21_777.0 / 16_000.0 * fps).round() as usize);
                assert_close(
                    &format!("{kind} {name} on {device}"),
                    &features.data,
                    expected,
                    MEL_FEATURES.of(precision),
                );
            }
        }
    }
}
