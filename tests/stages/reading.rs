//! What prompts and pictures say to a model: the starter's reader, and packs whose reader cannot be.

use std::sync::{Arc, OnceLock};

use media2face::Error;
use media2face::internals::tensor::Weight;
use media2face::pack::{Manifest, NgramsConfig, Pack, Size, StyleReaderConfig, random};
use media2face::{Model, PromptReading, Style};

use super::session::runtime;
use super::starter;

fn starter() -> &'static Arc<Model> {
    static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
    MODEL.get_or_init(starter::model)
}

fn model_of(pack: Pack) -> Arc<Model> {
    Model::new(&runtime(0), pack).expect("model")
}

fn read(prompt: &str) -> PromptReading {
    starter().read_prompt(&Arc::new(Style::Text(prompt.to_owned()))).expect("a reading")
}

#[test]
fn words_of_the_training_are_read_as_what_they_mean() {
    for (prompt, emotion) in [
        ("happy", "happy"),
        ("very angry", "angry"),
        ("a sad voice", "sad"),
        ("frightened", "afraid"),
        ("fröhlich", "happy"),
        ("triste", "sad"),
        ("a calm voice", "calm"),
        ("😡", "angry"),
    ] {
        let reading = read(prompt);
        assert_eq!(reading.emotion().name, emotion, "{prompt}: {}", reading.summary());
        assert!(!reading.says_nothing && reading.confidence > 0.3, "{prompt}: {}", reading.summary());
    }
    let [mild, plain, strong] = ["slightly angry", "angry", "extremely angry"].map(|prompt| read(prompt).strength);
    assert!(mild < plain && plain < strong, "{mild} {plain} {strong}");
}

#[test]
fn head_acts_are_read_alone_and_beside_an_emotion() {
    for (prompt, act) in [("shaking the head", "shake"), ("winking", "wink"), ("happy, shaking the head", "shake")] {
        let reading = read(prompt);
        assert_eq!(reading.head_act().map(|act| act.name.as_str()), Some(act), "{prompt}: {}", reading.summary());
        assert!(!reading.says_nothing && reading.head_strength > 0.0, "{prompt}");
    }
    assert_eq!(read("happy, shaking the head").emotion().name, "happy");
    assert!(read("happy").head_act().is_none());
}

#[test]
fn prompts_without_a_known_word_say_nothing_and_are_told_the_nearest() {
    for prompt in ["asdf qwer", "not happy at all", "read page seven", "the quick brown fox"] {
        let reading = read(prompt);
        assert!(reading.says_nothing && reading.strength == 0.0, "{prompt}: {}", reading.summary());
        let warning = reading.warning("x").expect("a warning");
        assert!(!reading.nearest_words.is_empty() && warning.contains(&reading.nearest_words[0]), "{warning}");
    }
    assert_eq!(read("not happy at all").nearest_words, ["happy"]);
    assert!(read("asdf qwer").nearest_words.iter().any(|word| word == "surprised"), "all that it knows");
    for prompt in ["neutral", "a normal voice", "😐"] {
        assert!(!read(prompt).says_nothing, "{prompt} asks for the neutral face");
    }
}

#[test]
fn what_the_job_warns_of_is_what_was_read() {
    let code = |prompt: &str| starter().style_code(&Arc::new(Style::Text(prompt.to_owned()))).expect("a code");
    assert_eq!(code("happy").len(), 128);
    let raw = Arc::new(Style::Code(code("happy")));
    let reading = starter().read_prompt(&raw).expect("codes are read too");
    assert_eq!((reading.emotion().name.as_str(), reading.says_nothing), ("happy", false));
}

/// The tiny pack with a reader of its codes, drawn by chance.
fn with_reader(change: impl FnOnce(&mut StyleReaderConfig)) -> Pack {
    let tiny = random(Size::Tiny, 1).expect("tiny pack");
    let mut manifest: Manifest = tiny.manifest().clone();
    let width = manifest.clip.as_ref().expect("towers").projection_dim;
    let mut config: StyleReaderConfig = serde_json::from_value(serde_json::json!({
        "emotions": ["none", "glad"], "strengths": [0.5, 1.0], "head_acts": ["nod"], "levels": [1.0],
        "scales": { "emotions": 10.0, "head_acts": 10.0, "picture": 1.0 }, "words": { "glad": ["glad"] }
    }))
    .expect("a configuration");
    change(&mut config);
    manifest.style_reader = Some(config);
    let rows = |count: usize| (0..count * width).map(|i| (i as f32 * 0.7).sin()).collect::<Vec<_>>();
    let own = [("moods", 3), ("movements", 2)].map(|(name, count)| {
        let name = format!("style_reader.{name}");
        let weight = Weight::from_f32(&name, &[count, width], &rows(count));
        (name, weight)
    });
    let tensors = tiny.tensors().iter().map(|(name, weight)| (name.clone(), weight.clone())).chain(own);
    Pack::from_parts(manifest, tensors)
}

#[test]
fn pack_without_a_reader_says_so_and_one_with_it_reads() {
    let style = Arc::new(Style::Text("glad".to_owned()));
    let without = model_of(random(Size::Tiny, 1).expect("tiny pack"));
    let error = without.read_prompt(&style).expect_err("no reader");
    assert!(matches!(&error, Error::MissingPart(text) if text.contains("style_reader")), "{error}");
    let reading = model_of(with_reader(|_| {})).read_prompt(&style).expect("a reading");
    assert_eq!((reading.emotions.len(), reading.head_acts.len()), (2, 1));
}

/// That pack with n-grams in the place of its text tower: two buckets, all that falls into one is glad and nods a lot.
fn with_ngrams(change: impl FnOnce(&mut NgramsConfig)) -> Pack {
    let pack = with_reader(|_| {});
    let mut manifest: Manifest = pack.manifest().clone();
    let mut config: NgramsConfig = serde_json::from_value(serde_json::json!({
        "buckets": 2, "known": 1, "sharper": 1.0, "least_level": 0.5, "least_intensity": 0.1, "usual_arousal": [0.0, 0.4], "length": 10.0
    }))
    .expect("a configuration");
    change(&mut config);
    manifest.ngrams = Some(config);
    let clip = manifest.clip.as_mut().expect("towers");
    let width = clip.projection_dim;
    clip.text = None;
    let own = [
        ("weight", vec![2], vec![1.0, 1.0]),
        ("table", vec![2, 5], vec![0.0, 0.9, 0.9, 0.5, 1.0, 0.9, 0.0, 0.0, 0.0, 0.0]),
        ("bias", vec![5], vec![0.1, 0.1, 0.1, 0.0, 0.0]),
        ("energy", vec![width], (0..width).map(|i| (i as f32).cos()).collect()),
    ];
    let own = own.map(|(name, shape, values)| {
        let name = format!("ngrams.{name}");
        let weight = Weight::from_f32(&name, &shape, &values);
        (name, weight)
    });
    let all = ("ngrams.known".to_owned(), Weight::from_i32("ngrams.known", &[1], &[-1]));
    let kept = pack.tensors().iter().filter(|(name, _)| !name.starts_with("clip.text_"));
    Pack::from_parts(manifest, kept.map(|(name, weight)| (name.clone(), weight.clone())).chain(own).chain([all]))
}

#[test]
fn ngrams_read_prompts_where_there_is_no_text_tower() {
    let model = model_of(with_ngrams(|_| {}));
    let read = |text: &str| model.read_prompt(&Arc::new(Style::Text(text.to_owned()))).expect("a reading");
    let said: Vec<_> = ["a", "b", "c", "d", "e"].map(read).into_iter().collect();
    assert!(said.iter().any(|reading| reading.emotion().name == "glad"), "{said:?}");
    for reading in &said {
        let sum: f32 = reading.emotions.iter().map(|emotion| emotion.share).sum();
        assert!((sum - 1.0).abs() < 1e-5 && (0.0..=1.0).contains(&reading.strength), "{reading:?}");
    }
    let code = |text: &str| model.style_code(&Arc::new(Style::Text(text.to_owned()))).expect("a code");
    assert_eq!(code("a B"), code("  A, b!"), "case and signs say nothing");
    let length: f32 = code("a").iter().map(|value| value * value).sum::<f32>().sqrt();
    assert!(length > 1.0 && code("").iter().all(|value| value.is_finite()));
    let endless = "ha ".repeat(200_000);
    assert!(code(&endless).iter().all(|value| value.is_finite()));
}

#[test]
fn ngrams_stay_where_another_picture_tower_comes_and_go_where_a_text_tower_does() {
    let (own, tiny) = (with_ngrams(|_| {}), random(Size::Tiny, 2).expect("tiny pack"));
    let towers = |with_text: bool| {
        let mut manifest = Manifest { clip: tiny.manifest().clip.clone(), ..Manifest::default() };
        if !with_text {
            manifest.clip.as_mut().expect("towers").text = None;
        }
        let kept = tiny
            .tensors()
            .iter()
            .filter(|(name, _)| name.starts_with("clip.") && (with_text || !name.starts_with("clip.text_")));
        Pack::from_parts(manifest, kept.map(|(name, weight)| (name.clone(), weight.clone())))
    };
    let merged = own.merge(&towers(false)).expect("a picture tower");
    let style = Arc::new(Style::Text("a".to_owned()));
    let code = |pack: &Pack| model_of(pack.clone()).style_code(&style).expect("a code");
    assert_eq!(code(&merged), code(&own));
    let merged = own.merge(&towers(true)).expect("both towers");
    assert!(merged.manifest().ngrams.is_none() && merged.manifest().reads_text());
    assert!(merged.tensors().keys().all(|name| !name.starts_with("ngrams.")));
}

#[test]
fn ngrams_that_cannot_be_are_refused_by_name() {
    let refused = |pack: Pack, words: &str| {
        let error = pack.to_bytes().and_then(Pack::from_bytes).expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
    };
    refused(with_ngrams(|ngrams| ngrams.buckets = 0), "ngrams.buckets");
    refused(with_ngrams(|ngrams| ngrams.buckets = 3), "ngrams.");
    refused(with_ngrams(|ngrams| ngrams.known = 2), "ngrams.known");
    refused(with_ngrams(|ngrams| ngrams.length = f32::NAN), "ngrams.length");
    refused(with_ngrams(|ngrams| ngrams.least_intensity = 0.0), "ngrams.least_intensity");
    refused(with_ngrams(|ngrams| ngrams.usual_arousal.push(0.0)), "usual_arousal");
    let pack = with_ngrams(|_| {});
    let manifest = Manifest { style_reader: None, ..pack.manifest().clone() };
    let tensors = pack.tensors().iter().map(|(name, weight)| (name.clone(), weight.clone()));
    refused(Pack::from_parts(manifest, tensors), "ngrams without a style_reader");
}

#[test]
fn readers_that_cannot_be_are_refused_by_name() {
    let refused = |change: fn(&mut StyleReaderConfig), words: &str| {
        let error = with_reader(change).to_bytes().and_then(Pack::from_bytes).expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
    };
    refused(|reader| reader.emotions.clear(), "emotions' length");
    refused(|reader| reader.emotions = (0..33).map(|i| i.to_string()).collect(), "emotions' length");
    refused(|reader| reader.emotions[1] = "none".to_owned(), "\"none\" twice");
    refused(|reader| reader.strengths[0] = f32::NAN, "style_reader.strengths");
    refused(|reader| reader.levels.clear(), "levels' length");
    refused(|reader| reader.scales.picture = 0.0, "scales.picture");
    refused(
        |reader| reader.words.insert("cross".to_owned(), Vec::new()).map_or((), drop),
        "no emotion and no head act",
    );
    refused(|reader| reader.strengths.push(1.0), "style_reader.moods");
}
