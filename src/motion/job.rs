//! Overlapped batching denoising (paper): one state x over all frames, windows of it denoised at the same timestep,
//! their estimates x0 averaged with trapezoid weights, edited, and one DDIM step taken on x.
//!
//! Memory beside the audio features and x: one x0 over all frames, and the buffers of one batch of windows; keys and
//! values up to [`SampleOptions::state_bytes`]. Time: steps × windows × branches forward passes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::{Backend, Executable, State};
use crate::signal::{Frames, try_zeros};

use super::denoiser::{DenoiserPlan, Shape};
use super::edit::Inpaint;
use super::groups::{self, Group};
use super::guidance::{Branch, Guidance, Style};
use super::noise::{Draw, Noise, Purpose};
use super::sampler::{SampleOptions, Sampler};
use super::windows::Windows;

/// One clip being sampled, advanced unit by unit on the caller's thread.
pub struct SampleJob {
    sampler: Arc<Sampler>,
    audio: Frames,
    guidance: Guidance,
    inpaint: Option<Inpaint>,
    noise: Noise,
    eta: f64,
    windows: Windows,
    timesteps: Vec<(usize, Option<usize>)>,
    groups: Vec<Group>,
    networks: HashMap<Shape, Network>,
    slots: Vec<Slot>,
    buffers: Buffers,
    x: Frames,
    x0: Frames,
    /// Denoising step, and the group in it that is next.
    step: usize,
    group: usize,
}

/// A plan and its compiled form.
struct Network {
    plan: DenoiserPlan,
    executable: Box<dyn Executable>,
}

/// A state and the group whose keys and values it holds.
#[derive(Default)]
struct Slot {
    state: Option<State>,
    holds: Option<usize>,
}

/// What goes to and from the ports, sized for the largest group.
struct Buffers {
    features: Vec<f32>,
    motion: Vec<f32>,
    weights: Vec<f32>,
    time: Vec<f32>,
    noise: Vec<f32>,
}

impl SampleJob {
    /// A sampling of one clip: `audio` holds features A, [frames, d_a], at the pack's rate. Nothing runs yet, but the
    /// initial noise is drawn: about 40 ns a value.
    ///
    /// # Errors
    /// `InvalidArgument` when the features or styles do not fit the model or an option is out of range;
    /// `OutOfMemory`.
    pub fn new(sampler: Arc<Sampler>, audio: Frames, styles: Vec<Style>, options: &SampleOptions) -> Result<Self> {
        sampler.check(options)?;
        let denoiser = sampler.denoiser();
        let config = denoiser.config();
        if audio.width != config.d_a || audio.is_empty() {
            return Err(Error::InvalidArgument(format!(
                "audio features of {} columns and {} frames, the model takes {} columns",
                audio.width,
                audio.len(),
                config.d_a
            )));
        }
        let frames = audio.len();
        let guidance = Guidance::new(options.guidance_audio, options.guidance_style, styles, frames, config.d_p)?;
        let windows = Windows::new(frames, config.window, options.hop);
        let (groups, slots) = groups::split(denoiser, &windows, &guidance, options.state_bytes);
        let timesteps = sampler.schedule().pairs(options.spacing, options.steps)?;

        let noise = Noise::new(options.seed);
        let mut x = Frames::try_zeros(frames, config.d_x)?;
        let start = Draw { purpose: Purpose::Start, step: 0, resampling: 0 };
        (0..frames).for_each(|frame| noise.fill(start, frame, x.row_mut(frame)));

        let largest = |len: &dyn Fn(&Shape) -> usize| {
            let rows = groups.iter().map(|group| len(&group.shape) * group.shape.windows * group.shape.frames);
            try_zeros(1, rows.max().unwrap_or(0))
        };
        let buffers = Buffers {
            features: largest(&|shape| shape.conditions * denoiser.condition_width())?,
            motion: largest(&|_| config.d_x)?,
            weights: largest(&Shape::branches)?,
            time: vec![0.0; config.d],
            noise: vec![0.0; config.d_x],
        };
        Ok(Self {
            x0: Frames::try_zeros(frames, config.d_x)?,
            slots: (0..slots).map(|_| Slot::default()).collect(),
            networks: HashMap::new(),
            inpaint: None,
            eta: f64::from(options.eta),
            step: 0,
            group: 0,
            sampler,
            audio,
            guidance,
            noise,
            windows,
            timesteps,
            groups,
            buffers,
            x,
        })
    }

    /// Paints known motion into the estimate of every step from here on.
    ///
    /// # Errors
    /// `InvalidArgument` when it does not fit the clip or the model.
    pub fn set_inpaint(&mut self, inpaint: Inpaint) -> Result<()> {
        self.inpaint = Some(inpaint.standardised(self.x.len(), self.sampler.mean(), self.sampler.std())?);
        Ok(())
    }

    /// Replaces the state that sampling goes on from, standardised, [frames, d_x].
    ///
    /// # Errors
    /// `InvalidArgument` when it has another shape.
    pub fn set_state(&mut self, x: Frames) -> Result<()> {
        if (x.len(), x.width) != (self.x.len(), self.x.width) {
            return Err(Error::InvalidArgument("the state has another shape".to_owned()));
        }
        self.x = x;
        Ok(())
    }

    /// The state x_t, standardised, [frames, d_x].
    pub fn state(&self) -> &Frames {
        &self.x
    }

    /// Denoising steps that are done.
    pub fn steps_done(&self) -> usize {
        self.step
    }

    /// Share of the work that is done, 0..1.
    pub fn fraction(&self) -> f32 {
        let groups = self.groups.len();
        (self.step * groups + self.group) as f32 / (self.timesteps.len() * groups) as f32
    }

    /// Does one bounded unit of work: the condition of one batch of windows, or one step of one batch. True when the
    /// sampling is complete. Every call of a job takes the same backend.
    ///
    /// # Errors
    /// Those of the backend; the job may be advanced again.
    pub fn advance(&mut self, backend: &dyn Backend) -> Result<bool> {
        if self.is_complete() {
            return Ok(true);
        }
        if self.slots[self.groups[self.group].slot].holds != Some(self.group) {
            self.condition(backend)?;
            return Ok(false);
        }
        self.denoise()?;
        self.group += 1;
        if self.group == self.groups.len() {
            self.take_step();
        }
        Ok(self.is_complete())
    }

    /// The motion [frames, d_z + d_pose] in the model's own units.
    ///
    /// # Errors
    /// `InvalidState` before the sampling is complete; `InvalidPack` when the network gave values that are not finite.
    pub fn finish(mut self) -> Result<Frames> {
        if !self.is_complete() {
            return Err(Error::InvalidState("the sampling is not complete".to_owned()));
        }
        for row in self.x.data.chunks_exact_mut(self.x.width) {
            row.iter_mut()
                .zip(self.sampler.mean().iter().zip(self.sampler.std()))
                .for_each(|(x, (m, s))| *x = *x * s + m);
        }
        if !self.x.data.iter().all(|x| x.is_finite()) {
            return Err(Error::InvalidPack("denoiser: its motion is not finite".to_owned()));
        }
        Ok(self.x)
    }

    fn is_complete(&self) -> bool {
        self.step == self.timesteps.len()
    }

    /// Fills the state of the group that is next with its keys and values.
    fn condition(&mut self, backend: &dyn Backend) -> Result<()> {
        let group = &self.groups[self.group];
        let network = match self.networks.entry(group.shape) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let plan = self.sampler.denoiser().record(group.shape);
                let executable = backend.compile(Arc::clone(&plan.plan))?;
                entry.insert(Network { plan, executable })
            }
        };
        let slot = &mut self.slots[group.slot];
        let state = match &mut slot.state {
            Some(state) => state,
            None => slot.state.insert(network.executable.create_state()?),
        };
        if let Some(port) = network.plan.features {
            let width = self.sampler.denoiser().condition_width();
            let rows = group.shape.conditions * group.shape.windows * group.shape.frames;
            let features = &mut self.buffers.features[..rows * width];
            let conditions = group.branches.iter().filter(|branch| **branch != Branch::Unconditional);
            let places = conditions.flat_map(|&branch| group_frames(group, &self.windows).map(move |f| (branch, f)));
            for (row, (branch, frame)) in features.chunks_exact_mut(width).zip(places) {
                let (audio, style) = row.split_at_mut(self.audio.width);
                audio.copy_from_slice(self.audio.row(frame));
                match self.guidance.code(branch) {
                    Some(code) => style.copy_from_slice(code),
                    None => style.fill(0.0),
                }
            }
            network.executable.write(port, features)?;
        }
        slot.holds = None; // should the run fail, the state is of no group
        network.executable.run(network.plan.condition, state)?;
        slot.holds = Some(self.group);
        Ok(())
    }

    /// Estimates x0 of the group that is next and blends it into the clip's.
    fn denoise(&mut self) -> Result<()> {
        let group = &self.groups[self.group];
        let Network { plan, executable } = self.networks.get_mut(&group.shape).expect("made with its condition");
        let state = self.slots[group.slot].state.as_mut().expect("made with the condition");
        let (width, rows) = (self.x.width, group.shape.windows * group.shape.frames);

        let motion = &mut self.buffers.motion[..rows * width];
        for (part, window) in motion.chunks_exact_mut(group.shape.frames * width).zip(group.windows.clone()) {
            let frames = self.windows.frames(window);
            part.copy_from_slice(&self.x.data[frames.start * width..frames.end * width]);
        }
        executable.write(plan.x, motion)?;

        let weights = &mut self.buffers.weights[..group.shape.branches() * rows];
        for (weights, &branch) in weights.chunks_exact_mut(rows).zip(&group.branches) {
            for (weight, frame) in weights.iter_mut().zip(group_frames(group, &self.windows)) {
                *weight = self.guidance.weight(branch, frame);
            }
        }
        executable.write(plan.weights, weights)?;

        self.sampler.denoiser().encode_time(self.timesteps[self.step].0, &mut self.buffers.time);
        executable.write(plan.time, &self.buffers.time)?;

        executable.run(plan.step, state)?;
        executable.read(plan.x0, motion)?;
        if self.group == 0 {
            self.x0.data.fill(0.0);
        }
        for (part, window) in motion.chunks_exact(group.shape.frames * width).zip(group.windows.clone()) {
            self.windows.blend(window, part, width, &mut self.x0.data);
        }
        Ok(())
    }

    /// Edits the estimate and takes the DDIM step on the whole clip.
    fn take_step(&mut self) {
        if let Some(inpaint) = &self.inpaint {
            inpaint.apply(&mut self.x0, self.sampler.denoiser().config().d_z);
        }
        let (from, to) = self.timesteps[self.step];
        let step = self.sampler.schedule().step(from, to, self.eta);
        let draw = Draw { purpose: Purpose::Step, step: self.step as u32, resampling: 0 };
        for frame in 0..self.x.len() {
            if step.noise > 0.0 {
                self.noise.fill(draw, frame, &mut self.buffers.noise);
            }
            let x = self.x.row_mut(frame).iter_mut();
            let estimates = self.x0.row(frame).iter().zip(&self.buffers.noise);
            x.zip(estimates).for_each(|(x, (x0, noise))| *x = step.apply(*x, *x0, *noise));
        }
        (self.step, self.group) = (self.step + 1, 0);
    }
}

/// Frames of the clip under each row of a group's windows.
fn group_frames(group: &Group, windows: &Windows) -> impl Iterator<Item = usize> {
    group.windows.clone().flat_map(|window| windows.frames(window))
}
