//! The crates that are published, media2face and m2f: they can be packaged, are small, and hold no packs.

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, run, target};
use crate::test::Extent;

/// Most bytes of a crate: 0.8 MiB were measured.
const MOST_BYTES: u64 = 5_000_000;

/// Packages both; in full also builds them from their packages, as a registry's users do.
pub(crate) fn check(extent: Extent) -> Result<()> {
    let folder = target().join("crates");
    // What is not committed yet is packaged too, and nothing is asked of the registry.
    let mut package = cargo(&["package", "--quiet", "--allow-dirty", "--locked", "--offline"]);
    package.args(["--package", "media2face", "--package", "m2f", "--target-dir"]).arg(&folder);
    if extent == Extent::Quick {
        package.arg("--no-verify");
    }
    run(&mut package)?;
    for name in ["media2face", "m2f"] {
        let file = folder.join(format!("package/{name}-{}.crate", env!("CARGO_PKG_VERSION")));
        let bytes = std::fs::metadata(&file).with_context(|| file.display().to_string())?.len();
        println!("   {}: {bytes} bytes", file.display());
        ensure!(bytes <= MOST_BYTES, "{name} has {bytes} bytes, at most {MOST_BYTES}");
    }
    Ok(())
}
