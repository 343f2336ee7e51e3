//! `m2f retarget`: weights of a file by the channels of another rig.

use std::fs;

use serde_json::Value;

use crate::{Bench, assert_failed, names};

fn json(bench: &Bench, path: &str) -> Value {
    serde_json::from_slice(&fs::read(bench.path(path)).unwrap()).unwrap()
}

/// Weights of all frames of a channel.
fn column(json: &Value, name: &str) -> Vec<f64> {
    let at = json["names"].as_array().unwrap().iter().position(|own| own == name).unwrap();
    json["weights"].as_array().unwrap().iter().map(|row| row[at].as_f64().unwrap()).collect()
}

#[test]
fn every_form_that_animate_writes_is_read_back() {
    let bench = Bench::new();
    assert!(bench.animate("out", &["--emit", "json,a2f,csv,table"]).status.success());
    assert!(bench.animate("vrm", &["--emit", "json", "--rig", "vrm1"]).status.success());
    let (own, vrm) = (json(&bench, "out/hum.json"), json(&bench, "vrm/hum.json"));
    for (file, exact, more) in [
        ("hum.json", true, &[][..]),
        ("hum.a2f.json", true, &[]),
        // A clip that is shorter than a second.
        ("hum.csv", false, &["--fps", "30"]),
        ("hum.table.csv", false, &[]),
    ] {
        let near = |a: &[f64], b: &[f64]| {
            let bound = if exact { 0.0 } else { 2e-6 };
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= bound)
        };
        let input = format!("out/{file}");
        let retarget = |rig: &str| {
            let args = ["retarget", &input, "--rig", rig, "--out", "there"];
            let output = bench.m2f(&[&args, more].concat());
            assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(
                said.starts_with("24 frames at 30 fps, ") && said.ends_with(&format!("hum.{rig}.json in there\n")),
                "{said}"
            );
            json(&bench, &format!("there/hum.{rig}.json"))
        };
        let arkit = retarget("arkit");
        assert_eq!((&arkit["rig"], &arkit["frame_rate"]), (&"arkit".into(), &own["frame_rate"]));
        for name in own["names"].as_array().unwrap() {
            let name = name.as_str().unwrap();
            assert!(near(&column(&arkit, name), &column(&own, name)), "{file}: {name}");
        }
        let moods = retarget("vrm1");
        assert_eq!(moods["names"], vrm["names"]);
        if exact {
            assert_eq!(moods["weights"], vrm["weights"], "{file}");
        }
        let told = file == "hum.json";
        assert_eq!((moods.get("seed"), moods["head"] == own["head"]), (told.then_some(&own["seed"]), told));
    }
    assert_eq!(names(&bench.path("there")), ["hum.arkit.json", "hum.vrm1.json"]);
}

#[test]
fn each_kind_of_file_is_written_beside_the_one_that_is_read() {
    let bench = Bench::new();
    assert!(bench.animate("out", &["--emit", "json,a2f,csv"]).status.success());
    let before = fs::read(bench.path("out/hum.json")).unwrap();
    let args = ["retarget", "out/hum.json", "--rig", "oculus", "--out", "out", "--emit", "json,table,csv,a2f,csv"];
    let output = bench.m2f(&args);
    assert!(output.status.success(), "{output:?}");
    let made = ["hum.oculus.a2f.json", "hum.oculus.csv", "hum.oculus.json", "hum.oculus.table.csv"];
    let all = [&["hum.a2f.json", "hum.csv", "hum.json", "hum.provenance.json"][..], &made].concat();
    let mut found = names(&bench.path("out"));
    found.sort();
    let mut expected: Vec<String> = all.iter().map(|&name| name.to_owned()).collect();
    expected.sort();
    assert_eq!(found, expected);
    assert!(fs::read(bench.path("out/hum.json")).unwrap() == before);
    let (a2f, other) = (json(&bench, "out/hum.a2f.json"), json(&bench, "out/hum.oculus.a2f.json"));
    assert_eq!((&a2f["weightMat"], &a2f["facsNames"]), (&other["weightMat"], &other["facsNames"]));
    assert_eq!(json(&bench, "out/hum.oculus.json")["names"][0], "sil");
    // But for how far its eyes turn, which the file does not tell.
    let weights = |name: &str| -> Vec<String> {
        let text = fs::read_to_string(bench.path(name)).unwrap();
        text.lines().map(|line| line.split(',').take(2 + 52 + 3).collect::<Vec<_>>().join(",")).collect()
    };
    assert_eq!(weights("out/hum.csv"), weights("out/hum.oculus.csv"));
}

#[test]
fn files_that_cannot_be_retargeted_make_nothing() {
    let bench = Bench::new();
    let retarget =
        |name: &str, more: &[&str]| bench.m2f(&[&["retarget", name, "--rig", "vrm1", "--out", "none"], more].concat());
    fs::write(bench.path("a.json"), r#"{"fps":30,"names":["aa","ih"],"weights":[[0,1]]}"#).unwrap();
    assert_failed(&retarget("a.json", &[]), "a.json: none of its channels is one of ARKit's");
    fs::write(bench.path("a.json"), r#"{"fps":30,"names":["jawOpen"],"weights":[[0],[0,1]]}"#).unwrap();
    assert_failed(&retarget("a.json", &[]), "cannot read a.json: frame 1 has 2 weights for 1 names");
    fs::write(bench.path("a.json"), r#"{"fps":30,"names":["jawOpen"],"weights":[[0],"#).unwrap();
    assert_failed(&retarget("a.json", &[]), "cannot read a.json: EOF while parsing");
    assert_failed(&retarget("hum.wav", &[]), "hum.wav is not a text file");
    assert_failed(&retarget("none.json", &[]), "cannot read none.json");
    for wrong in [["--emit", "glb"], ["--emit", "usd"], ["--fps", "0"], ["--rig", "daz"]] {
        assert_eq!(retarget("a.json", &wrong).status.code(), Some(2), "{wrong:?}");
    }
    assert!(!bench.path("none").exists());
    // Channels of others are told and left out; weights that go too far are brought in.
    fs::write(bench.path("a.json"), r#"{"fps":30,"names":["JawOpen","tongueUp"],"weights":[[1.5,0]]}"#).unwrap();
    let output = bench.m2f(&["retarget", "a.json", "--rig", "arkit"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.lines().count() == 2, "{told}");
    assert!(told.contains("1 channels are none of ARKit's and are left out: tongueUp"), "{told}");
    assert!(told.contains("the first JawOpen 1.5 in frame 0"), "{told}");
    assert_eq!(column(&json(&bench, "out/a.arkit.json"), "jawOpen"), [1.0]);
}
