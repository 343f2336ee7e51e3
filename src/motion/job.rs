//! Overlapped batching denoising (paper): one state x over all frames of all clips, windows of it denoised at the same
//! timestep, their estimates x0 averaged with trapezoid weights, edited, and one DDIM step taken on x.
//!
//! All of it is one plan, see [`sampling`](super::sampling); the host draws noise and hands on the sections that are left.
//! Clips lie one behind the other in x; a window lies over one of them, a batch may hold windows of several, and the
//! motion of each is what it would be alone. Memory beside the audio features: x and x0, x0 of every window, the buffers
//! of one batch of windows; keys and values up to [`SampleOptions::state_bytes`], but for one batch of each kind. Time:
//! steps × windows × branches forward passes.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::{Backend, DeviceFrames, Executable, State};
use crate::signal::{Frames, try_zeros};

use super::clip::{Clip, Track};
use super::groups;
use super::layout::Layout;
use super::sampler::{SampleOptions, Sampler};
use super::sampling::{FACTORS, Sampling};

/// Clips being sampled together, advanced unit by unit on the caller's thread.
pub struct SampleJob {
    sampler: Arc<Sampler>,
    eta: f64,
    timesteps: Vec<(usize, Option<usize>)>,
    layout: Layout,
    phase: Phase,
}

enum Phase {
    /// What the plan will take in besides the layout: features of every clip, the noise that x starts from.
    Waiting {
        audio: Vec<DeviceFrames>,
        x: Frames,
    },
    Running(Run),
}

/// A compiled sampling on its way.
struct Run {
    sampling: Sampling,
    executable: Box<dyn Executable>,
    state: State,
    /// Sections that are done.
    done: usize,
    /// Whether the next one is under way on the device.
    inside: bool,
    /// The noise of a pass, and the pass whose noise the device holds; without fresh noise no rows.
    fresh: Frames,
    drawn: Option<usize>,
}

impl SampleJob {
    /// A sampling of one or more clips. Nothing runs yet, but the initial noise is drawn: about 40 ns a value.
    ///
    /// # Errors
    /// `InvalidArgument` without a clip, when one's features, styles, curves or known motion do not fit it or the model,
    /// and when an option is out of range; `OutOfMemory`.
    pub fn new(sampler: Arc<Sampler>, clips: Vec<Clip>, options: &SampleOptions) -> Result<Self> {
        sampler.check(options)?;
        if clips.is_empty() {
            return Err(Error::InvalidArgument("a sampling without a clip".to_owned()));
        }
        let count = clips.len();
        let (mut tracks, mut audio) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for (at, clip) in clips.into_iter().enumerate() {
            let named = |error| match error {
                Error::InvalidArgument(detail) if count > 1 => Error::InvalidArgument(format!("clip {at}: {detail}")),
                other => other,
            };
            let (track, features) = Track::new(&sampler, clip, options, tracks.last()).map_err(named)?;
            tracks.push(track);
            audio.push(features);
        }
        let (groups, slots) = groups::split(sampler.denoiser(), &tracks, options.state_bytes);
        let timesteps = sampler.schedule().pairs(options.spacing, options.steps)?;
        let layout = Layout::new(tracks, groups, slots, timesteps.len(), options.eta > 0.0);
        let mut x = Frames::try_zeros(layout.rows(), sampler.denoiser().config().d_x)?;
        layout.draw_start(options.noise_scale, &mut x);
        let phase = Phase::Waiting { audio, x };
        Ok(Self { sampler, eta: f64::from(options.eta), timesteps, layout, phase })
    }

    /// Replaces the noise that sampling starts from, standardised, [frames of all clips, d_x].
    ///
    /// # Errors
    /// `InvalidArgument` when it has another shape; `InvalidState` once the job is under way.
    pub fn set_state(&mut self, start: Frames) -> Result<()> {
        let Phase::Waiting { x, .. } = &mut self.phase else {
            return Err(Error::InvalidState("the sampling is under way".to_owned()));
        };
        if (start.len(), start.width) != (x.len(), x.width) {
            return Err(Error::InvalidArgument("the state has another shape".to_owned()));
        }
        *x = start;
        Ok(())
    }

    /// The state x_t, standardised, [frames of all clips, d_x], read from the device; finishes what is under way there.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn state(&mut self) -> Result<Frames> {
        match &mut self.phase {
            Phase::Waiting { x, .. } => Ok(x.clone()),
            Phase::Running(run) => {
                while run.inside || run.done == 0 {
                    run.advance(run.done + 1)?;
                }
                run.executable.run(run.sampling.end, &mut run.state)?;
                run.motion(self.layout.rows())
            }
        }
    }

    /// Denoising steps that are done.
    pub fn steps_done(&self) -> usize {
        match &self.phase {
            Phase::Waiting { .. } => 0,
            Phase::Running(run) => run.steps_done(),
        }
    }

    /// Share of the work that is done, 0..1.
    pub fn fraction(&self) -> f32 {
        match &self.phase {
            Phase::Waiting { .. } => 0.0,
            Phase::Running(run) => run.done as f32 / run.sampling.sections.len() as f32,
        }
    }

    /// Does one bounded unit of work: records and compiles the plan, or hands on the sections that are left (those of one
    /// pass when each has fresh noise), of which the backend does what it does at once. True when the sampling is
    /// complete. Every call of a job takes the same backend.
    ///
    /// # Errors
    /// Those of the backend; the job may be advanced again.
    pub fn advance(&mut self, backend: &dyn Backend) -> Result<bool> {
        let run = match &mut self.phase {
            Phase::Waiting { .. } => {
                self.phase = Phase::Running(self.prepare(backend)?);
                return Ok(false);
            }
            Phase::Running(run) => run,
        };
        if run.is_complete() {
            return Ok(true);
        }
        let mut end = run.sampling.sections.len();
        if !self.layout.fresh.is_empty() {
            let at = run.sampling.passes.partition_point(|(_, end)| *end <= run.done);
            end = match run.sampling.passes.get(at) {
                Some(_) if run.done == 0 => 1,
                Some((pass, end)) => {
                    if run.drawn != Some(at) {
                        self.layout.draw_fresh(*pass, &mut run.fresh);
                        run.executable.write(run.sampling.noise, &run.fresh.data)?;
                        run.drawn = Some(at);
                    }
                    *end
                }
                None => end,
            };
        }
        run.advance(end)?;
        Ok(run.is_complete())
    }

    /// The motion of every clip, [frames, d_z + d_pose] in the model's own units.
    ///
    /// # Errors
    /// `InvalidState` before the sampling is complete; `InvalidPack` when the network gave values that are not finite.
    pub fn finish(self) -> Result<Vec<Frames>> {
        let Phase::Running(mut run) = self.phase else { return Err(incomplete()) };
        if !run.is_complete() {
            return Err(incomplete());
        }
        let mut motion = run.motion(self.layout.rows())?;
        for row in motion.data.chunks_exact_mut(motion.width) {
            row.iter_mut()
                .zip(self.sampler.mean().iter().zip(self.sampler.std()))
                .for_each(|(x, (m, s))| *x = *x * s + m);
        }
        if !motion.data.iter().all(|x| x.is_finite()) {
            return Err(Error::InvalidPack("denoiser: its motion is not finite".to_owned()));
        }
        let width = motion.width;
        let mut last = |track: &Track| Frames::new(width, motion.data.split_off(track.rows.start * width));
        let mut motions: Vec<Frames> = self.layout.tracks.iter().rev().map(&mut last).collect();
        motions.reverse();
        Ok(motions)
    }

    /// Compiles the plan and writes all that is known beforehand.
    fn prepare(&self, backend: &dyn Backend) -> Result<Run> {
        let Phase::Waiting { audio, x } = &self.phase else { unreachable!("prepared once") };
        let (denoiser, layout) = (self.sampler.denoiser(), &self.layout);
        let (d, d_x, d_p) = (denoiser.config().d, denoiser.config().d_x, denoiser.config().d_p);
        let sampling = Sampling::record(denoiser, layout)?;
        let mut executable = backend.compile(Arc::clone(&sampling.plan))?;
        for (port, audio) in sampling.audio.iter().zip(audio) {
            executable.load(*port, &audio.tensor, 0)?;
        }
        let mut noise = Frames::try_zeros(layout.fresh.len().max(1) * layout.rows(), d_x)?;
        noise.data[..x.data.len()].copy_from_slice(&x.data);
        executable.write(sampling.noise, &noise.data)?;
        executable.write(sampling.codes, &layout.codes(d_p))?;
        executable.write(sampling.weights, &layout.guidance_weights())?;

        let mut times = try_zeros(layout.steps, d)?;
        let rows = times.chunks_exact_mut(d).zip(&self.timesteps);
        rows.for_each(|(row, (timestep, _))| denoiser.encode_time(*timestep, row));
        executable.write(sampling.times, &times)?;
        executable.write(sampling.coefficients, &self.coefficients())?;
        if let Some((known, mask)) = sampling.known {
            executable.write(known, &layout.known(d_x)?)?;
            executable.write(mask, &layout.known_weights()?)?;
        }
        let state = executable.create_state()?;
        let fresh = if layout.fresh.is_empty() { Frames { width: d_x, data: Vec::new() } } else { noise };
        Ok(Run { sampling, executable, state, done: 0, inside: false, fresh, drawn: None })
    }

    /// Factors of every step, as the plan takes them.
    fn coefficients(&self) -> Vec<f32> {
        let (schedule, mut factors) = (self.sampler.schedule(), Vec::with_capacity(FACTORS * self.timesteps.len()));
        for &(from, to) in &self.timesteps {
            let [step, known, again] =
                [schedule.step(from, to, self.eta), schedule.diffuse(None, to), schedule.diffuse(to, Some(from))];
            let of_step = [step.x0, step.x, step.noise, known.x, known.noise, again.x, again.noise];
            factors.extend(of_step.map(|factor| factor as f32));
        }
        factors
    }
}

impl Run {
    fn is_complete(&self) -> bool {
        self.done == self.sampling.sections.len()
    }

    fn steps_done(&self) -> usize {
        let passes = self.sampling.passes.iter().take_while(|(_, end)| *end <= self.done);
        passes.filter(|(pass, _)| pass.left == 0).count()
    }

    /// Hands on the sections up to `end`.
    fn advance(&mut self, end: usize) -> Result<()> {
        self.inside = false; // after an error the section begins anew
        let done = self.executable.advance(&self.sampling.sections[self.done..end], &mut self.state)?;
        self.inside = done == 0;
        self.done += done;
        Ok(())
    }

    /// What the output holds.
    fn motion(&mut self, frames: usize) -> Result<Frames> {
        let mut motion = Frames::try_zeros(frames, self.fresh.width)?;
        self.executable.read(self.sampling.motion, &mut motion.data)?;
        Ok(motion)
    }
}

fn incomplete() -> Error {
    Error::InvalidState("the sampling is not complete".to_owned())
}
