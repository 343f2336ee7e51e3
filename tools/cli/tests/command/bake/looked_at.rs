//! `--plan` and `--audit`: what would be done, and what is wrong.

use std::fs;

use serde_json::Value;

use super::{assert_done, files, told};
use crate::{Bench, INTEGERS, assert_failed, names};

#[test]
fn plan_counts_and_writes_nothing() {
    let bench = Bench::with_lines();
    let more = fs::read_to_string(bench.path("lines.csv")).unwrap() + "bad,none.wav,,,,,,,,\n";
    fs::write(bench.path("more.csv"), more).unwrap();
    let before = names(bench.folder.path());
    let output = bench.bake("lines.csv", "store", &["--plan", "--jobs", "2"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(names(bench.folder.path()), before);
    let plan = &told(&output)[0]["plan"];
    let counts =
        ["lines", "to_make", "there", "shared", "failed", "texts", "jobs"].map(|key| plan[key].as_u64().unwrap());
    assert_eq!(counts, [7, 7, 0, 1, 0, 0, 2]);
    // Six sounds of a quarter of a second.
    assert!((plan["sound_s"].as_f64().unwrap() - 1.5).abs() < 1e-6, "{plan}");
    assert!(plan["time_s"].as_f64().unwrap() > 0.0, "{plan}");

    assert_done(&bench.bake("lines.csv", "store", &["--shard", "1/2"]));
    let stored = files(&bench.path("store"));
    let output = bench.bake("more.csv", "store", &["--plan", "--shard", "1/2"]);
    let lines = told(&output);
    assert_eq!((output.status.code(), lines.len()), (Some(0), 1), "the bad line is the other shard's");
    assert_eq!((&lines[0]["plan"]["lines"], &lines[0]["plan"]["there"]), (&4.into(), &4.into()));
    let output = bench.bake("more.csv", "store", &["--plan"]);
    let lines = told(&output);
    assert_eq!((output.status.code(), &lines[0]["column"]), (Some(3), &"sound".into()));
    assert_eq!(lines[1]["plan"]["failed"], 1);
    assert!(files(&bench.path("store")) == stored);
}

#[test]
fn plan_foresees_the_size_of_the_store() {
    let bench = Bench::with_lines();
    let plan = told(&bench.bake("lines.csv", "store", &["--plan", "--emit", "curves,json"]))[0]["plan"].clone();
    assert_done(&bench.bake("lines.csv", "store", &["--emit", "curves,json"]));
    let files = files(&bench.path("store"));
    let size: usize =
        files.iter().filter(|(name, _)| name.starts_with("/objects/")).map(|(_, bytes)| bytes.len()).sum();
    let foreseen = plan["bytes"].as_f64().unwrap();
    // Rates and tails of the lines differ from the hum's.
    assert!((0.4..2.5).contains(&(foreseen / size as f64)), "{foreseen} for {size}");
}

/// Findings by their kinds.
fn findings(output: &std::process::Output) -> Vec<(String, Value)> {
    let kind = |line: Value| (line["finding"].as_str().unwrap().to_owned(), line);
    told(output).into_iter().map(kind).collect()
}

#[test]
fn audit_finds_each_kind() {
    let bench = Bench::with_lines();
    assert_failed(&bench.bake("lines.csv", "store", &["--audit"]), "cannot read store/objects");
    assert_done(&bench.bake("lines.csv", "store", &[]));
    let output = bench.bake("lines.csv", "store", &["--audit"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0), "{output:?}");

    fs::remove_file(bench.file("store", "again", "curves")).unwrap();
    fs::write(bench.file("store", "keys", "curves"), "").unwrap();
    let cut = bench.file("store", "drama", "curves");
    let bytes = fs::read(&cut).unwrap();
    fs::write(&cut, &bytes[..bytes.len() - 2]).unwrap();
    fs::write(bench.path("store/objects/stray.txt"), "whose?").unwrap();
    bench.wav("silent.wav", INTEGERS, [0.0; 4_000]);
    bench.wav("clipped.wav", INTEGERS, (0..4_000).map(|i| ((i as f32 * 0.05).sin() * 4.0).clamp(-1.0, 1.0)));
    // A line that is gone, one that is wrong, and two whose sounds say little.
    let lines = fs::read_to_string(bench.path("lines.csv")).unwrap();
    let gruff = "gruff,c.wav,gruff,,,,,,,0\n";
    assert!(lines.contains(gruff));
    let more = "bad/id,a.wav,,,,,,,,\nsilent,silent.wav,,,,,,,,\nclipped,clipped.wav,,,,,,,,\n";
    fs::write(bench.path("lines.csv"), lines.replace(gruff, "") + more).unwrap();
    let stored = files(&bench.path("store"));
    let output = bench.bake("lines.csv", "store", &["--audit"]);
    assert_eq!(output.status.code(), Some(3));
    let found = findings(&output);
    let of = |kind: &str| found.iter().filter(|(finding, _)| finding == kind).map(|(_, line)| line).collect::<Vec<_>>();
    let ids =
        |kind: &str| of(kind).iter().map(|line| line["id"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids("missing"), ["again", "silent", "clipped"]);
    assert_eq!(
        (ids("wrong"), ids("silent"), ids("clipped")),
        (vec!["bad/id".to_owned()], vec!["silent".to_owned()], vec!["clipped".to_owned()])
    );
    assert_eq!((of("empty").len(), of("orphaned").len()), (2, 2), "{found:?}");
    assert!(of("orphaned").iter().any(|line| line["file"] == "stray.txt"));
    assert_eq!(found.len(), 3 + 1 + 1 + 1 + 2 + 2, "{found:?}");
    assert!(files(&bench.path("store")) == stored, "it changes nothing");
}
