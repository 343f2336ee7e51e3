//! `cargo xtask interop`: what bindings must know of the C ABI, from its header: names, numbers, layouts. One room for each
//! language.

mod header;
mod javascript;

use anyhow::{Context, Result, ensure};

use crate::command::root;

/// A generated file, by its path in the repository.
struct Generated {
    path: &'static str,
    write: fn(&header::Header) -> Result<String>,
}

const ALL: [Generated; 1] = [Generated { path: "bindings/web/src/abi.js", write: javascript::write }];

/// Writes the files, or compares the committed ones.
pub(crate) fn run(check: bool) -> Result<()> {
    let text = std::fs::read_to_string(root().join("include/media2face.h")).context("include/media2face.h")?;
    let header = header::Header::parse(&text)?;
    for generated in &ALL {
        let (path, text) = (root().join(generated.path), (generated.write)(&header)?);
        if check {
            let committed = std::fs::read_to_string(&path).with_context(|| generated.path)?;
            ensure!(committed == text, "{} differs from include/media2face.h: run cargo xtask interop", generated.path);
        } else {
            std::fs::write(&path, text).with_context(|| generated.path)?;
            println!("wrote {}", generated.path);
        }
    }
    Ok(())
}
