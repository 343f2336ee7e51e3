//! Thousands of damaged files: an error or some samples, never a panic, and no more memory than their bytes account for.

use std::io::Cursor;
use std::path::Path;

use super::{RATE_HZ, Sound, chunk, fmt, pcm, plain, riff, sized, voice};
use crate::allocations::peak_of;

/// What a reader holds of any file: what it reads ahead, and a decoder's tables.
const MOST_BYTES: usize = 24 << 20;

/// Numbers that differ, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

/// A copy with a few faults, most of them near the start.
fn damaged(file: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    const EXTREMES: [u32; 10] = [0, 1, 2, 3, 0x7F, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, u32::MAX];
    let mut file = file.to_vec();
    for _ in 0..=numbers.next(3) {
        let most = if numbers.next(4) == 0 { file.len() } else { file.len().min(96) };
        let at = numbers.next(most);
        match numbers.next(6) {
            0 => file.truncate(at),
            1 => drop(file.drain(at..file.len().min(at + 1 + numbers.next(9)))),
            2 => file.insert(at, numbers.next(256) as u8),
            3 if at + 4 <= file.len() => {
                file[at..at + 4].copy_from_slice(&EXTREMES[numbers.next(EXTREMES.len())].to_le_bytes());
            }
            4 if at + 2 <= file.len() => {
                file[at..at + 2].copy_from_slice(&(EXTREMES[numbers.next(EXTREMES.len())] as u16).to_le_bytes());
            }
            _ if at < file.len() => file[at] ^= 1 << numbers.next(8),
            _ => {}
        }
    }
    file
}

/// Samples that are read of it, if any, and the bytes held at once.
pub(super) fn tried(file: &[u8]) -> (Option<usize>, usize) {
    peak_of(|| {
        let mut samples = 0;
        let sound = Sound::of_stream(Path::new("a"), Cursor::new(file.to_vec())).ok()?;
        sound
            .stream(&|_| {}, |piece| {
                samples += piece.len();
                Ok(())
            })
            .ok()?;
        Some(samples)
    })
}

/// Reads `count` damaged copies; gives how many gave samples.
fn try_all(name: &str, file: &[u8], count: usize) -> usize {
    let mut numbers = Numbers(7);
    let mut read = 0;
    for number in 0..count {
        let file = damaged(file, &mut numbers);
        let (samples, bytes) = tried(&file);
        assert!(bytes <= MOST_BYTES + 64 * file.len(), "{name} {number}: {bytes} bytes held for {}", file.len());
        read += usize::from(samples.is_some());
    }
    read
}

#[test]
fn headers_of_wav_files_may_say_anything() {
    let (voice, mono) = (voice(), chunk(b"fmt ", &fmt(1, 1, RATE_HZ, 16)));
    let float = |bits: u16| {
        let data: Vec<u8> = voice.iter().flat_map(|sample| f32::from(*sample).to_le_bytes()).collect();
        riff(&[chunk(b"fmt ", &fmt(3, 1, RATE_HZ, bits)), chunk(b"data", &data)])
    };
    let ds64 = chunk(b"ds64", &[9; 28]);
    let long = riff(&[ds64, mono.clone(), sized(b"data", u32::MAX, &pcm(&voice))]);
    let mut wide = fmt(1, 2, RATE_HZ, 24);
    wide[12] = 8;
    let files = [
        ("plain", plain(&voice[..900])),
        ("joined", [plain(&voice[..300]), plain(&voice[300..600]), plain(&voice[..300])].concat()),
        (
            "chunks",
            riff(&[
                chunk(b"LIST", b"abc"),
                mono.clone(),
                chunk(b"data", &pcm(&voice[..50])),
                chunk(b"data", &pcm(&voice[..99])),
            ]),
        ),
        ("float", float(32)),
        ("double", float(64)),
        ("wide", riff(&[chunk(b"fmt ", &wide), chunk(b"data", &pcm(&voice[..960]))])),
        ("long", [b"RF64".to_vec(), long[4..].to_vec()].concat()),
        ("A-law", riff(&[chunk(b"fmt ", &fmt(6, 2, RATE_HZ, 8)), chunk(b"data", &pcm(&voice[..400]))])),
        ("AU", [&b".snd\0\0\0\x18\xFF\xFF\xFF\xFF\0\0\0\x03\0\0\x3E\x80\0\0\0\x01"[..], &pcm(&voice[..400])].concat()),
    ];
    for (name, file) in files {
        let read = try_all(name, &file, 1000);
        assert!((100..1000).contains(&read), "{name}: {read} of 1000 gave samples");
    }
}

#[test]
fn bytes_of_compressed_files_may_be_anything() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sound");
    for (name, count) in [
        ("slice.flac", 150),
        ("slice.mp3", 150),
        ("slice.ogg", 150),
        ("slice.m4a", 150),
        ("alac.m4a", 150),
        ("fragments.m4a", 150),
        ("adpcm_ms.wav", 300),
        ("adpcm_ima.wav", 300),
        ("mp3.wav", 150),
        ("slice.opus", 50),
    ] {
        try_all(name, &std::fs::read(folder.join(name)).unwrap(), count);
    }
}

/// Found by fuzzing: times of samples as runs, whose counts have a sum past 32 bits.
#[test]
fn runs_of_an_mp4_may_count_more_samples_than_there_are_numbers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sound");
    for name in ["slice.m4a", "alac.m4a"] {
        let mut file = std::fs::read(folder.join(name)).unwrap();
        let runs = file.windows(4).position(|word| word == b"stts").unwrap() + 12;
        // Two runs of a count and a duration.
        file[runs..runs + 4].copy_from_slice(&1u32.to_be_bytes());
        file[runs + 8..runs + 12].copy_from_slice(&u32::MAX.to_be_bytes());
        tried(&file);
    }
}

#[test]
fn noise_is_no_sound() {
    let mut numbers = Numbers(1);
    for length in [1, 3, 8, 44, 4096, 70_000] {
        let noise: Vec<u8> = (0..length).map(|_| numbers.next(256) as u8).collect();
        assert_eq!(tried(&noise).0, None, "{length} bytes");
    }
}
