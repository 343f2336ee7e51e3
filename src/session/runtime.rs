//! Threads, backend and log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::backend::cpu::CpuOptions;
use crate::backend::select;
use crate::error::{Error, Result};
use crate::limits;
use crate::plan::Backend;

use super::log::{Log, LogLevel, LogSink};

/// How a runtime works.
#[derive(Clone)]
pub struct RuntimeOptions {
    /// Threads that compute; `None` for one per core, 0 for none of our own: work runs only on threads that call
    /// [`Session::step`](super::Session::step) or [`Session::wait`](super::Session::wait).
    pub threads: Option<usize>,
    /// Leave instruction set extensions unused.
    pub portable: bool,
    /// Messages up to this level are delivered.
    pub log_level: LogLevel,
    /// Receives messages.
    pub log: Option<LogSink>,
}

impl Default for RuntimeOptions {
    fn default() -> Self {
        Self { threads: None, portable: false, log_level: LogLevel::Warning, log: None }
    }
}

/// Threads, backend and log of the sessions made on it.
pub struct Runtime {
    backend: Arc<dyn Backend>,
    threads: usize,
    /// Held by the worker whose unit of work is running.
    turn: Mutex<()>,
    pub(super) log: Log,
}

impl Runtime {
    /// Finds the instruction set and starts the threads, which sleep until there is work.
    ///
    /// # Errors
    /// `InvalidArgument` for a thread count past the limit, `OutOfMemory` when threads cannot be started.
    pub fn new(options: &RuntimeOptions) -> Result<Arc<Self>> {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from).min(limits::MAX_THREADS as usize);
        let threads = options.threads.unwrap_or_else(cores);
        if threads > limits::MAX_THREADS as usize {
            return Err(Error::InvalidArgument(format!("{threads} threads, at most {}", limits::MAX_THREADS)));
        }
        let backend = select::cpu(&CpuOptions { threads: threads.max(1), portable: options.portable })?;
        let log = Log::new(options.log.clone(), options.log_level);
        let runtime = Arc::new(Self { backend, threads, turn: Mutex::new(()), log });
        runtime.log.add(LogLevel::Info, format!("computing on {}", runtime.backend_name()));
        runtime.log.deliver();
        Ok(runtime)
    }

    /// What is computed on, such as `cpu avx2, 8 threads`.
    pub fn backend_name(&self) -> String {
        let threads = self.threads;
        format!("{}, {threads} thread{}", self.backend.name(), if threads == 1 { "" } else { "s" })
    }

    /// Threads that compute; 0 when work runs only on the caller's.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Workers of several sessions take turns, unit by unit: each unit has all threads, and no more threads compute
    /// than were asked for.
    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The backend of all plans.
    pub(super) fn backend(&self) -> &Arc<dyn Backend> {
        &self.backend
    }
}
