//! What `m2f animate` says of styles, with the starter.

use crate::{Bench, assert_failed, names};

fn animate(bench: &Bench, more: &[&str]) -> std::process::Output {
    let args = ["animate", "hum.wav", "--out", "out", "--emit", "csv", "--steps", "1"];
    bench.m2f(&[&args, more].concat())
}

#[test]
fn style_is_told_as_the_model_reads_it() {
    let output = animate(&Bench::new(), &["--style", "very happy", "--style", "shaking the head", "--at", "0.2-"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().collect();
    assert!(output.status.success() && lines.len() == 2, "{stderr}");
    assert!(lines[0].starts_with("style \"very happy\": happy ") && lines[0].contains("sure"), "{stderr}");
    assert!(lines[1].starts_with("style \"shaking the head\": ") && lines[1].contains("shake"), "{stderr}");
}

#[test]
fn style_that_says_nothing_warns_once_and_fails_where_that_was_asked_for() {
    let bench = Bench::new();
    let output = animate(&bench, &["--style", "tables in the rain of hapyp", "--quiet"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.lines().count() == 1, "{stderr}");
    assert!(stderr.starts_with("warning: the style \"tables in the rain of hapyp\" says nothing"), "{stderr}");
    assert!(stderr.contains("words it knows: happy"), "{stderr}");

    let other = Bench::new();
    assert_failed(&animate(&other, &["--style", "asdf qwer", "--strict"]), "says nothing to this model");
    assert!(names(other.folder.path()).iter().all(|name| name != "out"), "nothing was written");
    assert!(animate(&other, &["--style", "asdf qwer", "--style", "happy"]).status.success());
}
