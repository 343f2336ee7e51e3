//! The jobs of a runtime without threads, for a host that works on all of them at once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::work::Work;

/// Those that are not done, the next one first.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<VecDeque<Weak<Work>>>);

impl Jobs {
    pub(crate) fn add(&self, work: &Arc<Work>) {
        self.lock().push_back(Arc::downgrade(work));
    }

    /// Does one unit of the next one; false when none has any left.
    pub(crate) fn advance(&self) -> bool {
        loop {
            let Some(next) = self.lock().pop_front() else { return false };
            let Some(work) = next.upgrade() else { continue };
            if work.advance_once() {
                self.lock().push_back(next);
            }
            return !self.lock().is_empty();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Weak<Work>>> {
        // It is changed whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
