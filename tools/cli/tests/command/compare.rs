//! `m2f compare`: the study and its key; what is refused before the work.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::{Bench, assert_failed, has_ffmpeg, names};

/// The key of `study`.
fn key(bench: &Bench) -> Value {
    serde_json::from_slice(&fs::read(bench.path("study/key.json")).unwrap()).unwrap()
}

/// Names of an item's films with their conditions.
fn films(item: &Value) -> Vec<(String, String)> {
    let films = item["films"].as_object().unwrap().iter();
    films.map(|(name, condition)| (name.clone(), condition.as_str().unwrap().to_owned())).collect()
}

/// Bytes of a condition's film of an item.
fn film(bench: &Bench, item: &Value, condition: &str) -> Vec<u8> {
    let films = films(item);
    let (name, _) = films.iter().find(|(_, own)| own == condition).unwrap();
    fs::read(bench.path(&format!("study/page/{name}.mp4"))).unwrap()
}

/// What ffmpeg makes of a file of the page.
fn decoded(bench: &Bench, file: &str, more: &[&str]) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command.args(["-loglevel", "error", "-i"]).arg(bench.path(&format!("study/page/{file}"))).args(more).arg("-");
    command.output().unwrap().stdout
}

#[test]
fn study_has_a_page_films_and_a_key_apart() {
    if !has_ffmpeg() {
        return;
    }
    let bench = Bench::new();
    assert!(bench.m2f(&["convert", "--random", "tiny", "--seed", "2", "--out", "other.m2f"]).status.success());
    let styles = ["--style", "happy", "--style", "sad"];
    let study = ["compare", "tiny.m2f", "other.m2f", "--audio", "hum.wav", "--size", "64", "--out", "study"];
    let output = bench.m2f(&[&study[..], &styles].concat());
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("2 items of 2 conditions in "), "{output:?}");
    assert_eq!(names(&bench.path("study")), ["key.json", "page"]);

    let key = key(&bench);
    assert!(key["conditions"]["a"].as_str().unwrap().contains("tiny.m2f"));
    assert!(key["conditions"]["b"].as_str().unwrap().contains("other.m2f"));
    let page = fs::read_to_string(bench.path("study/page/index.html")).unwrap();
    let mut files = vec!["index.html".to_owned()];
    for (item, style) in key["items"].as_array().unwrap().iter().zip(["happy", "sad"]) {
        assert_eq!((&item["audio"], &item["style"], &item["kind"]), (&"hum.wav".into(), &style.into(), &Value::Null));
        let pair = films(item);
        let mut conditions: Vec<&str> = pair.iter().map(|(_, condition)| condition.as_str()).collect();
        conditions.sort_unstable();
        assert_eq!(conditions, ["a", "b"]);
        let [first, second] = ["a", "b"].map(|condition| film(&bench, item, condition));
        assert!(first != second && first.len() > 1000, "two packs, two films");
        let sound = format!("{}.m4a", item["sound"].as_str().unwrap());
        assert!(page.contains(sound.trim_end_matches(".m4a")) && pair.iter().all(|(name, _)| page.contains(name)));
        files.extend(pair.into_iter().map(|(name, _)| format!("{name}.mp4")));
        files.push(sound);
    }
    let seeds = [0, 1].map(|i| key["items"][i]["seed"].as_u64().unwrap());
    assert!(seeds[0] == seeds[1] && seeds[0] > 0, "one sound, one seed: {seeds:?}");
    assert!(!["tiny", "other.m2f", "hum.wav"].iter().any(|word| page.contains(word)), "the page tells no names");
    files.sort();
    assert_eq!(names(&bench.path("study/page")), files);

    let again = bench.m2f(&study);
    assert_failed(&again, "key.json exists already");

    let item = &key["items"][0];
    let shown = films(item);
    let [(one, condition), (other, _)] = &shown[..] else { panic!("{shown:?}") };
    let vote = format!("rater,item,question,vote,films,time\nr,1,lips,{one},{other} {one},2026-01-01T00:00:00Z\n");
    fs::write(bench.path("votes.csv"), vote).unwrap();
    let table = bench.m2f(&["compare", "--tally", "votes.csv", "--key", "study/key.json"]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    let row = if condition == "a" {
        "  all                 1      0      0"
    } else {
        "  all                 0      1      0"
    };
    assert!(table.contains("1 raters, 2 items") && table.contains(row), "{table}");
}

#[test]
fn packs_and_tracks_are_shown_on_one_face_at_one_length_without_sound() {
    if !has_ffmpeg() {
        return;
    }
    let bench = Bench::new();
    assert!(bench.m2f(&["convert", "--random", "tiny", "--seed", "2", "--out", "other.m2f"]).status.success());
    // What the first pack makes of the sound is the captured truth here; the second has another program's form, and a tail.
    assert!(bench.animate("captured", &["--emit", "json", "--tail", "0"]).status.success());
    assert!(bench.animate("program", &["--emit", "a2f", "--seed", "5"]).status.success());
    let items = "audio,kind,style,track\nhum.wav,song,,\nhum.wav,speech,,hum\n";
    fs::write(bench.path("items.csv"), items).unwrap();
    let study = ["compare", "captured", "tiny.m2f", "program", "other.m2f", "--face", "tiny.m2f", "--size", "64"];
    let output = bench.m2f(&[&study[..], &["--items", "items.csv", "--out", "study"]].concat());
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");

    let key = key(&bench);
    assert_eq!(key["conditions"]["a"], "captured (tracks)");
    assert_eq!(key["face"], "tiny.m2f");
    let kinds = ["song", "speech"];
    assert!(kinds.iter().enumerate().all(|(at, kind)| key["items"][at]["kind"] == *kind), "{key}");
    for item in key["items"].as_array().unwrap() {
        let [truth, pack, program, other] = ["a", "b", "c", "d"].map(|condition| film(&bench, item, condition));
        assert!(truth == pack, "the same weights on the same face are the same film");
        assert!(truth != program && truth != other && program != other, "others are others");
        for (name, _) in films(item) {
            let film = format!("{name}.mp4");
            // Half a second at 30 frames a second.
            let pictures = decoded(&bench, &film, &["-f", "rawvideo", "-pix_fmt", "gray"]);
            assert_eq!(pictures.len(), 15 * 64 * 64);
            assert!(decoded(&bench, &film, &["-map", "0:a?", "-f", "s16le"]).is_empty(), "films are mute");
        }
        let sound = format!("{}.m4a", item["sound"].as_str().unwrap());
        let samples = decoded(&bench, &sound, &["-ac", "1", "-ar", "16000", "-f", "s16le"]).len() / 2;
        assert!((8000..9100).contains(&samples), "{samples} samples");
    }

    let moving = film(&bench, &key["items"][0], "a");
    fs::remove_dir_all(bench.path("study")).unwrap();
    let still = ["compare", "captured", "tiny.m2f", "--face", "tiny.m2f", "--size", "64", "--still-head"];
    let output = bench.m2f(&[&still[..], &["--audio", "hum.wav", "--out", "study"]].concat());
    assert!(output.status.success(), "{output:?}");
    let still = self::key(&bench);
    assert_eq!(still["items"].as_array().unwrap().len(), 1);
    assert!(film(&bench, &still["items"][0], "a") != moving, "the head rests");
}

#[test]
fn study_that_cannot_be_made_leaves_nothing() {
    let bench = Bench::new();
    let compare = |packs: [&str; 2], audio: &str| {
        ["compare", packs[0], packs[1], "--audio", audio, "--out", "study"].map(str::to_owned)
    };
    let run = |args: [String; 7]| bench.m2f(&args.iter().map(String::as_str).collect::<Vec<_>>());
    if has_ffmpeg() {
        assert_failed(&run(compare(["tiny.m2f", "none.m2f"], "hum.wav")), "cannot open the model none.m2f");
        assert_failed(&run(compare(["tiny.m2f", "tiny.m2f"], "none.wav")), "cannot read none.wav");
    }
    let alone = bench.alone(&["compare", "tiny.m2f", "tiny.m2f", "--audio", "hum.wav", "--out", "study"]);
    assert_failed(&alone, "ffmpeg is not on the PATH");
    assert!(!bench.path("study").exists());
    for usage in [
        &["compare", "tiny.m2f"][..],
        &["compare", "a", "b", "c", "d", "e", "--audio", "hum.wav", "--out", "study"],
        &["compare", "tiny.m2f", "tiny.m2f", "--out", "study"],
        &["compare", "tiny.m2f", "tiny.m2f", "--audio", "hum.wav", "--items", "items.csv", "--out", "study"],
        &["compare", "--tally", "votes.csv"],
        &["compare", "tiny.m2f", "tiny.m2f", "--tally", "votes.csv", "--key", "key.json"],
    ] {
        assert_eq!(bench.m2f(usage).status.code(), Some(2), "{usage:?}");
    }
    assert_failed(&bench.m2f(&["compare", "--tally", "votes.csv", "--key", "none.json"]), "cannot read none.json");
}

#[test]
fn tracks_that_do_not_fit_are_told_before_the_work() {
    if !has_ffmpeg() {
        return;
    }
    let bench = Bench::new();
    fs::create_dir(bench.path("captured")).unwrap();
    let fails = |reason: &str| {
        // No pack of this name is there: it is not even looked for.
        let args = ["compare", "captured", "none.m2f", "--items", "items.csv", "--out", "study"];
        assert_failed(&bench.m2f(&args), reason);
        assert!(!bench.path("study").exists());
    };
    let items = |text: &str| fs::write(bench.path("items.csv"), text).unwrap();
    let track = |text: &str| fs::write(bench.path("captured/hum.json"), text).unwrap();
    items("audio,kind\nhum.wav,song\n");
    fails("captured has no track of hum.wav: expected hum with one of the endings .json, .table.csv, .csv, .a2f.json");
    track(r#"{"fps": 30, "names": ["jawOpen"], "weights": [[0], [0.5]"#);
    fails("cannot read captured/hum.json: ");
    track(r#"{"fps": 30, "names": ["jawOpen"], "weights": [[0], [50]]}"#);
    fails("cannot read captured/hum.json: frame 1: ");
    track(r#"{"fps": 30, "names": ["tail"], "weights": [[0], [0.5]]}"#);
    fails("captured/hum.json: none of its channels is one of ARKit's");
    track(r#"{"fps": 1, "names": ["jawOpen"], "weights": [[0], [0.5]]}"#);
    fails("captured/hum.json has 2.00 s, its sound hum.wav 0.50 s: at most 0.5 s may be between them");
    items("audio,kind\nhum.wav,song\nmissing.wav,song\n");
    fails("cannot read missing.wav");
    items("audio,mood\nhum.wav,happy\n");
    fails("items.csv line 2: ");
    fs::create_dir(bench.path("more")).unwrap();
    fs::copy(bench.path("hum.wav"), bench.path("more/hum.wav")).unwrap();
    items("audio\nhum.wav\nmore/hum.wav\n");
    fails("hum.wav and more/hum.wav would have the same track, hum");
}
