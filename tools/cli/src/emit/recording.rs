//! The sound of a clip as pages carry it: samples of 16 bits.

use std::io::{Cursor, Write};

use anyhow::Result;
use hound::{SampleFormat, WavSpec, WavWriter};
use media2face::audio::{Converter, RATE_HZ};

use crate::input::sound::Sound;

/// Beyond this rate no one hears more.
const MAX_RATE_HZ: u32 = 48_000;
/// Samples that are kept as they come: six minutes of stereo at 48 kHz.
const MAX_SAMPLES: usize = 6 * 60 * 2 * 48_000;
/// The longest sound of a page, samples: an hour of what the model hears. Browsers hold no page of several hours.
const MAX_HEARD: usize = 3600 * RATE_HZ as usize;

/// The sound of a clip while it is read, and when it is whole.
pub struct Recording {
    rate_hz: u32,
    channels: u32,
    kept: Kept,
}

enum Kept {
    /// Interleaved, of one or two channels.
    AsItCame(Vec<i16>),
    /// Long, or of many channels or a rate beyond hearing: 16 kHz mono, as the model hears it.
    Heard(Converter),
}

impl Recording {
    /// For a sound that is about to be read.
    pub fn of(sound: &Sound) -> Result<Self> {
        Self::new(sound.sample_rate_hz(), sound.channel_count())
    }

    /// For a clip of this rate and so many interleaved channels.
    fn new(rate_hz: u32, channels: u32) -> Result<Self> {
        let plain = rate_hz <= MAX_RATE_HZ && channels <= 2;
        let kept = if plain { Kept::AsItCame(Vec::new()) } else { Kept::Heard(Converter::new(rate_hz, channels)?) };
        Ok(Self { rate_hz, channels, kept })
    }

    /// The next interleaved samples, −1..1.
    pub fn add(&mut self, interleaved: &[f32]) -> Result<()> {
        if let Kept::AsItCame(samples) = &mut self.kept {
            samples.extend(interleaved.iter().map(|&sample| rounded(sample)));
            if samples.len() > MAX_SAMPLES {
                let mut converter = Converter::new(self.rate_hz, self.channels)?;
                converter.push_i16(samples)?;
                self.kept = Kept::Heard(converter);
            }
            return Ok(());
        }
        let Kept::Heard(converter) = &mut self.kept else { unreachable!("looked at above") };
        Ok(converter.push_f32(interleaved)?)
    }

    /// A WAV file of 16 bits; none of a clip too long for a page.
    pub fn finish(self) -> Result<Option<Vec<u8>>> {
        match self.kept {
            Kept::AsItCame(samples) => Ok(Some(wav(&samples, self.rate_hz, self.channels)?)),
            Kept::Heard(converter) => {
                let wav = mono_wav(&converter.finish()?)?;
                Ok(fits_page(&wav).then_some(wav))
            }
        }
    }
}

/// A WAV file of what the model hears fits into a page.
pub fn fits_page(wav: &[u8]) -> bool {
    wav.len() <= 44 + 2 * MAX_HEARD
}

/// A WAV file of what the model hears: 16 kHz, mono, 16 bits.
pub fn mono_wav(samples: &[f32]) -> Result<Vec<u8>> {
    wav(&samples.iter().map(|&sample| rounded(sample)).collect::<Vec<_>>(), RATE_HZ, 1)
}

/// A file of 16 bits comes out as it was.
fn rounded(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

fn wav(interleaved: &[i16], sample_rate: u32, channels: u32) -> Result<Vec<u8>> {
    let spec =
        WavSpec { channels: channels as u16, sample_rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut bytes = Cursor::new(Vec::with_capacity(44 + 2 * interleaved.len()));
    let mut writer = WavWriter::new(&mut bytes, spec)?;
    let mut samples = writer.get_i16_writer(interleaved.len() as u32);
    interleaved.iter().for_each(|&sample| samples.write_sample(sample));
    samples.flush()?;
    writer.finalize()?;
    bytes.flush()?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(wav: &[u8]) -> (WavSpec, Vec<i16>) {
        let mut reader = hound::WavReader::new(wav).unwrap();
        (reader.spec(), reader.samples::<i16>().map(Result::unwrap).collect())
    }

    #[test]
    fn stereo_is_kept_as_it_comes_behind_a_head_of_44_bytes() {
        let mut recording = Recording::new(44_100, 2).unwrap();
        recording.add(&[0.5, -0.5]).unwrap();
        recording.add(&[1.5, -1.0]).unwrap();
        let wav = recording.finish().unwrap().unwrap();
        let (spec, samples) = read(&wav);
        assert_eq!((spec.sample_rate, spec.channels, spec.bits_per_sample), (44_100, 2, 16));
        assert_eq!(samples, [16_384, -16_384, 32_767, -32_768]);
        assert_eq!(wav.len(), 44 + 8, "the page looks for the samples there");
    }

    #[test]
    fn more_channels_and_faster_rates_are_what_the_model_hears() {
        for (rate_hz, channels) in [(96_000, 1), (16_000, 6)] {
            let mut recording = Recording::new(rate_hz, channels).unwrap();
            recording.add(&vec![0.25; (rate_hz * channels) as usize / 10]).unwrap();
            let (spec, samples) = read(&recording.finish().unwrap().unwrap());
            assert_eq!((spec.sample_rate, spec.channels), (RATE_HZ, 1));
            assert!(samples.len().abs_diff(RATE_HZ as usize / 10) <= 1, "{}", samples.len());
        }
    }

    #[test]
    fn long_sound_goes_on_as_what_the_model_hears() {
        let mut recording = Recording::new(48_000, 2).unwrap();
        let minute = vec![0.25f32; 60 * 2 * 48_000];
        (0..7).for_each(|_| recording.add(&minute).unwrap());
        let (spec, samples) = read(&recording.finish().unwrap().unwrap());
        assert_eq!((spec.sample_rate, spec.channels), (RATE_HZ, 1));
        assert!(samples.len().abs_diff(7 * 60 * RATE_HZ as usize) <= 1, "{}", samples.len());
        assert!((samples[3 * 60 * RATE_HZ as usize] - 8192).abs() < 40);
    }
}
