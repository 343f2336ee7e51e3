//! `m2f bench`.

use serde_json::Value;

use crate::Bench;
use crate::extent::{IN_FULL, NO_DEVICE, is_full, left_out};

fn report(args: &[&str]) -> Value {
    let bench = Bench::new();
    let length: &[&str] = if args.contains(&"--seconds") { &[] } else { &["--seconds", "1"] };
    let output = bench.m2f(&[&["bench", "--model", "tiny.m2f", "--json"], length, args].concat());
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn report_has_every_figure() {
    let report = report(&["--repeat", "1", "--style", "--threads", "1", "--backend", "cpu"]);
    assert_eq!((&report["audio_s"], &report["frames"], &report["repetitions"]), (&1.0.into(), &30.into(), &1.into()));
    assert_eq!(report["threads"], 1);
    assert!(report["backend"].as_str().unwrap().ends_with("1 thread"), "{report}");
    assert_eq!(report["backend_reason"], "asked for");

    let stages = report["stages"].as_array().unwrap();
    let names: Vec<&str> = stages.iter().map(|stage| stage["name"].as_str().unwrap()).collect();
    let known = ["input", "style", "speech", "motion", "face", "weights", "whole"];
    assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
    assert!(["motion", "face", "weights"].iter().all(|name| names.contains(name)), "{names:?}");
    assert_eq!(names.iter().position(|name| *name == "whole"), Some(names.len() - 1));
    let wall_ms = |stage: &Value| stage["wall_ms"].as_f64().unwrap();
    let (whole, parts) = stages.split_last().unwrap();
    let sum: f64 = parts.iter().map(wall_ms).sum();
    assert!(sum > 0.0 && sum <= wall_ms(whole), "{sum} of {whole}");

    let encoding = report["encoding"].as_array().unwrap();
    assert_eq!(encoding.iter().map(|row| &row["name"]).collect::<Vec<_>>(), ["prompt", "picture"]);
    assert!(encoding.iter().all(|row| wall_ms(row) > 0.0), "{report}");

    let figure = |key: &str| report[key].as_f64().unwrap_or_else(|| panic!("{key} in {report}"));
    assert!((figure("frames_per_s") - 30.0 / (wall_ms(whole) / 1e3)).abs() < 1e-6);
    assert!(figure("load_ms") > 0.0 && figure("first_frame_ms") > figure("load_ms"));
    if cfg!(unix) {
        assert!(stages.iter().chain(encoding).all(|stage| stage["cpu_ms"].as_f64().is_some()), "{report}");
        assert!(whole["cpu_ms"].as_f64().unwrap() > 0.0);
    }
    if cfg!(target_os = "linux") {
        assert!(figure("peak_memory_mb") > 1.0);
    }
}

#[test]
fn longer_clip_has_the_cost_of_two_seconds_made_anew() {
    let report = report(&["--seconds", "4", "--repeat", "1", "--threads", "1", "--backend", "cpu"]);
    assert_eq!(report["revision"][0]["name"], "revision", "{report}");
    assert!(report["revision_share"].as_f64().unwrap() > 0.0);
}

#[test]
fn text_has_rows_for_the_whole_and_for_the_towers() {
    let bench = Bench::new();
    let output = bench.m2f(&["bench", "--model", "tiny.m2f", "--seconds", "1", "--repeat", "1"]);
    let text = String::from_utf8_lossy(&output.stdout);
    for row in ["whole ", "prompt ", "picture "] {
        assert!(text.lines().any(|line| line.starts_with(row)), "{text}");
    }
    assert!(text.contains("30 frames, ") && text.contains(" ms after the start"), "{text}");
}

#[test]
fn ops_are_measured_on_a_device_alone() {
    let bench = Bench::new();
    let output = bench.m2f(&["bench", "--model", "tiny.m2f", "--seconds", "1", "--backend", "cpu", "--ops"]);
    crate::assert_failed(&output, "--ops measures a Vulkan device");
}

#[test]
fn device_adds_its_own_times() {
    let Ok(wish) = std::env::var("M2F_TEST_VULKAN") else { return left_out(NO_DEVICE) };
    // Its kernels take a processor's driver minutes.
    if !is_full() {
        return left_out(IN_FULL);
    }
    let device: &[&str] = if wish == "best" { &["--backend", "vulkan"] } else { &["--device", "llvmpipe"] };
    let report = report(&[&["--repeat", "1", "--steps", "2", "--ops"], device].concat());
    let ops = report["ops"].as_array().unwrap();
    let sum: f64 = ops.iter().map(|op| op["gpu_ms"].as_f64().unwrap()).sum();
    assert!(ops.iter().any(|op| op["op"] == "linear" && op["runs"].as_u64().unwrap() > 0), "{report}");
    let stages = report["stages"].as_array().unwrap();
    let whole = stages.last().unwrap()["gpu_ms"].as_f64().unwrap();
    assert!(whole > 0.0 && (whole - sum).abs() < 1e-6 * sum.max(1.0), "{whole} is not {sum}");
    assert!(report["backend"].as_str().unwrap().starts_with("vulkan "));
}
