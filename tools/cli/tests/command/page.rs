//! The pages of `m2f animate` and `m2f scene`; `cargo xtask test` opens them in a browser.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hound::{SampleFormat, WavReader, WavSpec};

use crate::{Bench, INTEGERS, names};

/// What a page carries in the script of this id.
fn carried(page: &Path, id: &str) -> String {
    let page = fs::read_to_string(page).unwrap();
    let script = page.split_once(&format!("id=\"{id}\">")).unwrap().1;
    script.split_once("</script>").unwrap().0.to_owned()
}

fn clip(page: &Path) -> serde_json::Value {
    serde_json::from_str(&carried(page, "clip")).unwrap()
}

#[test]
fn page_is_made_by_default_and_carries_the_glb_and_the_sound() {
    let bench = Bench::new();
    let output = bench.m2f(&["animate", "hum.wav", "--model", "tiny.m2f"]);
    assert!(output.status.success(), "{output:?}");
    let out = bench.path("out");
    assert_eq!(names(&out), ["hum.csv", "hum.glb", "hum.html", "hum.json", "hum.provenance.json"]);
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(
        stdout.trim_end().ends_with(&format!("; open {}", Path::new("out").join("hum.html").display())),
        "{stdout}"
    );

    let page = out.join("hum.html");
    assert_eq!(STANDARD.decode(carried(&page, "glb")).unwrap(), fs::read(out.join("hum.glb")).unwrap());
    let wav = STANDARD.decode(carried(&page, "wav")).unwrap();
    let samples = |bytes: &[u8]| -> (WavSpec, Vec<i16>) {
        let mut reader = WavReader::new(bytes).unwrap();
        (reader.spec(), reader.samples().map(Result::unwrap).collect())
    };
    assert_eq!(samples(&wav), samples(&fs::read(bench.path("hum.wav")).unwrap()));
    let clip = clip(&page);
    // The face comes to rest behind the sound.
    assert_eq!((&clip["duration_s"], &clip["fps"]), (&0.8.into(), &30.0.into()));
}

#[test]
fn page_names_styles_and_when_they_hold() {
    let bench = Bench::new();
    let styles = ["--style", "sad & <b>", "--at", "0-0.2", "--style", "happy", "--at", "0.2-", "--strength", "0.5"];
    assert!(bench.animate("out", &[&styles[..], &["--emit", "html"]].concat()).status.success());
    assert_eq!(names(&bench.path("out")), ["hum.html"]);
    let page = bench.path("out/hum.html");
    let clip = clip(&page);
    assert_eq!(clip["facts"][0], "sad & <b>, happy × 0.5");
    let bands = serde_json::json!([
        { "label": "sad & <b>", "start_s": 0.0, "end_s": 0.2 },
        { "label": "happy × 0.5", "start_s": 0.2, "end_s": null },
    ]);
    assert_eq!(clip["bands"], bands);
    assert!(!fs::read_to_string(page).unwrap().contains("sad & <b>"), "it stays text");
}

#[test]
fn sound_that_no_browser_plays_becomes_one_that_all_do() {
    let bench = Bench::new();
    let spec = WavSpec { channels: 6, sample_rate: 96_000, bits_per_sample: 32, sample_format: SampleFormat::Float };
    bench.wav("hum.wav", spec, (0..6 * 9_600).map(|i| ((i / 6) as f32 * 0.01).sin() * 0.25));
    assert!(bench.animate("out", &["--emit", "html"]).status.success());
    let wav = STANDARD.decode(carried(&bench.path("out/hum.html"), "wav")).unwrap();
    let reader = WavReader::new(&wav[..]).unwrap();
    assert_eq!(reader.spec(), INTEGERS);
    assert_eq!(reader.duration(), 1_600);
}

#[test]
fn scene_has_one_page_of_all_with_the_sound_of_all() {
    let bench = Bench::new();
    let character = |name: &str, x: f32| {
        let place = format!("name = \"{name}\"\nposition_m = [{x}, 0, 0]\n");
        format!("[[character]]\n{place}\n[[line]]\ncharacter = \"{name}\"\naudio = \"hum.wav\"\n")
    };
    let script = format!("[scene]\nmodel = \"tiny.m2f\"\n{}{}", character("ann", -0.2), character("ben", 0.2));
    fs::write(bench.path("talk.toml"), script).unwrap();
    let output = bench.m2f(&["scene", "talk.toml", "--emit", "html,glb"]);
    assert!(output.status.success(), "{output:?}");
    let out = bench.path("out");
    assert_eq!(names(&out), ["ann.glb", "ben.glb", "scene.glb", "scene.html", "scene.wav"]);
    let page = out.join("scene.html");
    for (id, file) in [("glb", "scene.glb"), ("wav", "scene.wav")] {
        assert_eq!(STANDARD.decode(carried(&page, id)).unwrap(), fs::read(out.join(file)).unwrap());
    }
    let bands = clip(&page)["bands"].clone();
    assert_eq!((&bands[0]["label"], &bands[1]["label"]), (&"ann".into(), &"ben".into()));
    let glb = fs::read(out.join("ann.glb")).unwrap();
    assert!(String::from_utf8_lossy(&glb).contains(r#""extras":{"sound":"scene.wav"}"#));
}
