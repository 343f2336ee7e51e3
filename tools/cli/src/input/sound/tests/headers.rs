//! Headers that say otherwise than it is, and encodings of plain samples.

use super::{Heard, RATE_HZ, chunk, floats, fmt, heard, pcm, plain, riff, sized, voice};

/// Reads these bytes as the voice, bit for bit, without a word.
fn assert_voice(bytes: &[u8], what: &str) {
    let expected = Heard { rate_hz: RATE_HZ, channels: 1, samples: floats(&voice()), notes: String::new() };
    let heard = heard(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!((heard.rate_hz, heard.channels, &heard.notes[..]), (RATE_HZ, 1, ""), "{what}");
    assert!(heard.samples == expected.samples, "{what}: {} of {} samples", heard.samples.len(), expected.samples.len());
}

#[test]
fn sizes_that_are_not_known_yet_go_to_the_end() {
    let fmt = chunk(b"fmt ", &fmt(1, 1, RATE_HZ, 16));
    let data = pcm(&voice());
    for size in [0, 0xFFFF_FFFF, 0x7FFF_FFFF, 0x7FFF_FF00, 0x8000_0000, 0xFFFF_FF00] {
        let mut file = riff(&[fmt.clone(), sized(b"data", size, &data)]);
        file[4..8].copy_from_slice(&size.to_le_bytes());
        assert_voice(&file, &format!("{size:#x}"));
    }
    let mut short = plain(&voice());
    short[4..8].copy_from_slice(&36u32.to_le_bytes());
    assert_voice(&short, "the size of the whole counts for nothing");
}

#[test]
fn other_chunks_are_passed_over_with_or_without_pad_bytes() {
    let (fmt, data) = (chunk(b"fmt ", &fmt(1, 1, RATE_HZ, 16)), chunk(b"data", &pcm(&voice())));
    let odd = [0x3C, 0, 0, 0, 0x7F, 0, 0x7F];
    assert_voice(&riff(&[fmt.clone(), chunk(b"inst", &odd), data.clone()]), "padded");
    assert_voice(&riff(&[fmt.clone(), sized(b"inst", 7, &odd), data.clone()]), "not padded");
    let padded_otherwise = [sized(b"inst", 7, &odd), vec![b'x']].concat();
    assert_voice(&riff(&[fmt.clone(), padded_otherwise, data.clone()]), "padded with something");
    let around = [chunk(b"JUNK", &[0; 92]), fmt.clone(), chunk(b"fact", &[9, 0, 0, 0]), data.clone()];
    assert_voice(
        &riff(&[&around[..], &[chunk(b"LIST", b"INFOISFT\x02\0\0\0me"), chunk(b"C2PA", &[1; 401])]].concat()),
        "around",
    );
    assert_voice(&[b"ID3\x04\0\0\0\0\0\x0A".to_vec(), vec![0; 10], plain(&voice())].concat(), "behind a tag");
    assert_voice(&[plain(&voice()), b"TAG".to_vec(), vec![0; 125]].concat(), "before a tag");
    assert_voice(&[plain(&voice()), vec![0; 70_000]].concat(), "before nothing");
    assert_voice(&riff(&[fmt, sized(b"data", 12_001, &[&pcm(&voice())[..], &[1]].concat())]), "with an odd byte");
}

#[test]
fn formats_of_every_length_are_read() {
    for length in [16, 17, 18, 20, 24, 40, 41, 300] {
        let mut format = fmt(1, 1, RATE_HZ, 16);
        format.resize(length, 0x21);
        assert_voice(&riff(&[chunk(b"fmt ", &format), chunk(b"data", &pcm(&voice()))]), &format!("{length} bytes"));
    }
    let short = riff(&[chunk(b"fmt ", &fmt(1, 1, RATE_HZ, 16)[..14]), chunk(b"data", &pcm(&voice()))]);
    assert_voice(&short, "without bits");
}

#[test]
fn long_and_turned_forms_are_read() {
    let (fmt16, data) = (chunk(b"fmt ", &fmt(1, 1, RATE_HZ, 16)), pcm(&voice()));
    for (name, long) in [(b"RF64", data.len() as u64), (b"BW64", data.len() as u64), (b"RF64", 0), (b"RF64", 1 << 40)] {
        let ds64 = [90u64, long, 6000].iter().flat_map(|size| size.to_le_bytes()).chain([0; 4]).collect::<Vec<u8>>();
        let mut file = riff(&[chunk(b"ds64", &ds64), fmt16.clone(), sized(b"data", u32::MAX, &data)]);
        file[..8].copy_from_slice(&[name[0], name[1], name[2], name[3], 255, 255, 255, 255]);
        assert_voice(&file, &format!("{} with {long}", String::from_utf8_lossy(name)));
        if long == data.len() as u64 {
            assert_voice(&[file, chunk(b"bext", &[7; 602])].concat(), "with a chunk behind it");
        }
    }
    let turned: Vec<u8> = voice().iter().flat_map(|sample| sample.to_be_bytes()).collect();
    let mut file = b"RIFX\0\0\0\0WAVEfmt \0\0\0\x10\0\x01\0\x01\0\0\x3E\x80\0\0\x7D\0\0\x02\0\x10data".to_vec();
    file.extend((turned.len() as u32).to_be_bytes());
    file.extend(turned);
    assert_voice(&file, "RIFX");
}

#[test]
fn wide_and_narrow_integers_are_the_same_sound() {
    let voice = voice();
    let wav = |fmt: Vec<u8>, data: Vec<u8>| riff(&[chunk(b"fmt ", &fmt), chunk(b"data", &data)]);
    let bytes = |shift: u32, count: usize| -> Vec<u8> {
        voice.iter().flat_map(|&s| (i64::from(s) << shift).to_le_bytes()[..count].to_vec()).collect()
    };
    assert_voice(&wav(fmt(1, 1, RATE_HZ, 24), bytes(8, 3)), "24");
    assert_voice(&wav(fmt(1, 1, RATE_HZ, 32), bytes(16, 4)), "32");
    assert_voice(&wav(fmt(1, 1, RATE_HZ, 64), bytes(48, 8)), "64");
    let mut wide = fmt(1, 1, RATE_HZ, 24);
    wide[12] = 4;
    assert_voice(&wav(wide.clone(), bytes(8, 4)), "24 in the lower bits of 32");
    assert_voice(&wav(wide.clone(), bytes(16, 4)), "24 in the upper bits of 32");
    assert_voice(&wav(wide, bytes(8, 3)), "24 in 3 bytes, the block wrong");
    for (bits, valid, shift, count) in [(24u16, 20u16, 8, 3), (32, 24, 16, 4), (32, 24, 8, 4), (24, 0, 8, 3)] {
        let mut long = fmt(0xFFFE, 1, RATE_HZ, bits);
        long.extend([
            22,
            0,
            valid as u8,
            0,
            4,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            0,
            0,
            0x10,
            0,
            0x80,
            0,
            0,
            0xAA,
            0,
            0x38,
            0x9B,
            0x71,
        ]);
        assert_voice(&wav(long, bytes(shift, count)), &format!("{valid} in {bits}, extensible"));
    }
    let twelve: Vec<u8> = voice.iter().flat_map(|sample| (sample >> 4).to_le_bytes()).collect();
    let heard = heard(&wav(fmt(1, 1, RATE_HZ, 12), twelve)).unwrap();
    let expected: Vec<f32> = voice.iter().map(|sample| f32::from(sample >> 4) / 2048.0).collect();
    assert!(heard.samples == expected && heard.notes.is_empty(), "{}", heard.notes);
}

#[test]
fn floats_are_read_as_they_are_and_as_integers_that_they_were() {
    let samples = floats(&voice());
    let wav = |bits: u16, data: Vec<u8>| riff(&[chunk(b"fmt ", &fmt(3, 1, RATE_HZ, bits)), chunk(b"data", &data)]);
    assert_voice(&wav(32, samples.iter().flat_map(|s| s.to_le_bytes()).collect()), "f32");
    assert_voice(&wav(64, samples.iter().flat_map(|s| f64::from(*s).to_le_bytes()).collect()), "f64");
    let scaled = heard(&wav(32, samples.iter().flat_map(|s| (s * 32768.0).to_le_bytes()).collect())).unwrap();
    assert!(
        scaled.samples == samples
            && scaled.notes.ends_with("its floats are integers of 16 bits: they are read as such")
    );
    let hot = heard(&wav(32, samples.iter().flat_map(|s| (s * 4.0).to_le_bytes()).collect())).unwrap();
    assert!(hot.samples.iter().zip(&samples).all(|(hot, sample)| *hot == sample * 4.0), "loud floats are kept");
    let mut gap = samples.clone();
    gap[4000] = f32::NAN;
    let gap = heard(&wav(32, gap.iter().flat_map(|s| s.to_le_bytes()).collect()));
    assert_eq!(gap.unwrap_err(), "a.wav: sample 4000 is not a number");
}

#[test]
fn blocks_and_byte_rates_that_are_wrong_count_for_nothing() {
    for (byte_rate, block) in [(0u32, 2u16), (16_000, 1), (1, 0), (u32::MAX, 4)] {
        let mut format = fmt(1, 1, RATE_HZ, 16);
        format[8..12].copy_from_slice(&byte_rate.to_le_bytes());
        format[12..14].copy_from_slice(&block.to_le_bytes());
        let file = riff(&[chunk(b"fmt ", &format), chunk(b"data", &pcm(&voice()))]);
        assert_voice(&file, &format!("{byte_rate} {block}"));
    }
}

#[test]
fn opposite_phases_are_heard_and_told_of() {
    let voice = voice();
    let both: Vec<i16> = voice.iter().flat_map(|&sample| [sample, -sample]).collect();
    let file = riff(&[chunk(b"fmt ", &fmt(1, 2, RATE_HZ, 16)), chunk(b"data", &pcm(&both))]);
    let heard = heard(&file).unwrap();
    let left: Vec<f32> = heard.samples.chunks(2).map(|frame| frame[0]).collect();
    assert!(left == floats(&voice) && heard.samples.chunks(2).all(|frame| frame[0] == frame[1]));
    assert!(heard.notes.starts_with("a.wav: its channels are of opposite phase"), "{}", heard.notes);
}

#[test]
fn quiet_silent_and_clipped_sounds_are_told_with_their_level() {
    let scaled = |factor: f32| {
        let data: Vec<u8> = floats(&voice()).iter().flat_map(|sample| (sample * factor).to_le_bytes()).collect();
        heard(&riff(&[chunk(b"fmt ", &fmt(3, 1, RATE_HZ, 32)), chunk(b"data", &data)])).unwrap().notes
    };
    assert!(scaled(0.001).starts_with("a.wav: it is very quiet, -7"), "{}", scaled(0.001));
    assert_eq!(scaled(0.1), "");
    assert!(heard(&plain(&[0; 8000])).unwrap().notes.starts_with("a.wav: it is silent"));
    let cut: Vec<i16> = voice().iter().map(|sample| sample.saturating_mul(8)).collect();
    assert!(heard(&plain(&cut)).unwrap().notes.starts_with("a.wav: it is clipped"));
}

#[test]
fn what_is_no_sound_is_said_in_one_line() {
    let error = |bytes: &[u8]| heard(bytes).unwrap_err();
    assert_eq!(error(b""), "cannot read a.wav: it is empty");
    assert!(error(b"This is not a sound at all.").starts_with("cannot read a.wav: it is not a sound of a known kind"));
    assert!(error(b"<!DOCTYPE html><html>404").contains("not a sound but a web page"));
    assert!(error(b"version https://git-lfs.github.com/spec/v1\n").contains("git lfs pull"));
    assert_eq!(error(&plain(&[])), "cannot read a.wav: it holds no samples");
    let data = chunk(b"data", &pcm(&voice()));
    assert!(error(&riff(std::slice::from_ref(&data))).ends_with("there is no fmt chunk"));
    assert!(error(&riff(&[chunk(b"fmt ", &fmt(1, 0, RATE_HZ, 16)), data.clone()])).ends_with("it has no channels"));
    assert!(error(&riff(&[chunk(b"fmt ", &fmt(1, 1, 100, 16)), data.clone()])).contains("its sample rate is 100 Hz"));
    assert!(
        error(&riff(&[chunk(b"fmt ", &fmt(1, 65, RATE_HZ, 16)), data.clone()]))
            .contains("65 channels, at most 64 are read")
    );
    let gsm = riff(&[chunk(b"fmt ", &fmt(0x31, 1, 8000, 0)), data]);
    assert_eq!(error(&gsm), "a.wav is GSM 6.10, which is not read: `ffmpeg -i a.wav a-pcm.wav` converts it");
}
