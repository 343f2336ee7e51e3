//! Noise of a sampling: rows of standard normal values by seed, purpose, step and frame, the same bits on every backend,
//! platform, thread count and window layout.

use crate::signal::noise::Philox;

/// What noise is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The state that sampling starts from.
    Start,
    /// The fresh noise of a step with η > 0.
    Step,
}

/// Which matrix of noise: purpose, denoising step and resampling loop (0 without resampling).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Draw {
    /// What for.
    pub(super) purpose: Purpose,
    /// Denoising step, from 0.
    pub(super) step: u32,
    /// Resampling loop within the step, from 0.
    pub(super) resampling: u16,
}

/// A seed's noise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise(Philox);

impl Noise {
    /// All the noise of one seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(Philox::new(seed))
    }

    /// Standard normal values of one frame; value d belongs to dimension d, whatever the length of `out`.
    pub(super) fn fill(self, draw: Draw, frame: usize, out: &mut [f32]) {
        let purpose = (draw.purpose as u32) << 16 | u32::from(draw.resampling);
        for (pair, values) in out.chunks_mut(2).enumerate() {
            let normals = self.0.normals([frame as u32, pair as u32, draw.step, purpose]);
            values.iter_mut().zip(normals).for_each(|(value, normal)| *value = normal as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Draw = Draw { purpose: Purpose::Start, step: 0, resampling: 0 };

    #[test]
    fn many_values_have_the_moments_of_a_standard_normal() {
        let (mut row, mut moments) = ([0.0; 64], [0.0f64; 4]);
        let frames = 4000;
        for frame in 0..frames {
            Noise::new(7).fill(START, frame, &mut row);
            for v in row {
                moments.iter_mut().enumerate().for_each(|(k, m)| *m += f64::from(v).powi(k as i32 + 1));
            }
        }
        let [mean, variance, skew, kurtosis] = moments.map(|m| m / (frames * row.len()) as f64);
        // Four standard errors of each moment at 256,000 values.
        assert!(mean.abs() < 0.008 && (variance - 1.0).abs() < 0.012, "{mean} {variance}");
        assert!(skew.abs() < 0.031 && (kurtosis - 3.0).abs() < 0.08, "{skew} {kurtosis}");
    }

    #[test]
    fn every_part_of_the_counter_changes_the_values() {
        let draw = |seed, draw, frame| {
            let mut row = [0.0; 4];
            Noise::new(seed).fill(draw, frame, &mut row);
            row
        };
        let rows = [
            draw(1, START, 0),
            draw(1 << 32, START, 0),
            draw(1, START, 1),
            draw(1, Draw { purpose: Purpose::Step, ..START }, 0),
            draw(1, Draw { step: 1, ..START }, 0),
            draw(1, Draw { resampling: 1, ..START }, 0),
        ];
        let mut values: Vec<u32> = rows.iter().flatten().map(|v| v.to_bits()).collect();
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), 24, "no value comes twice");
    }

    #[test]
    fn shorter_row_is_the_beginning_of_a_longer_one() {
        let (mut short, mut long) = ([0.0; 5], [0.0; 8]);
        Noise::new(3).fill(START, 9, &mut short);
        Noise::new(3).fill(START, 9, &mut long);
        assert_eq!(short, long[..5]);
    }
}
