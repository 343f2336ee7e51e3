//! Hugging Face `CLIPModel`, or one of its towers with its projection.

use serde_json::{Value, json};

use super::{Checkpoint, config, fill, from_value, require, towers_manifest};
use crate::error::{Error, Result};
use crate::pack::{ClipConfig, Manifest, Pack};

/// Upstream's width of the style code where a config states none.
const PROJECTION_DIM: usize = 512;

/// A pack of the towers that the checkpoint holds.
///
/// # Errors
/// `Unsupported` for settings that the towers do not implement; `InvalidPack` for a damaged checkpoint, or one whose
/// tensors do not fit the config.
pub fn convert_clip(config_json: &str, checkpoint: &Checkpoint) -> Result<Pack> {
    let config = config(config_json)?;
    let has = |prefix: &str| checkpoint.entries().any(|entry| entry.name.starts_with(prefix));
    let text = if has("text_model.") { Some(from_value(tower(&config, "text")?)?) } else { None };
    let vision = if has("vision_model.") { Some(from_value(tower(&config, "vision")?)?) } else { None };
    if text.is_none() && vision.is_none() {
        return Err(Error::InvalidPack("the checkpoint holds neither text_model nor vision_model".to_owned()));
    }
    let clip = ClipConfig {
        text,
        vision,
        projection_dim: config.get("projection_dim").cloned().map_or(Ok(PROJECTION_DIM), from_value)?,
        normalize: false,
    };
    let entries = checkpoint.entries().map(|entry| (format!("clip.{}", entry.name), entry)).collect();
    fill(Manifest { clip: Some(clip), ..towers_manifest(&config, "clip") }, checkpoint, entries)
}

/// A tower's own config, or the whole where the file is of one tower; `{tower}_config_dict` overrides it upstream.
fn tower(config: &Value, name: &str) -> Result<Value> {
    let mut tower = config.get(format!("{name}_config")).unwrap_or(config).clone();
    if let (Value::Object(keys), Some(Value::Object(overrides))) =
        (&mut tower, config.get(format!("{name}_config_dict")))
    {
        keys.extend(overrides.clone());
    }
    require(&tower, "hidden_act", &json!("quick_gelu"))?;
    require(&tower, "num_channels", &json!(3))?;
    Ok(tower)
}
