//! One clip: takes its audio, runs its job, hands out its result.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use crate::audio::Converter;
use crate::clock::{Duration, Instant, deadline};
use crate::error::{Error, Result};

use super::clip::{Input, Pending};
use super::options::SessionOptions;
use super::pack_adjustments::PackAdjustments;
use super::progress::{Progress, Stage};
use super::revision::Revision;
use super::work::Work;
use crate::conditioning::conditions::{Conditioning, Guidance};
use crate::conditioning::keyframe::Keyframe;
use crate::conditioning::style::{Curve, StyleTrack};
use crate::host::log::LogLevel;
use crate::host::model::Model;
use crate::result::animation::Animation;

/// One clip. Push and finish from one thread at a time; cancel, progress, wait and pull from any.
pub struct Session {
    pub(crate) model: Arc<Model>,
    pub(crate) options: SessionOptions,
    conditioning: Arc<Conditioning>,
    phase: Mutex<Phase>,
}

/// What a session holds, one after the other.
pub(crate) enum Phase {
    Input(Input),
    /// The job, and which of its clips is this session's.
    Work(Arc<Work>, usize),
    /// It was cancelled before the end of its input, or its job could not begin.
    Failed(Error),
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

    /// A session that makes a range of a finished animation again, with other styles, keyframes, guidance or another seed; their
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
        PackAdjustments::new(model, &options, options.tail_s > 0.0)?;
        let conditioning = Arc::new(Conditioning::new(model, &options)?);
        Ok(Self { model: Arc::clone(model), options, conditioning, phase: Mutex::new(Phase::Input(input)) })
    }

    /// Adds a style; its number, for [`set_style`](Self::set_style) and [`set_style_strength`](Self::set_style_strength).
    /// The style of the options, where there is one, is number 0. Any thread, until the motion begins: at the end of the
    /// speech stage. A style that comes after the style stage is encoded as the motion begins.
    ///
    /// # Errors
    /// `InvalidArgument` for times that are negative, reversed or no numbers, a strength out of range, or too many styles;
    /// `MissingPart` for a style that the model cannot take; `InvalidState` once the motion has begun.
    pub fn add_style(&self, track: StyleTrack) -> Result<usize> {
        self.conditioning.add(&self.model, track)
    }

    /// Puts another style in the place of one. As [`add_style`](Self::add_style) otherwise.
    pub fn set_style(&self, number: usize, track: StyleTrack) -> Result<()> {
        self.conditioning.replace(&self.model, number, track)
    }

    /// Changes the strength of a style; 0 leaves it out. As [`add_style`](Self::add_style) otherwise.
    pub fn set_style_strength(&self, number: usize, strength: f32) -> Result<()> {
        self.conditioning.set_strength(number, strength)
    }

    /// Adds a keyframe; its number, for [`set_keyframe`](Self::set_keyframe). Any thread, until the motion begins. Pictures
    /// and meshes are encoded by the job.
    ///
    /// # Errors
    /// `InvalidArgument` for times that are negative, reversed or no numbers, a hold outside 0..1, values that do not fit the
    /// model, a mesh in another unit, a frame that another keyframe holds at a different value, or too many keyframes;
    /// `InvalidPicture`; `MissingPart` for a source that the pack has no network for; `InvalidState` once the motion has begun.
    pub fn add_keyframe(&self, keyframe: Keyframe) -> Result<usize> {
        self.conditioning.add_keyframe(&self.model, keyframe)
    }

    /// Puts another keyframe in the place of one. As [`add_keyframe`](Self::add_keyframe) otherwise.
    pub fn set_keyframe(&self, number: usize, keyframe: Keyframe) -> Result<()> {
        self.conditioning.replace_keyframe(&self.model, number, keyframe)
    }

    /// Lets a strength of the guidance follow a curve; `None`: the constant of the options again. Any thread, until the
    /// motion has begun.
    ///
    /// # Errors
    /// `InvalidState` once the motion has begun.
    pub fn set_guidance_curve(&self, guidance: Guidance, curve: Option<Curve>) -> Result<()> {
        self.conditioning.set_curve(guidance, curve)
    }

    /// Changes [`SessionOptions::isolate_styles`]. Any thread, until the motion begins.
    ///
    /// # Errors
    /// `InvalidState` once the motion has begun.
    pub fn isolate_styles(&self, isolate: bool) -> Result<()> {
        self.conditioning.set_isolate(isolate)
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
        match &mut *self.lock() {
            Phase::Input(Input::Audio(converter)) => push(converter),
            Phase::Input(Input::Revision(_)) => Err(Error::InvalidState("a revision takes no audio".to_owned())),
            Phase::Failed(error) => Err(error.clone()),
            Phase::Work(work, clip) => {
                work.outcome(*clip)?;
                Err(Error::InvalidState("audio was pushed after the end of the input".to_owned()))
            }
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Phase> {
        // Phases are replaced whole, so one that a panic left behind is still a phase.
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the input; the work begins.
    ///
    /// # Errors
    /// `InvalidAudio` when nothing was pushed, which leaves the session as it was; `InvalidState` when it was called before;
    /// `OutOfMemory` when no worker can be started; the job's failure when it has one already, such as `Cancelled`.
    pub fn finish(&self) -> Result<()> {
        Self::finish_together(&[self])
    }

    /// Its clip, of an input that has ended.
    pub(crate) fn clip(&self, input: Input) -> Pending {
        Pending::new(&self.model, &self.options, &self.conditioning, input)
    }

    /// Its job and the number of its clip there.
    fn work(&self) -> Result<(Arc<Work>, usize)> {
        match &*self.lock() {
            Phase::Input(_) => Err(Error::InvalidState("the input is not finished yet".to_owned())),
            Phase::Work(work, clip) => Ok((Arc::clone(work), *clip)),
            Phase::Failed(error) => Err(error.clone()),
        }
    }

    /// Works on the calling thread for about `budget`, at least one unit; true when the job is done. On a runtime with
    /// threads of its own it waits that long instead.
    ///
    /// # Errors
    /// The job's failure; `InvalidState` before finish.
    pub fn step(&self, budget: Duration) -> Result<bool> {
        self.work_until(Some(deadline(budget)), false)
    }

    /// Waits until the job is done, at most `timeout`; true when it is. On a runtime without threads it does the work.
    ///
    /// # Errors
    /// The job's failure; `InvalidState` before finish.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<bool> {
        let deadline = timeout.map(deadline);
        self.work_until(deadline, deadline.is_some_and(|deadline| Instant::now() >= deadline))
    }

    fn work_until(&self, deadline: Option<Instant>, late: bool) -> Result<bool> {
        let done = self.work().and_then(|(work, _)| work.wait(deadline, late));
        self.model.runtime().log.deliver();
        done
    }

    /// Where the job is.
    pub fn progress(&self) -> Progress {
        let input = Progress { stage: Stage::Input, fraction: 0.0 };
        let phase = match self.phase.try_lock() {
            Ok(phase) => phase,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Somebody pushes.
            Err(TryLockError::WouldBlock) => return input,
        };
        match &*phase {
            Phase::Input(_) => input,
            Phase::Work(work, _) => work.progress(),
            Phase::Failed(_) => Progress { stage: Stage::Done, ..input },
        }
    }

    /// Asks the job to stop; it does so after the unit of work under way.
    pub fn cancel(&self) {
        let mut phase = self.lock();
        match &*phase {
            Phase::Input(_) => *phase = Phase::Failed(Error::Cancelled),
            Phase::Work(work, _) => {
                let work = Arc::clone(work);
                drop(phase);
                work.cancel();
            }
            Phase::Failed(_) => {}
        }
    }

    /// Its job could not begin.
    pub(crate) fn fail(&self, phase: &mut Phase, error: &Error) {
        self.model.runtime().log.add(LogLevel::Error, error.to_string());
        *phase = Phase::Failed(error.clone());
    }

    /// The result of a job that is done; `None` while it works.
    ///
    /// # Errors
    /// The job's failure; `InvalidState` before finish.
    pub fn pull(&self) -> Result<Option<Arc<Animation>>> {
        self.model.runtime().log.deliver();
        let (work, clip) = self.work()?;
        work.outcome(clip)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.cancel();
        if let Phase::Work(work, _) = &*self.lock() {
            work.join();
        }
    }
}
