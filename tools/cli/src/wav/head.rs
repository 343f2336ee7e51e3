//! The head of a WAV file: its chunks up to the sound, and how samples are stored.

use std::io::{self, ErrorKind, Read};

use anyhow::{Result, anyhow, bail, ensure};

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;
/// What follows the tag in the `SubFormat` of the extensible form.
const SUBFORMAT_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

/// What stands before the samples.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    /// How the samples are stored.
    pub format: Format,
    /// Bytes of samples.
    pub length: Length,
}

/// The `fmt` chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Samples of a channel each second.
    pub sample_rate_hz: u32,
    /// Interleaved channels, at least one.
    pub channels: u16,
    /// One sample.
    pub encoding: Encoding,
}

/// How a sample is stored, little-endian. Integers of fewer valid bits (24 in 32, 20 in 24) are the upper bits of their
/// container, so that its scale is theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    Float64,
}

/// Bytes of samples, as the file states them.
#[derive(Debug, PartialEq, Eq)]
pub enum Length {
    Known(u64),
    /// What a program states that writes into a pipe and cannot come back; it holds only if the file is that long.
    Placeholder(u64),
}

impl Head {
    /// Reads up to the first sample.
    pub fn read(file: &mut impl Read) -> Result<Self> {
        let (riff, riff_bytes) = name_and_size(file)?;
        let mut wave = [0; 4];
        file.read_exact(&mut wave).map_err(early)?;
        ensure!(&riff == b"RIFF" && &wave == b"WAVE", "it does not begin with RIFF and WAVE");
        let mut format = None;
        loop {
            let (name, bytes) = name_and_size(file)?;
            if &name == b"data" {
                let format = format.ok_or_else(|| anyhow!("its format does not stand before its sound"))?;
                return Ok(Self { format, length: Length::stated(bytes, riff_bytes) });
            }
            // Chunks begin at even bytes.
            let mut chunk = file.take(u64::from(bytes).next_multiple_of(2));
            if &name == b"fmt " {
                format = Some(Format::read(&mut chunk)?);
            }
            io::copy(&mut chunk, &mut io::sink())?;
        }
    }
}

impl Format {
    fn read(chunk: &mut impl Read) -> Result<Self> {
        let mut bytes = Vec::new();
        chunk.take(40).read_to_end(&mut bytes)?;
        ensure!(bytes.len() >= 16, "its format takes {} bytes, expected 16 or more", bytes.len());
        let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let (mut tag, channels, frame_bytes, bits) = (word(0), word(2), word(12), word(14));
        if tag == EXTENSIBLE {
            ensure!(bytes.len() == 40 && bytes[26..] == SUBFORMAT_TAIL, "its samples are of an encoding of its own");
            tag = word(24);
        }
        match tag {
            PCM | FLOAT => {}
            0x02 | 0x11 => bail!("its samples are ADPCM, integers and floats are read"),
            0x06 => bail!("its samples are A-law, integers and floats are read"),
            0x07 => bail!("its samples are µ-law, integers and floats are read"),
            _ => bail!("its samples are of encoding {tag:#06x}, integers and floats are read"),
        }
        ensure!(channels > 0, "it has no channels");
        let container_bytes = frame_bytes / channels;
        ensure!(
            frame_bytes % channels == 0 && bits > 0 && bits.div_ceil(8) <= container_bytes,
            "its frames of {frame_bytes} bytes do not hold {channels} samples of {bits} bits"
        );
        let encoding = match (tag, container_bytes) {
            (PCM, 1) => Encoding::Unsigned8,
            (PCM, 2) => Encoding::Signed16,
            (PCM, 3) => Encoding::Signed24,
            (PCM, 4) => Encoding::Signed32,
            (FLOAT, 4) => Encoding::Float32,
            (FLOAT, 8) => Encoding::Float64,
            (PCM, _) => bail!("it has integers of {bits} bits, 32 at most are read"),
            _ => bail!("it has floats of {bits} bits, 32 or 64 are read"),
        };
        let sample_rate_hz = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
        Ok(Self { sample_rate_hz, channels, encoding })
    }

    /// Bytes of one sample of every channel.
    pub fn frame_bytes(self) -> usize {
        usize::from(self.channels) * self.encoding.bytes()
    }
}

impl Encoding {
    fn bytes(self) -> usize {
        match self {
            Self::Unsigned8 => 1,
            Self::Signed16 => 2,
            Self::Signed24 => 3,
            Self::Signed32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    /// Appends whole samples, nominally −1..1.
    pub fn decode(self, bytes: &[u8], samples: &mut Vec<f32>) {
        let whole = |sample: i32| sample as f32 / (1u32 << 31) as f32;
        match self {
            Self::Unsigned8 => samples.extend(bytes.iter().map(|&b| (f32::from(b) - 128.0) / 128.0)),
            Self::Signed16 => {
                samples.extend(bytes.as_chunks().0.iter().map(|&b| f32::from(i16::from_le_bytes(b)) / 32_768.0));
            }
            Self::Signed24 => {
                samples.extend(bytes.as_chunks().0.iter().map(|&[a, b, c]| whole(i32::from_le_bytes([0, a, b, c]))));
            }
            Self::Signed32 => samples.extend(bytes.as_chunks().0.iter().map(|&b| whole(i32::from_le_bytes(b)))),
            Self::Float32 => samples.extend(bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b))),
            Self::Float64 => samples.extend(bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b) as f32)),
        }
    }
}

impl Length {
    /// ffmpeg leaves all ones, sox somewhat less than 2 GiB, others zeros in both sizes.
    fn stated(data_bytes: u32, riff_bytes: u32) -> Self {
        let almost_2_or_4_gib = (data_bytes | (1 << 31)) > 0xFFFF_0000;
        let none = data_bytes == 0 && [0, u32::MAX].contains(&riff_bytes);
        let bytes = u64::from(data_bytes);
        if almost_2_or_4_gib || none { Self::Placeholder(bytes) } else { Self::Known(bytes) }
    }
}

fn name_and_size(file: &mut impl Read) -> Result<([u8; 4], u32)> {
    let (mut name, mut size) = ([0; 4], [0; 4]);
    file.read_exact(&mut name).and_then(|()| file.read_exact(&mut size)).map_err(early)?;
    Ok((name, u32::from_le_bytes(size)))
}

fn early(error: io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::UnexpectedEof { anyhow!("it ends before its sound") } else { error.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file's head up to its sound; the format's chunk without the extensible form's end.
    fn head(tag: u16, channels: u16, frame_bytes: u16, bits: u16) -> Vec<u8> {
        let mut file = b"RIFF\x64\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0".to_vec();
        file.extend([tag, channels].iter().flat_map(|word| word.to_le_bytes()));
        file.extend([48_000, 48_000 * u32::from(frame_bytes)].iter().flat_map(|word: &u32| word.to_le_bytes()));
        file.extend([frame_bytes, bits].iter().flat_map(|word| word.to_le_bytes()));
        file.extend(b"data\x08\0\0\0");
        file
    }

    fn read(file: &[u8]) -> Result<Head, String> {
        Head::read(&mut { file }).map_err(|error| error.to_string())
    }

    #[test]
    fn head_is_found_behind_other_chunks_of_odd_length() {
        let format = Format { sample_rate_hz: 48_000, channels: 2, encoding: Encoding::Signed24 };
        assert_eq!(read(&head(PCM, 2, 6, 24)), Ok(Head { format, length: Length::Known(8) }));
        assert_eq!(format.frame_bytes(), 6);
    }

    #[test]
    fn container_gives_the_encoding() {
        for (tag, frame_bytes, bits, encoding) in [
            (PCM, 1, 8, Encoding::Unsigned8),
            (PCM, 2, 12, Encoding::Signed16),
            (PCM, 3, 20, Encoding::Signed24),
            (PCM, 4, 24, Encoding::Signed32),
            (FLOAT, 8, 64, Encoding::Float64),
        ] {
            assert_eq!(read(&head(tag, 1, frame_bytes, bits)).unwrap().format.encoding, encoding);
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (file, reason) in [
            (head(7, 1, 1, 8), "its samples are µ-law, integers and floats are read"),
            (head(0x55, 1, 1, 0), "its samples are of encoding 0x0055, integers and floats are read"),
            (head(PCM, 2, 3, 16), "its frames of 3 bytes do not hold 2 samples of 16 bits"),
            (head(PCM, 1, 8, 64), "it has integers of 64 bits, 32 at most are read"),
            (head(FLOAT, 1, 2, 16), "it has floats of 16 bits, 32 or 64 are read"),
            (head(PCM, 0, 0, 16), "it has no channels"),
            (head(EXTENSIBLE, 1, 2, 16), "its samples are of an encoding of its own"),
            (head(PCM, 1, 2, 16)[..30].to_vec(), "it ends before its sound"),
            (b"RIFF\0\0\0\0WAVEdata\0\0\0\0".to_vec(), "its format does not stand before its sound"),
            (b"no sound at all".to_vec(), "it does not begin with RIFF and WAVE"),
            (b"short".to_vec(), "it ends before its sound"),
        ] {
            assert_eq!(read(&file), Err(reason.to_owned()));
        }
    }

    #[test]
    fn sizes_that_a_pipe_leaves_are_placeholders() {
        for (data, riff) in [(u32::MAX, u32::MAX), (0x7FFF_F000, 0x7FFF_F024), (0, 0), (0, u32::MAX)] {
            assert_eq!(Length::stated(data, riff), Length::Placeholder(u64::from(data)));
        }
        for (data, riff) in [(0, 36), (1 << 31, u32::MAX), (0x7FFE_0000, 0)] {
            assert_eq!(Length::stated(data, riff), Length::Known(u64::from(data)));
        }
    }
}
