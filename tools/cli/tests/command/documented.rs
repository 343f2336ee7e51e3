//! Commands and options that documents name are there.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Documents that tell how the command is called.
const DOCUMENTS: [&str; 20] = [
    "README.md",
    "bindings/blender/README.md",
    "bindings/godot/README.md",
    "bindings/unity/README.md",
    "bindings/unreal/README.md",
    "bindings/web/README.md",
    "docs/bake.md",
    "docs/c-api.md",
    "docs/command.md",
    "docs/live.md",
    "docs/model-pack.md",
    "docs/performance.md",
    "docs/platforms.md",
    "docs/python.md",
    "docs/scenes.md",
    "docs/sound.md",
    "docs/study.md",
    "models/README.md",
    "models/classifier/README.md",
    "samples/scenes/README.md",
];

/// What follows `m2f ` in the code of a text: spans between backticks, lines of blocks, and behind `cargo run`.
fn calls(text: &str) -> Vec<String> {
    let lines = text.replace("-p m2f --", "m2f");
    let spans = lines.split('`').skip(1).step_by(2).flat_map(str::lines);
    spans.flat_map(calls_of_line).collect()
}

/// The command by its name alone: a pack's ends in `.m2f`.
fn calls_of_line(line: &str) -> Vec<String> {
    let parts: Vec<&str> = line.split("m2f ").collect();
    parts.windows(2).filter(|pair| !pair[0].ends_with('.')).map(|pair| pair[1].to_owned()).collect()
}

#[test]
fn commands_and_options_in_documents_are_the_commands_own() {
    let mut helps: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut help = |command: &str| {
        let of = |command: &str| {
            let output = Command::new(env!("CARGO_BIN_EXE_m2f")).args([command, "--help"]).output().expect("runs");
            output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
        };
        helps.entry(command.to_owned()).or_insert_with(|| of(command)).clone()
    };
    let (mut seen, mut faults) = (0, Vec::new());
    for document in DOCUMENTS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(document);
        for call in calls(&std::fs::read_to_string(path).expect(document)) {
            let mut words = call.split_whitespace();
            let command = words.next().map(|word| word.trim_end_matches([',', ')', ':']));
            let Some(command) = command.filter(|word| !word.starts_with('-')) else { continue };
            seen += 1;
            let Some(help) = help(command) else {
                faults.push(format!("{document}: m2f {call}: no such command"));
                continue;
            };
            let name =
                |word: &str| word.trim_matches(['[', ']', '.', ',']).split('=').next().unwrap_or_default().to_owned();
            for option in words.filter(|word| word.trim_start_matches('[').starts_with("--")).map(name) {
                let known = help.split_whitespace().any(|word| word.trim_end_matches(['=', ',']) == option);
                if option != "--" && !known {
                    faults.push(format!("{document}: m2f {call}: no option {option}"));
                }
            }
        }
    }
    assert!(seen > 20, "only {seen} found: the reader is broken");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
