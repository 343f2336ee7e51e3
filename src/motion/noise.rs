//! Counter-based noise: Philox 4×32-10 (Salmon et al. 2011) and Box–Muller in f64.
//!
//! A value depends on the seed and on what it is drawn for, never on what was drawn before it, and the logarithm and
//! sines are software: every backend, platform, thread count and window layout gets the same bits.

use std::f64::consts::TAU;

/// What noise is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The state that sampling starts from.
    Start,
    /// The fresh noise of a step with η > 0.
    Step,
    /// What known motion is diffused by, to be painted into the state.
    Known,
    /// What the state is diffused by, to be denoised again.
    Again,
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
pub(super) struct Noise {
    key: [u32; 2],
}

impl Noise {
    /// All the noise of one seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32] }
    }

    /// Standard normal values of one frame; value d belongs to dimension d, whatever the length of `out`.
    pub(super) fn fill(self, draw: Draw, frame: usize, out: &mut [f32]) {
        let purpose = (draw.purpose as u32) << 16 | u32::from(draw.resampling);
        for (pair, values) in out.chunks_mut(2).enumerate() {
            let words = philox([frame as u32, pair as u32, draw.step, purpose], self.key);
            values.iter_mut().zip(normals(words)).for_each(|(value, normal)| *value = normal as f32);
        }
    }
}

/// Two standard normals from 128 random bits.
fn normals(words: [u32; 4]) -> [f64; 2] {
    let bits = |low: u32, high: u32| (u64::from(high) << 32 | u64::from(low)) >> 11;
    let unit = 1.0 / (1u64 << 53) as f64;
    let radius = (-2.0 * libm::log((bits(words[0], words[1]) + 1) as f64 * unit)).sqrt();
    let (sin, cos) = libm::sincos(TAU * (bits(words[2], words[3]) as f64 * unit));
    [radius * cos, radius * sin]
}

/// Ten rounds of Philox 4×32.
fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let a = u64::from(counter[0]) * 0xD251_1F53;
        let b = u64::from(counter[2]) * 0xCD9E_8D57;
        let high = |product: u64| (product >> 32) as u32;
        counter = [high(b) ^ counter[1] ^ key[0], b as u32, high(a) ^ counter[3] ^ key[1], a as u32];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Draw = Draw { purpose: Purpose::Start, step: 0, resampling: 0 };

    /// The known answers that Random123 publishes for `philox4x32 10`.
    #[test]
    fn philox_of_the_published_counters_gives_the_published_words() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

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
