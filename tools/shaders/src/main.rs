//! Compiles folders of GLSL to SPIR-V. A folder has `variants.toml`, the sources it names, and `spirv/` with the
//! modules and their `manifest.toml`; all of that is committed, so that nobody needs a compiler to build the library.
//! The same sources give the same bytes everywhere, because the compiler is built from a pinned crate, with the feature
//! `compile`. Without it the committed modules are compared with their sources by the hashes of both.

#[cfg(feature = "compile")]
mod compile;
#[cfg(feature = "compile")]
mod folder;
mod manifest;
mod sources;
mod variants;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

/// Compiles folders of GLSL to SPIR-V.
#[derive(Parser)]
struct Arguments {
    /// Compare with the committed modules and write nothing: by hashes, and byte for byte where the compiler is built in.
    #[arg(long)]
    check: bool,
    /// Folders with a variants.toml.
    folders: Vec<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    for folder in &arguments.folders {
        #[cfg(feature = "compile")]
        folder::build(folder, arguments.check)?;
        #[cfg(not(feature = "compile"))]
        anyhow::ensure!(arguments.check, "built without the compiler: cargo xtask shaders builds it");
        println!("{}: {} modules", folder.display(), manifest::check(folder)?);
    }
    Ok(())
}
