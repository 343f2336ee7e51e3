//! One clip: takes its audio, runs its job, hands out its result.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::audio::Converter;
use crate::error::{Error, Result};

use super::adjustments::Adjustments;
use super::animation::Animation;
use super::clip::{Clip, Input};
use super::direction::{Direction, Guidance};
use super::job::Job;
use super::keyframe::Keyframe;
use super::model::Model;
use super::options::SessionOptions;
use super::progress::Progress;
use super::revision::Revision;
use super::shared::{Phase, Shared, deadline};
use super::style::{Curve, StyleTrack};

/// One clip. Push and finish from one thread at a time; cancel, progress, wait and pull from any.
pub struct Session {
    pub(super) shared: Arc<Shared>,
    pub(super) options: SessionOptions,
    direction: Arc<Direction>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl Session {
    /// Checks the options against the model.
    ///
    /// # Errors
    /// `InvalidArgument` for options out of range; `MissingPart` when the model lacks a network that this job needs.
    pub fn new(model: &Arc<Model>, options: SessionOptions) -> Result<Self> {
        let converter = Converter::new(options.sample_rate_hz, options.channels)?;
        Self::of(model, options, Input::Audio(converter))
    }

    /// A session that makes a range of a finished animation anew, with other styles, keyframes, guidance or another seed; their
    /// times are those of the whole clip. It takes no audio: [`finish`](Self::finish) begins the work. Its result is the
    /// whole clip: frames outside of `start_s` to `end_s` are the old ones, bit for bit, and inside the old motion fades
    /// over 0.2 s at either end. Styles are not isolated further. Costs as much as the windows over the range: the audio is
    /// not encoded again.
    ///
    /// # Errors
    /// Those of [`new`](Self::new); `InvalidArgument` for times that are negative, reversed, no numbers or past the end;
    /// `InvalidState` for an animation whose session was not [editable](SessionOptions::editable).
    pub fn revise(animation: &Arc<Animation>, start_s: f64, end_s: f64, options: SessionOptions) -> Result<Self> {
        let model = animation.model();
        let revision = Revision::new(model, animation, start_s, end_s)?;
        let identity = options.identity.clone().or_else(|| animation.own_identity().cloned());
        Self::of(model, SessionOptions { identity, ..options }, Input::Revision(revision))
    }

    fn of(model: &Arc<Model>, options: SessionOptions, input: Input) -> Result<Self> {
        options.check()?;
        model.check(&options)?;
        Adjustments::new(model, &options, options.tail_s > 0.0)?;
        let direction = Arc::new(Direction::new(model, &options)?);
        Ok(Self { shared: Shared::new(model, input), options, direction, worker: Mutex::new(None) })
    }

    /// Adds a style; its number, for [`set_style`](Self::set_style) and [`set_style_strength`](Self::set_style_strength).
    /// The style of the options, where there is one, is number 0. Any thread, until the motion is begun: at the end of the
    /// speech stage. A style that comes after the style stage is encoded as the motion begins.
    ///
    /// # Errors
    /// `InvalidArgument` for times that are negative, reversed or no numbers, a strength out of range, or too many styles;
    /// `MissingPart` for a style that the model cannot take; `InvalidState` once the motion is begun.
    pub fn add_style(&self, track: StyleTrack) -> Result<usize> {
        self.direction.add(&self.shared.model, track)
    }

    /// Puts another style in the place of one. As [`add_style`](Self::add_style) otherwise.
    pub fn set_style(&self, number: usize, track: StyleTrack) -> Result<()> {
        self.direction.replace(&self.shared.model, number, track)
    }

    /// Changes the strength of a style; 0 leaves it out. As [`add_style`](Self::add_style) otherwise.
    pub fn set_style_strength(&self, number: usize, strength: f32) -> Result<()> {
        self.direction.set_strength(number, strength)
    }

    /// Adds a keyframe; its number, for [`set_keyframe`](Self::set_keyframe). Any thread, until the motion is begun. Pictures
    /// and meshes are encoded by the job.
    ///
    /// # Errors
    /// `InvalidArgument` for times that are negative, reversed or no numbers, a hold outside 0..1, values that do not fit the
    /// model, a mesh in another unit, a frame that another keyframe holds at a different value, or too many keyframes;
    /// `InvalidPicture`; `MissingPart` for a source that the pack has no network for; `InvalidState` once the motion is begun.
    pub fn add_keyframe(&self, keyframe: Keyframe) -> Result<usize> {
        self.direction.add_keyframe(&self.shared.model, keyframe)
    }

    /// Puts another keyframe in the place of one. As [`add_keyframe`](Self::add_keyframe) otherwise.
    pub fn set_keyframe(&self, number: usize, keyframe: Keyframe) -> Result<()> {
        self.direction.replace_keyframe(&self.shared.model, number, keyframe)
    }

    /// Lets a strength of the guidance follow a curve; `None`: the constant of the options again. Any thread, until the
    /// motion is begun.
    ///
    /// # Errors
    /// `InvalidState` once the motion is begun.
    pub fn set_guidance_curve(&self, guidance: Guidance, curve: Option<Curve>) -> Result<()> {
        self.direction.set_curve(guidance, curve)
    }

    /// Changes [`SessionOptions::isolate_styles`]. Any thread, until the motion is begun.
    ///
    /// # Errors
    /// `InvalidState` once the motion is begun.
    pub fn isolate_styles(&self, isolate: bool) -> Result<()> {
        self.direction.set_isolate(isolate)
    }

    /// Interleaved channels of the pushed audio.
    pub fn channel_count(&self) -> u32 {
        self.options.channels
    }

    /// Hands over interleaved floats, nominally −1..1. Takes memory: not for audio threads.
    ///
    /// # Errors
    /// `InvalidAudio` for NaN or infinite samples (nothing of this call is taken) and for a clip past the limit,
    /// `InvalidState` after the end of the input.
    pub fn push_f32(&self, interleaved: &[f32]) -> Result<()> {
        self.input(|converter| converter.push_f32(interleaved))
    }

    /// Hands over interleaved 16-bit integers. As [`Self::push_f32`] otherwise.
    pub fn push_i16(&self, interleaved: &[i16]) -> Result<()> {
        self.input(|converter| converter.push_i16(interleaved))
    }

    fn input(&self, push: impl FnOnce(&mut Converter) -> Result<()>) -> Result<()> {
        match &mut *self.shared.lock() {
            Phase::Input(Input::Audio(converter)) => push(converter),
            Phase::Input(Input::Revision(_)) => Err(Error::InvalidState("a revision takes no audio".to_owned())),
            Phase::Done(Err(error)) => Err(error.clone()),
            _ => Err(Error::InvalidState("audio was pushed after the end of the input".to_owned())),
        }
    }

    /// Ends the input; the work begins.
    ///
    /// # Errors
    /// `InvalidAudio` when nothing was pushed, which leaves the session as it was; `InvalidState` when it was called before; `OutOfMemory` when no worker
    /// can be started; the job's failure when it has one already, such as `Cancelled`.
    pub fn finish(&self) -> Result<()> {
        Self::finish_together(&[self])
    }

    /// Takes its input out of an input phase.
    ///
    /// # Panics
    /// If it is another one.
    pub(super) fn clip(&self, phase: &mut Phase) -> Clip {
        let Phase::Input(input) = std::mem::replace(phase, Phase::Working) else { panic!("checked before") };
        Clip::new(&self.shared.model, &self.options, &self.direction, input)
    }

    /// Starts the worker of a runtime with threads; on another the job waits for steps.
    pub(super) fn begin(&self, job: Box<Job>) -> Result<Phase> {
        if self.shared.model.runtime().threads() == 0 {
            return Ok(Phase::Waiting(job));
        }
        let shared = Arc::clone(&self.shared);
        let work = move || {
            let outcome = shared.work(job, None);
            shared.settle(&mut shared.lock(), outcome);
        };
        let worker = std::thread::Builder::new().name("m2f-job".to_owned()).spawn(work);
        let worker = worker.map_err(|error| Error::OutOfMemory(format!("cannot start a worker thread: {error}")))?;
        *self.worker.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
        Ok(Phase::Working)
    }

    /// Works on the calling thread for about `budget`, at least one unit; true when the job is done. On a runtime with
    /// threads of its own it waits that long instead.
    ///
    /// # Errors
    /// The job's failure; `InvalidState` before finish.
    pub fn step(&self, budget: Duration) -> Result<bool> {
        if self.shared.work_if_waiting(Some(deadline(budget))) {
            return self.wait(Some(Duration::ZERO));
        }
        self.wait(Some(budget))
    }

    /// Waits until the job is done, at most `timeout`; true when it is. On a runtime without threads it does the work.
    ///
    /// # Errors
    /// The job's failure; `InvalidState` before finish.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<bool> {
        let (shared, deadline) = (&*self.shared, timeout.map(deadline));
        let done = loop {
            let late = deadline.is_some_and(|d| Instant::now() >= d);
            let phase = shared.lock();
            match &*phase {
                Phase::Input(_) => break Err(Error::InvalidState("the input is not finished yet".to_owned())),
                Phase::Done(Ok(_)) => break Ok(true),
                Phase::Done(Err(error)) => break Err(error.clone()),
                _ if late => break Ok(false),
                Phase::Working => drop(shared.wait_for_change(phase, deadline)),
                Phase::Waiting(_) | Phase::Following(_) => {
                    drop(phase);
                    if !shared.work_if_waiting(deadline) {
                        let phase = shared.lock();
                        if matches!(*phase, Phase::Following(_)) {
                            drop(shared.wait_for_change(phase, deadline));
                        }
                    }
                }
            }
        };
        shared.model.runtime().log.deliver();
        done
    }

    /// Where the job is.
    pub fn progress(&self) -> Progress {
        self.shared.progress()
    }

    /// Asks the job to stop; it does so after the unit of work under way.
    pub fn cancel(&self) {
        self.shared.cancel();
    }

    /// The result of a job that is done; `None` while it works.
    ///
    /// # Errors
    /// The job's failure; `InvalidState` before finish.
    pub fn pull(&self) -> Result<Option<Arc<Animation>>> {
        self.shared.model.runtime().log.deliver();
        match &*self.shared.lock() {
            Phase::Input(_) => Err(Error::InvalidState("the input is not finished yet".to_owned())),
            Phase::Waiting(_) | Phase::Working | Phase::Following(_) => Ok(None),
            Phase::Done(outcome) => outcome.clone().map(Some),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.cancel();
        if let Some(worker) = self.worker.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            // It catches its own panics, so there is no outcome to look at.
            let _ = worker.join();
        }
    }
}
