//! `m2f bake`: tables into a store.

#[cfg(unix)]
mod ended;
mod faults;
mod looked_at;
#[cfg(unix)]
mod spoken;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::{Bench, INTEGERS, assert_failed, extent};

/// Lines of all kinds that need nothing but sounds.
const LINES: &str = "\
id,sound,style,preset,strength,emotions,identity,seed,fps,tail_s
plain,a.wav,,,,,,,,
again,a.wav,,,,,,1,,
happy,b.wav,happy,,0.5,,,,60,
gruff,c.wav,gruff,,,,,,,0
keys,b.wav,,,,0=happy; 0.2=sad@0.5,,3,,0.1
same,a.wav,,,,,,,,
drama,d.wav,😢,,2,,,4,24000/1001,
";
const IDS: [&str; 7] = ["plain", "again", "happy", "gruff", "keys", "same", "drama"];

impl Bench {
    /// With four short sounds and a table of them.
    fn with_lines() -> Self {
        let bench = Self::new();
        for (name, step) in [("a", 0.05f32), ("b", 0.06), ("c", 0.07), ("d", 0.08)] {
            bench.wav(&format!("{name}.wav"), INTEGERS, (0..4_000).map(|i| (i as f32 * step).sin() * 0.25));
        }
        fs::write(bench.path("lines.csv"), LINES).unwrap();
        bench
    }

    fn bake(&self, table: &str, store: &str, more: &[&str]) -> Output {
        let args = ["bake", table, "--model", "tiny.m2f", "--store", store, "--quiet"];
        self.m2f(&[&args, more].concat())
    }

    /// A command that bakes, to be run otherwise.
    fn baking(&self, table: &str, store: &str, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
        command.env_remove("VK_INSTANCE_LAYERS").current_dir(self.folder.path());
        command.args(["bake", table, "--model", "tiny.m2f", "--store", store, "--quiet"]).args(more);
        command
    }

    /// The name of a line in a store.
    fn object(&self, store: &str, id: &str) -> String {
        let index = fs::read_to_string(self.path(store).join("index/1-of-1.jsonl")).unwrap();
        let entries = index.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let entry = entries.into_iter().find(|entry| entry["id"] == id).unwrap();
        entry["object"].as_str().unwrap().to_owned()
    }

    fn file(&self, store: &str, id: &str, ending: &str) -> PathBuf {
        let object = self.object(store, id);
        self.path(store).join("objects").join(&object[..2]).join(format!("{object}.{ending}"))
    }
}

/// Lines of JSON on the standard output.
fn told(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn statuses(output: &Output) -> Vec<String> {
    told(output).iter().map(|line| line["status"].as_str().unwrap().to_owned()).collect()
}

/// All files of a store but what is under way: their names and bytes.
fn files(store: &Path) -> BTreeMap<String, Vec<u8>> {
    fn add(folder: &Path, begin: &str, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{begin}/{}", path.file_name().unwrap().to_str().unwrap());
            match path.is_dir() {
                true => add(&path, &name, files),
                false => drop(files.insert(name, fs::read(&path).unwrap())),
            }
        }
    }
    let mut all = BTreeMap::new();
    add(store, "", &mut all);
    all.retain(|name, _| !name.starts_with("/.work/"));
    all
}

fn assert_done(output: &Output) {
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Header and values of a curves file.
fn curves(path: &Path) -> (Value, Vec<f32>) {
    let bytes = fs::read(path).unwrap();
    assert_eq!(&bytes[..8], b"M2FCURV1");
    let data = 12 + u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize;
    let values = bytes[data..].as_chunks::<2>().0.iter().map(|value| half::f16::from_le_bytes(*value).to_f32());
    (serde_json::from_slice(&bytes[12..data]).unwrap(), values.collect())
}

#[test]
fn lines_come_out_as_animate_makes_them() {
    let bench = Bench::with_lines();
    let output = bench.bake("lines.csv", "store", &["--emit", "curves,csv,json"]);
    assert_done(&output);
    assert_eq!(statuses(&output), ["made", "made", "made", "made", "made", "kept", "made"]);
    let ids: Vec<Value> = told(&output).iter().map(|line| line["id"].clone()).collect();
    assert_eq!(ids, IDS, "in the table's order");
    assert_eq!(bench.object("store", "plain"), bench.object("store", "same"), "made once");
    for (id, sound, options) in [
        ("plain", "a", &[][..]),
        ("again", "a", &["--seed", "1"]),
        ("happy", "b", &["--style", "happy", "--strength", "0.5", "--fps", "60"]),
        ("gruff", "c", &["--style", "gruff", "--tail", "0"]),
        (
            "keys",
            "b",
            &[
                "--style",
                "happy",
                "--at",
                "0-0.2",
                "--style",
                "sad",
                "--at",
                "0.2-",
                "--strength",
                "0.5",
                "--seed",
                "3",
                "--tail",
                "0.1",
            ],
        ),
        ("drama", "d", &["--style", "😢", "--strength", "2", "--seed", "4", "--fps", "24000/1001"]),
    ] {
        let sound = format!("{sound}.wav");
        let args = ["animate", &sound, "--model", "tiny.m2f", "--out", id, "--emit", "csv,json", "--threads", "1"];
        assert!(bench.m2f(&[&args, options].concat()).status.success());
        let stem = bench.path(id).join(sound.trim_end_matches(".wav"));
        let own = fs::read(stem.with_extension("csv")).unwrap();
        assert!(fs::read(bench.file("store", id, "csv")).unwrap() == own, "{id}");
        let json: Value = serde_json::from_slice(&fs::read(bench.file("store", id, "json")).unwrap()).unwrap();
        let (header, values) = curves(&bench.file("store", id, "curves"));
        assert_eq!((&header["frames"], &header["frame_rate"]), (&json["frames"], &json["frame_rate"]), "{id}");
        assert_eq!(header["provenance"], json["provenance"]);
        let width = header["channels"].as_array().unwrap().len();
        let weights = json["weights"].as_array().unwrap();
        for (row, values) in weights.iter().zip(values.chunks_exact(width)) {
            for (weight, value) in row.as_array().unwrap().iter().zip(values) {
                assert!((weight.as_f64().unwrap() - f64::from(*value)).abs() <= 1.0 / 2048.0, "{id}");
            }
        }
    }
}

#[test]
fn store_says_where_each_line_comes_from() {
    let bench = Bench::with_lines();
    assert_done(&bench.bake("lines.csv", "store", &["--emit", "csv,glb", "--steps", "2", "--eta", "0"]));
    let told: Value =
        serde_json::from_slice(&fs::read(bench.file("store", "keys", "provenance.json")).unwrap()).unwrap();
    assert_eq!((&told["generator"], &told["seed"]), (&json!("media2face"), &json!(3)));
    assert_eq!(told["options"], json!(["--eta=0", "--steps=2"]));
    assert_eq!(told["line"], json!({ "emotions": "0=happy; 0.2=sad@0.5", "seed": "3", "tail_s": "0.1" }));
    assert_eq!(told["sound_sha256"].as_str().unwrap().len(), 64);
    let glb = bench.file("store", "keys", "glb");
    assert_eq!(crate::provenance::of_glb(&bench, glb.to_str().unwrap()), told);
}

#[test]
fn what_is_there_is_not_made_again_and_what_is_new_is() {
    let bench = Bench::with_lines();
    assert_done(&bench.bake("lines.csv", "store", &[]));
    let first = files(&bench.path("store"));
    assert_eq!(first.len(), 6 + 1, "{:?}", first.keys());
    let output = bench.bake("lines.csv", "store", &[]);
    assert_done(&output);
    assert!(statuses(&output).iter().all(|status| status == "kept") && files(&bench.path("store")) == first);
    // Other kinds, one more line, other options, another sound of the same name, another place and order.
    assert!(statuses(&bench.bake("lines.csv", "store", &["--emit", "json"])).contains(&"made".to_owned()));
    fs::write(bench.path("more.csv"), format!("{LINES}new,d.wav,,,,,,,,\n")).unwrap();
    let more = statuses(&bench.bake("more.csv", "store", &[]));
    assert!(more[..7].iter().all(|status| status == "kept") && more[7] == "made");
    for options in [&["--fps", "25"][..], &["--seed", "9"], &["--portable"], &["--eyes"], &["--head-gain", "2"]] {
        assert_eq!(statuses(&bench.bake("lines.csv", "store", options))[0], "made", "{options:?}");
    }
    bench.wav("a.wav", INTEGERS, (0..4_000).map(|i| (i as f32 * 0.09).sin() * 0.25));
    let changed = statuses(&bench.bake("lines.csv", "store", &[]));
    assert_eq!(changed, ["made", "made", "kept", "kept", "kept", "kept", "kept"]);
}

#[test]
fn store_is_the_same_on_any_number_of_workers_and_threads() {
    let bench = Bench::with_lines();
    let one = bench.bake("lines.csv", "one", &["--jobs", "1"]);
    let three = bench.bake("lines.csv", "three", &["--jobs", "3", "--threads", "2"]);
    assert_done(&one);
    assert_done(&three);
    assert_eq!(String::from_utf8_lossy(&one.stdout), String::from_utf8_lossy(&three.stdout));
    assert!(files(&bench.path("one")) == files(&bench.path("three")));
}

#[test]
fn shards_together_are_the_whole() {
    let bench = Bench::with_lines();
    let whole = bench.bake("lines.csv", "whole", &[]);
    let mut shared = Vec::new();
    for shard in ["2/3", "1/3", "3/3"] {
        let output = bench.bake("lines.csv", "parts", &["--shard", shard]);
        assert_done(&output);
        shared.extend(told(&output));
    }
    shared.sort_by_key(|line| line["line"].as_u64());
    let ids =
        |lines: &[Value]| lines.iter().map(|line| (line["id"].clone(), line["object"].clone())).collect::<Vec<_>>();
    assert_eq!(ids(&shared), ids(&told(&whole)));
    let (mut whole, mut parts) = (files(&bench.path("whole")), files(&bench.path("parts")));
    let index = |files: &mut BTreeMap<String, Vec<u8>>| {
        let all: Vec<String> = files.keys().filter(|name| name.starts_with("/index/")).cloned().collect();
        let lines = all.iter().flat_map(|name| {
            String::from_utf8(files.remove(name).unwrap()).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
        });
        let mut lines: Vec<String> = lines.collect();
        lines.sort();
        (all.len(), lines)
    };
    let (whole_index, parts_index) = (index(&mut whole), index(&mut parts));
    assert_eq!((whole_index.0, parts_index.0), (1, 3));
    assert_eq!(whole_index.1, parts_index.1);
    assert!(whole == parts);
}

#[test]
fn folder_of_sounds_is_a_table() {
    let bench = Bench::with_lines();
    fs::create_dir_all(bench.path("sounds/more")).unwrap();
    for name in ["a", "b"] {
        fs::copy(bench.path(&format!("{name}.wav")), bench.path(&format!("sounds/{name}.WAV"))).unwrap();
    }
    fs::write(bench.path("sounds/notes.txt"), "no sound").unwrap();
    let output = bench.bake("sounds", "store", &[]);
    assert_done(&output);
    let ids: Vec<Value> = told(&output).iter().map(|line| line["id"].clone()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_done(&bench.bake("lines.csv", "lines", &[]));
    assert_eq!(bench.object("store", "a"), bench.object("lines", "plain"), "the same sound with the same options");
}

#[test]
fn eyes_follow_from_the_weights() {
    let bench = Bench::with_lines();
    assert_done(&bench.bake("lines.csv", "store", &["--eyes"]));
    let (header, values) = curves(&bench.file("store", "plain", "curves"));
    let channels = header["channels"].as_array().unwrap();
    assert_eq!(channels.len(), 52 + 7 + 4);
    assert_eq!(channels[59..], ["eyeLeftYaw_rad", "eyeLeftPitch_rad", "eyeRightYaw_rad", "eyeRightPitch_rad"]);
    assert!(values.iter().all(|value| value.is_finite()));
}

/// The reader that the document gives.
#[test]
fn python_of_the_document_reads_curves() {
    if !Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return extent::left_out("no python3 on the PATH");
    }
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bake.md");
    let document = fs::read_to_string(document).unwrap();
    let reader = document.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(reader.lines().count() <= 15, "it is short");
    let bench = Bench::with_lines();
    assert_done(&bench.bake("lines.csv", "store", &[]));
    let path = bench.file("store", "happy", "curves");
    let script = format!(
        "{reader}\nimport sys\nhead, rows = read_curves(sys.argv[1])\n\
         print(len(rows), rows[5][head['channels'].index('jawOpen')], head['frame_rate'][0], rows[0][55])\n"
    );
    let output = Command::new("python3").args(["-c", &script, path.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let (header, values) = curves(&path);
    let width = header["channels"].as_array().unwrap().len();
    let jaw = header["channels"].as_array().unwrap().iter().position(|name| name == "jawOpen").unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let told: Vec<f64> = told.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let expected =
        [header["frames"].as_f64().unwrap(), f64::from(values[5 * width + jaw]), 60.0, f64::from(values[55])];
    assert_eq!(told, expected);
}

#[test]
fn place_that_cannot_be_a_store_is_an_error() {
    let bench = Bench::with_lines();
    fs::write(bench.path("file"), "mine").unwrap();
    assert_failed(&bench.bake("lines.csv", "file", &[]), "cannot make the folder file");
    // Another process has the shard; others are free.
    assert_done(&bench.bake("lines.csv", "store", &[]));
    let lock = fs::File::open(bench.path("store/.work/1-of-1.lock")).unwrap();
    lock.lock().unwrap();
    assert_failed(&bench.bake("lines.csv", "store", &[]), "another m2f bakes shard 1/1 into it");
    assert_done(&bench.bake("lines.csv", "store", &["--shard", "1/2"]));
}
