//! From the ring to the features of frames: the first half of what a stream's worker does.

use std::sync::Arc;

use rtrb::Consumer;

use crate::audio::{RATE_HZ, Resampler};
use crate::error::Result;
use crate::host::model::Model;
use crate::signal::Frames;
use crate::speech::LiveSpeech;
use crate::unit::Unit;

use super::options::{Settings, StreamOptions};
use super::quiet::Quiet;
use super::shared::Shared;

/// Samples that are taken between two pauses.
const SAMPLES_AT_ONCE: usize = 1024;
/// Where a pack does not say how long a pause is in which a mouth closes.
const SHORTEST_PAUSE_S: f64 = 0.3;

pub(crate) struct Hearing {
    shared: Arc<Shared>,
    ring: Consumer<f32>,
    rate_hz: u64,
    resampler: Resampler,
    speech: LiveSpeech,
    shortest_pause_s: f64,
    quiet: Quiet,
    /// Frames of sound that were heard or dropped, of all that were [claimed](Shared::claims).
    consumed: u64,
    /// The frame that begins with the first sample since the last start, and the samples of 16 kHz since then.
    base: u64,
    heard: usize,
    /// Features by number of the frame, modulo their count.
    features: Frames,
    fps: f64,
}

impl Hearing {
    pub(crate) async fn new(
        model: &Model,
        options: &StreamOptions,
        settings: &Settings,
        (shared, ring): (&Arc<Shared>, Consumer<f32>),
        unit: &Unit,
    ) -> Result<Self> {
        let (encoder, backend) = (model.speech()?, &**model.runtime().backend());
        let frames = [settings.hop.max(settings.look_ahead), settings.window];
        let speech = LiveSpeech::new(encoder, backend, Some(&model.programs().speech), frames, unit).await?;
        let rate_hz = options.sample_rate_hz;
        let resampler = Resampler::new(rate_hz)?;
        let config = model.manifest().adjustments.as_ref();
        let shortest_pause_s = config.map_or(SHORTEST_PAUSE_S, |config| f64::from(config.shortest_pause_s));
        Ok(Self {
            shared: Arc::clone(shared),
            ring,
            rate_hz: u64::from(rate_hz),
            resampler,
            speech,
            shortest_pause_s,
            quiet: Quiet::new(shortest_pause_s),
            consumed: 0,
            base: 0,
            heard: 0,
            features: Frames::try_zeros(2 * settings.window, encoder.width())?,
            fps: f64::from(model.manifest().fps),
        })
    }

    /// Begins again: the next sample that is heard is the first of frame `base`. Sound that was claimed before `claim` is
    /// dropped.
    ///
    /// # Errors
    /// Those of the resampler.
    pub(crate) fn restart(&mut self, claim: u64, base: u64, keep_mean: bool) -> Result<()> {
        while self.consumed < claim && self.ring.pop().is_ok() {
            self.consumed += 1;
        }
        self.consumed = self.consumed.max(claim);
        (self.base, self.heard) = (base, 0);
        self.resampler.reset()?;
        self.speech.restart(keep_mean);
        self.quiet = Quiet::new(self.shortest_pause_s);
        Ok(())
    }

    /// Frames of sound that were heard or dropped.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Takes what the ring holds, but no more than the frames before number `end` wait for, and nothing that was claimed from
    /// `claim` on; true when all that they wait for is there.
    ///
    /// # Errors
    /// Those of the resampler.
    pub(crate) async fn listen(&mut self, end: u64, claim: u64, unit: &Unit) -> Result<bool> {
        let needed = self.needed(end);
        let mut taken = 0;
        while self.heard < needed && self.consumed < claim {
            let Ok(sample) = self.ring.pop() else { break };
            self.consumed += 1;
            self.hear(sample)?;
            taken += 1;
            if taken % SAMPLES_AT_ONCE == 0 {
                unit.pause().await;
            }
        }
        Ok(self.heard >= needed)
    }

    /// Lets silence in, as much as the frames before number `end` wait for, unless sound has come; true when it went in.
    ///
    /// # Errors
    /// Those of the resampler.
    pub(crate) async fn fall_silent(&mut self, end: u64, unit: &Unit) -> Result<bool> {
        let frames = self.missing(end);
        if !self.shared.claim_silence(self.consumed, frames) {
            return Ok(false);
        }
        for number in 0..frames as usize {
            self.consumed += 1;
            self.hear(0.0)?;
            if number % SAMPLES_AT_ONCE == 0 {
                unit.pause().await;
            }
        }
        Ok(true)
    }

    fn hear(&mut self, sample: f32) -> Result<()> {
        let (speech, quiet, heard) = (&mut self.speech, &mut self.quiet, &mut self.heard);
        let mut take = |sample: f32| {
            speech.push(sample);
            quiet.push(sample);
            *heard += 1;
        };
        self.resampler.push(f64::from(sample), &mut take)
    }

    /// Samples of 16 kHz since the start that the frames before number `end` wait for.
    fn needed(&self, end: u64) -> usize {
        self.speech.samples_for(end.saturating_sub(self.base) as usize)
    }

    /// Frames of sound that are missing until then, about.
    pub(crate) fn missing(&self, end: u64) -> u64 {
        let missing = self.needed(end).saturating_sub(self.heard) as u64;
        (missing * self.rate_hz).div_ceil(u64::from(RATE_HZ)).max(1)
    }

    /// Frames of sound in the ring.
    pub(crate) fn waiting(&self) -> u64 {
        self.ring.slots() as u64
    }

    /// The frame up to which all sound was heard, but for what frames see behind it.
    pub(crate) fn heard_end(&self) -> u64 {
        self.base + (self.heard as f64 / f64::from(RATE_HZ) * self.fps) as u64
    }

    /// Computes the features of the frames before number `end`; from `silent_from` on silence is foreseen.
    ///
    /// # Errors
    /// Those of the backend.
    pub(crate) async fn understand(&mut self, silent_from: Option<u64>, end: u64, unit: &Unit) -> Result<()> {
        let (base, features) = (self.base as i64, &mut self.features);
        let kept = features.len() as i64;
        // Frames before the first have the features of silence; after an interruption they keep those that they had.
        let from = if base == 0 { i64::MIN } else { base };
        let mut take = |frame: isize, row: &[f32]| {
            let frame = base + frame as i64;
            if frame >= from {
                features.row_mut(frame.rem_euclid(kept) as usize).copy_from_slice(row);
            }
        };
        let heard = silent_from.unwrap_or(end) - self.base;
        self.speech.hear(heard as usize, unit, &mut take).await?;
        match silent_from {
            Some(_) => self.speech.foresee((end - self.base) as usize, unit, &mut take).await,
            None => Ok(()),
        }
    }

    /// Features of frames from number `first` on, below 0 for those before the first.
    pub(crate) fn features(&self, first: i64, rows: &mut [f32]) {
        let kept = self.features.len() as i64;
        for (row, frame) in rows.chunks_exact_mut(self.features.width).zip(first..) {
            row.copy_from_slice(self.features.row(frame.rem_euclid(kept) as usize));
        }
    }

    /// How far the mouth rests at a frame, 0..1; frames go up.
    pub(crate) fn rests(&mut self, frame: u64) -> f32 {
        self.quiet.share((frame.saturating_sub(self.base)) as f64 / self.fps)
    }

    /// What the resampler holds back, seconds.
    pub(crate) fn resampler_delay_s(&self) -> f64 {
        self.resampler.delay_s()
    }

    /// Features of a frame that is committed.
    pub(crate) fn frame(&self, frame: u64) -> &[f32] {
        self.features.row(frame as usize % self.features.len())
    }
}
