//! A copy of a sound as it was heard: a plain WAV file beside the work, for ffmpeg to put under a film.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use hound::{SampleFormat, WavSpec, WavWriter};
use tempfile::{NamedTempFile, TempPath};

use super::Sound;
use crate::process::temporary::{self, Temporary};

/// Most bytes of samples that a WAV file counts.
const MOST_BYTES: u64 = u32::MAX as u64 - 4096;

/// A temporary file that is being filled.
pub struct Copy {
    writer: WavWriter<BufWriter<File>>,
    path: Copied,
    bytes: u64,
}

impl Copy {
    /// For the samples of a sound.
    pub fn of(sound: &Sound) -> Result<Self> {
        let unwritten = "cannot make a temporary file";
        let make = || tempfile::Builder::new().prefix("m2f-").suffix(".wav").tempfile();
        let (file, temporary) = temporary::make(make, NamedTempFile::path).context(unwritten)?;
        let (file, path) = file.into_parts();
        let path = Copied { path, _temporary: temporary };
        let channels = sound.channel_count() as u16;
        let (sample_rate, bits_per_sample, sample_format) = (sound.sample_rate_hz(), 32, SampleFormat::Float);
        let spec = WavSpec { channels, sample_rate, bits_per_sample, sample_format };
        let writer = WavWriter::new(BufWriter::new(file), spec).context(unwritten)?;
        Ok(Self { writer, path, bytes: 0 })
    }

    /// The next samples, as [`Sound::stream`] gives them.
    pub fn add(&mut self, interleaved: &[f32]) -> Result<()> {
        self.bytes += size_of_val(interleaved) as u64;
        ensure!(self.bytes <= MOST_BYTES, "the sound is too long for a film: over 4 GiB as plain samples");
        let unwritten = "cannot write a temporary file";
        interleaved.iter().try_for_each(|sample| self.writer.write_sample(*sample)).context(unwritten)
    }

    /// The file, removed when this is dropped.
    pub fn finish(self) -> Result<Copied> {
        self.writer.finalize().context("cannot write a temporary file")?;
        Ok(self.path)
    }
}

/// A temporary file, removed when this is dropped.
pub struct Copied {
    path: TempPath,
    _temporary: Temporary,
}

impl Copied {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
