//! One channel from any rate to 16 kHz: a windowed sinc around each output sample, with a delay of at most 5 ms.
//!
//! A clip is a live stream that ends: both go through [`Resampler`], and chunks start at the sound's beginning whatever
//! the pieces were, so both have the same bits. The arithmetic is f64: its noise stays far below what the filter leaves.
//!
//! At 8 kHz and above, the band is flat (0.05 dB) up to .9 of half the lower rate, and at most −97 dB remain from 1.1 of
//! that half. Above 16 kHz at most −100 dB remain from 8 kHz, so nothing is mirrored into the band. Below 7.2 kHz the delay
//! is too short for such a filter and the band is narrower: at 4 kHz it ends at 1.4 kHz.

use std::sync::{Mutex, PoisonError};

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Adjustable as _, Async, FixedAsync, Resampler as _, Resizable as _, SincInterpolationParameters,
    SincInterpolationType, WindowFunction,
};

use crate::error::{Error, Result};
use crate::memory;

use super::RATE_HZ;
use super::convert::check_rate;

/// Length of the filter, samples at 16 kHz: 4 ms to each side.
const FILTER_SAMPLES: u32 = 128;
/// Samples at 16 kHz that are made at once: 0.5 ms.
const CHUNK: usize = 8;
/// Most that [`Resampler::delay_s`] says.
const MAX_DELAY_S: f64 = 0.005;

/// Entries of the filter's table for a sample at the lower rate. A cubic interpolates between them; its error at the end of
/// the band is 0.023 · (2π · .45/32)⁴, −117 dB.
const STEPS: u32 = 32;

/// The way from the cut-off down to where the Blackman-Harris window loses 0.04 dB, and up to where it leaves −100 dB; in Hz
/// times the filter's length in seconds.
const TO_PASS_BAND: f64 = 2.7;
const TO_STOP_BAND: f64 = 3.75;

/// Memory that rubato takes for each entry of the table while it makes it, and for each sample of the filter; 25 and 4 were
/// measured.
const STEP_BYTES: usize = 28;
const TAP_BYTES: usize = 8;

/// Resamples mono sound of any rate to 16 kHz, sample by sample. Once made, it takes no more memory.
///
/// Output sample n is at exactly n · rate/16000 of the input, however long the sound is. At 16 kHz samples pass unchanged.
pub struct Resampler {
    rate_hz: u32,
    /// None at 16 kHz.
    filter: Option<Filter>,
}

impl Resampler {
    /// For one sound at `rate_hz`.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate outside the [limits](crate::limits), `OutOfMemory`.
    pub fn new(rate_hz: u32) -> Result<Self> {
        check_rate(rate_hz)?;
        let filter = if rate_hz == RATE_HZ { None } else { Some(Filter::new(rate_hz)?) };
        Ok(Self { rate_hz, filter })
    }

    /// The longest that an output sample is late, seconds: sample n comes out at the latest when input sample
    /// `n · rate/16000 + delay_s · rate` went in, and the latest ones come less than one input sample sooner. At most 0.005;
    /// 0 at 16 kHz.
    pub fn delay_s(&self) -> f64 {
        self.filter.as_ref().map_or(0.0, |filter| filter.shape.delay_s())
    }

    /// Samples that `received` more can give at most, with those held back before them.
    pub fn output_len(&self, received: usize) -> usize {
        let held_back = (MAX_DELAY_S * f64::from(RATE_HZ)) as usize + CHUNK;
        let given = (received as u64 * u64::from(RATE_HZ)).div_ceil(u64::from(self.rate_hz)) as usize;
        given + if self.filter.is_some() { held_back } else { 0 }
    }

    /// Takes a sample; emits what becomes known.
    ///
    /// # Errors
    /// None that a caller could cause.
    pub fn push(&mut self, sample: f64, emit: &mut impl FnMut(f32)) -> Result<()> {
        if let Some(filter) = &mut self.filter {
            return filter.push(sample, emit);
        }
        emit(sample as f32);
        Ok(())
    }

    /// Ends the sound and emits the rest: in all `round(received · 16000/rate)` samples, and at other rates than 16 kHz at
    /// least 1. Call [`reset`](Self::reset) before another sound.
    ///
    /// # Errors
    /// None that a caller could cause.
    pub fn finish(&mut self, emit: &mut impl FnMut(f32)) -> Result<()> {
        self.filter.as_mut().map_or(Ok(()), |filter| filter.finish(emit))
    }

    /// Makes it as new, for another sound of the same rate; takes no memory.
    ///
    /// # Errors
    /// None that a caller could cause.
    pub fn reset(&mut self) -> Result<()> {
        self.filter.as_mut().map_or(Ok(()), Filter::start)
    }
}

/// What the filter for a rate is.
#[derive(Clone, Copy)]
struct Shape {
    rate_hz: u32,
    /// Its length, samples of the input; a multiple of 8, as rubato takes it.
    taps: usize,
    /// Rows of its table, to a sample of the input: a power of two, so that usual rates meet them exactly. At least the 2
    /// that a cubic needs.
    steps: usize,
}

impl Shape {
    fn of(rate_hz: u32) -> Self {
        let taps = (FILTER_SAMPLES * rate_hz).div_ceil(RATE_HZ).next_multiple_of(8) as usize;
        let lower = rate_hz.min(RATE_HZ);
        let steps = (STEPS * lower).div_ceil(rate_hz).next_power_of_two().max(2) as usize;
        let shape = Self { rate_hz, taps, steps };
        // Near and below 8 kHz, eight samples are long: rounding up can exceed the delay.
        if shape.delay_s() > MAX_DELAY_S { Self { taps: taps - 8, ..shape } } else { shape }
    }

    /// The first sample of a chunk waits for half a filter after the last one, and for the sample that ends it.
    fn delay_s(self) -> f64 {
        (self.taps as f64 / 2.0 + 1.0) / f64::from(self.rate_hz) + (CHUNK - 1) as f64 / f64::from(RATE_HZ)
    }

    /// Where the filter is at −6 dB, to half the lower rate: as low as leaves the pass band flat, unless a short filter's
    /// stop band would begin too high.
    fn cutoff(self) -> f32 {
        let half_rate = f64::from(self.rate_hz.min(RATE_HZ)) / 2.0;
        let length_hz = f64::from(self.rate_hz) / self.taps as f64;
        let cutoff_hz = (0.9 * half_rate + TO_PASS_BAND * length_hz).min(1.1 * half_rate - TO_STOP_BAND * length_hz);
        (cutoff_hz / half_rate) as f32
    }

    fn sinc(self) -> Result<Async<f64>> {
        // Where outputs stand on the table's steps, as they do at 8, 24, 48 or 96 kHz, nothing is to be interpolated.
        let meets_steps = (self.steps as u32 * self.rate_hz).is_multiple_of(RATE_HZ);
        let interpolation = if meets_steps { SincInterpolationType::Nearest } else { SincInterpolationType::Cubic };
        let parameters = SincInterpolationParameters {
            sinc_len: self.taps,
            f_cutoff: Some(self.cutoff()),
            oversampling_factor: self.steps,
            interpolation,
            window: WindowFunction::BlackmanHarris,
        };
        // The ratio may be halved and doubled, for `Filter::start`.
        Async::new_sinc(1.0 / self.step(), 2.0, &parameters, CHUNK, 1, FixedAsync::Output).map_err(internal)
    }

    /// Samples of the input to one of the output.
    fn step(self) -> f64 {
        f64::from(self.rate_hz) / f64::from(RATE_HZ)
    }
}

/// The resampler of a rate that is not 16 kHz.
struct Filter {
    shape: Shape,
    /// Never locked, for it has one owner: rubato's type is not `Sync`, and what clips are kept in is.
    sinc: Mutex<Async<f64>>,
    /// Input of the next chunk, so far.
    block: Vec<f64>,
    /// What a chunk gives.
    converted: [f64; CHUNK],
    /// Samples that came in.
    received: u64,
    /// Samples at 16 kHz that were given out.
    given: u64,
    /// Samples at 16 kHz still to be dropped: those before the sound.
    early: usize,
}

impl Filter {
    fn new(rate_hz: u32) -> Result<Self> {
        let shape = Shape::of(rate_hz);
        let _room = memory::room(shape.taps * (STEP_BYTES * shape.steps + TAP_BYTES), "the resampler")?;
        let sinc = shape.sinc()?;
        let block = memory::with_capacity(sinc.input_frames_max(), "the resampler")?;
        let sinc = Mutex::new(sinc);
        let mut filter = Self { shape, sinc, block, converted: [0.0; CHUNK], received: 0, given: 0, early: 0 };
        filter.start()?;
        Ok(filter)
    }

    fn sinc(&mut self) -> &mut Async<f64> {
        self.sinc.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a sound so that an output sample is exactly at its first sample.
    ///
    /// rubato's first output is one step after 1/`steps` − `taps`/2, counted from the first input. Zeros before the sound
    /// move that by whole samples. For the rest, the first step has another length.
    fn start(&mut self) -> Result<()> {
        let step = self.shape.step();
        let zeros = (1.0 + 2.0 * step).ceil();
        let way = zeros + self.shape.taps as f64 / 2.0 - 1.0 / self.shape.steps as f64;
        let steps = (way / step - 0.75).floor();
        let first = way - steps * step; // 0.75 to 1.75 steps
        self.sinc().reset();
        self.pace(1, first)?;
        let used = self.sinc().input_frames_next();
        self.block.clear();
        self.block.resize(used, 0.0);
        self.process()?;
        self.pace(CHUNK, step)?;
        self.block.resize(zeros as usize - used, 0.0);
        (self.received, self.given, self.early) = (0, 0, steps as usize - 1);
        Ok(())
    }

    /// Sets the outputs of the next chunks and the way between them, samples of the input.
    fn pace(&mut self, outputs: usize, step: f64) -> Result<()> {
        let sinc = self.sinc();
        sinc.set_chunk_size(outputs).map_err(internal)?;
        sinc.set_resample_ratio(1.0 / step, false).map_err(internal)
    }

    fn push(&mut self, sample: f64, emit: &mut impl FnMut(f32)) -> Result<()> {
        self.block.push(sample);
        self.received += 1;
        if self.block.len() == self.sinc().input_frames_next() { self.convert(u64::MAX, emit) } else { Ok(()) }
    }

    fn finish(&mut self, emit: &mut impl FnMut(f32)) -> Result<()> {
        let rate = u64::from(self.shape.rate_hz);
        let total = ((2 * self.received * u64::from(RATE_HZ) + rate) / (2 * rate)).max(1);
        while self.given < total {
            let full = self.sinc().input_frames_next();
            self.block.resize(full, 0.0);
            self.convert(total, emit)?;
        }
        Ok(())
    }

    /// Converts the full block; gives no sample from number `end` on.
    fn convert(&mut self, end: u64, emit: &mut impl FnMut(f32)) -> Result<()> {
        self.process()?;
        let skipped = self.early.min(CHUNK);
        self.early -= skipped;
        let count = ((CHUNK - skipped) as u64).min(end - self.given);
        self.converted[skipped..skipped + count as usize].iter().for_each(|x| emit(*x as f32));
        self.given += count;
        Ok(())
    }

    /// Turns the block into the next outputs.
    fn process(&mut self) -> Result<()> {
        let input = InterleavedSlice::new(&self.block, 1, self.block.len()).map_err(internal)?;
        let mut output = InterleavedSlice::new_mut(&mut self.converted, 1, CHUNK).map_err(internal)?;
        let sinc = self.sinc.get_mut().unwrap_or_else(PoisonError::into_inner);
        sinc.process_into_buffer(&input, &mut output, None).map_err(internal)?;
        self.block.clear();
        Ok(())
    }
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("resampler: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ};

    #[test]
    fn every_rate_has_its_delay_table_and_band() {
        for rate_hz in MIN_SAMPLE_RATE_HZ..=MAX_SAMPLE_RATE_HZ {
            let shape = Shape::of(rate_hz);
            let bytes = shape.taps * shape.steps * size_of::<f64>();
            assert!(shape.delay_s() <= MAX_DELAY_S, "{rate_hz} Hz: {} s", shape.delay_s());
            assert!(bytes <= 96 << 10, "{rate_hz} Hz: {bytes} bytes");
            // Of the filter's length, from the end of the pass band to the cut-off.
            let way = (shape.cutoff() - 0.9) * rate_hz.min(RATE_HZ) as f32 / 2.0 * shape.taps as f32 / rate_hz as f32;
            assert!(rate_hz < 8_000 || way >= 2.6, "{rate_hz} Hz: {way}");
        }
    }
}
