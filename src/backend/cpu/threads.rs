//! The backend's own threads: idle ones sleep, a busy pool is never queued for.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;

use crate::error::{Error, Result};

/// Turns that a thread spins before it sleeps: a few microseconds, so that the steps of one run follow each other
/// without a system call.
const SPIN: usize = 4_000;

/// A task: its number and the thread that runs it, 0 for the caller.
type Task<'a> = dyn Fn(usize, usize) + Sync + 'a;

/// Threads that share the tasks of a step with the calling thread.
pub(super) struct Threads {
    shared: Arc<Shared>,
    /// Held by the caller whose step is running.
    caller: Mutex<()>,
    workers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// `State::number` for those who spin.
    number: AtomicUsize,
    /// Workers at the open step.
    inside: AtomicUsize,
    /// Next task of the open step.
    next: AtomicUsize,
    /// A step was opened, or the threads must end.
    opened: Condvar,
    /// The last worker left a step.
    left: Condvar,
}

#[derive(Default)]
struct State {
    /// Counts the steps.
    number: usize,
    /// The step that may be joined.
    step: Option<Step>,
    sleeping: usize,
    stop: bool,
    panic: Option<Box<dyn Any + Send>>,
}

/// A step, the lifetime of its task taken off: the caller waits in `Shared::run` while any thread is inside.
#[derive(Clone, Copy)]
struct Step {
    task: &'static Task<'static>,
    count: usize,
}

impl Threads {
    /// `count` threads, the caller among them.
    pub(super) fn new(count: usize) -> Result<Self> {
        let mut threads = Self { shared: Arc::default(), caller: Mutex::new(()), workers: Vec::new() };
        for index in 1..count {
            let shared = Arc::clone(&threads.shared);
            let worker = std::thread::Builder::new().name(format!("m2f-cpu-{index}"));
            let worker = worker.spawn(move || shared.work(index));
            threads.workers.push(worker.map_err(|e| Error::OutOfMemory(format!("no thread: {e}")))?);
        }
        Ok(threads)
    }

    /// Threads that may run tasks at once.
    pub(super) fn count(&self) -> usize {
        self.workers.len() + 1
    }

    /// Runs `task(0, _)` to `task(count − 1, _)`, in any order, and returns when all are done. When another caller has
    /// the workers, the calling thread does all of it.
    pub(super) fn run(&self, count: usize, task: &Task) {
        let alone = || (0..count).for_each(|t| task(t, 0));
        if self.workers.is_empty() || count < 2 {
            return alone();
        }
        let _caller = match self.caller.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return alone(),
        };
        self.shared.run(count, task);
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.number.fetch_add(1, Ordering::Release);
        self.shared.opened.notify_all();
        for worker in self.workers.drain(..) {
            worker.join().expect("workers catch the panics of their tasks");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The caller's side of a step.
    fn run(&self, count: usize, task: &Task) {
        // SAFETY: only the lifetime changes; the step is closed and left by all before this function returns.
        let task = unsafe { std::mem::transmute::<&Task<'_>, &Task<'static>>(task) };
        let step = Step { task, count };
        self.next.store(0, Ordering::Relaxed);
        let mut state = self.lock();
        state.step = Some(step);
        state.number += 1;
        self.number.store(state.number, Ordering::Release);
        let sleeping = state.sleeping > 0;
        drop(state);
        if sleeping {
            self.opened.notify_all();
        }

        let own = catch_unwind(AssertUnwindSafe(|| self.share(step, 0)));
        // Who has not come yet finds the step closed, and is not waited for.
        self.lock().step = None;
        spin_until(|| self.inside.load(Ordering::Acquire) == 0);
        let mut state = self.lock();
        while self.inside.load(Ordering::Acquire) > 0 {
            state = self.left.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let panic = state.panic.take();
        drop(state);
        if let Some(panic) = own.err().or(panic) {
            resume_unwind(panic);
        }
    }

    /// Does tasks until none is left.
    fn share(&self, step: Step, thread: usize) {
        loop {
            let t = self.next.fetch_add(1, Ordering::Relaxed);
            if t >= step.count {
                return;
            }
            (step.task)(t, thread);
        }
    }

    /// A worker's life.
    fn work(&self, thread: usize) {
        let mut seen = 0;
        loop {
            spin_until(|| self.number.load(Ordering::Acquire) != seen);
            let mut state = self.lock();
            while state.number == seen && !state.stop {
                state.sleeping += 1;
                state = self.opened.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.sleeping -= 1;
            }
            if state.stop {
                return;
            }
            seen = state.number;
            let Some(step) = state.step else { continue };
            self.inside.fetch_add(1, Ordering::AcqRel);
            drop(state);
            let result = catch_unwind(AssertUnwindSafe(|| self.share(step, thread)));
            let mut state = self.lock();
            if let Err(panic) = result {
                state.panic = Some(panic);
            }
            if self.inside.fetch_sub(1, Ordering::AcqRel) == 1 {
                self.left.notify_one();
            }
        }
    }
}

fn spin_until(condition: impl Fn() -> bool) {
    for _ in 0..SPIN {
        if condition() {
            return;
        }
        std::hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering::Relaxed;

    use super::*;

    #[test]
    fn every_task_runs_once_whatever_the_count_of_threads() {
        for count in [0, 1, 2, 5] {
            let threads = Threads::new(count).expect("threads");
            for tasks in [0, 1, 2, 7, 1000] {
                let runs: Vec<AtomicUsize> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
                threads.run(tasks, &|task, thread| {
                    assert!(thread < threads.count());
                    runs[task].fetch_add(1, Relaxed);
                });
                assert!(runs.iter().all(|n| n.load(Relaxed) == 1), "{tasks} tasks on {count} threads");
            }
        }
    }

    #[test]
    fn callers_at_the_same_time_get_all_their_tasks_done() {
        let threads = Threads::new(3).expect("threads");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let sum = AtomicUsize::new(0);
                        threads.run(50, &|task, _| {
                            sum.fetch_add(task, Relaxed);
                        });
                        assert_eq!(sum.into_inner(), 49 * 50 / 2);
                    }
                });
            }
        });
    }

    #[test]
    fn panic_of_a_task_reaches_the_caller_and_leaves_the_threads_usable() {
        let threads = Threads::new(2).expect("threads");
        let bad = catch_unwind(AssertUnwindSafe(|| threads.run(64, &|task, _| assert!(task != 33, "task 33"))));
        assert!(bad.is_err());
        let done = AtomicUsize::new(0);
        threads.run(64, &|_, _| {
            done.fetch_add(1, Relaxed);
        });
        assert_eq!(done.into_inner(), 64);
    }
}
