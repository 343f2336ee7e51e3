//! The built `m2f` command, run as a user runs it, on a tiny pack with random weights.

mod adjustments;
mod animate;
mod bake;
mod bench;
mod bits;
mod capture;
mod compare;
mod devices;
mod documented;
#[path = "../../../../tests/support/extent.rs"]
mod extent;
mod extract;
mod failures;
mod files;
mod film;
mod keyframes;
mod live;
mod own_face;
mod pack_adjustments;
mod packs;
mod page;
mod prompts;
mod provenance;
mod rates;
mod retarget;
mod scene;
mod scene_options;
mod shapes;
#[cfg(unix)]
mod signals;
mod sound;
#[cfg(target_os = "linux")]
mod streams;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use media2face::pack::{Manifest, Pack};
use tempfile::TempDir;

const INTEGERS: WavSpec =
    WavSpec { channels: 1, sample_rate: 16_000, bits_per_sample: 16, sample_format: SampleFormat::Int };

/// A folder with `tiny.m2f` and `hum.wav` (0.5 s).
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        let made = bench.m2f(&["convert", "--random", "tiny", "--seed", "1", "--out", "tiny.m2f"]);
        assert!(made.status.success(), "{made:?}");
        bench.wav("hum.wav", INTEGERS, (0..8_000).map(|i| (i as f32 * 0.05).sin() * 0.25));
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `name`: `tiny.m2f` with another manifest, and the tensors whose names `keep` takes.
    fn pack(&self, name: &str, manifest: impl FnOnce(&mut Manifest), keep: impl Fn(&str) -> bool) {
        let tiny = Pack::open(self.path("tiny.m2f")).unwrap();
        let mut changed = tiny.manifest().clone();
        manifest(&mut changed);
        let tensors = tiny.tensors().iter().filter(|(name, _)| keep(name));
        let tensors = tensors.map(|(name, weight)| (name.clone(), weight.clone()));
        Pack::from_parts(changed, tensors).save(self.path(name)).unwrap();
    }

    fn wav(&self, name: &str, spec: WavSpec, samples: impl IntoIterator<Item = f32>) {
        let mut wav = WavWriter::create(self.path(name), spec).unwrap();
        for sample in samples {
            match spec.sample_format {
                SampleFormat::Int => wav.write_sample((sample * 32_767.0) as i16).unwrap(),
                SampleFormat::Float => wav.write_sample(sample).unwrap(),
            }
        }
        wav.finalize().unwrap();
    }

    /// `spoken.wav`: the first seconds of the sample sentence.
    fn speak(&self, seconds: u32) {
        let hello = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/audio/hello.wav");
        let mut hello = WavReader::open(hello).unwrap();
        let (spec, count) = (hello.spec(), seconds * hello.spec().sample_rate);
        let mut wav = WavWriter::create(self.path("spoken.wav"), spec).unwrap();
        hello.samples::<i16>().take(count as usize).for_each(|sample| wav.write_sample(sample.unwrap()).unwrap());
        wav.finalize().unwrap();
    }

    fn m2f(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
        // The validation layer greets on the standard output, which tests read.
        command.env_remove("VK_INSTANCE_LAYERS").current_dir(self.folder.path()).args(args).output().unwrap()
    }

    /// As on a machine without any other program.
    fn alone(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
        command.env_remove("VK_INSTANCE_LAYERS").env("PATH", "").current_dir(self.folder.path()).args(args);
        command.output().unwrap()
    }

    fn animate(&self, out: &str, more: &[&str]) -> Output {
        let args = ["animate", "hum.wav", "--model", "tiny.m2f", "--out", out];
        self.m2f(&[&args, more].concat())
    }
}

/// Whether the tests that need ffmpeg can run; says so where they cannot.
fn has_ffmpeg() -> bool {
    let found = Command::new("ffmpeg").arg("-version").output().is_ok_and(|output| output.status.success());
    if !found {
        extent::left_out("no ffmpeg on the PATH");
    }
    found
}

/// A JSON file of the command without where it comes from: the motion alone.
fn motion(json: &[u8]) -> serde_json::Value {
    let mut json: serde_json::Value = serde_json::from_slice(json).unwrap();
    assert!(json["provenance"].take().is_object());
    json
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
