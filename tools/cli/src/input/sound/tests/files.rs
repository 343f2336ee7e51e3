//! Files as other programs write them, in tests/data/sound, and forms that are written here: against the samples that went in.

use std::path::PathBuf;

use super::{RATE_HZ, chunk, floats, fmt, heard, riff, voice};

fn file(name: &str) -> Vec<u8> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/data/sound"].iter().collect();
    std::fs::read(folder.join(name)).unwrap()
}

/// Reads the voice, at most so many samples longer than it was, at lag zero, as like it as that.
fn assert_like_voice(name: &str, bytes: &[u8], longer: usize, least: f64) {
    let heard = heard(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    let voice = floats(&voice());
    assert_eq!((heard.rate_hz, heard.channels, &heard.notes[..]), (RATE_HZ, 1, ""), "{name}");
    assert!(heard.samples.len().abs_diff(voice.len()) <= longer, "{name}: {} samples", heard.samples.len());
    let alike = |lag: isize| {
        // Every third sample tells a lag apart as well as all do.
        let pairs = (0..voice.len())
            .step_by(3)
            .filter_map(|i| Some((voice[i], *heard.samples.get(i.checked_add_signed(lag)?)?)));
        let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
        for (x, y) in pairs.map(|(x, y)| (f64::from(x), f64::from(y))) {
            (xy, xx, yy) = (xy + x * y, xx + x * x, yy + y * y);
        }
        xy / (xx * yy).sqrt()
    };
    let best = (-1200..=1200).max_by(|&a, &b| alike(a).total_cmp(&alike(b))).unwrap();
    assert!(best.abs() <= 1, "{name}: {best} samples late");
    assert!(alike(0) > least, "{name}: r {:.4}", alike(0));
}

#[test]
fn lossless_files_are_the_samples_to_the_bit() {
    for name in ["slice.flac", "alac.m4a"] {
        let heard = heard(&file(name)).unwrap();
        assert!(heard.samples == floats(&voice()) && heard.notes.is_empty(), "{name}: {}", heard.samples.len());
    }
}

#[test]
fn lossy_files_are_like_the_samples_and_neither_late_nor_longer() {
    // An MP3 in a WAV file and ADPCM come in whole blocks, and do not tell how far the last is filled; nor does the library see
    // it in an Ogg file of a single page.
    for (name, longer, least) in [
        ("slice.mp3", 0, 0.98),
        ("mp3.wav", 576, 0.98),
        ("slice.ogg", 192, 0.95),
        ("slice.m4a", 16, 0.98),
        ("adpcm_ms.wav", 2036, 0.99),
        ("adpcm_ima.wav", 2041, 0.99),
    ] {
        assert_like_voice(name, &file(name), longer, least);
    }
}

#[test]
fn telephone_codes_are_like_the_samples() {
    for (tag, au, code) in [(6, 27, alaw as fn(i16) -> u8), (7, 1, mulaw)] {
        let data: Vec<u8> = voice().iter().map(|&sample| code(sample)).collect();
        let wav = riff(&[chunk(b"fmt ", &fmt(tag, 1, RATE_HZ, 8)), chunk(b"data", &data)]);
        assert_like_voice("G.711 in WAV", &wav, 0, 0.999);
        let head = [24, u32::MAX, au, RATE_HZ, 1].iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
        assert_like_voice("G.711 in AU", &[b".snd".to_vec(), head, data].concat(), 0, 0.999);
    }
}

#[test]
fn apples_and_suns_forms_are_the_samples_to_the_bit() {
    let big: Vec<u8> = voice().iter().flat_map(|sample| sample.to_be_bytes()).collect();
    let be = |name: &[u8; 4], body: &[u8]| [&name[..], &(body.len() as u32).to_be_bytes(), body].concat();
    // 16 kHz as a float of 80 bits.
    let common = [&[0, 1, 0, 0, 0x17, 0x70, 0, 16, 0x40, 0x0C, 0xFA][..], &[0; 7]].concat();
    let sound = [&[0; 8][..], &big].concat();
    let aiff = be(b"FORM", &[b"AIFF".to_vec(), be(b"COMM", &common), be(b"SSND", &sound)].concat());
    let mut caf = b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20".to_vec();
    caf.extend(16_000f64.to_be_bytes());
    caf.extend(b"lpcm");
    caf.extend([0u32, 2, 1, 1, 16].iter().flat_map(|word| word.to_be_bytes()));
    caf.extend([b"data".to_vec(), (4 + big.len() as u64).to_be_bytes().to_vec(), vec![0; 4], big.clone()].concat());
    let head = [32, big.len() as u32, 3, RATE_HZ, 1].iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
    let au = [b".snd".to_vec(), head, vec![0; 8], big.clone()].concat();
    for (name, bytes) in [("AIFF", aiff), ("CAF", caf), ("AU", au)] {
        let heard = heard(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(heard.samples == floats(&voice()), "{name}: {}", heard.samples.len());
        assert_eq!((heard.rate_hz, heard.channels, &heard.notes[..]), (RATE_HZ, 1, ""), "{name}");
    }
}

#[test]
fn files_go_by_what_they_are_and_not_by_their_names() {
    // `heard` calls all of them a.wav.
    assert!(heard(&file("slice.opus")).unwrap_err().starts_with("a.wav is Opus, which is not read: `ffmpeg -i a.wav"));
    let w64 = b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\0\0";
    assert!(heard(w64).unwrap_err().starts_with("a.wav is Wave64 (W64), which is not read"));
}

#[test]
fn files_that_are_cut_or_damaged_are_read_as_far_as_they_go() {
    for name in ["slice.flac", "slice.mp3", "slice.ogg", "slice.m4a", "adpcm_ms.wav", "adpcm_ima.wav", "mp3.wav"] {
        let whole = file(name);
        // The table of contents of an MP4 stands behind its sound; so short an Ogg file is one page.
        if matches!(name, "slice.m4a" | "slice.ogg") {
            assert!(heard(&whole[..whole.len() - 400]).unwrap_err().starts_with("cannot read a.wav: it "));
            continue;
        }
        let part = heard(&whole[..whole.len() * 3 / 4]).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!((2000..6000).contains(&part.samples.len()), "{name}: {} samples", part.samples.len());
    }
}

fn alaw(sample: i16) -> u8 {
    let (sign, magnitude) = if sample < 0 { (0, !sample) } else { (0x80, sample) };
    let magnitude = (magnitude >> 3).min(0xFFF);
    let exponent = (16 - (magnitude as u16 >> 4).leading_zeros()).saturating_sub(0).min(7) as u8;
    let exponent = if magnitude < 32 { u8::from(magnitude >= 16) } else { exponent };
    let mantissa = if exponent < 2 { magnitude & 15 } else { magnitude >> (exponent - 1) & 15 };
    (sign | exponent << 4 | mantissa as u8) ^ 0x55
}

fn mulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (i32::from(sample).abs() + 0x84).min(0x7FFF) as u32;
    let exponent = 24 - magnitude.leading_zeros();
    let exponent = exponent.min(7);
    !(sign | (exponent << 4) as u8 | (magnitude >> (exponent + 3) & 15) as u8)
}
