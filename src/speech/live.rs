//! Speech as it comes: 16 kHz samples one by one → features of the frames that were heard so far.
//!
//! What a frame sees behind the last sample is not there yet, so its features change until they were given with all of that.
//! Before the first sample there is silence.

use crate::error::Result;
use crate::plan::Backend;
use crate::unit::Unit;

use super::encoder::{LiveParts, SpeechEncoder, SpeechPrograms};
use super::live_chunks::LiveChunks;
use super::live_rows::LiveRows;

/// The encoder of one stream, on one thread at a time. Nothing is allocated after it was made.
pub struct LiveSpeech(Way);

enum Way {
    Rows(Box<LiveRows>),
    Chunks(Box<LiveChunks>),
}

impl LiveSpeech {
    /// For steps of about so many new frames, as many of which may be foreseen, and with features of so many before the first
    /// sample.
    ///
    /// # Errors
    /// `Unsupported` for a pack that cannot stream, with the reason; `OutOfMemory`; those of the backend.
    pub async fn new(
        encoder: &SpeechEncoder,
        backend: &dyn Backend,
        programs: Option<&SpeechPrograms>,
        frames: [usize; 2],
        unit: &Unit,
    ) -> Result<Self> {
        Ok(Self(match encoder.live_parts()? {
            LiveParts::Rows(parts) => Way::Rows(Box::new(LiveRows::new(parts, backend, programs, frames, unit).await?)),
            LiveParts::Chunks(parts) => {
                Way::Chunks(Box::new(LiveChunks::new(parts, backend, programs, frames, unit).await?))
            }
        }))
    }

    /// Rows of the network that a step computes.
    pub fn rows_of_step(&self) -> usize {
        match &self.0 {
            Way::Rows(live) => live.rows_of_step(),
            Way::Chunks(live) => live.rows_of_step(),
        }
    }

    /// Sound from a first sample on again; with `keep_mean` the running mean is that of what was heard before.
    pub fn restart(&mut self, keep_mean: bool) {
        match &mut self.0 {
            Way::Rows(live) => live.restart(keep_mean),
            Way::Chunks(live) => live.restart(),
        }
    }

    /// Takes a 16 kHz sample. The samples of about as many frames as a step has may be taken before each
    /// [`hear`](Self::hear).
    pub fn push(&mut self, sample: f32) {
        match &mut self.0 {
            Way::Rows(live) => live.push(sample),
            Way::Chunks(live) => live.push(sample),
        }
    }

    /// Samples that features of the frames before number `frames` wait for.
    pub fn samples_for(&self, frames: usize) -> usize {
        match &self.0 {
            Way::Rows(live) => live.samples_for(frames),
            Way::Chunks(live) => live.samples_for(frames),
        }
    }

    /// Computes features of the frames before number `frames`, as far as what was heard changes them: `take` gets the number of
    /// each, below 0 for those in the silence, and its d_a values. What frames see behind the last sample is not there yet.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn hear(
        &mut self,
        frames: usize,
        unit: &Unit,
        take: &mut (dyn FnMut(isize, &[f32]) + Send),
    ) -> Result<()> {
        match &mut self.0 {
            Way::Rows(live) => live.hear(frames, unit, take).await,
            Way::Chunks(live) => live.hear(frames, unit, take).await,
        }
    }

    /// Features of the frames before number `frames` if silence follows what was heard: at most the new frames of a step behind
    /// the last [`hear`](Self::hear), of which nothing is kept.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn foresee(
        &mut self,
        frames: usize,
        unit: &Unit,
        take: &mut (dyn FnMut(isize, &[f32]) + Send),
    ) -> Result<()> {
        match &mut self.0 {
            Way::Rows(live) => live.foresee(frames, unit, take).await,
            Way::Chunks(live) => live.foresee(frames, unit, take).await,
        }
    }
}
