//! What a script has of the options of `m2f animate`: sampling, default style, adjustments, and `m2f scene --strict`.

use std::fs;

use serde_json::Value;

use crate::scene::SCRIPT;
use crate::{Bench, motion};

/// What becomes of both characters.
fn takes(bench: &Bench, script: &str, out: &str) -> [Value; 2] {
    let output = bench.scene(script, out, &["--emit", "json", "--quiet"]);
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    ["ann", "ben"].map(|name| motion(&fs::read(bench.path(&format!("{out}/{name}.json"))).unwrap()))
}

/// The script with one more line under `[scene]`.
fn with(key: &str) -> String {
    SCRIPT.replace("[scene]", &format!("[scene]\n{key}"))
}

#[test]
fn each_key_of_the_sampling_changes_the_motion() {
    let bench = Bench::new();
    let plain = takes(&bench, SCRIPT, "plain");
    for (number, key) in [
        "steps = 2",
        "noise_scale = 0.5",
        "eta = 1",
        "guidance_audio = 4",
        "guidance_style = \"0:0.5, 1:4\"",
        "isolate_styles = false",
        "repaint = 2",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(takes(&bench, &with(key), &number.to_string()) != plain, "{key}");
    }
    assert_eq!(takes(&bench, &with("default_style = true\nisolate_styles = true"), "asked"), plain);
    let constant = takes(&bench, &with("guidance_audio = 4"), "constant");
    assert_eq!(takes(&bench, &with("guidance_audio = \"4\""), "text"), constant);
    assert_eq!(takes(&bench, &with("guidance_audio = \"0:4\""), "curve"), constant);
}

#[test]
fn default_style_of_a_pack_can_be_turned_off() {
    let bench = Bench::new();
    bench.pack("gruff.m2f", |manifest| manifest.diffusion.default_style = Some("gruff".to_owned()), |_| true);
    let ending = |line: &str| line.starts_with("styles");
    let unstyled: String = SCRIPT.lines().filter(|line| !ending(line)).map(|line| format!("{line}\n")).collect();
    let gruff = unstyled.replace("tiny.m2f", "gruff.m2f");
    let plain = takes(&bench, &unstyled, "plain");
    assert_ne!(takes(&bench, &gruff, "gruff"), plain);
    assert_eq!(takes(&bench, &gruff.replace("[scene]", "[scene]\ndefault_style = false"), "off"), plain);
}

#[test]
fn each_adjustment_changes_its_character_alone() {
    let bench = Bench::new();
    let adjusted = |keys: &str| {
        let looks = "facing_deg = -60\nadjustments = { looks = false";
        SCRIPT.replace("facing_deg = -60", &format!("{looks}{keys} }}"))
    };
    let [ann, ben] = takes(&bench, &adjusted(""), "plain");
    for (number, key) in [
        "smoothing_s = 0.08",
        "channels = { jawOpen = { gain = 0, offset = 0.3 } }",
        "gaze_limit_deg = 0",
        "saccades_per_minute = 200, saccade_deg = 2",
    ]
    .into_iter()
    .enumerate()
    {
        let [other, changed] = takes(&bench, &adjusted(&format!(", {key}")), &number.to_string());
        assert!(other == ann && changed["weights"] != ben["weights"], "{key}");
    }
    let whole = "channels = { jawOpen = { gain = 1, offset = 0, min = 0, max = 1 } }";
    let kept = format!(", smoothing_s = 0, {whole}, saccade_deg = 4, expression_gain = 1");
    assert_eq!(takes(&bench, &adjusted(&kept), "kept")[0], ann);
}

#[test]
fn values_that_cannot_be_are_faults_with_their_place() {
    let bench = Bench::new();
    for (key, fault) in [
        ("noise_scale = 2", "[scene]: noise_scale is 2, expected 0..=1"),
        ("eta = -1", "[scene]: eta is -1, expected 0..=1"),
        ("repaint = 0", "[scene]: repaint in 0 loops"),
        ("guidance_audio = 1000", "[scene]: guidance (audio) is 1000"),
        ("guidance_audio = \"1:x\"", "[scene]: \"x\" is not a number"),
        ("guidance_style = true", "[scene]: expected a number, or a curve as text"),
        ("default_style = 1", "[scene]: invalid type: integer"),
    ] {
        let script = with(key);
        let faults = bench.faults(&script);
        assert!(faults[0].starts_with(fault), "{key}: {faults:?}");
    }
    for (key, fault) in [
        ("gaze_limit_deg = -1", "a limit of the gaze"),
        ("saccade_deg = 90", "a deviation of saccades"),
        ("smoothing_s = -1", "smoothing in seconds"),
        ("channels = { jawOpne = { gain = 2 } }", "jawOpne"),
        ("channels = { jawOpen = { min = 1, max = 0 } }", "limits 1..0"),
        ("channels = { jawOpen = { most = 1 } }", "unknown field `most`"),
    ] {
        let script = SCRIPT.replace("facing_deg = 60", &format!("facing_deg = 60\nadjustments = {{ {key} }}"));
        let faults = bench.faults(&script);
        assert!(faults[0].starts_with("character 1 (ann)") && faults[0].contains(fault), "{key}: {faults:?}");
    }
}

#[test]
fn style_that_says_nothing_fails_with_its_line_where_that_was_asked_for() {
    let bench = Bench::new();
    // The starter tells what its codes say.
    let script = SCRIPT.replace("model = \"tiny.m2f\"", "steps = 1");
    let asked = |script: &str, out: &str| bench.scene(script, out, &["--strict", "--emit", "csv", "--quiet"]);
    let output = asked(&script, "good");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let vain = script.replace("text = \"calm\"", "text = \"asdf qwer\"").replace("\"happy\"", "\"zxcv\"");
    let output = asked(&vain, "none");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().collect();
    assert!(output.status.code() == Some(1) && lines.len() == 3, "{stderr}");
    assert!(lines[1].starts_with("  character 1 (ann), styles 1: the style \"zxcv\" says nothing"), "{stderr}");
    assert!(lines[2].starts_with("  line 2 (ben), styles 2: the style \"asdf qwer\" says nothing"), "{stderr}");
    assert!(!bench.path("none").exists(), "nothing was written");

    let output = bench.scene(&vain, "warned", &["--emit", "csv", "--quiet"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.contains("warning: the style \"asdf qwer\" says nothing"), "{stderr}");
    assert!(fs::exists(bench.path("warned/ben.csv")).unwrap());
}
