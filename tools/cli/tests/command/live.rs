//! `m2f live`: faces while the sound comes. What they say is the library's; here it is that each of them arrives, in the right
//! form and order. No test asserts a time.

mod control;
mod wires;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use media2face::pack::{Pack, random_live};
use serde_json::Value;

use crate::{Bench, INTEGERS, assert_failed};

/// The command on the tiny pack, on one thread, as quickly as it can be done where it is not told otherwise.
fn live(bench: &Bench, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
    command.env_remove("VK_INSTANCE_LAYERS").current_dir(bench.folder.path());
    let threads: &[&str] = if args.contains(&"--threads") { &[] } else { &["--threads", "1"] };
    command.args(["live", "--model", "tiny.m2f", "--backend", "cpu"]).args(threads).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The same with these bytes on the standard input.
fn fed(bench: &Bench, args: &[&str], bytes: &[u8]) -> Output {
    let mut child = live(bench, args).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // It may have failed before it reads.
        scope.spawn(move || drop(stdin.write_all(bytes)));
        child.wait_with_output().unwrap()
    })
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// 16 bits, little-endian.
fn hum(samples: usize) -> Vec<u8> {
    (0..samples).flat_map(|i| (((i as f32 * 0.05).sin() * 8000.0) as i16).to_le_bytes()).collect()
}

#[test]
fn file_gives_every_face_and_the_same_ones_every_time() {
    let bench = Bench::new();
    bench.wav("two.wav", INTEGERS, (0..32_001).map(|i| (i as f32 * 0.05).sin() * 0.25));
    let run = |args: &[&str]| live(&bench, &[&["--wav", "two.wav", "--fast-forward"], args].concat()).output().unwrap();
    let first = run(&[]);
    let faces = lines(&first);
    // One at each sixtieth of a second, the last at the last sample.
    assert_eq!(faces.len(), 121);
    for (number, face) in faces.iter().enumerate() {
        assert_eq!(face["sample"], number * 16_000 / 60);
        assert!((face["time_s"].as_f64().unwrap() - number as f64 / 60.0).abs() < 1e-12);
        assert_eq!(face["weights"].as_object().unwrap().len(), 52);
        assert_eq!(face["head"].as_array().unwrap().len(), 7);
    }
    assert!(faces.iter().any(|face| face["weights"] != faces[0]["weights"]), "the face moves");
    assert_eq!(first.stdout, run(&[]).stdout);
    assert_eq!(first.stdout, run(&["--seed", "0", "--threads", "2"]).stdout);
    assert_ne!(first.stdout, run(&["--seed", "1"]).stdout);
    let slow = lines(&run(&["--fps", "30000/1001", "--hop", "3", "--look-ahead", "0", "--quiet"]));
    assert_eq!(slow.len(), 60);
    assert_eq!(slow[59]["sample"], 59 * 1001 * 16_000 / 30_000);
}

#[test]
fn samples_on_the_standard_input_are_those_of_a_file() {
    let bench = Bench::new();
    let bytes = hum(8_000);
    let samples: Vec<f32> =
        bytes.as_chunks().0.iter().map(|two| f32::from(i16::from_le_bytes(*two)) / 32_768.0).collect();
    let whole = fed(&bench, &["--fast-forward"], &bytes);
    assert_eq!(lines(&whole).len(), 30);
    let floats: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert_eq!(fed(&bench, &["--fast-forward", "--format", "f32le"], &floats).stdout, whole.stdout);
    let two: Vec<u8> = bytes.as_chunks::<2>().0.iter().flat_map(|sample| [*sample, *sample].concat()).collect();
    assert_eq!(fed(&bench, &["--fast-forward", "--channels", "2"], &two).stdout, whole.stdout);
}

#[test]
fn half_a_sample_at_the_end_is_told_of() {
    let bench = Bench::new();
    let mut bytes = hum(1_600);
    let whole = fed(&bench, &["--fast-forward"], &bytes);
    assert!(!told(&whole).contains("warning"), "{whole:?}");
    bytes.push(1);
    let odd = fed(&bench, &["--fast-forward"], &bytes);
    assert_eq!(odd.stdout, whole.stdout);
    assert!(
        told(&odd).contains("warning: the standard input ends within a frame of sound: its last 1 bytes"),
        "{odd:?}"
    );
    let none = fed(&bench, &["--fast-forward"], &[]);
    assert!(lines(&none).is_empty() && told(&none).contains("warning: no sound came"), "{none:?}");
    let floats = fed(&bench, &["--fast-forward", "--format", "f32le"], &f32::NAN.to_le_bytes().repeat(800));
    assert!(lines(&floats).len() == 3 && told(&floats).contains("800 that were no numbers"), "{floats:?}");
}

#[test]
fn sound_at_its_own_pace_has_faces_too() {
    let bench = Bench::new();
    let output =
        live(&bench, &["--wav", "hum.wav", "--delay", "100", "--style", "happy", "--strength", "0.5"]).output();
    let output = output.unwrap();
    let faces = lines(&output);
    // How many there are depends on the machine.
    assert!(!faces.is_empty() && faces.iter().all(|face| face["sample"].as_u64().unwrap() < 8_000), "{}", faces.len());
    let samples = faces.iter().map(|face| face["sample"].as_u64().unwrap());
    assert!(samples.is_sorted());
    let told = told(&output);
    assert!(
        told.starts_with("hum.wav: 16000 Hz, 1 channel; faces to ndjson, 100 ms behind the sound (latency "),
        "{told}"
    );
    assert!(told.contains("late by ") && told.contains(" samples dropped"), "{told}");
    assert_eq!(told.lines().count(), 2, "{told}");
}

#[test]
fn page_shows_the_stream_beside_the_clip() {
    let bench = Bench::new();
    bench.wav("two.wav", INTEGERS, (0..32_000).map(|i| (i as f32 * 0.05).sin() * 0.25));
    let args = ["--wav", "two.wav", "--fast-forward", "--seed", "5", "--page", "two.html"];
    let output = live(&bench, &args).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let page = std::fs::read_to_string(bench.path("two.html")).unwrap();
    assert!(page.contains("left: live, 41") && page.contains("seed 5") && page.contains("<title>two</title>"));
    let soundless = live(&bench, &["--page", "two.html"]).output().unwrap();
    assert!(soundless.status.code() == Some(2) && told(&soundless).contains("--wav <FILE>"), "{soundless:?}");
    // A place that is a file's.
    let nowhere = ["--wav", "two.wav", "--fast-forward", "--page", "two.wav/two.html"];
    assert_failed(&live(&bench, &nowhere).output().unwrap(), "cannot make the folder two.wav");
}

#[test]
fn what_a_stream_does_not_do_is_refused() {
    let bench = Bench::new();
    for (args, message) in [
        (&["--style", "happy", "--at", "0-1"][..], "--at and --ramp are for m2f animate"),
        (&["--style", "happy", "--style", "sad"], "begins with one style"),
        (&["--eta", "1"], "--eta is for m2f animate"),
        (&["--guidance-audio", "0:1,1:2"], "a curve of the guidance is for m2f animate"),
        (&["--hop", "0"], "expected 1"),
        (&["--hop", "9999"], "fewer than the"),
        (&["--latency", "fast"], "live network"),
        (&["--to", "-", "--to", "ndjson"], "given twice"),
        (&["--subject", ""], "subject's name"),
        (&["--identity", "nobody"], "nobody"),
    ] {
        let to: &[&str] = if args[0] == "--subject" { &["--to", "livelink"] } else { &[] };
        let output =
            live(&bench, &[&["--wav", "hum.wav", "--fast-forward", "--quiet"], to, args].concat()).output().unwrap();
        match output.status.code() {
            Some(2) => assert_eq!(args[0..2], ["--hop", "0"]),
            _ => assert_failed(&output, message),
        }
    }
    for args in [
        &["--rate", "0"][..],
        &["--rate", "-1"],
        &["--channels", "0"],
        &["--format", "mp3"],
        &["--to", "udp"],
        &["--to", "vmc:39540"],
        &["--delay", "-1"],
        &["--fps", "0"],
        &["--wav", "hum.wav", "--rate", "8000"],
        &["--control", "1", "--fast-forward"],
        &["--control", "nowhere"],
        &["--underrun", "wait"],
    ] {
        let output = live(&bench, args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {output:?}");
    }
    assert_failed(&live(&bench, &["--wav", "none.wav"]).output().unwrap(), "none.wav");
}

#[test]
fn network_that_was_only_drawn_is_not_let_loose_on_anybody() {
    let bench = Bench::new();
    let tiny = Pack::open(bench.path("tiny.m2f")).unwrap();
    let window = tiny.manifest().denoiser.as_ref().unwrap().window;
    random_live(&tiny, window, 1).unwrap().save(bench.path("drawn.m2f")).unwrap();
    let args = ["--wav", "hum.wav", "--fast-forward", "--model", "drawn.m2f"];
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
        command.env_remove("VK_INSTANCE_LAYERS").current_dir(bench.folder.path()).arg("live").args(args).args(more);
        command.output().unwrap()
    };
    assert_failed(&run(&["--latency", "fast"]), "the pack's live network was drawn, not trained");
    assert_eq!(lines(&run(&["--latency", "careful", "--quiet"])).len(), 30);
}

#[test]
fn starter_speaks() {
    let bench = Bench::new();
    bench.speak(3);
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
        command.env_remove("VK_INSTANCE_LAYERS").current_dir(bench.folder.path());
        command.args(["live", "--wav", "spoken.wav", "--fast-forward", "--fps", "30"]).output().unwrap()
    };
    let first = run();
    let faces = lines(&first);
    assert_eq!(faces.len(), 3 * 30);
    let jaw = |face: &Value| face["weights"]["jawOpen"].as_f64().unwrap();
    assert!(faces.iter().map(jaw).fold(0.0, f64::max) > 0.15, "the mouth opens");
    assert_eq!(first.stdout, run().stdout);
}
