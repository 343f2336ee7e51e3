//! The style that applies where none is asked for: what it weighs, what it costs, how a pack says it and a host turns it off.

use std::sync::Arc;

use media2face::error::Error;
use media2face::internals::motion::{Clip, SampleOptions, Style};
use media2face::internals::plan::Backend;
use media2face::internals::tensor::Weight;
use media2face::pack::{EmojiConfig, Manifest, Pack};
use media2face::{Animation, Model, Session, SessionOptions, Stage, StyleTrack};

use super::motion::{clip, run, sampler, style, three_steps};
use super::session::{animate, options, runtime, tiny, tone};
use super::support::reference::Reference;
use super::support::{assert_close, backends};

const WIDTH: usize = 32;

/// The tiny pack with two presets and what a manifest says of the default.
fn pack(presets: [&str; 2], change: impl FnOnce(&mut Manifest)) -> Pack {
    let pack = tiny();
    let mut manifest = pack.manifest().clone();
    manifest.presets.names = presets.map(str::to_owned).to_vec();
    change(&mut manifest);
    let codes: Vec<f32> = (0..2 * WIDTH).map(|i| (i as f32).sin()).collect();
    let mut tensors = pack.tensors().clone();
    tensors.insert("presets.codes".to_owned(), Weight::from_f32("presets.codes", &[2, WIDTH], &codes));
    Pack::from_parts(manifest, tensors)
}

fn says(name: &str) -> impl FnOnce(&mut Manifest) {
    let name = Some(name.to_owned());
    move |manifest| manifest.diffusion.default_style = name
}

fn neutral() -> Arc<Model> {
    Model::new(&runtime(0), pack(["neutral", "loud"], |_| ())).expect("model")
}

fn take(model: &Arc<Model>, options: SessionOptions) -> Arc<Animation> {
    animate(model, options, &tone(16_000, 1, 3.0))
}

fn preset(name: &str) -> media2face::Style {
    media2face::Style::Preset(name.to_owned())
}

fn with(styles: Vec<StyleTrack>) -> SessionOptions {
    SessionOptions { styles, ..options(16_000, 1) }
}

/// The tiny sampler on a clip with two branches' worth of weights in the plain form.
fn plain(backend: &dyn Backend, styles: Vec<Style>, options: &SampleOptions) -> Vec<f32> {
    let clip = Clip { audio_curve: Some(vec![0.0; 44]), ..clip(backend, 44, styles) };
    run(backend, vec![clip], options).remove(0).data
}

#[test]
fn default_style_has_the_weights_of_audio_and_style_and_styles_are_told_from_it() {
    let options = SampleOptions { guidance_audio: 1.75, guidance_style: 1.5, ..three_steps() };
    let default_code: Vec<f32> = (0..16).map(|i| (0.3 * i as f32).sin()).collect();
    let ramp: Vec<f32> = (0..44).map(|i| i as f32 / 43.0).collect();
    for backend in backends() {
        let backend = &*backend;
        let of = |styles| {
            let clip = Clip { default_code: Some(default_code.clone()), ..clip(backend, 44, styles) };
            run(backend, vec![clip], &options).remove(0).data
        };
        // As styles of the plain form, in units of s_P, without a branch of audio alone.
        let own = |strength: f32| Style { code: default_code.clone(), strength, weights: None };
        let (audio, style_weight) = (1.75 / 1.5, 1.0);
        assert_close("no style", &of(vec![]), &plain(backend, vec![own(audio + style_weight)], &options), 1e-5);
        for strength in [0.0, 0.5, 1.0, 2.0] {
            let asked = Style { strength, ..style(None) };
            let expected = plain(backend, vec![own(audio + style_weight - strength), asked.clone()], &options);
            assert_close(&format!("strength {strength}"), &of(vec![asked]), &expected, 1e-5);
        }
        let fading = Style { weights: Some(ramp.clone()), ..own(-1.0) };
        let expected = plain(backend, vec![own(audio + style_weight), fading, style(Some(ramp.clone()))], &options);
        assert_close("over time", &of(vec![style(Some(ramp.clone()))]), &expected, 2e-5);
        assert_eq!(
            of(vec![Style { strength: 0.0, ..style(None) }]),
            of(vec![]),
            "strength 0 is the default, to the bit"
        );
    }
}

#[test]
fn clips_with_and_without_a_default_style_share_a_sampling() {
    let code: Vec<f32> = (0..16).map(|i| (0.3 * i as f32).sin()).collect();
    let clips = |backend: &dyn Backend| {
        let of = |default_code, styles| Clip { default_code, ..clip(backend, 44, styles) };
        [of(None, vec![style(None)]), of(Some(code.clone()), vec![]), of(Some(code.clone()), vec![style(None)])]
    };
    for backend in backends() {
        let together = run(&*backend, clips(&*backend).into(), &three_steps());
        for (together, clip) in together.iter().zip(clips(&*backend)) {
            let alone = run(&*backend, vec![clip], &three_steps());
            assert_close("alone and together", &together.data, &alone[0].data, 1e-5);
        }
    }
}

#[test]
fn default_code_that_does_not_fit_is_refused() {
    for code in [vec![0.0; 15], vec![f32::NAN; 16]] {
        let clip = Clip { default_code: Some(code), ..clip(&Reference, 5, vec![]) };
        let refused = media2face::internals::motion::SampleJob::new(sampler(), vec![clip], &three_steps()).err();
        assert!(
            matches!(&refused, Some(Error::InvalidArgument(text)) if text.contains("default style")),
            "{refused:?}"
        );
    }
}

#[test]
fn no_style_is_the_default_style_and_a_host_can_turn_it_off() {
    let model = neutral();
    let unasked = take(&model, options(16_000, 1));
    assert_eq!(unasked.motion(), take(&model, with(vec![StyleTrack::new(preset("neutral"))])).motion());
    let weak = StyleTrack { strength: 0.0, ..StyleTrack::new(preset("loud")) };
    assert_eq!(unasked.motion(), take(&model, with(vec![weak])).motion());

    // A pack that knows no neutral, with the same weights and as many presets.
    let other = Model::new(&runtime(0), pack(["quiet", "loud"], |_| ())).expect("model");
    let as_before = take(&other, options(16_000, 1));
    assert_ne!(unasked.motion(), as_before.motion());
    let off = SessionOptions { default_style: false, ..options(16_000, 1) };
    assert_eq!(take(&model, off.clone()).motion(), as_before.motion());
    let loud =
        |model, options| take(model, SessionOptions { styles: vec![StyleTrack::new(preset("loud"))], ..options });
    assert_eq!(loud(&model, off).motion(), loud(&other, options(16_000, 1)).motion());
}

#[test]
fn frames_without_a_style_keep_the_default_style_bit_for_bit() {
    let model = neutral();
    let over = |name, start_s, end_s| StyleTrack { start_s, end_s, ramp_s: 0.0, ..StyleTrack::new(preset(name)) };
    let unasked = take(&model, options(16_000, 1));
    let styled = take(&model, with(vec![over("loud", 1.0, 2.0)]));
    for frame in (0..30).chain(60..90) {
        assert_eq!(styled.motion().row(frame), unasked.motion().row(frame), "frame {frame}");
    }
    assert_ne!(styled.motion().row(45), unasked.motion().row(45));
    // Asked for over a range it is what is there anyway, and no second sampling is made.
    let asked = take(&model, with(vec![over("neutral", 1.0, 2.0)]));
    assert_eq!(asked.motion(), unasked.motion());
}

#[test]
fn default_style_is_encoded_once_for_all_clips_of_a_model() {
    let model = Model::new(&runtime(0), pack(["quiet", "loud"], says("as usual"))).expect("model");
    let first = take(&model, options(16_000, 1));
    let text = media2face::Style::Text("as usual".to_owned());
    let asked = take(&model, with(vec![StyleTrack::new(text.clone())]));
    assert_eq!(first.motion(), asked.motion(), "a name that is no preset is read as words");
    let code = StyleTrack::new(media2face::Style::Code(model.style_code(&Arc::new(text)).expect("code")));
    assert_eq!(first.motion(), take(&model, with(vec![code])).motion());

    let session = Session::new(&model, options(16_000, 1)).expect("session");
    session.push_f32(&tone(16_000, 1, 0.3)).expect("push");
    session.finish().expect("finish");
    assert_eq!(session.progress().stage, Stage::Style);
    assert!(session.wait(None).expect("job"));
}

#[test]
fn pack_names_its_default_style_or_has_one_that_it_knows() {
    let style_of = |pack: Pack| pack.manifest().default_style().map(str::to_owned);
    let emoji = |words: &str| EmojiConfig { names: [("😐".to_owned(), words.to_owned())].into() };
    assert_eq!(style_of(tiny()), None, "a text tower alone reads any word and knows none");
    assert_eq!(style_of(pack(["calm", "neutral"], |_| ())).as_deref(), Some("neutral"));
    assert_eq!(style_of(pack(["calm", "neutral"], says("calm"))).as_deref(), Some("calm"));
    assert_eq!(style_of(pack(["calm", "neutral"], says(""))), None, "the empty name is none");
    let face = |manifest: &mut Manifest| manifest.emoji = Some(emoji("neutral face"));
    assert_eq!(style_of(pack(["calm", "loud"], face)).as_deref(), Some("neutral"));
    let table = |manifest: &mut Manifest| manifest.emoji = Some(emoji("neutralised face"));
    assert_eq!(style_of(pack(["calm", "loud"], table)), None);
}

#[test]
fn default_style_that_the_pack_cannot_make_is_refused() {
    let check = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = pack(["calm", "loud"], |_| ()).manifest().clone();
        change(&mut manifest);
        manifest.check()
    };
    assert!(
        check(&|manifest| says("calm")(manifest)).is_ok() && check(&|manifest| says("any words")(manifest)).is_ok()
    );
    for name in ["a\u{7}", &"long ".repeat(100)] {
        let refused = check(&|manifest| says(name)(manifest));
        assert!(matches!(&refused, Err(Error::InvalidPack(text)) if text.contains("default_style")), "{refused:?}");
    }
    let untold = check(&|manifest| {
        manifest.clip.as_mut().expect("towers").text = None;
        says("any words")(manifest);
    });
    assert!(matches!(&untold, Err(Error::InvalidPack(text)) if text.contains("any words")), "{untold:?}");
}
