//! Lines that cannot be made: each is told, and the others are made.

use std::fs;

use serde_json::Value;

use super::{assert_done, files, statuses, told};
use crate::{Bench, INTEGERS, assert_failed};

/// What is wrong, in which column, and what is told of it.
const FAULTS: [(&str, &str, &str); 15] = [
    ("missing,none.wav,,,,,", "sound", "cannot read none.wav"),
    ("text,text.wav,,,,,", "sound", "text.wav: it is not a sound of a known kind"),
    ("empty,empty.wav,,,,,", "sound", "empty.wav: it holds no samples"),
    ("nothing,nothing.wav,,,,,", "sound", "nothing.wav: it is empty"),
    ("folder,sounds,,,,,", "sound", "it is a folder, and only files are read"),
    ("preset,hum.wav,,,nobody,,", "preset", "nobody"),
    ("emotion,hum.wav,,,,happy,", "emotions", "expected TIME=STYLE, such as 0=happy"),
    ("back,hum.wav,,,,1=sad;0=happy,", "emotions", "times rise"),
    ("identity,hum.wav,,,,,nobody", "identity", "no identity \"nobody\""),
    ("good,hum.wav,,,,,", "id", "\"good\" is the id of line 2 too"),
    ("a/b,hum.wav,,,,,", "id", "\"a/b\" has '/', and becomes a file's name"),
    ("..,hum.wav,,,,,", "id", "begins or ends with a point"),
    ("spoken,,Hello,,,,", "text", "a text needs something that speaks it: --tts COMMAND"),
    ("both,hum.wav,Hello,,,,", "text", "there is a sound too: give one of them"),
    (",hum.wav,,,,,", "id", "it is empty: every line has one of its own"),
];

#[test]
fn each_line_that_cannot_be_made_is_told_and_the_others_are_made() {
    let bench = Bench::new();
    fs::write(bench.path("text.wav"), "no sound").unwrap();
    fs::write(bench.path("nothing.wav"), "").unwrap();
    fs::create_dir(bench.path("sounds")).unwrap();
    bench.wav("empty.wav", INTEGERS, []);
    let rows: String = FAULTS.iter().map(|(row, ..)| format!("{row}\n")).collect();
    let table =
        format!("id,sound,text,style,preset,emotions,identity\ngood,hum.wav,,,,,\n{rows}last,hum.wav,,happy,,,\n");
    fs::write(bench.path("lines.csv"), table).unwrap();
    for jobs in ["1", "3"] {
        let store = format!("store{jobs}");
        let output = bench.bake("lines.csv", &store, &["--jobs", jobs]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{stderr}");
        let lines = told(&output);
        assert_eq!(lines.len(), FAULTS.len() + 2);
        for (number, ((_, column, message), line)) in FAULTS.iter().zip(&lines[1..]).enumerate() {
            assert_eq!((&line["status"], &line["column"]), (&Value::from("failed"), &Value::from(*column)), "{line}");
            assert!(line["error"].as_str().unwrap().contains(message), "{line}");
            assert_eq!(line["line"], number + 3);
            let told = stderr.lines().nth(number).unwrap();
            assert!(told.starts_with(&format!("lines.csv line {}", number + 3)), "{told}");
            assert!(told.contains(&format!(", column {column}: ")), "{told}");
        }
        assert_eq!((&lines[0]["status"], &lines[FAULTS.len() + 1]["status"]), (&"made".into(), &"made".into()));
        let last = stderr.lines().last().unwrap();
        assert!(last.starts_with("error: 2 lines made (") && last.contains("15 failed"), "{last}");
        assert_eq!(files(&bench.path(&store)).len(), 2 + 1, "two objects and the index");
    }
    assert!(files(&bench.path("store1")) == files(&bench.path("store3")));
}

#[test]
fn table_that_nothing_can_be_made_of_is_an_error_before_any_work() {
    let bench = Bench::new();
    for (name, text, reason) in [
        (
            "columns.csv",
            "id,sound,voice\na,hum.wav,x\n",
            "columns.csv: line 1: no column is called \"voice\"; there are: id, sound",
        ),
        ("empty.csv", "", "empty.csv: line 1: the column id is missing"),
        ("none.csv", "id,sound\n", "none.csv has no lines"),
    ] {
        fs::write(bench.path(name), text).unwrap();
        assert_failed(&bench.bake(name, "store", &[]), reason);
    }
    fs::write(bench.path("latin.csv"), b"id,sound\n\xfc,hum.wav\n").unwrap();
    assert_failed(&bench.bake("latin.csv", "store", &[]), "line 2 is not in UTF-8");
    assert_failed(&bench.bake("nowhere.csv", "store", &[]), "cannot read the table nowhere.csv");
    fs::create_dir(bench.path("sounds")).unwrap();
    assert_failed(&bench.bake("sounds", "store", &[]), "sounds has no lines");
    if cfg!(unix) {
        assert_failed(&bench.bake("/dev/zero", "store", &[]), "it is a device, and only files are read");
    }
    assert!(!bench.path("store").exists());
}

/// The starter alone tells what words say.
#[test]
fn style_that_says_nothing_warns_or_fails() {
    let bench = Bench::new();
    fs::write(bench.path("lines.jsonl"), "{\"id\":\"a\",\"sound\":\"hum.wav\",\"style\":\"asdf qwer\"}\n").unwrap();
    let bake = |more: &[&str]| {
        let args = ["bake", "lines.jsonl", "--store", "store", "--quiet", "--steps", "1"];
        bench.m2f(&[&args, more].concat())
    };
    let strict = bake(&["--strict"]);
    assert_eq!(strict.status.code(), Some(3));
    let line = &told(&strict)[0];
    assert_eq!(line["column"], "style");
    assert!(line["error"].as_str().unwrap().contains("says nothing to this model"), "{line}");
    let output = bake(&[]);
    assert_done(&output);
    let line = &told(&output)[0];
    assert!(line["warnings"][0].as_str().unwrap().contains("\"asdf qwer\" says nothing"), "{line}");
    // It is no matter of the result: what is there is good enough.
    assert_eq!(statuses(&bake(&["--strict"])), ["kept"]);
}

#[test]
fn sounds_that_say_little_are_made_with_a_warning() {
    let bench = Bench::new();
    bench.wav("silent.wav", INTEGERS, [0.0; 4_000]);
    bench.wav("clipped.wav", INTEGERS, (0..4_000).map(|i| ((i as f32 * 0.05).sin() * 4.0).clamp(-1.0, 1.0)));
    fs::write(bench.path("lines.csv"), "id,sound\na,silent.wav\nb,clipped.wav\nc,hum.wav\n").unwrap();
    let output = bench.bake("lines.csv", "store", &["--jobs", "1"]);
    assert_done(&output);
    let lines = told(&output);
    assert!(lines[0]["warnings"][0].as_str().unwrap().contains("it is silent"), "{}", lines[0]);
    assert!(lines[1]["warnings"][0].as_str().unwrap().contains("it is clipped"), "{}", lines[1]);
    assert!(lines[2].get("warnings").is_none(), "{}", lines[2]);
}
