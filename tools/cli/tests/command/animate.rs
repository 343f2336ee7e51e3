//! `m2f animate`: which files come out, and what is said of them.

use std::fs;

use hound::{SampleFormat, WavSpec};

use crate::{Bench, INTEGERS, assert_failed, motion, names};

#[test]
fn every_file_is_written_with_a_row_for_each_frame() {
    let bench = Bench::new();
    let output = bench.animate("out", &["--emit", "glb,csv,json,png,npy"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8(output.stdout).unwrap();
    // 0.3 s of silence in which the face comes to rest.
    assert!(stdout.starts_with("0.50 s of audio, 24 frames: model "), "{stdout}");
    let stages = ["motion ", " × real time · files ", " s"];
    assert!(stages.iter().all(|stage| stdout.contains(stage)), "{stdout}");
    assert_eq!(stdout.lines().count(), 1);

    let out = bench.path("out");
    assert_eq!(names(&out), ["hum.csv", "hum.glb", "hum.json", "hum.offsets.npy", "hum.png", "hum.provenance.json"]);
    assert_eq!(fs::read_to_string(out.join("hum.csv")).unwrap().lines().count(), 1 + 24);
    let json: serde_json::Value = serde_json::from_slice(&fs::read(out.join("hum.json")).unwrap()).unwrap();
    assert_eq!(json["weights"].as_array().unwrap().len(), 24);
    assert_eq!(json["head"].as_array().unwrap().len(), 24);
    assert!(fs::read(out.join("hum.png")).unwrap().starts_with(b"\x89PNG"));
    let npy = fs::read(out.join("hum.offsets.npy")).unwrap();
    assert!(String::from_utf8_lossy(&npy[..128]).contains("'shape': (24, "));
}

#[test]
fn rig_s_channels_are_written_in_place_of_the_model_s() {
    let bench = Bench::new();
    let json = |out: &str, rig: &[&str]| -> serde_json::Value {
        let output = bench.animate(out, &[&["--emit", "json,table,a2f"], rig].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&fs::read(bench.path(out).join("hum.json")).unwrap()).unwrap()
    };
    let (own, visemes) = (json("own", &[]), json("visemes", &["--rig", "oculus"]));
    assert_eq!((own.get("rig"), &visemes["rig"], &visemes["head"]), (None, &"oculus".into(), &own["head"]));
    assert_eq!((visemes["names"].as_array().unwrap().len(), &visemes["names"][0]), (15, &"sil".into()));
    let table = |out: &str| fs::read_to_string(bench.path(out).join("hum.table.csv")).unwrap();
    let [own_table, table] = ["own", "visemes"].map(table);
    assert!(table.starts_with("time_s,sil,PP,") && own_table.lines().count() == table.lines().count());
    let first: Vec<f64> = table.lines().nth(1).unwrap().split(',').map(|value| value.parse().unwrap()).collect();
    for (value, expected) in first[1..16].iter().zip(visemes["weights"][0].as_array().unwrap()) {
        assert!((value - expected.as_f64().unwrap()).abs() < 1e-6, "{table}");
    }
    // Audio2Face's names are ARKit's, whatever the rig.
    let a2f: serde_json::Value =
        serde_json::from_slice(&fs::read(bench.path("visemes/hum.a2f.json")).unwrap()).unwrap();
    assert_eq!((&a2f["numPoses"], &a2f["numFrames"]), (&52.into(), &24.into()));
    let at = |names: &serde_json::Value| names.as_array().unwrap().iter().position(|name| name == "jawOpen").unwrap();
    assert_eq!(a2f["weightMat"][9][at(&a2f["facsNames"])], own["weights"][9][at(&own["names"])]);
    let unknown = bench.animate("none", &["--rig", "daz"]);
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(unknown.status.code() == Some(2) && said.contains("no rig \"daz\"; there are: arkit, oculus"), "{said}");
}

#[test]
fn same_seed_gives_the_same_bytes_and_another_does_not() {
    let bench = Bench::new();
    for (out, seed) in [("a", "3"), ("b", "3"), ("c", "4")] {
        assert!(bench.animate(out, &["--seed", seed, "--emit", "json"]).status.success());
    }
    let [a, b, c] = ["a", "b", "c"].map(|out| fs::read(bench.path(out).join("hum.json")).unwrap());
    assert!(a == b && a != c);
}

#[test]
fn without_a_seed_the_sound_has_one_which_is_told_and_makes_the_take_again() {
    let bench = Bench::new();
    let take = |out: &str, more: &[&str]| {
        let output = bench.animate(out, &[&["--emit", "json"], more].concat());
        assert!(output.status.success(), "{output:?}");
        let json = fs::read(bench.path(out).join("hum.json")).unwrap();
        let seed = serde_json::from_slice::<serde_json::Value>(&json).unwrap()["seed"].as_u64().unwrap();
        let summary = String::from_utf8(output.stdout).unwrap();
        assert!(summary.ends_with(&format!(", seed {seed}\n")), "{summary}");
        (json, seed)
    };
    let (json, seed) = take("unasked", &[]);
    assert_eq!(take("asked", &["--seed", &seed.to_string()]).0, json);
    assert_eq!(take("auto", &["--seed", "auto"]).0, json);
    assert_eq!(take("zero", &["--seed", "0"]).1, 0);
    // The same sound as floats.
    let floats = WavSpec { bits_per_sample: 32, sample_format: SampleFormat::Float, ..INTEGERS };
    let hum = |i: i32| f32::from(((i as f32 * 0.05).sin() * 0.25 * 32_767.0) as i16) / 32_768.0;
    bench.wav("hum.wav", floats, (0..8_000).map(hum));
    assert_eq!(take("floats", &[]).0, json);
    bench.wav("hum.wav", INTEGERS, (0..8_000).map(|i| (i as f32 * 0.06).sin() * 0.25));
    assert_ne!(take("other", &[]).1, seed, "another sound");
}

#[test]
fn default_style_of_a_pack_stands_where_none_is_asked_for_and_can_be_turned_off() {
    let bench = Bench::new();
    bench.pack("gruff.m2f", |manifest| manifest.diffusion.default_style = Some("gruff".to_owned()), |_| true);
    let take = |out: &str, pack: &str, more: &[&str]| {
        let args = ["animate", "hum.wav", "--model", pack, "--out", out, "--emit", "json"];
        let output = bench.m2f(&[&args, more].concat());
        assert!(output.status.success(), "{output:?}");
        motion(&fs::read(bench.path(out).join("hum.json")).unwrap())
    };
    let (plain, gruff) = (take("plain", "tiny.m2f", &[]), take("gruff", "gruff.m2f", &[]));
    assert_ne!(plain, gruff);
    assert_eq!(take("off", "gruff.m2f", &["--no-default-style"]), plain);
    assert_eq!(take("asked", "gruff.m2f", &["--style", "gruff"]), gruff);
    assert_eq!(take("weak", "gruff.m2f", &["--style", "gentle", "--strength", "0"]), gruff);
}

#[test]
fn rate_changes_the_number_of_frames() {
    let bench = Bench::new();
    assert!(bench.animate("out", &["--fps", "60", "--emit", "csv"]).status.success());
    assert_eq!(fs::read_to_string(bench.path("out/hum.csv")).unwrap().lines().count(), 1 + 48);
}

#[test]
fn shortest_clip_is_one_frame() {
    let bench = Bench::new();
    bench.wav("hum.wav", INTEGERS, [0.1; 100]);
    let output = bench.animate("out", &["--emit", "csv", "--tail", "0"]);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stdout.starts_with("0.01 s of audio, 1 frame: "), "{output:?}");
}

#[test]
fn each_kind_of_file_is_written_once() {
    let bench = Bench::new();
    assert!(bench.animate("out", &["--emit", "csv,csv"]).status.success());
    assert_eq!(names(&bench.path("out")), ["hum.csv", "hum.provenance.json"]);
}

#[test]
fn prompt_that_is_cut_warns_even_when_quiet() {
    let bench = Bench::new();
    let long = "very ".repeat(100) + "happy";
    let output = bench.animate("out", &["--emit", "csv", "--quiet", "--style", &long]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.starts_with("warning: the style prompt is longer"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(bench.animate("out", &["--emit", "csv", "--style", "happy"]).stderr.is_empty());
}

#[test]
fn pack_without_a_mesh_gives_weights() {
    let bench = Bench::new();
    bench.pack(
        "plain.m2f",
        |manifest| (manifest.topology, manifest.identities.names) = (None, Vec::new()),
        |name| !name.starts_with("topology.") && !name.starts_with("identities."),
    );
    let args = ["animate", "hum.wav", "--model", "plain.m2f", "--out"];
    let output = bench.m2f(&[&args[..], &["out"]].concat());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(names(&bench.path("out")), ["hum.csv", "hum.json", "hum.provenance.json"]);
    let refused = bench.m2f(&[&args[..], &["none", "--emit", "csv,glb"]].concat());
    assert_failed(&refused, "the model has no mesh");
    assert!(!bench.path("none").exists());
}

#[test]
fn styles_lie_where_they_are_asked_for() {
    let bench = Bench::new();
    let rows = |out: &str, more: &[&str]| {
        let output = bench.animate(out, &[&["--emit", "json"], more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let json = fs::read(bench.path(out).join("hum.json")).unwrap();
        serde_json::from_slice::<serde_json::Value>(&json).unwrap()["weights"].as_array().unwrap().clone()
    };
    let plain = rows("plain", &[]);
    let late = ["--style", "happy", "--at", "0.3-", "--strength", "2", "--ramp", "0"];
    let styled = rows("late", &late);
    assert_eq!(styled[..9], plain[..9]);
    assert_ne!(styled[9..], plain[9..]);
    assert_ne!(rows("reaching", &[&late[..], &["--no-isolate"]].concat())[..9], plain[..9]);
    let two = rows("two", &["--style", "sad", "--at", "0-0.2", "--style", "happy", "--at", "0.2-"]);
    assert_ne!(two, rows("one", &["--style", "happy"]));
    assert_ne!(rows("curve", &["--guidance-audio", "0:2.5,0.4:5"]), plain);
    assert_eq!(rows("level", &["--guidance-audio", "0:2.5"]), rows("constant", &["--guidance-audio", "2.5"]));
}

#[test]
fn style_past_the_end_warns_and_one_that_cannot_be_is_refused() {
    let bench = Bench::new();
    let output = bench.animate("out", &["--emit", "csv", "--quiet", "--style", "happy", "--at", "0.1-3"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.starts_with("warning: style 0 ends at 3 s"), "{stderr}");
    assert_failed(&bench.animate("none", &["--preset", "calm"]), "no presets");
    for wrong in [["--style", "happy", "--at", "3-1"], ["--at", "0-1", "--style", "happy"]] {
        let output = bench.animate("none", &wrong);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
    assert!(!bench.path("none").exists());
}
