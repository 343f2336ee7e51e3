//! Sound of other kinds than plain files: every command reads it alike, and tells what it did.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hound::{SampleFormat, WavSpec};

use crate::{Bench, INTEGERS, assert_failed, has_ffmpeg, names};

/// A file as another program wrote it.
fn brought(bench: &Bench, name: &str) {
    let data: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/data/sound", name].iter().collect();
    fs::copy(data, bench.path(name)).unwrap();
}

/// The weights that are made of a sound; what is warned of it.
fn animated(bench: &Bench, name: &str) -> (Vec<u8>, String) {
    let output = bench.m2f(&["animate", name, "--model", "tiny.m2f", "--out", "out", "--emit", "json", "--quiet"]);
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let stem = Path::new(name).file_stem().unwrap().to_str().unwrap();
    let json = fs::read(bench.path(&format!("out/{stem}.json"))).unwrap();
    (json, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn sound_is_the_same_whatever_it_lies_in() {
    let bench = Bench::new();
    let (plain, warnings) = animated(&bench, "hum.wav");
    assert_eq!(warnings, "");
    let wav = fs::read(bench.path("hum.wav")).unwrap();

    let mut open_ended = wav.clone();
    open_ended[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    fs::write(bench.path("open.wav"), open_ended).unwrap();
    let samples: Vec<i16> = hound::WavReader::new(&wav[..]).unwrap().samples().map(Result::unwrap).collect();
    let big: Vec<u8> = samples.iter().flat_map(|sample| sample.to_be_bytes()).collect();
    let head = [24, big.len() as u32, 3, 16_000, 1].iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
    fs::write(bench.path("sun.wav"), [b".snd".to_vec(), head, big].concat()).unwrap();
    let half = 44 + samples.len();
    let mut second = wav[..44].to_vec();
    second[40..44].copy_from_slice(&((wav.len() - half) as u32).to_le_bytes());
    second.extend(&wav[half..]);
    fs::write(bench.path("joined.wav"), [&wav[..half], &second].concat()).unwrap();
    for name in ["open.wav", "sun.wav", "joined.wav"] {
        assert!(animated(&bench, name) == (plain.clone(), String::new()), "{name}");
    }
}

#[test]
fn standard_input_and_pipes_are_read_as_files_are() {
    let bench = Bench::new();
    let (plain, _) = animated(&bench, "hum.wav");
    let wav = fs::read(bench.path("hum.wav")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
    command.env_remove("VK_INSTANCE_LAYERS").current_dir(bench.folder.path());
    command.args(["animate", "-", "--model", "tiny.m2f", "--out", "piped", "--emit", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&wav).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(names(&bench.path("piped")), ["stdin.json"]);
    assert!(fs::read(bench.path("piped/stdin.json")).unwrap() == plain);

    if cfg!(unix) && Command::new("mkfifo").arg(bench.path("pipe.wav")).status().is_ok_and(|status| status.success()) {
        let pipe = bench.path("pipe.wav");
        let writer = std::thread::spawn(move || fs::write(pipe, wav).unwrap());
        assert!(animated(&bench, "pipe.wav") == (plain, String::new()));
        writer.join().unwrap();
    }
}

#[test]
fn what_was_done_to_a_sound_is_told_even_when_quiet() {
    let bench = Bench::new();
    let stereo = WavSpec { channels: 2, ..INTEGERS };
    let hum = |i: usize| (i as f32 * 0.05).sin() * 0.25;
    bench.wav("opposite.wav", stereo, (0..8_000).flat_map(|i| [hum(i), -hum(i)]));
    bench.wav(
        "faint.wav",
        WavSpec { bits_per_sample: 32, sample_format: SampleFormat::Float, ..INTEGERS },
        (0..8_000).map(|i| hum(i) * 0.001),
    );
    let whole = fs::read(bench.path("hum.wav")).unwrap();
    fs::write(bench.path("cut.wav"), &whole[..whole.len() - 1001]).unwrap();
    for (name, warning) in [
        ("opposite.wav", "warning: opposite.wav: its channels are of opposite phase and cancel each other"),
        ("faint.wav", "warning: faint.wav: it is very quiet, -75 dBFS"),
        ("cut.wav", "warning: cut.wav: it ends 0.03 s before its header says"),
    ] {
        let (_, warnings) = animated(&bench, name);
        assert!(warnings.starts_with(warning) && warnings.lines().count() == 1, "{warnings}");
    }
    // The face of channels that are both the first, bit for bit.
    bench.wav("both.wav", stereo, (0..8_000).flat_map(|i| [hum(i), hum(i)]));
    let (opposite, _) = animated(&bench, "opposite.wav");
    assert!(opposite == animated(&bench, "both.wav").0);
}

#[test]
fn every_command_reads_what_animate_reads() {
    let bench = Bench::new();
    brought(&bench, "slice.flac");
    brought(&bench, "slice.mp3");
    let script = "[scene]\nmodel = \"tiny.m2f\"\n[[character]]\nname = \"ann\"\nposition_m = [0, 0, 0]\n";
    let line = |name: &str| format!("[[line]]\ncharacter = \"ann\"\naudio = \"{name}\"\n");
    fs::write(bench.path("scene.toml"), [script, &line("slice.flac"), &line("slice.mp3")].concat()).unwrap();
    let scene = bench.m2f(&["scene", "scene.toml", "--out", "scene", "--emit", "csv"]);
    assert!(scene.status.success(), "{}", String::from_utf8_lossy(&scene.stderr));
    // Half a second before, two lines of .375 s, .3 s between them and .8 s behind them; and it is read again as it was written.
    let wav = hound::WavReader::open(bench.path("scene/scene.wav")).unwrap();
    assert_eq!(wav.len(), 8_000 + 6_000 + 4_800 + 6_000 + 12_800);
    assert_eq!(animated(&bench, "scene/scene.wav").1, "");

    let frames =
        bench.m2f(&["animate", "slice.flac", "--model", "tiny.m2f", "--out", "f", "--emit", "frames", "--size", "64"]);
    assert!(frames.status.success(), "{}", String::from_utf8_lossy(&frames.stderr));
    let extract = |audio: &str| {
        let boxes = "f/slice.frames/boxes.csv";
        let args = ["extract", "f/slice.frames", "--boxes", boxes, "--model", "tiny.m2f", "--out", "set", "--quiet"];
        bench.m2f(&[&args[..], &["--audio", audio]].concat())
    };
    for audio in ["slice.flac", "slice.mp3"] {
        let output = extract(audio);
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }
    brought(&bench, "slice.opus");
    let named = "slice.opus is Opus, which is not read: `ffmpeg -i slice.opus slice.wav` converts it";
    assert_failed(&extract("slice.opus"), named);
    assert_failed(&bench.m2f(&["animate", "slice.opus", "--model", "tiny.m2f", "--out", "none"]), named);
    assert!(!bench.path("none").exists());
    fs::write(bench.path("opus.toml"), [script, &line("slice.opus")].concat()).unwrap();
    let scene = bench.m2f(&["scene", "opus.toml", "--out", "none"]);
    assert!(String::from_utf8_lossy(&scene.stderr).contains(named), "{scene:?}");
    if has_ffmpeg() {
        let compare = |audio: &str| {
            bench.m2f(&["compare", "tiny.m2f", "tiny.m2f", "--audio", audio, "--size", "64", "--out", "study"])
        };
        assert_failed(&compare("slice.opus"), named);
        let output = compare("slice.mp3");
        assert!(output.status.success(), "{output:?}");
    }
}

#[test]
fn film_plays_what_was_heard() {
    if !has_ffmpeg() {
        return;
    }
    let bench = Bench::new();
    let wav = fs::read(bench.path("hum.wav")).unwrap();
    fs::write(bench.path("joined.wav"), [&wav[..], &wav[..]].concat()).unwrap();
    let args = ["animate", "joined.wav", "--model", "tiny.m2f", "--out", "out", "--emit", "mp4", "--size", "64"];
    assert!(bench.m2f(&args).status.success());
    let mut sound = Command::new("ffmpeg");
    sound.args(["-loglevel", "error", "-i"]).arg(bench.path("out/joined.mp4"));
    let sound = sound.args(["-map", "0:a", "-ac", "1", "-ar", "16000", "-f", "s16le", "-"]).output().unwrap();
    // ffmpeg alone reads the first of the two files.
    assert!((16_000..19_000).contains(&(sound.stdout.len() / 2)), "{} samples", sound.stdout.len() / 2);
}
