//! Motion as it goes on: windows of one length, each after the one before, whose past is known and held.
//!
//! A window is a sampling of its own. What it is recorded for never changes, so two programs serve a stream for all time: without
//! a style and with one. Memory is taken when a [`LiveMotion`] is made, and no more afterwards. Cost of a window: steps ×
//! branches forward passes over its frames.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::{self, Backend, DeviceFrames, Executable, Recorded, State};
use crate::signal::{Frames, try_zeros};
use crate::unit::Unit;

use super::clip::{Clip, Track};
use super::edit::{Inpaint, InpaintMode};
use super::groups;
use super::guidance::Style;
use super::layout::Layout;
use super::noise::{Draw, Noise, Purpose};
use super::sampler::{SampleOptions, Sampler};
use super::sampling::{SamplePrograms, Sampling};

/// Rows that are drawn or written between two pauses.
const ROWS_AT_ONCE: usize = 64;
/// Columns of the mask: expression, head.
const MASK: usize = 2;
/// With these every branch weighs something, so that it is recorded.
const ANY_STRENGTH: f32 = 0.5;
const ANY_GUIDANCE: [f32; 2] = [2.0, 1.0];

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
    sampler: Arc<Sampler>,
    options: SampleOptions,
    frames: usize,
    /// Of a network of one branch: the code where no style is asked for. With one the code is on the way between both.
    mixed: Option<Vec<f32>>,
    /// Without a style, and with one where that is another branch.
    networks: Vec<Network>,
    rows: Vec<f32>,
}

/// A program and the memory of its run.
struct Network {
    layout: Layout,
    recorded: Arc<Recorded<Sampling>>,
    executable: Box<dyn Executable>,
    state: State,
    weights: Vec<f32>,
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
        let options = SampleOptions { eta: 0.0, ..options.clone() };
        sampler.check(&options)?;
        let longest = sampler.denoiser().config().window;
        if !(1..=longest).contains(&frames) {
            let detail = format!("a window of {frames} frames, the network takes 1 to {longest}");
            return Err(Error::InvalidArgument(detail));
        }
        let config = sampler.denoiser().config();
        let code = || default_code.map_or_else(|| vec![0.0; config.d_p], <[f32]>::to_vec);
        let mixed = sampler.is_live().then(code);
        let default_code = mixed.as_deref().or(default_code);
        let mut networks = Vec::with_capacity(2);
        for styled in [false, true].into_iter().take(if mixed.is_some() { 1 } else { 2 }) {
            let shape = (frames, default_code, styled);
            networks.push(Network::new(sampler, backend, programs, &options, shape, unit).await?);
        }
        let rows = try_zeros(ROWS_AT_ONCE.max(MASK * frames), config.d_x)?;
        Ok(Self { sampler: Arc::clone(sampler), options, frames, mixed, networks, rows })
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
        let Self { sampler, options, frames, mixed, networks, rows } = self;
        let width = sampler.denoiser().config().d_x;
        assert_eq!(motion.len(), *frames * width, "motion of a window");
        let network = &mut networks[usize::from(window.style.is_some() && mixed.is_none())];
        let Network { layout, recorded, executable, state, weights } = network;
        let ports = &recorded.ports;
        executable.write(ports.audio[0], window.features)?;
        let (noise, draw) = (Noise::new(window.seed), Draw { purpose: Purpose::Start, step: 0, resampling: 0 });
        for first in (0..*frames).step_by(ROWS_AT_ONCE) {
            let values = &mut rows[..ROWS_AT_ONCE.min(*frames - first) * width];
            for (row, frame) in values.chunks_exact_mut(width).zip(window.first_frame + first as isize..) {
                // Frames before the first have numbers of their own: the last ones of 32 bits.
                noise.fill(draw, frame as usize, row);
            }
            values.iter_mut().for_each(|value| *value = *value * options.noise_scale + 0.0);
            executable.write_part(ports.noise, first * width, values)?;
            unit.pause().await;
        }
        let guidance = &mut layout.tracks[0].guidance;
        guidance.retune(window.guidance, window.style);
        if let Some(own) = mixed {
            let (code, strength) = window.style.unwrap_or((&own[..], 0.0));
            guidance.set_default(own.iter().zip(code).map(|(own, code)| own + (code - own) * strength));
        }
        for (row, code) in guidance.codes().enumerate() {
            executable.write_part(ports.codes, (row + 1) * code.len(), code)?;
        }
        let mut first = 0;
        for group in &layout.groups {
            for branch in 0..group.shape.branches() {
                layout.guidance_weights(group, branch, weights);
                executable.write_part(ports.weights, first, weights)?;
                first += weights.len();
            }
        }
        if let Some((known, mask)) = ports.known {
            let statistics = sampler.mean().iter().zip(sampler.std());
            for (row, values) in window.known.chunks_exact(width).enumerate() {
                let standardised = &mut rows[..width];
                let values = standardised.iter_mut().zip(values).zip(statistics.clone());
                values.for_each(|((out, value), (mean, std))| *out = (value - mean) / std);
                executable.write_part(known, row * width, standardised)?;
            }
            for column in 0..MASK {
                let of = |i: usize| window.mask[i * MASK + column];
                let (own, other) = rows[..2 * *frames].split_at_mut(*frames);
                (0..*frames).for_each(|i| (own[i], other[i]) = (of(i), 1.0 - of(i)));
                executable.write_part(mask, 2 * column * *frames, &rows[..2 * *frames])?;
            }
        }
        let mut done = 0;
        while done < ports.sections.len() {
            unit.pause().await;
            done += executable.advance(&ports.sections[done..], state)?;
        }
        executable.read(ports.motion, motion)?;
        for row in motion.chunks_exact_mut(width) {
            let statistics = sampler.mean().iter().zip(sampler.std());
            row.iter_mut().zip(statistics).for_each(|(x, (mean, std))| *x = *x * std + mean);
        }
        match motion.iter().all(|x| x.is_finite()) {
            true => Ok(()),
            false => Err(Error::InvalidPack("denoiser: its motion is not finite".to_owned())),
        }
    }
}

impl Network {
    async fn new(
        sampler: &Arc<Sampler>,
        backend: &dyn Backend,
        programs: Option<&SamplePrograms>,
        options: &SampleOptions,
        (frames, default_code, styled): (usize, Option<&[f32]>, bool),
        unit: &Unit,
    ) -> Result<Self> {
        let config = sampler.denoiser().config();
        let style = || Style { code: vec![0.0; config.d_p], strength: ANY_STRENGTH, weights: None };
        let (known, mask) = (Frames::try_zeros(frames, config.d_x)?, Frames::try_zeros(frames, MASK)?);
        let clip = Clip {
            styles: if styled { vec![style()] } else { Vec::new() },
            default_code: default_code.map(<[f32]>::to_vec),
            edit: Some(Inpaint { known, mask, mode: InpaintMode::Inpaint }),
            ..Clip::new(DeviceFrames::zeros(backend, frames, config.d_a)?)
        };
        let [guidance_audio, guidance_style] = ANY_GUIDANCE;
        let any = SampleOptions { guidance_audio, guidance_style, ..options.clone() };
        let (track, _) = Track::new(sampler, clip, &any, None)?;
        let tracks = vec![track];
        let (groups, slots) = groups::split(sampler.denoiser(), &tracks, options.state_bytes);
        let timesteps = sampler.schedule().pairs(options.spacing, options.steps)?;
        let layout = Layout::new(tracks, groups, slots, timesteps.len(), false);
        let record = Sampling::record(sampler.denoiser(), &layout, unit);
        let recorded = match programs {
            Some(programs) => programs.0.get_or_prepare(backend, layout.key(), record, unit).await?,
            None => Arc::new(plan::prepare(backend, record, unit).await?),
        };
        let mut executable = Arc::clone(&recorded.program).executable()?;
        recorded.ports.write_schedule(&mut *executable, sampler, &timesteps, 0.0)?;
        let state = executable.create_state()?;
        // Room for the weights of the longest branch.
        let longest = layout.groups.iter().map(groups::Group::estimate_rows).max().unwrap_or(0);
        Ok(Self { layout, recorded, executable, state, weights: Vec::with_capacity(longest) })
    }
}
