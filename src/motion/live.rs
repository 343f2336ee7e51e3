//! Motion as it goes on: windows of one length, each after the one before, whose past is known and held.
//!
//! A window is a sampling of its own. What it is recorded for never changes, so two programs serve a stream for all time: without
//! a style and with one. Memory is taken when a [`LiveMotion`] is made, and no more afterwards. Cost of a window: steps ×
//! branches forward passes over its frames.
//!
//! On a CPU each stream samples its windows alone, for a batch gains nothing there. On a device the windows that wait at the same
//! time are sampled together ([`LiveBatches`]).

use std::sync::Arc;

use crate::error::Result;
use crate::plan::Backend;
use crate::unit::Unit;

use super::live_batches::{LiveBatches, Seat};
use super::live_network::{LiveForm, LiveNetwork};
use super::sampler::{SampleOptions, Sampler};
use super::sampling::SamplePrograms;

/// What one window is sampled from.
#[derive(Debug, Clone, Copy)]
pub struct LiveWindow<'a> {
    /// Features A, [frames, d_a].
    pub features: &'a [f32],
    /// Motion that is known, [frames, d_z + d_pose] in the model's own units.
    pub known: &'a [f32],
    /// How far it holds, 0..1, of expression and head, [frames, 2].
    pub mask: &'a [f32],
    /// Code of the style, d_p values, and its strength.
    pub style: Option<(&'a [f32], f32)>,
    /// s_A and s_P.
    pub guidance: [f32; 2],
    /// The same seed gives the same noise.
    pub seed: u64,
    /// Number of the window's first frame, for the noise.
    pub first_frame: isize,
}

/// The sampler of one stream, on one thread at a time.
pub struct LiveMotion {
    frames: usize,
    way: Way,
}

enum Way {
    /// Without a style, and with one where that is another branch.
    Alone(Vec<LiveNetwork>),
    Together(Seat),
}

impl LiveMotion {
    /// For windows of `frames` frames; `options` are those of every window, but for the guidance. η is 0.
    ///
    /// # Errors
    /// `InvalidArgument` for options out of range, no frames, or more than the network takes; `OutOfMemory`; those of the
    /// backend.
    pub async fn new(
        sampler: &Arc<Sampler>,
        backend: &dyn Backend,
        programs: Option<&SamplePrograms>,
        options: &SampleOptions,
        frames: usize,
        default_code: Option<&[f32]>,
        unit: &Unit,
    ) -> Result<Self> {
        let form = LiveForm::new(sampler, options, frames, default_code)?;
        let mut networks = Vec::with_capacity(2);
        for styled in kinds(sampler) {
            networks.push(LiveNetwork::new(sampler, backend, programs, &form, (1, styled), unit).await?);
        }
        Ok(Self { frames, way: Way::Alone(networks) })
    }

    /// One whose windows are sampled with those of others.
    ///
    /// # Errors
    /// `OutOfMemory`; those of the backend.
    pub async fn beside(batches: &Arc<LiveBatches>, programs: Option<&SamplePrograms>, unit: &Unit) -> Result<Self> {
        let seat = batches.join(programs, unit).await?;
        Ok(Self { frames: batches.frames(), way: Way::Together(seat) })
    }

    /// Frames of a window.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Samples a window into `motion`, [frames, d_z + d_pose] in the model's own units. What is fully known is there but for
    /// the rounding of a standardisation.
    ///
    /// # Errors
    /// `InvalidPack` when the network gives values that are not finite; those of the backend. `motion` is of no use then.
    ///
    /// # Panics
    /// If a part of the window, or `motion`, has another size than the model and the window say.
    pub async fn sample(&mut self, window: &LiveWindow<'_>, unit: &Unit, motion: &mut [f32]) -> Result<()> {
        let networks = match &mut self.way {
            Way::Alone(networks) => networks,
            Way::Together(seat) => return seat.sample(window, unit, motion).await,
        };
        let kind = kind(window, networks.len());
        let network = &mut networks[kind];
        network.write(0, window)?;
        network.begin()?;
        unit.pause().await;
        while !network.advance()? {
            unit.pause().await;
        }
        network.read(0, motion)
    }
}

/// The networks of a sampler, by whether they take a style: one that mixes codes does in any case.
pub(super) fn kinds(sampler: &Sampler) -> impl Iterator<Item = bool> + use<> {
    [false, true].into_iter().take(if sampler.mixes_codes() { 1 } else { 2 })
}

/// The one of so many networks that samples a window.
pub(super) fn kind(window: &LiveWindow<'_>, networks: usize) -> usize {
    usize::from(window.style.is_some()).min(networks - 1)
}
