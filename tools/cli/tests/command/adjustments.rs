//! `m2f animate --blink`, `--gaze`, `--look-at`, gains and smoothing.

use std::fs;

use media2face::pack::Manifest;

use crate::{Bench, assert_failed, motion};

fn json(bench: &Bench, out: &str, more: &[&str]) -> serde_json::Value {
    let output = bench.animate(out, &[&["--emit", "json", "--quiet"], more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    motion(&fs::read(bench.path(out).join("hum.json")).unwrap())
}

#[test]
fn each_option_changes_its_part_and_the_seed_decides() {
    let bench = Bench::new();
    let plain = json(&bench, "plain", &[]);
    let still = ["--expression-gain", "1", "--head-gain", "1", "--smooth", "0", "--gaze", "gain=1", "--blink", "max=1"];
    assert_eq!(json(&bench, "still", &still), plain);
    let trembling = json(&bench, "trembling", &["--smooth-head=0"]);
    assert!(trembling["weights"] == plain["weights"] && trembling["head"] != plain["head"], "a head is calmed unasked");
    for (out, option) in
        [("gain", "--expression-gain=.5"), ("smooth", "--smooth=80"), ("channel", "--channel=jawOpen=0,.3")]
    {
        let found = json(&bench, out, &[option]);
        assert!(found["weights"] != plain["weights"] && found["head"] == plain["head"], "{option}");
    }
    for (out, option) in [("head", "--head-gain=2"), ("smooth-head", "--smooth-head=80")] {
        let found = json(&bench, out, &[option]);
        assert!(found["weights"] == plain["weights"] && found["head"] != plain["head"], "{option}");
    }
    let looking = json(&bench, "look", &["--look-at", "0-=30,0"]);
    assert!(looking["weights"] != plain["weights"] && looking["head"] != plain["head"]);
    let added = ["--blink", "off,120", "--gaze", "off,saccades=200"];
    assert_eq!(json(&bench, "one", &added), json(&bench, "same", &added));
    assert_ne!(json(&bench, "seed", &[&added[..], &["--seed", "5"]].concat()), json(&bench, "one", &added));
}

#[test]
fn layer_that_the_model_lacks_is_told_before_the_work() {
    let bench = Bench::new();
    let rename = |manifest: &mut Manifest| manifest.blendshapes.names.iter_mut().for_each(|name| name.push('2'));
    bench.pack("nameless.m2f", rename, |_| true);
    let args = ["animate", "hum.wav", "--model", "nameless.m2f", "--out", "none", "--blink", "off"];
    assert_failed(&bench.m2f(&args), "eyeBlinkLeft");
    assert_failed(&bench.animate("none", &["--channel", "jawOpne=1"]), "jawOpne");
    assert!(!bench.path("none").exists());
}

#[test]
fn target_past_the_end_warns() {
    let bench = Bench::new();
    let output = bench.animate("out", &["--emit", "csv", "--quiet", "--look-at", "0.1-3=10,0"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.starts_with("warning: target 0 of the gaze ends at 3 s"), "{stderr}");
}
