//! How a run of samples lies in a file: the `fmt ` chunk of a WAV file and the head of an AU file.

use anyhow::{Result, bail, ensure};

/// The tag of a format that stands in a longer one.
const EXTENSIBLE: u16 = 0xFFFE;
/// What follows the tag in the identifier of a longer one: Microsoft's, and that of Ambisonics.
const TAG_BASES: [[u8; 14]; 2] = [
    [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71],
    [0, 0, 0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0],
];

/// Rate, channels and encoding of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Format {
    pub rate_hz: u32,
    pub channels: u16,
    pub encoding: Encoding,
}

/// What its bytes are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Encoding {
    Int(Int),
    /// 4 or 8 bytes.
    Float {
        bytes: u8,
        big_endian: bool,
    },
    ALaw,
    MuLaw,
    /// Blocks of so many bytes, over all channels.
    AdpcmIma {
        block_bytes: u16,
    },
    AdpcmMs {
        block_bytes: u16,
    },
    Mp3,
    /// One that is not read: what it is called.
    Foreign(Foreign),
}

/// Integers, linear.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Int {
    /// Of a sample, 1 to 8.
    pub bytes: u8,
    /// Bits that count, at most those of its bytes.
    pub bits: u8,
    /// With half of the range for silence.
    pub unsigned: bool,
    pub big_endian: bool,
    /// Whether 3 bytes may lie in 4: the header's block says so, the samples decide.
    pub maybe_wide: bool,
}

/// An encoding that is not read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Foreign {
    Tag(u16),
    /// Of a kind that is read, in a size that is not.
    Int(u16),
    Float(u16),
    Unknown,
    Au(u32),
}

impl Format {
    /// A `fmt ` chunk, or what there is of it.
    pub fn of_wave(chunk: &[u8], big_endian: bool) -> Result<Self> {
        ensure!(chunk.len() >= 14, "its format has {} bytes, expected 16 or more", chunk.len());
        let word = |at: usize| {
            let bytes = chunk.get(at..at + 2).map_or([0; 2], |bytes| [bytes[0], bytes[1]]);
            if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
        };
        let double = |at: usize| {
            let (first, second) = (u32::from(word(at)), u32::from(word(at + 2)));
            if big_endian { first << 16 | second } else { second << 16 | first }
        };
        let (channels, rate_hz, block_bytes, mut bits) = (word(2), double(4), word(12), word(14));
        let mut tag = word(0);
        let mut valid_bits = bits;
        if tag == EXTENSIBLE && chunk.len() >= 26 {
            let stated = word(18);
            valid_bits = if stated == 0 || stated > bits { bits } else { stated };
            tag = word(24);
            let base = chunk.get(26..40);
            if base.is_some_and(|base| TAG_BASES.iter().all(|known| known != base)) {
                return Ok(Self { rate_hz, channels, encoding: Encoding::Foreign(Foreign::Unknown) });
            }
        } else if tag == EXTENSIBLE {
            tag = 1;
        }
        ensure!(channels > 0, "it says that it has no channels");
        let slot = block_bytes / channels;
        if bits == 0 && (tag == 1 || tag == 3) {
            (bits, valid_bits) = (slot.saturating_mul(8), slot.saturating_mul(8));
        }
        let encoding = match tag {
            1 => match bits.div_ceil(8) {
                bytes @ 1..=8 => Encoding::Int(Int {
                    bytes: bytes as u8,
                    bits: valid_bits as u8,
                    unsigned: bytes == 1,
                    big_endian,
                    maybe_wide: bytes == 3 && slot == 4,
                }),
                _ => Encoding::Foreign(Foreign::Int(bits)),
            },
            3 => match (bits, slot) {
                (32, _) => Encoding::Float { bytes: 4, big_endian },
                (64, _) => Encoding::Float { bytes: 8, big_endian },
                _ => Encoding::Foreign(Foreign::Float(bits)),
            },
            6 => Encoding::ALaw,
            7 => Encoding::MuLaw,
            0x02 if bits == 4 => Encoding::AdpcmMs { block_bytes },
            0x11 if bits == 4 => Encoding::AdpcmIma { block_bytes },
            0x55 => Encoding::Mp3,
            tag => Encoding::Foreign(Foreign::Tag(tag)),
        };
        Ok(Self { rate_hz, channels, encoding })
    }

    /// The head of an AU file behind its first 12 bytes: encoding, rate, channels.
    pub fn of_au(head: [u32; 3]) -> Result<Self> {
        let [encoding, rate_hz, channels] = head;
        let Ok(channels @ 1..) = u16::try_from(channels) else { bail!("it says that it has {channels} channels") };
        let big_endian = true;
        let int =
            |bytes: u8| Encoding::Int(Int { bytes, bits: 8 * bytes, unsigned: false, big_endian, maybe_wide: false });
        let encoding = match encoding {
            1 => Encoding::MuLaw,
            2..=5 => int((encoding - 1) as u8),
            6 => Encoding::Float { bytes: 4, big_endian },
            7 => Encoding::Float { bytes: 8, big_endian },
            27 => Encoding::ALaw,
            other => Encoding::Foreign(Foreign::Au(other)),
        };
        Ok(Self { rate_hz, channels, encoding })
    }

    /// Bytes of a block that cannot be cut: a frame of all channels, or what a codec packs together.
    pub fn block_bytes(&self) -> usize {
        let channels = usize::from(self.channels);
        match self.encoding {
            Encoding::Int(int) => usize::from(int.bytes) * channels,
            Encoding::Float { bytes, .. } => usize::from(bytes) * channels,
            Encoding::ALaw | Encoding::MuLaw => channels,
            Encoding::AdpcmIma { block_bytes } | Encoding::AdpcmMs { block_bytes } => usize::from(block_bytes).max(1),
            Encoding::Mp3 | Encoding::Foreign(_) => 1,
        }
    }

    /// Frames of a block of so many bytes; none where the encoding does not tell.
    pub fn frames_in(&self, bytes: usize) -> Option<usize> {
        let channels = usize::from(self.channels);
        // A block begins with a sample or two of each channel; halves of bytes follow.
        let adpcm = |head: usize, first: usize| match bytes.checked_sub(head * channels) {
            Some(rest) => rest * 2 / channels + first,
            None => 0,
        };
        match self.encoding {
            Encoding::AdpcmIma { .. } => Some(adpcm(4, 1)),
            Encoding::AdpcmMs { .. } => Some(adpcm(7, 2)),
            Encoding::Mp3 | Encoding::Foreign(_) => None,
            _ => Some(bytes / self.block_bytes()),
        }
    }

    /// Frames of a run of so many bytes.
    pub fn frames(&self, bytes: u64) -> Option<u64> {
        let block_bytes = self.block_bytes();
        let whole = (bytes / block_bytes as u64).saturating_mul(self.frames_in(block_bytes)? as u64);
        Some(whole.saturating_add(self.frames_in((bytes % block_bytes as u64) as usize)? as u64))
    }
}

impl std::fmt::Display for Foreign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tag = match *self {
            Self::Tag(tag) => tag,
            Self::Int(bits) => return write!(f, "integers of {bits} bits"),
            Self::Float(bits) => return write!(f, "floats of {bits} bits"),
            Self::Unknown => return f.write_str("an encoding of its maker's own"),
            Self::Au(number) => return write!(f, "AU's encoding {number}"),
        };
        let name = match tag {
            0x02 | 0x11 => "ADPCM of other than 4 bits",
            0x10 => "OKI ADPCM",
            0x20 => "Yamaha ADPCM",
            0x22 => "TrueSpeech",
            0x31 => "GSM 6.10",
            0x40 | 0x14 | 0x42 => "G.723",
            0x45 | 0x64 => "G.726",
            0x50 => "MPEG audio of layer 1 or 2",
            0x65 | 0x028F => "G.722",
            0x83 => "G.729",
            0x92 | 0x2000 => "AC-3",
            0x0160..=0x0163 => "Windows Media Audio",
            0x0200 => "Creative ADPCM",
            0x0270 => "ATRAC3",
            0x00FF | 0x1600..=0x1610 | 0xA106 => "AAC",
            0x2001 => "DTS",
            0x566F | 0x674F..=0x6771 => "Ogg Vorbis",
            0x704F => "Opus",
            0xA109 => "Speex",
            0xF1AC => "FLAC",
            _ => return write!(f, "the encoding {tag:#06x}"),
        };
        f.write_str(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(words: [u16; 8], more: &[u8]) -> Vec<u8> {
        let [tag, channels, rate, rate_high, speed, speed_high, block, bits] = words;
        let words = [tag, channels, rate, rate_high, speed, speed_high, block, bits];
        words.iter().flat_map(|word| word.to_le_bytes()).chain(more.iter().copied()).collect()
    }

    fn int(format: &Format) -> Int {
        match format.encoding {
            Encoding::Int(int) => int,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn wrong_blocks_and_byte_rates_count_for_nothing() {
        for (speed, block) in [(32_000, 2), (0, 2), (16_000, 1), (7, 0), (0, 9)] {
            let format = Format::of_wave(&chunk([1, 1, 16_000, 0, speed, 0, block, 16], &[]), false).unwrap();
            assert_eq!((format.block_bytes(), format.rate_hz, int(&format).bits), (2, 16_000, 16));
        }
    }

    #[test]
    fn fewer_bits_than_bytes_hold_are_known() {
        let twelve = Format::of_wave(&chunk([1, 1, 16_000, 0, 0, 0, 2, 12], &[]), false).unwrap();
        assert_eq!((int(&twelve).bytes, int(&twelve).bits), (2, 12));
        let wide = Format::of_wave(&chunk([1, 1, 16_000, 0, 0, 0, 4, 24], &[]), false).unwrap();
        assert_eq!((int(&wide).bytes, int(&wide).maybe_wide), (3, true));
        let mut more = vec![22, 0, 20, 0, 4, 0, 0, 0, 1, 0];
        more.extend(TAG_BASES[0]);
        let twenty = Format::of_wave(&chunk([EXTENSIBLE, 1, 16_000, 0, 0, 0, 3, 24], &more), false).unwrap();
        assert_eq!((int(&twenty).bytes, int(&twenty).bits), (3, 20));
        more[12] = 9;
        let own = Format::of_wave(&chunk([EXTENSIBLE, 1, 16_000, 0, 0, 0, 3, 24], &more), false).unwrap();
        assert_eq!(own.encoding, Encoding::Foreign(Foreign::Unknown));
    }

    #[test]
    fn blocks_of_adpcm_have_their_frames() {
        let ima = Format::of_wave(&chunk([0x11, 1, 16_000, 0, 0, 0, 1024, 4], &[]), false).unwrap();
        assert_eq!((ima.frames_in(1024), ima.frames(2 * 1024 + 4)), (Some(2041), Some(4083)));
        let ms = Format::of_wave(&chunk([0x02, 2, 16_000, 0, 0, 0, 1024, 4], &[]), false).unwrap();
        assert_eq!(ms.frames_in(1024), Some(1012));
    }

    #[test]
    fn what_is_not_read_has_a_name() {
        let name = |tag: u16, bits: u16| match Format::of_wave(&chunk([tag, 1, 8000, 0, 0, 0, 65, bits], &[]), false)
            .unwrap()
            .encoding
        {
            Encoding::Foreign(foreign) => foreign.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(name(0x31, 0), "GSM 6.10");
        assert_eq!(name(0x1234, 0), "the encoding 0x1234");
        assert_eq!(name(3, 16), "floats of 16 bits");
        assert_eq!(name(0x11, 3), "ADPCM of other than 4 bits");
        assert!(Format::of_wave(&[0; 10], false).is_err());
        assert!(Format::of_wave(&chunk([1, 0, 8000, 0, 0, 0, 2, 16], &[]), false).is_err());
    }
}
