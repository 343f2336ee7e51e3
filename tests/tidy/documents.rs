//! What documents name is there: files they link to, heads, paths in the text, commands.

use super::tree::{documents, ending, files, root, text};

/// Between two marks, in each line.
fn between<'a>(text: &'a str, open: &'a str, close: char) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| rest.split(close).next())
}

/// As GitHub makes an anchor of a head.
fn anchor(head: &str) -> String {
    let letters = head.trim().to_lowercase().replace(' ', "-");
    letters.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
}

fn folder(document: &str) -> &str {
    document.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[test]
fn links_lead_to_files_and_heads_that_are_there() {
    let (mut seen, mut faults) = (0, Vec::new());
    for document in documents() {
        let own = text(&document);
        for link in between(&own, "](", ')').filter(|link| !link.contains("://")) {
            seen += 1;
            let (file, head) = link.split_once('#').map_or((link, None), |(file, head)| (file, Some(head)));
            let path = if file.is_empty() { root().join(&document) } else { root().join(folder(&document)).join(file) };
            if !path.exists() {
                faults.push(format!("{document}: {link} leads nowhere"));
            } else if let Some(head) = head {
                let target = std::fs::read_to_string(&path).unwrap_or_default();
                let heads = target.lines().filter(|line| line.starts_with('#'));
                if !heads.map(|line| anchor(line.trim_start_matches('#'))).any(|name| name == head) {
                    faults.push(format!("{document}: {link} names no head"));
                }
            }
        }
    }
    assert!(seen > 30, "only {seen} links found: the reader is broken");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Paths in backticks: from the root, from the document's folder, or the end of a path in the tree.
#[test]
fn paths_in_documents_are_in_the_tree() {
    let files = files();
    let known = |path: &str, document: &str| {
        let path = path.trim_end_matches('/');
        let near = format!("{}/{path}", folder(document));
        let named = |file: &String, path: &str| file == path || file.starts_with(&format!("{path}/"));
        let within = |file: &String| file.ends_with(&format!("/{path}")) || file.contains(&format!("/{path}/"));
        files.iter().any(|file| named(file, path) || named(file, &near) || within(file))
    };
    let (mut seen, mut faults) = (0, Vec::new());
    for document in documents() {
        for path in between(&text(&document), "`", '`').filter(|span| is_path(span)) {
            seen += 1;
            if !known(path, &document) {
                faults.push(format!("{document}: `{path}` is not in the tree"));
            }
        }
    }
    assert!(seen > 60, "only {seen} paths found: the reader is broken");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Whether a span of code is the path of a source, a document or a folder of the tree; not of what is made, nor a pattern.
fn is_path(span: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let source = [".rs", ".md", ".py", ".comp", ".glsl", ".toml", ".c", ".h"].iter().any(|end| span.ends_with(end));
    let made = ["target", "out", "fuzz/corpus", "fuzz/artifacts"].iter().any(|folder| span.starts_with(folder));
    span.chars().all(plain)
        && span.contains('/')
        && !span.starts_with(['/', '.'])
        && !made
        && (source || span.ends_with('/'))
}

#[test]
fn benches_and_modules_that_commands_name_are_there() {
    let (mut seen, mut faults) = (0, Vec::new());
    for document in documents() {
        let own = text(&document);
        for name in words_after(&own, "--bench ") {
            seen += 1;
            if !root().join(format!("benches/{name}.rs")).exists() {
                faults.push(format!("{document}: no bench {name}"));
            }
        }
        for module in words_after(&own, "python -m media2face_training.") {
            seen += 1;
            let path = format!("training/media2face_training/{}", module.trim_end_matches('.').replace('.', "/"));
            if !root().join(format!("{path}.py")).exists() && !root().join(format!("{path}/__main__.py")).exists() {
                faults.push(format!("{document}: no module {module}"));
            }
        }
    }
    assert!(seen > 8, "only {seen} commands found: the reader is broken");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn words_after<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    let end = |rest: &str| rest.find(|c: char| !(c.is_alphanumeric() || "_.".contains(c))).unwrap_or(rest.len());
    text.split(mark).skip(1).map(move |rest| &rest[..end(rest)]).filter(|word| !word.is_empty())
}

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
            // Inputs and outputs are named after their network; tests in Python are found by their names.
            let stem = stem.trim_end_matches("_io");
            let found = name.starts_with("training/tests/test_");
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
fn readers_of_documents_read() {
    assert_eq!(anchor(" On a device: `pace`, slices"), "on-a-device-pace-slices");
    assert!(
        is_path("src/plan/ops/") && is_path("session/job.rs") && !is_path("target/dist") && !is_path("a/<stem>.rs")
    );
    assert_eq!(words_after("cargo bench --bench units; x", "--bench ").collect::<Vec<_>>(), ["units"]);
    assert!(has_word("mod pace;", "pace") && !has_word("space", "pace"));
}
