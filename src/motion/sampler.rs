//! A loaded sampler: denoiser, schedule and standardisation, shared by all jobs of a model.

use std::fmt::Display;

use crate::error::{Error, Result};
use crate::limits;
use crate::pack::{DenoiserConfig, Pack, Spacing};

use super::denoiser::Denoiser;
use super::guidance::TakenIn;
use super::schedule::Schedule;

/// How clips are sampled; [`Sampler::defaults`] has the pack's own values.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleOptions {
    /// Denoising steps, 1 to the training timesteps and at most [`limits::MAX_STEPS`].
    pub steps: usize,
    /// Which timesteps they visit.
    pub spacing: Spacing,
    /// DDIM's η, 0 (deterministic) to 1 (ancestral).
    pub eta: f32,
    /// Factor on the noise that sampling starts from, 0 to 1: less is nearer to the mean of all takes, and less lively; at
    /// 0 a clip moves alike with every seed while η is 0.
    pub noise_scale: f32,
    /// s_A of the paper's eq. 9; without effect on a distilled network that does not read it.
    pub guidance_audio: f32,
    /// s_P of the paper's eq. 9; without a style and a default one it has no effect.
    pub guidance_style: f32,
    /// Frames from a window's start to the next, 1 to the window.
    pub hop: usize,
    /// Memory for keys and values, bytes. What finds no room is computed again at each step, with the same result.
    pub state_bytes: usize,
}

/// Draws motion for audio features and styles.
#[derive(Debug)]
pub struct Sampler {
    denoiser: Denoiser,
    schedule: Schedule,
    defaults: SampleOptions,
    taken_in: TakenIn,
    live: bool,
    mean: Vec<f32>,
    std: Vec<f32>,
}

impl Sampler {
    /// Loads `denoiser.*` and the sampler's defaults.
    ///
    /// # Errors
    /// Those of [`Denoiser::load`]; `InvalidPack` for statistics that are not finite or a deviation that is not positive.
    pub fn load(pack: &Pack) -> Result<Self> {
        Self::of(pack, Denoiser::load(pack)?, "denoiser")
    }

    /// Loads `live.*`, the network of fast streams, in one step of one branch.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    pub fn load_live(pack: &Pack) -> Result<Self> {
        let sampler = Self::of(pack, Denoiser::load_live(pack)?, "live")?;
        let hop = sampler.denoiser.config().window;
        let defaults = SampleOptions { steps: 1, eta: 0.0, hop, ..sampler.defaults };
        let taken_in = reads(sampler.denoiser.config()).unwrap_or(TakenIn::Strengths);
        Ok(Self { defaults, taken_in, live: true, ..sampler })
    }

    fn of(pack: &Pack, denoiser: Denoiser, prefix: &str) -> Result<Self> {
        let config = &pack.manifest().diffusion;
        let statistics = |name: &str| {
            pack.tensor(&format!("{prefix}.{name}"), &[denoiser.config().d_x]).and_then(|weight| weight.to_f32())
        };
        let (mean, std) = (statistics("mean")?, statistics("std")?);
        if !mean.iter().all(|m| m.is_finite()) || !std.iter().all(|s| s.is_finite() && *s > 0.0) {
            return Err(Error::InvalidPack(format!("{prefix}.mean or {prefix}.std is not finite and positive")));
        }
        let defaults = SampleOptions {
            steps: config.steps,
            spacing: config.spacing,
            eta: config.eta,
            noise_scale: config.noise_scale,
            guidance_audio: config.guidance_audio,
            guidance_style: config.guidance_style,
            hop: config.hop,
            state_bytes: limits::SAMPLER_STATE_BYTES,
        };
        let schedule = Schedule::squared_cosine(config.timesteps);
        let otherwise = if config.distilled { TakenIn::Strengths } else { TakenIn::Nothing };
        let taken_in = reads(denoiser.config()).unwrap_or(otherwise);
        Ok(Self { denoiser, schedule, defaults, taken_in, live: false, mean, std })
    }

    /// The pack's defaults.
    pub fn defaults(&self) -> &SampleOptions {
        &self.defaults
    }

    /// The network.
    pub fn denoiser(&self) -> &Denoiser {
        &self.denoiser
    }

    /// The noise schedule.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// What the network has taken in of its guidance.
    pub(super) fn taken_in(&self) -> TakenIn {
        self.taken_in
    }

    /// True of the network of fast streams.
    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    /// True of a network of one branch that reads no strengths: a style is on the way from the default one in the code itself.
    pub(super) fn mixes_codes(&self) -> bool {
        self.live && self.taken_in != TakenIn::Read
    }

    /// Mean of every dimension of motion, d_x values.
    pub(super) fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// Standard deviation of every dimension of motion, d_x values.
    pub(super) fn std(&self) -> &[f32] {
        &self.std
    }

    /// Refuses options out of their ranges, which a job would refuse too, but later.
    ///
    /// # Errors
    /// `InvalidArgument`, naming the option.
    pub fn check(&self, options: &SampleOptions) -> Result<()> {
        let &SampleOptions { steps, eta, noise_scale, guidance_audio, guidance_style, hop, .. } = options;
        let most_steps = self.schedule.timesteps().min(limits::MAX_STEPS as usize);
        within("steps", steps, 1, most_steps)?;
        within("eta", eta, 0.0, 1.0)?;
        within("noise_scale", noise_scale, 0.0, 1.0)?;
        within("guidance_audio", guidance_audio, -limits::MAX_GUIDANCE, limits::MAX_GUIDANCE)?;
        within("guidance_style", guidance_style, -limits::MAX_GUIDANCE, limits::MAX_GUIDANCE)?;
        within("hop", hop, 1, self.denoiser.config().window)
    }
}

/// [`TakenIn::Read`] of a network that reads strengths.
fn reads(config: &DenoiserConfig) -> Option<TakenIn> {
    (config.d_s > 0).then_some(TakenIn::Read)
}

/// Refuses a value outside `least..=most`, and NaN.
pub(super) fn within<T: Copy + PartialOrd + Display>(what: impl Display, value: T, least: T, most: T) -> Result<()> {
    if least <= value && value <= most {
        return Ok(());
    }
    Err(Error::InvalidArgument(format!("{what} is {value}, allowed are {least} to {most}")))
}
