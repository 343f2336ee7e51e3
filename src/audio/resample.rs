//! One channel from any rate to 16 kHz by overlap-save filtering in the frequency domain.
//!
//! Blocks start at the clip's beginning whatever the pieces were, so the result does not depend on the pieces. The
//! arithmetic is f64: its noise stays far below the filter's −100 dB.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use crate::error::{Error, Result};
use crate::limits::{MAX_RESAMPLER_BLOCK, MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ};
use crate::memory;

use super::RATE_HZ;

/// Samples of the anti-aliasing filter, counted at the lower of the two rates: puts the band edge above .90 Nyquist and
/// the stop band at 1.1 Nyquist.
const FILTER_SAMPLES: usize = 640;

/// Memory that plans, filter and blocks take for each sample of a block, and besides; measured 280 and 200 kB.
const BLOCK_BYTES: usize = 400;
const PLAN_BYTES: usize = 512 << 10;

/// Resamples one clip of mono audio.
pub(super) struct Resampler {
    rate_hz: u32,
    fft: Fft<f64>,
    /// Input of the next block, so far.
    block: Vec<f64>,
    /// What a block gives.
    converted: Vec<f64>,
    /// Samples that came in.
    received: u64,
    /// Samples at 16 kHz that were given out.
    given: u64,
    /// Samples at 16 kHz still to be dropped: the filter's delay.
    delay: usize,
}

impl Resampler {
    /// For one clip at `rate_hz`, which is not 16 kHz.
    ///
    /// # Errors
    /// `InvalidAudio` for a rate whose blocks would be longer than [`MAX_RESAMPLER_BLOCK`].
    pub(super) fn new(rate_hz: u32) -> Result<Self> {
        let (from, to) = (rate_hz as usize, RATE_HZ as usize);
        let block_len = block_len(rate_hz);
        if block_len > MAX_RESAMPLER_BLOCK {
            return Err(too_odd(rate_hz));
        }
        let _room = memory::room(BLOCK_BYTES * block_len + PLAN_BYTES, "the resampler")?;
        let fft = Fft::new_custom(from, to, block_len, 1, 1, WindowFunction::BlackmanHarris2, FixedSync::Both)
            .map_err(internal)?;
        let (converted, delay) = (vec![0.0; fft.output_frames_next()], fft.output_delay());
        Ok(Self { rate_hz, fft, block: Vec::with_capacity(block_len), converted, received: 0, given: 0, delay })
    }

    /// Samples that `received` more can give at most, with what is held back before them.
    pub(super) fn output_len(&self, received: usize) -> usize {
        (received as u64 * u64::from(RATE_HZ) / u64::from(self.rate_hz)) as usize + 2 * self.converted.len()
    }

    /// Takes a sample; appends to `out` what becomes known.
    pub(super) fn push(&mut self, sample: f64, out: &mut Vec<f32>) -> Result<()> {
        self.block.push(sample);
        self.received += 1;
        if self.block.len() == self.fft.input_frames_next() { self.convert(u64::MAX, out) } else { Ok(()) }
    }

    /// Appends the rest: in all `round(received · 16000/rate)` samples, at least 1.
    pub(super) fn finish(&mut self, out: &mut Vec<f32>) -> Result<()> {
        let rate = u64::from(self.rate_hz);
        let total = ((2 * self.received * u64::from(RATE_HZ) + rate) / (2 * rate)).max(1);
        while self.given < total {
            self.block.resize(self.fft.input_frames_next(), 0.0);
            self.convert(total, out)?;
        }
        Ok(())
    }

    /// Converts the full block; gives no sample from number `end` on.
    fn convert(&mut self, end: u64, out: &mut Vec<f32>) -> Result<()> {
        let frames = self.converted.len();
        let input = InterleavedSlice::new(&self.block, 1, self.block.len()).map_err(internal)?;
        let mut output = InterleavedSlice::new_mut(&mut self.converted, 1, frames).map_err(internal)?;
        self.fft.process_into_buffer(&input, &mut output, None).map_err(internal)?;
        self.block.clear();
        let skipped = self.delay.min(frames);
        self.delay -= skipped;
        let count = (frames - skipped).min((end - self.given) as usize);
        out.extend(self.converted[skipped..skipped + count].iter().map(|x| *x as f32));
        self.given += count as u64;
        Ok(())
    }
}

/// Samples of a block at `rate_hz`: whole at both rates, an even number of periods of their ratio, so that the filter's
/// centre, half a block in, falls on a sample at both rates: no fractional delay.
fn block_len(rate_hz: u32) -> usize {
    let (from, to) = (rate_hz as usize, RATE_HZ as usize);
    let divisor = gcd(from, to);
    let lower = from.min(to) / divisor;
    FILTER_SAMPLES.div_ceil(lower).next_multiple_of(2) * (from / divisor)
}

/// Names the nearest rates that are taken. Both bounds are.
fn too_odd(rate_hz: u32) -> Error {
    let usable = |rate_hz: &u32| block_len(*rate_hz) <= MAX_RESAMPLER_BLOCK;
    let below = (MIN_SAMPLE_RATE_HZ..rate_hz).rev().find(usable).unwrap_or(MIN_SAMPLE_RATE_HZ);
    let above = (rate_hz..=MAX_SAMPLE_RATE_HZ).find(usable).unwrap_or(MAX_SAMPLE_RATE_HZ);
    let divisor = gcd(rate_hz as usize, RATE_HZ as usize);
    Error::InvalidAudio(format!(
        "sample rate {rate_hz} Hz has only the divisor {divisor} in common with {RATE_HZ} Hz; the nearest rates that can be \
         converted are {below} and {above} Hz"
    ))
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("resampler: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_rates_have_short_blocks() {
        for rate_hz in [8_000, 11_025, 22_050, 24_000, 32_000, 37_800, 44_056, 44_100, 47_952, 48_000, 50_000, 88_200] {
            assert!(block_len(rate_hz) <= 12_000, "{rate_hz} Hz: {}", block_len(rate_hz));
        }
        for rate_hz in [95_904, 96_000, 176_400, 191_808, 192_000, 352_800, 384_000, 705_600, 768_000] {
            assert!(block_len(rate_hz) <= 32_000, "{rate_hz} Hz: {}", block_len(rate_hz));
        }
    }

    #[test]
    fn every_rate_up_to_half_the_longest_block_is_taken() {
        let longest = (MIN_SAMPLE_RATE_HZ..=MAX_RESAMPLER_BLOCK as u32 / 2).map(block_len).max();
        assert!(longest <= Some(MAX_RESAMPLER_BLOCK), "{longest:?}");
    }

    #[test]
    fn rate_that_has_little_in_common_with_16_khz_is_refused_with_its_neighbours() {
        let Err(Error::InvalidAudio(detail)) = Resampler::new(767_999).map(drop) else { panic!("taken") };
        assert!(detail.contains("767984 and 768000"), "{detail}");
        assert!(Resampler::new(767_984).is_ok());
    }
}
