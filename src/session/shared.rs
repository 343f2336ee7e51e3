//! What a session shares with its worker: the phase that it is in, and the work on its job.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::memory;

use super::animation::Animation;
use super::clip::Input;
use super::job::Job;
use super::log::LogLevel;
use super::model::Model;
use super::progress::{Progress, Stage};

/// What a session holds, one after the other.
pub(super) enum Phase {
    Input(Input),
    /// A job that the next step or wait goes on with.
    Waiting(Box<Job>),
    /// A job that some thread is working on.
    Working,
    /// Its clip is one of another session's job.
    Following(Arc<Shared>),
    Done(Result<Arc<Animation>>),
}

/// A session's side that its worker sees.
pub(super) struct Shared {
    pub(super) model: Arc<Model>,
    phase: Mutex<Phase>,
    changed: Condvar,
    cancelled: AtomicBool,
    stage: AtomicU32,
    fraction: AtomicU32,
    /// The other sessions of its job, in the order of the clips behind its own.
    followers: Mutex<Vec<Arc<Shared>>>,
}

impl Shared {
    pub(super) fn new(model: &Arc<Model>, input: Input) -> Arc<Self> {
        Arc::new(Self {
            model: Arc::clone(model),
            phase: Mutex::new(Phase::Input(input)),
            changed: Condvar::new(),
            cancelled: AtomicBool::new(false),
            stage: AtomicU32::new(Stage::Input as u32),
            fraction: AtomicU32::new(0),
            followers: Mutex::default(),
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Phase> {
        // Phases are replaced whole, so one that a panic left behind is still a phase.
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn followers(&self) -> MutexGuard<'_, Vec<Arc<Self>>> {
        self.followers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sessions whose clips are behind its own in its job.
    pub(super) fn lead(&self, followers: Vec<Arc<Self>>) {
        *self.followers() = followers;
    }

    pub(super) fn progress(&self) -> Progress {
        let stage = Stage::ALL[self.stage.load(Ordering::Acquire) as usize % Stage::ALL.len()];
        Progress { stage, fraction: f32::from_bits(self.fraction.load(Ordering::Relaxed)) }
    }

    /// Tells where the job is, to the followers too.
    pub(super) fn show(&self, job: &Job) {
        let (stage, fraction) = (job.stage() as u32, job.fraction().to_bits());
        let show = |shared: &Self| {
            shared.stage.store(stage, Ordering::Relaxed);
            shared.fraction.store(fraction, Ordering::Relaxed);
        };
        show(self);
        self.followers().iter().for_each(|follower| show(follower));
    }

    /// Asks for the end of its job, which is at once when nobody works on it.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
        let mut phase = self.lock();
        match &*phase {
            Phase::Input(_) => self.settle(&mut phase, Phase::Done(Err(Error::Cancelled))),
            Phase::Waiting(_) => {
                // Phases of followers are locked without one's own, as a batch locks them in an order of its own.
                let job = take_waiting(&mut phase);
                drop(phase);
                drop(job);
                let ended = self.end(Err(Error::Cancelled));
                self.settle(&mut self.lock(), ended);
            }
            Phase::Following(leader) => {
                let leader = Arc::clone(leader);
                drop(phase);
                leader.cancel();
            }
            Phase::Working | Phase::Done(_) => {}
        }
    }

    /// Advances a job until it is done, fails, is cancelled, or the deadline has passed.
    pub(super) fn work(&self, mut job: Box<Job>, deadline: Option<Instant>) -> Phase {
        let runtime = self.model.runtime();
        loop {
            if self.cancelled.load(Ordering::Relaxed) {
                return self.end(Err(Error::Cancelled));
            }
            let turn = (runtime.threads() > 0).then(|| runtime.turn());
            let unit = catch_unwind(AssertUnwindSafe(|| {
                let advanced = job.advance()?;
                memory::check(job.stage().name()).map(|()| advanced)
            }));
            drop(turn);
            match unit {
                Ok(Ok(None)) => self.show(&job),
                Ok(Ok(Some(animations))) => return self.end(Ok(animations)),
                Ok(Err(error)) => return self.end(Err(error)),
                Err(panic) => {
                    let text = panic.downcast_ref::<String>().map(String::as_str);
                    let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
                    return self.end(Err(Error::Internal(format!("internal error: {text}"))));
                }
            }
            if deadline.is_some_and(|d| Instant::now() >= d) {
                return Phase::Waiting(job);
            }
        }
    }

    /// Settles the followers of a job that has ended; the phase of its own session.
    pub(super) fn end(&self, outcome: Result<Vec<Animation>>) -> Phase {
        let followers = std::mem::take(&mut *self.followers());
        let mut outcomes = match outcome {
            Ok(animations) => animations.into_iter().map(|animation| Ok(Arc::new(animation))).collect(),
            Err(error) => vec![Err(error); 1 + followers.len()],
        }
        .into_iter();
        let own = outcomes.next().expect("a clip for each session");
        for (follower, outcome) in followers.iter().zip(outcomes) {
            follower.settle(&mut follower.lock(), Phase::Done(outcome));
        }
        Phase::Done(own)
    }

    /// Ends a piece of work. Stage and phase change under one lock: who sees the stage Done finds the result.
    pub(super) fn settle(&self, phase: &mut Phase, outcome: Phase) {
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

    /// Works on a waiting job on the calling thread, its own or its leader's; false where none waits.
    pub(super) fn work_if_waiting(&self, deadline: Option<Instant>) -> bool {
        let mut phase = self.lock();
        if let Phase::Following(leader) = &*phase {
            let leader = Arc::clone(leader);
            drop(phase);
            return leader.work_if_waiting(deadline);
        }
        let Some(job) = take_waiting(&mut phase) else { return false };
        drop(phase);
        let outcome = self.work(job, deadline);
        self.settle(&mut self.lock(), outcome);
        true
    }

    /// Until the phase changes, at most until the deadline.
    pub(super) fn wait_for_change<'a>(
        &self,
        phase: MutexGuard<'a, Phase>,
        deadline: Option<Instant>,
    ) -> MutexGuard<'a, Phase> {
        // A leader's job may come to wait for a step without a word to its followers.
        let longest = if matches!(*phase, Phase::Following(_)) { LEADER_POLL } else { Duration::from_secs(3600) };
        let rest = deadline.map_or(longest, |d| d.saturating_duration_since(Instant::now()).min(longest));
        self.changed.wait_timeout(phase, rest).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// How long a follower waits before it looks at its leader again.
const LEADER_POLL: Duration = Duration::from_millis(20);

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
pub(super) fn deadline(after: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(after).unwrap_or(now + Duration::from_secs(3600))
}
