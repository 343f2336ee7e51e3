//! Overlapped batching denoising (paper): one state x over all frames of all clips, windows of it denoised at the same
//! timestep, their estimates x0 averaged with trapezoid weights, edited, and one DDIM step taken on x.
//!
//! All of it is one plan, see [`sampling`](super::sampling); the host draws noise and hands on the sections that are left.
//! Clips follow each other in x; a window lies over one of them, a batch may hold windows of several, and the
//! motion of each is what it would be alone. Memory beside the audio features: x and x0, x0 of every window, the buffers
//! of one batch of windows; keys and values up to [`SampleOptions::state_bytes`], but for one batch of each kind. Time:
//! steps × windows × branches forward passes.

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::{self, Backend, DeviceFrames, Executable, Recorded, State};
use crate::signal::Frames;
use crate::unit::{self, Unit};

use super::clip::{Clip, Track};
use super::groups;
use super::layout::{Layout, Pass};
use super::noise::Purpose;
use super::sampler::{SampleOptions, Sampler};
use super::sampling::{SamplePrograms, Sampling};

/// Rows that are drawn, written or read between two pauses.
const ROWS_AT_ONCE: usize = 64;

/// Clips being sampled together, advanced unit by unit on the caller's thread.
pub struct SampleJob {
    sampler: Arc<Sampler>,
    eta: f64,
    noise_scale: f32,
    timesteps: Vec<(usize, Option<usize>)>,
    layout: Layout,
    /// Features of every clip.
    audio: Vec<DeviceFrames>,
    /// In place of the noise that x starts from.
    start: Option<Frames>,
    run: Option<Run>,
}

/// A prepared sampling on its way.
struct Run {
    recorded: Arc<Recorded<Sampling>>,
    executable: Box<dyn Executable>,
    state: State,
    /// Sections that are done.
    done: usize,
    /// Whether the next one is under way.
    inside: bool,
    /// The pass whose fresh noise is being drawn, and how many rows of it are.
    drawn: Option<(usize, usize)>,
    /// Room for rows on their way.
    rows: Frames,
}

impl SampleJob {
    /// A sampling of one or more clips. Nothing runs yet.
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
        let (eta, noise_scale) = (f64::from(options.eta), options.noise_scale);
        Ok(Self { sampler, eta, noise_scale, timesteps, layout, audio, start: None, run: None })
    }

    /// Replaces the noise that sampling starts from, standardised, [frames of all clips, d_x].
    ///
    /// # Errors
    /// `InvalidArgument` when it has another shape; `InvalidState` once the job is under way.
    pub fn set_state(&mut self, start: Frames) -> Result<()> {
        if self.run.is_some() {
            return Err(Error::InvalidState("the sampling is under way".to_owned()));
        }
        if (start.len(), start.width) != (self.layout.rows(), self.width()) {
            return Err(Error::InvalidArgument("the state has another shape".to_owned()));
        }
        self.start = Some(start);
        Ok(())
    }

    /// The state x_t, standardised, [frames of all clips, d_x], read from the device; finishes what is under way there.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn state(&mut self) -> Result<Frames> {
        let mut state = Frames::try_zeros(self.layout.rows(), self.width())?;
        match &mut self.run {
            None => self.start_rows(0..state.len(), &mut state.data),
            Some(run) => {
                while run.inside || run.done == 0 {
                    run.advance(run.done + 1)?;
                }
                run.executable.run(run.recorded.ports.end, &mut run.state)?;
                run.executable.read(run.recorded.ports.motion, &mut state.data)?;
            }
        }
        Ok(state)
    }

    /// Denoising steps that are done.
    pub fn steps_done(&self) -> usize {
        self.run.as_ref().map_or(0, Run::steps_done)
    }

    /// Share of the work that is done, 0..1.
    pub fn fraction(&self) -> f32 {
        self.run.as_ref().map_or(0.0, |run| run.done as f32 / run.sections() as f32)
    }

    /// Takes a program for this shape, or records and prepares one, and writes all that is known beforehand, in bounded parts.
    ///
    /// # Errors
    /// Those of the backend; the job is of no further use then.
    pub async fn prepare(
        &mut self,
        backend: &dyn Backend,
        programs: Option<&SamplePrograms>,
        unit: &Unit,
    ) -> Result<()> {
        let (denoiser, layout) = (self.sampler.denoiser(), &self.layout);
        let record = Sampling::record(denoiser, layout, unit);
        let recorded = match programs {
            Some(programs) => programs.0.get_or_prepare(backend, layout.key(), record, unit).await?,
            None => Arc::new(plan::prepare(backend, record, unit).await?),
        };
        let mut executable = Arc::clone(&recorded.program).executable()?;
        let width = self.width();
        let ports = &recorded.ports;
        for (port, audio) in ports.audio.iter().zip(&self.audio) {
            for rows in pieces(0..audio.rows) {
                let values = rows.start * audio.width..rows.end * audio.width;
                executable.load_part(*port, values.clone(), &audio.tensor, values.start)?;
                unit.pause().await;
            }
        }
        for audio in self.audio.drain(..) {
            audio.free(backend, unit).await;
        }
        let mut rows = Frames::try_zeros(ROWS_AT_ONCE, width)?;
        for part in pieces(0..layout.rows()) {
            let values = &mut rows.data[..part.len() * width];
            self.start_rows(part.clone(), values);
            executable.write_part(ports.noise, part.start * width, values)?;
            unit.pause().await;
        }
        executable.write(ports.codes, &layout.codes(denoiser.config().d_p))?;
        if let Some(strengths) = ports.strengths {
            for track in &layout.tracks {
                for part in pieces(0..track.rows.len()) {
                    let first = (track.rows.start + part.start) * 2;
                    let values: Vec<f32> = part.flat_map(|frame| track.guidance.strengths(frame)).collect();
                    executable.write_part(strengths, first, &values)?;
                    unit.pause().await;
                }
            }
        }
        let (mut first, mut weights) = (0, Vec::new());
        for group in &layout.groups {
            for branch in 0..group.shape.branches() {
                layout.guidance_weights(group, branch, &mut weights);
                executable.write_part(ports.weights, first, &weights)?;
                first += weights.len();
                unit.pause().await;
            }
        }
        ports.write_schedule(&mut *executable, &self.sampler, &self.timesteps, self.eta)?;
        if let Some((known, mask)) = ports.known {
            let edited = layout.tracks.iter().filter_map(|track| Some((track, track.edit.as_ref()?)));
            for (track, edit) in edited {
                for part in pieces(0..track.rows.len()) {
                    let values = &edit.known.data[part.start * width..part.end * width];
                    executable.write_part(known, (track.rows.start + part.start) * width, values)?;
                    unit.pause().await;
                }
                for (column, values) in edit.weights().chunks_exact(track.rows.len()).enumerate() {
                    executable.write_part(mask, column * layout.rows() + track.rows.start, values)?;
                    unit.pause().await;
                }
            }
        }
        let state = executable.create_state()?;
        self.run = Some(Run { recorded, executable, state, done: 0, inside: false, drawn: None, rows });
        Ok(())
    }

    /// Does one bounded unit of work: hands on the sections that are left (those of one pass when each has fresh noise), of
    /// which the backend does what it does at once. A job that was not [prepared](Self::prepare) is, which has no bound. True
    /// when the sampling is complete. Every call of a job takes the same backend.
    ///
    /// # Errors
    /// Those of the backend; the job may be advanced again.
    pub fn advance(&mut self, backend: &dyn Backend) -> Result<bool> {
        let Some(run) = &mut self.run else {
            unit::finish(self.prepare(backend, None, &Unit::default()))?;
            return Ok(false);
        };
        if run.is_complete() {
            return Ok(true);
        }
        let mut end = run.sections();
        if !self.layout.fresh.is_empty() {
            let passes = &run.recorded.ports.passes;
            let at = passes.partition_point(|(_, end)| *end <= run.done);
            end = match passes.get(at).copied() {
                Some(_) if run.done == 0 => 1,
                Some((pass, end)) => {
                    if !run.draw(at, pass, &self.layout)? {
                        return Ok(false);
                    }
                    end
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
        unit::finish(self.finish_in(&Unit::default()))
    }

    /// [`finish`](Self::finish), in bounded parts.
    ///
    /// # Errors
    /// Those of [`finish`](Self::finish).
    pub async fn finish_in(mut self, unit: &Unit) -> Result<Vec<Frames>> {
        let width = self.width();
        let Some(mut run) = self.run.take().filter(Run::is_complete) else {
            return Err(Error::InvalidState("the sampling is not complete".to_owned()));
        };
        let (mean, std) = (self.sampler.mean(), self.sampler.std());
        let mut motions = Vec::with_capacity(self.layout.tracks.len());
        for track in &self.layout.tracks {
            let mut motion = Frames::try_zeros(track.rows.len(), width)?;
            for part in pieces(0..motion.len()) {
                let values = &mut motion.data[part.start * width..part.end * width];
                run.executable.read_part(run.recorded.ports.motion, (track.rows.start + part.start) * width, values)?;
                for row in values.chunks_exact_mut(width) {
                    row.iter_mut().zip(mean.iter().zip(std)).for_each(|(x, (mean, std))| *x = *x * std + mean);
                }
                if !values.iter().all(|x| x.is_finite()) {
                    return Err(Error::InvalidPack("denoiser: its motion is not finite".to_owned()));
                }
                unit.pause().await;
            }
            motions.push(motion);
        }
        while !run.executable.free_part(&mut run.state) {
            unit.pause().await;
        }
        Ok(motions)
    }

    fn width(&self) -> usize {
        self.sampler.denoiser().config().d_x
    }

    /// Rows of what x starts from.
    fn start_rows(&self, rows: Range<usize>, values: &mut [f32]) {
        match &self.start {
            Some(start) => values.copy_from_slice(&start.data[rows.start * start.width..rows.end * start.width]),
            None => self.layout.draw_start(self.noise_scale, rows, self.width(), values),
        }
    }
}

impl Run {
    fn sections(&self) -> usize {
        self.recorded.ports.sections.len()
    }

    fn is_complete(&self) -> bool {
        self.done == self.sections()
    }

    fn steps_done(&self) -> usize {
        let passes = self.recorded.ports.passes.iter().take_while(|(_, end)| *end <= self.done);
        passes.filter(|(pass, _)| pass.left == 0).count()
    }

    /// Hands on the sections up to `end`.
    fn advance(&mut self, end: usize) -> Result<()> {
        self.inside = false; // after an error the section starts over
        let done = self.executable.advance(&self.recorded.ports.sections[self.done..end], &mut self.state)?;
        self.inside = done == 0;
        self.done += done;
        Ok(())
    }

    /// Draws some more fresh noise of the pass with this number; true when the device holds all of it.
    fn draw(&mut self, number: usize, pass: Pass, layout: &Layout) -> Result<bool> {
        let drawn = self.drawn.filter(|(drawn, _)| *drawn == number).map_or(0, |(_, rows)| rows);
        let (width, part) = (self.rows.width, drawn..layout.rows().min(drawn + ROWS_AT_ONCE));
        for (at, &purpose) in layout.fresh.iter().enumerate() {
            let first = (at * layout.rows() + part.start) * width;
            self.draw_rows(pass, purpose, part.clone(), first, layout)?;
        }
        self.drawn = Some((number, part.end));
        Ok(part.end == layout.rows())
    }

    /// Rows of the clips that take part; the others keep what they have.
    fn draw_rows(
        &mut self,
        pass: Pass,
        purpose: Purpose,
        part: Range<usize>,
        first: usize,
        layout: &Layout,
    ) -> Result<()> {
        let width = self.rows.width;
        for (track, draw) in layout.draws(pass, purpose) {
            let own = part.start.max(track.rows.start)..part.end.min(track.rows.end);
            if !own.is_empty() {
                let values = &mut self.rows.data[..own.len() * width];
                track.draw(draw, own.clone(), width, values);
                self.executable.write_part(
                    self.recorded.ports.noise,
                    first + (own.start - part.start) * width,
                    values,
                )?;
            }
        }
        Ok(())
    }
}

/// Ranges of rows between two pauses.
fn pieces(rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = rows.end;
    rows.step_by(ROWS_AT_ONCE).map(move |first| first..end.min(first + ROWS_AT_ONCE))
}
