//! `shaders/*.comp` to SPIR-V, and the judgement of `spirv-val`. The compiler is a feature of a workspace member of its
//! own (tools/shaders), since its C++ takes minutes to build and no other chore needs it.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::command::{cargo, command, root, run};
use crate::need::{Need, need};

/// Folders with a `variants.toml`.
const FOLDERS: &[&str] = &["shaders", "tools/hazard"];

/// Compiles all modules, or compares them with the committed ones; then validates them.
pub(crate) fn run_all(check: bool) -> Result<()> {
    let mut compile = cargo(&["run", "--quiet", "--package", "shaders", "--features", "compile", "--"]);
    compile.args(FOLDERS);
    if check {
        compile.arg("--check");
    }
    run(&mut compile)?;
    validate()
}

/// Compares the committed modules with their sources by the hashes of both, which takes no compiler; then validates them.
pub(crate) fn compare() -> Result<()> {
    run(cargo(&["run", "--quiet", "--package", "shaders", "--", "--check"]).args(FOLDERS))?;
    validate()
}

/// Runs `spirv-val` over every module but those with cooperative matrices, whose capability it may not know.
fn validate() -> Result<()> {
    need(Need::Program("spirv-val", "spirv-tools"))?;
    let (mut valid, mut left_out, mut faults) = (0, Vec::new(), Vec::new());
    for path in modules()? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".matrix") {
            left_out.push(name);
        } else if run(command("spirv-val", &["--target-env", "vulkan1.1"]).arg(&path)).is_ok() {
            valid += 1;
        } else {
            faults.push(name);
        }
    }
    if !faults.is_empty() {
        bail!("spirv-val refuses {}", faults.join(", "));
    }
    println!("spirv-val: {valid} modules are valid; cooperative matrices are left to the layers: {left_out:?}");
    Ok(())
}

/// The committed modules, in the order of their names.
fn modules() -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for folder in FOLDERS {
        for entry in std::fs::read_dir(root().join(folder).join("spirv"))? {
            paths.push(entry?.path());
        }
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "spv"));
    paths.sort();
    Ok(paths)
}
