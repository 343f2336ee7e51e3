//! `m2f animate --keyframe`: what is met, and what is refused before any work.

use std::fs;

use crate::{Bench, assert_failed};

fn weights(bench: &Bench, out: &str, frame: usize) -> Vec<f64> {
    let json: serde_json::Value = serde_json::from_slice(&fs::read(bench.path(out).join("hum.json")).unwrap()).unwrap();
    json["weights"][frame].as_array().unwrap().iter().map(|w| w.as_f64().unwrap()).collect()
}

#[test]
fn keyframes_of_names_channels_and_files_are_the_same_face() {
    let bench = Bench::new();
    fs::write(bench.path("open.json"), r#"{"jawOpen": 0.7}"#).unwrap();
    let ways =
        ["0.2=open".to_owned(), "0.2=jawOpen=.7".to_owned(), format!("0.2={}", bench.path("open.json").display())];
    for (out, way) in ["a", "b", "c"].into_iter().zip(&ways) {
        let output = bench.animate(out, &["--emit", "json", "--keyframe", way]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(bench.animate("free", &["--emit", "json"]).status.success());
    let [a, b, c, free] = ["a", "b", "c", "free"].map(|out| weights(&bench, out, 6));
    assert!(a == b && b == c && a != free);
    let soft = bench.animate("soft", &["--emit", "json", "--keyframe", "0.2=open", "--hold", "0.5"]);
    assert!(soft.status.success());
    let distance = |of: &[f64]| a.iter().zip(of).map(|(x, y)| (x - y).abs()).sum::<f64>();
    assert!(distance(&weights(&bench, "soft", 6)) < distance(&free));
}

#[test]
fn weights_of_other_programs_are_the_same_face() {
    let bench = Bench::new();
    let plain = r#"{"jawOpen": 0.8, "mouthSmileLeft": 0.5}"#;
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let files: [(&str, Vec<u8>); 7] = [
        ("plain", plain.into()),
        ("bom", format!("\u{feff}{plain}").into()),
        ("utf16", utf16),
        ("live_link", r#"{"JawOpen": 0.8, "MouthSmileLeft": 0.5}"#.into()),
        ("snake", r#"{"jaw_open": 0.8, "mouth_smile_left": 0.5}"#.into()),
        ("media_pipe", r#"{"_neutral": 0.3, "jawOpen": 0.8, "mouthSmileLeft": 0.5}"#.into()),
        ("sides", r#"{"jawOpen": 0.8, "mouthSmile_L": 0.5}"#.into()),
    ];
    let mut found = Vec::new();
    for (name, bytes) in files {
        let path = bench.path(&format!("{name}.json"));
        fs::write(&path, bytes).unwrap();
        let output = bench.animate(name, &["--emit", "json", "--keyframe", &format!("0.2={}", path.display())]);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        found.push(weights(&bench, name, 6));
    }
    assert!(found.iter().all(|weights| *weights == found[0]));

    for (name, text, reason) in [
        (
            "percent",
            r#"{"jawOpen": 80, "mouthSmileLeft": 0}"#,
            "jawOpen is 80, expected 0 to 1; they seem to be percentages",
        ),
        ("above", r#"{"jawOpen": 1.2}"#, "jawOpen is 1.2, expected 0 to 1"),
        ("twice", r#"{"jawOpen": 0.5, "jaw_open": 0.6}"#, "jawOpen and jaw_open are the same channel"),
        ("unknown", r#"{"jawOpened": 0.5}"#, "no channel \"jawOpened\""),
    ] {
        let path = bench.path(&format!("{name}.json"));
        fs::write(&path, text).unwrap();
        let keyframe = format!("0.2={}", path.display());
        assert_failed(&bench.animate("none", &["--emit", "json", "--keyframe", &keyframe]), reason);
    }
    assert_failed(&bench.animate("none", &["--keyframe", "0.2=jawOpen=80"]), "they seem to be percentages");
}

#[test]
fn keyframe_turns_the_head() {
    let bench = Bench::new();
    assert!(bench.animate("out", &["--emit", "csv", "--keyframe", "0.1-0.3=headYaw=25"]).status.success());
    let csv = fs::read_to_string(bench.path("out/hum.csv")).unwrap();
    let column = csv.lines().next().unwrap().split(',').position(|name| name == "HeadYaw").unwrap();
    let yaw =
        |frame: usize| -> f64 { csv.lines().nth(1 + frame).unwrap().split(',').nth(column).unwrap().parse().unwrap() };
    let turned = yaw(3);
    assert!(turned.abs() > 0.1 && (3..=9).all(|frame| yaw(frame) == turned), "{turned}");
}

#[test]
fn keyframes_that_cannot_be_are_refused_before_any_work() {
    let bench = Bench::new();
    fs::write(bench.path("broken.json"), "{").unwrap();
    let broken = format!("0.1={}", bench.path("broken.json").display());
    let refused = |way: &str, code: i32, words: &str| {
        let output = bench.animate("out", &["--emit", "json", &format!("--keyframe={way}")]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(code) && stderr.contains(words), "{way}: {stderr}");
        assert!(!bench.path("out").exists(), "{way}");
    };
    for (way, words) in [
        ("smile", "TIME=FILE"),
        ("0.2=smirk", "no expression"),
        ("-1=smile", "not a time"),
        ("2-1=smile", "ends before it starts"),
    ] {
        refused(way, 2, words);
    }
    for (way, words) in [
        ("0.1=jawOpen=2", "jawOpen"),
        ("0.1=elbow=.5", "elbow"),
        ("0.1=missing.obj", "missing.obj"),
        (&*broken, "broken.json"),
    ] {
        refused(way, 1, words);
    }
    let clash = ["--emit", "json", "--keyframe", "0.1-0.3=smile", "--keyframe", "0.2=frown"];
    assert_failed(&bench.animate("out", &clash), "the same frames");
    assert_failed(&bench.animate("out", &["--keyframe", "0.1=smile", "--hold", "2"]), "hold");
}
