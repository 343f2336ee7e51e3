//! Words for a native reader: constructions that go, and nothing of where the project was made.

use std::path::{Path, PathBuf};

/// Constructions that a native reader stumbles over, and what to write.
const GO: [(&str, &str); 6] = [
    ("anew", "again"),
    ("so many times", "that often"),
    ("is begun", "has begun, begins"),
    ("one behind the other", "one after another"),
    ("shall", "must, will"),
    ("mend", "correct, fix"),
];

/// Texts that are read: not the history, nor licences, nor the notes of every try.
fn texts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for folder in
        ["", "docs", "models", "shaders", "src", "capi", "tools", "tests", "benches", "fuzz", "samples", "include"]
    {
        collect(&root.join(folder), !folder.is_empty(), &mut texts);
    }
    let history = ["CHANGELOG.md", "docs/model-notes.md", "tests/tidy/words.rs"];
    texts.retain(|path| !history.iter().any(|name| path.ends_with(name)));
    texts
}

fn collect(folder: &Path, deep: bool, texts: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if deep && !["node_modules", "target", "corpus"].contains(&name.as_str()) {
                collect(&path, deep, texts);
            }
        } else if ["rs", "md", "h", "toml", "comp", "glsl", "c"]
            .iter()
            .any(|end| path.extension().is_some_and(|e| e == *end))
        {
            texts.push(path);
        }
    }
}

/// Whether a text has these words, whole.
fn has(line: &str, words: &str) -> bool {
    let line = line.to_lowercase();
    line.match_indices(words).any(|(at, _)| {
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !letter(line[..at].chars().next_back()) && !letter(line[at + words.len()..].chars().next())
    })
}

#[test]
fn constructions_that_go_are_gone() {
    let mut faults = Vec::new();
    for path in texts() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            for (words, instead) in GO {
                if has(line, words) {
                    faults.push(format!("{}:{}: {words:?}: {instead}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn words_are_found_whole() {
    assert!(
        has("It Shall be", "shall")
            && has("made anew.", "anew")
            && !has("shallow", "shall")
            && !has("is_begun", "begun")
    );
}
