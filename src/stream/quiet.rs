//! Pauses of sound that comes: where the mouth closes between words, as far as it is known by now.
//!
//! The levels and thresholds are those of a clip's pauses (`audio/pauses.rs`), but loud and floor follow the sound, since the
//! clip is not over. The mouth begins to close once a pause is known to be long enough, and opens before its end where that is
//! heard in time.

use crate::audio::RATE_HZ;
use crate::audio::pauses::{PRE_EMPHASIS, SILENT_DB, between};
use crate::session::calm::{CLOSE_S, OPEN_S, eased};

/// Samples of a hop; a level is taken over three.
const HOP: usize = RATE_HZ as usize / 100;
const HOP_S: f64 = 0.01;
/// Loud before anything is heard, dB of full scale; its part of the way to a louder level at each hop, and how fast it
/// forgets, dB a hop. By ear and eye.
const LOUD_DB: f32 = -28.0;
const FOLLOW: f32 = 0.2;
const LOUD_FALLS_DB: f32 = 0.02;
/// The floor is the quietest of the last four seconds, in parts of half a second.
const FLOOR_PARTS: usize = 8;
const PART_HOPS: u64 = 50;
/// Pauses that are remembered: frames are asked about in order, a look-ahead behind what was heard.
const REMEMBERED: usize = 8;

/// Hops of a pause; its end is unknown while it lasts.
#[derive(Debug, Clone, Copy)]
struct Pause {
    first: u64,
    end: Option<u64>,
    /// Since when it was known to be one, by the frame that was asked about, seconds.
    closes_s: Option<f64>,
}

pub(crate) struct Quiet {
    shortest_s: f64,
    before: f32,
    sum: f64,
    samples: usize,
    powers: [f64; 3],
    loud_db: f32,
    /// The quietest level of each part, the last one first; infinity for none.
    floors_db: [f32; FLOOR_PARTS],
    /// Levels that are known.
    hops: u64,
    pauses: [Option<Pause>; REMEMBERED],
}

impl Quiet {
    /// For pauses that last so long.
    pub(crate) fn new(shortest_s: f64) -> Self {
        // What was before is a pause.
        let mut pauses = [None; REMEMBERED];
        pauses[0] = Some(Pause { first: 0, end: None, closes_s: Some(f64::NEG_INFINITY) });
        let (loud_db, floors_db) = (LOUD_DB, [f32::INFINITY; FLOOR_PARTS]);
        Self { shortest_s, before: 0.0, sum: 0.0, samples: 0, powers: [0.0; 3], loud_db, floors_db, hops: 0, pauses }
    }

    /// Takes a sample of 16 kHz.
    pub(crate) fn push(&mut self, sample: f32) {
        let edge = sample - PRE_EMPHASIS * self.before;
        self.before = sample;
        self.sum += f64::from(edge * edge);
        self.samples += 1;
        if self.samples < HOP {
            return;
        }
        self.powers = [self.powers[1], self.powers[2], self.sum / HOP as f64];
        (self.sum, self.samples) = (0.0, 0);
        let power = self.powers.iter().sum::<f64>() / 3.0;
        self.level((10.0 * libm::log10(power + 1e-12)) as f32);
    }

    /// The level of the next hop.
    fn level(&mut self, level: f32) {
        if self.hops.is_multiple_of(PART_HOPS) {
            self.floors_db.rotate_right(1);
            self.floors_db[0] = f32::INFINITY;
        }
        // Digital silence is no measure of the room.
        if level > SILENT_DB {
            self.loud_db += if level > self.loud_db { FOLLOW * (level - self.loud_db) } else { -LOUD_FALLS_DB };
            self.floors_db[0] = self.floors_db[0].min(level);
        }
        let floor_db = self.floors_db.iter().copied().fold(self.loud_db, f32::min);
        let (begins, ends) = between(floor_db, self.loud_db);
        match &mut self.pauses[0] {
            Some(Pause { end: end @ None, .. }) if level >= ends => *end = Some(self.hops),
            Some(Pause { end: None, .. }) => {}
            _ if level < begins => {
                self.pauses.rotate_right(1);
                self.pauses[0] = Some(Pause { first: self.hops, end: None, closes_s: None });
            }
            _ => {}
        }
        self.hops += 1;
    }

    /// How far the mouth is at rest at a time, 0..1. Times go up from call to call.
    pub(crate) fn share(&mut self, time_s: f64) -> f32 {
        let known_s = self.hops as f64 * HOP_S;
        let share = self.pauses.iter_mut().flatten().map(|pause| {
            let first_s = pause.first as f64 * HOP_S;
            let end_s = pause.end.map_or(f64::INFINITY, |end| end as f64 * HOP_S);
            if !(first_s..end_s).contains(&time_s) || end_s.min(known_s) - first_s < self.shortest_s {
                return 0.0;
            }
            let closes_s = *pause.closes_s.get_or_insert(time_s);
            let close_s = CLOSE_S.min(0.6 * (end_s - first_s));
            eased((time_s - closes_s) / close_s).min(eased((end_s - time_s) / OPEN_S))
        });
        share.fold(0.0, f64::max) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::noise::Philox;

    /// Shares every 10 ms of noise at levels (dB) one after another, each asked for 200 ms after it was heard.
    fn shares(parts: &[(f64, f32)]) -> Vec<f32> {
        let (mut quiet, philox, mut shares, mut at) = (Quiet::new(0.3), Philox::new(1), Vec::new(), 0u32);
        for &(seconds, level_db) in parts {
            let amplitude = libm::exp(f64::from(level_db) / 20.0 * std::f64::consts::LN_10);
            for _ in 0..(seconds * 16_000.0) as usize {
                quiet.push((amplitude * philox.normals([at, 0, 0, 9])[0]) as f32);
                at += 1;
                let hop = at as usize / HOP;
                if (at as usize).is_multiple_of(HOP) && hop >= 20 {
                    shares.push(quiet.share((hop - 20) as f64 * HOP_S));
                }
            }
        }
        shares
    }

    #[test]
    fn mouth_closes_in_a_pause_and_opens_before_its_end() {
        for room_db in [-200.0, -60.0, -45.0] {
            let shares = shares(&[(1.0, -20.0), (0.15, room_db), (1.0, -20.0), (1.0, room_db), (1.0, -20.0)]);
            assert!(shares[20..205].iter().all(|share| *share == 0.0), "{room_db}: in speech and a stop consonant");
            assert!(shares[260..300].iter().all(|share| *share > 0.99), "{room_db}: {:?}", &shares[215..315]);
            assert!(shares[320..].iter().all(|share| *share == 0.0), "{room_db}: in speech again");
            assert!(shares.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.2), "{room_db}: without a leap");
        }
    }
}
