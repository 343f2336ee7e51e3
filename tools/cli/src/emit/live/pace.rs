//! When frames are due: at a steady rate, by a clock that only goes forward.
//!
//! Frame n is due at `n · denominator / numerator` seconds after the start, in whole nanoseconds by integers, so that no error
//! adds up: 60000/1001 frames a second are as exact after a day as at once. A sender that comes too late for a frame leaves it
//! out and sends the newest that is due.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::lateness::Lateness;

const SECOND_NS: u128 = 1_000_000_000;

/// A clock that only goes forward. Tests bring their own.
pub trait Clock {
    /// Nanoseconds since some moment.
    fn now_ns(&mut self) -> u64;
    /// Waits about so long; waking up early or late does no harm.
    fn sleep_ns(&mut self, ns: u64);
}

/// The system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now_ns(&mut self) -> u64 {
        // u64 holds five hundred years.
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn sleep_ns(&mut self, ns: u64) {
        thread::sleep(Duration::from_nanos(ns));
    }
}

/// A frame that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Its number, from 0 on.
    pub frame: u64,
    /// How long ago it was due, ns.
    pub late_ns: u64,
    /// Frames left out before it.
    pub skipped: u64,
}

/// When the next frame is due.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Frames per second: numerator, denominator.
    rate: [u128; 2],
    start_ns: u64,
    next: u64,
    skipped: u64,
    lateness: Lateness,
}

impl Pace {
    /// So many frames as most applications expect of a face.
    pub const USUAL_RATE: [u32; 2] = [60, 1];

    /// Starts now, at numerator / denominator frames a second.
    ///
    /// # Errors
    /// A rate with a 0.
    pub fn new([numerator, denominator]: [u32; 2], clock: &mut impl Clock) -> Result<Self> {
        ensure!(
            numerator > 0 && denominator > 0,
            "{numerator}/{denominator} frames a second: expected two numbers from 1 on"
        );
        let rate = [numerator, denominator].map(u128::from);
        Ok(Self { rate, start_ns: clock.now_ns(), next: 0, skipped: 0, lateness: Lateness::default() })
    }

    /// Waits for the next frame that is due, or for none if one is.
    pub fn wait(&mut self, clock: &mut impl Clock) -> Due {
        let due_ns = self.due_ns(self.next);
        let mut now_ns = clock.now_ns();
        while now_ns < due_ns {
            clock.sleep_ns(due_ns - now_ns);
            now_ns = clock.now_ns();
        }
        let frame = self.newest(now_ns).max(self.next);
        let due = Due { frame, late_ns: now_ns.saturating_sub(self.due_ns(frame)), skipped: frame - self.next };
        self.next = frame.saturating_add(1);
        self.skipped += due.skipped;
        self.lateness.add(due.late_ns / 1000);
        due
    }

    /// Frames that were left out.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// How late the others were.
    pub fn lateness(&self) -> &Lateness {
        &self.lateness
    }

    /// When a frame is due: the first nanosecond that is not too early.
    fn due_ns(&self, frame: u64) -> u64 {
        let [numerator, denominator] = self.rate;
        // At most 2⁶⁴ · 2³² · 2³⁰.
        let after_ns = (u128::from(frame) * denominator * SECOND_NS).div_ceil(numerator);
        u64::try_from(u128::from(self.start_ns) + after_ns).unwrap_or(u64::MAX)
    }

    /// The last frame that is due by now.
    fn newest(&self, now_ns: u64) -> u64 {
        let [numerator, denominator] = self.rate;
        let since_ns = u128::from(now_ns.saturating_sub(self.start_ns));
        // At most 2⁶⁴ · 2³² / 2³⁰; less than all numbers of frames for all clocks that there are.
        u64::try_from(since_ns * numerator / (denominator * SECOND_NS)).unwrap_or(u64::MAX - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::lateness::Summary;
    use super::*;

    /// A clock that oversleeps by these times in turn, ns.
    struct Oversleeping {
        now_ns: u64,
        by_ns: Vec<u64>,
        naps: usize,
    }

    impl Oversleeping {
        fn new(now_ns: u64, by_ns: &[u64]) -> Self {
            Self { now_ns, by_ns: by_ns.to_vec(), naps: 0 }
        }
    }

    impl Clock for Oversleeping {
        fn now_ns(&mut self) -> u64 {
            self.now_ns
        }

        fn sleep_ns(&mut self, ns: u64) {
            self.now_ns += ns + self.by_ns[self.naps % self.by_ns.len()];
            self.naps += 1;
        }
    }

    #[test]
    fn frames_are_due_without_drift() {
        for rate in [[60, 1], [60_000, 1001], [24_000, 1001], [1, 3], [1_000_000, 1], [1, 1000]] {
            let mut clock = Oversleeping::new(12_345, &[0]);
            let pace = Pace::new(rate, &mut clock).unwrap();
            let [numerator, denominator] = rate.map(u128::from);
            for frame in [0, 1, 2, 1000, 5_184_000] {
                let due_ns = u128::from(pace.due_ns(frame) - 12_345);
                // The first nanosecond of the frame, exactly.
                let exact = u128::from(frame) * denominator * SECOND_NS;
                assert!(due_ns * numerator >= exact && due_ns * numerator < exact + numerator, "{rate:?} {frame}");
                assert_eq!(pace.newest(pace.due_ns(frame)), frame, "{rate:?}");
                assert!(frame == 0 || pace.newest(pace.due_ns(frame) - 1) == frame - 1, "{rate:?}");
            }
        }
    }

    #[test]
    fn a_day_of_frames_ends_to_the_nanosecond() {
        let mut clock = Oversleeping::new(0, &[50_000, 0, 90_000]);
        let mut pace = Pace::new([60_000, 1001], &mut clock).unwrap();
        let frames = 24 * 3600 * 60;
        let last = (0..=frames).map(|_| pace.wait(&mut clock)).last().unwrap();
        assert_eq!((last.frame, last.skipped, pace.skipped()), (frames, 0, 0));
        assert_eq!(clock.now_ns - last.late_ns, frames * 1001 * 1_000_000_000 / 60_000);
    }

    #[test]
    fn first_frame_is_due_at_once() {
        let mut clock = Oversleeping::new(7, &[0]);
        let mut pace = Pace::new(Pace::USUAL_RATE, &mut clock).unwrap();
        assert_eq!(pace.wait(&mut clock), Due { frame: 0, late_ns: 0, skipped: 0 });
        assert_eq!((clock.now_ns, clock.naps), (7, 0));
    }

    #[test]
    fn late_sender_leaves_frames_out() {
        let mut clock = Oversleeping::new(0, &[0]);
        let mut pace = Pace::new([100, 1], &mut clock).unwrap();
        pace.wait(&mut clock);
        // Less than a frame late: it is sent, and the next one is on time.
        clock.now_ns = 19_999_999;
        assert_eq!(pace.wait(&mut clock), Due { frame: 1, late_ns: 9_999_999, skipped: 0 });
        assert_eq!(pace.wait(&mut clock), Due { frame: 2, late_ns: 0, skipped: 0 });
        clock.now_ns = 75_000_000;
        assert_eq!(pace.wait(&mut clock), Due { frame: 7, late_ns: 5_000_000, skipped: 4 });
        assert_eq!(pace.wait(&mut clock), Due { frame: 8, late_ns: 0, skipped: 0 });
        assert_eq!(pace.skipped(), 4);
        assert_eq!(pace.lateness().summary(), Summary { count: 5, median_us: 0, p99_us: 9999, max_us: 9999 });
    }

    #[test]
    fn early_waking_waits_again() {
        struct Early(u64);
        impl Clock for Early {
            fn now_ns(&mut self) -> u64 {
                self.0
            }
            fn sleep_ns(&mut self, ns: u64) {
                self.0 += ns.div_ceil(2);
            }
        }
        let mut clock = Early(0);
        let mut pace = Pace::new([60, 1], &mut clock).unwrap();
        let dues: Vec<Due> = (0..3).map(|_| pace.wait(&mut clock)).collect();
        assert!(dues.iter().enumerate().all(|(i, due)| (due.frame, due.late_ns) == (i as u64, 0)), "{dues:?}");
    }

    #[test]
    fn rates_with_a_zero_are_refused() {
        for rate in [[0, 1], [1, 0]] {
            assert!(Pace::new(rate, &mut Oversleeping::new(0, &[0])).is_err());
        }
    }

    #[test]
    fn ends_of_time_do_no_harm() {
        let mut clock = Oversleeping::new(0, &[0]);
        let mut pace = Pace::new([u32::MAX, 1], &mut clock).unwrap();
        clock.now_ns = u64::MAX;
        let due = pace.wait(&mut clock);
        assert!(due.frame > 1 << 60, "{due:?}");
        pace.next = u64::MAX;
        assert_eq!(pace.wait(&mut clock).frame, u64::MAX);
        assert_eq!(pace.wait(&mut clock).frame, u64::MAX);
        let mut slow = Pace::new([1, u32::MAX], &mut Oversleeping::new(u64::MAX - 5, &[0])).unwrap();
        slow.next = u64::MAX - 1;
        assert_eq!(slow.due_ns(slow.next), u64::MAX);
    }
}
