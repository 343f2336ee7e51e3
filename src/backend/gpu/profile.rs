//! What the device spends its time on, by section and op.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::backend::device::ProfileEntry;

/// Sums of a backend. While there is one, every dispatch is a submission of its own, so that its timestamps are of itself.
#[derive(Default)]
pub(crate) struct Profile(Mutex<Sums>);

/// Runs and milliseconds by section and op.
type Sums = BTreeMap<(String, &'static str), (u64, f64)>;

impl Profile {
    pub(crate) fn add(&self, section: &str, op: &'static str, ms: f32) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = sums.entry((section.to_owned(), op)).or_default();
        *sum = (sum.0 + 1, sum.1 + f64::from(ms));
    }

    pub(crate) fn entries(&self) -> Vec<ProfileEntry> {
        let sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = |((section, op), (runs, ms)): (&(String, &'static str), &(u64, f64))| ProfileEntry {
            section: section.clone(),
            op,
            runs: *runs,
            ms: *ms,
        };
        sums.iter().map(entry).collect()
    }
}
