//! Work that a signal ends: nothing of it is left, and the exit status is 128 and the number of the signal.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{SigHandler, Signal, kill, signal};
use nix::unistd::Pid;

use crate::{Bench, INTEGERS, names};

const STATUSES: [(Signal, i32); 3] = [(Signal::SIGINT, 130), (Signal::SIGTERM, 143), (Signal::SIGHUP, 129)];

/// A running command, ended with the test.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        command.env_remove("VK_INSTANCE_LAYERS").stdout(Stdio::null());
        // Tests that run under nohup, or behind a shell's `&`, inherit signals that are ignored, and so would the command.
        let listen = || {
            for (one, _) in STATUSES {
                // SAFETY: the default has no handler that could be unsafe.
                unsafe { signal(one, SigHandler::SigDfl) }?;
            }
            Ok(())
        };
        // SAFETY: between fork and exec the closure calls `signal` alone, which is safe there.
        unsafe { command.pre_exec(listen) };
        Self(command.spawn().unwrap())
    }

    fn send(&self, signal: Signal) {
        kill(Pid::from_raw(self.0.id() as i32), signal).unwrap();
    }

    /// Its exit status; none where a signal killed it.
    fn status(&mut self) -> Option<i32> {
        let mut status = None;
        until("the command ends", || {
            status = self.0.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap().code()
    }

    /// Signals of one of the sets that Linux tells of a process.
    #[cfg(target_os = "linux")]
    fn signals(&self, set: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(set)).unwrap();
        u64::from_str_radix(line.trim(), 16).unwrap()
    }

    /// Waits until signals are watched for.
    #[cfg(target_os = "linux")]
    fn watches(&self) {
        until("signals are watched for", || has(self.signals("SigCgt:"), Signal::SIGTERM));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(target_os = "linux")]
fn has(set: u64, signal: Signal) -> bool {
    set >> (signal as i32 - 1) & 1 == 1
}

/// Waits for something that comes; minutes without it are a fault, on the slowest machine too.
fn until(what: &str, mut there: impl FnMut() -> bool) {
    for _ in 0..30_000 {
        if there() {
            return;
        }
        sleep(Duration::from_millis(20));
    }
    panic!("it did not come that {what}");
}

/// A film of a sound that is piped in and does not end: there is a temporary copy of the sound.
fn film_of_a_pipe(bench: &Bench) -> Running {
    let (bin, temporary) = (bench.path("bin"), bench.path("tmp"));
    fs::create_dir_all(&bin).unwrap();
    fs::create_dir_all(&temporary).unwrap();
    fs::write(bin.join("ffmpeg"), "#!/bin/sh\necho ' V..... mpeg4 for what comes before the film'\n").unwrap();
    fs::set_permissions(bin.join("ffmpeg"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
    command.current_dir(bench.folder.path()).env("TMPDIR", &temporary).stdin(Stdio::piped()).stderr(Stdio::null());
    command.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    command.args(["animate", "-", "--model", "tiny.m2f", "--out", "out", "--emit", "mp4"]);
    let mut running = Running::start(&mut command);
    let mut sound = fs::read(bench.path("hum.wav")).unwrap();
    sound[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    sound.resize(50_000, 0);
    running.0.stdin.as_mut().unwrap().write_all(&sound).unwrap();
    let copies = || names(&temporary).iter().any(|name| name.starts_with("m2f-"));
    until("the sound is copied", copies);
    running
}

#[test]
fn work_that_waits_for_its_input_leaves_no_temporary_file() {
    let bench = Bench::new();
    for (signal, status) in STATUSES {
        let mut running = film_of_a_pipe(&bench);
        running.send(signal);
        assert_eq!(running.status(), Some(status), "{signal}");
        assert_eq!(names(&bench.path("tmp")), [""; 0], "{signal}");
        assert!(!bench.path("out").exists(), "{signal}");
    }
}

#[test]
fn second_signal_leaves_no_temporary_file_either() {
    let bench = Bench::new();
    let mut running = film_of_a_pipe(&bench);
    running.send(Signal::SIGTERM);
    running.send(Signal::SIGHUP);
    // Of two that wait the system may deliver either first.
    assert!(matches!(running.status(), Some(143 | 129)));
    assert_eq!(names(&bench.path("tmp")), [""; 0]);
}

#[test]
fn pictures_under_way_are_removed_and_older_ones_stay() {
    let bench = Bench::new();
    bench.wav("long.wav", INTEGERS, (0..60 * 16_000).map(|i| (i as f32 * 0.05).sin() * 0.25));
    let old = bench.path("out/long.frames");
    fs::create_dir_all(&old).unwrap();
    fs::write(old.join("0000000.png"), "old").unwrap();
    for (signal, status) in STATUSES {
        let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
        command.current_dir(bench.folder.path()).stdin(Stdio::null()).stderr(Stdio::null());
        command.args(["animate", "long.wav", "--model", "tiny.m2f", "--emit", "csv,frames", "--threads", "1"]);
        let mut running = Running::start(&mut command);
        let out = bench.path("out");
        until("there is a picture", || names(&out).iter().any(|name| out.join(name).join("0000001.png").exists()));
        running.send(signal);
        assert_eq!(running.status(), Some(status), "{signal}");
        assert_eq!(names(&out), ["long.frames"], "{signal}");
        assert_eq!(fs::read(old.join("0000000.png")).unwrap(), b"old");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn pipe_that_nobody_writes_to_can_be_given_up() {
    let bench = Bench::new();
    assert!(Command::new("mkfifo").arg(bench.path("pipe.wav")).status().unwrap().success());
    let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
    command.current_dir(bench.folder.path()).args(["animate", "pipe.wav", "--model", "tiny.m2f"]);
    let mut running = Running::start(command.stdin(Stdio::null()).stderr(Stdio::null()));
    running.watches();
    running.send(Signal::SIGTERM);
    assert_eq!(running.status(), Some(143));
}

#[cfg(target_os = "linux")]
#[test]
fn signal_that_is_ignored_stays_so() {
    let bench = Bench::new();
    assert!(Command::new("mkfifo").arg(bench.path("pipe.wav")).status().unwrap().success());
    let mut shell = Command::new("sh");
    shell.current_dir(bench.folder.path()).env("M2F", env!("CARGO_BIN_EXE_m2f")).stdin(Stdio::null());
    // As nohup does it.
    shell.args(["-c", "trap '' HUP; exec \"$M2F\" animate pipe.wav --model tiny.m2f"]);
    let mut running = Running::start(shell.stderr(Stdio::null()));
    running.watches();
    until("the last of them is set", || has(running.signals("SigIgn:"), Signal::SIGHUP));
    running.send(Signal::SIGTERM);
    assert_eq!(running.status(), Some(143));
}

#[cfg(target_os = "linux")]
#[test]
fn wait_for_a_data_set_can_be_given_up() {
    let bench = Bench::with_frames();
    fs::create_dir(bench.path("set")).unwrap();
    let lock = fs::File::create(bench.path("set/.lock")).unwrap();
    lock.lock().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
    command.current_dir(bench.folder.path()).stdin(Stdio::null()).stderr(Stdio::null());
    command.args(["extract", "frames", "--model", "tiny.m2f", "--out", "set", "--fps", "10", "--whole"]);
    let mut running = Running::start(&mut command);
    until("the folders are made", || bench.path("set/latents").exists());
    running.send(Signal::SIGTERM);
    assert_eq!(running.status(), Some(143));
    assert_eq!((names(&bench.path("set/clips")), bench.path("set/index.jsonl").exists()), (Vec::new(), false));
}

#[test]
fn stream_that_waits_for_sound_is_ended_by_a_signal() {
    let bench = Bench::new();
    for (signal, status) in STATUSES {
        let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
        command.current_dir(bench.folder.path()).stdin(Stdio::piped()).stderr(Stdio::piped());
        command.args(["live", "--model", "tiny.m2f", "--threads", "1", "--backend", "cpu"]);
        let mut running = Running::start(&mut command);
        let mut told = BufReader::new(running.0.stderr.take().unwrap());
        let mut line = String::new();
        // The line at the start: faces are on their way.
        told.read_line(&mut line).unwrap();
        assert!(line.starts_with("the standard input: "), "{line}");
        running.send(signal);
        assert_eq!(running.status(), Some(status), "{signal}");
        let mut rest = String::new();
        told.read_to_string(&mut rest).unwrap();
        assert!(rest.starts_with("ndjson ") && rest.ends_with("error: interrupted\n"), "{rest}");
    }
}
