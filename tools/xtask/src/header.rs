//! `include/media2face.h` from `src/ffi` by cbindgen.

use anyhow::{Context, Result, bail};

use crate::command::root;

/// Writes the header, or compares the committed one.
pub(crate) fn run(check: bool) -> Result<()> {
    let generated = generate()?;
    let path = root().join("include/media2face.h");
    if !check {
        std::fs::write(&path, generated)?;
        println!("wrote include/media2face.h");
        return Ok(());
    }
    let committed = std::fs::read_to_string(&path).context("include/media2face.h")?;
    if let Some(line) = committed.lines().zip(generated.lines()).position(|(a, b)| a != b) {
        bail!("include/media2face.h differs from src/ffi at line {}: run cargo xtask header", line + 1);
    }
    if committed != generated {
        bail!("include/media2face.h differs from src/ffi in length: run cargo xtask header");
    }
    Ok(())
}

fn generate() -> Result<String> {
    let config = cbindgen::Config::from_file(root().join("include/cbindgen.toml")).map_err(anyhow::Error::msg)?;
    let mut builder = cbindgen::Builder::new().with_config(config);
    let mut sources: Vec<_> = std::fs::read_dir(root().join("src/ffi"))?.collect::<std::io::Result<Vec<_>>>()?;
    sources.sort_by_key(std::fs::DirEntry::file_name);
    for name in ORDER {
        let position =
            sources.iter().position(|s| s.file_name() == *name).with_context(|| format!("src/ffi/{name}"))?;
        builder = builder.with_src(sources.remove(position).path());
    }
    let mut text = Vec::new();
    builder.generate().context("cbindgen")?.write(&mut text);
    Ok(tidy(&String::from_utf8(text)?))
}

/// The header reads in the order of use.
const ORDER: &[&str] =
    &["error.rs", "version.rs", "device.rs", "runtime.rs", "model.rs", "identity.rs", "session.rs", "result.rs"];

/// Rust's documentation links and safety heads mean nothing to a C programmer.
fn tidy(header: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut skipping = false;
    for line in header.lines() {
        let comment = line.trim_start();
        if comment.starts_with("* # Safety") {
            skipping = true;
            while lines.last().is_some_and(|last| last.trim() == "*") {
                lines.pop();
            }
        } else if skipping && comment.starts_with("*/") {
            skipping = false;
        }
        if !skipping {
            lines.push(line);
        }
    }
    collapse(&lines).join("\n").replace("[`", "").replace("`]", "").replace('`', "") + "\n"
}

/// Comments of one sentence take one line.
fn collapse(lines: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let one = match lines[at..] {
            [open, text, close, ..] if open.trim() == "/**" && close.trim() == "*/" => {
                text.trim().strip_prefix("* ").map(|text| format!("{}/** {text} */", &open[..open.len() - 3]))
            }
            _ => None,
        };
        at += if one.is_some() { 3 } else { 1 };
        out.push(one.unwrap_or_else(|| lines[at - 1].to_owned()));
    }
    out
}
