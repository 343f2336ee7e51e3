//! WAV files: integers of 8 to 32 bits and floats of 32 or 64, any channels, read in chunks.

mod head;

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};

use head::{Format, Head, Length};

/// Samples of a chunk, over all channels.
const CHUNK_SAMPLES: usize = 1 << 14;

/// An opened file.
pub struct Wav {
    reader: BufReader<File>,
    format: Format,
    frame_count: usize,
    path: PathBuf,
}

impl Wav {
    /// Opens a file and reads its head.
    pub fn open(path: &Path) -> Result<Self> {
        let unread = || format!("cannot read {}", path.display());
        let file = File::open(path).with_context(unread)?;
        ensure!(!file.metadata().with_context(unread)?.is_dir(), "cannot read {}: it is a folder", path.display());
        let mut reader = BufReader::new(file);
        let Head { format, length } = Head::read(&mut reader)
            .map_err(|error| anyhow!("{} is not a WAV file that can be read: {error}", path.display()))?;
        let bytes = match length {
            Length::Known(bytes) => bytes,
            Length::Placeholder(bytes) => match bytes_left(&mut reader).with_context(unread)? {
                Some(left) if bytes == 0 => left,
                Some(left) => left.min(bytes),
                None => bail!("{} does not state how long it is: write it to a file first", path.display()),
            },
        };
        let frame_count = usize::try_from(bytes)? / format.frame_bytes();
        ensure!(frame_count > 0, "{} holds no samples", path.display());
        Ok(Self { reader, format, frame_count, path: path.to_owned() })
    }

    /// Samples a second of each channel.
    pub fn sample_rate_hz(&self) -> u32 {
        self.format.sample_rate_hz
    }

    /// Interleaved channels.
    pub fn channel_count(&self) -> u32 {
        u32::from(self.format.channels)
    }

    /// Samples of each channel.
    pub fn frame_count(&self) -> usize {
        self.frame_count
    }

    /// Hands all samples to `take`, interleaved, −1..1, whole frames of all channels in a chunk.
    pub fn stream(mut self, mut take: impl FnMut(&[f32]) -> Result<()>) -> Result<()> {
        let (channels, frame_bytes) = (usize::from(self.format.channels), self.format.frame_bytes());
        let chunk_frames = (CHUNK_SAMPLES / channels).max(1);
        let (mut bytes, mut samples) = (Vec::new(), Vec::new());
        let mut done = 0;
        while done < self.frame_count {
            let count = chunk_frames.min(self.frame_count - done);
            bytes.clear();
            samples.clear();
            let chunk = self.reader.by_ref().take((count * frame_bytes) as u64).read_to_end(&mut bytes);
            let got = chunk.with_context(|| format!("cannot read {}", self.path.display()))? / frame_bytes;
            ensure!(
                got == count,
                "{} is cut off at sample {} of {}",
                self.path.display(),
                done + got,
                self.frame_count
            );
            self.format.encoding.decode(&bytes, &mut samples);
            if let Some(at) = samples.iter().position(|sample| !sample.is_finite()) {
                bail!("{}: sample {} is not a number", self.path.display(), done + at / channels);
            }
            take(&samples)?;
            done += count;
        }
        Ok(())
    }
}

/// From here to the end; `None` where what is read has no length, such as a pipe.
fn bytes_left(reader: &mut BufReader<File>) -> std::io::Result<Option<u64>> {
    let file = reader.get_ref().metadata()?;
    if file.is_file() { Ok(Some(file.len().saturating_sub(reader.stream_position()?))) } else { Ok(None) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hound::{SampleFormat, WavSpec, WavWriter};

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

    /// A file of the extensible form: containers of `frame_bytes / channels` bytes, of which `valid_bits` count.
    fn extensible(tag: u16, channels: u16, frame_bytes: u16, valid_bits: u16, data_bytes: u32, data: &[u8]) -> Vec<u8> {
        let mut file = b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \x28\0\0\0\xFE\xFF".to_vec();
        file.extend(channels.to_le_bytes());
        file.extend([16_000, 16_000 * u32::from(frame_bytes)].iter().flat_map(|word: &u32| word.to_le_bytes()));
        let container_bits = frame_bytes / channels * 8;
        file.extend(
            [frame_bytes, container_bits, 22, valid_bits, 0, 0, tag].iter().flat_map(|word| word.to_le_bytes()),
        );
        file.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        file.extend(b"data");
        file.extend(data_bytes.to_le_bytes());
        file.extend(data);
        file
    }

    fn read_bytes(bytes: &[u8]) -> Result<Vec<f32>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        std::fs::write(&path, bytes).unwrap();
        read(&path)
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
    fn fewer_valid_bits_are_the_upper_bits_of_their_container() {
        // 0.5, −0.5 and the smallest step of 24 and of 20 bits.
        let in_32 = [[0, 0, 0, 0x40], [0, 0, 0, 0xC0], [0, 1, 0, 0]].concat();
        let in_24 = [[0, 0, 0x40], [0, 0, 0xC0], [0x10, 0, 0]].concat();
        let read = |frame_bytes, bits, data: &[u8]| {
            read_bytes(&extensible(1, 1, frame_bytes, bits, data.len() as u32, data)).unwrap()
        };
        assert_eq!(read(4, 24, &in_32), [0.5, -0.5, 1.0 / (1 << 23) as f32]);
        assert_eq!(read(3, 20, &in_24), [0.5, -0.5, 1.0 / (1 << 19) as f32]);
    }

    #[test]
    fn six_channels_of_floats_come_in_their_order() {
        let samples: Vec<f64> = (0..12).map(|i| f64::from(i) / 16.0).collect();
        let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let expected: Vec<f32> = samples.iter().map(|&sample| sample as f32).collect();
        assert_eq!(read_bytes(&extensible(3, 6, 48, 64, 96, &data)).unwrap(), expected);
    }

    #[test]
    fn file_from_a_pipe_is_read_to_its_end() {
        let data = [0, 0x40, 0, 0xC0, 0]; // and half a sample
        for stated in [u32::MAX, 0x7FFF_F000, 0] {
            assert_eq!(read_bytes(&extensible(1, 1, 2, 16, stated, &data)).unwrap(), [0.5, -0.5], "{stated:#x}");
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
        for sample in [0.5f32, 0.0, 0.0, f32::NAN] {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        let message = |name: &str| format!("{:#}", read(&folder.path().join(name)).unwrap_err());
        assert!(message("a.wav").ends_with("a.wav: sample 1 is not a number"), "{}", message("a.wav"));

        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 4]).unwrap();
        std::fs::write(folder.path().join("b.wav"), "no sound in here").unwrap();
        WavWriter::create(folder.path().join("c.wav"), spec(16, SampleFormat::Int)).unwrap().finalize().unwrap();
        assert!(message("a.wav").ends_with("is cut off at sample 1 of 2"), "{}", message("a.wav"));
        assert!(message("b.wav").contains("is not a WAV file"), "{}", message("b.wav"));
        assert!(message("c.wav").ends_with("holds no samples"), "{}", message("c.wav"));
        assert!(message("d.wav").starts_with("cannot read"), "{}", message("d.wav"));
        assert!(message(".").ends_with("it is a folder"), "{}", message("."));
    }
}
