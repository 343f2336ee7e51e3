//! `[scene]`: what all characters share.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use media2face::signal::FrameRate;
use media2face::{SessionOptions, limits};
use serde::Deserialize;
use toml::Value;

use crate::command::scene::sound;

/// `[scene]`
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scene {
    pub model: Option<PathBuf>,
    /// A number, or a fraction as text.
    pub fps: Option<Value>,
    pub drop_frame: bool,
    /// Of the first character; by default it follows from the sounds of all lines.
    pub seed: Option<u64>,
    pub steps: Option<u32>,
    pub guidance_audio: Option<f32>,
    pub guidance_style: Option<f32>,
    /// Whether motions are adjusted as the pack states.
    pub pack_adjustments: Option<bool>,
    pub lead_s: Option<f64>,
    pub pause_s: Option<f64>,
    pub tail_s: Option<f64>,
}

/// Silence before the first line, between lines, and after the last, seconds.
#[allow(clippy::struct_field_names)] // the unit
pub struct Silences {
    pub lead_s: f64,
    pub pause_s: f64,
    pub tail_s: f64,
}

impl Scene {
    /// What it says of the sessions of all characters.
    pub fn options(&self) -> SessionOptions {
        let Self {
            seed,
            steps,
            guidance_audio,
            guidance_style,
            pack_adjustments,
            // Of the whole scene.
            model: _,
            fps: _,
            drop_frame: _,
            lead_s: _,
            pause_s: _,
            tail_s: _,
        } = self;
        let heard = sound::heard();
        SessionOptions {
            seed: seed.unwrap_or(heard.seed),
            steps: steps.map(|steps| steps as usize),
            guidance_audio: *guidance_audio,
            guidance_style: *guidance_style,
            pack_adjustments: pack_adjustments.unwrap_or(heard.pack_adjustments),
            ..heard
        }
    }

    /// Where nobody speaks.
    pub fn silences(&self) -> Silences {
        Silences {
            lead_s: self.lead_s.unwrap_or(0.5),
            pause_s: self.pause_s.unwrap_or(0.3),
            tail_s: self.tail_s.unwrap_or(0.8),
        }
    }

    /// Rate of the files, where one is stated: a number of TOML, or `"24000/1001"`.
    pub fn rate(&self) -> Result<Option<FrameRate>> {
        let text = match &self.fps {
            None => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Integer(number)) => number.to_string(),
            Some(Value::Float(number)) => number.to_string(),
            Some(_) => String::new(),
        };
        let (least, most) = (limits::MIN_FPS, limits::MAX_FPS);
        let rate = text.parse();
        rate.map(Some).map_err(|_| anyhow!("expected {least} to {most}, or a fraction such as \"24000/1001\""))
    }
}
