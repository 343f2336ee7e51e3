//! `cargo xtask notices`: LICENSES/THIRD-PARTY.md, the notices of all crates that are linked into what is shipped.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::command::root;
use crate::shipped::{Allowed, COMMAND, LIBRARY, Linked, PACKAGE, linked};

const FILE: &str = "LICENSES/THIRD-PARTY.md";
/// Licences whose text stands elsewhere, in words that do not differ from crate to crate.
const ELSEWHERE: [(&str, &str); 2] = [("Apache-2.0", "../LICENSE-APACHE"), ("MPL-2.0", "symphonia.txt")];
/// Words of a licence's text, and what the file is called in which crates have it, beside LICENSE.
const WORDS: [(&str, &str, &str); 6] = [
    ("MIT", "Permission is hereby granted", "MIT"),
    ("Zlib", "misrepresented as being the original", "ZLIB"),
    ("ISC", "Permission to use, copy, modify", "ISC"),
    ("BSD-2-Clause", "Redistribution and use in source", "BSD"),
    ("BSD-3-Clause", "Redistribution and use in source", "BSD"),
    ("Unicode-3.0", "Unicode", "UNICODE"),
];

/// Writes the file, or compares.
pub(crate) fn run(check: bool) -> Result<()> {
    let (path, text) = (root().join(FILE), notices()?);
    if !check {
        return Ok(fs::write(path, text)?);
    }
    let committed = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    ensure!(committed == text, "{FILE} is not that of Cargo.lock: run cargo xtask notices");
    Ok(())
}

fn notices() -> Result<String> {
    let (allowed, library) = (Allowed::read()?, linked(LIBRARY)?);
    let besides =
        |package| Ok::<BTreeSet<Linked>, anyhow::Error>(linked(package)?.difference(&library).cloned().collect());
    let (command, package) = (besides(COMMAND)?, besides(PACKAGE)?);
    let mut text = "# Third parties\n\nCrates that are linked into what this repository builds, with the licences by which they are used. Written by \
        `cargo xtask notices`\nfrom Cargo.lock, for Linux on x86-64; Rust's standard library (MIT OR Apache-2.0) comes on top. \
        What else is in the repository:\nthe other files of this folder.\n"
        .to_owned();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (head, crates) in [
        ("The library", &library),
        ("The command `m2f`, besides", &command),
        ("The Python package, besides the library", &package),
    ] {
        write!(text, "\n## {head}\n\n| crate | licence |\n|---|---|\n")?;
        for linked in crates {
            let licences = allowed.choose(linked)?;
            let linked_texts = licences.iter().map(|licence| reference(licence));
            writeln!(text, "| {} {} | {} |", linked.name, linked.version, linked_texts.collect::<Vec<_>>().join(", "))?;
            for licence in licences.iter().filter(|licence| elsewhere(licence).is_none()) {
                texts.entry(words(linked, licence)?).or_default().push(format!("{} {}", linked.name, linked.version));
            }
        }
    }
    text.push_str("\n## Texts\n");
    // In the order of their first crates.
    let mut texts: Vec<(Vec<String>, String)> = texts
        .into_iter()
        .map(|(words, mut names)| {
            names.sort();
            names.dedup();
            (names, words)
        })
        .collect();
    texts.sort();
    for (names, words) in texts {
        write!(text, "\n### {}\n\n```text\n{words}\n```\n", names.join(", "))?;
    }
    Ok(text)
}

fn elsewhere(licence: &str) -> Option<&'static str> {
    ELSEWHERE.iter().find(|(name, _)| *name == licence).map(|(_, place)| *place)
}

fn reference(licence: &str) -> String {
    elsewhere(licence).map_or_else(|| licence.to_owned(), |place| format!("[{licence}]({place})"))
}

/// The text of a licence as a crate has it; where it has none, the usual one with its authors.
fn words(linked: &Linked, licence: &str) -> Result<String> {
    let what = || format!("{} {}, {licence}", linked.name, linked.version);
    let (_, words, ending) = WORDS.iter().find(|(name, ..)| *name == licence).with_context(what)?;
    let mut names: Vec<String> = fs::read_dir(&linked.folder)
        .with_context(what)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.to_uppercase().starts_with("LICEN"))
        .collect();
    // Those that are named after the licence first.
    names.sort_by_key(|name| (!name.to_uppercase().contains(ending), name.clone()));
    for name in &names {
        let text = fs::read_to_string(linked.folder.join(name)).with_context(what)?;
        if text.contains(words) {
            return Ok(tidied(&text));
        }
    }
    if licence == "MIT" && names.is_empty() {
        return own_mit(linked);
    }
    bail!("{}: none of its files {names:?} is the text", what())
}

/// The terms of our own MIT licence under the crate's name.
fn own_mit(linked: &Linked) -> Result<String> {
    let own = fs::read_to_string(root().join("LICENSE-MIT"))?;
    let terms = own.find("Permission is hereby").context("LICENSE-MIT")?;
    let authors =
        if linked.authors.is_empty() { format!("the authors of {}", linked.name) } else { linked.authors.join(", ") };
    Ok(tidied(&format!("MIT License\n\nCopyright (c) {authors}\n\n{}", &own[terms..])))
}

/// Without what differs and says nothing: ends of lines, blanks around.
fn tidied(text: &str) -> String {
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').trim().lines().map(str::trim_end).collect();
    lines.join("\n")
}
