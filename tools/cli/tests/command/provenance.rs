//! Where files say that they come from.

use std::fs;

use serde_json::{Value, json};

use crate::Bench;
use crate::scene::SCRIPT;

/// What a .glb says of itself.
pub(crate) fn of_glb(bench: &Bench, path: &str) -> Value {
    let glb = fs::read(bench.path(path)).unwrap();
    let end = 20 + u32::from_le_bytes(glb[12..16].try_into().unwrap()) as usize;
    let root: Value = serde_json::from_slice(&glb[20..end]).unwrap();
    root["asset"]["extras"]["provenance"].clone()
}

fn of_json(bench: &Bench, path: &str) -> Value {
    serde_json::from_slice(&fs::read(bench.path(path)).unwrap()).unwrap()
}

#[test]
fn files_of_a_sound_say_the_same_of_their_origin() {
    let bench = Bench::new();
    let absolute = bench.path("tiny.m2f");
    let take = |out: &str, more: &[&str]| {
        let args = ["animate", "hum.wav", "--model", absolute.to_str().unwrap(), "--out", out, "--steps", "2"];
        let output = bench.m2f(&[&args, more].concat());
        assert!(output.status.success(), "{output:?}");
    };
    take("a", &["--style", "happy", "--at", "0.1-", "--emit", "csv,json,glb"]);
    let told = of_json(&bench, "a/hum.provenance.json");
    assert_eq!(of_json(&bench, "a/hum.json")["provenance"], told);
    assert_eq!(of_glb(&bench, "a/hum.glb"), told);
    assert_eq!(told["options"], json!(["--steps=2", "--style=happy", "--at=0.1-"]));
    assert_eq!((&told["generator"], &told["version"]), (&json!("media2face"), &json!(env!("CARGO_PKG_VERSION"))));
    assert_eq!(told["seed"], of_json(&bench, "a/hum.json")["seed"]);
    assert_eq!(told["model"]["sha256"].as_str().unwrap().len(), 64);
    assert!(!told.to_string().contains(bench.folder.path().to_str().unwrap()), "{told}");

    // The same from another place is the same; another pack is not.
    take("b", &["--style", "happy", "--at", "0.1-", "--emit", "csv", "--threads", "1", "--quiet"]);
    assert_eq!(of_json(&bench, "b/hum.provenance.json"), told);
    bench.pack("other.m2f", |manifest| manifest.version = "2".to_owned(), |_| true);
    let args = ["animate", "hum.wav", "--model", "other.m2f", "--out", "c", "--emit", "csv"];
    assert!(bench.m2f(&args).status.success());
    let other = of_json(&bench, "c/hum.provenance.json");
    assert_eq!((&other["model"]["version"], &other["options"]), (&json!("2"), &json!([])));
    assert_ne!(other["model"]["sha256"], told["model"]["sha256"]);
}

#[test]
fn files_that_say_it_themselves_come_alone() {
    let bench = Bench::new();
    assert!(bench.animate("out", &["--emit", "json,glb"]).status.success());
    assert_eq!(crate::names(&bench.path("out")), ["hum.glb", "hum.json"]);
}

#[test]
fn scene_says_which_script_it_was_made_by() {
    let bench = Bench::new();
    let told = |script: &str, out: &str| {
        let output = bench.scene(script, out, &["--emit", "csv,json,glb"]);
        assert!(output.status.success(), "{output:?}");
        let told = of_json(&bench, &format!("{out}/scene.provenance.json"));
        assert_eq!(of_glb(&bench, &format!("{out}/scene.glb")), told);
        let [ann, ben] = ["ann", "ben"].map(|name| of_json(&bench, &format!("{out}/{name}.json")));
        assert_eq!((&ann["provenance"], &ben["provenance"]["seed"]), (&told, &ben["seed"]));
        told
    };
    let first = told(SCRIPT, "a");
    assert_eq!(told(&format!("# a comment\n{SCRIPT}"), "b"), first);
    let other = told(&SCRIPT.replace("tail_s = 0.2", "tail_s = 0.3"), "c");
    assert_ne!(other["script_sha256"], first["script_sha256"]);
    assert_eq!(other["model"], first["model"]);
}
