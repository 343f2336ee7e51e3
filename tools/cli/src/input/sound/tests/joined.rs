//! Files that are more than one, or less: several data chunks, files laid end to end, files that are cut.

use super::{RATE_HZ, chunk, floats, fmt, heard, pcm, plain, riff, sized, voice};

#[test]
fn several_data_chunks_are_one_sound() {
    let (fmt, data) = (chunk(b"fmt ", &fmt(1, 1, RATE_HZ, 16)), pcm(&voice()));
    let file = riff(&[fmt, chunk(b"data", &data[..5000]), chunk(b"LIST", b"odd"), chunk(b"data", &data[5000..])]);
    let heard = heard(&file).unwrap();
    assert!(heard.samples == floats(&voice()) && heard.notes.is_empty(), "{}", heard.notes);
}

#[test]
fn files_laid_end_to_end_are_one_sound() {
    let voice = voice();
    let [a, b, c] = [&voice[..2000], &voice[2000..2001], &voice[2001..]];
    let open_ended =
        |samples: &[i16]| riff(&[chunk(b"fmt ", &fmt(1, 1, RATE_HZ, 16)), sized(b"data", u32::MAX, &pcm(samples))]);
    let whole_size = |samples: &[i16]| {
        // As it is sent in pieces: the first header counts everything that follows it.
        riff(&[chunk(b"fmt ", &fmt(1, 1, RATE_HZ, 16)), sized(b"data", 40_000, &pcm(samples))])
    };
    let wider: Vec<u8> = c.iter().flat_map(|&s| (i32::from(s) << 8).to_le_bytes()[..3].to_vec()).collect();
    let wider = riff(&[chunk(b"fmt ", &fmt(1, 1, RATE_HZ, 24)), chunk(b"data", &wider)]);
    for (what, file) in [
        ("with their sizes", [plain(a), plain(b), plain(c)].concat()),
        ("without sizes", [open_ended(a), open_ended(b), open_ended(c)].concat()),
        ("with the size of all", [whole_size(a), plain(b), plain(c)].concat()),
        ("of 16 bits and 24", [plain(a), plain(b), wider].concat()),
    ] {
        let heard = heard(&file).unwrap();
        assert!(heard.samples == floats(&voice), "{what}: {} samples", heard.samples.len());
        assert_eq!(heard.notes, "", "{what}");
    }
}

#[test]
fn parts_of_another_rate_are_left_out_and_counted() {
    let part = |channels: u16, rate_hz: u32| {
        riff(&[chunk(b"fmt ", &fmt(1, channels, rate_hz, 16)), chunk(b"data", &pcm(&voice()))])
    };
    let heard = heard(&[part(1, 16_000), part(1, 8000), part(2, 16_000), part(1, 16_000)].concat()).unwrap();
    assert!(heard.samples == [floats(&voice()), floats(&voice())].concat());
    // 6000 samples at 8 kHz, and as many of two channels at 16.
    let left_out = "files are joined in it, and 0.94 s after 0.38 s are left out: they have 2 channels at 16000 Hz, the first 1 at 16000 Hz";
    assert_eq!(heard.notes, format!("a.wav: {left_out}"));
}

#[test]
fn file_that_is_cut_is_read_as_far_as_it_goes() {
    let whole = plain(&voice());
    let heard = heard(&whole[..whole.len() - 3001]).unwrap();
    assert!(heard.samples == floats(&voice()[..4499]));
    assert_eq!(heard.notes, "a.wav: it ends 0.09 s before its header says: the rest is missing");
}

#[test]
fn samples_that_a_header_does_not_count_are_read() {
    // More than half a second: less would be taken for a tag.
    let long: Vec<i16> = voice().iter().cycle().take(24_000).copied().collect();
    let file = riff(&[chunk(b"fmt ", &fmt(1, 1, RATE_HZ, 16)), sized(b"data", 4000, &pcm(&long))]);
    let heard = heard(&file).unwrap();
    assert!(heard.samples == floats(&long), "{}", heard.samples.len());
    assert_eq!(heard.notes, "a.wav: it has more samples than its header says: all are read");
}
