//! Files that a reader can take in, and texts that speak of the project alone.

use std::path::Path;

use super::layers::rust_files;

/// Longest source file, lines. One more needs a reason in LONG.
const MOST_LINES: usize = 460;
/// Longer files with their reasons.
const LONG: &[(&str, usize)] = &[
    // One screen per function of the C API's documentation, in the order of the header.
    ("src/ffi/session.rs", 500),
];

#[test]
fn source_files_are_short_enough_to_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["src", "tests", "tools", "benches"].map(|folder| root.join(folder));
    let mut faults = Vec::new();
    for file in folders.iter().flat_map(|folder| rust_files(folder)) {
        let name = file.strip_prefix(root).expect("inside").to_string_lossy().replace('\\', "/");
        let lines = std::fs::read_to_string(&file).expect("readable").lines().count();
        let most = LONG.iter().find(|(long, _)| *long == name).map_or(MOST_LINES, |(_, most)| *most);
        if lines > most {
            faults.push(format!("{name}: {lines} lines, at most {most}"));
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
    for file in rust_files(&root.join("src")).into_iter().chain(rust_files(&root.join("tools"))) {
        let text = std::fs::read_to_string(&file).expect("readable");
        for word in open {
            assert!(!text.contains(word), "{}: {word}", file.display());
        }
    }
}
