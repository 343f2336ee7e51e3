//! Who makes what: of lines that come to the same, one worker makes one, and the others wait and find it there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::worker::Made;
use crate::process::interrupt::{self, Interrupted};

/// Names that are being made, and what was made in this run.
#[derive(Default)]
pub struct Claims {
    taken: Mutex<BTreeSet<String>>,
    made: Mutex<BTreeMap<String, Made>>,
    freed: Condvar,
}

/// A name that nobody else makes, as long as this lives.
pub struct Claim<'a> {
    claims: &'a Claims,
    name: String,
}

impl Claims {
    /// Waits until nobody else makes what has this name.
    pub fn take(&self, name: &str) -> Result<Claim<'_>, Interrupted> {
        let mut taken = lock(&self.taken);
        while !taken.insert(name.to_owned()) {
            interrupt::check()?;
            let waited = self.freed.wait_timeout(taken, interrupt::PATIENCE);
            taken = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(Claim { claims: self, name: name.to_owned() })
    }

    /// What was made in this run, whoever made it.
    pub fn made(&self, name: &str) -> Option<Made> {
        lock(&self.made).get(name).cloned()
    }
}

impl Claim<'_> {
    /// It is made.
    pub fn done(self, made: &Made) {
        lock(&self.claims.made).insert(self.name.clone(), made.clone());
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        lock(&self.claims.taken).remove(&self.name);
        self.claims.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn one_at_a_time_has_a_name() {
        let (claims, holders) = (Claims::default(), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let _claim = claims.take("a").unwrap();
                        assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                        thread::yield_now();
                        holders.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        let [_one, _other] = ["a", "b"].map(|name| claims.take(name).unwrap());
    }
}
