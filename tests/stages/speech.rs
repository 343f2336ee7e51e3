//! The speech stage: long audio in chunks, alignment, edges, hostile packs.

use std::f64::consts::TAU;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use media2face::error::{Error, Result};
use media2face::internals::plan::{
    Backend, Executable, Plan, Port, Preparation, Program, Section, State, Tensor, prepared_at_once,
};
use media2face::internals::speech::{Positions, SpeechEncoder};
use media2face::pack::{Manifest, Pack};
use media2face::signal::Frames;
use serde_json::{Value, json};

use crate::support::golden::{golden, path};
use crate::support::reference::Reference;
use crate::support::tolerance::{ROUNDING, SPEECH_CHUNKS};
use crate::support::{assert_close, backends, max_difference};

fn merged(mut config: Value, changes: &Value) -> Value {
    for (key, value) in changes.as_object().expect("an object") {
        config[key] = value.clone();
    }
    config
}

fn pack_of(audio: &Value, weights: Vec<(String, media2face::internals::tensor::Weight)>) -> Pack {
    let manifest = json!({ "format": "media2face/1", "fps": 30, "audio": audio });
    Pack::from_parts(serde_json::from_value::<Manifest>(manifest).expect("manifest"), weights)
}

/// The tiny Wav2Vec2 of a golden file under a changed config.
pub fn wave_pack(name: &str, changes: &Value) -> Pack {
    let config = std::fs::read_to_string(path(&format!("golden/{name}.json"))).expect("config");
    let config = merged(serde_json::from_str(&config).expect("JSON"), changes);
    pack_of(&config, golden(name).weights("", "audio.", false))
}

/// The tiny log-mel network under a changed config.
fn mel_pack(changes: &Value) -> Pack {
    let config = json!({ "front_end": "mel", "width": 16, "dilations": [1, 2, 4], "num_hidden_layers": 0 });
    pack_of(&merged(config, changes), golden("mel").weights("network.", "audio.", false))
}

fn load(pack: &Pack) -> Arc<SpeechEncoder> {
    Arc::new(SpeechEncoder::load(pack).expect("encoder"))
}

/// Like speech in that it swells, moves in frequency and pauses.
fn sound(samples: usize) -> Vec<f32> {
    let value = |i: usize| {
        let t = i as f64 / 16_000.0;
        let hz = 150.0 + 400.0 * (TAU * 0.7 * t).sin().powi(2);
        0.3 * (TAU * 0.9 * t).sin().max(0.0) * (hz * t * TAU).sin() + 0.01 * ((i * 7919 % 1013) as f64 / 1013.0 - 0.5)
    };
    (0..samples).map(|i| value(i) as f32).collect()
}

fn encode(backend: &dyn Backend, pack: &Pack, samples: &[f32]) -> Frames {
    load(pack).encode(backend, samples, &mut |_| Ok(())).expect("features")
}

#[test]
fn mel_chunks_equal_the_whole() {
    let samples = sound(16_000 * 5 + 123);
    for norm in ["clip", "running"] {
        let whole = mel_pack(&json!({ "mel_norm": norm, "chunk_s": 600 }));
        for backend in backends() {
            let expected = encode(&*backend, &whole, &samples);
            assert_eq!(expected.len(), 150);
            for chunk_s in [0.02, 0.3, 1.7] {
                let found = encode(&*backend, &mel_pack(&json!({ "mel_norm": norm, "chunk_s": chunk_s })), &samples);
                assert_close(&format!("{norm} by {chunk_s} s"), &found.data, &expected.data, ROUNDING);
            }
        }
    }
}

#[test]
fn wave_chunks_stay_near_the_whole() {
    let samples = sound(16_000 * 7);
    for (name, norm) in [("w2v_base_tiny", "group"), ("w2v_large_tiny", "layer")] {
        let config = |chunk_s| json!({ "align": "rate", "do_normalize": true, "chunk_s": chunk_s, "context_s": 1 });
        for backend in backends() {
            let whole = encode(&*backend, &wave_pack(name, &config(600.0)), &samples);
            let chunked = encode(&*backend, &wave_pack(name, &config(2.0)), &samples);
            let difference = max_difference(&chunked.data, &whole.data);
            let size = (whole.data.iter().map(|x| x * x).sum::<f32>() / whole.data.len() as f32).sqrt();
            assert!(difference / size < SPEECH_CHUNKS, "{norm} norm: {difference} of {size}");
            assert!(difference > 0.0, "attention reaches past the context, so this was not chunked");
        }
    }
}

#[test]
fn long_features_are_recorded_in_tiles_without_a_seam() {
    // 299 rows are two tiles; the layer variant is local up to its features, and chunks of one tile read the same.
    let samples = sound(16_000 * 6);
    let untransformed = json!({ "align": "rate", "num_hidden_layers": 0, "context_s": 1, "chunk_s": 600 });
    let chunked = merged(untransformed.clone(), &json!({ "chunk_s": 1 }));
    for backend in backends() {
        let whole = encode(&*backend, &wave_pack("w2v_large_tiny", &untransformed), &samples);
        let parts = encode(&*backend, &wave_pack("w2v_large_tiny", &chunked), &samples);
        assert_close("tiles against chunks", &whole.data, &parts.data, ROUNDING);
    }
}

#[test]
fn normalisation_takes_the_whole_clip_even_in_chunks() {
    let pack = wave_pack("w2v_large_tiny", &json!({ "do_normalize": true, "align": "rate", "chunk_s": 1 }));
    let samples = sound(16_000 * 3);
    let louder: Vec<f32> = samples.iter().map(|x| 4.0 * x + 0.25).collect();
    for backend in backends() {
        let (a, b) = (encode(&*backend, &pack, &samples), encode(&*backend, &pack, &louder));
        assert_close("gain and offset", &a.data, &b.data, 1e-3);
    }
}

#[test]
fn short_clips_are_padded_with_silence() {
    let backend = &*backends()[0];
    for pack in [wave_pack("w2v_base_tiny", &json!({})), wave_pack("w2v_large_tiny", &json!({ "align": "rate" }))] {
        let short = sound(300);
        let padded: Vec<f32> = short.iter().copied().chain([0.0; 100]).collect();
        let features = encode(backend, &pack, &short);
        assert_eq!((features.len(), features.width), (1, 32));
        assert_eq!(features, encode(backend, &pack, &padded));
    }
    for pack in [wave_pack("w2v_base_tiny", &json!({ "do_normalize": true })), mel_pack(&json!({}))] {
        let features = encode(backend, &pack, &[0.5]);
        assert_eq!(features.len(), 1);
        assert!(features.data.iter().all(|x| x.is_finite()));
    }
}

#[test]
fn frame_count_rounds_the_clips_length() {
    let encoder = load(&mel_pack(&json!({})));
    for (samples, frames) in
        [(1, 1), (266, 1), (799, 1), (800, 2), (1333, 2), (1334, 3), (16_000, 30), (57_600_000, 108_000)]
    {
        assert_eq!(encoder.frame_count(samples), frames, "{samples} samples");
    }
}

/// What every frame reads.
fn read(positions: &Positions) -> Vec<f32> {
    (0..positions.frames()).map(|frame| positions.of(frame)).map(|(row, part)| row as f32 + part).collect()
}

#[test]
fn frames_read_their_own_time() {
    let by_rate = |frames: usize| Positions::by_rate(49, frames, 30.0, 320, 200.0);
    let found = read(&by_rate(30));
    for (i, position) in found.iter().enumerate() {
        let expected = ((i as f32 + 0.5) * 16_000.0 / 30.0 - 200.0) / 320.0;
        assert!((position - expected.clamp(0.0, 48.0)).abs() < 1e-4, "frame {i}: {position}");
    }
    assert_eq!(read(&by_rate(12)), found[..12], "the same wherever the clip ends");
    let corners = read(&Positions::over_clip(49, 30, true));
    assert_eq!((corners[0], corners[29]), (0.0, 48.0));
}

#[test]
fn every_frame_is_of_the_piece_that_holds_its_row() {
    for positions in [
        Positions::by_rate(49, 30, 30.0, 320, 200.0),
        Positions::by_rate(49, 1000, 1000.0, 320, 8000.0),
        Positions::over_clip(49, 30, false),
        Positions::over_clip(49, 200, true),
        Positions::over_clip(49, 1, true),
    ] {
        for piece in [1, 7, 48, 49] {
            let mut next = 0;
            for first in (0..49).step_by(piece) {
                let rows = first..(first + piece).min(49);
                let frames = positions.frames_of(&rows);
                assert_eq!(frames.start, next, "frames of {rows:?}");
                assert!(frames.clone().all(|frame| rows.contains(&positions.of(frame).0)));
                next = frames.end;
            }
            assert_eq!(next, positions.frames());
        }
    }
}

#[test]
fn bad_samples_are_refused() {
    let encoder = load(&mel_pack(&json!({})));
    let refused = |samples: &[f32]| encoder.encode(&*backends()[0], samples, &mut |_| Ok(())).map(drop);
    assert!(matches!(refused(&[]), Err(Error::InvalidAudio(_))));
    let Err(Error::InvalidAudio(detail)) = refused(&[0.0, 0.0, f32::NAN]) else { panic!("accepted") };
    assert!(detail.contains("sample 2 "), "{detail}");
}

#[test]
fn progress_rises_and_can_cancel() {
    let encoder = load(&mel_pack(&json!({ "chunk_s": 0.5 })));
    let backend = &*backends()[0];
    let mut heard = Vec::new();
    let cancelled = encoder.encode(backend, &sound(32_000), &mut |fraction| {
        heard.push(fraction);
        if heard.len() == 2 { Err(Error::Cancelled) } else { Ok(()) }
    });
    assert_eq!(cancelled, Err(Error::Cancelled));
    assert!(heard.len() == 2 && 0.0 < heard[0] && heard[0] < heard[1] && heard[1] < 1.0, "{heard:?}");
}

#[test]
fn pack_without_a_speech_encoder_names_the_missing_part() {
    let manifest: Manifest = serde_json::from_value(json!({ "format": "media2face/1" })).expect("manifest");
    let Err(Error::MissingPart(detail)) = SpeechEncoder::load(&Pack::from_parts(manifest, [])) else {
        panic!("loaded")
    };
    assert!(detail.contains("speech"), "{detail}");
}

#[test]
fn pack_whose_keys_or_tensors_do_not_fit_is_refused() {
    let wave = |changes| wave_pack("w2v_large_tiny", &changes);
    let huge = usize::MAX;
    let packs = [
        wave(json!({ "conv_kernel": [10, 3, 3, 3, 3, 2] })),
        wave(json!({ "conv_dim": [], "conv_kernel": [], "conv_stride": [] })),
        wave(json!({ "conv_kernel": [0, 3, 3, 3, 3, 2, 2] })),
        wave(json!({ "conv_stride": [0, 2, 2, 2, 2, 2, 2] })),
        wave(json!({ "conv_stride": [huge, huge, 2, 2, 2, 2, 2] })),
        wave(json!({ "conv_kernel": [huge, huge, huge, 3, 3, 2, 2] })),
        wave(json!({ "conv_stride": [1, 1, 1, 1, 1, 1, 1] })),
        wave(json!({ "conv_dim": [32, 32, 32, 32, 32, 32, 31] })),
        wave(json!({ "hidden_size": 0 })),
        wave(json!({ "hidden_size": 31 })),
        wave(json!({ "num_attention_heads": 0 })),
        wave(json!({ "num_attention_heads": 5 })),
        wave(json!({ "num_hidden_layers": 3 })),
        wave(json!({ "num_hidden_layers": huge })),
        wave(json!({ "num_conv_pos_embeddings": 0 })),
        wave(json!({ "num_conv_pos_embedding_groups": 3 })),
        wave(json!({ "intermediate_size": huge })),
        wave(json!({ "chunk_s": -1.0 })),
        wave(json!({ "context_s": 1e30 })),
        mel_pack(&json!({ "width": 0 })),
        mel_pack(&json!({ "width": huge })),
        mel_pack(&json!({ "dilations": [1, 2] , "width": 15 })),
        mel_pack(&json!({ "dilations": [1, 2, 4, 8] })),
        mel_pack(&json!({ "dilations": [1, 0, 4] })),
        mel_pack(&json!({ "dilations": [huge, huge] })),
        mel_pack(&json!({ "mel_rate": 1.5 })),
        mel_pack(&json!({ "num_hidden_layers": 2 })),
    ];
    for (i, pack) in packs.iter().enumerate() {
        let loaded = SpeechEncoder::load(pack);
        assert!(matches!(loaded, Err(Error::InvalidPack(_))), "pack {i}: {loaded:?}");
    }
    let batch = SpeechEncoder::load(&wave(json!({ "feat_extract_norm": "batch" })));
    assert!(matches!(batch, Err(Error::Unsupported(_))), "{batch:?}");
    let whole = wave(json!({}));
    for left_out in whole.tensors().keys().filter(|name| !name.contains("masked_spec_embed")) {
        let rest = whole.tensors().iter().filter(|(name, _)| *name != left_out);
        let pack = Pack::from_parts(whole.manifest().clone(), rest.map(|(name, w)| (name.clone(), w.clone())));
        let Err(Error::InvalidPack(detail)) = SpeechEncoder::load(&pack) else { panic!("loaded without {left_out}") };
        assert!(detail.contains(left_out.trim_end_matches("original0").trim_end_matches("original1")), "{detail}");
    }
}

/// Computes nothing; counts plans and keeps the largest arena.
#[derive(Default)]
struct Counting {
    plans: AtomicUsize,
    runs: Arc<AtomicUsize>,
    arena: Mutex<usize>,
}

#[derive(Clone)]
struct CountingRun(Arc<Plan>, Arc<AtomicUsize>);

impl Program for CountingRun {
    fn plan(&self) -> &Arc<Plan> {
        &self.0
    }

    fn executable(self: Arc<Self>) -> Result<Box<dyn Executable>> {
        Ok(Box::new((*self).clone()))
    }
}

impl Backend for Counting {
    fn name(&self) -> String {
        "counting".to_owned()
    }

    fn prepare(&self, plan: Arc<Plan>) -> Result<Box<dyn Preparation>> {
        self.plans.fetch_add(1, Ordering::Relaxed);
        let mut arena = self.arena.lock().expect("arena");
        *arena = plan.arena_len().max(*arena);
        Ok(prepared_at_once(CountingRun(plan, Arc::clone(&self.runs))))
    }

    fn create_tensor(&self, len: usize) -> Result<Tensor> {
        Reference.create_tensor(len)
    }

    fn read_tensor(&self, tensor: &Tensor, offset: usize, data: &mut [f32]) -> Result<()> {
        Reference.read_tensor(tensor, offset, data)
    }

    fn write_tensor(&self, tensor: &mut Tensor, offset: usize, data: &[f32]) -> Result<()> {
        Reference.write_tensor(tensor, offset, data)
    }

    fn frames_per_run(&self) -> usize {
        1
    }
}

impl Executable for CountingRun {
    fn plan(&self) -> &Plan {
        &self.0
    }

    fn create_state(&self) -> Result<State> {
        Ok(State(Box::new(())))
    }

    fn write_part(&mut self, port: Port, first: usize, data: &[f32]) -> Result<()> {
        assert!(self.0.buffers()[port.buffer().index()].len >= first + data.len());
        assert!(data.iter().all(|x| x.is_finite()));
        Ok(())
    }

    fn load_part(&mut self, _: Port, _: Range<usize>, _: &Tensor, _: usize) -> Result<()> {
        Ok(())
    }

    fn store(&mut self, _: Port, _: Range<usize>, _: &mut Tensor, _: usize) -> Result<()> {
        Ok(())
    }

    fn advance(&mut self, sections: &[Section], _: &mut State) -> Result<usize> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Ok(sections.len().min(1))
    }

    fn read_part(&mut self, port: Port, first: usize, data: &mut [f32]) -> Result<()> {
        assert!(self.0.buffers()[port.buffer().index()].len >= first + data.len());
        data.fill(0.0);
        Ok(())
    }
}

#[test]
fn longer_clip_takes_more_windows_of_one_plan_and_no_more_memory() {
    for pack in [mel_pack(&json!({})), wave_pack("w2v_base_tiny", &json!({ "do_normalize": true }))] {
        let used = |minutes: usize| {
            let backend = Counting::default();
            let features = encode(&backend, &pack, &vec![0.0; minutes * 60 * 16_000]);
            assert_eq!(features.len(), minutes * 60 * 30);
            let arena = *backend.arena.lock().expect("arena");
            (backend.plans.into_inner(), backend.runs.load(Ordering::Relaxed), arena)
        };
        let (one, ten) = (used(1), used(10));
        assert_eq!((one.0, ten.0), (1, 1), "plans");
        assert_eq!((one.1, ten.1), (3, 30), "windows of 20 s");
        assert!(one.2.abs_diff(ten.2) <= 64, "arena, but for a frame more or less: {} and {}", one.2, ten.2);
    }
}
