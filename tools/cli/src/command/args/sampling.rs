//! How a motion is sampled.

use std::str::FromStr;

use anyhow::{Result, bail, ensure};
use clap::Args;
use media2face::{SEED_AUTO, SessionOptions, StreamOptions, limits};

use super::value::{count, share};
use crate::input::guidance::Guidance;

/// What of [`SessionOptions`] the sampler goes by.
#[derive(Args, Clone)]
pub struct Sampling {
    /// Another seed is another take. By default it follows from the sound; the summary and the JSON name it
    #[arg(long, value_name = "N", default_value = "auto", value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// Denoising steps; the pack's by default
    #[arg(long, value_name = "N", value_parser = count(limits::MAX_STEPS), allow_negative_numbers = true)]
    pub steps: Option<u32>,
    /// Share of the noise that the motion starts from, 0 to 1: less is nearer to the mean, less lively; the pack's by default
    #[arg(long, value_name = "S", value_parser = share, allow_negative_numbers = true)]
    pub noise_scale: Option<f32>,
    /// Noise that is added at each step, 0 to 1; the pack's by default
    #[arg(long, value_name = "X", value_parser = share, allow_negative_numbers = true)]
    pub eta: Option<f32>,
    /// Strength of the audio, or a curve of it: 0:2.5,1.5:3; the pack's by default
    #[arg(long, value_name = "X", value_parser = Guidance::from_str, allow_negative_numbers = true)]
    pub guidance_audio: Option<Guidance>,
    /// Strength of the styles, or a curve of it; the pack's by default
    #[arg(long, value_name = "X", value_parser = Guidance::from_str, allow_negative_numbers = true)]
    pub guidance_style: Option<Guidance>,
}

impl Sampling {
    /// As the library takes it, in place of what other options say of it.
    pub fn over(&self, others: SessionOptions) -> SessionOptions {
        let Self { seed, steps, noise_scale, eta, guidance_audio, guidance_style } = self;
        let (guidance_audio, audio_curve) = Guidance::split(guidance_audio.as_ref());
        let (guidance_style, style_curve) = Guidance::split(guidance_style.as_ref());
        SessionOptions {
            seed: *seed,
            steps: steps.map(|steps| steps as usize),
            noise_scale: *noise_scale,
            eta: *eta,
            guidance_audio,
            audio_curve,
            guidance_style,
            style_curve,
            ..others
        }
    }

    /// The same for a stream.
    ///
    /// # Errors
    /// For what a stream does not do: curves, and noise at each step.
    pub fn over_stream(&self, others: StreamOptions) -> Result<StreamOptions> {
        let Self { seed, steps, noise_scale, eta, guidance_audio, guidance_style } = self;
        ensure!(eta.is_none(), "a stream adds no noise at its steps: --eta is for m2f animate");
        let constant = |guidance: &Option<Guidance>| match guidance {
            None => Ok(None),
            Some(Guidance::Constant(value)) => Ok(Some(*value)),
            Some(Guidance::Curve(_)) => bail!("a stream has no end: a curve of the guidance is for m2f animate"),
        };
        Ok(StreamOptions {
            seed: *seed,
            steps: steps.map(|steps| steps as usize),
            noise_scale: *noise_scale,
            guidance_audio: constant(guidance_audio)?,
            guidance_style: constant(guidance_style)?,
            ..others
        })
    }
}

/// A number, or `auto`: the sound's own.
pub fn seed(text: &str) -> Result<u64, String> {
    if text == "auto" { Ok(SEED_AUTO) } else { u64::from_str(text).map_err(|error| error.to_string()) }
}
