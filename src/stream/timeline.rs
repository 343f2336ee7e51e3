//! The committed frames: one thread writes them, any may read them, and nobody waits.
//!
//! A row holds a frame's motion, then its weights, then its features. Rows are kept in a ring, by frame number. A row's tag says which frame it
//! holds and which writing of it, so that a reader knows a row that was written while it was read (a seqlock, one for each row).

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use crate::error::Result;
use crate::memory;

/// Times that a row is read at most, if it is written meanwhile: only an interruption writes a row that is read.
const TRIES: usize = 4;

/// Of a row that holds no frame.
const NOTHING: u64 = u64::MAX;

pub(crate) struct Timeline {
    width: usize,
    values: Vec<AtomicU32>,
    /// Number of the frame, and behind it, in 24 bits, that of the writing, which is odd while it goes on.
    tags: Vec<AtomicU64>,
    /// Frames from `first` to `end` are there.
    first: AtomicU64,
    end: AtomicU64,
}

impl Timeline {
    /// For the last `frames` frames of `width` values.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(crate) fn new(frames: usize, width: usize) -> Result<Self> {
        let values =
            memory::collect((0..frames.saturating_mul(width)).map(|_| AtomicU32::new(0)), "frames of a stream")?;
        let tags = memory::collect((0..frames).map(|_| AtomicU64::new(NOTHING)), "frames of a stream")?;
        Ok(Self { width, values, tags, first: AtomicU64::new(0), end: AtomicU64::new(0) })
    }

    /// Numbers of the frames that are there.
    pub(crate) fn frames(&self) -> Range<u64> {
        let end = self.end.load(Ordering::Acquire);
        self.first.load(Ordering::Acquire).min(end)..end
    }

    /// Writes the next frame. One thread alone does.
    pub(crate) fn push(&self, row: impl Iterator<Item = f32>) {
        let (frame, kept) = (self.end.load(Ordering::Relaxed), self.tags.len() as u64);
        let place = self.place(frame);
        // The frame that was in its place is gone before it is overwritten.
        let first = self.first.load(Ordering::Relaxed);
        self.first.store(first.max((frame + 1).saturating_sub(kept)), Ordering::Release);
        let tag = &self.tags[place];
        let writing = tag.load(Ordering::Relaxed) & 0xff_ffff;
        let next = |number: u64| frame << 24 | (number & 0xff_ffff);
        tag.store(next((writing | 1) + 2), Ordering::Relaxed);
        fence(Ordering::Release);
        for (value, new) in self.values[place * self.width..][..self.width].iter().zip(row) {
            value.store(new.to_bits(), Ordering::Relaxed);
        }
        tag.store(next((writing | 1) + 3), Ordering::Release);
        self.end.store(frame + 1, Ordering::Release);
    }

    /// Drops the frames from number `end` on; of the same thread as [`push`](Self::push).
    pub(crate) fn cut(&self, end: u64) {
        self.end.fetch_min(end, Ordering::Release);
    }

    /// Drops all frames; the next one has number 0.
    pub(crate) fn clear(&self) {
        self.end.store(0, Ordering::Release);
        self.first.store(0, Ordering::Release);
    }

    /// Copies values of a frame from number `first` on; false when the frame is not there.
    pub(crate) fn read(&self, frame: u64, first: usize, row: &mut [f32]) -> bool {
        self.between(frame, 0.0, first, row)
    }

    /// Values from number `first` on at a part of the way from a frame to the next, 0..1; false when one of them is not there.
    pub(crate) fn between(&self, frame: u64, part: f32, first: usize, row: &mut [f32]) -> bool {
        let value = |value: &AtomicU32| f32::from_bits(value.load(Ordering::Relaxed));
        let rows = [frame, frame + u64::from(part > 0.0)];
        let [from, to] = rows.map(|frame| &self.values[self.place(frame) * self.width + first..][..row.len()]);
        for _ in 0..TRIES {
            let tags = rows.map(|frame| self.tags[self.place(frame)].load(Ordering::Acquire));
            if rows.iter().zip(tags).any(|(frame, tag)| tag == NOTHING || tag >> 24 != frame & (u64::MAX >> 24)) {
                return false;
            }
            for ((out, from), to) in row.iter_mut().zip(from).zip(to) {
                let from = value(from);
                *out = if part > 0.0 { from + (value(to) - from) * part } else { from };
            }
            fence(Ordering::Acquire);
            let same = |(frame, tag): (&u64, u64)| self.tags[self.place(*frame)].load(Ordering::Relaxed) == tag;
            if tags.iter().all(|tag| tag & 1 == 0) && rows.iter().zip(tags).all(same) {
                return true;
            }
        }
        false
    }

    fn place(&self, frame: u64) -> usize {
        (frame % self.tags.len() as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_frames_are_kept_and_cut_ones_are_written_again() {
        let timeline = Timeline::new(4, 2).expect("memory");
        (0..6).for_each(|frame| timeline.push([frame as f32, 0.5].into_iter()));
        let mut row = [0.0; 2];
        assert_eq!(timeline.frames(), 2..6);
        assert!(!timeline.read(1, 0, &mut row) && timeline.read(2, 0, &mut row) && row == [2.0, 0.5]);
        timeline.cut(4);
        timeline.push([40.0, 1.0].into_iter());
        assert_eq!(timeline.frames(), 2..5);
        assert!(timeline.read(4, 1, &mut row[..1]) && row[0] == 1.0);
        timeline.clear();
        assert_eq!(timeline.frames(), 0..0);
    }

    #[test]
    fn reader_never_sees_half_of_a_row() {
        let timeline = Timeline::new(8, 64).expect("memory");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..20_000 {
                    timeline.push(std::iter::repeat_n(number as f32, 64));
                    // The same frame again, as after an interruption.
                    timeline.cut(timeline.frames().end - 1);
                    timeline.push(std::iter::repeat_n(number as f32 + 0.5, 64));
                }
            });
            let mut row = [0.0; 64];
            let mut seen = 0;
            while seen < 19_000 {
                let frames = timeline.frames();
                let Some(frame) = frames.end.checked_sub(1) else { continue };
                if timeline.read(frame, 0, &mut row) {
                    assert!(row.iter().all(|value| *value == row[0]), "{row:?}");
                }
                seen = seen.max(frame);
            }
        });
    }
}
