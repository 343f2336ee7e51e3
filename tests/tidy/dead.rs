//! Dead files: what no other file names, and Rust that is part of no crate.

use super::tree::{ending, files, root, text};

/// A file that nothing names is dead: no module, target, list, document or script has it.
#[test]
fn every_file_is_named_by_another() {
    let files = files();
    // Files that tools look for by their names.
    let expected = |name: &str| {
        let file = name.rsplit('/').next().unwrap_or(name);
        let roots =
            ["main.rs", "lib.rs", "mod.rs", "Cargo.toml", "Cargo.lock", "README.md", "__init__.py", "__main__.py"];
        let settings = [
            ".gitignore",
            "rustfmt.toml",
            "clippy.toml",
            "deny.toml",
            "rust-toolchain.toml",
            "package.json",
            "package-lock.json",
            "pyproject.toml",
        ];
        roots.contains(&file) || settings.contains(&file) || name.starts_with(".c") || name.starts_with(".github")
    };
    let texts: Vec<(&String, String)> = files
        .iter()
        .filter_map(|name| Some((name, std::fs::read_to_string(root().join(name)).ok()?)))
        .filter(|(name, _)| *name != "CHANGELOG.md")
        .collect();
    let faults: Vec<&String> = files
        .iter()
        .filter(|name| !expected(name))
        .filter(|name| {
            let file = name.rsplit('/').next().unwrap_or(name);
            let stem = file.split('.').next().unwrap_or(file);
            // Inputs and outputs are named after their network; tests in Python are found by their names, and C# by its folder.
            let stem = stem.trim_end_matches("_io");
            let tests = ["training/tests/test_", "bindings/python/tests/test_"];
            let is_csharp = std::path::Path::new(name).extension().is_some_and(|ending| ending == "cs");
            let found = is_csharp || tests.iter().any(|test| name.starts_with(test));
            !found && !texts.iter().any(|(other, text)| other != name && (text.contains(file) || has_word(text, stem)))
        })
        .collect();
    assert!(faults.is_empty(), "nothing names {faults:?}");
}

/// A Rust file is part of a crate: the folder above it, or a list of modules, has its name.
#[test]
fn every_rust_file_is_a_module_or_a_target() {
    let files = ending(".rs");
    let mut faults = Vec::new();
    for name in &files {
        let (place, file) = name.rsplit_once('/').expect("no source at the root");
        let stem = file.trim_end_matches(".rs");
        let by_name = ["main", "lib", "build"].contains(&stem) || place.ends_with("/src/bin");
        let target = by_name || text("Cargo.toml").contains(&format!("path = \"{name}\""));
        let single = ["benches", "tools/cli/benches", "samples/rust", "fuzz/fuzz_targets", "fuzz/targets/tests"];
        let (of, stem) = if stem == "mod" { place.rsplit_once('/').expect("a folder") } else { (place, stem) };
        let parents = ["mod.rs", "main.rs", "lib.rs", "list.rs"].map(|parent| format!("{of}/{parent}"));
        let beside = format!("{of}.rs");
        let named = |parent: &str| {
            std::fs::read_to_string(root().join(parent)).is_ok_and(|text| {
                text.contains(&format!("mod {stem};"))
                    || text.contains(&format!("mod {stem} "))
                    || text.contains("each_op!")
            })
        };
        // By #[path] or include!: beside the file that names it, or with the folder that it is in.
        let end = format!("{}/{file}\"", place.rsplit('/').next().unwrap_or(place));
        let by_path = || files.iter().any(|other| text(other).contains(&end));
        let beside_by_path = parents.iter().any(|parent| {
            std::fs::read_to_string(root().join(parent)).is_ok_and(|text| text.contains(&format!("path = \"{file}\"")))
        });
        if !(target
            || single.contains(&place)
            || parents.iter().any(|parent| named(parent))
            || named(&beside)
            || beside_by_path
            || by_path())
        {
            faults.push(name);
        }
    }
    assert!(faults.is_empty(), "no module or target is {faults:?}");
}

fn has_word(text: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !letter(text[..at].chars().next_back()) && !letter(text[at + word.len()..].chars().next()))
}

#[test]
fn words_in_files_are_found_whole() {
    assert!(has_word("mod pace;", "pace") && !has_word("space", "pace"));
}
