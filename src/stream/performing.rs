//! From features to motion, window by window.
//!
//! A window's past is what was sampled before, which is held. Of the frames after it, those that the window before looked ahead
//! to are known, too, and hold a little: the first one's expression half, the head over all of them, less and less. So
//! neither jumps where two windows meet.

use std::sync::Arc;

use crate::error::Result;
use crate::host::model::Model;
use crate::motion::{LiveMotion, LiveWindow};
use crate::signal::Frames;
use crate::unit::Unit;

use super::hearing::Hearing;
use super::options::{Settings, StreamOptions, StyleHandle};

/// How far the expression of the first frame after the past holds to what was looked ahead to: measured, `benches/streams.rs`.
const EXPRESSION_HOLDS: f32 = 0.3;

/// Frames over which motion that was dropped is left after an interruption.
const LEAVING_FRAMES: i64 = 4;

pub(crate) struct Performing {
    motion: LiveMotion,
    d_x: usize,
    pub(crate) seed: u64,
    pub(crate) style: Option<Arc<StyleHandle>>,
    pub(crate) strength: f32,
    pub(crate) guidance: [f32; 2],
    /// Sampled motion by number of the frame, modulo their count.
    sampled: Frames,
    /// The frames that were sampled: from `first` on up to `looked_to`, those looked ahead to among them.
    first: i64,
    looked_to: i64,
    /// Frames over which the next window leaves motion that was dropped.
    leaves: i64,
    /// Of the window under way.
    features: Vec<f32>,
    known: Vec<f32>,
    mask: Vec<f32>,
    out: Vec<f32>,
}

impl Performing {
    pub(crate) async fn new(
        model: &Model,
        options: &StreamOptions,
        settings: &Settings,
        default_code: Option<&[f32]>,
        unit: &Unit,
    ) -> Result<Self> {
        let (sampler, backend, window) = (&settings.sampler, model.runtime().backend(), settings.window);
        let (programs, batches) = (Some(&model.programs().motion), &model.programs().batches);
        let motion = match backend.prefers_batches() {
            true => {
                let batches = batches.of(sampler, backend, &settings.sample, window, default_code)?;
                LiveMotion::beside(&batches, programs, unit).await?
            }
            false => {
                LiveMotion::new(sampler, &**backend, programs, &settings.sample, window, default_code, unit).await?
            }
        };
        let config = sampler.denoiser().config();
        let zeros = |width: usize| crate::signal::try_zeros(window, width);
        Ok(Self {
            motion,
            d_x: config.d_x,
            seed: options.seed,
            style: options.style.clone(),
            strength: options.style_strength,
            guidance: [settings.sample.guidance_audio, settings.sample.guidance_style],
            sampled: Frames::try_zeros(2 * window, config.d_x)?,
            first: 0,
            looked_to: 0,
            leaves: 0,
            features: zeros(config.d_a)?,
            known: zeros(config.d_x)?,
            mask: zeros(2)?,
            out: zeros(config.d_x)?,
        })
    }

    /// Nothing was sampled yet.
    pub(crate) fn restart(&mut self) {
        (self.first, self.looked_to, self.leaves) = (0, 0, 0);
    }

    /// What was sampled behind the frames that are done is dropped: the next window goes over from it softly.
    pub(crate) fn cut(&mut self) {
        self.leaves = LEAVING_FRAMES;
    }

    /// Samples the frames from number `done` to `end`, which are fewer than a window.
    ///
    /// # Errors
    /// Those of [`LiveMotion::sample`].
    pub(crate) async fn window(&mut self, hearing: &mut Hearing, done: u64, end: u64, unit: &Unit) -> Result<()> {
        let (done, end, kept) = (done as i64, end as i64, self.sampled.len() as i64);
        let first = end - self.motion.frames() as i64;
        hearing.features(first, &mut self.features);
        if self.looked_to == self.first {
            // The first window of all: what was before it is sampled with it.
            self.first = first;
            self.looked_to = first;
        }
        let looked_ahead = (self.looked_to - done).max(0);
        for (at, frame) in (first..end).enumerate() {
            let known = frame >= self.first && frame < self.looked_to;
            let row = self.sampled.row(frame.rem_euclid(kept) as usize);
            self.known[at * self.d_x..][..self.d_x].copy_from_slice(row);
            let ahead = frame - done;
            let mask = match known {
                true if ahead < 0 => [1.0, 1.0],
                true => {
                    let over = |frames: i64| (1.0 - (ahead + 1) as f32 / (frames + 1) as f32).max(0.0);
                    let expression = if ahead == 0 { EXPRESSION_HOLDS } else { 0.0 };
                    [if self.leaves > 0 { over(self.leaves) } else { expression }, over(looked_ahead)]
                }
                false => [0.0, 0.0],
            };
            self.mask[2 * at..2 * at + 2].copy_from_slice(&mask);
        }
        let window = LiveWindow {
            features: &self.features,
            known: &self.known,
            mask: &self.mask,
            style: self.style.as_ref().map(|style| (&style.code[..], self.strength)),
            guidance: self.guidance,
            seed: self.seed,
            first_frame: first as isize,
        };
        self.motion.sample(&window, unit, &mut self.out).await?;
        for (at, frame) in (first..end).enumerate() {
            // What was held stays as it was, bit for bit.
            if self.mask[2 * at] < 1.0 {
                let row = &self.out[at * self.d_x..][..self.d_x];
                self.sampled.row_mut(frame.rem_euclid(kept) as usize).copy_from_slice(row);
            }
        }
        (self.looked_to, self.leaves) = (end, 0);
        Ok(())
    }

    /// The motion that was sampled for a frame.
    pub(crate) fn row(&self, frame: u64) -> &[f32] {
        self.sampled.row(frame as usize % self.sampled.len())
    }

    /// How far a wink is asked for, 0..1.
    pub(crate) fn winks(&self) -> f32 {
        self.style.as_ref().filter(|style| style.winks).map_or(0.0, |_| self.strength.clamp(0.0, 1.0))
    }
}
