//! Runs that are killed, ended by a signal or read no more.

use std::fmt::Write;
use std::fs;
use std::io::{BufRead, BufReader, pipe};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{assert_done, files, statuses};
use crate::{Bench, INTEGERS, extent, names};

/// A table of short lines, each with a sound of its own.
fn many(count: usize) -> Bench {
    let bench = Bench::new();
    let mut table = "id,sound,style\n".to_owned();
    for i in 0..count {
        let step = 0.03 + i as f32 * 0.001;
        bench.wav(&format!("{i}.wav"), INTEGERS, (0..1_600).map(|k| (k as f32 * step).sin() * 0.25));
        writeln!(table, "line {i},{i}.wav,{}", ["", "happy", "sad"][i % 3]).unwrap();
    }
    fs::write(bench.path("lines.csv"), table).unwrap();
    bench
}

/// Bakes until so many lines were told, then sends a signal; the exit status.
fn end_after(bench: &Bench, lines: usize, more: &[&str], signal: Signal) -> Option<i32> {
    let mut baking = bench.baking("lines.csv", "store", more);
    let mut child = baking.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    for _ in 0..lines {
        assert!(told.read_line(&mut line).unwrap() > 0, "it goes on: {line}");
    }
    kill(Pid::from_raw(child.id() as i32), signal).unwrap();
    child.wait().unwrap().code()
}

#[test]
fn run_that_was_killed_goes_on_to_the_same_store() {
    let (count, kills) = if extent::is_full() { (200, 20) } else { (12, 3) };
    let bench = many(count);
    let mut whole = bench.baking("lines.csv", "whole", &[]);
    assert!(whole.stdout(Stdio::null()).status().unwrap().success());
    for number in 0..kills {
        // The first lines were made before, and are told at once.
        let lines = (number + 1) * (count - 2) / kills;
        // None: it was killed. The last lines may be done before the signal comes.
        let status = end_after(&bench, lines, &["--jobs", ["1", "2"][number % 2]], Signal::SIGKILL);
        assert!(matches!(status, None | Some(0)), "{status:?}");
        let output = bench.bake("lines.csv", "store", &["--plan"]);
        let plan = &super::told(&output)[0]["plan"];
        assert!(plan["there"].as_u64().unwrap() >= lines as u64, "what was told is there: {plan}");
        for (name, bytes) in files(&bench.path("store")) {
            assert!(files(&bench.path("whole"))[&name] == bytes, "{name}");
        }
    }
    assert_done(&bench.bake("lines.csv", "store", &[]));
    assert!(files(&bench.path("store")) == files(&bench.path("whole")));
    assert_eq!(names(&bench.path("store/.work/1-of-1")), [""; 0], "what was under way is gone");
    assert!(statuses(&bench.bake("lines.csv", "store", &[])).iter().all(|status| status == "kept"));
}

#[test]
fn signal_leaves_no_temporary_file() {
    let bench = many(3);
    fs::write(bench.path("lines.csv"), "id,sound,text\na,0.wav,\nb,1.wav,\nc,2.wav,\nd,,Hello\n").unwrap();
    // The last line is not done before the signal comes.
    let silent = "sh -c 'sleep 900' x {out} {text}";
    assert_eq!(end_after(&bench, 3, &["--jobs", "2", "--tts", silent], Signal::SIGTERM), Some(143));
    assert_eq!(names(&bench.path("store/.work/1-of-1")), [""; 0]);
    assert_eq!(files(&bench.path("store")).len(), 3);
    assert_done(&bench.bake("lines.csv", "store", &["--tts", "sh -c 'cp hum.wav \"$1\"' x {out} {text}"]));
}

#[test]
fn report_that_nobody_reads_ends_no_work() {
    let bench = many(3);
    let unread: Stdio = pipe().unwrap().1.into();
    let status = bench.baking("lines.csv", "store", &[]).stdout(unread).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(statuses(&bench.bake("lines.csv", "store", &[])).iter().all(|status| status == "kept"));
    if cfg!(target_os = "linux") {
        let full: Stdio = fs::OpenOptions::new().write(true).open("/dev/full").unwrap().into();
        let output = bench.baking("lines.csv", "store", &[]).stdout(full).stderr(Stdio::piped()).output().unwrap();
        crate::assert_failed(&output, "cannot write to stdout");
    }
}
