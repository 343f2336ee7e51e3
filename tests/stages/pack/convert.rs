//! Upstream checkpoints become packs.

use half::bf16;
use media2face::Error;
use media2face::internals::tensor::DType;
use media2face::pack::{Checkpoint, Pack, Size, convert, random};
use serde_json::{Value, json};

use super::{assembled, taken_apart};
use crate::support::golden::{golden, path};

const NAMES: [&str; 3] = ["w2v_base_tiny", "w2v_large_tiny", "clip_tiny"];

fn config(name: &str) -> String {
    std::fs::read_to_string(path(&format!("golden/{name}.json"))).expect("config")
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(path(&format!("golden/{name}.safetensors"))).expect("checkpoint")
}

fn converted(name: &str) -> Pack {
    convert(&config(name), &Checkpoint::from_bytes(bytes(name)).expect("checkpoint")).expect(name)
}

fn refused(config: &str, bytes: Vec<u8>) -> String {
    let error = Checkpoint::from_bytes(bytes).and_then(|checkpoint| convert(config, &checkpoint)).expect_err("refused");
    assert!(matches!(error, Error::InvalidPack(_) | Error::Unsupported(_)), "{error:?}");
    error.to_string()
}

/// The checkpoint under other names.
fn renamed(bytes: &[u8], rename: impl Fn(&str) -> String) -> Vec<u8> {
    let (header, data) = taken_apart(bytes);
    let Value::Object(entries) = header else { panic!("header") };
    let entries: serde_json::Map<String, Value> = entries
        .into_iter()
        .map(|(name, entry)| (if name == "__metadata__" { name } else { rename(&name) }, entry))
        .collect();
    assembled(&Value::Object(entries).to_string(), &data)
}

#[test]
fn converted_values_are_the_checkpoints_to_halfs_precision() {
    for name in NAMES {
        let (pack, source) = (converted(name), golden(name));
        let prefix = if name == "clip_tiny" { "clip." } else { "audio." };
        let mut exact = 0;
        for (tensor, weight) in pack.tensors() {
            let expected = source.f32(tensor.strip_prefix(prefix).expect("prefix"));
            assert_eq!(weight.len(), expected.len());
            for (found, expected) in weight.to_f32().expect("memory").iter().zip(&expected) {
                let bound = if weight.dtype() == DType::F32 { 0.0 } else { expected.abs() / 2048.0 + 6e-8 };
                assert!((found - expected).abs() <= bound, "{name} {tensor}: {found} for {expected}");
            }
            exact += usize::from(weight.dtype() == DType::F32);
        }
        assert!(exact > 20 && exact < pack.tensors().len(), "norms and biases stay f32, the rest does not");
        let leftovers = source.names().filter(|n| ["masked_spec_embed", "logit_scale"].contains(n)).count();
        assert_eq!(pack.tensors().len() + leftovers, source.names().count(), "{name}");
        Pack::from_bytes(pack.to_bytes().expect("bytes")).expect("read back");
    }
}

#[test]
fn the_config_comes_with_the_weights() {
    let audio = converted("w2v_large_tiny").manifest().audio.clone().expect("audio");
    assert_eq!((audio.hidden_size, audio.conv_bias, audio.do_stable_layer_norm), (32, true, true));
    assert!(audio.do_normalize, "upstream's feature extractor does, unless the config says otherwise");
    let clip = converted("clip_tiny").manifest().clip.clone().expect("clip");
    assert_eq!((clip.text.expect("text").vocab_size, clip.vision.expect("vision").patch_size), (64, 8));
    assert_eq!(clip.projection_dim, 32);
}

#[test]
fn a_prefix_a_head_and_the_older_weight_norm_change_nothing() {
    let plain = converted("w2v_base_tiny");
    let source = renamed(&bytes("w2v_base_tiny"), |name| {
        let name = name.replace("parametrizations.weight.original0", "weight_g");
        format!("wav2vec2.{}", name.replace("parametrizations.weight.original1", "weight_v"))
    });
    let (mut header, mut data) = taken_apart(&source);
    for name in ["lm_head.weight", "quantizer.codevectors", "project_q.bias", "classifier.weight"] {
        header[name] = json!({"dtype": "F32", "shape": [1], "data_offsets": [data.len(), data.len() + 4]});
        data.extend([0; 4]);
    }
    let checkpoint = Checkpoint::from_bytes(assembled(&header.to_string(), &data)).expect("checkpoint");
    let pack = convert(&config("w2v_base_tiny"), &checkpoint).expect("with a head");
    assert_eq!(pack.tensors().len(), plain.tensors().len());
    let older = pack.any_shape("audio.encoder.pos_conv_embed.conv.weight_v").expect("older name");
    let newer = plain.any_shape("audio.encoder.pos_conv_embed.conv.parametrizations.weight.original1").expect("newer");
    assert_eq!(older.bytes(), newer.bytes());
}

#[test]
fn bf16_and_f16_checkpoints_convert() {
    let (header, data) = taken_apart(&bytes("clip_tiny"));
    let values: Vec<f32> = data.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    let halved = |dtype: &str, data: Vec<u8>| {
        let mut header = header.clone();
        for (name, entry) in header.as_object_mut().unwrap() {
            if name != "__metadata__" {
                entry["dtype"] = dtype.into();
                for i in 0..2 {
                    entry["data_offsets"][i] = json!(entry["data_offsets"][i].as_u64().unwrap() / 2);
                }
            }
        }
        convert(&config("clip_tiny"), &Checkpoint::from_bytes(assembled(&header.to_string(), &data)).unwrap()).unwrap()
    };
    let full = converted("clip_tiny");
    let name = "clip.visual_projection.weight";
    let f16 = halved("F16", values.iter().flat_map(|&v| half::f16::from_f32(v).to_le_bytes()).collect());
    assert_eq!(f16.any_shape(name).unwrap().bytes(), full.any_shape(name).unwrap().bytes());
    let bf16 = halved("BF16", values.iter().flat_map(|&v| bf16::from_f32(v).to_le_bytes()).collect());
    for (found, expected) in bf16
        .any_shape(name)
        .unwrap()
        .to_f32()
        .expect("memory")
        .iter()
        .zip(full.any_shape(name).unwrap().to_f32().expect("memory"))
    {
        assert!((found - expected).abs() <= expected.abs() / 128.0, "{found} for {expected}");
    }
}

#[test]
fn one_tower_of_clip_converts_and_merges_with_the_other() {
    let config = config("clip_tiny");
    let part = |keep: [&str; 2]| {
        let (header, data) = taken_apart(&bytes("clip_tiny"));
        let (mut kept, mut kept_data) = (json!({}), Vec::new());
        for (name, entry) in header.as_object().unwrap().iter().filter(|(n, _)| keep.iter().any(|k| n.starts_with(k))) {
            let [first, last] = [0, 1].map(|i| entry["data_offsets"][i].as_u64().unwrap() as usize);
            let mut entry = entry.clone();
            entry["data_offsets"] = json!([kept_data.len(), kept_data.len() + last - first]);
            kept_data.extend(&data[first..last]);
            kept[name] = entry;
        }
        convert(&config, &Checkpoint::from_bytes(assembled(&kept.to_string(), &kept_data)).unwrap()).expect("a tower")
    };
    let text = part(["text_model", "text_projection"]);
    let vision = part(["vision_model", "visual_projection"]);
    assert!(text.manifest().clip.as_ref().unwrap().vision.is_none());
    let both = text.merge(&vision).expect("merged");
    let whole = converted("clip_tiny");
    assert_eq!(both.manifest().clip, whole.manifest().clip);
    assert!(both.tensors().keys().eq(whole.tensors().keys()));
}

#[test]
fn towers_of_the_denoisers_widths_merge_and_others_do_not() {
    let base = random(Size::Tiny, 1).expect("tiny");
    for name in NAMES {
        let towers = converted(name);
        let merged = base.merge(&towers).expect(name);
        for (tensor, weight) in towers.tensors() {
            assert_eq!(merged.any_shape(tensor).unwrap().bytes(), weight.bytes());
        }
        assert!(merged.manifest().provenance.contains("converted from"));
        Pack::from_bytes(merged.to_bytes().expect("bytes")).expect("read back");
        let small = random(Size::Small, 1).expect("small");
        let Err(Error::InvalidArgument(detail)) = small.merge(&towers) else { panic!("{name} fits small") };
        assert!(detail.contains("32") && detail.contains("128"), "{detail}");
    }
    assert!(matches!(base.merge(&base), Err(Error::InvalidArgument(_))));
}

#[test]
fn settings_that_are_not_implemented_are_refused_by_name() {
    for (name, key, value) in [
        ("w2v_base_tiny", "hidden_act", json!("relu")),
        ("w2v_base_tiny", "feat_extract_norm", json!("batch")),
        ("w2v_base_tiny", "add_adapter", json!(true)),
        ("w2v_base_tiny", "model_type", json!("hubert")),
        ("w2v_base_tiny", "hidden_size", json!(64)),
        ("w2v_base_tiny", "num_hidden_layers", json!(3)),
        ("w2v_base_tiny", "num_attention_heads", json!(0)),
        ("clip_tiny", "projection_dim", json!(33)),
        ("clip_tiny", "vision_config", json!({"hidden_act": "gelu"})),
        ("clip_tiny", "text_config", json!([])),
    ] {
        let mut edited: Value = serde_json::from_str(&config(name)).unwrap();
        edited[key] = value.clone();
        let detail = refused(&edited.to_string(), bytes(name));
        assert!(!detail.is_empty(), "{key} = {value}");
    }
    for text in ["", "{", "[]", "{}", "null"] {
        refused(text, bytes("clip_tiny"));
    }
}

#[test]
fn damaged_checkpoints_are_refused() {
    let (config, source) = (config("w2v_base_tiny"), bytes("w2v_base_tiny"));
    for i in 0..64 {
        refused(&config, source[..source.len() * i / 64].to_vec());
    }
    let missing = renamed(&source, |name| name.replace("encoder.layer_norm.bias", "encoder.layer_norm.offset"));
    assert!(refused(&config, missing).contains("audio.encoder.layer_norm.bias"));
    for (value, word) in [(f32::NAN, "finite"), (1e6, "half's range")] {
        let (header, mut data) = taken_apart(&source);
        let name = "feature_projection.projection.weight";
        let start = header[name]["data_offsets"][0].as_u64().unwrap() as usize;
        data[start..start + 4].copy_from_slice(&value.to_le_bytes());
        let detail = refused(&config, assembled(&header.to_string(), &data));
        assert!(detail.contains(name) && detail.contains(word), "{detail}");
    }
}
