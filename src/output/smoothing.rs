//! Smoothing over the frames of a clip that lags nowhere: a symmetric Gaussian.
//!
//! Beyond both ends the clip goes on as its own point reflection, so that constants and ramps stay what they are up to the
//! last frame, and the first and last frame keep their values. Costs 8 · deviation operations a value.

use std::ops::Range;

use crate::signal::Frames;

/// Standard deviations at which the Gaussian is cut.
const REACH: f64 = 4.0;

/// Smooths some columns of all frames by a Gaussian of a standard deviation in frames; 0 leaves them as they are.
///
/// # Panics
/// If there are no such columns.
pub fn smooth(frames: &mut Frames, columns: Range<usize>, deviation: f64) {
    let count = frames.len();
    let reach = ((REACH * deviation).ceil() as usize).min(count.saturating_sub(1));
    let bell = |k: usize| libm::exp(-0.5 * (k as f64 / deviation).powi(2));
    let kernel: Vec<f64> = if reach == 0 { vec![1.0] } else { (0..=reach).map(bell).collect() };
    if kernel.len() == 1 {
        return;
    }
    let total = kernel[0] + 2.0 * kernel[1..].iter().sum::<f64>();
    // A column with what lies beyond both ends.
    let mut padded = vec![0.0f64; count + 2 * reach];
    for column in columns {
        let value = |frame: usize| f64::from(frames.data[frame * frames.width + column]);
        let (first, last) = (value(0), value(count - 1));
        for k in 1..=reach {
            padded[reach - k] = 2.0 * first - value(k);
            padded[reach + count - 1 + k] = 2.0 * last - value(count - 1 - k);
        }
        (0..count).for_each(|frame| padded[reach + frame] = value(frame));
        for (frame, window) in padded.windows(2 * reach + 1).enumerate() {
            let sides = (1..=reach).map(|k| kernel[k] * (window[reach - k] + window[reach + k]));
            let sum = kernel[0] * window[reach] + sides.sum::<f64>();
            frames.data[frame * frames.width + column] = (sum / total) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smoothed(values: impl IntoIterator<Item = f32>, deviation: f64) -> Vec<f32> {
        let rows = values.into_iter().flat_map(|v| [9.0, v, v.powi(2)]).collect();
        let mut frames = Frames::new(3, rows);
        let before = frames.clone();
        smooth(&mut frames, 1..2, deviation);
        for (row, old) in frames.data.chunks(3).zip(before.data.chunks(3)) {
            assert_eq!((row[0], row[2]), (old[0], old[2]), "other columns stay");
        }
        frames.data.chunks(3).map(|row| row[1]).collect()
    }

    #[test]
    fn constant_stays_constant_and_a_ramp_keeps_its_place() {
        for deviation in [0.5, 2.0, 30.0] {
            assert_eq!(smoothed([0.7; 40], deviation), [0.7; 40]);
            for (frame, value) in smoothed((0..40).map(|i| i as f32 * 0.25 - 3.0), deviation).iter().enumerate() {
                assert!((value - (frame as f32 * 0.25 - 3.0)).abs() < 1e-6, "{deviation}: frame {frame} {value}");
            }
        }
    }

    #[test]
    fn peak_keeps_its_time_and_is_symmetric() {
        let found = smoothed((0..41).map(|i| if i == 20 { 1.0 } else { 0.0 }), 2.0);
        let sum: f32 = found.iter().sum();
        assert!((sum - 1.0).abs() < 1e-6 && (found[20] - 0.1995).abs() < 1e-3, "{sum} {}", found[20]);
        for k in 1..=20 {
            assert!(found[20 - k] == found[20 + k] && found[20 + k] <= found[20 + k - 1], "{k} frames away");
        }
    }

    #[test]
    fn shortest_clips_and_no_smoothing_stay_as_they_are() {
        assert_eq!(smoothed([0.3], 5.0), [0.3]);
        assert_eq!(smoothed([0.3, 0.9], 5.0), [0.3, 0.9]);
        assert_eq!(smoothed([0.3, 0.9, 0.1], 0.0), [0.3, 0.9, 0.1]);
    }
}
