//! Speech of Wav2Vec2 packs as it comes: each chunk against the same sound as a clip, and a stream on such a pack.

use std::collections::BTreeMap;

use media2face::error::Error;
use media2face::internals::speech::{LiveSpeech, SpeechEncoder};
use media2face::internals::unit::{self, Unit};
use media2face::pack::{self, Pack, Size};
use media2face::{Stream, StreamOptions};
use serde_json::{Value, json};

use crate::live_speech::{backend, voice};
use crate::speech::wave_pack;
use crate::stream::{Clock, model, options};

/// Of the golden network.
const NETWORK: &str = "w2v_large_tiny";
const HOP: isize = 320;
const RECEPTIVE_FIELD: isize = 400;
const FRAME: f64 = 16_000.0 / 30.0;
/// A frame and a row begin together once in so many.
const FRAMES_TO_MEET: isize = 3;
const ROWS_TO_MEET: isize = 5;

fn encoder(changes: &Value) -> SpeechEncoder {
    SpeechEncoder::load(&wave_pack(NETWORK, changes)).expect("encoder")
}

#[test]
fn live_chunk_is_a_clip_of_its_own() {
    // Rows of context with which some chunks of each kind begin with a frame and a row.
    let streams = encoder(&json!({ "align": "rate", "context_s": 0.32 }));
    let whole = encoder(&json!({ "align": "rate", "chunk_s": 600 }));
    let (backend, samples) = (backend(), voice(2.0, 1));
    let mut compared = [0; 7];
    for (hop, ahead, before) in [(6, 3, 8), (3, 3, 4), (5, 0, 20)] {
        let unit = Unit::default();
        let live = LiveSpeech::new(&streams, &*backend, None, [hop, before], &unit);
        let mut live = unit::finish(live).expect("live");
        let rows = live.rows_of_step() as isize;
        let (mut end, mut pushed, mut silent) = (hop + ahead, 0, 0);
        while live.samples_for(end) <= samples.len() {
            while pushed < live.samples_for(end) {
                live.push(samples[pushed]);
                pushed += 1;
            }
            let mut given: BTreeMap<isize, Vec<f32>> = BTreeMap::new();
            let mut take = |frame: isize, row: &[f32]| drop(given.insert(frame, row.to_vec()));
            unit::finish(live.hear(end, &unit, &mut take)).expect("step");
            assert_eq!(given.keys().next_back(), Some(&(end as isize - 1)));
            silent += given.keys().filter(|frame| **frame < 0).count();
            // Only what begins with a frame and a row has its frames where a clip has them.
            let last_row = ((end as f64 - 0.5) * FRAME - 200.0) / 320.0;
            let first_row = last_row.floor() as isize + 2 - rows;
            if first_row.rem_euclid(ROWS_TO_MEET) == 0 {
                let first = first_row * HOP;
                let chunk = first..first + (rows - 1) * HOP + RECEPTIVE_FIELD;
                let chunk: Vec<f32> = chunk.map(|i| if i < 0 { 0.0 } else { samples[i as usize] }).collect();
                let expected = whole.encode(&*backend, &chunk, &mut |_| Ok(())).expect("features");
                let first_frame = first_row / ROWS_TO_MEET * FRAMES_TO_MEET;
                // The last frame of a clip reads past its last row in a stream.
                let frames = given.range((end - hop) as isize..end as isize);
                for (frame, row) in frames {
                    let expected = expected.row((frame - first_frame) as usize);
                    let difference = row.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(difference < 1e-5, "frame {frame} of {end}, hop {hop}: {difference:e}");
                    compared[hop] += 1;
                }
            }
            end += hop;
        }
        assert!(silent >= before, "hop {hop}: {silent} frames of silence");
    }
    assert!([3, 5, 6].iter().all(|&hop| compared[hop] > 6), "frames compared by hop: {compared:?}");
}

#[test]
fn restarted_chunks_are_as_new() {
    let encoder = encoder(&json!({ "align": "rate", "context_s": 0.3 }));
    let (backend, unit) = (backend(), Unit::default());
    let mut live = unit::finish(LiveSpeech::new(&encoder, &*backend, None, [6, 8], &unit)).expect("live");
    let mut takes = [(); 2].map(|()| {
        live.restart(false);
        voice(0.5, 2).into_iter().take(live.samples_for(12)).for_each(|sample| live.push(sample));
        let mut given: Vec<(isize, Vec<f32>)> = Vec::new();
        unit::finish(live.hear(12, &unit, &mut |frame, row| given.push((frame, row.to_vec())))).expect("step");
        unit::finish(live.foresee(18, &unit, &mut |frame, row| given.push((frame, row.to_vec())))).expect("step");
        given
    });
    assert_eq!(takes[0].last().map(|(frame, _)| *frame), Some(17));
    assert_eq!(std::mem::take(&mut takes[0]), takes[1]);
}

#[test]
fn wave_pack_that_cannot_stream_says_why() {
    let refused = |network: &str, changes: Value, word: &str| {
        let encoder = SpeechEncoder::load(&wave_pack(network, &changes)).expect("encoder");
        let (backend, unit) = (backend(), Unit::default());
        let made = unit::finish(LiveSpeech::new(&encoder, &*backend, None, [6, 8], &unit));
        let Err(Error::Unsupported(text)) = made.map(drop) else { panic!("{word}: taken") };
        assert!(text.contains(word), "{text}");
    };
    refused("w2v_base_tiny", json!({ "align": "rate" }), "feat_extract_norm");
    refused(NETWORK, json!({ "align": "rate", "do_normalize": true }), "do_normalize");
    refused(NETWORK, json!({ "align": "clip" }), "align");
}

/// The tiny pack with this encoder in the place of its own.
fn tiny_wave() -> Pack {
    let (tiny, wave) =
        (pack::random(Size::Tiny, 3).expect("pack"), wave_pack(NETWORK, &json!({ "align": "rate", "context_s": 0.3 })));
    let mut manifest = tiny.manifest().clone();
    manifest.audio.clone_from(&wave.manifest().audio);
    let mut tensors = tiny.tensors().clone();
    tensors.retain(|name, _| !name.starts_with("audio."));
    tensors.extend(wave.tensors().clone());
    Pack::from_parts(manifest, tensors)
}

#[test]
fn stream_on_a_wave_pack_gives_the_same_faces_for_any_cut() {
    let (model, samples) = (model(tiny_wave()), voice(2.0, 3));
    let spoken = |pieces: &[usize]| {
        let stream =
            Stream::new(&model, StreamOptions { hop: Some(6), look_ahead: Some(6), ..options() }).expect("stream");
        // Hop, look-ahead, and from a frame's end to that of the row behind its middle.
        let (latency_ms, expected_ms) = (stream.state().latency_ms, 12.0 / 30.0 * 1e3 + 254.0 / 16.0);
        assert!((latency_ms - expected_ms).abs() < 0.1, "{latency_ms} ms, not {expected_ms}");
        Clock::new(&model).speak(&stream, &samples, pieces);
        stream.take_result().expect("result").motion().clone()
    };
    let (whole, parts) = (spoken(&[samples.len()]), spoken(&[160, 7, 1033]));
    assert!(whole.len() >= 48, "{} frames", whole.len());
    assert_eq!(whole, parts);
    let moved = whole.row(10).iter().zip(whole.row(40)).any(|(a, b)| (a - b).abs() > 1e-3);
    assert!(moved);
}
