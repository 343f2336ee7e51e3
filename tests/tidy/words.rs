//! Words for a native reader: constructions that go, and nothing of where the project was made.

use super::tree::{files, text};

/// Constructions that a native reader stumbles over, and what to write.
const GO: [(&str, &str); 15] = [
    ("anew", "again"),
    ("so many times", "that often"),
    ("is begun", "has begun, begins"),
    ("one behind the other", "one after another"),
    ("shall", "must, will"),
    ("mend", "correct, fix"),
    ("upon", "on"),
    ("stands where", "applies where, is where"),
    ("is no failure", "is not a failure"),
    ("the more often", "more often, with each"),
    ("as many times as much", "that many times as much"),
    ("so long at least", "at least that long"),
    ("of which there are", "there are (in a sentence of its own)"),
    ("no leave", "no permission"),
    ("liveliness", "adjustments"),
];

/// Texts that are read: not the history, nor licences.
fn texts() -> Vec<String> {
    let ends = [".rs", ".md", ".h", ".toml", ".comp", ".glsl", ".c"];
    let other = |name: &String| {
        let history = ["CHANGELOG.md", "tests/tidy/words.rs"].contains(&name.as_str());
        history || name.starts_with("LICENSES/") || name.starts_with("training/")
    };
    files().into_iter().filter(|name| ends.iter().any(|end| name.ends_with(end)) && !other(name)).collect()
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
    for name in texts() {
        for (number, line) in text(&name).lines().enumerate() {
            for (words, instead) in GO {
                if has(line, words) {
                    faults.push(format!("{name}:{}: {words:?}: {instead}", number + 1));
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
