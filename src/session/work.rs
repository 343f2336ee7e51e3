//! The work on a job, shared by the sessions whose clips it has and by whoever works on it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::clock::{Duration, Instant};
use crate::error::{Error, Result};
use crate::memory;
use crate::unit::Unit;

use super::progress::{Progress, Stage};
use crate::host::log::LogLevel;
use crate::host::model::Model;
use crate::host::turns::Place;
use crate::result::animation::Animation;

/// A job: it gives an animation for each of its clips.
pub(crate) type Job = Pin<Box<dyn Future<Output = Result<Vec<Animation>>> + Send>>;

/// Where a job is, and the clock of its units.
#[derive(Default)]
pub(crate) struct Course {
    pub(crate) unit: Unit,
    /// The stage, and behind it the bits of the fraction.
    shown: AtomicU64,
}

impl Course {
    /// Says where the job is.
    pub(crate) fn show(&self, stage: Stage, fraction: f32) {
        self.shown.store(u64::from(stage as u32) << 32 | u64::from(fraction.to_bits()), Ordering::Release);
    }

    /// Says that the job is at another stage, and ends the unit there.
    pub(crate) async fn begin(&self, stage: Stage, fraction: f32) {
        self.show(stage, fraction);
        self.unit.end().await;
    }

    pub(crate) fn progress(&self) -> Progress {
        let shown = self.shown.load(Ordering::Acquire);
        Progress { stage: Stage::ALL[(shown >> 32) as usize], fraction: f32::from_bits(shown as u32) }
    }
}

/// A job and what became of it.
pub(crate) struct Work {
    model: Arc<Model>,
    course: Arc<Course>,
    state: Mutex<State>,
    changed: Condvar,
    cancelled: AtomicBool,
    /// The thread that works on it, where it has one of its own.
    worker: Mutex<Option<JoinHandle<()>>>,
}

enum State {
    /// For whoever steps or waits next.
    Ready(Job),
    /// Some thread is at it.
    Running,
    Done(Result<Vec<Arc<Animation>>>),
}

impl Work {
    /// Begins a job: on a worker of its own where the runtime has threads; elsewhere it is ready for steps.
    ///
    /// # Errors
    /// `OutOfMemory` when no worker can be started.
    pub(crate) fn begin(model: &Arc<Model>, course: Arc<Course>, job: Job) -> Result<Arc<Self>> {
        let threads = model.runtime().threads();
        let (state, ready) = if threads == 0 { (State::Ready(job), None) } else { (State::Running, Some(job)) };
        let work = Arc::new(Self {
            model: Arc::clone(model),
            course,
            state: Mutex::new(state),
            changed: Condvar::new(),
            cancelled: AtomicBool::new(false),
            worker: Mutex::default(),
        });
        let Some(job) = ready else {
            model.runtime().jobs.add(&work);
            return Ok(work);
        };
        let shared = Arc::clone(&work);
        let worker = std::thread::Builder::new().name("m2f-job".to_owned()).spawn(move || shared.run(job, None));
        let worker = worker.map_err(|error| Error::OutOfMemory(format!("cannot start a worker thread: {error}")))?;
        *work.worker.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
        Ok(work)
    }

    pub(crate) fn progress(&self) -> Progress {
        self.course.progress()
    }

    /// The animation of a clip; `None` while the job works.
    ///
    /// # Errors
    /// The job's failure.
    pub(crate) fn outcome(&self, clip: usize) -> Result<Option<Arc<Animation>>> {
        match &*self.lock() {
            State::Ready(_) | State::Running => Ok(None),
            State::Done(outcome) => outcome.as_ref().map(|clips| Some(Arc::clone(&clips[clip]))).map_err(Clone::clone),
        }
    }

    /// Works on the job where nobody else does, else waits for it, until the deadline; true when it is done. Does a unit of
    /// work at least unless it is `late` already.
    ///
    /// # Errors
    /// The job's failure.
    pub(crate) fn wait(&self, deadline: Option<Instant>, mut late: bool) -> Result<bool> {
        loop {
            let mut state = self.lock();
            match std::mem::replace(&mut *state, State::Running) {
                State::Done(outcome) => {
                    *state = State::Done(outcome);
                    drop(state);
                    return self.outcome(0).map(|_| true);
                }
                other if late => {
                    *state = other;
                    return Ok(false);
                }
                State::Ready(job) => {
                    drop(state);
                    self.run(job, deadline);
                }
                State::Running => {
                    let rest = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
                    let rest = rest.unwrap_or(Duration::from_secs(3600));
                    drop(self.changed.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner));
                }
            }
            late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
        }
    }

    /// Does one unit where nobody else works on it; true while more is left.
    pub(crate) fn advance_once(&self) -> bool {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Running) {
            State::Ready(job) => {
                drop(state);
                self.run(job, Some(Instant::now()));
                matches!(*self.lock(), State::Ready(_))
            }
            other => {
                *state = other;
                false
            }
        }
    }

    /// Asks for its end, which is at once when nobody works on it.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
        let mut state = self.lock();
        if let State::Ready(_) = &*state {
            let job = std::mem::replace(&mut *state, State::Running);
            drop(state);
            drop(job);
            self.settle(State::Done(Err(Error::Cancelled)));
        }
    }

    /// Until its worker is gone.
    pub(crate) fn join(&self) {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = worker.take() {
            // It catches its own panics, so there is no outcome to look at.
            let _ = worker.join();
        }
    }

    /// Advances the job until it is done, fails, is cancelled, or the deadline has passed.
    fn run(&self, mut job: Job, deadline: Option<Instant>) {
        let runtime = self.model.runtime();
        let place = (runtime.threads() > 0).then(|| runtime.turns.join());
        let outcome = loop {
            place.iter().for_each(Place::wait);
            if self.cancelled.load(Ordering::Relaxed) {
                break State::Done(Err(Error::Cancelled));
            }
            if let Some(outcome) = self.advance(&mut job) {
                break State::Done(outcome.map(|clips| clips.into_iter().map(Arc::new).collect()));
            }
            place.iter().for_each(Place::pass);
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                break State::Ready(job);
            }
        };
        self.settle(outcome);
    }

    /// One unit; the outcome when it was the last.
    fn advance(&self, job: &mut Job) -> Option<Result<Vec<Animation>>> {
        let unit = catch_unwind(AssertUnwindSafe(|| self.course.unit.advance(job.as_mut())));
        match unit {
            Ok(outcome) => match memory::check(self.progress().stage.name()) {
                Ok(()) => outcome,
                Err(error) => Some(Err(error)),
            },
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
                Some(Err(Error::Internal(format!("internal error: {text}"))))
            }
        }
    }

    /// Ends a piece of work. Who sees the stage Done finds the result.
    fn settle(&self, outcome: State) {
        let mut state = self.lock();
        if let State::Done(outcome) = &outcome {
            if let Err(error) = outcome
                && *error != Error::Cancelled
            {
                self.model.runtime().log.add(LogLevel::Error, error.to_string());
            }
            let fraction = if outcome.is_ok() { 1.0 } else { self.progress().fraction };
            self.course.show(Stage::Done, fraction);
        }
        *state = outcome;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // States are replaced whole, so one that a panic left behind is still a state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
