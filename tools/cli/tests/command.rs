//! The built `m2f` command, run as a user runs it, on a tiny pack with random weights.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hound::{SampleFormat, WavSpec, WavWriter};
use tempfile::TempDir;

/// A folder with `tiny.m2f` and `hum.wav` (0.5 s).
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        let made = bench.m2f(&["convert", "--random", "tiny", "--seed", "1", "--out", "tiny.m2f"]);
        assert!(made.status.success(), "{made:?}");
        let spec = WavSpec { channels: 1, sample_rate: 16_000, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut wav = WavWriter::create(bench.path("hum.wav"), spec).unwrap();
        for i in 0..8_000 {
            wav.write_sample(((i as f32 * 0.05).sin() * 8_000.0) as i16).unwrap();
        }
        wav.finalize().unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn m2f(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_m2f")).current_dir(self.folder.path()).args(args).output().unwrap()
    }

    fn animate(&self, out: &str, more: &[&str]) -> Output {
        let args = ["animate", "hum.wav", "--model", "tiny.m2f", "--out", out];
        self.m2f(&[&args, more].concat())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// One line on stderr that begins with `error:`, status 1, nothing on stdout.
fn assert_failed(output: &Output, message: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.starts_with("error: ") && stderr.contains(message), "{stderr}");
    assert_eq!(stderr.trim_end().lines().count(), 1, "{stderr}");
    assert!(output.stdout.is_empty());
}

#[test]
fn every_file_is_written_with_a_row_for_each_frame() {
    let bench = Bench::new();
    let output = bench.animate("out", &["--emit", "glb,csv,json,png,npy"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.starts_with("0.50 s of audio, 15 frames in "), "{stdout}");
    assert_eq!(stdout.lines().count(), 1);

    let out = bench.path("out");
    assert_eq!(names(&out), ["hum.csv", "hum.glb", "hum.json", "hum.offsets.npy", "hum.png"]);
    assert_eq!(fs::read_to_string(out.join("hum.csv")).unwrap().lines().count(), 1 + 15);
    let json: serde_json::Value = serde_json::from_slice(&fs::read(out.join("hum.json")).unwrap()).unwrap();
    assert_eq!(json["weights"].as_array().unwrap().len(), 15);
    assert_eq!(json["head"].as_array().unwrap().len(), 15);
    assert!(fs::read(out.join("hum.png")).unwrap().starts_with(b"\x89PNG"));
    let npy = fs::read(out.join("hum.offsets.npy")).unwrap();
    assert!(String::from_utf8_lossy(&npy[..128]).contains("'shape': (15, "));
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
fn rate_changes_the_number_of_frames() {
    let bench = Bench::new();
    assert!(bench.animate("out", &["--fps", "60", "--emit", "csv"]).status.success());
    assert_eq!(fs::read_to_string(bench.path("out/hum.csv")).unwrap().lines().count(), 1 + 30);
}

#[test]
fn failures_are_one_line_and_leave_nothing_behind() {
    let bench = Bench::new();
    assert_failed(&bench.m2f(&["animate", "none.wav", "--out", "out"]), "none.wav");
    assert_failed(&bench.m2f(&["animate", "tiny.m2f", "--out", "out"]), "not a WAV file");
    assert_failed(&bench.m2f(&["inspect", "hum.wav"]), "hum.wav");
    assert_failed(&bench.animate("out", &["--identity", "nobody"]), "nobody");
    assert!(!bench.path("out").exists() || names(&bench.path("out")).is_empty());

    fs::write(bench.path("file"), "").unwrap();
    assert_failed(&bench.animate("file", &[]), "file");
    let whole = fs::read(bench.path("hum.wav")).unwrap();
    fs::write(bench.path("hum.wav"), &whole[..whole.len() - 1001]).unwrap();
    assert_failed(&bench.animate("cut", &[]), "is cut off at sample");
    assert!(names(&bench.path("cut")).is_empty());
}

#[test]
fn wrong_usage_ends_with_two() {
    let bench = Bench::new();
    assert_eq!(bench.m2f(&["animate"]).status.code(), Some(2));
    assert_eq!(bench.animate("out", &["--emit", "obj"]).status.code(), Some(2));
    assert_eq!(bench.m2f(&["--help"]).status.code(), Some(0));
}

#[test]
fn pack_is_shown_in_text_and_json() {
    let bench = Bench::new();
    let text = bench.m2f(&["inspect", "tiny.m2f"]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("gnpfa.generator"));
    let json = bench.m2f(&["inspect", "tiny.m2f", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(report["networks"].as_array().unwrap().iter().any(|network| network["name"] == "denoiser"));
    let names: Vec<String> =
        serde_json::from_slice(&bench.m2f(&["identities", "--model", "tiny.m2f", "--json"]).stdout).unwrap();
    assert!(!names.is_empty());
}

#[test]
fn bench_reports_every_stage() {
    let bench = Bench::new();
    let output = bench.m2f(&["bench", "--model", "tiny.m2f", "--seconds", "1", "--repeat", "2", "--style", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["frames"], 30);
    let stages: Vec<&str> = report["stages"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert!(stages.contains(&"face") && stages.contains(&"weights"), "{stages:?}");
    assert!(report["first_frame_ms"].as_f64().unwrap() > 0.0);
}
