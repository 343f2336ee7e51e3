//! What the network of one clip takes in, window by window: normalised samples, or log-mel rows.

use crate::unit::Unit;

use super::mel::{MEL_BANDS, MelSpectrum, NormalizedMel};

/// Log-mel rows between two pauses.
const ROWS_AT_ONCE: usize = 8;

/// Source of one clip's network input. A frame is one row of the encoder.
pub(super) enum Input {
    /// Samples; a frame is `hop` of them further on.
    Wave {
        /// Subtracted first.
        mean: f64,
        /// Multiplied then.
        gain: f64,
        /// Samples from a frame to the next.
        hop: usize,
    },
    /// Log-mel rows about a mean over the clip, which is not known yet.
    MelMean(MelSpectrum),
    /// Log-mel rows; two of them make a frame.
    Mel(NormalizedMel),
}

impl Input {
    /// Samples as they are.
    pub(super) fn wave(hop: usize) -> Self {
        Self::Wave { mean: 0.0, gain: 1.0, hop }
    }

    /// Samples with the clip's mean removed and its variance made 1, as `Wav2Vec2FeatureExtractor` does.
    pub(super) fn normalized_wave(hop: usize, samples: &[f32]) -> Self {
        let count = samples.len() as f64;
        let mean = samples.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
        let variance = samples.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / count;
        Self::Wave { mean, gain: (variance + 1e-7).sqrt().recip(), hop }
    }

    /// Log-mel rows about the clip's mean.
    pub(super) fn clip_mel() -> Self {
        Self::MelMean(MelSpectrum::new())
    }

    /// What must be known of the whole clip, of `total` frames, before its first window.
    pub(super) async fn prepare(&mut self, samples: &[f32], total: usize, unit: &Unit) {
        let Self::MelMean(spectrum) = self else { return };
        let mut sum = [0.0; MEL_BANDS];
        for row in 0..2 * total {
            sum.iter_mut().zip(spectrum.row(samples, row)).for_each(|(sum, x)| *sum += x);
            unit.pause().await;
        }
        *self = Self::Mel(NormalizedMel::new(sum.map(|sum| sum / (2 * total) as f64), 0.0));
    }

    /// Computes what windows before frame `end` read.
    pub(super) async fn hear(&mut self, samples: &[f32], end: usize, unit: &Unit) {
        if let Self::Mel(mel) = self {
            while !mel.advance(samples, 2 * end, ROWS_AT_ONCE) {
                unit.pause().await;
            }
        }
    }

    /// One sample of a clip as the network takes it.
    ///
    /// # Panics
    /// If the network takes log-mel rows.
    pub(super) fn sample(&self, samples: &[f32], at: usize) -> f32 {
        let Self::Wave { mean, gain, .. } = self else { panic!("a sample of a spectrum") };
        ((f64::from(samples[at]) - mean) * gain) as f32
    }

    /// Fills the input of the window that starts at frame `start`. Past the clip's end there is silence.
    pub(super) fn read(&mut self, samples: &[f32], start: usize, out: &mut [f32]) {
        match self {
            Self::Wave { hop, .. } => {
                let first = start * *hop;
                let (head, tail) = out.split_at_mut((samples.len() - first).min(out.len()));
                head.iter_mut().enumerate().for_each(|(i, out)| *out = self.sample(samples, first + i));
                tail.fill(0.0);
            }
            Self::Mel(mel) => mel.read(samples, 2 * start, out),
            Self::MelMean(_) => unreachable!("read before it was prepared"),
        }
    }
}
