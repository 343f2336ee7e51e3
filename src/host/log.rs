//! Messages for the host. They are kept until the host makes a call that may deliver them, or asks for them one by one, so
//! that no callback runs on a thread that the host does not own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How grave a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// A job failed.
    Error,
    /// Something was done otherwise than asked.
    Warning,
    /// What was chosen.
    Info,
}

/// Receives messages, on the thread of the call that delivers them: create, step, wait, pull, adjust.
pub type LogSink = Arc<dyn Fn(LogLevel, &str) + Send + Sync>;

/// Most messages that wait; the oldest go first.
const MOST_WAITING: usize = 256;

/// Messages of one runtime.
pub(crate) struct Log {
    sink: Option<LogSink>,
    level: LogLevel,
    waiting: Mutex<VecDeque<(LogLevel, String)>>,
}

impl Log {
    pub(crate) fn new(sink: Option<LogSink>, level: LogLevel) -> Self {
        Self { sink, level, waiting: Mutex::default() }
    }

    /// Keeps a message.
    pub(crate) fn add(&self, level: LogLevel, message: impl Into<String>) {
        if level > self.level {
            return;
        }
        let mut waiting = self.waiting();
        if waiting.len() == MOST_WAITING {
            waiting.pop_front();
        }
        waiting.push_back((level, message.into()));
    }

    /// Hands all waiting messages to the sink.
    pub(crate) fn deliver(&self) {
        let Some(sink) = &self.sink else { return };
        let waiting = std::mem::take(&mut *self.waiting());
        waiting.iter().for_each(|(level, message)| sink(*level, message));
    }

    /// Shows the oldest waiting message to `take`, and lets go of it when that says so; `None` when there is none.
    pub(crate) fn next<T>(&self, take: impl FnOnce(LogLevel, &str) -> (T, bool)) -> Option<T> {
        let mut waiting = self.waiting();
        let (level, message) = waiting.front()?;
        let (taken, done) = take(*level, message);
        if done {
            waiting.pop_front();
        }
        Some(taken)
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<(LogLevel, String)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
