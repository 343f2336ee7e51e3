//! Blinks: those of a motion limited, and others added by a seed. One lid's closure 0..1 of each frame, in and out.
//!
//! Blinks come at log-normal intervals; lids close in 70 ms, stay 30 and open in 150, as the starter model learned them.

use std::f64::consts::PI;

use crate::error::{Error, Result};
use crate::limits::MAX_BLINKS_PER_MINUTE;
use crate::signal::noise::Philox;

const CLOSE_S: f64 = 0.07;
const HOLD_S: f64 = 0.03;
const OPEN_S: f64 = 0.15;
/// From one blink to the next, at least: the lids open for a moment.
const APART_S: f64 = CLOSE_S + HOLD_S + OPEN_S + 0.1;
/// Deviation of the logarithm of the intervals.
const SPREAD: f64 = 0.5;
/// Closure of the weakest blink; the strongest shuts the lids.
const WEAKEST: f64 = 0.85;
/// What a lid holds for longer is no blink.
const LONGEST_S: f64 = 0.5;
/// Last word of the noise's counters.
const PURPOSE: u32 = 2 << 16;

/// What is done about blinks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blinks {
    /// Most closure of the motion's own blinks, 0..1: 1 keeps them, 0 turns them off. It cuts what a lid does for less than
    /// half a second; a lid that is held half closed, of a tired face, stays where it is.
    pub limit: f32,
    /// Blinks to be added: 60 over the median of their intervals in seconds; 0 for none.
    pub added_per_minute: f32,
}

impl Default for Blinks {
    /// Keeps blinks as they are.
    fn default() -> Self {
        Self { limit: 1.0, added_per_minute: 0.0 }
    }
}

impl Blinks {
    /// An error for numbers out of their range.
    pub(crate) fn check(self) -> Result<()> {
        if !(0.0..=1.0).contains(&self.limit) {
            return Err(Error::InvalidArgument(format!("a limit of blinks of {}, expected 0 to 1", self.limit)));
        }
        if !(0.0..=MAX_BLINKS_PER_MINUTE).contains(&self.added_per_minute) {
            let (rate, most) = (self.added_per_minute, MAX_BLINKS_PER_MINUTE);
            return Err(Error::InvalidArgument(format!("{rate} added blinks a minute, expected 0 to {most}")));
        }
        Ok(())
    }

    /// Whether lids change.
    pub(crate) fn act(self) -> bool {
        self.limit < 1.0 || self.added_per_minute > 0.0
    }

    /// Cuts the blinks of one lid to the limit.
    pub fn cut(self, lid: &mut [f32], fps: f32) {
        let level = held(lid, (LONGEST_S * f64::from(fps) * 0.5) as usize);
        lid.iter_mut().zip(level).for_each(|(lid, level)| *lid = lid.min(self.limit).max(level));
    }

    /// Closure by the added blinks, one value a frame. A seed's blinks are the same in a clip of any length.
    pub fn added(self, seed: u64, frames: usize, fps: f32) -> Vec<f32> {
        let mut lids = vec![0.0; frames];
        if self.added_per_minute <= 0.0 {
            return lids;
        }
        let (noise, median_s) = (Philox::new(seed), 60.0 / f64::from(self.added_per_minute));
        let fps = f64::from(fps);
        let mut start_s = median_s * noise.uniforms([0, 0, 0, PURPOSE])[1];
        for number in 1.. {
            let first = (start_s * fps).ceil() as usize;
            if first >= frames {
                break;
            }
            let depth = WEAKEST + (1.0 - WEAKEST) * noise.uniforms([number, 1, 0, PURPOSE])[1];
            let last = ((start_s + CLOSE_S + HOLD_S + OPEN_S) * fps) as usize;
            for (frame, lid) in lids.iter_mut().enumerate().take(last + 1).skip(first) {
                *lid = (depth * closure(frame as f64 / fps - start_s)) as f32;
            }
            let [normal, _] = noise.normals([number, 0, 0, PURPOSE]);
            start_s += (median_s * libm::exp(SPREAD * normal)).max(APART_S);
        }
        lids
    }
}

/// Closure this long after a blink's start: raised cosines.
fn closure(time_s: f64) -> f64 {
    let (closing, opening) = (time_s / CLOSE_S, (CLOSE_S + HOLD_S + OPEN_S - time_s) / OPEN_S);
    0.5 - 0.5 * libm::cos(PI * closing.min(opening).clamp(0.0, 1.0))
}

/// The level that a lid holds: an opening, which takes away peaks of up to 2·reach frames. Beyond both ends the lid counts as
/// open, so that a blink at the edge of a clip is one.
fn held(lid: &[f32], reach: usize) -> Vec<f32> {
    let around = |at: usize| at.saturating_sub(reach)..(at + reach + 1).min(lid.len());
    let lowest = |at: usize| match around(at) {
        cut if cut.len() <= 2 * reach => 0.0,
        whole => lid[whole].iter().copied().fold(lid[at], f32::min),
    };
    let lowest: Vec<f32> = (0..lid.len()).map(lowest).collect();
    (0..lid.len()).map(|at| lowest[around(at)].iter().copied().fold(0.0, f32::max)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FPS: f32 = 30.0;

    fn added(seed: u64, rate: f32, seconds: usize) -> Vec<f32> {
        Blinks { added_per_minute: rate, ..Blinks::default() }.added(seed, seconds * 30, FPS)
    }

    /// First frames of the stretches in which the lid is not open.
    fn starts(lids: &[f32]) -> Vec<usize> {
        (0..lids.len()).filter(|&i| lids[i] > 0.0 && (i == 0 || lids[i - 1] == 0.0)).collect()
    }

    #[test]
    fn added_blinks_have_the_asked_rate_and_shape() {
        for rate in [6.0, 15.0, 40.0] {
            let lids = added(3, rate, 3600);
            let starts = starts(&lids);
            let mut intervals: Vec<usize> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
            intervals.sort_unstable();
            let median_s = intervals[intervals.len() / 2] as f32 / FPS;
            assert!((median_s * rate / 60.0 - 1.0).abs() < 0.15, "{rate} a minute: every {median_s} s");
            // 0.25 s at 30 frames a second, and an open frame between any two.
            for &start in &starts {
                let shut: Vec<f32> = lids[start..].iter().copied().take_while(|lid| *lid > 0.0).collect();
                let peak = shut.iter().copied().fold(0.0, f32::max);
                assert!(
                    start + 8 > lids.len() || ((7..=8).contains(&shut.len()) && peak > 0.84 && peak <= 1.0),
                    "{shut:?}"
                );
            }
        }
    }

    #[test]
    fn seed_alone_decides_about_added_blinks() {
        let (short, long) = (added(5, 20.0, 30), added(5, 20.0, 60));
        assert_eq!(short, long[..short.len()]);
        assert_ne!(added(6, 20.0, 30), short);
        assert!(added(5, 0.0, 30).iter().all(|lid| *lid == 0.0));
        // The most that is taken never lets two meet.
        let lids = added(1, MAX_BLINKS_PER_MINUTE, 600);
        let found = starts(&lids);
        assert!(found.windows(2).all(|pair| pair[1] - pair[0] >= 10) && found.len() > 900, "{}", found.len());
    }

    #[test]
    fn limit_cuts_blinks_and_leaves_a_lid_that_is_held() {
        let blink = |lids: &mut [f32], at: usize| {
            [0.4, 0.9, 1.0, 0.9, 0.7, 0.5, 0.3, 0.1]
                .iter()
                .zip(&mut lids[at..])
                .for_each(|(b, lid)| *lid = lid.max(*b));
        };
        // Awake for three seconds, then tired: half closed from there on.
        let level = |frame: usize| ((frame as f32 - 85.0) / 20.0).clamp(0.05, 0.45);
        let mut lids: Vec<f32> = (0..180).map(level).collect();
        [0, 30, 140, 175].iter().for_each(|&at| blink(&mut lids[..], at));
        let whole = lids.clone();
        Blinks { limit: 0.0, ..Blinks::default() }.cut(&mut lids, FPS);
        for (frame, lid) in lids.iter().enumerate() {
            assert!((lid - level(frame)).abs() < 0.02, "frame {frame}: {lid} of {}", level(frame));
        }
        let mut half = whole.clone();
        Blinks { limit: 0.6, ..Blinks::default() }.cut(&mut half, FPS);
        assert!(half.iter().zip(&whole).all(|(half, whole)| *half == whole.min(0.6)));
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        for (limit, added_per_minute) in
            [(-0.1, 0.0), (1.1, 0.0), (f32::NAN, 0.0), (1.0, -1.0), (1.0, 1e6), (1.0, f32::NAN)]
        {
            assert!(Blinks { limit, added_per_minute }.check().is_err(), "{limit}, {added_per_minute}");
        }
        assert!(Blinks::default().check().is_ok() && !Blinks::default().act());
    }
}
