//! Log-mel spectrum: 16 kHz samples to 80 normalised bands every 10 ms.
//!
//! Window `numpy.hanning(400)` centred on sample 160·i, FFT 512, HTK mel triangles over 0–8 kHz each divided by its sum,
//! ln(power + 1e-6). docs/model-pack.md has the definition. The arithmetic is f64, as in the golden vectors; a second of
//! sound takes about a millisecond.

use std::collections::VecDeque;
use std::f64::consts::PI;
use std::sync::Arc;

use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftPlanner};

use super::RATE_HZ;

/// Bands of the spectrum.
pub const MEL_BANDS: usize = 80;

/// Samples from a row to the next.
const HOP: usize = 160;
const WINDOW: usize = 400;
const FFT: usize = 512;
/// Added to the power before the logarithm.
const FLOOR: f64 = 1e-6;
/// The normalised bands are divided by this.
const SPREAD: f64 = 2.5;

/// Computes single rows of the spectrum.
pub struct MelSpectrum {
    fft: Arc<dyn Fft<f64>>,
    window: Vec<f64>,
    /// First bin and weights of each band.
    bands: Vec<(usize, Vec<f64>)>,
    frame: Vec<Complex64>,
    scratch: Vec<Complex64>,
}

impl MelSpectrum {
    /// Tables and buffers.
    pub fn new() -> Self {
        let fft = FftPlanner::new().plan_fft_forward(FFT);
        let scratch = vec![Complex64::default(); fft.get_inplace_scratch_len()];
        let window = (0..WINDOW).map(|i| 0.5 - 0.5 * (2.0 * PI * i as f64 / (WINDOW - 1) as f64).cos()).collect();
        Self { fft, window, bands: bands(), frame: vec![Complex64::default(); FFT], scratch }
    }

    /// ln(power + 1e-6) of the bands around sample `160·index` of a clip that is silent outside `samples`.
    pub fn row(&mut self, samples: &[f32], index: usize) -> [f64; MEL_BANDS] {
        let sample = |i: usize| (index * HOP + i).checked_sub(WINDOW / 2).and_then(|at| samples.get(at)).copied();
        self.of(|i| sample(i).unwrap_or(0.0))
    }

    /// ln(power + 1e-6) of the bands of the samples under the window, the first of which has number 0.
    fn of(&mut self, sample: impl Fn(usize) -> f32) -> [f64; MEL_BANDS] {
        self.frame.fill(Complex64::default());
        for (i, (value, weight)) in self.frame.iter_mut().zip(&self.window).enumerate() {
            value.re = f64::from(sample(i)) * weight;
        }
        self.fft.process_with_scratch(&mut self.frame, &mut self.scratch);
        std::array::from_fn(|band| {
            let (first, weights) = &self.bands[band];
            let power: f64 = weights.iter().zip(&self.frame[*first..]).map(|(w, bin)| w * bin.norm_sqr()).sum();
            (power + FLOOR).ln()
        })
    }
}

impl Default for MelSpectrum {
    fn default() -> Self {
        Self::new()
    }
}

/// Triangles with corners evenly spaced in mel, as weights on the bins that they cover.
fn bands() -> Vec<(usize, Vec<f64>)> {
    let top = 2595.0 * (1.0 + RATE_HZ / 2.0 / 700.0).log10();
    let corner = |i: usize| 700.0 * (10f64.powf(top * i as f64 / (MEL_BANDS + 1) as f64 / 2595.0) - 1.0);
    let bin_hz = RATE_HZ / FFT as f64;
    (0..MEL_BANDS)
        .map(|band| {
            let (low, centre, high) = (corner(band), corner(band + 1), corner(band + 2));
            let first = (low / bin_hz).ceil() as usize;
            let last = ((high / bin_hz).floor() as usize).min(FFT / 2);
            let weight = |hz: f64| ((hz - low) / (centre - low)).min((high - hz) / (high - centre)).max(0.0);
            let mut weights: Vec<f64> = (first..=last).map(|bin| weight(bin as f64 * bin_hz)).collect();
            let sum: f64 = weights.iter().sum();
            for weight in &mut weights {
                *weight /= sum;
            }
            (first, weights)
        })
        .collect()
}

/// The mean m that rows are normalised about: the clip's, or one that starts at a stored prior and follows the rows.
#[derive(Debug, Clone)]
pub(super) struct MelMean {
    mean: [f64; MEL_BANDS],
    /// Part of the way that it goes to each row; 0 when it stands.
    rate: f64,
}

impl MelMean {
    pub(super) fn new(mean: &[f64; MEL_BANDS], rate: f64) -> Self {
        Self { mean: *mean, rate }
    }

    /// m ← m + (x − m)·rate, then `(x − m)/2.5`.
    fn follow(&mut self, row: &[f64; MEL_BANDS]) -> [f32; MEL_BANDS] {
        self.mean.iter_mut().zip(row).for_each(|(m, x)| *m += (x - *m) * self.rate);
        self.normalize(row)
    }

    /// `(x − m)/2.5`.
    fn normalize(&self, row: &[f64; MEL_BANDS]) -> [f32; MEL_BANDS] {
        std::array::from_fn(|band| ((row[band] - self.mean[band]) / SPREAD) as f32)
    }
}

/// Rows of sound that comes sample by sample, each computed once the samples under its window are there.
pub(super) struct LiveMel {
    spectrum: MelSpectrum,
    mean: MelMean,
    /// Before the first row.
    start: MelMean,
    /// The samples under the next row's window, as far as they are there.
    window: [f32; WINDOW],
    filled: usize,
}

impl LiveMel {
    /// Samples behind a row's own that it waits for.
    pub(super) const DELAY: usize = WINDOW / 2;
    /// Samples from a row to the next.
    pub(super) const HOP: usize = HOP;

    /// Before the first sample there is silence.
    pub(super) fn new(mean: MelMean) -> Self {
        let start = mean.clone();
        Self { spectrum: MelSpectrum::new(), mean, start, window: [0.0; WINDOW], filled: WINDOW / 2 }
    }

    /// Silence again, as before the first sample; the mean goes on if asked for.
    pub(super) fn restart(&mut self, keep_mean: bool) {
        self.window.fill(0.0);
        self.filled = WINDOW / 2;
        if !keep_mean {
            self.mean.clone_from(&self.start);
        }
    }

    /// Takes a sample; the row that is known with it.
    pub(super) fn push(&mut self, sample: f32) -> Option<[f32; MEL_BANDS]> {
        self.window[self.filled] = sample;
        self.filled += 1;
        if self.filled < WINDOW {
            return None;
        }
        let row = self.spectrum.of(|i| self.window[i]);
        self.window.copy_within(HOP.., 0);
        self.filled -= HOP;
        Some(self.mean.follow(&row))
    }

    /// A row of silence, which the mean does not follow.
    pub(super) fn silence(&mut self) -> [f32; MEL_BANDS] {
        let row = self.spectrum.of(|_| 0.0);
        self.mean.normalize(&row)
    }
}

/// The rows of one clip, `(x − m)/2.5`, computed once each and in order. Windows move forward; rows before the last one are
/// forgotten.
pub struct NormalizedMel {
    spectrum: MelSpectrum,
    mean: MelMean,
    /// Rows up to `next`, as the network takes them.
    rows: VecDeque<[f32; MEL_BANDS]>,
    next: usize,
}

impl NormalizedMel {
    /// With m = `mean` before the first row, moving by `rate`: m ← m + (x − m)·rate, then the row is normalised.
    pub fn new(mean: [f64; MEL_BANDS], rate: f64) -> Self {
        Self { spectrum: MelSpectrum::new(), mean: MelMean::new(&mean, rate), rows: VecDeque::new(), next: 0 }
    }

    /// Computes the rows before `end` that were not yet, at most `most` of them; true when all are there.
    pub fn advance(&mut self, samples: &[f32], end: usize, most: usize) -> bool {
        for _ in self.next..end.min(self.next.saturating_add(most)) {
            let row = self.spectrum.row(samples, self.next);
            self.rows.push_back(self.mean.follow(&row));
            self.next += 1;
        }
        self.next >= end
    }

    /// Rows `start..start + out.len()/80` of the clip, of which those are computed that were not yet; `start` must not go back.
    ///
    /// # Panics
    /// If it does.
    pub fn read(&mut self, samples: &[f32], start: usize, out: &mut [f32]) {
        self.advance(samples, start + out.len() / MEL_BANDS, usize::MAX);
        let kept_from = self.next - self.rows.len();
        assert!(start >= kept_from, "row {start} is forgotten, {kept_from} is the first one left");
        self.rows.drain(..start - kept_from);
        out.chunks_exact_mut(MEL_BANDS).zip(&self.rows).for_each(|(out, row)| out.copy_from_slice(row));
    }
}
