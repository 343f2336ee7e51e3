//! `m2f scene`: scripts of several characters.

use std::fs;

use crate::{Bench, INTEGERS, assert_failed, has_ffmpeg, motion, names};

/// Two characters who speak after each other, with all that a line can have.
pub(crate) const SCRIPT: &str = r#"
[scene]
model = "tiny.m2f"
lead_s = 0.1
pause_s = 0.1
tail_s = 0.2

[[character]]
name = "ann"
position_m = [-0.2, 0, 0]
facing_deg = 60
styles = [{ text = "happy" }]

[[character]]
name = "ben"
position_m = [0.2, 0, 0]
facing_deg = -60

[[line]]
character = "ann"
audio = "hum.wav"

[[line]]
character = "ben"
audio = "hum.wav"
styles = [{ text = "😢", end_s = 0.2 }, { text = "calm", start_s = 0.2, strength = 0.5, ramp_s = 0 }]
look_at = [0, 0.1, 1]
"#;

impl Bench {
    /// Writes a script and animates it.
    pub(crate) fn scene(&self, script: &str, out: &str, more: &[&str]) -> std::process::Output {
        fs::write(self.path("scene.toml"), script).unwrap();
        self.m2f(&[&["scene", "scene.toml", "--out", out], more].concat())
    }

    /// The faults that a script is refused for; nothing is written.
    pub(crate) fn faults(&self, script: &str) -> Vec<String> {
        let output = self.scene(script, "none", &[]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(output.stdout.is_empty() && !self.path("none").exists());
        let mut lines = stderr.lines();
        let head = lines.next().unwrap();
        let faults: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
        let count = if faults.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
        assert_eq!(head, format!("error: scene.toml has {count}"), "{stderr}");
        faults
    }
}

pub(crate) fn json(bench: &Bench, path: &str) -> serde_json::Value {
    serde_json::from_slice(&fs::read(bench.path(path)).unwrap()).unwrap()
}

#[test]
fn scene_becomes_files_of_each_and_of_all() {
    let bench = Bench::new();
    let output = bench.scene(SCRIPT, "out", &["--emit", "glb,csv,json,png,npy"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.starts_with("2 characters, 2 lines: 1.40 s of audio, 42 frames: model "), "{stdout}");
    let own = ["csv", "glb", "json", "offsets.npy", "png"];
    let mut expected: Vec<String> =
        ["ann", "ben"].iter().flat_map(|name| own.map(|ending| format!("{name}.{ending}"))).collect();
    expected.extend(["scene.glb", "scene.png", "scene.provenance.json", "scene.wav"].map(str::to_owned));
    assert_eq!(names(&bench.path("out")), expected);

    for name in ["ann", "ben"] {
        assert_eq!(json(&bench, &format!("out/{name}.json"))["frames"], 42, "everybody is there the whole time");
    }
    let mut wav = hound::WavReader::open(bench.path("out/scene.wav")).unwrap();
    let loud = |samples: &[i16]| samples.iter().any(|sample| sample.unsigned_abs() > 4_000);
    let samples: Vec<i16> = wav.samples().map(Result::unwrap).collect();
    assert_eq!((wav.spec().sample_rate, samples.len()), (16_000, 22_400));
    let heard =
        [0..1_600, 1_600..9_600, 9_600..11_200, 11_200..19_200, 19_200..22_400].map(|part| loud(&samples[part]));
    assert_eq!(heard, [false, true, false, true, false], "lead, line, pause, line, tail");
}

#[test]
fn gltf_of_all_has_a_node_a_mesh_and_channels_for_each() {
    let bench = Bench::new();
    assert!(bench.scene(SCRIPT, "out", &["--emit", "glb"]).status.success());
    let glb = fs::read(bench.path("out/scene.glb")).unwrap();
    let text = 20 + u32::from_le_bytes(glb[12..16].try_into().unwrap()) as usize;
    let root: serde_json::Value = serde_json::from_slice(&glb[20..text]).unwrap();
    let nodes: Vec<&str> =
        root["nodes"].as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap()).collect();
    assert_eq!(nodes, ["ann.face", "ann.head", "ann", "ben.face", "ben.head", "ben"]);
    assert_eq!(root["scenes"][0]["nodes"], serde_json::json!([2, 5]));
    let x = |node: usize| root["nodes"][node]["translation"][0].as_f64().unwrap();
    assert!((x(2) + 0.2).abs() < 1e-6 && (x(5) - 0.2).abs() < 1e-6);
    assert_eq!(root["meshes"].as_array().unwrap().len(), 2);
    assert_eq!(root["animations"][0]["channels"].as_array().unwrap().len(), 6);
}

#[test]
fn same_script_gives_the_same_bytes_on_any_number_of_threads() {
    let bench = Bench::new();
    for (out, threads) in [("a", "1"), ("b", "2")] {
        assert!(bench.scene(SCRIPT, out, &["--threads", threads, "--emit", "csv,json,glb"]).status.success());
    }
    let files = names(&bench.path("a"));
    assert!(files.len() == 9 && files == names(&bench.path("b")), "{files:?}");
    for name in files {
        let [a, b] = ["a", "b"].map(|out| fs::read(bench.path(out).join(&name)).unwrap());
        assert!(a == b, "{name}");
    }
    assert_ne!(fs::read(bench.path("a/ann.json")).unwrap(), fs::read(bench.path("a/ben.json")).unwrap());
}

#[test]
fn without_a_seed_the_lines_have_one_from_which_the_characters_count_up() {
    let bench = Bench::new();
    let takes = |script: &str, out: &str| {
        let output = bench.scene(script, out, &["--emit", "json"]);
        assert!(output.status.success(), "{output:?}");
        // A script that states the seed is another script.
        let takes = ["ann", "ben"].map(|name| motion(&fs::read(bench.path(out).join(format!("{name}.json"))).unwrap()));
        let seed = takes[0]["seed"].as_u64().unwrap();
        assert_eq!(takes[1]["seed"], seed + 1);
        let summary = String::from_utf8(output.stdout).unwrap();
        assert!(summary.ends_with(&format!(", seed {seed}\n")), "{summary}");
        (takes, seed)
    };
    let (unasked, seed) = takes(SCRIPT, "unasked");
    let (asked, _) = takes(&SCRIPT.replace("[scene]", &format!("[scene]\nseed = {seed}")), "asked");
    assert_eq!(asked, unasked);
    bench.wav("hum.wav", INTEGERS, (0..8_000).map(|i| (i as f32 * 0.06).sin() * 0.25));
    assert_ne!(takes(SCRIPT, "other").1, seed, "other sounds");
}

#[test]
fn style_lies_on_its_line_and_leaves_the_rest_alone() {
    let bench = Bench::new();
    let rows = |script: &str, out: &str| {
        assert!(bench.scene(script, out, &["--emit", "json"]).status.success());
        json(&bench, &format!("{out}/ben.json"))["weights"].as_array().unwrap().clone()
    };
    let styled = rows(SCRIPT, "styled");
    let at = SCRIPT.find("styles = [{ text = \"😢\"").unwrap();
    let rest = SCRIPT[at..].find('\n').unwrap();
    let plain = rows(&format!("{}{}", &SCRIPT[..at], &SCRIPT[at + rest..]), "plain");
    // Spoken from 0.7 to 1.2 s; a ramp reaches a tenth of a second before it, and what calms the head, which eyes make
    // up for, five frames further on either side.
    let differ: Vec<usize> = (0..42).filter(|&frame| styled[frame] != plain[frame]).collect();
    assert!(!differ.is_empty() && differ.iter().all(|frame| (13..45).contains(frame)), "{differ:?}");
}

/// A script in which nothing is right.
const FAULTY: &str = r#"
[scene]
model = "tiny.m2f"
steps = 0
pause_s = -1
fps = 0

[[character]]
name = "ann"
identity = "nobody"
position_m = [nan, 0, 0]
adjustments = { head_gain = -1 }
styles = [{ text = "happy", preset = "calm" }]

[[character]]
name = "Ann"
mesh = "text.obj"
position_m = [0, 0, 0]
facing_deg = 1000

[[character]]
name = "a/b"
mesh = "none.obj"
position_m = [0, 0]

[[line]]
character = "ann"
audio = "none.wav"
start_s = -1

[[line]]
character = "carl"
audio = "empty.wav"
look_at = "carl"

[[line]]
character = "Ann"
audio = "hum.wav"
start_s = 1
pause_s = 1
look_at = "dora"
styles = [{ picture = "none.png" }, { picture = "text.png" }, { preset = "none" }, { text = "sad", start_s = 2, end_s = 1 }, {}]
keyframes = [
    { start_s = 0.1, expression = "smirk" }, { start_s = 0.1, weights = { jaw = 1 } }, { start_s = 0.1, file = "none.png" },
    { start_s = 0.1, file = "text.json" }, { start_s = 0.2, end_s = 0.1, expression = "smile" }, { start_s = 0.1 },
    { start_s = 0.1, head = { yaw_deg = 200 } }, { start_s = 0.1, head = { turn = 3 } },
]
"#;

/// Where its faults are, and what is told of each.
const FAULTS: [(&str, &str); 31] = [
    ("character 3 (a/b)", "invalid length 2"),
    ("[scene], pause_s", "-1 s, expected 0 to"),
    ("[scene], fps", "expected 1 to 1000"),
    ("[scene]", "0 steps"),
    ("character 1 (ann), position_m", "three numbers of metres"),
    ("character 1 (ann), identity", "no identity \"nobody\""),
    ("character 1 (ann), styles 1", "expected one of text, picture and preset"),
    ("character 1 (ann), adjustments", "a gain of the head of -1"),
    ("character 2 (Ann), facing_deg", "expected -360 to 360"),
    ("character 2 (Ann), mesh", "text.obj"),
    ("character 2 (Ann)", "another character is called"),
    ("line 1 (ann), start_s", "-1 s, expected 0 to"),
    ("line 1 (ann), audio", "cannot read none.wav"),
    ("line 2 (carl), audio", "cannot read empty.wav: it holds no samples"),
    ("line 2 (carl), look_at", "own eyes"),
    ("line 2 (carl), character", "no character \"carl\"; there are: ann, Ann, a/b"),
    ("line 3 (Ann)", "start_s and pause_s: give one of them"),
    ("line 3 (Ann), styles 1", "cannot read the picture none.png"),
    ("line 3 (Ann), styles 2", "text.png"),
    ("line 3 (Ann), styles 3", "preset"),
    ("line 3 (Ann), styles 4", "a style from 2 s to 1 s"),
    ("line 3 (Ann), styles 5", "expected one of text, picture and preset"),
    ("line 3 (Ann), keyframes 1", "no expression \"smirk\""),
    ("line 3 (Ann), keyframes 2", "no channel \"jaw\""),
    ("line 3 (Ann), keyframes 3", "cannot read the picture none.png"),
    ("line 3 (Ann), keyframes 4", "text.json is not an object of channels and weights"),
    ("line 3 (Ann), keyframes 5", "it ends before it starts"),
    ("line 3 (Ann), keyframes 6", "neither an expression nor a head"),
    ("line 3 (Ann), keyframes 7", "the head at 200 degrees"),
    ("line 3 (Ann), keyframes 8", "unknown field `turn`"),
    ("line 3 (Ann), look_at", "no character \"dora\"; there are: ann, Ann, a/b"),
];

#[test]
fn every_fault_of_a_script_is_told_in_one_report() {
    let bench = Bench::new();
    fs::write(bench.path("text.png"), "no picture").unwrap();
    fs::write(bench.path("text.obj"), "no mesh").unwrap();
    fs::write(bench.path("text.json"), "no weights").unwrap();
    bench.wav("empty.wav", INTEGERS, []);
    let faults = bench.faults(FAULTY);
    assert_eq!(faults.len(), FAULTS.len(), "{faults:#?}");
    for (fault, (place, text)) in faults.iter().zip(FAULTS) {
        assert!(fault.starts_with(&format!("{place}: ")) && fault.contains(text), "{fault:?}, not {place}: {text}");
    }
}

#[test]
fn faults_of_the_model_hide_none_of_the_files() {
    let bench = Bench::new();
    let script = SCRIPT.replace("tiny.m2f", "none.m2f").replace("hum.wav", "none.wav");
    let faults = bench.faults(&script);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults[0].starts_with("model: cannot open the model none.m2f"), "{faults:?}");
    assert!(faults[2].starts_with("line 2 (ben), audio: cannot read none.wav"), "{faults:?}");

    bench.pack("plain.m2f", |manifest| manifest.clip = None, |name| !name.starts_with("clip."));
    let faults = bench.faults(&SCRIPT.replace("tiny.m2f", "plain.m2f"));
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults.iter().all(|fault| fault.contains("no text tower")), "{faults:?}");
}

#[test]
fn character_that_speaks_twice_at_once_and_keyframes_that_clash_are_refused() {
    let bench = Bench::new();
    let line = |more: &str| format!("\n[[line]]\ncharacter = \"ann\"\naudio = \"hum.wav\"\n{more}\n");
    let faults = bench.faults(&format!("{SCRIPT}{}", line("start_s = 0.3")));
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("line 3 (ann): spoken from 0.30 to 0.80 s, while"), "{faults:?}");

    let keyframes = "keyframes = [{ start_s = 0.1, end_s = 0.3, expression = \"smile\" }, { start_s = 0.2, expression = \"open\" }]";
    let faults = bench.faults(&format!("{SCRIPT}{}", line(keyframes)));
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0], "character 1 (ann): two keyframes hold different poses at 1.50 s: lower the hold of one");
}

#[test]
fn keyframes_hold_their_frames_and_past_their_line_they_are_cut() {
    let bench = Bench::new();
    let keyframes =
        "keyframes = [{ start_s = 0.2, end_s = 9, weights = { jawOpen = 0.9 }, head = { yaw_deg = 20 } }]\n";
    // What an adjustment adds, it adds to the keyframe too.
    let script = SCRIPT.replace("facing_deg = -60", "facing_deg = -60\nadjustments = { looks = false }");
    let output = bench.scene(&format!("{script}{keyframes}"), "out", &["--emit", "json", "--quiet"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, "warning: line 2 (ben): keyframe 1 ends at 9 s, the line at 0.50 s: it was cut\n");
    // The line is spoken from 0.7 to 1.2 s.
    let json = json(&bench, "out/ben.json");
    let rows = json["weights"].as_array().unwrap();
    assert!((27..=36).all(|frame| rows[frame] == rows[27]) && rows[26] != rows[27]);
    // The middle of it, which the smoothing of the head leaves alone.
    let turn = json["head"][32]["rotation"][1].as_f64().unwrap();
    assert!((turn - 10f64.to_radians().sin()).abs() < 1e-4, "{turn}");
}

#[test]
fn characters_turn_to_each_other() {
    let bench = Bench::new();
    let yaw = |looks: &str, out: &str| {
        let adjustments = format!("]\nadjustments = {{ looks = {looks}, head_share = 1 }}\n");
        let script = SCRIPT.replace(" 0]\n", &format!(" 0{adjustments}"));
        assert!(bench.scene(&script, out, &["--emit", "json"]).status.success());
        ["ann", "ben"]
            .map(|name| json(&bench, &format!("{out}/{name}.json"))["head"][0]["rotation"][1].as_f64().unwrap())
    };
    let ([ann, ben], [ann_ahead, ben_ahead]) = (yaw("true", "a"), yaw("false", "b"));
    // They stand side by side, turned by 60 degrees: 30 are left, to the left and to the right.
    let turn = |to: f64, from: f64| 2.0 * (to.asin() - from.asin()).to_degrees();
    let turns = [turn(ann, ann_ahead), turn(ben, ben_ahead)];
    assert!((turns[0] - 30.0).abs() < 6.0 && (turns[1] + 30.0).abs() < 6.0, "{turns:?}");
}

#[test]
fn what_is_no_script_is_told_apart() {
    let bench = Bench::new();
    assert_failed(&bench.m2f(&["scene", "none.toml", "--out", "none"]), "cannot read the script none.toml");
    assert!(bench.faults("[scene\n")[0].starts_with("row 1: "));
    let faults = bench.faults("[scene]\nmodel = \"tiny.m2f\"\n");
    assert_eq!(faults, ["[[character]]: a scene has one at least", "[[line]]: a scene has one at least"]);
    let output = bench.scene(SCRIPT, "none", &["--emit", "frames"]);
    assert_failed(&output, "a scene has no frames");
}

#[test]
fn style_past_its_line_warns_and_is_cut() {
    let bench = Bench::new();
    let output = bench.scene(&SCRIPT.replace("end_s = 0.2", "end_s = 2"), "out", &["--emit", "csv", "--quiet"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, "warning: line 2 (ben): style 1 ends at 2 s, the line at 0.50 s: it was cut\n");
}

#[test]
fn place_that_cannot_be_written_is_found_before_the_work() {
    let bench = Bench::new();
    fs::create_dir_all(bench.path("out/scene.glb")).unwrap();
    assert_failed(&bench.scene(SCRIPT, "out", &[]), "scene.glb: it is a folder");
    assert_eq!(names(&bench.path("out")), ["scene.glb"]);
}

#[test]
fn film_shows_the_stage_with_the_sound_of_all() {
    if !has_ffmpeg() {
        return;
    }
    let bench = Bench::new();
    let output = bench.scene(SCRIPT, "out", &["--emit", "mp4", "--size", "64"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(names(&bench.path("out")), ["scene.mp4", "scene.provenance.json", "scene.wav"]);
    assert!(fs::read(bench.path("out/scene.mp4")).unwrap().windows(4).any(|bytes| bytes == b"ftyp"));
}

#[test]
fn script_may_be_saved_by_any_editor() {
    let bench = Bench::new();
    let emit = |out: &str, bytes: &[u8]| {
        fs::write(bench.path("saved.toml"), bytes).unwrap();
        let output = bench.m2f(&["scene", "saved.toml", "--out", out, "--emit", "json"]);
        assert!(output.status.success(), "{out}: {}", String::from_utf8_lossy(&output.stderr));
        fs::read(bench.path(out).join("ann.json")).unwrap()
    };
    let plain = emit("plain", SCRIPT.as_bytes());
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(SCRIPT.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(plain, emit("bom", &[b"\xef\xbb\xbf", SCRIPT.as_bytes()].concat()));
    assert_eq!(plain, emit("utf16", &utf16));
    assert_eq!(plain, emit("crlf", SCRIPT.replace('\n', "\r\n").as_bytes()));
    fs::write(bench.path("saved.toml"), b"[scene]\n# f\xfcr\n").unwrap();
    let output = bench.m2f(&["scene", "saved.toml", "--out", "none"]);
    assert_failed(&output, "the script saved.toml: line 2 is not in UTF-8: save it in that encoding");
}

#[test]
fn scene_takes_no_more_sound_than_fits_into_memory() {
    let bench = Bench::new();
    let cast: String = (0..5).map(|i| format!("[[character]]\nname = \"c{i}\"\nposition_m = [{i}, 0, 0]\n")).collect();
    let line = "[[line]]\ncharacter = \"c0\"\naudio = \"hum.wav\"\n";
    fs::write(bench.path("long.toml"), format!("[scene]\nmodel = \"tiny.m2f\"\nlead_s = 14000\n{cast}{line}")).unwrap();
    let output = bench.m2f(&["scene", "long.toml", "--out", "out"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(1)
            && told.contains("[scene]: 70006 s of all characters together, at most 57600 s"),
        "{told}"
    );
}
