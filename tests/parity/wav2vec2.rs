//! Wav2Vec2, both variants, against transformers: every hidden state, and the features.

use std::sync::Arc;

use media2face::internals::plan::{Backend, PlanBuilder};
use media2face::internals::speech::{ContextNetwork, FeatureExtractor, SpeechEncoder};
use media2face::internals::tensor::Weight;
use media2face::pack::{Align, Manifest, Pack};

use crate::support::golden::{Golden, golden, path};
use crate::support::tolerance::{Precision, WAV2VEC2};
use crate::support::{Tested, assert_close, backends, every_backend};

const NETWORKS: [&str; 2] = ["w2v_base_tiny", "w2v_large_tiny"];

/// The network of a golden file with upstream's own config; f16 matrices and kernels with `half`.
fn pack(name: &str, half: bool, align: Align) -> Pack {
    let config = std::fs::read_to_string(path(&format!("golden/{name}.json"))).expect("config");
    let audio: serde_json::Value = serde_json::from_str(&config).expect("JSON");
    let manifest = serde_json::json!({ "format": "media2face/1", "fps": 30, "audio": audio });
    let mut manifest: Manifest = serde_json::from_value(manifest).expect("manifest");
    manifest.audio.as_mut().expect("audio").align = align;
    Pack::from_parts(manifest, golden(name).weights("", "audio.", half))
}

/// [channels, frames] to [frames, channels].
fn transposed(io: &Golden, name: &str) -> Vec<f32> {
    let &[1, channels, frames] = io.shape(name) else { panic!("{name}: {:?}", io.shape(name)) };
    let values = io.f32(name);
    (0..frames * channels).map(|i| values[i % channels * frames + i / channels]).collect()
}

/// Convolution features, all hidden states and the output, by their golden names.
fn states(backend: &dyn Backend, pack: &Pack, samples: &[f32]) -> Vec<(String, Vec<f32>)> {
    let config = pack.manifest().audio.as_ref().expect("audio");
    let extractor = FeatureExtractor::load(pack, config).expect("feature extractor");
    let context = ContextNetwork::load(pack, config, extractor.width()).expect("context network");
    let mut plan = PlanBuilder::new();
    let section = plan.section("wav2vec2");
    let (input, x) = plan.input("samples", 1, samples.len(), 1);
    let features = extractor.record(&mut plan, x);
    let mut views = vec![("conv_features".to_owned(), features)];
    let recorded = context.record(&mut plan, features);
    let hidden = recorded.hidden.into_iter().enumerate();
    views.extend(hidden.map(|(i, view)| (format!("hidden_states.{i}"), view)));
    views.push(("last_hidden_state".to_owned(), recorded.output));
    let ports: Vec<_> = views
        .into_iter()
        .map(|(name, view)| {
            let (port, out) = plan.output("state", 1, view.rows, view.cols);
            plan.copy(view, out);
            (name, port, view.len())
        })
        .collect();
    let mut executable = backend.compile(Arc::new(plan.finish())).expect("compiles");
    let mut state = executable.create_state().expect("state");
    executable.write(input, samples).expect("writes");
    executable.run(section, &mut state).expect("runs");
    let mut read = |port, len| {
        let mut values = vec![0.0; len];
        executable.read(port, &mut values).expect("reads");
        values
    };
    ports.into_iter().map(|(name, port, len)| (name, read(port, len))).collect()
}

fn check_states(half: bool) {
    for (network, tested) in NETWORKS.iter().flat_map(|n| every_backend().into_iter().map(move |b| (*n, b))) {
        let Tested { name: device, backend, precision } = tested;
        let allowed = WAV2VEC2.of(if half { precision.max(Precision::F16Weights) } else { precision });
        let io = golden(&format!("{network}_io"));
        let found = states(&*backend, &pack(network, half, Align::Clip), &io.f32("input"));
        assert_eq!(found.len(), 5, "features, two layers' three states, and the output");
        for (name, values) in found {
            let expected = if name == "conv_features" { transposed(&io, &name) } else { io.f32(&name) };
            assert_close(&format!("{network} {name} on {device}"), &values, &expected, allowed);
        }
    }
}

#[test]
fn every_hidden_state_matches_transformers() {
    check_states(false);
}

#[test]
fn half_weights_stay_near_transformers() {
    check_states(true);
}

#[test]
fn features_match_torch_interpolation_both_ways() {
    let ways = [(Align::Clip, "interp_ac_false_30"), (Align::ClipCorners, "interp_ac_true_30")];
    for (network, (align, name)) in NETWORKS.iter().flat_map(|n| ways.map(|way| (*n, way))) {
        let io = golden(&format!("{network}_io"));
        let encoder = Arc::new(SpeechEncoder::load(&pack(network, false, align)).expect("encoder"));
        for Tested { name: device, backend, precision } in every_backend() {
            let features = encoder.encode(&*backend, &io.f32("input"), &mut |_| Ok(())).expect("features");
            assert_eq!((features.len(), features.width), (30, encoder.width()));
            assert_close(
                &format!("{network} {name} on {device}"),
                &features.data,
                &io.f32(name),
                WAV2VEC2.of(precision),
            );
        }
    }
}

#[test]
fn older_names_of_the_weight_norm_mean_the_same() {
    let renamed = |name: &str| {
        let name = name.replace("parametrizations.weight.original0", "weight_g");
        name.replace("parametrizations.weight.original1", "weight_v")
    };
    let new = pack("w2v_base_tiny", false, Align::Clip);
    let tensors: Vec<(String, Weight)> = new.tensors().iter().map(|(n, w)| (renamed(n), w.clone())).collect();
    assert!(tensors.iter().any(|(name, _)| name.ends_with("weight_g")));
    let old = Pack::from_parts(new.manifest().clone(), tensors);
    let samples = golden("w2v_base_tiny_io").f32("input");
    let backend = &backends()[0];
    assert_eq!(states(&**backend, &old, &samples), states(&**backend, &new, &samples));
}
