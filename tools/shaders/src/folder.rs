//! `spirv/` from the sources: written, or compared byte for byte.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::compile::compile;
use crate::manifest::{self, Entry, Manifest, present};
use crate::{sources, variants};

/// Brings `spirv/` to what the sources compile to; with `check` fails unless it is that.
pub(crate) fn build(folder: &Path, check: bool) -> Result<()> {
    let (files, spirv) = (files(folder)?, folder.join("spirv"));
    if check { compare(&spirv, &files) } else { write(&spirv, &files) }
}

/// Every file that belongs into `spirv/`, by name. All faulty sources are reported at once.
fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut manifest = Manifest { module: Vec::new() };
    let mut faults = Vec::new();
    let modules = variants::read(folder)?;
    for module in &modules {
        match compile(folder, module).and_then(|spirv| Ok((sources::hash(folder, module)?, spirv))) {
            Ok((hash, spirv)) => {
                let (name, source) = (module.name.clone(), module.source.clone());
                let (spirv_hash, size_bytes) = (sources::hash_of(&spirv), spirv.len());
                manifest.module.push(Entry { name, source, hash, spirv_hash, size_bytes });
                files.insert(format!("{}.spv", module.name), spirv);
            }
            Err(fault) => faults.push(format!("{fault:#}")),
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    files.insert(manifest::NAME.into(), manifest::text(&manifest)?.into_bytes());
    files.insert(manifest::LIST.into(), manifest::list(&modules).into_bytes());
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

/// Fails unless every one of `files` lies in `spirv/`, byte for byte.
fn compare(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let mut faults = Vec::new();
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
