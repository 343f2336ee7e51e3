//! The networks that sample the windows of streams: so many of one length at once, each with a past, a style and a seed of its own.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::{self, Backend, DeviceFrames, Executable, Recorded, State};
use crate::signal::{Frames, try_zeros};
use crate::unit::Unit;

use super::clip::{Clip, Track};
use super::edit::{Inpaint, InpaintMode, stands};
use super::groups;
use super::guidance::Style;
use super::layout::Layout;
use super::live::LiveWindow;
use super::noise::{Draw, Noise, Purpose};
use super::sampler::{SampleOptions, Sampler};
use super::sampling::{SamplePrograms, Sampling};

/// Columns of the mask: expression, head.
pub(super) const MASK: usize = 2;
/// With these every branch weighs something, so that it is recorded.
const ANY_STRENGTH: f32 = 0.5;
const ANY_GUIDANCE: [f32; 2] = [2.0, 1.0];

/// What all windows of a stream have in common.
#[derive(PartialEq)]
pub(super) struct LiveForm {
    /// Those of every window, but for the guidance, which is any that every branch weighs something with; η is 0.
    pub(super) options: SampleOptions,
    pub(super) frames: usize,
    /// Of a network of one branch, the code where no style is asked for: with one the code is on the way between both.
    pub(super) default_code: Option<Vec<f32>>,
}

impl LiveForm {
    /// # Errors
    /// `InvalidArgument` for options out of range, no frames, or more than the network takes.
    pub(super) fn new(
        sampler: &Sampler,
        options: &SampleOptions,
        frames: usize,
        default_code: Option<&[f32]>,
    ) -> Result<Self> {
        sampler.check(options)?;
        let [guidance_audio, guidance_style] = ANY_GUIDANCE;
        let options = SampleOptions { eta: 0.0, guidance_audio, guidance_style, ..options.clone() };
        let config = sampler.denoiser().config();
        if !(1..=config.window).contains(&frames) {
            let detail = format!("a window of {frames} frames, the network takes 1 to {}", config.window);
            return Err(Error::InvalidArgument(detail));
        }
        let none = sampler.mixes_codes().then(|| vec![0.0; config.d_p]);
        Ok(Self { options, frames, default_code: default_code.map(<[f32]>::to_vec).or(none) })
    }
}

/// A program for some windows, and the memory of its run.
pub(super) struct LiveNetwork {
    sampler: Arc<Sampler>,
    layout: Layout,
    recorded: Arc<Recorded<Sampling>>,
    executable: Box<dyn Executable>,
    state: State,
    /// Sections of the run under way that are done.
    done: usize,
    noise_scale: f32,
    /// Of a network of one branch: the code where no style is asked for.
    default_code: Option<Vec<f32>>,
    rows: Vec<f32>,
    weights: Vec<f32>,
}

impl LiveNetwork {
    /// For so many windows, all of them with a style or all without one.
    ///
    /// # Errors
    /// `OutOfMemory`; those of the backend.
    pub(super) async fn new(
        sampler: &Arc<Sampler>,
        backend: &dyn Backend,
        programs: Option<&SamplePrograms>,
        form: &LiveForm,
        (windows, styled): (usize, bool),
        unit: &Unit,
    ) -> Result<Self> {
        let (config, frames) = (sampler.denoiser().config(), form.frames);
        let style = || Style { code: vec![0.0; config.d_p], strength: ANY_STRENGTH, weights: None };
        let mut tracks: Vec<Track> = Vec::with_capacity(windows);
        for _ in 0..windows {
            let (known, mask) = (Frames::try_zeros(frames, config.d_x)?, Frames::try_zeros(frames, MASK)?);
            let clip = Clip {
                styles: if styled { vec![style()] } else { Vec::new() },
                default_code: form.default_code.clone(),
                edit: Some(Inpaint { known, mask, mode: past_of(sampler) }),
                ..Clip::new(DeviceFrames::zeros(backend, frames, config.d_a)?)
            };
            let (track, _) = Track::new(sampler, clip, &form.options, tracks.last())?;
            tracks.push(track);
        }
        let (groups, slots) = groups::split(sampler.denoiser(), &tracks, form.options.state_bytes);
        let timesteps = sampler.schedule().pairs(form.options.spacing, form.options.steps)?;
        let layout = Layout::new(tracks, groups, slots, timesteps.len(), false);
        let record = Sampling::record(sampler.denoiser(), &layout, unit);
        let recorded = match programs {
            Some(programs) => programs.0.get_or_prepare(backend, layout.key(), record, unit).await?,
            None => Arc::new(plan::prepare(backend, record, unit).await?),
        };
        let mut executable = Arc::clone(&recorded.program).executable()?;
        recorded.ports.write_schedule(&mut *executable, sampler, &timesteps, 0.0)?;
        // Room for the weights of the longest branch.
        let longest = layout.groups.iter().map(groups::Group::estimate_rows).max().unwrap_or(0);
        Ok(Self {
            sampler: Arc::clone(sampler),
            state: executable.create_state()?,
            done: 0,
            noise_scale: form.options.noise_scale,
            default_code: form.default_code.clone().filter(|_| sampler.mixes_codes()),
            rows: try_zeros(frames, config.d_x)?,
            weights: Vec::with_capacity(longest),
            layout,
            recorded,
            executable,
        })
    }

    /// Writes what window number `at` is sampled from.
    ///
    /// # Errors
    /// Those of the backend.
    ///
    /// # Panics
    /// If a part of the window has another size than the model and the window say.
    pub(super) fn write(&mut self, at: usize, window: &LiveWindow<'_>) -> Result<()> {
        let Self { sampler, layout, recorded, executable, noise_scale, default_code, rows: scratch, .. } = self;
        let (ports, width) = (&recorded.ports, sampler.denoiser().config().d_x);
        let (all, own) = (layout.rows(), layout.tracks[at].rows.clone());
        let values = &mut scratch[..own.len() * width];
        executable.write(ports.audio[at], window.features)?;

        let (noise, draw) = (Noise::new(window.seed), Draw { purpose: Purpose::Start, step: 0, resampling: 0 });
        for (row, frame) in values.chunks_exact_mut(width).zip(window.first_frame..) {
            // Frames before the first have numbers of their own: the last ones of 32 bits.
            noise.fill(draw, frame as usize, row);
        }
        values.iter_mut().for_each(|value| *value = *value * *noise_scale + 0.0);
        executable.write_part(ports.noise, own.start * width, values)?;

        let track = &mut layout.tracks[at];
        track.guidance.retune(window.guidance, window.style);
        if let Some(own) = default_code {
            let (code, strength) = window.style.unwrap_or((own, 0.0));
            track.guidance.set_default(own.iter().zip(code).map(|(own, code)| own + (code - own) * strength));
        }
        for (row, code) in (track.codes.start..).zip(track.guidance.codes()) {
            executable.write_part(ports.codes, row * code.len(), code)?;
        }

        if let Some(strengths) = ports.strengths {
            for frame in 0..own.len() {
                let values = layout.tracks[at].guidance.strengths(frame);
                executable.write_part(strengths, (own.start + frame) * values.len(), &values)?;
            }
        }

        let Some((known, mask)) = ports.known else { return Ok(()) };
        let statistics = || sampler.mean().iter().zip(sampler.std());
        for (row, known) in values.chunks_exact_mut(width).zip(window.known.chunks_exact(width)) {
            let known = row.iter_mut().zip(known).zip(statistics());
            known.for_each(|((out, value), (mean, std))| *out = (value - mean) / std);
        }
        executable.write_part(known, own.start * width, values)?;
        let weights = [(0, (|m| m) as fn(f32) -> f32), (2 * MASK, stands)];
        let weights = &weights[..=usize::from(layout.tracks[at].is_given())];
        for column in 0..MASK {
            for &(first, weight) in weights {
                let [held, free] = [0, 1].map(|row| (first + 2 * column + row) * all + own.start);
                let values = &mut scratch[..own.len()];
                let masks = window.mask.chunks_exact(MASK).map(|mask| weight(mask[column]));
                values.iter_mut().zip(masks).for_each(|(out, mask)| *out = mask);
                executable.write_part(mask, held, values)?;
                values.iter_mut().for_each(|value| *value = 1.0 - *value);
                executable.write_part(mask, free, values)?;
            }
        }
        Ok(())
    }

    /// Begins a run with the windows that were written last.
    ///
    /// # Errors
    /// Those of the backend.
    pub(super) fn begin(&mut self) -> Result<()> {
        self.done = 0;
        let mut first = 0;
        for group in &self.layout.groups {
            for branch in 0..group.shape.branches() {
                self.layout.guidance_weights(group, branch, &mut self.weights);
                self.executable.write_part(self.recorded.ports.weights, first, &self.weights)?;
                first += self.weights.len();
            }
        }
        Ok(())
    }

    /// Does the next bounded part; true when that was the last.
    ///
    /// # Errors
    /// Those of the backend.
    pub(super) fn advance(&mut self) -> Result<bool> {
        let sections = &self.recorded.ports.sections;
        self.done += self.executable.advance(&sections[self.done..], &mut self.state)?;
        Ok(self.done == sections.len())
    }

    /// Reads the motion of window number `at` in the model's own units.
    ///
    /// # Errors
    /// `InvalidPack` when the network gives values that are not finite; those of the backend. `motion` is of no use then.
    pub(super) fn read(&mut self, at: usize, motion: &mut [f32]) -> Result<()> {
        let (sampler, own) = (&self.sampler, self.layout.tracks[at].rows.clone());
        let width = sampler.denoiser().config().d_x;
        self.executable.read_part(self.recorded.ports.motion, own.start * width, motion)?;
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

/// How a window is given its past. A live network learned to read it without noise, and in its one step would see none of it otherwise; a
/// denoiser of clips follows the clip less closely so (r of mouthPressLeft .66 for .90).
fn past_of(sampler: &Sampler) -> InpaintMode {
    if sampler.is_live() { InpaintMode::Given } else { InpaintMode::Inpaint }
}
