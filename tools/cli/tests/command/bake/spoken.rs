//! Texts that another program speaks.

use std::fs;

use super::{assert_done, files, statuses, told};
use crate::{Bench, assert_failed, extent};

/// Says every time something else.
const OTHERWISE: &str = "sh -c 'cp hum.wav \"$1\"; printf %s $$ >> \"$1\"; echo said >> said.txt' x {out} {text}";

#[test]
fn text_of_several_lines_is_spoken_for_one() {
    let bench = Bench::new();
    let lines: String = (0..8).map(|i| format!("{i},Hello\n")).collect();
    fs::write(bench.path("lines.csv"), format!("id,text\n{lines}")).unwrap();
    let output = bench.bake("lines.csv", "store", &["--tts", OTHERWISE, "--jobs", "4"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(fs::read_to_string(bench.path("said.txt")).unwrap(), "said\n");
    assert_eq!(statuses(&output), [&["made"][..], &["kept"; 7]].concat());
}

/// Copies a sound and notes what was said.
const SPEAKER: &str = "sh -c 'printf \"%s\\n\" \"$2\" >> said.txt; cp hum.wav \"$1\"' x {out} {text}";

#[test]
fn text_is_spoken_once_and_its_sound_is_kept() {
    let bench = Bench::new();
    fs::write(
        bench.path("lines.csv"),
        "id,text,style\na,\"it's {out}, $(id) \"\"said\"\"\",\nb,Hello,happy\nc,Hello,happy\n",
    )
    .unwrap();
    let output = bench.bake("lines.csv", "store", &["--tts", SPEAKER, "--jobs", "1"]);
    assert_done(&output);
    assert_eq!(statuses(&output), ["made", "made", "kept"]);
    let said = "it's {out}, $(id) \"said\"\nHello\n";
    assert_eq!(fs::read_to_string(bench.path("said.txt")).unwrap(), said);
    assert_eq!(fs::read(bench.file("store", "a", "wav")).unwrap(), fs::read(bench.path("hum.wav")).unwrap());
    let first = files(&bench.path("store"));
    // Not even for other files: the store has the sound.
    assert_done(&bench.bake("lines.csv", "store", &["--tts", SPEAKER, "--emit", "curves,json"]));
    assert_eq!(fs::read_to_string(bench.path("said.txt")).unwrap(), said);
    assert!(first.iter().all(|(name, bytes)| files(&bench.path("store"))[name] == *bytes));
    // By its bytes it is the sound's line too, but for its name.
    fs::write(bench.path("hum.csv"), "id,sound\na,hum.wav\n").unwrap();
    assert_done(&bench.bake("hum.csv", "other", &[]));
    let (own, spoken) =
        (super::curves(&bench.file("other", "a", "curves")), super::curves(&bench.file("store", "a", "curves")));
    assert!(own.1 == spoken.1);
    assert_eq!(spoken.0["provenance"]["line"]["text"], "it's {out}, $(id) \"said\"");
}

#[test]
fn programs_that_fail_hang_or_write_nothing_cost_their_line_alone() {
    let bench = Bench::new();
    fs::write(bench.path("lines.csv"), "id,text\nfails,a\nnothing,b\nhangs,c\nnoise,d\ngood,e\n").unwrap();
    let speaker = "sh -c 'case $2 in a) echo no voice >&2; exit 4;; b) ;; c) sleep 900;; d) echo noise > \"$1\";; e) cp hum.wav \"$1\";; esac' x {out} {text}";
    let output = bench.bake("lines.csv", "store", &["--tts", speaker, "--tts-timeout-s", "2", "--jobs", "2"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let lines = told(&output);
    for (line, reason) in
        lines.iter().zip(["no voice", "wrote nothing into {out}", "more than 2 s", "it is not a sound"])
    {
        assert_eq!((&line["status"], &line["column"]), (&"failed".into(), &"text".into()), "{line}");
        assert!(line["error"].as_str().unwrap().contains(reason), "{line}");
    }
    assert_eq!(lines[4]["status"], "made");
    assert_eq!(files(&bench.path("store")).len(), 2 + 1, "sound, curves, index");
    assert_eq!(crate::names(&bench.path("store/.work/1-of-1")), [""; 0]);
    let unknown = bench.bake("lines.csv", "none", &["--tts", "no-such-program {text} {out}"]);
    assert!(told(&unknown)[0]["error"].as_str().unwrap().contains("there is no program no-such-program"));
    let usage = bench.bake("lines.csv", "none", &["--tts", "espeak-ng {text}"]);
    assert_eq!(usage.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&usage.stderr).contains("{out} is missing"));
}

#[test]
fn scene_says_texts() {
    let bench = Bench::new();
    let script = crate::scene::SCRIPT.replacen("audio = \"hum.wav\"", "say = \"Hello, you\"", 1);
    let output = bench.scene(&script, "out", &["--emit", "json", "--tts", SPEAKER]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_to_string(bench.path("said.txt")).unwrap(), "Hello, you\n");
    assert!(bench.scene(crate::scene::SCRIPT, "heard", &["--emit", "json"]).status.success());
    let weights = |out: &str| crate::scene::json(&bench, &format!("{out}/ann.json"))["weights"].clone();
    assert_eq!(weights("out"), weights("heard"), "what is spoken is that sound");
    assert_eq!(bench.faults(&script), ["line 1 (ann), say: a text needs something that speaks it: --tts COMMAND"]);
    let both = script.replace("say =", "audio = \"hum.wav\"\nsay =");
    assert_eq!(bench.faults(&both), ["line 1 (ann), say: there is a sound too: give one of audio and say"]);
    let neither = script.replace("say = \"Hello, you\"", "");
    assert_eq!(bench.faults(&neither), ["line 1 (ann), audio: it is missing, and so is say: give one of them"]);
}

#[test]
fn espeak_speaks() {
    let spoken = std::process::Command::new("espeak-ng").arg("--version").output();
    if !spoken.is_ok_and(|output| output.status.success()) {
        return extent::left_out("no espeak-ng on the PATH");
    }
    let bench = Bench::new();
    fs::write(bench.path("lines.csv"), "id,text\na,Hello there\nb,-5 degrees\n").unwrap();
    let output = bench.bake("lines.csv", "store", &["--tts", "espeak-ng -v en -w {out} -- {text}"]);
    assert_done(&output);
    assert!(told(&output).iter().all(|line| line["duration_s"].as_f64().unwrap() > 0.5), "{output:?}");
    fs::write(bench.path("empty.csv"), "id,text\na,\n").unwrap();
    assert_eq!(bench.bake("empty.csv", "store", &[]).status.code(), Some(3));
    assert_failed(&bench.bake("none.csv", "store", &[]), "none.csv");
}
