//! How close to rest a clip is at each of its frames, by its sound and its ends: the mouth where nobody speaks, the head as it
//! comes from rest and goes back to it, the lids as it begins.

use std::f64::consts::PI;
use std::ops::Range;

use crate::error::Result;
use crate::signal::Frames;
use crate::unit::Unit;

/// After a pause's start the mouth closes within this, and before its end it opens: a mouth is open before it is heard.
pub(crate) const CLOSE_S: f64 = 0.2;
pub(crate) const OPEN_S: f64 = 0.15;
/// The head begins on its way to rest so long before the sound ends, and has arrived so long before the clip does: readers at
/// lower rates see it there.
const HEAD_BEFORE_S: f64 = 0.35;
const HEAD_ARRIVES_S: f64 = 0.1;
/// Longest way of a head to rest.
const HEAD_WAY_S: f64 = 1.0;

/// The lids' part of the time that a head takes from rest: they are quicker.
const LIDS_WAY: f64 = 0.5;

/// What comes to rest and where, as columns. The tail is what a session asks for, the rest is the pack's to state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The mouth in pauses.
    Pause,
    /// The head at the start.
    Start,
    /// The lids at the start.
    Lids,
    /// Mouth and head behind the last sample.
    TailMouth,
    TailHead,
}

const PARTS: usize = 5;

/// Shares of rest, 0..1, [frames, parts].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calm(Frames);

/// What a clip's rest follows from, seconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sound {
    /// Where nobody speaks and the mouth is to close.
    pub(crate) pauses: Vec<Range<f64>>,
    /// The end of what was heard, and that of the clip, which comes to rest in between.
    pub(crate) end_s: f64,
    pub(crate) clip_s: f64,
    /// How long the clip comes from rest.
    pub(crate) ease_in_s: f64,
}

impl Sound {
    /// Whether a clip of it rests anywhere.
    pub(crate) fn acts(&self) -> bool {
        !self.pauses.is_empty() || self.clip_s > self.end_s || self.ease_in_s > 0.0
    }
}

impl Calm {
    /// Over a clip of `frames`.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(crate) async fn new(frames: usize, fps: f32, sound: &Sound, unit: &Unit) -> Result<Self> {
        let mut shares = Frames::try_zeros(frames, PARTS)?;
        let fps = f64::from(fps);
        let mut raise = |part: Part, range: Range<f64>, share: &dyn Fn(f64) -> f64| {
            let frame = |time_s: f64| (time_s * fps).ceil().clamp(0.0, frames as f64) as usize;
            for at in frame(range.start)..frame(range.end) {
                let value = &mut shares.row_mut(at)[part as usize];
                *value = value.max(share(at as f64 / fps) as f32);
            }
        };
        let tail = (sound.clip_s > sound.end_s).then_some(sound.end_s..sound.clip_s);
        // A tail ends at rest, also where no frame lies behind the sound's end.
        let last_frame_s = frames.saturating_sub(1) as f64 / fps;
        let pauses = sound.pauses.iter().map(|pause| (Part::Pause, pause));
        for (part, pause) in pauses.chain(tail.iter().map(|tail| (Part::TailMouth, tail))) {
            // A mouth need not close before the first word, nor open behind the last.
            let (first, last) = (pause.start <= 0.0, pause.end >= sound.clip_s);
            let close_s = CLOSE_S.min(0.6 * (pause.end - pause.start));
            let from_s = if part == Part::TailMouth { pause.start.min(last_frame_s - close_s) } else { pause.start };
            raise(part, from_s.max(0.0)..pause.end, &|time_s| {
                let closing = if first { 1.0 } else { eased((time_s - from_s) / close_s) };
                let opening = if last { 1.0 } else { eased((pause.end - time_s) / OPEN_S) };
                closing.min(opening)
            });
            unit.pause().await;
        }
        if sound.ease_in_s > 0.0 {
            let share = |time_s: f64| 1.0 - eased(time_s / sound.ease_in_s);
            raise(Part::Start, 0.0..sound.ease_in_s, &share);
            raise(Part::Lids, 0.0..LIDS_WAY * sound.ease_in_s, &|time_s| share(time_s / LIDS_WAY));
        }
        if let Some(tail) = tail {
            // From the end of the last word on, where that leaves more time.
            let quiet = sound.pauses.last().filter(|pause| pause.end >= sound.end_s);
            let arrives_s =
                (tail.end - HEAD_ARRIVES_S).max(tail.start + 0.5 * (tail.end - tail.start)).min(last_frame_s);
            let leaves_s = quiet.map_or(tail.start, |pause| pause.start).min(tail.start - HEAD_BEFORE_S);
            let leaves_s = leaves_s.max(arrives_s - HEAD_WAY_S);
            let range = leaves_s.max(0.0)..tail.end + 1.0 / fps;
            raise(Part::TailHead, range, &|time_s| eased((time_s - leaves_s) / (arrives_s - leaves_s)));
        }
        Ok(Self(shares))
    }

    /// Of a clip that never rests.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(crate) fn none(frames: usize) -> Result<Self> {
        Ok(Self(Frames::try_zeros(frames, PARTS)?))
    }

    /// The frames `frames` of it.
    pub(crate) fn cut(&self, frames: Range<usize>) -> Self {
        let width = self.0.width;
        Self(Frames::new(width, self.0.data[frames.start * width..frames.end * width].to_vec()))
    }

    /// Of rows that were put together.
    pub(crate) fn of(shares: Frames) -> Self {
        Self(shares)
    }

    /// [frames, parts]
    pub(crate) fn shares(&self) -> &Frames {
        &self.0
    }

    pub(crate) fn share(&self, frame: usize, part: Part) -> f32 {
        self.0.row(frame)[part as usize]
    }
}

/// 0..1 smoothly.
pub(crate) fn eased(part: f64) -> f64 {
    0.5 - 0.5 * libm::cos(PI * part.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit;

    fn shares(sound: &Sound, part: Part) -> Vec<f32> {
        let frames = (sound.clip_s * 30.0).round() as usize;
        let calm = unit::finish(Calm::new(frames, 30.0, sound, &Unit::default())).unwrap();
        (0..calm.shares().len()).map(|frame| calm.share(frame, part)).collect()
    }

    #[test]
    fn mouth_closes_within_a_pause_and_opens_before_its_end() {
        let pauses = vec![0.0..0.3, 1.0..2.0, 2.5..3.0];
        let sound = Sound { pauses, end_s: 3.0, clip_s: 3.0, ease_in_s: 0.0 };
        let mouth = shares(&sound, Part::Pause);
        assert!(mouth[..4].iter().all(|share| *share == 1.0) && mouth[9] == 0.0, "shut before the first word");
        assert!(mouth[10..=30].iter().chain(&mouth[60..=75]).all(|share| *share == 0.0));
        assert!(mouth[36..=55].iter().chain(&mouth[81..]).all(|share| *share == 1.0), "shut behind the last");
        assert!(mouth.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.4), "without a leap");
        assert!(sound.acts() && shares(&sound, Part::TailHead).iter().all(|share| *share == 0.0));
    }

    #[test]
    fn tail_ends_at_rest_however_short() {
        for tail_s in [0.05, 0.1, 0.3, 2.0] {
            let sound = Sound { pauses: Vec::new(), end_s: 2.0, clip_s: 2.0 + tail_s, ease_in_s: 0.6 };
            for part in [Part::TailMouth, Part::TailHead] {
                let found = shares(&sound, part);
                assert!(found.last().is_some_and(|share| *share > 0.99), "{part:?} {tail_s}: {found:?}");
                assert!(found[..45].iter().all(|share| *share == 0.0) && found.is_sorted(), "{part:?} {tail_s}");
            }
            let start = shares(&sound, Part::Start);
            assert!(start[0] == 1.0 && start[18] == 0.0 && start[..18].is_sorted_by(|a, b| a > b));
            assert!(shares(&sound, Part::Lids)[9..].iter().all(|share| *share == 0.0));
        }
        assert!(!Sound { end_s: 1.0, clip_s: 1.0, ..Sound::default() }.acts());
    }
}
