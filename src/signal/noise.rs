//! Counter-based noise: Philox 4×32-10 (Salmon et al. 2011) and Box–Muller in f64.
//!
//! A value depends on the seed and on the counter that names what it is drawn for, never on what was drawn before it, and
//! the logarithm and sines are software: every backend, platform and thread count gets the same bits. The last word of a
//! counter tells the users of one seed apart: `motion` has 0 and 1 in its upper half, `output` 2 and 3, `stream` 5.

use std::f64::consts::TAU;

/// A seed's noise.
#[derive(Debug, Clone, Copy)]
pub struct Philox {
    key: [u32; 2],
}

impl Philox {
    /// All the noise of one seed.
    pub fn new(seed: u64) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32] }
    }

    /// Two values evenly spread over 0..1: more than 0 and up to 1 the first, from 0 to less than 1 the second.
    pub fn uniforms(self, counter: [u32; 4]) -> [f64; 2] {
        let words = philox(counter, self.key);
        let bits = |low: u32, high: u32| (u64::from(high) << 32 | u64::from(low)) >> 11;
        let unit = 1.0 / (1u64 << 53) as f64;
        [(bits(words[0], words[1]) + 1) as f64 * unit, bits(words[2], words[3]) as f64 * unit]
    }

    /// Two standard normal values.
    pub fn normals(self, counter: [u32; 4]) -> [f64; 2] {
        let [length, turn] = self.uniforms(counter);
        let radius = (-2.0 * libm::log(length)).sqrt();
        let (sin, cos) = libm::sincos(TAU * turn);
        [radius * cos, radius * sin]
    }
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
}
