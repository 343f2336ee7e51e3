//! Where nobody speaks: stretches of a clip whose level stays close to the quietest of it.
//!
//! Levels are relative to the clip: the floor is its 5th percentile, loud its 95th, and the threshold lies a quarter of the
//! way up, so that a whisper above a quieter room is speech and a noisy room is none. A clip that is about as loud
//! throughout (music, one that is all noise) has no pauses, since nothing tells them. One pass, and a sort of its levels.

use std::ops::Range;

use crate::unit::Unit;

use super::RATE_HZ;

/// From one level to the next, samples, and how many hops a level is taken over.
const HOP: usize = RATE_HZ as usize / 100;
const WIDTH: usize = 3;
/// A first difference of this factor: rumble and hum are no speech.
pub(crate) const PRE_EMPHASIS: f32 = 0.9;
/// Levels below this, dB of full scale, are digital silence: a pause, and no measure of the room.
pub(crate) const SILENT_DB: f32 = -95.0;
/// Least distance of loud from the floor at which there is something to tell apart, dB.
const LEAST_RANGE_DB: f32 = 10.0;
/// Way from the floor to loud at which a pause begins, and how much further up it ends.
const THRESHOLD: f32 = 0.25;
const HYSTERESIS: f32 = 0.1;
const MOST_HYSTERESIS_DB: f32 = 4.0;
/// The threshold is so far below loud, dB: a room that is nearly as loud as the voice tells nothing, and what is quieter by
/// the other is not heard as speech.
const BELOW_LOUD_DB: Range<f32> = 14.0..40.0;

/// Hops and levels between two pauses of the work.
const HOPS_AT_ONCE: usize = 256;
const LEVELS_AT_ONCE: usize = 1 << 14;

/// The pauses of 16 kHz mono that last for `shortest_s` or longer, seconds, in order.
pub async fn pauses(samples: &[f32], shortest_s: f64, unit: &Unit) -> Vec<Range<f64>> {
    let levels = levels_db(samples, unit).await;
    let (begins, ends) = thresholds_db(&levels, unit).await;
    unit.pause().await;
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut under: Option<usize> = None;
    for (at, &level) in levels.iter().enumerate() {
        match under {
            None if level < begins => under = Some(at),
            Some(first) if level >= ends => {
                found.push(first..at);
                under = None;
            }
            _ => {}
        }
    }
    found.extend(under.map(|first| first..levels.len()));
    let hop_s = HOP as f64 / f64::from(RATE_HZ);
    let clip_s = samples.len() as f64 / f64::from(RATE_HZ);
    let seconds = found.into_iter().map(|hops| hops.start as f64 * hop_s..(hops.end as f64 * hop_s).min(clip_s));
    seconds.filter(|pause| pause.end - pause.start >= shortest_s).collect()
}

/// Levels at which a pause begins and ends.
async fn thresholds_db(levels: &[f32], unit: &Unit) -> (f32, f32) {
    let live = levels.iter().filter(|level| **level > SILENT_DB).count();
    if live == 0 {
        return (SILENT_DB, SILENT_DB);
    }
    let place = |share: f32| ((live - 1) as f32 * share) as usize;
    let floor = level_at(levels, place(0.05), unit).await;
    let loud = level_at(levels, place(0.95), unit).await;
    let range = loud - floor;
    if range < LEAST_RANGE_DB {
        // Digital silence is a pause all the same.
        return (SILENT_DB, SILENT_DB);
    }
    between(floor, loud)
}

/// Levels at which a pause begins and ends, of sound with this floor and this loud, dB.
pub(crate) fn between(floor: f32, loud: f32) -> (f32, f32) {
    let range = loud - floor;
    let begins = (floor + THRESHOLD * range).clamp(loud - BELOW_LOUD_DB.end, loud - BELOW_LOUD_DB.start);
    (begins, begins + (HYSTERESIS * range).min(MOST_HYSTERESIS_DB))
}

/// The level at this place of those that are not silent, in rising order: counted, not sorted, since a sort of an hour's takes
/// long. Twice 16 bits of a number tell its place.
async fn level_at(levels: &[f32], place: usize, unit: &Unit) -> f32 {
    let (mut known, mut place) = (0u32, place);
    for shift in [16, 0] {
        let mut counts = vec![0usize; 1 << 16];
        for piece in levels.chunks(LEVELS_AT_ONCE) {
            let live = piece.iter().filter(|level| **level > SILENT_DB).map(|level| ordered(*level));
            let alike = live.filter(|number| shift == 16 || number >> 16 == known >> 16);
            alike.for_each(|number| counts[(number >> shift) as usize & 0xffff] += 1);
            unit.pause().await;
        }
        let mut digits = 0;
        while place >= counts[digits] {
            place -= counts[digits];
            digits += 1;
        }
        known |= (digits as u32) << shift;
    }
    // The way back of `ordered`.
    f32::from_bits(if known >> 31 == 1 { known ^ (1 << 31) } else { !known })
}

/// A number that is larger for a larger level, as `f32::total_cmp` has it.
fn ordered(level: f32) -> u32 {
    let bits = level.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// A level for every hop that has begun, dB of full scale.
async fn levels_db(samples: &[f32], unit: &Unit) -> Vec<f32> {
    let mut before = 0.0;
    let mut powers = Vec::with_capacity(samples.len() / HOP + 1);
    for (number, hop) in samples.chunks(HOP).enumerate() {
        if number.is_multiple_of(HOPS_AT_ONCE) {
            unit.pause().await;
        }
        let mut sum = 0.0;
        for &sample in hop {
            let edge = sample - PRE_EMPHASIS * before;
            before = sample;
            sum += f64::from(edge * edge);
        }
        powers.push(sum / HOP as f64);
    }
    let around = |at: usize| {
        let near = &powers[at.saturating_sub(WIDTH / 2)..(at + WIDTH / 2 + 1).min(powers.len())];
        near.iter().sum::<f64>() / near.len() as f64
    };
    let mut levels = Vec::with_capacity(powers.len());
    for at in 0..powers.len() {
        levels.push((10.0 * libm::log10(around(at) + 1e-12)) as f32);
        if at.is_multiple_of(HOPS_AT_ONCE) {
            unit.pause().await;
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::noise::Philox;
    use crate::unit;

    fn pauses(samples: &[f32], shortest_s: f64) -> Vec<Range<f64>> {
        unit::finish(super::pauses(samples, shortest_s, &Unit::default()))
    }

    /// Seconds of noise at levels (dB), one after another.
    fn noise(parts: &[(f64, f32)]) -> Vec<f32> {
        let philox = Philox::new(1);
        let mut samples = Vec::new();
        for &(seconds, level_db) in parts {
            let amplitude = libm::exp(f64::from(level_db) / 20.0 * std::f64::consts::LN_10);
            let end = samples.len() + (seconds * f64::from(RATE_HZ)) as usize;
            samples.extend((samples.len()..end).map(|at| {
                let [normal, _] = philox.normals([at as u32, 0, 0, 9]);
                (amplitude * normal) as f32
            }));
        }
        samples
    }

    fn found(parts: &[(f64, f32)]) -> Vec<[f64; 2]> {
        pauses(&noise(parts), 0.3).into_iter().map(|pause| [pause.start, pause.end]).collect()
    }

    #[track_caller]
    fn near(found: &[[f64; 2]], expected: &[[f64; 2]]) {
        let close = found.len() == expected.len()
            && found.iter().flatten().zip(expected.iter().flatten()).all(|(a, b)| (a - b).abs() < 0.03);
        assert!(close, "{found:?}, expected {expected:?}");
    }

    #[test]
    fn stretches_near_the_floor_are_pauses_in_a_quiet_room_and_a_loud_one() {
        for room_db in [-200.0, -70.0, -45.0, -35.0] {
            let parts = [(0.5, room_db), (1.0, -20.0), (0.15, room_db), (1.0, -14.0), (0.5, room_db), (1.0, -20.0)];
            near(&found(&parts), &[[0.0, 0.5], [2.65, 3.15]]);
        }
    }

    #[test]
    fn whisper_over_a_quieter_room_is_speech() {
        near(
            &found(&[(1.0, -15.0), (0.5, -70.0), (2.0, -40.0), (0.5, -70.0), (1.0, -15.0)]),
            &[[1.0, 1.5], [3.5, 4.0]],
        );
    }

    #[test]
    fn level_that_is_counted_is_the_one_that_is_sorted() {
        let levels: Vec<f32> = (0..3000).map(|i: i32| ((i * 7919) % 2003) as f32 * 0.11 - 130.0).collect();
        let mut live: Vec<f32> = levels.iter().copied().filter(|level| *level > SILENT_DB).collect();
        live.sort_unstable_by(f32::total_cmp);
        for place in [0, 1, live.len() / 20, live.len() / 2, live.len() - 1] {
            assert_eq!(unit::finish(level_at(&levels, place, &Unit::default())), live[place], "{place}");
        }
    }

    #[test]
    fn nothing_is_told_of_a_clip_that_is_as_loud_throughout() {
        near(&found(&[(2.0, -20.0), (1.0, -25.0), (2.0, -20.0)]), &[]);
        near(&found(&[(2.0, -70.0)]), &[]);
        near(&found(&[(1.0, -20.0), (0.5, -300.0), (1.0, -22.0)]), &[[1.0, 1.5]]);
        near(&found(&[(1.0, -300.0)]), &[[0.0, 1.0]]);
        assert!(pauses(&[], 0.3).is_empty() && pauses(&[0.1], 0.3).is_empty());
    }
}
