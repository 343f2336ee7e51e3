//! The starter model and the face finder: inside this program if it was built in the repository, else files beside it (build.rs).

#[cfg(any(starter_beside, test))]
use std::path::{Path, PathBuf};

use anyhow::Result;
use media2face::pack::Pack;

/// `models/starter.m2f`.
#[cfg(not(starter_beside))]
static STARTER: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/starter.m2f"));

/// `models/face-finder.m2f`.
#[cfg(not(starter_beside))]
static FACE_FINDER: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/face-finder.m2f"));

/// Opens it.
#[cfg(not(starter_beside))]
pub fn open() -> Result<Pack> {
    Ok(Pack::from_shared(std::sync::Arc::new(STARTER))?)
}

/// Opens the pack that finds faces in pictures.
#[cfg(not(starter_beside))]
pub fn open_finder() -> Result<Option<Pack>> {
    Ok(Some(Pack::from_shared(std::sync::Arc::new(FACE_FINDER))?))
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

/// Opens the pack that finds faces in pictures; none where it is not beside this program.
#[cfg(starter_beside)]
pub fn open_finder() -> Result<Option<Pack>> {
    let Ok(path) = beside(&program()?, "face-finder.m2f") else { return Ok(None) };
    let failure = |error| super::model::failure("cannot open the face finder", &path, &error);
    Pack::open(&path).map(Some).map_err(failure)
}

/// SHA-256 of its bytes.
#[cfg(starter_beside)]
pub fn sha256() -> Result<String> {
    super::file::sha256(&found()?)
}

#[cfg(starter_beside)]
fn found() -> Result<PathBuf> {
    beside(&program()?, "starter.m2f")
}

/// This program, through links: a pack lies beside the program, not beside a name for it.
#[cfg(starter_beside)]
fn program() -> Result<PathBuf> {
    use anyhow::Context;

    let program = std::env::current_exe().context("where this program is")?;
    Ok(program.canonicalize().unwrap_or(program))
}

/// Folders where a pack may lie, seen from the program's: its own, as archives have it, as systems install it.
#[cfg(any(starter_beside, test))]
const PLACES: [&str; 3] = ["", "../models/", "../share/media2face/"];

/// The first of the places that has a pack.
#[cfg(any(starter_beside, test))]
fn beside(program: &Path, name: &str) -> Result<PathBuf> {
    let folder = program.parent().unwrap_or(Path::new("."));
    let places = PLACES.map(|place| format!("{place}{name}"));
    match places.iter().map(|place| folder.join(place)).find(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => anyhow::bail!(
            "the starter model is not beside this program: {} has none of {}. Put {name} there, or name a pack with --model",
            folder.display(),
            places.join(", ")
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
        let error = beside(&bin.join("m2f"), "starter.m2f").expect_err("no pack").to_string();
        assert!(error.contains("../models/starter.m2f") && error.contains("--model"), "{error}");
        std::fs::write(models.join("starter.m2f"), b"pack").expect("written");
        assert!(beside(&bin.join("m2f"), "starter.m2f").expect("a pack").ends_with("bin/../models/starter.m2f"));
        std::fs::write(bin.join("starter.m2f"), b"pack").expect("written");
        assert_eq!(beside(&bin.join("m2f"), "starter.m2f").expect("a pack"), bin.join("starter.m2f"));
    }
}
