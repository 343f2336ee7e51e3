//! Files that a reader can take in, and texts that speak of the project alone.

use super::tree::{ending, text};

/// Longest source file, lines.
const MOST_LINES: usize = 450;

#[test]
fn source_files_are_short_enough_to_read() {
    let mut faults = Vec::new();
    for name in ending(".rs") {
        let lines = text(&name).lines().count();
        if lines > MOST_LINES {
            faults.push(format!("{name}: {lines} lines, at most {MOST_LINES}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_work_is_left_open_in_the_code() {
    let open = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
    ];
    for name in ending(".rs") {
        for word in open {
            assert!(!text(&name).contains(word), "{name}: {word}");
        }
    }
}
