//! `m2f compare`: the study and its key; what is refused before the work.

use std::fs;

use serde_json::Value;

use crate::{Bench, assert_failed, has_ffmpeg, names};

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
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("2 items in "), "{output:?}");
    assert_eq!(names(&bench.path("study")), ["key.json", "page"]);

    let key: Value = serde_json::from_slice(&fs::read(bench.path("study/key.json")).unwrap()).unwrap();
    assert!(key["packs"]["a"].as_str().unwrap().contains("tiny.m2f"));
    assert!(key["packs"]["b"].as_str().unwrap().contains("other.m2f"));
    let page = fs::read_to_string(bench.path("study/page/index.html")).unwrap();
    let mut films = Vec::new();
    for (item, style) in key["items"].as_array().unwrap().iter().zip(["happy", "sad"]) {
        assert_eq!((&item["audio"], &item["style"]), (&"hum.wav".into(), &style.into()));
        let pair = item["films"].as_object().unwrap();
        let mut packs: Vec<&str> = pair.values().map(|pack| pack.as_str().unwrap()).collect();
        packs.sort_unstable();
        assert_eq!(packs, ["a", "b"]);
        films.extend(pair.keys().map(|name| format!("{name}.mp4")));
        let [first, second] =
            [0, 1].map(|i| fs::read(bench.path("study/page").join(&films[films.len() - 2 + i])).unwrap());
        assert!(first != second && first.len() > 1000, "two packs, two films");
    }
    let seeds = [0, 1].map(|i| key["items"][i]["seed"].as_u64().unwrap());
    assert!(seeds[0] == seeds[1] && seeds[0] > 0, "one sound, one seed: {seeds:?}");
    assert!(films.iter().all(|film| page.contains(film.trim_end_matches(".mp4"))));
    assert!(!["tiny", "other", "hum"].iter().any(|word| page.contains(word)), "the page tells no names");
    films.push("index.html".to_owned());
    films.sort();
    assert_eq!(names(&bench.path("study/page")), films);

    let again = bench.m2f(&study);
    assert_failed(&again, "key.json exists already");

    let [left, right] = [0, 1].map(|i| key["items"][0]["films"].as_object().unwrap().keys().nth(i).unwrap().clone());
    let vote = format!("rater,item,question,vote,left,right,time\nr,1,lips,left,{left},{right},2026-01-01T00:00:00Z\n");
    fs::write(bench.path("votes.csv"), vote).unwrap();
    let table = bench.m2f(&["compare", "--tally", "votes.csv", "--key", "study/key.json"]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    let first = key["items"][0]["films"][&left] == "a";
    let row = if first { "1     0     0   100 %" } else { "0     1     0   0 %" };
    assert!(table.contains("1 raters, 2 items") && table.contains(row), "{table}");
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
        &["compare", "tiny.m2f", "tiny.m2f", "--out", "study"],
        &["compare", "--tally", "votes.csv"],
        &["compare", "tiny.m2f", "tiny.m2f", "--tally", "votes.csv", "--key", "key.json"],
    ] {
        assert_eq!(bench.m2f(usage).status.code(), Some(2), "{usage:?}");
    }
    assert_failed(&bench.m2f(&["compare", "--tally", "votes.csv", "--key", "none.json"]), "cannot read none.json");
}
