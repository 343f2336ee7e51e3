//! `m2f animate --tail` and `--no-pack-adjustments`, and what a scene leaves out.

use std::fs;

use media2face::pack::{AdjustmentsConfig, Manifest};
use serde_json::Value;

use crate::Bench;

fn json(bench: &Bench, out: &str, model: &str, more: &[&str]) -> Value {
    let args = ["animate", "hum.wav", "--model", model, "--emit", "json,csv,npy,glb", "--quiet", "--out", out];
    let output = bench.m2f(&[&args[..], more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    crate::motion(&fs::read(bench.path(out).join("hum.json")).unwrap())
}

fn frames(found: &Value, kind: &str) -> usize {
    found[kind].as_array().unwrap().len()
}

#[test]
fn every_file_is_longer_by_the_tail() {
    let bench = Bench::new();
    // Half a second of sound; three tenths of silence unless asked otherwise.
    for (out, more, expected) in [
        ("default", &[][..], 24),
        ("none", &["--tail", "0"], 15),
        ("long", &["--tail", "1"], 45),
        ("film", &["--fps", "24"], 19),
        ("fast", &["--fps", "60", "--tail", "0.5"], 60),
    ] {
        let found = json(&bench, out, "tiny.m2f", more);
        assert_eq!((frames(&found, "weights"), frames(&found, "head")), (expected, expected), "{out}");
        let csv = fs::read_to_string(bench.path(out).join("hum.csv")).unwrap();
        assert_eq!(csv.lines().count(), 1 + expected, "{out}");
        let npy = fs::read(bench.path(out).join("hum.offsets.npy")).unwrap();
        assert!(String::from_utf8_lossy(&npy[..128]).contains(&format!("'shape': ({expected}, ")), "{out}");
        let glb = fs::read(bench.path(out).join("hum.glb")).unwrap();
        let length = u32::from_le_bytes(glb[12..16].try_into().unwrap()) as usize;
        let document: Value = serde_json::from_slice(&glb[20..20 + length]).unwrap();
        let samplers = document["animations"][0]["samplers"].as_array().unwrap();
        let times =
            |sampler: &Value| document["accessors"][sampler["input"].as_u64().unwrap() as usize]["count"].clone();
        assert!(!samplers.is_empty() && samplers.iter().all(|sampler| times(sampler) == expected), "{out}");
    }
}

#[test]
fn head_is_at_rest_behind_the_tail_at_any_rate() {
    let bench = Bench::new();
    let last = |out: &str, more: &[&str]| {
        let found = json(&bench, out, "tiny.m2f", &[&["--smooth-head", "0"], more].concat());
        found["head"].as_array().unwrap().last().unwrap().clone()
    };
    let rest = last("still", &["--head-gain", "0"]);
    assert_ne!(last("moving", &["--tail", "0"]), rest);
    for (out, fps) in [("a", "30"), ("b", "24"), ("c", "60"), ("d", "15")] {
        assert_eq!(last(out, &["--fps", fps]), rest, "{fps} frames a second");
    }
}

#[test]
fn packs_adjustments_are_made_unless_they_are_left_out() {
    let bench = Bench::new();
    let gains = || [("jawOpen".to_owned(), 0.25), ("mouthFunnel".to_owned(), 2.0)].into();
    let config = || AdjustmentsConfig { gains: gains(), ..AdjustmentsConfig::default() };
    bench.pack("adjusted.m2f", |manifest: &mut Manifest| manifest.adjustments = Some(config()), |_| true);
    let plain = json(&bench, "plain", "tiny.m2f", &["--tail", "0"]);
    assert_ne!(json(&bench, "adjusted", "adjusted.m2f", &["--tail", "0"]), plain);
    assert_eq!(json(&bench, "left", "adjusted.m2f", &["--tail", "0", "--no-pack-adjustments"]), plain);

    let scene = |adjustments: &str| {
        let script = format!(
            "[scene]\nmodel = \"adjusted.m2f\"\nsteps = 3\n{adjustments}\n[[character]]\nname = \"ann\"\nposition_m = [0, 0, 0]\n\
             [[line]]\ncharacter = \"ann\"\naudio = \"hum.wav\"\n"
        );
        fs::write(bench.path("a.toml"), script).unwrap();
        let output = bench.m2f(&["scene", "a.toml", "--out", "scene", "--emit", "json", "--quiet"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        crate::motion(&fs::read(bench.path("scene/ann.json")).unwrap())
    };
    assert_ne!(scene(""), scene("pack_adjustments = false"));
    assert_eq!(scene(""), scene("pack_adjustments = true"));
}
