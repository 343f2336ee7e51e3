//! Bounded work: a job is an `async` function that is polled unit by unit, and gives its thread back between two of them.
//!
//! Nothing in it waits and nobody is woken. A poll goes on until [`Unit::pause`] finds that the unit has lasted long enough;
//! so whatever loops over something long pauses in the loop, and reads as if it were alone on its thread.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use crate::clock::{Duration, Instant};

/// How long a unit lasts: what computes looks at the clock more often than this, so that one ends soon after.
pub const UNIT: Duration = Duration::from_micros(500);

/// The clock of a job's units.
#[derive(Debug)]
pub struct Unit {
    made: Instant,
    /// When the unit under way began, nanoseconds after that.
    began_ns: AtomicU64,
}

impl Default for Unit {
    fn default() -> Self {
        Self { made: Instant::now(), began_ns: AtomicU64::new(0) }
    }
}

impl Unit {
    /// Does a unit of work; its outcome when that was the last.
    pub fn advance<T>(&self, work: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Option<T> {
        self.began_ns.store(self.made.elapsed().as_nanos() as u64, Ordering::Relaxed);
        match work.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => Some(outcome),
            Poll::Pending => None,
        }
    }

    /// Ends the unit here if it has lasted long enough.
    pub async fn pause(&self) {
        let lasted = self.made.elapsed().as_nanos() as u64 - self.began_ns.load(Ordering::Relaxed);
        if lasted >= UNIT.as_nanos() as u64 {
            self.end().await;
        }
    }

    /// Ends the unit here.
    pub async fn end(&self) {
        let mut ended = false;
        poll_fn(|_| if std::mem::replace(&mut ended, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// Does all of the work on this thread.
pub fn finish<T>(work: impl Future<Output = T>) -> T {
    let (unit, mut work) = (Unit::default(), pin!(work));
    loop {
        if let Some(outcome) = unit.advance(work.as_mut()) {
            return outcome;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_stops_where_it_pauses_and_goes_on_there() {
        let unit = Unit::default();
        let mut work = pin!(async {
            for _ in 0..3 {
                unit.end().await;
            }
            7
        });
        let outcomes: Vec<Option<i32>> = (0..4).map(|_| unit.advance(work.as_mut())).collect();
        assert_eq!(outcomes, [None, None, None, Some(7)]);
        assert_eq!(finish(async { 3 }), 3);
    }

    #[test]
    fn unit_that_has_lasted_long_enough_ends_at_its_next_pause() {
        let unit = Unit::default();
        let mut work = pin!(async {
            let began = Instant::now();
            while began.elapsed() < UNIT {}
            unit.pause().await;
        });
        assert_eq!(unit.advance(work.as_mut()), None);
        assert_eq!(unit.advance(work.as_mut()), Some(()));
    }
}
