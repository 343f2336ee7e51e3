//! A standard output or error that is full, closed or read no more: the work is done, and the exit status is what it would be.

use std::fs;
use std::io::pipe;
use std::process::{Command, Stdio};

use hound::{SampleFormat, WavSpec};

use crate::{Bench, INTEGERS};

/// Where nothing can be written.
fn full() -> Stdio {
    fs::OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

/// A pipe whose reader is gone, as `head` leaves one.
fn unread() -> Stdio {
    pipe().unwrap().1.into()
}

const PLACES: [fn() -> Stdio; 2] = [full, unread];

fn m2f(bench: &Bench, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
    command.env_remove("VK_INSTANCE_LAYERS").current_dir(bench.folder.path()).args(args).stdin(Stdio::null());
    command
}

/// The exit status with this for the standard error.
fn status(command: &mut Command, stderr: Stdio) -> Option<i32> {
    command.stdout(Stdio::null()).stderr(stderr).status().unwrap().code()
}

#[test]
fn warnings_that_cannot_be_told_end_no_work() {
    let bench = Bench::new();
    let floats = WavSpec { bits_per_sample: 32, sample_format: SampleFormat::Float, ..INTEGERS };
    bench.wav("faint.wav", floats, (0..8_000).map(|i| (i as f32 * 0.05).sin() * 2.5e-4));
    let told = bench.m2f(&["animate", "faint.wav", "--model", "tiny.m2f", "--emit", "csv"]);
    assert!(String::from_utf8_lossy(&told.stderr).starts_with("warning: "), "{told:?}");
    for place in PLACES {
        let args = ["animate", "faint.wav", "--model", "tiny.m2f", "--emit", "csv", "--out", "untold"];
        assert_eq!(status(&mut m2f(&bench, &args), place()), Some(0));
        assert!(bench.path("untold/faint.csv").exists());
        fs::remove_dir_all(bench.path("untold")).unwrap();
    }
}

#[test]
fn styles_that_cannot_be_told_end_no_work() {
    let bench = Bench::new();
    // The starter alone tells what a style says.
    let args = ["animate", "hum.wav", "--style", "happy", "--emit", "csv", "--steps", "1"];
    let told = bench.m2f(&args);
    assert!(String::from_utf8_lossy(&told.stderr).contains("style \"happy\": "), "{told:?}");
    for place in PLACES {
        assert_eq!(status(&mut m2f(&bench, &args), place()), Some(0));
    }
}

#[test]
fn errors_that_cannot_be_told_have_their_status() {
    let bench = Bench::new();
    fs::write(bench.path("scene.toml"), "[scene]\nseed = \"x\"\n").unwrap();
    for place in PLACES {
        assert_eq!(status(&mut m2f(&bench, &["inspect", "none.m2f"]), place()), Some(1));
        assert_eq!(status(&mut m2f(&bench, &["scene", "scene.toml"]), place()), Some(1));
        assert_eq!(status(&mut m2f(&bench, &["animate", "--speed"]), place()), Some(2));
    }
}

#[test]
fn help_that_nobody_reads_is_given_and_what_cannot_be_written_is_not() {
    let bench = Bench::new();
    for args in [&["--help"][..], &["animate", "--help"], &["--version"], &["inspect", "tiny.m2f"]] {
        let mut command = m2f(&bench, args);
        let output = command.stdout(unread()).stderr(Stdio::piped()).output().unwrap();
        assert!(output.status.code() == Some(0) && output.stderr.is_empty(), "{args:?}: {output:?}");
        assert_eq!(m2f(&bench, args).stdout(full()).stderr(full()).status().unwrap().code(), Some(1), "{args:?}");
    }
}

#[test]
fn closed_streams_are_none_at_all() {
    let bench = Bench::new();
    let closed = |line: &str| {
        let mut shell = Command::new("sh");
        shell.current_dir(bench.folder.path()).env("M2F", env!("CARGO_BIN_EXE_m2f")).args(["-c", line]);
        shell.env_remove("VK_INSTANCE_LAYERS").status().unwrap().code()
    };
    assert_eq!(closed("exec \"$M2F\" inspect tiny.m2f >&- 2>&-"), Some(0));
    assert_eq!(closed("exec \"$M2F\" inspect none.m2f <&- >&- 2>&-"), Some(1));
    assert_eq!(closed("exec \"$M2F\" animate hum.wav --model tiny.m2f --emit csv <&- >&- 2>&-"), Some(0));
    assert!(bench.path("out/hum.csv").exists());
}
