//! The whole job: every form of audio, cancel, failures that are kept, results that sample at any rate.

use std::sync::Arc;
use std::time::Duration;

use media2face::error::Error;
use media2face::pack::{self, Pack, Size};
use media2face::{Animation, BackendChoice, Model, Runtime, RuntimeOptions, Session, SessionOptions, Stage, Style};

pub(super) fn runtime(threads: usize) -> Arc<Runtime> {
    let options = RuntimeOptions { threads: Some(threads), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
    Runtime::new(&options).expect("runtime")
}

pub(super) fn tiny() -> Pack {
    pack::random(Size::Tiny, 1).expect("tiny pack")
}

pub(super) fn model() -> Arc<Model> {
    Model::new(&runtime(1), tiny()).expect("model")
}

pub(super) fn options(rate_hz: u32, channels: u32) -> SessionOptions {
    SessionOptions { steps: Some(3), seed: 0, ..SessionOptions::new(rate_hz, channels) }
}

pub(super) fn animate(model: &Arc<Model>, options: SessionOptions, samples: &[f32]) -> Arc<Animation> {
    let session = Session::new(model, options).expect("session");
    samples.chunks(997).for_each(|chunk| session.push_f32(chunk).expect("push"));
    session.finish().expect("finish");
    assert!(session.wait(None).expect("job"));
    session.pull().expect("job").expect("done")
}

fn weights(animation: &Arc<Animation>) -> Vec<f32> {
    let count = animation.frame_count(30.0).expect("rate");
    animation.reader().expect("reader").weights(30.0, 0, count).expect("weights")
}

pub(super) fn tone(rate_hz: u32, channels: u32, seconds: f32) -> Vec<f32> {
    let frames = (rate_hz as f32 * seconds) as usize;
    let sample = |i: usize| 0.4 * (i as f32 * 2.0 * std::f32::consts::PI * 220.0 / rate_hz as f32).sin();
    (0..frames).flat_map(|i| std::iter::repeat_n(sample(i), channels as usize)).collect()
}

#[test]
fn every_rate_and_channel_count_gives_about_the_same_motion() {
    let model = model();
    let expected = weights(&animate(&model, options(16_000, 1), &tone(16_000, 1, 0.7)));
    assert_eq!(expected.len(), 21 * 52);
    for rate_hz in [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000] {
        for channels in [1, 2, 8] {
            let found = weights(&animate(&model, options(rate_hz, channels), &tone(rate_hz, channels, 0.7)));
            assert_eq!(found.len(), expected.len(), "{rate_hz} Hz, {channels} channels");
            let difference = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).sum::<f32>() / found.len() as f32;
            assert!(difference < 0.05, "{rate_hz} Hz, {channels} channels: mean difference {difference}");
        }
    }
}

#[test]
fn one_sample_is_one_frame() {
    let animation = animate(&model(), options(48_000, 1), &[0.3]);
    assert_eq!(animation.frame_count(30.0).expect("rate"), 1);
    assert_eq!(weights(&animation).len(), 52);
}

#[test]
fn integers_and_floats_of_the_same_audio_give_the_same_bytes() {
    let model = model();
    let integers: Vec<i16> = tone(16_000, 1, 0.5).iter().map(|s| (s * 32767.0) as i16).collect();
    let floats: Vec<f32> = integers.iter().map(|&s| f32::from(s) / 32768.0).collect();
    let session = Session::new(&model, options(16_000, 1)).expect("session");
    session.push_i16(&integers).expect("push");
    session.finish().expect("finish");
    assert!(session.wait(None).expect("job"));
    let found = session.pull().expect("job").expect("done");
    assert_eq!(weights(&found), weights(&animate(&model, options(16_000, 1), &floats)));
}

#[test]
fn a_long_clip_is_the_same_on_one_thread_and_three() {
    let samples = tone(16_000, 1, 4.0);
    let one = animate(&model(), options(16_000, 1), &samples);
    let model = Model::new(&runtime(3), tiny()).expect("model");
    let three = animate(&model, options(16_000, 1), &samples);
    assert_eq!(one.motion(), three.motion());
    let offsets = |a: &Arc<Animation>| a.reader().expect("reader").offsets_mm(30.0, 5, 6).expect("offsets");
    assert_eq!(offsets(&one), offsets(&three));
}

#[test]
fn failed_job_keeps_its_error() {
    let session = Session::new(&model(), options(16_000, 1)).expect("session");
    session.cancel();
    for _ in 0..2 {
        assert_eq!(session.wait(Some(Duration::ZERO)), Err(Error::Cancelled));
        assert_eq!(session.pull().err(), Some(Error::Cancelled));
        assert_eq!(session.push_f32(&[0.0]), Err(Error::Cancelled));
    }
    assert_eq!(session.progress().stage, Stage::Done);
}

#[test]
fn pack_without_a_part_names_it() {
    for (part, prefix, word) in [("denoiser", "denoiser.", "denoiser"), ("audio", "audio.", "speech encoder")] {
        let pack = tiny();
        let mut manifest = pack.manifest().clone();
        if part == "denoiser" {
            manifest.denoiser = None
        } else {
            manifest.audio = None
        }
        let tensors = pack.tensors().clone().into_iter().filter(|(name, _)| !name.starts_with(prefix));
        let model = Model::new(&runtime(0), Pack::from_parts(manifest, tensors)).expect("a valid pack");
        let error = Session::new(&model, options(16_000, 1)).err().expect("an error");
        assert!(matches!(&error, Error::MissingPart(text) if text.contains(word)), "{error}");
    }
}

#[test]
fn style_without_a_tower_is_an_error_that_says_so() {
    let pack = tiny();
    let mut manifest = pack.manifest().clone();
    manifest.clip = None;
    let tensors = pack.tensors().clone().into_iter().filter(|(name, _)| !name.starts_with("clip."));
    let model = Model::new(&runtime(0), Pack::from_parts(manifest, tensors)).expect("a valid pack");
    for style in [Style::Text("happy".to_owned()), Style::Picture(vec![1, 2, 3])] {
        let error = Session::new(&model, SessionOptions { style: Some(style), ..options(16_000, 1) }).err();
        let error = error.expect("an error").to_string();
        assert!(error.contains("no style"), "{error}");
    }
}

#[test]
fn damaged_picture_fails_the_job_with_its_reason() {
    let style = Some(Style::Picture(b"\x89PNG\r\n\x1a\nnot a picture".to_vec()));
    let session = Session::new(&model(), SessionOptions { style, ..options(16_000, 1) }).expect("session");
    session.push_f32(&tone(16_000, 1, 0.2)).expect("push");
    session.finish().expect("finish");
    assert!(matches!(session.wait(None), Err(Error::InvalidPicture(_))));
    assert!(matches!(session.pull().err(), Some(Error::InvalidPicture(_))));
}

#[test]
fn style_strength_of_zero_is_no_style() {
    let model = model();
    let samples = tone(16_000, 1, 0.5);
    let styled = |strength| {
        let style = Some(Style::Text("a very happy face".to_owned()));
        animate(&model, SessionOptions { style, style_strength: strength, ..options(16_000, 1) }, &samples)
    };
    let plain = animate(&model, options(16_000, 1), &samples);
    assert_eq!(styled(0.0).motion(), plain.motion());
    assert_ne!(styled(1.0).motion(), plain.motion());
}

#[test]
fn identity_of_another_mesh_is_refused() {
    let model = model();
    let neutral = model.default_identity().expect("identity");
    let mut vertices = neutral.vertices_mm().to_vec();
    assert!(model.identity_from_vertices("host", &vertices).is_ok());
    vertices.truncate(30);
    assert!(matches!(model.identity_from_vertices("host", &vertices), Err(Error::InvalidArgument(_))));
    let error = model.identity("nobody").err().expect("an error").to_string();
    assert!(error.contains("nobody") && error.contains(&model.identity_names()[0]), "{error}");
}
