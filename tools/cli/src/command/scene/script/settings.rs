//! `[scene]`: what all characters share.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use media2face::signal::FrameRate;
use media2face::{InpaintMode, SessionOptions, limits};
use serde::Deserialize;
use toml::Value;

use crate::command::scene::sound;
use crate::input::guidance::Guidance;

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
    pub noise_scale: Option<f32>,
    pub eta: Option<f32>,
    /// In the scene's time, where they are curves.
    pub guidance_audio: Option<Guidance>,
    pub guidance_style: Option<Guidance>,
    /// Whether the pack's default style is there where no style is asked for.
    pub default_style: Option<bool>,
    /// Whether frames without a style keep the unstyled motion.
    pub isolate_styles: Option<bool>,
    /// Keyframes painted into the noisy state, each step that often.
    pub repaint: Option<u32>,
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
            noise_scale,
            eta,
            guidance_audio,
            guidance_style,
            default_style,
            isolate_styles,
            repaint,
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
        let (guidance_audio, audio_curve) = Guidance::split(guidance_audio.as_ref());
        let (guidance_style, style_curve) = Guidance::split(guidance_style.as_ref());
        SessionOptions {
            seed: seed.unwrap_or(heard.seed),
            steps: steps.map(|steps| steps as usize),
            noise_scale: *noise_scale,
            eta: *eta,
            guidance_audio,
            audio_curve,
            guidance_style,
            style_curve,
            default_style: default_style.unwrap_or(heard.default_style),
            isolate_styles: isolate_styles.unwrap_or(heard.isolate_styles),
            edit_mode: repaint.map_or(heard.edit_mode, |loops| InpaintMode::Repaint { loops: loops as usize }),
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
