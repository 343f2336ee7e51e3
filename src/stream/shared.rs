//! What the threads of a stream share without a lock: its clock, counters, and where its worker is.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};

use crate::error::{Error, Result};

use super::timeline::Timeline;

/// No time at all.
pub(crate) const NEVER: u64 = u64::MAX;

/// All of it is written by one thread each, but for the clock.
pub(crate) struct Shared {
    /// Frames of sound ever taken: written ones and silence. A frame's number is its place here plus `shift`.
    claims: AtomicU64,
    /// Changes with an interruption or a reset.
    shift: AtomicI64,
    /// Frames of the ring that found no room, samples that were not finite, frames of silence that went in.
    pub(crate) dropped: AtomicU64,
    pub(crate) silenced: AtomicU64,
    pub(crate) idled: AtomicU64,
    /// Number of the last sample that a face was asked for, plus 1; 0 before the first.
    pub(crate) asked: AtomicU64,
    /// Grows with every interruption and reset that was obeyed.
    pub(crate) generation: AtomicU32,
    pub(crate) seed: AtomicU64,
    /// Times that silence went in since something was missing, and windows that were done later than a hop after they could begin.
    pub(crate) underruns: AtomicU64,
    pub(crate) late_windows: AtomicU64,
    pub(crate) windows: AtomicU64,
    /// How long the last window took, nanoseconds.
    pub(crate) window_ns: AtomicU64,
    /// Time of the worker's clock, nanoseconds; set before each of its units.
    pub(crate) now_ns: AtomicU64,
    /// When the window under way has to be done, [`NEVER`] while there is none; and when to look for the next.
    pub(crate) deadline_ns: AtomicU64,
    pub(crate) wake_ns: AtomicU64,
    /// The input has ended: its result was taken.
    pub(crate) ended: AtomicBool,
    pub(crate) timeline: Timeline,
    failure: Mutex<Option<Error>>,
    failed: AtomicBool,
}

impl Shared {
    pub(crate) fn new(timeline: Timeline, seed: u64) -> Self {
        Self {
            claims: AtomicU64::new(0),
            shift: AtomicI64::new(0),
            dropped: AtomicU64::new(0),
            silenced: AtomicU64::new(0),
            idled: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            generation: AtomicU32::new(0),
            seed: AtomicU64::new(seed),
            underruns: AtomicU64::new(0),
            late_windows: AtomicU64::new(0),
            windows: AtomicU64::new(0),
            window_ns: AtomicU64::new(0),
            now_ns: AtomicU64::new(0),
            deadline_ns: AtomicU64::new(NEVER),
            wake_ns: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            timeline,
            failure: Mutex::default(),
            failed: AtomicBool::new(false),
        }
    }

    /// Takes the next `frames` numbers for frames that are in the ring; the first of them.
    pub(crate) fn claim(&self, frames: u64) -> u64 {
        let claim = self.claims.fetch_add(frames, Ordering::AcqRel);
        claim.wrapping_add_signed(self.shift.load(Ordering::Acquire))
    }

    /// Takes the next `frames` numbers for silence, unless frames of the ring have taken numbers from `consumed` on.
    pub(crate) fn claim_silence(&self, consumed: u64, frames: u64) -> bool {
        let claimed =
            self.claims.compare_exchange(consumed, consumed + frames, Ordering::AcqRel, Ordering::Relaxed).is_ok();
        if claimed {
            self.idled.fetch_add(frames, Ordering::Relaxed);
        }
        claimed
    }

    /// Frames ever taken.
    pub(crate) fn claims(&self) -> u64 {
        self.claims.load(Ordering::Acquire)
    }

    /// Number on the clock of the next frame that is taken.
    pub(crate) fn next_sample(&self) -> u64 {
        self.claims().wrapping_add_signed(self.shift.load(Ordering::Acquire))
    }

    /// From `claim` on frames have numbers from `sample` on. Of one thread at a time.
    pub(crate) fn set_clock(&self, claim: u64, sample: u64) {
        self.shift.store(sample.wrapping_sub(claim) as i64, Ordering::Release);
    }

    /// Notes that a face is asked for.
    pub(crate) fn ask(&self, sample: u64) {
        // Several threads may: the largest counts.
        self.asked.fetch_max(sample.saturating_add(1), Ordering::AcqRel);
    }

    pub(crate) fn fail(&self, error: Error) {
        *self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(error);
        self.failed.store(true, Ordering::Release);
    }

    /// # Errors
    /// The worker's failure.
    pub(crate) fn check(&self) -> Result<()> {
        if !self.failed.load(Ordering::Acquire) {
            return Ok(());
        }
        let failure = self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        failure.clone().map_or(Ok(()), Err)
    }
}
