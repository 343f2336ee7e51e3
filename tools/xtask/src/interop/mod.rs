//! `cargo xtask interop`: what bindings must know of the C ABI, from its header: names, numbers, layouts. One room for each
//! language. What follows from files alone is written with it.

mod csharp;
mod header;
mod javascript;
mod rigs;
pub(crate) mod unity;
mod unreal;

use anyhow::{Context, Result, ensure};

use crate::command::root;

/// A generated file, by its path in the repository.
struct Generated {
    path: &'static str,
    write: fn(&header::Header) -> Result<String>,
}

const ALL: [Generated; 4] = [
    Generated { path: "bindings/web/src/abi.js", write: javascript::write },
    Generated { path: "bindings/unity/Runtime/Interop/Native.cs", write: csharp::write },
    Generated { path: "bindings/unity/Runtime/Core/Rigs.cs", write: |_| rigs::write(&root()) },
    Generated { path: "bindings/unreal/Source/Media2Face/Core/rig_tables.cpp", write: |_| unreal::write(&root()) },
];

/// Writes the files, or compares the committed ones.
pub(crate) fn run(check: bool) -> Result<()> {
    let text = std::fs::read_to_string(root().join("include/media2face.h")).context("include/media2face.h")?;
    let header = header::Header::parse(&text)?;
    for generated in &ALL {
        settle(check, generated.path, &(generated.write)(&header)?)?;
    }
    let metas = unity::metas(&root())?;
    for old in unity::committed(&root())?.iter().filter(|old| !metas.iter().any(|(path, _)| path == *old)) {
        ensure!(!check, "{old} belongs to nothing: run cargo xtask interop");
        std::fs::remove_file(root().join(old)).with_context(|| old.clone())?;
    }
    metas.iter().try_for_each(|(path, text)| settle(check, path, text))
}

fn settle(check: bool, path: &str, text: &str) -> Result<()> {
    let file = root().join(path);
    let committed = std::fs::read_to_string(&file);
    if check {
        let committed = committed.with_context(|| format!("{path}: run cargo xtask interop"))?;
        ensure!(committed == text, "{path} is not what would be written: run cargo xtask interop");
    } else if committed.is_ok_and(|committed| committed == text) {
        return Ok(());
    } else {
        file.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(&file, text).with_context(|| path.to_owned())?;
        println!("wrote {path}");
    }
    Ok(())
}
