//! Compiles folders of GLSL to SPIR-V. A folder has `variants.toml`, the sources it names, and `spirv/` with the
//! modules and their `manifest.toml`; all of that is committed, so that nobody needs a compiler to build the library.
//! The same sources give the same bytes everywhere, because the compiler is built from a pinned crate.

mod compile;
mod variants;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser;
use serde::Serialize;

/// Compiles folders of GLSL to SPIR-V.
#[derive(Parser)]
struct Arguments {
    /// Compare with the committed modules and write nothing.
    #[arg(long)]
    check: bool,
    /// Folders with a variants.toml.
    folders: Vec<PathBuf>,
}

/// `spirv/manifest.toml`: what each module was made from.
#[derive(Serialize)]
struct Manifest {
    module: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    source: String,
    hash: String,
    size_bytes: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    for folder in &arguments.folders {
        let files = build(folder)?;
        match arguments.check {
            true => check(&folder.join("spirv"), &files)?,
            false => write(&folder.join("spirv"), &files)?,
        }
        println!("{}: {} modules", folder.display(), files.len() - 1);
    }
    Ok(())
}

/// Every file that belongs into `spirv/`, by name. All faulty sources are reported at once.
fn build(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut manifest = Manifest { module: Vec::new() };
    let mut faults = Vec::new();
    for module in variants::read(folder)? {
        match compile::compile(folder, &module) {
            Ok(compile::Compiled { spirv, hash }) => {
                let (name, source, size_bytes) = (module.name.clone(), module.source, spirv.len());
                manifest.module.push(Entry { name, source, hash, size_bytes });
                files.insert(format!("{}.spv", module.name), spirv);
            }
            Err(fault) => faults.push(format!("{fault:#}")),
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    let head = "# Written by `cargo xtask shaders` from ../variants.toml.\n\n";
    files.insert("manifest.toml".into(), (head.to_owned() + &toml::to_string(&manifest)?).into_bytes());
    Ok(files)
}

/// Brings `spirv/` to exactly `files`.
fn write(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for name in present(folder)?.iter().filter(|name| !files.contains_key(*name)) {
        println!("removing {name}, which variants.toml does not name");
        std::fs::remove_file(folder.join(name))?;
    }
    for (name, bytes) in files {
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|old| old == *bytes) {
            continue;
        }
        std::fs::write(&path, bytes).with_context(|| path.display().to_string())?;
        println!("wrote {name}");
    }
    Ok(())
}

/// Fails unless `spirv/` is exactly `files`.
fn check(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let mut faults = Vec::new();
    for name in present(folder)?.iter().filter(|name| !files.contains_key(*name)) {
        faults.push(format!("{name}: variants.toml does not name it"));
    }
    for (name, bytes) in files {
        match std::fs::read(folder.join(name)) {
            Ok(committed) if committed == *bytes => {}
            Ok(_) => faults.push(format!("{name}: not what its source compiles to")),
            Err(_) => faults.push(format!("{name}: missing")),
        }
    }
    if !faults.is_empty() {
        bail!("{}:\n{}\nrun cargo xtask shaders", folder.display(), faults.join("\n"));
    }
    Ok(())
}

/// Names of the files in `spirv/`.
fn present(folder: &Path) -> Result<BTreeSet<String>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}
