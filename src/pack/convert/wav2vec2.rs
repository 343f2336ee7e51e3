//! Hugging Face `Wav2Vec2Model`, alone or inside a model with a head.

use serde_json::{Value, json};

use super::{Checkpoint, config, fill, from_value, require, towers_manifest};
use crate::error::Result;
use crate::pack::{AudioConfig, Manifest, Pack};

/// What a model with a head puts before the encoder's names.
const PREFIX: &str = "wav2vec2.";

/// A pack of the speech encoder. `do_normalize` and `align` may be added to the `config.json`; they default to what
/// upstream's feature extractor does (normalise the clip) and to interpolation over the clip.
///
/// # Errors
/// `Unsupported` for settings that the encoder does not implement; `InvalidPack` for a damaged checkpoint, or one whose
/// tensors do not fit the config.
pub fn convert_wav2vec2(config_json: &str, checkpoint: &Checkpoint) -> Result<Pack> {
    let mut config = config(config_json)?;
    for (key, value) in [
        ("hidden_act", json!("gelu")),
        ("feat_extract_activation", json!("gelu")),
        ("add_adapter", json!(false)),
        ("adapter_attn_dim", Value::Null),
    ] {
        require(&config, key, &value)?;
    }
    if let Value::Object(keys) = &mut config {
        keys.entry("do_normalize").or_insert(json!(true));
    }
    let audio: AudioConfig = from_value(config.clone())?;

    let within_head = checkpoint.entries().any(|entry| entry.name.starts_with(PREFIX));
    let entries = checkpoint.entries().filter_map(|entry| {
        let name = if within_head { entry.name.strip_prefix(PREFIX)? } else { &entry.name };
        Some((format!("audio.{name}"), entry))
    });
    let manifest = Manifest { audio: Some(audio), ..towers_manifest(&config, "wav2vec2") };
    fill(manifest, checkpoint, entries.collect())
}
