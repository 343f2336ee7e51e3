//! `m2f convert`, `m2f inspect` and `m2f identities`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{Bench, assert_failed};

impl Bench {
    /// A checkpoint as Hugging Face lays it out, of the golden one called `name`.
    fn checkpoint(&self, folder: &str, name: &str) {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/golden");
        fs::create_dir(self.path(folder)).unwrap();
        for (from, to) in [("json", "config.json"), ("safetensors", "model.safetensors")] {
            fs::copy(golden.join(name).with_extension(from), self.path(folder).join(to)).unwrap();
        }
    }

    fn inspected(&self, pack: &str) -> Value {
        let output = self.m2f(&["inspect", pack, "--json"]);
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn networks(report: &Value) -> Vec<&str> {
    report["networks"].as_array().unwrap().iter().map(|network| network["name"].as_str().unwrap()).collect()
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
fn checkpoints_become_towers_and_go_into_a_pack() {
    let bench = Bench::new();
    bench.checkpoint("speech", "w2v_base_tiny");
    bench.checkpoint("style", "clip_tiny");
    let both = bench.m2f(&["convert", "--wav2vec2", "speech", "--clip", "style", "--out", "towers.m2f"]);
    assert!(both.status.success(), "{both:?}");
    assert!(String::from_utf8_lossy(&both.stdout).starts_with("towers.m2f: "), "{both:?}");
    let towers = bench.inspected("towers.m2f");
    assert_eq!(networks(&towers), ["audio", "clip.text", "clip.vision"]);
    assert_eq!(towers["manifest"]["audio"]["hidden_size"], 32);

    let [weights, config] = ["style/model.safetensors", "style/config.json"];
    let sources = ["--wav2vec2", "speech", "--clip", weights, config];
    let merged = bench.m2f(&[&["convert", "--into", "tiny.m2f", "--out", "merged.m2f"], &sources[..]].concat());
    assert!(merged.status.success(), "{merged:?}");
    let (tiny, merged) = (bench.inspected("tiny.m2f"), bench.inspected("merged.m2f"));
    assert_eq!(networks(&tiny), networks(&merged));
    assert_eq!(merged["manifest"]["audio"]["front_end"], "wave");
    assert_eq!(merged["manifest"]["clip"]["text"]["vocab_size"], 64);

    // The golden text tower's vocabulary is too small to read a prompt, so that it is not asked to.
    let speech = ["convert", "--wav2vec2", "speech", "--into", "tiny.m2f", "--out", "speech.m2f"];
    assert!(bench.m2f(&speech).status.success());
    let output = bench.m2f(&["animate", "hum.wav", "--model", "speech.m2f", "--out", "out"]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn conversion_names_what_it_cannot_use() {
    let bench = Bench::new();
    bench.checkpoint("speech", "w2v_base_tiny");
    let convert = |args: &[&str]| bench.m2f(&[&["convert", "--out", "new.m2f"], args].concat());
    assert_failed(&convert(&["--wav2vec2", "nofolder"]), "there is no checkpoint nofolder");
    assert_failed(&convert(&["--wav2vec2", "hum.wav"]), "hum.wav: a checkpoint is a folder");
    assert_failed(&convert(&["--clip", "speech"]), "cannot convert the checkpoint speech/model.safetensors: ");
    assert_failed(&convert(&["--wav2vec2", "speech", "--into", "none.m2f"]), "cannot open the model none.m2f: ");
    let nowhere = ["convert", "--random", "tiny", "--out", "none/new.m2f"];
    assert_failed(&bench.m2f(&nowhere), "cannot write the model none/new.m2f: ");

    bench.checkpoint("style", "clip_tiny");
    fs::write(bench.path("style/model.safetensors"), "few").unwrap();
    let cut = convert(&["--clip", "style"]);
    assert_failed(&cut, "cannot open the checkpoint style/model.safetensors: a file of 3 bytes is too short");
    fs::remove_file(bench.path("style/config.json")).unwrap();
    assert_failed(&convert(&["--clip", "style"]), "cannot read style/config.json: ");
    assert!(!bench.path("new.m2f").exists());
}

#[test]
fn towers_of_another_width_are_refused() {
    let bench = Bench::new();
    bench.checkpoint("speech", "w2v_base_tiny");
    assert!(bench.m2f(&["convert", "--random", "small", "--out", "small.m2f"]).status.success());
    let output = bench.m2f(&["convert", "--wav2vec2", "speech", "--into", "small.m2f", "--out", "new.m2f"]);
    assert_failed(&output, "cannot add speech: the speech encoder's features has width 32");
}

#[test]
#[cfg(target_os = "linux")]
fn report_that_cannot_be_written_is_a_failure() {
    let bench = Bench::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut inspect = Command::new(env!("CARGO_BIN_EXE_m2f"));
    inspect.current_dir(bench.folder.path()).args(["inspect", "tiny.m2f"]);
    assert_failed(&inspect.stdout(full).output().unwrap(), "cannot write to stdout: ");

    let mut reader = inspect.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(reader.stdout.take());
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
