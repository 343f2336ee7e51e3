//! Styles over time: emoji and presets, ranges, changes while a job waits, isolation, what must work and what is refused.

use std::io::Cursor;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use image::{ImageFormat, RgbImage};
use media2face::error::Error;
use media2face::internals::tensor::Weight;
use media2face::pack::{EmojiConfig, Pack};
use media2face::{
    Animation, BackendChoice, Curve, Guidance, LogLevel, Model, Runtime, RuntimeOptions, Session, SessionOptions,
    Stage, Style, StyleTrack,
};

use super::session::{animate, model, options, runtime, tiny, tone};
use super::support::{assert_close, max_difference};

const WIDTH: usize = 32;
const EMOJI: [(&str, &str); 3] = [("☺", "smiling face"), ("👍", "thumbs up"), ("😀", "grinning face")];

fn text(prompt: &str) -> Style {
    Style::Text(prompt.to_owned())
}

fn over(style: Style, start_s: f64, end_s: f64) -> StyleTrack {
    StyleTrack { start_s, end_s, ..StyleTrack::new(style) }
}

fn with(styles: Vec<StyleTrack>) -> SessionOptions {
    SessionOptions { styles, ..options(16_000, 1) }
}

/// The tiny pack with three emoji and two presets; codes count up from 0.
fn directed(picture_codes: bool) -> Pack {
    let pack = tiny();
    let mut manifest = pack.manifest().clone();
    manifest.presets.names = vec!["calm".to_owned(), "loud".to_owned()];
    let names = EMOJI.map(|(emoji, words)| (emoji.to_owned(), words.to_owned()));
    manifest.emoji = Some(EmojiConfig { names: names.into() });
    let codes = |name: &str, rows: usize| {
        let values: Vec<f32> = (0..rows * WIDTH).map(|i| i as f32 / 64.0).collect();
        (name.to_owned(), Weight::from_f32(name, &[rows, WIDTH], &values))
    };
    let mut tensors = pack.tensors().clone();
    tensors.extend([codes("presets.codes", 2)]);
    tensors.extend(picture_codes.then(|| codes("emoji.codes", EMOJI.len())));
    Pack::from_parts(manifest, tensors)
}

fn code(model: &Model, style: Style) -> Vec<f32> {
    model.style_code(&Arc::new(style)).expect("a code")
}

/// A model whose warnings are kept.
pub(super) fn told(pack: Pack) -> (Arc<Model>, Arc<Mutex<Vec<String>>>) {
    let warnings = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&warnings);
    let runtime = RuntimeOptions {
        threads: Some(1),
        backend: BackendChoice::Cpu,
        log_level: LogLevel::Warning,
        log: Some(Arc::new(move |_, message: &str| kept.lock().unwrap().push(message.to_owned()))),
        ..RuntimeOptions::default()
    };
    (Model::new(&Runtime::new(&runtime).expect("runtime"), pack).expect("model"), warnings)
}

fn rows(animation: &Arc<Animation>, frames: std::ops::Range<usize>) -> &[f32] {
    let width = animation.motion().width;
    &animation.motion().data[frames.start * width..frames.end * width]
}

fn refusal(result: Result<Session, Error>) -> Error {
    result.err().expect("an error")
}

#[test]
fn one_emoji_is_encoded_as_its_words() {
    let (plain, tabled) = (model(), Model::new(&runtime(0), directed(false)).expect("model"));
    for (prompt, words) in [
        ("😀", "grinning face"),
        (" 😀\n", "grinning face"),
        ("👍🏽", "thumbs up"),
        ("☺\u{fe0f}", "smiling face"),
        ("☺", "smiling face"),
    ] {
        assert_eq!(code(&tabled, text(prompt)), code(&plain, text(words)), "{prompt:?}");
    }
    for prompt in ["😀😀", "a 😀", "😡", "🏽", "\u{fe0f}", "", "grinning face"] {
        assert_eq!(code(&tabled, text(prompt)), code(&plain, text(prompt)), "{prompt:?} is text");
    }
}

#[test]
fn emoji_with_a_picture_is_the_mean_of_words_and_picture() {
    let (plain, pictured) = (model(), Model::new(&runtime(0), directed(true)).expect("model"));
    for (row, (emoji, words)) in EMOJI.into_iter().enumerate() {
        let words = code(&plain, text(words));
        let mean: Vec<f32> =
            words.iter().enumerate().map(|(i, w)| f32::midpoint(*w, (row * WIDTH + i) as f32 / 64.0)).collect();
        assert_close(emoji, &code(&pictured, text(emoji)), &mean, 1e-6);
    }
}

#[test]
fn preset_is_its_code_and_an_unknown_one_is_refused_with_the_names() {
    let model = Model::new(&runtime(0), directed(false)).expect("model");
    assert_eq!(model.preset_names(), ["calm", "loud"]);
    let raw: Vec<f32> = (WIDTH..2 * WIDTH).map(|i| i as f32 / 64.0).collect();
    assert_eq!(code(&model, Style::Preset("loud".to_owned())), raw);
    let of = |name: &str| over(Style::Preset(name.to_owned()), 0.0, 1.0);
    let samples = tone(16_000, 1, 0.5);
    let by_name = animate(&model, with(vec![of("loud")]), &samples);
    assert_eq!(by_name.motion(), animate(&model, with(vec![over(Style::Code(raw), 0.0, 1.0)]), &samples).motion());
    let unknown = refusal(Session::new(&model, with(vec![of("quiet")])));
    assert!(matches!(&unknown, Error::MissingPart(text) if text.contains("quiet") && text.contains("calm, loud")));
    let none = refusal(Session::new(&self::model(), with(vec![of("calm")])));
    assert!(matches!(&none, Error::MissingPart(text) if text.contains("no presets")), "{none}");
}

#[test]
fn style_over_the_whole_clip_is_the_style_of_the_options() {
    let (model, samples) = (model(), tone(16_000, 1, 0.7));
    let whole = SessionOptions { style: Some(text("happy")), style_strength: 0.7, ..options(16_000, 1) };
    let track = StyleTrack { strength: 0.7, ..StyleTrack::new(text("happy")) };
    let expected = animate(&model, whole, &samples);
    assert_eq!(expected.motion(), animate(&model, with(vec![track.clone()]), &samples).motion());
    let level = |value| Some(Curve::new(vec![(0.0, value), (9.0, value)]).expect("a curve"));
    let curved = SessionOptions { audio_curve: level(2.5), style_curve: level(1.5), ..with(vec![track.clone()]) };
    assert_eq!(expected.motion(), animate(&model, curved, &samples).motion(), "level curves are constants");
    let silent = SessionOptions { style_curve: level(0.0), ..with(vec![track]) };
    assert_eq!(animate(&model, options(16_000, 1), &samples).motion(), animate(&model, silent, &samples).motion());
}

#[test]
fn isolated_styles_leave_the_other_frames_as_they_are_bit_for_bit() {
    let (model, samples) = (model(), tone(16_000, 1, 3.0));
    let styles = vec![over(text("happy"), 0.5, 1.0), StyleTrack { ramp_s: 0.0, ..over(text("sad"), 2.0, 2.5) }];
    let plain = animate(&model, options(16_000, 1), &samples);
    let free = animate(&model, SessionOptions { isolate_styles: false, ..with(styles.clone()) }, &samples);
    let isolated = animate(&model, with(styles), &samples);
    // 0.4 to 1.1 s with the ramps, 2 to 2.5 s without.
    for frames in [0..13, 33..60, 75..90] {
        assert_eq!(rows(&isolated, frames.clone()), rows(&plain, frames.clone()), "frames {frames:?}");
    }
    assert_ne!(rows(&free, 33..60), rows(&plain, 33..60), "windows reach past the range");
    for frames in [16..30, 60..75] {
        assert!(max_difference(rows(&isolated, frames.clone()), rows(&plain, frames)) > 0.01);
    }
    let everywhere = with(vec![StyleTrack::new(text("happy"))]);
    let free = SessionOptions { isolate_styles: false, ..everywhere.clone() };
    let [free, styled] = [free, everywhere].map(|options| animate(&model, options, &samples));
    assert_eq!(free.motion(), styled.motion(), "no frame to keep");
}

#[test]
fn overlapping_styles_are_the_same_on_one_thread_and_two() {
    let samples = tone(16_000, 1, 2.0);
    let styles = || {
        let many = (0..4).map(|i| over(text(&format!("style {i}")), 0.3 * f64::from(i), 0.3 * f64::from(i) + 0.9));
        SessionOptions { eta: Some(0.5), ..with(many.collect()) }
    };
    let [one, two] = [1, 2].map(|threads| {
        let model = Model::new(&runtime(threads), tiny()).expect("model");
        animate(&model, styles(), &samples)
    });
    assert_eq!(one.motion(), two.motion());
}

/// A finished session of a runtime without threads, whose work the test does.
fn waiting(model: &Arc<Model>, options: SessionOptions) -> Session {
    let session = Session::new(model, options).expect("session");
    session.push_f32(&tone(16_000, 1, 0.7)).expect("push");
    session.finish().expect("finish");
    session
}

#[test]
fn styles_change_until_the_motion_is_begun() {
    let model = Model::new(&runtime(0), tiny()).expect("model");
    let track = |prompt: &str| over(text(prompt), 0.2, 0.5);
    let expected = animate(&model, with(vec![track("sad"), track("loud")]), &tone(16_000, 1, 0.7));

    let session = waiting(&model, with(vec![track("happy")]));
    assert_eq!(session.progress().stage, Stage::Style);
    session.set_style(0, StyleTrack { strength: 9.0, ..track("sad") }).expect("before any work");
    while session.progress().stage == Stage::Style {
        assert!(!session.step(Duration::ZERO).expect("step"));
    }
    session.set_style_strength(0, 1.0).expect("after the style stage");
    assert_eq!(session.add_style(track("loud")), Ok(1), "a late style");
    while session.progress().stage != Stage::Motion {
        assert!(!session.step(Duration::ZERO).expect("step"));
    }
    session.isolate_styles(false).expect("the motion has not begun");
    session.isolate_styles(true).expect("the motion has not begun");
    for _ in 0..2 {
        assert!(!session.step(Duration::ZERO).expect("the late style, then the sampling"));
    }
    let late = [
        session.add_style(track("late")).map(drop),
        session.set_style(0, track("late")),
        session.set_style_strength(0, 2.0),
        session.set_guidance_curve(Guidance::Audio, None),
        session.isolate_styles(true),
    ];
    assert!(late.iter().all(|late| matches!(late, Err(Error::InvalidState(_)))), "{late:?}");
    assert!(session.wait(None).expect("job"));
    assert_eq!(session.pull().expect("job").expect("done").motion(), expected.motion());
}

#[test]
fn curve_that_is_set_and_taken_back_changes_nothing() {
    let model = Model::new(&runtime(0), tiny()).expect("model");
    let run = |curves: &[Option<f32>]| {
        let session = waiting(&model, options(16_000, 1));
        for value in curves {
            let curve = value.map(|value| Curve::new(vec![(0.1, 2.5), (0.5, value)]).expect("a curve"));
            session.set_guidance_curve(Guidance::Audio, curve).expect("not begun");
        }
        assert!(session.wait(None).expect("job"));
        session.pull().expect("job").expect("done").motion().clone()
    };
    let plain = run(&[]);
    assert_eq!(run(&[Some(4.0), None]), plain);
    assert_ne!(run(&[Some(4.0)]), plain);
}

#[test]
fn times_past_the_end_are_cut_with_a_warning() {
    let (model, warnings) = told(tiny());
    let samples = tone(16_000, 1, 0.7);
    let whole = animate(&model, with(vec![StyleTrack::new(text("happy"))]), &samples);
    assert!(warnings.lock().unwrap().is_empty());
    let cut = animate(&model, with(vec![over(text("happy"), 0.0, 5.0), over(text("sad"), 3.0, 5.0)]), &samples);
    assert_eq!(cut.motion(), whole.motion());
    let warnings = warnings.lock().unwrap();
    assert!(warnings.len() == 2 && warnings[0].contains("style 0 ends at 5 s"), "{warnings:?}");
    assert!(warnings[1].contains("style 1 begins at 3 s") && warnings[1].contains("no effect"), "{warnings:?}");
}

#[test]
fn odd_prompts_and_pictures_work() {
    let (model, samples) = (model(), tone(16_000, 1, 0.3));
    let mut dot = Cursor::new(Vec::new());
    RgbImage::from_pixel(1, 1, image::Rgb([9, 200, 3])).write_to(&mut dot, ImageFormat::Png).expect("encoded");
    let odd = [text(""), text("\u{0}\u{7}\u{1b}[31m"), Style::Picture(dot.into_inner())];
    let styles = odd.into_iter().map(StyleTrack::new).collect();
    assert_eq!(animate(&model, with(styles), &samples).motion().len(), 9);
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind[..], data].concat();
    let crc = !body.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    });
    [&(data.len() as u32).to_be_bytes(), &body[..], &crc.to_be_bytes()].concat()
}

/// A still PNG, and an animated one that begins with it.
pub(super) fn still_and_animated() -> [Vec<u8>; 2] {
    let mut file = Cursor::new(Vec::new());
    RgbImage::from_fn(4, 4, |x, y| image::Rgb([x as u8 * 60, y as u8 * 60, 9]))
        .write_to(&mut file, ImageFormat::Png)
        .expect("encoded");
    let still = file.into_inner();
    // Signature and header; two frames are announced, and the still picture is the first.
    let control = [[0, 0, 0, 2], [0; 4]].concat();
    let mut frame = [[0; 4], [0, 0, 0, 4], [0, 0, 0, 4], [0; 4], [0; 4]].concat();
    frame.extend([0, 1, 0, 10, 0, 0]);
    let animated = [&still[..33], &chunk(*b"acTL", &control), &chunk(*b"fcTL", &frame), &still[33..]].concat();
    [still, animated]
}

#[test]
fn animated_picture_is_its_first_frame_with_a_warning() {
    let [still, animated] = still_and_animated();
    let (model, warnings) = told(tiny());
    let expected = code(&model, Style::Picture(still));
    assert_eq!(code(&model, Style::Picture(animated.clone())), expected);
    animate(&model, with(vec![StyleTrack::new(Style::Picture(animated))]), &tone(16_000, 1, 0.1));
    let warnings = warnings.lock().unwrap();
    assert!(warnings.len() == 2 && warnings.iter().all(|w| w.contains("first frame")), "{warnings:?}");
}

#[test]
fn styles_that_cannot_be_are_refused_before_any_work() {
    let model = model();
    let session = Session::new(&model, options(16_000, 1)).expect("session");
    for (start_s, end_s) in [(2.0, 1.0), (-1.0, 1.0), (f64::NAN, 1.0), (0.0, f64::NAN)] {
        let track = over(text("happy"), start_s, end_s);
        assert!(matches!(session.add_style(track.clone()), Err(Error::InvalidArgument(_))), "{start_s} to {end_s}");
        assert!(matches!(refusal(Session::new(&model, with(vec![track]))), Error::InvalidArgument(_)));
    }
    let narrow = StyleTrack::new(Style::Code(vec![0.0; WIDTH - 1]));
    assert!(matches!(session.add_style(narrow), Err(Error::InvalidArgument(_))));
    assert!(matches!(session.set_style_strength(0, 1.0), Err(Error::InvalidArgument(_))), "there is no style 0");
    for number in 0..64 {
        assert_eq!(session.add_style(StyleTrack::new(Style::Code(vec![0.0; WIDTH]))), Ok(number));
    }
    let one_more = session.add_style(StyleTrack::new(text("")));
    assert!(matches!(one_more, Err(Error::InvalidArgument(_))), "{one_more:?}");
}
