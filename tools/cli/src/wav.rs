//! WAV files: integers of 8 to 32 bits and floats, any channels, read in chunks.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use hound::{SampleFormat, WavReader};

/// Samples of a chunk, over all channels.
const CHUNK_SAMPLES: usize = 1 << 14;

/// An opened file.
pub struct Wav {
    reader: WavReader<BufReader<File>>,
    path: PathBuf,
}

impl Wav {
    /// Opens a file and reads its head.
    pub fn open(path: &Path) -> Result<Self> {
        let unread = || format!("cannot read {}", path.display());
        let file = File::open(path).with_context(unread)?;
        ensure!(!file.metadata().with_context(unread)?.is_dir(), "cannot read {}: it is a folder", path.display());
        let mut file = BufReader::new(file);
        if let Some((valid, container)) = unfilled_container(&mut file) {
            bail!("{} has samples of {valid} bits in {container}: write them as {container} bits", path.display());
        }
        file.seek(SeekFrom::Start(0)).with_context(unread)?;
        let reader = WavReader::new(file)
            .map_err(|error| anyhow!("{} is not a WAV file that can be read: {}", path.display(), reason(error)))?;
        let bits = reader.spec().bits_per_sample;
        ensure!(bits <= 32, "{} has samples of {bits} bits, 32 at most are read", path.display());
        ensure!(reader.duration() > 0, "{} holds no samples", path.display());
        Ok(Self { reader, path: path.to_owned() })
    }

    /// Samples a second of each channel.
    pub fn sample_rate_hz(&self) -> u32 {
        self.reader.spec().sample_rate
    }

    /// Interleaved channels.
    pub fn channel_count(&self) -> u32 {
        u32::from(self.reader.spec().channels)
    }

    /// Samples of each channel.
    pub fn frame_count(&self) -> usize {
        self.reader.duration() as usize
    }

    /// Hands all samples to `take`, interleaved, −1..1, whole frames of all channels in a chunk.
    pub fn stream(mut self, take: impl FnMut(&[f32]) -> Result<()>) -> Result<()> {
        let spec = self.reader.spec();
        let channels = usize::from(spec.channels);
        match spec.sample_format {
            SampleFormat::Float => chunked(self.reader.samples::<f32>(), channels, &self.path, take),
            SampleFormat::Int => {
                let unit = 1.0 / (1u64 << (spec.bits_per_sample - 1)) as f32;
                let samples = self.reader.samples::<i32>().map(|sample| sample.map(|sample| sample as f32 * unit));
                chunked(samples, channels, &self.path, take)
            }
        }
    }
}

fn chunked(
    samples: impl Iterator<Item = hound::Result<f32>>,
    channels: usize,
    path: &Path,
    mut take: impl FnMut(&[f32]) -> Result<()>,
) -> Result<()> {
    let size = CHUNK_SAMPLES / channels * channels;
    let mut chunk = Vec::with_capacity(size);
    for (number, sample) in samples.enumerate() {
        let frame = number / channels;
        let sample =
            sample.map_err(|error| anyhow!("{} is cut off at sample {frame}: {}", path.display(), reason(error)))?;
        ensure!(sample.is_finite(), "{}: sample {frame} is not a number", path.display());
        chunk.push(sample);
        if chunk.len() == size {
            take(&chunk)?;
            chunk.clear();
        }
    }
    if chunk.is_empty() { Ok(()) } else { take(&chunk) }
}

/// Valid bits and container bits of an extensible file whose samples do not fill their containers (24 in 32, 20 in 24):
/// such samples are the upper bits, hound would take the lower ones. Damage of any kind is left to hound.
fn unfilled_container(file: &mut (impl Read + Seek)) -> Option<(u16, u16)> {
    const EXTENSIBLE: u16 = 0xFFFE;
    let mut riff = [0; 12];
    file.read_exact(&mut riff).ok()?;
    loop {
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let bytes = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        if head.starts_with(b"fmt ") {
            let mut format = [0; 20];
            file.read_exact(&mut format).ok()?;
            let word = |at: usize| u16::from_le_bytes([format[at], format[at + 1]]);
            let (container, valid) = (word(12).checked_div(word(2))?.checked_mul(8)?, word(18));
            return (word(0) == EXTENSIBLE && valid != 0 && valid < container).then_some((valid, container));
        }
        file.seek_relative(i64::from(bytes.next_multiple_of(2))).ok()?;
    }
}

/// hound's reasons, short.
fn reason(error: hound::Error) -> String {
    match error {
        hound::Error::FormatError(reason) => reason.to_owned(),
        hound::Error::Unsupported => "an encoding other than integers of 8 to 32 bits and 32-bit floats".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hound::{WavSpec, WavWriter};

    fn spec(bits_per_sample: u16, sample_format: SampleFormat) -> WavSpec {
        WavSpec { channels: 2, sample_rate: 48_000, bits_per_sample, sample_format }
    }

    fn read(path: &Path) -> Result<Vec<f32>> {
        let mut all = Vec::new();
        Wav::open(path)?.stream(|chunk| {
            all.extend_from_slice(chunk);
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn integers_of_every_size_read_alike() {
        let folder = tempfile::tempdir().unwrap();
        for bits in [8, 16, 24, 32] {
            let path = folder.path().join(format!("{bits}.wav"));
            let mut writer = WavWriter::create(&path, spec(bits, SampleFormat::Int)).unwrap();
            let half = 1i32 << (bits - 2);
            for sample in [0, half, -half, -2 * (half - 1)] {
                writer.write_sample(sample).unwrap();
            }
            writer.finalize().unwrap();
            let read = read(&path).unwrap();
            let expected = [0.0, 0.5, -0.5, -1.0];
            assert!(read.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.02), "{bits} bits: {read:?}");
        }
    }

    #[test]
    fn floats_come_in_whole_frames() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("float.wav");
        let count = 2 * CHUNK_SAMPLES + 2;
        let mut writer = WavWriter::create(&path, spec(32, SampleFormat::Float)).unwrap();
        for number in 0..count {
            writer.write_sample(number as f32 / count as f32).unwrap();
        }
        writer.finalize().unwrap();
        let wav = Wav::open(&path).unwrap();
        assert_eq!((wav.sample_rate_hz(), wav.channel_count(), wav.frame_count()), (48_000, 2, count / 2));
        let mut chunks = Vec::new();
        wav.stream(|chunk| {
            chunks.push(chunk.len());
            Ok(())
        })
        .unwrap();
        assert_eq!(chunks, [CHUNK_SAMPLES, CHUNK_SAMPLES, 2]);
    }

    #[test]
    fn damaged_files_are_one_clear_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let mut writer = WavWriter::create(&path, spec(32, SampleFormat::Float)).unwrap();
        for sample in [0.5f32, f32::NAN, 0.0, 0.0] {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        assert!(read(&path).unwrap_err().to_string().ends_with("sample 0 is not a number"));

        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 14]).unwrap();
        std::fs::write(folder.path().join("b.wav"), "no sound").unwrap();
        WavWriter::create(folder.path().join("c.wav"), spec(16, SampleFormat::Int)).unwrap().finalize().unwrap();
        let message = |name: &str| format!("{:#}", read(&folder.path().join(name)).unwrap_err());
        assert!(!message("a.wav").is_empty());
        assert!(message("b.wav").contains("is not a WAV file"), "{}", message("b.wav"));
        assert!(message("c.wav").ends_with("holds no samples"), "{}", message("c.wav"));
        assert!(message("d.wav").starts_with("cannot read"), "{}", message("d.wav"));
    }

    #[test]
    fn six_channels_and_24_bits_are_read_through_the_extensible_form() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("six.wav");
        let spec = WavSpec { channels: 6, sample_rate: 48_000, bits_per_sample: 24, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::create(&path, spec).unwrap();
        (0..12).for_each(|i| writer.write_sample(i << 19).unwrap());
        writer.finalize().unwrap();
        let wav = Wav::open(&path).unwrap();
        assert_eq!((wav.channel_count(), wav.frame_count()), (6, 2));
        let mut all = Vec::new();
        wav.stream(|chunk| {
            all.extend_from_slice(chunk);
            Ok(())
        })
        .unwrap();
        assert_eq!(all[3], 3.0 / 16.0);
    }

    #[test]
    fn samples_that_do_not_fill_their_containers_are_refused() {
        let mut file = b"RIFF\x44\0\0\0WAVEfmt \x28\0\0\0\xFE\xFF\x01\0".to_vec();
        file.extend([16_000u32, 64_000].iter().flat_map(|word| word.to_le_bytes()));
        file.extend([4u16, 32, 22, 24, 4, 0, 1].iter().flat_map(|word| word.to_le_bytes()));
        file.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        file.extend(b"data\x08\0\0\0\0\0\0\x40\0\0\0\xC0");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        std::fs::write(&path, &file).unwrap();
        let error = Wav::open(&path).err().unwrap().to_string();
        assert!(error.contains("24 bits in 32"), "{error}");
        file[38] = 32;
        std::fs::write(&path, &file).unwrap();
        assert_eq!(Wav::open(&path).unwrap().frame_count(), 2);
    }
}
