//! What one clip is to become.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::limits;
use crate::motion::{InpaintMode, SampleOptions, Sampler};

use crate::conditioning::keyframe::Keyframe;
use crate::conditioning::style::{Curve, Style, StyleTrack, check_strength};
use crate::host::model::Identity;

/// In place of a seed: one that follows from the clip's own sound, so that every voice has a take of its own.
pub const SEED_AUTO: u64 = u64::MAX;

/// Options of a session; `None` is the pack's default.
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each turns one thing off that is wanted as a rule")]
pub struct SessionOptions {
    /// Rate of the pushed audio, Hz.
    pub sample_rate_hz: u32,
    /// Interleaved channels of the pushed audio.
    pub channels: u32,
    /// Same seed, same bytes. [`SEED_AUTO`] is one below 2^32 that follows from the pushed samples, rounded to 16 bits: the same
    /// however they were cut, as i16 or f32, whatever their rate. [`Animation::seed`](crate::Animation::seed) tells it. For a
    /// revision it is the animation's.
    pub seed: u64,
    /// Denoising steps.
    pub steps: Option<usize>,
    /// Noise added at each step, 0..1.
    pub eta: Option<f32>,
    /// Factor on the noise that the motion starts from, 0..1: 1 is the model's own spread, less is nearer to the mean of all
    /// takes, and less lively.
    pub noise_scale: Option<f32>,
    /// Guidance of the audio, s_A of eq. 9.
    pub guidance_audio: Option<f32>,
    /// Guidance of the style, s_P of eq. 9.
    pub guidance_style: Option<f32>,
    /// s_A over time, in place of `guidance_audio`.
    pub audio_curve: Option<Curve>,
    /// s_P over time, in place of `guidance_style`.
    pub style_curve: Option<Curve>,
    /// One style for the whole clip; the first of the session's styles.
    pub style: Option<Style>,
    /// Strength of `style`, see [`StyleTrack::strength`].
    pub style_strength: f32,
    /// More styles, each over its range.
    pub styles: Vec<StyleTrack>,
    /// Whether the pack's [default style](crate::pack::Manifest::default_style) applies where none is asked for, true unless asked
    /// otherwise. Without it the audio alone decides there, as in the paper, and any mood may come.
    pub default_style: bool,
    /// Frames where no style has a weight keep the unstyled motion, bit for bit; true unless asked otherwise. Where there are
    /// such frames it costs a sampling without styles first. Without it a style reaches seconds beyond its range, as far
    /// as the denoiser's window.
    pub isolate_styles: bool,
    /// Faces and head poses that the clip is held at.
    pub keyframes: Vec<Keyframe>,
    /// How what is known of the motion is painted in: keyframes, and what a style or a revision leaves as it was.
    pub edit_mode: InpaintMode,
    /// Silence behind the last sample, seconds, 0 to [`limits::MAX_TAIL_S`], in which mouth and head come to rest; the clip is
    /// longer by it. Of no effect in a revision, whose clip keeps its length.
    pub tail_s: f64,
    /// Whether the motion is adjusted as the pack states ([`AdjustmentsConfig`](crate::pack::AdjustmentsConfig)); true unless
    /// asked otherwise. What keyframes hold is not.
    pub pack_adjustments: bool,
    /// Whether the result keeps the audio features, so that ranges of it can be [revised](crate::Session::revise): `d_a` floats
    /// a frame, 23 KB a second with the starter.
    pub editable: bool,
    /// Whose face; `None` is the pack's first.
    pub identity: Option<Arc<Identity>>,
}

impl SessionOptions {
    /// The defaults for audio of this form.
    pub fn new(sample_rate_hz: u32, channels: u32) -> Self {
        Self {
            sample_rate_hz,
            channels,
            seed: SEED_AUTO,
            steps: None,
            eta: None,
            noise_scale: None,
            guidance_audio: None,
            guidance_style: None,
            audio_curve: None,
            style_curve: None,
            style: None,
            style_strength: 1.0,
            styles: Vec::new(),
            default_style: true,
            isolate_styles: true,
            keyframes: Vec::new(),
            edit_mode: InpaintMode::Inpaint,
            tail_s: 0.0,
            pack_adjustments: true,
            editable: true,
            identity: None,
        }
    }

    /// The sampler's options: the pack's, where these say nothing else.
    pub(crate) fn for_sampler(&self, sampler: &Sampler) -> SampleOptions {
        let defaults = sampler.defaults();
        SampleOptions {
            steps: self.steps.unwrap_or(defaults.steps),
            eta: self.eta.unwrap_or(defaults.eta),
            noise_scale: self.noise_scale.unwrap_or(defaults.noise_scale),
            guidance_audio: self.guidance_audio.unwrap_or(defaults.guidance_audio),
            guidance_style: self.guidance_style.unwrap_or(defaults.guidance_style),
            ..defaults.clone()
        }
    }

    /// Checks what needs no model.
    pub(crate) fn check(&self) -> Result<()> {
        let fault = |text: String| Err(Error::InvalidArgument(text));
        if let Some(steps) = self.steps.filter(|&s| s == 0 || s > limits::MAX_STEPS as usize) {
            return fault(format!("{steps} steps, expected 1..={}", limits::MAX_STEPS));
        }
        if let InpaintMode::Repaint { loops } = self.edit_mode
            && !(1..=limits::MAX_RESAMPLING).contains(&loops)
        {
            return fault(format!("repaint in {loops} loops, expected 1 to {}", limits::MAX_RESAMPLING));
        }
        if !(0.0..=limits::MAX_TAIL_S).contains(&self.tail_s) {
            return fault(format!("a tail of {} s, expected 0 to {}", self.tail_s, limits::MAX_TAIL_S));
        }
        for (name, share) in [("eta", self.eta), ("noise_scale", self.noise_scale)] {
            if let Some(share) = share.filter(|s| !(0.0..=1.0).contains(s)) {
                return fault(format!("{name} is {share}, expected 0..=1"));
            }
        }
        let guidance = [
            ("audio", self.guidance_audio),
            ("style", self.guidance_style),
            ("strength of the style", Some(self.style_strength)),
        ];
        guidance.into_iter().try_for_each(|(name, value)| check_strength(name, value.unwrap_or(0.0)))
    }
}
