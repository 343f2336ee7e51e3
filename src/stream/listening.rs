//! What a face does that listens to somebody: it nods, raises its brows, and looks at who speaks.

use crate::session::calm::eased;
use crate::signal::noise::Philox;

/// From an act to the next, seconds: about five a minute, never more than eight.
const APART_S: [f64; 2] = [8.0, 16.0];
/// A nod goes down so far (rad) and takes so long; every second nod is two.
const NOD_RAD: [f64; 2] = [0.05, 0.09];
const NOD_S: f64 = 0.55;
/// Brows go up so far, and stay for so long.
const BROW: [f64; 2] = [0.2, 0.4];
const BROW_S: f64 = 0.9;
/// Shares of acts: the rest are raised brows.
const NODS: f64 = 0.6;
/// What is left of looks to the side, and how long eyes and brows take into listening and out of it.
pub(crate) const LOOK_ASIDE: f32 = 0.25;
const EASE_S: f64 = 0.5;
/// Last word of the noise's counters.
const PURPOSE: u32 = 5 << 16;

/// What a frame has more of.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Acts {
    /// Head down, rad.
    pub(crate) nod_rad: f32,
    /// Brows up, a weight.
    pub(crate) brow: f32,
    /// How far it listens, 0..1.
    pub(crate) listens: f32,
}

/// An act under way or the next one.
#[derive(Debug, Clone, Copy)]
struct Act {
    start_s: f64,
    /// A nod's depth, or that of the brows; and how many nods.
    nod_rad: f64,
    nods: f64,
    brow: f64,
}

pub(crate) struct Listening {
    philox: Philox,
    on: bool,
    /// 0..1.
    share: f64,
    number: u32,
    next: Option<Act>,
}

impl Listening {
    pub(crate) fn new(seed: u64) -> Self {
        Self { philox: Philox::new(seed), on: false, share: 0.0, number: 0, next: None }
    }

    pub(crate) fn set(&mut self, on: bool) {
        self.on = on;
    }

    /// The next frame's acts; frames are asked about one after another.
    pub(crate) fn act(&mut self, time_s: f64, frame_s: f64) -> Acts {
        let step = frame_s / EASE_S;
        self.share = if self.on { (self.share + step).min(1.0) } else { (self.share - step).max(0.0) };
        if !self.on {
            self.next = self.next.filter(|act| act.start_s < time_s);
        } else if self.next.is_none() {
            self.next = Some(self.draw(time_s));
        }
        let mut acts = Acts { listens: eased(self.share) as f32, ..Acts::default() };
        let Some(act) = self.next else { return acts };
        let bump = |lasts: f64| {
            let part = (time_s - act.start_s) / lasts;
            if (0.0..1.0).contains(&part) { 0.5 - 0.5 * libm::cos(2.0 * std::f64::consts::PI * part) } else { 0.0 }
        };
        let nods = (time_s - act.start_s) / NOD_S;
        if act.nod_rad > 0.0 && nods < act.nods {
            // The second of two is smaller.
            acts.nod_rad = (act.nod_rad * bump(NOD_S).max(0.6 * bump_after(time_s - act.start_s))) as f32;
        }
        acts.brow = (act.brow * bump(BROW_S)) as f32;
        if time_s - act.start_s > (act.nods * NOD_S).max(BROW_S) {
            self.next = None;
        }
        acts
    }

    fn draw(&mut self, time_s: f64) -> Act {
        let [a, b] = self.philox.uniforms([self.number, 0, 0, PURPOSE]);
        let [c, d] = self.philox.uniforms([self.number, 1, 0, PURPOSE]);
        self.number += 1;
        let between = |[low, high]: [f64; 2], part: f64| low + (high - low) * part;
        let start_s = time_s + between(APART_S, a);
        if b < NODS {
            let nods = if c < 0.5 { 1.0 } else { 2.0 };
            return Act { start_s, nod_rad: between(NOD_RAD, d), nods, brow: 0.0 };
        }
        Act { start_s, nod_rad: 0.0, nods: 0.0, brow: between(BROW, d) }
    }
}

/// The second of two nods.
fn bump_after(since_s: f64) -> f64 {
    let part = since_s / NOD_S - 1.0;
    if (0.0..1.0).contains(&part) { 0.5 - 0.5 * libm::cos(2.0 * std::f64::consts::PI * part) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listener_acts_two_to_eight_times_a_minute_without_a_leap_and_an_idle_face_never() {
        for seed in 0..4 {
            let mut listening = Listening::new(seed);
            let frame_s = 1.0 / 30.0;
            let idle = (0..1800).map(|frame| listening.act(f64::from(frame) * frame_s, frame_s));
            assert!(idle.into_iter().all(|acts| acts == Acts::default()));
            listening.set(true);
            let acts: Vec<Acts> =
                (1800..1800 + 20 * 1800).map(|frame| listening.act(f64::from(frame) * frame_s, frame_s)).collect();
            let begins = |pair: &[Acts]| {
                let still = |acts: Acts| acts.nod_rad == 0.0 && acts.brow == 0.0;
                still(pair[0]) && !still(pair[1])
            };
            for minute in acts.chunks(1800) {
                // Between two nods the head stands still for a frame at most.
                let count = minute.windows(2).filter(|pair| begins(pair)).count();
                assert!((2..=8).contains(&count), "{count} a minute, seed {seed}");
            }
            let leaps = |of: &dyn Fn(&Acts) -> f32| {
                acts.windows(2).map(|pair| (of(&pair[1]) - of(&pair[0])).abs()).fold(0.0, f32::max)
            };
            assert!(leaps(&|acts| acts.nod_rad) < 0.02 && leaps(&|acts| acts.brow) < 0.06);
            assert!(acts.iter().any(|acts| acts.nod_rad > 0.04) && acts.iter().any(|acts| acts.brow > 0.2));
            listening.set(false);
            let after: Vec<Acts> =
                (37_800..37_900).map(|frame| listening.act(f64::from(frame) * frame_s, frame_s)).collect();
            assert!(after[60..].iter().all(|acts| *acts == Acts::default()), "it stops");
        }
    }
}
