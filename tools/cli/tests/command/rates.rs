//! `--fps` and `fps` of scripts: fractions are exact in every file.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::{Bench, INTEGERS, assert_failed, has_ffmpeg};

fn json(bench: &Bench, path: &str) -> Value {
    serde_json::from_slice(&fs::read(bench.path(path)).unwrap()).unwrap()
}

/// The JSON part of a binary glTF.
fn gltf(bench: &Bench, path: &str) -> Value {
    let bytes = fs::read(bench.path(path)).unwrap();
    let length = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    serde_json::from_slice(&bytes[20..20 + length]).unwrap()
}

#[test]
fn decimals_and_fractions_are_one_rate_in_every_file() {
    let bench = Bench::new();
    bench.wav("hum.wav", INTEGERS, (0..40_000).map(|i| (i as f32 * 0.05).sin() * 0.25));
    for (fps, same, pair, frames) in [
        ("24000/1001", "23.976", [24_000, 1001], 60),
        ("30000/1001", "29.97", [30_000, 1001], 75),
        ("60000/1001", "59.94", [60_000, 1001], 150),
    ] {
        for (out, fps) in [("a", fps), ("b", same)] {
            let output = bench.animate(out, &["--fps", fps, "--emit", "json,csv,glb", "--tail", "0"]);
            assert!(output.status.success(), "{output:?}");
        }
        // They were asked for in other words, which they tell.
        let motions = ["a", "b"].map(|out| {
            let file = |name: &str| fs::read(bench.path(out).join(name)).unwrap();
            let mut gltf = gltf(&bench, &format!("{out}/hum.glb"));
            assert!(gltf["asset"]["extras"].take().is_object());
            (crate::motion(&file("hum.json")), file("hum.csv"), gltf)
        });
        assert!(motions[0] == motions[1], "{fps}");
        let document = json(&bench, "a/hum.json");
        assert_eq!(document["frame_rate"], serde_json::json!(pair));
        assert_eq!(document["fps"], f64::from(pair[0]) / f64::from(pair[1]));
        assert_eq!(document["frames"], frames);
        let gltf = gltf(&bench, "a/hum.glb");
        let animation = &gltf["animations"][0]["samplers"][0]["input"];
        let last = gltf["accessors"][animation.as_u64().unwrap() as usize]["max"][0].as_f64().unwrap();
        let expected = f64::from(frames - 1) * f64::from(pair[1]) / f64::from(pair[0]);
        assert_eq!(last as f32, expected as f32, "{fps}");
    }
}

#[test]
fn timecode_counts_frames_and_drops_numbers_where_asked() {
    let bench = Bench::new();
    bench.wav("hum.wav", INTEGERS, (0..20_000).map(|i| (i as f32 * 0.05).sin() * 0.25));
    let codes = |fps: &str, more: &[&str]| -> Vec<String> {
        let output = bench.animate("out", &[&["--emit", "csv", "--tail", "0", "--fps", fps], more].concat());
        assert!(output.status.success(), "{output:?}");
        let csv = fs::read_to_string(bench.path("out/hum.csv")).unwrap();
        csv.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
    };
    let broadcast = codes("29.97", &[]);
    let counted: Vec<String> = (0..37).map(|i| format!("00:00:{:02}:{:02}.000", i / 30, i % 30)).collect();
    assert_eq!(broadcast, counted);
    assert_eq!(codes("23.976", &[])[24], "00:00:01:00.000");
    assert_eq!(codes("59.94", &["--drop-frame"])[59..61], ["00:00:00;59.000", "00:00:01;00.000"]);
    assert_failed(&bench.animate("none", &["--fps", "24", "--drop-frame"]), "29.97 or 59.94 frames a second, not 24");
    assert!(!bench.path("none").exists());
}

#[test]
fn film_carries_the_fraction() {
    if !has_ffmpeg() {
        return;
    }
    let bench = Bench::new();
    for (fps, rate) in [("23.976", "24000/1001"), ("30000/1001", "30000/1001"), ("59.94", "60000/1001"), ("25", "25/1")]
    {
        let output = bench.animate("out", &["--emit", "mp4", "--size", "64", "--tail", "0", "--fps", fps]);
        assert!(output.status.success(), "{output:?}");
        let mut probe = Command::new("ffprobe");
        probe.args(["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=r_frame_rate", "-of", "csv=p=0"]);
        let told = probe.arg(bench.path("out/hum.mp4")).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&told.stdout).trim(), rate);
        // And every frame of it is read back.
        let output = bench.m2f(&[
            "extract",
            "out/hum.mp4",
            "--model",
            "tiny.m2f",
            "--out",
            "set",
            "--quiet",
            "--whole",
            "--fps",
            fps,
        ]);
        assert!(output.status.success(), "{output:?}");
        let index = fs::read_to_string(bench.path("set/index.jsonl")).unwrap();
        let row: Value = serde_json::from_str(index.lines().last().unwrap()).unwrap();
        let (frames, per_second) = rate.split_once('/').unwrap();
        let exact = frames.parse::<f64>().unwrap() / per_second.parse::<f64>().unwrap();
        assert_eq!((&row["fps"], &row["frames"]), (&exact.into(), &((exact / 2.0).round() as u64).into()), "{row}");
    }
}

#[test]
fn scripts_take_numbers_and_fractions() {
    let bench = Bench::new();
    let script = |fps: &str| {
        format!(
            "[scene]\nmodel = \"tiny.m2f\"\nfps = {fps}\n[[character]]\nname = \"ann\"\nposition_m = [0, 0, 0]\n\
             [[line]]\ncharacter = \"ann\"\naudio = \"hum.wav\"\n"
        )
    };
    for (fps, pair) in
        [("23.976", [24_000, 1001]), ("\"30000/1001\"", [30_000, 1001]), ("25", [25, 1]), ("12.5", [25, 2])]
    {
        fs::write(bench.path("scene.toml"), script(fps)).unwrap();
        let output = bench.m2f(&["scene", "scene.toml", "--out", "out", "--emit", "json"]);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(json(&bench, "out/ann.json")["frame_rate"], serde_json::json!(pair), "{fps}");
    }
    for fps in ["0", "\"24/0\"", "\"fast\"", "true", "2000", "24\ndrop_frame = true"] {
        fs::write(bench.path("scene.toml"), script(fps)).unwrap();
        let output = bench.m2f(&["scene", "scene.toml", "--out", "none", "--emit", "json"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && stderr.contains("[scene], "), "{fps}: {stderr}");
        assert!(!bench.path("none").exists());
    }
}
