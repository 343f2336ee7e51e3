//! Downmix and the checks on what comes in.

use crate::error::{Error, Result};
use crate::limits::{MAX_CHANNELS, MAX_CLIP_S, MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ};
use crate::memory;

use super::fingerprint::Fingerprint;
use super::resample::Resampler;

/// Refuses a rate outside the limits.
pub(crate) fn check_rate(rate_hz: u32) -> Result<()> {
    if (MIN_SAMPLE_RATE_HZ..=MAX_SAMPLE_RATE_HZ).contains(&rate_hz) {
        return Ok(());
    }
    Err(Error::InvalidArgument(format!(
        "sample rate {rate_hz} Hz is outside {MIN_SAMPLE_RATE_HZ} to {MAX_SAMPLE_RATE_HZ} Hz"
    )))
}

/// Refuses a channel count outside the limits.
pub(crate) fn check_channels(channels: u32) -> Result<()> {
    if (1..=MAX_CHANNELS).contains(&channels) {
        return Ok(());
    }
    Err(Error::InvalidArgument(format!("{channels} channels: 1 to {MAX_CHANNELS} are allowed")))
}

/// Turns interleaved PCM into 16 kHz mono, piece by piece; a piece may end inside a frame of channels.
///
/// Channels are averaged. At 16 kHz mono f32 the samples pass unchanged, bit for bit.
pub struct Converter {
    rate_hz: u32,
    channels: u32,
    /// Samples of all channels so far.
    received: u64,
    /// Sum of the current frame's first `received % channels` samples.
    frame_sum: f64,
    fingerprint: Fingerprint,
    resampler: Resampler,
    out: Vec<f32>,
}

impl Converter {
    /// A converter for one clip.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate or a channel count outside the [limits](crate::limits), `OutOfMemory`.
    pub fn new(rate_hz: u32, channels: u32) -> Result<Self> {
        check_channels(channels)?;
        let (fingerprint, resampler) = (Fingerprint::new(), Resampler::new(rate_hz)?);
        Ok(Self { rate_hz, channels, received: 0, frame_sum: 0.0, fingerprint, resampler, out: Vec::new() })
    }

    /// Appends samples; full scale is ±1, and larger values are kept.
    ///
    /// # Errors
    /// `InvalidAudio` for a sample that is not finite (named by its place among all samples of all channels) or a clip
    /// longer than [`MAX_CLIP_S`], `OutOfMemory`. Nothing of the piece is taken then.
    pub fn push_f32(&mut self, interleaved: &[f32]) -> Result<()> {
        if let Some(at) = interleaved.iter().position(|x| !x.is_finite()) {
            return Err(Error::InvalidAudio(format!(
                "sample {} is not finite ({})",
                self.received + at as u64,
                interleaved[at]
            )));
        }
        // Nearest, and cut off at full scale.
        self.push(interleaved, f64::from, |x| (x * 32768.0).round_ties_even() as i16)
    }

    /// Appends samples; ±32768 is full scale.
    ///
    /// # Errors
    /// `InvalidAudio` for a clip longer than [`MAX_CLIP_S`], `OutOfMemory`. Nothing of the piece is taken then.
    pub fn push_i16(&mut self, interleaved: &[i16]) -> Result<()> {
        self.push(interleaved, |x| f64::from(x) / 32768.0, |x| x)
    }

    fn push<T: Copy>(
        &mut self,
        interleaved: &[T],
        amplitude: impl Fn(T) -> f64,
        rounded: impl Fn(T) -> i16,
    ) -> Result<()> {
        let longest = u64::from(MAX_CLIP_S) * u64::from(self.rate_hz) * u64::from(self.channels);
        if interleaved.len() as u64 > longest - self.received {
            return Err(Error::InvalidAudio(format!("the clip is longer than {MAX_CLIP_S} s")));
        }
        self.reserve(interleaved.len())?;
        for &sample in interleaved {
            let channel = self.received % u64::from(self.channels);
            let x = amplitude(sample);
            self.fingerprint.add(rounded(sample), channel == 0);
            // Set, not added to zero, for the first channel: 0 + −0 would lose a sign.
            self.frame_sum = if channel == 0 { x } else { self.frame_sum + x };
            self.received += 1;
            if channel + 1 == u64::from(self.channels) {
                let mono = self.frame_sum / f64::from(self.channels);
                self.resampler.push(mono, &mut |x| self.out.push(x))?;
            }
        }
        Ok(())
    }

    /// True when nothing was pushed yet.
    pub fn is_empty(&self) -> bool {
        self.received == 0
    }

    /// A number below 2^32 that follows from the samples pushed so far, rounded to 16 bits and before any other arithmetic:
    /// the same however they were cut, as i16 or f32, alone or in several equal channels. The rate is not in it.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint.value()
    }

    /// Makes room for what the next `count` samples give at most.
    fn reserve(&mut self, count: usize) -> Result<()> {
        let frames = count / self.channels as usize + 1;
        memory::grow(&mut self.out, self.resampler.output_len(frames), "samples")
    }

    /// Ends the clip: 16 kHz mono, `round(frames · 16000/rate)` samples and at least 1.
    ///
    /// # Errors
    /// `InvalidAudio` for a clip without samples, or one that ends inside a frame of channels; `OutOfMemory`.
    pub fn finish(mut self) -> Result<Vec<f32>> {
        if self.received == 0 {
            return Err(Error::InvalidAudio("the clip has no samples".to_owned()));
        }
        if !self.received.is_multiple_of(u64::from(self.channels)) {
            return Err(Error::InvalidAudio(format!(
                "{} samples do not fill frames of {} channels",
                self.received, self.channels
            )));
        }
        self.reserve(0)?;
        self.resampler.finish(&mut |x| self.out.push(x))?;
        Ok(self.out)
    }
}
