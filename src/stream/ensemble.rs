//! The streams of a runtime, and whose unit is next: that of the window with the nearest deadline.
//!
//! A runtime with threads has one worker for all of its streams, which sleeps until the earliest time at which a hop can be
//! full. Without threads a host's steps do the same.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::clock::Duration;
use crate::error::{Error, Result};
use crate::memory;
use crate::unit::Unit;

use super::shared::{NEVER, Shared};
use crate::host::log::LogLevel;
use crate::host::runtime::Runtime;

/// What a stream's worker polls; it never ends but by an error.
pub(crate) type Job = Pin<Box<dyn Future<Output = Result<std::convert::Infallible>> + Send>>;

/// A stream in the ensemble.
pub(crate) struct Member {
    pub(crate) shared: Arc<Shared>,
    unit: Arc<Unit>,
    job: Mutex<Option<Job>>,
}

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A unit was done.
    Worked,
    /// Nothing is due before this time, nanoseconds.
    Wait(u64),
    /// There is no stream.
    Empty,
}

#[derive(Default)]
pub(crate) struct Ensemble {
    members: Mutex<Vec<Arc<Member>>>,
    changed: Condvar,
    worker: Mutex<Option<Worker>>,
    /// Streams ever made.
    made: AtomicU64,
}

/// The thread that works on all streams. Where the last one leaves it is told to end: another stream that comes meanwhile has
/// another worker.
struct Worker {
    ends: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Member {
    pub(crate) fn new(shared: &Arc<Shared>, unit: &Arc<Unit>, job: Job) -> Arc<Self> {
        Arc::new(Self { shared: Arc::clone(shared), unit: Arc::clone(unit), job: Mutex::new(Some(job)) })
    }

    /// One unit.
    fn advance(&self, runtime: &Runtime, now_ns: u64) {
        let mut job = lock(&self.job);
        let Some(under_way) = &mut *job else { return };
        self.shared.now_ns.store(now_ns, Ordering::Release);
        self.shared.wake_ns.store(now_ns, Ordering::Release);
        let unit = catch_unwind(AssertUnwindSafe(|| self.unit.advance(under_way.as_mut())));
        let failure = match unit {
            Ok(None) => match memory::check("a stream") {
                Ok(()) => return,
                Err(error) => error,
            },
            Ok(Some(Err(error))) => error,
            Ok(Some(Ok(never))) => match never {},
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
                Error::Internal(format!("internal error: {text}"))
            }
        };
        *job = None;
        self.shared.deadline_ns.store(NEVER, Ordering::Release);
        self.shared.wake_ns.store(NEVER, Ordering::Release);
        runtime.log.add(LogLevel::Error, failure.to_string());
        self.shared.fail(failure);
    }
}

impl Ensemble {
    /// The number of the next stream.
    pub(crate) fn number(&self) -> u64 {
        self.made.fetch_add(1, Ordering::Relaxed)
    }

    /// Takes a stream in; on a runtime with threads its worker begins.
    ///
    /// # Errors
    /// `OutOfMemory` when no worker can be started.
    pub(crate) fn join(&self, runtime: &Arc<Runtime>, member: &Arc<Member>) -> Result<()> {
        let mut members = lock(&self.members);
        members.push(Arc::clone(member));
        self.changed.notify_all();
        let mut worker = lock(&self.worker);
        if runtime.threads() == 0 || worker.is_some() {
            return Ok(());
        }
        let (shared, ends) = (Arc::clone(runtime), Arc::<AtomicBool>::default());
        let told = Arc::clone(&ends);
        let thread = std::thread::Builder::new().name("m2f-live".to_owned());
        match thread.spawn(move || shared.ensemble.work(&shared, &told)) {
            Ok(thread) => *worker = Some(Worker { ends, thread }),
            Err(error) => {
                members.pop();
                return Err(Error::OutOfMemory(format!("cannot start a worker thread: {error}")));
            }
        }
        Ok(())
    }

    /// Lets a stream go: its job is dropped, and with the last one the worker ends.
    pub(crate) fn leave(&self, member: &Arc<Member>) {
        let mut members = lock(&self.members);
        members.retain(|other| !Arc::ptr_eq(other, member));
        let worker = if members.is_empty() { lock(&self.worker).take() } else { None };
        worker.iter().for_each(|worker| worker.ends.store(true, Ordering::Release));
        self.changed.notify_all();
        drop(members);
        if let Some(worker) = worker {
            // It catches the panics of its streams.
            let _ = worker.thread.join();
        }
        drop(lock(&member.job).take());
    }

    /// Has the worker look at all streams now.
    pub(crate) fn wake(&self, member: &Member) {
        member.shared.wake_ns.store(0, Ordering::Release);
        let members = lock(&self.members);
        drop(members);
        self.changed.notify_all();
    }

    /// Does the most urgent unit that is due at a time of the worker's clock.
    pub(crate) fn step(&self, runtime: &Runtime, now_ns: u64) -> Step {
        let members = lock(&self.members);
        let deadline = |member: &&Arc<Member>| member.shared.deadline_ns.load(Ordering::Acquire);
        let wake = |member: &&Arc<Member>| member.shared.wake_ns.load(Ordering::Acquire);
        let busy = members.iter().filter(|member| deadline(member) != NEVER).min_by_key(deadline);
        // Sound that has come may make a window that is more urgent than those under way.
        let due = members.iter().filter(|member| deadline(member) == NEVER).min_by_key(wake);
        let due_now = due.filter(|member| wake(member) <= now_ns);
        let Some(next) = due_now.or(busy) else {
            return due.map_or(Step::Empty, |member| Step::Wait(wake(&member)));
        };
        let next = Arc::clone(next);
        drop(members);
        next.advance(runtime, now_ns);
        Step::Worked
    }

    /// The worker's thread.
    fn work(&self, runtime: &Runtime, ends: &AtomicBool) {
        let mut place = None;
        while !ends.load(Ordering::Acquire) {
            let now_ns = runtime.now_ns();
            // Streams come before clips; while nothing is due, clips have their turns.
            let turn = place.get_or_insert_with(|| runtime.turns.join_urgent());
            turn.wait();
            let step = self.step(runtime, now_ns);
            turn.pass();
            let Step::Wait(until) = step else { continue };
            place = None;
            let members = lock(&self.members);
            if ends.load(Ordering::Acquire) {
                return;
            }
            let woken = members.iter().any(|member| member.shared.wake_ns.load(Ordering::Acquire) == 0);
            let rest = Duration::from_nanos(until.saturating_sub(runtime.now_ns()).min(3_600_000_000_000));
            if !woken && !rest.is_zero() {
                drop(self.changed.wait_timeout(members, rest).unwrap_or_else(PoisonError::into_inner));
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What they hold is replaced whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
