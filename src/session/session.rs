//! One clip: takes its audio, runs its job, hands out its result.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::audio::Converter;
use crate::error::{Error, Result};

use super::animation::Animation;
use super::direction::{Direction, Guidance};
use super::job::{Input, Job};
use super::keyframe::Keyframe;
use super::log::LogLevel;
use super::model::Model;
use super::options::SessionOptions;
use super::revision::Revision;
use super::style::{Curve, StyleTrack};

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Stage {
    /// Takes audio.
    Input,
    /// Encodes the text or picture.
    Style,
    /// Encodes the speech.
    Speech,
    /// Samples the motion.
    Motion,
    /// Done, failed or cancelled.
    Done,
}

impl Stage {
    const ALL: [Self; 5] = [Self::Input, Self::Style, Self::Speech, Self::Motion, Self::Done];

    /// One word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Style => "style",
            Self::Speech => "speech",
            Self::Motion => "motion",
            Self::Done => "done",
        }
    }
}

/// Progress of a job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Where it is.
    pub stage: Stage,
    /// Share of the whole work that is done, 0..1.
    pub fraction: f32,
}

/// What a session holds, one after the other.
enum Phase {
    Input(Input),
    /// A job that the next step or wait goes on with.
    Waiting(Box<Job>),
    /// A job that some thread is working on.
    Working,
    Done(Result<Arc<Animation>>),
}

/// What the session shares with its worker.
struct Shared {
    model: Arc<Model>,
    phase: Mutex<Phase>,
    changed: Condvar,
    cancelled: AtomicBool,
    stage: AtomicU32,
    fraction: AtomicU32,
}

/// One clip. Push and finish from one thread at a time; cancel, progress, wait and pull from any.
pub struct Session {
    shared: Arc<Shared>,
    options: SessionOptions,
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
        let direction = Arc::new(Direction::new(model, &options)?);
        let shared = Shared {
            model: Arc::clone(model),
            phase: Mutex::new(Phase::Input(input)),
            changed: Condvar::new(),
            cancelled: AtomicBool::new(false),
            stage: AtomicU32::new(Stage::Input as u32),
            fraction: AtomicU32::new(0),
        };
        Ok(Self { shared: Arc::new(shared), options, direction, worker: Mutex::new(None) })
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
    /// `InvalidAudio` when nothing was pushed; `InvalidState` when it was called before; `OutOfMemory` when no worker
    /// can be started; the job's failure when it has one already, such as `Cancelled`.
    pub fn finish(&self) -> Result<()> {
        let mut phase = self.shared.lock();
        match &*phase {
            Phase::Input(Input::Audio(converter)) if converter.is_empty() => {
                let error = Error::InvalidAudio("the clip has no samples".to_owned());
                self.shared.settle(&mut phase, Phase::Done(Err(error.clone())));
                return Err(error);
            }
            Phase::Input(_) => {}
            Phase::Done(Err(error)) => return Err(error.clone()),
            _ => return Err(Error::InvalidState("the input was finished before".to_owned())),
        }
        let Phase::Input(input) = std::mem::replace(&mut *phase, Phase::Working) else { unreachable!("matched above") };
        let begun = Job::new(&self.shared.model, &self.options, Arc::clone(&self.direction), input).and_then(|job| {
            self.shared.show(&job);
            self.begin(Box::new(job))
        });
        match begun {
            Ok(next) => *phase = next,
            Err(error) => {
                self.shared.settle(&mut phase, Phase::Done(Err(error.clone())));
                return Err(error);
            }
        }
        Ok(())
    }

    /// Starts the worker of a runtime with threads; on another the job waits for steps.
    fn begin(&self, job: Box<Job>) -> Result<Phase> {
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
        let shared = &*self.shared;
        let mut phase = shared.lock();
        let Some(job) = take_waiting(&mut phase) else {
            drop(phase);
            return self.wait(Some(budget));
        };
        drop(phase);
        let outcome = shared.work(job, Some(deadline(budget)));
        shared.settle(&mut shared.lock(), outcome);
        self.wait(Some(Duration::ZERO))
    }

    /// Waits until the job is done, at most `timeout`; true when it is. On a runtime without threads it does the work.
    ///
    /// # Errors
    /// The job's failure; `InvalidState` before finish.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<bool> {
        let deadline = timeout.map(deadline);
        let mut phase = self.shared.lock();
        let done = loop {
            let now = Instant::now();
            let late = deadline.is_some_and(|d| now >= d);
            match &mut *phase {
                Phase::Input(_) => break Err(Error::InvalidState("the input is not finished yet".to_owned())),
                Phase::Done(Ok(_)) => break Ok(true),
                Phase::Done(Err(error)) => break Err(error.clone()),
                _ if late => break Ok(false),
                Phase::Waiting(_) => {
                    if let Some(job) = take_waiting(&mut phase) {
                        drop(phase);
                        let outcome = self.shared.work(job, deadline);
                        phase = self.shared.lock();
                        self.shared.settle(&mut phase, outcome);
                    }
                }
                Phase::Working => {
                    let rest = deadline.map_or(Duration::from_secs(3600), |d| d - now);
                    let waited = self.shared.changed.wait_timeout(phase, rest);
                    phase = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        };
        drop(phase);
        self.shared.model.runtime().log.deliver();
        done
    }

    /// Where the job is.
    pub fn progress(&self) -> Progress {
        let stage = Stage::ALL[self.shared.stage.load(Ordering::Acquire) as usize % Stage::ALL.len()];
        Progress { stage, fraction: f32::from_bits(self.shared.fraction.load(Ordering::Relaxed)) }
    }

    /// Asks the job to stop; it does so after the unit of work under way.
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Ordering::Relaxed);
        let mut phase = self.shared.lock();
        if matches!(*phase, Phase::Input(_) | Phase::Waiting(_)) {
            self.shared.settle(&mut phase, Phase::Done(Err(Error::Cancelled)));
        }
    }

    /// The result of a job that is done; `None` while it works.
    ///
    /// # Errors
    /// The job's failure; `InvalidState` before finish.
    pub fn pull(&self) -> Result<Option<Arc<Animation>>> {
        self.shared.model.runtime().log.deliver();
        match &*self.shared.lock() {
            Phase::Input(_) => Err(Error::InvalidState("the input is not finished yet".to_owned())),
            Phase::Waiting(_) | Phase::Working => Ok(None),
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

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Phase> {
        // Phases are replaced whole, so one that a panic left behind is still a phase.
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, job: &Job) {
        self.stage.store(job.stage() as u32, Ordering::Relaxed);
        self.fraction.store(job.fraction().to_bits(), Ordering::Relaxed);
    }

    /// Advances a job until it is done, fails, is cancelled, or the deadline has passed.
    fn work(&self, mut job: Box<Job>, deadline: Option<Instant>) -> Phase {
        let runtime = self.model.runtime();
        loop {
            if self.cancelled.load(Ordering::Relaxed) {
                return Phase::Done(Err(Error::Cancelled));
            }
            let turn = (runtime.threads() > 0).then(|| runtime.turn());
            let unit = catch_unwind(AssertUnwindSafe(|| job.advance()));
            drop(turn);
            match unit {
                Ok(Ok(None)) => self.show(&job),
                Ok(Ok(Some(animation))) => return Phase::Done(Ok(Arc::new(animation))),
                Ok(Err(error)) => return Phase::Done(Err(error)),
                Err(panic) => {
                    let text = panic.downcast_ref::<String>().map(String::as_str);
                    let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
                    return Phase::Done(Err(Error::Internal(format!("internal error: {text}"))));
                }
            }
            if deadline.is_some_and(|d| Instant::now() >= d) {
                return Phase::Waiting(job);
            }
        }
    }

    /// Ends a piece of work. Stage and phase change under one lock: who sees the stage Done finds the result.
    fn settle(&self, phase: &mut Phase, outcome: Phase) {
        if let Phase::Done(result) = &outcome {
            match result {
                Ok(_) => self.fraction.store(1f32.to_bits(), Ordering::Relaxed),
                Err(Error::Cancelled) => {}
                Err(error) => self.model.runtime().log.add(LogLevel::Error, error.to_string()),
            }
        }
        *phase = outcome;
        if matches!(phase, Phase::Done(_)) {
            self.stage.store(Stage::Done as u32, Ordering::Release);
        }
        self.changed.notify_all();
    }
}

fn take_waiting(phase: &mut Phase) -> Option<Box<Job>> {
    match std::mem::replace(phase, Phase::Working) {
        Phase::Waiting(job) => Some(job),
        other => {
            *phase = other;
            None
        }
    }
}

/// A moment `after` from now; a time too far to be one is an hour.
fn deadline(after: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(after).unwrap_or(now + Duration::from_secs(3600))
}
