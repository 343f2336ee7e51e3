//! Upstream checkpoints in safetensors → packs of the towers they hold.
//!
//! Names are kept behind the pack's prefix; matrices and convolutions become f16, everything else f32; what no network
//! here reads (heads, quantizers, position ids) is left behind. A setting that the networks do not implement is an
//! error. Cost: one pass over the checkpoint, and the pack in memory.

mod checkpoint;
mod clip;
mod wav2vec2;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::header::{Entry, in_brief};
use super::layout::{Declared, Layout, Role};
use super::{Manifest, Pack, check};
use crate::error::{Error, Result};
use crate::tensor::DType;

pub use checkpoint::Checkpoint;
pub use clip::convert_clip;
pub use wav2vec2::convert_wav2vec2;

/// A pack of what the checkpoint holds, by the `model_type` of its `config.json`.
///
/// # Errors
/// `Unsupported` for other models and settings; `InvalidPack` as for a pack.
pub fn convert(config_json: &str, checkpoint: &Checkpoint) -> Result<Pack> {
    match config(config_json)?.get("model_type").and_then(Value::as_str) {
        Some("wav2vec2") => convert_wav2vec2(config_json, checkpoint),
        Some("clip" | "clip_text_model" | "clip_vision_model") => convert_clip(config_json, checkpoint),
        other => Err(Error::Unsupported(format!("config.json: model_type {other:?}, expected wav2vec2 or clip"))),
    }
}

fn config(json: &str) -> Result<Value> {
    serde_json::from_str(json).map_err(|e| Error::InvalidPack(format!("config.json: {}", in_brief(&e))))
}

fn from_value<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|e| Error::InvalidPack(format!("config.json: {}", in_brief(&e))))
}

/// An absent key is upstream's default, which is the only value implemented.
fn require(config: &Value, key: &str, value: &Value) -> Result<()> {
    match config.get(key) {
        Some(found) if found != value => {
            Err(Error::Unsupported(format!("config.json: {key} is {found}, only {value} is implemented")))
        }
        _ => Ok(()),
    }
}

/// Fills the manifest's table of tensors from the entries, which are keyed by their names in the pack.
fn fill(manifest: Manifest, checkpoint: &Checkpoint, mut entries: BTreeMap<String, &Entry>) -> Result<Pack> {
    entries.retain(|name, _| !check::is_leftover(name));
    manifest.check()?;
    let dtype = DType::F16; // of no consequence here: any element type is converted
    let declared: Declared =
        entries.iter().map(|(name, entry)| (name.as_str(), (dtype, entry.shape.as_slice()))).collect();
    let slots = Layout::of(&manifest, &declared)?;
    check::names_and_shapes(&slots, &declared)?;
    let mut tensors = BTreeMap::new();
    for slot in slots {
        let dtype = if slot.role == Role::Matrix { DType::F16 } else { DType::F32 };
        let weight = checkpoint.convert(entries[&slot.name], &slot.name, dtype)?;
        tensors.insert(slot.name, weight);
    }
    let pack = Pack::from_parts(manifest, tensors);
    pack.check()?;
    pack.verify()?;
    Ok(pack)
}

/// The manifest of a pack that holds towers alone.
fn towers_manifest(config: &Value, kind: &str) -> Manifest {
    let name = config.get("_name_or_path").and_then(Value::as_str).filter(|name| !name.is_empty());
    Manifest {
        name: name.unwrap_or(kind).to_owned(),
        provenance: format!("converted from a {kind} checkpoint"),
        ..Manifest::default()
    }
}
