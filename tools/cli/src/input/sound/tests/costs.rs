//! What headers claim and bytes do not bear out: it is neither memory nor work.

use std::path::Path;

use super::damage::tried;
use super::heard;
use crate::allocations::MOST_BYTES;

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sound").join(name)).unwrap()
}

/// A box of an MP4 file.
fn mp4(name: &[u8], body: &[u8]) -> Vec<u8> {
    [&(8 + body.len() as u32).to_be_bytes()[..], name, body].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// Numbers of bits, from the lowest bit on, as Vorbis has them.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn push(&mut self, number: u32, count: u32) -> &mut Self {
        for place in 0..count {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((number >> place & 1) as u8) << (self.count % 8);
            self.count += 1;
        }
        self
    }
}

/// A setup header of `count` codebooks of 2^17 entries, which take 11 bytes each.
fn setup(count: u32, length: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(count - 1, 8);
    for _ in 0..count {
        bits.push(0x56_43_42, 24).push(1, 16).push(1 << 17, 24);
        // In the order of their lengths, all of one length; no vectors.
        bits.push(1, 1).push(16, 5);
        for _ in 17..length {
            bits.push(0, 18);
        }
        bits.push(1 << 17, 18).push(0, 4);
    }
    // A time transform, a floor, a residue, a mapping and a mode that do nothing.
    bits.push(0, 6).push(0, 16);
    bits.push(0, 6).push(1, 16).push(0, 5).push(0, 2).push(4, 4);
    bits.push(0, 6).push(0, 16).push(0, 24).push(0, 24).push(0, 24).push(0, 6).push(0, 8).push(0, 4);
    bits.push(0, 6).push(0, 16).push(0, 4).push(0, 24);
    bits.push(0, 6).push(0, 1).push(0, 16).push(0, 16).push(0, 8);
    bits.push(1, 1);
    [&b"\x05vorbis"[..], &bits.bytes].concat()
}

/// A page of an Ogg stream with whole packets.
fn page(number: u32, flags: u8, packets: &[&[u8]]) -> Vec<u8> {
    let mut lacing = Vec::new();
    for packet in packets {
        lacing.extend(vec![255; packet.len() / 255]);
        lacing.push((packet.len() % 255) as u8);
    }
    let head = [&b"OggS\0"[..], &[flags], &[0; 8], &7u32.to_le_bytes(), &number.to_le_bytes(), &[0; 4]].concat();
    let mut page = [head, vec![lacing.len() as u8], lacing, packets.concat()].concat();
    let sum = page.iter().fold(0u32, |sum, byte| {
        let shift = |sum: u32, _| if sum >> 31 == 1 { sum << 1 ^ 0x04C1_1DB7 } else { sum << 1 };
        (0..8).fold(sum ^ u32::from(*byte) << 24, shift)
    });
    page[22..26].copy_from_slice(&sum.to_le_bytes());
    page
}

fn vorbis(setup: &[u8]) -> Vec<u8> {
    let slice = file("slice.ogg");
    // The first page holds the first header alone.
    let first = &slice[28..58];
    let comment = b"\x03vorbis\0\0\0\0\0\0\0\0\x01";
    [page(0, 2, &[first]), page(1, 0, &[comment, setup]), page(2, 4, &[&[0; 40]])].concat()
}

#[test]
fn codebooks_take_no_more_than_encoders_need() {
    let large = vorbis(&setup(2, 17));
    let (samples, bytes) = tried(&large);
    assert!(samples.is_none() && bytes <= MOST_BYTES, "{bytes} bytes for {}", large.len());
    let error = heard(&large).unwrap_err();
    assert!(error.ends_with("its codebooks take more than 24 MB"), "{error}");
    assert!(heard(&file("slice.ogg")).is_ok());
}

#[test]
fn codewords_longer_than_there_can_be_are_damage() {
    for length in [33, 60, 1000] {
        let error = heard(&vorbis(&setup(1, length))).unwrap_err();
        assert!(error.contains("damaged"), "{error}");
    }
}

#[test]
fn packets_are_no_longer_than_they_can_be() {
    let caf = |codec: &[u8; 4], bytes: u32, frames: u32, channels: u32| {
        let mut caf = b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20".to_vec();
        caf.extend(16_000f64.to_be_bytes());
        caf.extend([&codec[..], &words(&[0, bytes, frames, channels, 16])].concat());
        caf.extend([&b"data"[..], &1000u64.to_be_bytes(), &[0; 1000]].concat());
        caf
    };
    for file in [
        caf(b"ima4", 34, 0x7FFF_FFFF, 1),
        caf(b"ima4", 34, 0x0100_0000, 2),
        caf(b"lpcm", 2, u32::MAX, 1),
        caf(b"lpcm", 0x1_0000, 1, 0x7FFF),
    ] {
        let (samples, bytes) = tried(&file);
        assert!(samples.is_none() && bytes <= MOST_BYTES, "{bytes} bytes for {}", file.len());
    }
}

#[test]
fn packets_without_bytes_are_no_silence_without_end() {
    let film = file("fragments.m4a");
    // Without the index of its fragments, which ends it.
    let film = &film[..film.windows(4).position(|name| name == b"mfra").unwrap() - 4];
    let (whole, _) = tried(film);
    // A fragment of track 1 has 2^22 packets of 1024 ticks each and no bytes.
    let track = [
        mp4(b"tfhd", &words(&[0x02_00_18, 1, 1024, 0])),
        mp4(b"tfdt", &words(&[0, 16_000])),
        mp4(b"trun", &words(&[0, 1 << 22])),
    ];
    let moof = mp4(b"moof", &[mp4(b"mfhd", &words(&[0, 2])), mp4(b"traf", &track.concat())].concat());
    let long = [film, &moof, &mp4(b"mdat", &[0; 8])].concat();
    let (samples, bytes) = tried(&long);
    let most = whole.unwrap() + 100 * 1024;
    assert!(samples.is_some_and(|samples| samples <= most) && bytes <= MOST_BYTES, "{samples:?}, {bytes} bytes");
    assert!(heard(&long).unwrap().notes.contains("its packets are empty"));
}

#[test]
fn box_whose_head_passes_its_end_is_passed_over() {
    let moov = mp4(b"moov", &[&1u32.to_be_bytes()[..], b"mvhd"].concat());
    let film = [mp4(b"ftyp", b"M4A \0\0\0\0"), moov, mp4(b"free", &[0; 100])].concat();
    assert!(heard(&film).unwrap_err().starts_with("cannot read a.wav: "));
}

#[test]
fn run_of_any_length_has_a_number_of_frames() {
    // Eight bytes of ADPCM hold nine frames, so the frames of a run do not fit where its bytes do.
    use super::super::format::{Encoding, Format};
    let format = Format { rate_hz: 16_000, channels: 1, encoding: Encoding::AdpcmIma { block_bytes: 8 } };
    assert_eq!((format.frames(16), format.frames(u64::MAX)), (Some(18), Some(u64::MAX)));
}
