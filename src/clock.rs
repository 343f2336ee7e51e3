//! Time, for the whole library: a platform without a clock of the standard library's puts its own here.

pub use std::time::{Duration, Instant};

/// A moment `after` from now; a time too far to be one is an hour.
pub fn deadline(after: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(after).unwrap_or(now + Duration::from_secs(3600))
}
