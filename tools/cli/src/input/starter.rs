//! The starter model: inside this program if it was built in the repository, else a file beside it (build.rs).

#[cfg(any(starter_beside, test))]
use std::path::{Path, PathBuf};

use anyhow::Result;
use media2face::pack::Pack;

/// `models/starter.m2f`.
#[cfg(not(starter_beside))]
static STARTER: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/starter.m2f"));

/// Opens it.
#[cfg(not(starter_beside))]
pub fn open() -> Result<Pack> {
    Ok(Pack::from_shared(std::sync::Arc::new(STARTER))?)
}

/// SHA-256 of its bytes.
#[cfg(not(starter_beside))]
#[expect(clippy::unnecessary_wraps, reason = "a file beside the program may not be there")]
pub fn sha256() -> Result<String> {
    Ok(super::digest::of(STARTER))
}

/// Opens the file that belongs to this program.
#[cfg(starter_beside)]
pub fn open() -> Result<Pack> {
    let path = found()?;
    Pack::open(&path).map_err(|error| super::model::failure("cannot open the model", &path, &error))
}

/// SHA-256 of its bytes.
#[cfg(starter_beside)]
pub fn sha256() -> Result<String> {
    super::file::sha256(&found()?)
}

#[cfg(starter_beside)]
fn found() -> Result<PathBuf> {
    use anyhow::Context;

    let program = std::env::current_exe().context("where this program is")?;
    // Through links: the pack lies beside the program, not beside a name for it.
    beside(&program.canonicalize().unwrap_or(program))
}

/// Where a pack may lie, seen from the program's folder: beside it, as archives have it, as systems install it.
#[cfg(any(starter_beside, test))]
const PLACES: [&str; 3] = ["starter.m2f", "../models/starter.m2f", "../share/media2face/starter.m2f"];

/// The first of the places that has a pack.
#[cfg(any(starter_beside, test))]
fn beside(program: &Path) -> Result<PathBuf> {
    let folder = program.parent().unwrap_or(Path::new("."));
    match PLACES.iter().map(|place| folder.join(place)).find(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => anyhow::bail!(
            "the starter model is not beside this program: {} has none of {}. Put starter.m2f there, or name a pack with --model",
            folder.display(),
            PLACES.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn the_pack_is_looked_for_beside_the_program_then_in_its_archive() {
        let root = tempfile::tempdir().expect("a folder");
        let (bin, models) = (root.path().join("bin"), root.path().join("models"));
        std::fs::create_dir_all(&bin).expect("a folder");
        std::fs::create_dir_all(&models).expect("a folder");
        let error = beside(&bin.join("m2f")).expect_err("no pack").to_string();
        assert!(error.contains("../models/starter.m2f") && error.contains("--model"), "{error}");
        std::fs::write(models.join("starter.m2f"), b"pack").expect("written");
        assert!(beside(&bin.join("m2f")).expect("a pack").ends_with("bin/../models/starter.m2f"));
        std::fs::write(bin.join("starter.m2f"), b"pack").expect("written");
        assert_eq!(beside(&bin.join("m2f")).expect("a pack"), bin.join("starter.m2f"));
    }
}
