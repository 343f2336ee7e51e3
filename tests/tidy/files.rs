//! Files that a reader can take in, and texts that speak of the project alone.

use std::path::Path;

use super::layers::rust_files;

/// Longest source file, lines.
const MOST_LINES: usize = 450;

#[test]
fn source_files_are_short_enough_to_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["src", "capi", "tests", "tools", "benches", "fuzz/fuzz_targets", "fuzz/targets"]
        .map(|folder| root.join(folder));
    let mut faults = Vec::new();
    for file in folders.iter().flat_map(|folder| rust_files(folder)) {
        let name = file.strip_prefix(root).expect("inside").to_string_lossy().replace('\\', "/");
        let lines = std::fs::read_to_string(&file).expect("readable").lines().count();
        if lines > MOST_LINES {
            faults.push(format!("{name}: {lines} lines, at most {MOST_LINES}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_work_is_left_open_in_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let open = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
    ];
    for file in ["src", "capi", "tools", "fuzz/targets"].into_iter().flat_map(|folder| rust_files(&root.join(folder))) {
        let text = std::fs::read_to_string(&file).expect("readable");
        for word in open {
            assert!(!text.contains(word), "{}: {word}", file.display());
        }
    }
}
