//! Plain samples: integers of 1 to 8 bytes and floats, in either byte order; and what full scale is where a header does not
//! tell.

use super::format::{Encoding, Format, Int};

/// Most samples that are looked at before full scale is settled: 16 MiB of them.
pub const SETTLED_SAMPLES: usize = 1 << 22;
/// Floats above this are no loud sound, but integers written as floats: 36 dB over full scale.
pub const MOST_FLOAT: f32 = 64.0;

/// Appends the samples of whole frames, full scale of their bytes at ±1.
pub fn decode(format: &Format, bytes: &[u8], out: &mut Vec<f32>) {
    match format.encoding {
        Encoding::Int(int) => {
            let silence = if int.unsigned { 1u64 << 63 } else { 0 };
            let samples = bytes.chunks_exact(usize::from(int.bytes));
            out.extend(samples.map(|sample| {
                let top = (word(sample, int.big_endian) << (64 - 8 * u32::from(int.bytes))) ^ silence;
                // Up to 32 bits are exact in f64: they are rounded once.
                ((top as i64) as f64 / (1u64 << 63) as f64) as f32
            }));
        }
        Encoding::Float { bytes: 4, big_endian } => {
            out.extend(bytes.chunks_exact(4).map(|sample| f32::from_bits(word(sample, big_endian) as u32)));
        }
        Encoding::Float { big_endian, .. } => {
            out.extend(bytes.chunks_exact(8).map(|sample| f64::from_bits(word(sample, big_endian)) as f32));
        }
        _ => unreachable!("only plain samples come here"),
    }
}

fn word(bytes: &[u8], big_endian: bool) -> u64 {
    let add = |word: u64, byte: &u8| word << 8 | u64::from(*byte);
    if big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) }
}

/// Whether samples of three bytes lie in four each, by the first of them: in four, a byte is spare.
pub fn lies_wide(int: Int, bytes: &[u8]) -> bool {
    let words = || bytes.chunks_exact(4).map(|four| word(four, int.big_endian) as u32);
    let low = words().all(|word| (word << 8) as i32 >> 8 == word as i32);
    let high = words().all(|word| word.trailing_zeros() >= 8);
    low || high
}

/// What samples are multiplied by so that full scale is ±1, by the first of them; none while they may be of either kind.
///
/// Integers of fewer bits than their bytes hold should be the upper bits, and often are the lower ones. Floats go to ±1, and
/// sometimes are integers as they were.
pub fn unit(format: &Format, first: &[f32]) -> f32 {
    let peak = first.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    match format.encoding {
        Encoding::Int(Int { bytes, bits, .. }) if bits < 8 * bytes && bits > 0 => {
            let spare = 2.0f32.powi(8 * i32::from(bytes) - i32::from(bits));
            let full = 2.0f32.powi(i32::from(bits) - 1);
            let lower_bits_count = first.iter().any(|sample| (sample * full).fract() != 0.0);
            // Eight spare bits leave nothing to hear of upper bits that are as low.
            let lower = lower_bits_count || spare >= 256.0;
            if lower && peak > 0.0 && peak * spare <= 1.0 { spare } else { 1.0 }
        }
        Encoding::Float { .. } if peak > MOST_FLOAT => {
            let scales = [15, 23, 31].map(|bits| 2.0f32.powi(-bits));
            scales.into_iter().find(|scale| peak * scale <= 1.0).unwrap_or(1.0)
        }
        _ => 1.0,
    }
}

/// Whether [`unit()`] has to look at the samples.
pub fn is_open(format: &Format) -> bool {
    match format.encoding {
        Encoding::Int(Int { bytes, bits, .. }) => bits < 8 * bytes,
        Encoding::Float { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(bytes: u8, bits: u8, big_endian: bool) -> Format {
        let int = Int { bytes, bits, unsigned: bytes == 1, big_endian, maybe_wide: false };
        Format { rate_hz: 16_000, channels: 1, encoding: Encoding::Int(int) }
    }

    fn decoded(format: &Format, bytes: &[u8]) -> Vec<f32> {
        let mut out = Vec::new();
        decode(format, bytes, &mut out);
        out
    }

    #[test]
    fn integers_of_every_size_and_order_are_fractions_of_full_scale() {
        for bytes in 2..=8u8 {
            for sample in [0.5f64, -0.25, -1.0, 0.0] {
                let bits = 8 * u32::from(bytes);
                let number = ((sample * 2.0f64.powi(63)) as i64) >> (64 - bits);
                let little = &number.to_le_bytes()[..usize::from(bytes)];
                let big: Vec<u8> = little.iter().rev().copied().collect();
                assert_eq!(decoded(&int(bytes, 8 * bytes, false), little), [sample as f32]);
                assert_eq!(decoded(&int(bytes, 8 * bytes, true), &big), [sample as f32]);
            }
        }
        assert_eq!(decoded(&int(1, 8, false), &[128, 192, 0]), [0.0, 0.5, -1.0]);
    }

    #[test]
    fn full_scale_follows_from_the_bits_that_are_used() {
        let twelve = int(2, 12, false);
        let lower: Vec<f32> = [1, -700, 2047, -2048].map(|sample| sample as f32 / 32768.0).to_vec();
        assert_eq!(unit(&twelve, &lower), 16.0);
        let upper: Vec<f32> = [16, -704, 2032, -2048].map(|sample| sample as f32 / 32768.0).to_vec();
        assert_eq!(unit(&twelve, &upper), 1.0);
        let all: Vec<f32> = [1, 20_000].map(|sample| sample as f32 / 32768.0).to_vec();
        assert_eq!(unit(&twelve, &all), 1.0);
        assert_eq!(unit(&twelve, &[0.0]), 1.0);
        let float = Format { encoding: Encoding::Float { bytes: 4, big_endian: false }, ..twelve };
        assert_eq!(unit(&float, &[2.8, -1.0]), 1.0);
        assert_eq!(unit(&float, &[21_000.0, -3.0]) * 32768.0, 1.0);
        assert_eq!(unit(&float, &[4e6]) * 8_388_608.0, 1.0);
        assert_eq!(unit(&float, &[f32::MAX]), 1.0);
    }

    #[test]
    fn three_bytes_in_four_are_seen_by_the_spare_one() {
        let Encoding::Int(int) = int(3, 24, false).encoding else { unreachable!() };
        let bytes = |samples: &[i32]| samples.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<u8>>();
        assert!(lies_wide(int, &bytes(&[5, -70_000, 0, 8_000_000])));
        assert!(lies_wide(int, &bytes(&[5 << 8, -70_000 << 8])));
        assert!(!lies_wide(int, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
    }
}
