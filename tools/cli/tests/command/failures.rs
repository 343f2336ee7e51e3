//! What goes wrong: exit status, one line on stderr, nothing left behind.

use std::fs;

use hound::{SampleFormat, WavSpec};

use crate::{Bench, INTEGERS, assert_failed, names};

#[test]
fn wrong_usage_ends_with_two() {
    let bench = Bench::new();
    assert_eq!(bench.m2f(&["animate"]).status.code(), Some(2));
    assert_eq!(bench.animate("out", &["--emit", "obj"]).status.code(), Some(2));
    assert_eq!(bench.m2f(&["--help"]).status.code(), Some(0));
}

#[test]
fn negative_numbers_are_told_their_range() {
    let bench = Bench::new();
    for (option, range) in [("--fps", "1..=1000"), ("--steps", "1..=1000"), ("--threads", "1..=256")] {
        let output = bench.animate("out", &[option, "-5"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr.contains("invalid value '-5'") && stderr.contains(range), "{stderr}");
    }
}

#[test]
fn bad_sound_makes_nothing() {
    let bench = Bench::new();
    let floats = WavSpec { bits_per_sample: 32, sample_format: SampleFormat::Float, ..INTEGERS };
    let nan = |i| if i == 7_000 { f32::NAN } else { 0.1 };
    bench.wav("nan.wav", floats, (0..8_000).map(nan));
    bench.wav("empty.wav", INTEGERS, []);
    fs::write(bench.path("text.wav"), "This is not a sound at all.").unwrap();
    fs::create_dir(bench.path("folder.wav")).unwrap();
    bench.wav("slow.wav", WavSpec { sample_rate: 100, ..INTEGERS }, [0.1; 100]);
    for (name, reason) in [
        ("none.wav", "cannot read none.wav: "),
        ("nan.wav", "nan.wav: sample 7000 is not a number"),
        ("empty.wav", "cannot read empty.wav: it holds no samples"),
        ("text.wav", "cannot read text.wav: it is not a sound of a known kind"),
        ("folder.wav", "folder.wav: it is a folder"),
        ("slow.wav", "cannot read slow.wav: its sample rate is 100 Hz, expected 4000 to 768000 Hz"),
    ] {
        assert_failed(&bench.m2f(&["animate", name, "--model", "tiny.m2f", "--out", "out"]), reason);
        assert!(!bench.path("out").exists(), "{name}");
    }
}

#[test]
fn bad_model_makes_nothing() {
    let bench = Bench::new();
    fs::write(bench.path("text.m2f"), "This is not a pack at all.").unwrap();
    for (model, reason) in [("none.m2f", "cannot open the model none.m2f: "), ("text.m2f", "the model text.m2f: ")] {
        assert_failed(&bench.m2f(&["animate", "hum.wav", "--model", model, "--out", "out"]), reason);
        assert_failed(&bench.m2f(&["inspect", model]), reason);
        assert!(!bench.path("out").exists(), "{model}");
    }
}

#[test]
fn options_that_do_not_fit_the_model_make_nothing() {
    let bench = Bench::new();
    bench.pack("plain.m2f", |manifest| manifest.clip = None, |name| !name.starts_with("clip."));
    let plain = |args: &[&str]| {
        let animate = ["animate", "hum.wav", "--model", "plain.m2f", "--out", "out"];
        bench.m2f(&[&animate, args].concat())
    };
    fs::write(bench.path("picture.png"), "").unwrap();
    assert_failed(&plain(&["--style", "happy"]), "no text tower");
    assert_failed(&plain(&["--style-image", "picture.png"]), "no picture tower");
    assert_failed(&plain(&["--style-image", "none.png"]), "cannot read the picture none.png: ");
    assert_failed(&plain(&["--identity", "nobody"]), "no identity \"nobody\"");
    assert!(!bench.path("out").exists());
}

#[test]
fn more_steps_than_the_schedule_has_leave_nothing() {
    let bench = Bench::new();
    let output = bench.animate("out", &["--steps", "900"]);
    assert_failed(&output, "900");
    assert!(!bench.path("out").exists() || names(&bench.path("out")).is_empty());
}

#[test]
fn place_that_cannot_be_written_is_found_before_the_work() {
    let bench = Bench::new();
    fs::write(bench.path("file"), "mine").unwrap();
    assert_failed(&bench.animate("file", &[]), "cannot make the folder file");
    assert_eq!(fs::read(bench.path("file")).unwrap(), b"mine");

    fs::create_dir_all(bench.path("out/hum.json")).unwrap();
    assert_failed(&bench.animate("out", &["--emit", "csv,json"]), "hum.json: it is a folder");
    assert_eq!(names(&bench.path("out")), ["hum.json"]);
}
