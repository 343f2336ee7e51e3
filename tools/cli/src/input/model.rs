//! Opening models: a file, or the starter model of this program.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use media2face::pack::Pack;
use media2face::{Error, LogLevel, Model, Runtime, RuntimeOptions};

use crate::input::{file, starter};

/// The pack at `path`, or the starter.
pub fn open_pack(path: Option<&Path>) -> Result<Pack> {
    match path {
        Some(path) => {
            file::check(path)?;
            Pack::open(path).map_err(|error| failure("cannot open the model", path, &error))
        }
        None => starter::open(),
    }
}

/// SHA-256 of the pack's bytes.
pub fn sha256(path: Option<&Path>) -> Result<String> {
    match path {
        Some(path) => file::sha256(path),
        None => starter::sha256(),
    }
}

/// What failed with which file; the library's errors of reading and writing name it already.
pub fn failure(what: &str, path: &Path, error: &Error) -> anyhow::Error {
    match error {
        Error::Io(_) => anyhow!("{what} {error}"),
        _ => anyhow!("{what} {}: {error}", path.display()),
    }
}

/// A model on a runtime of its own, whose warnings go to `warn`, on the thread that waits for a session. Faces are found in
/// pictures without a box.
pub fn load(pack: Pack, options: RuntimeOptions, warn: impl Fn(&str) + Send + Sync + 'static) -> Result<Arc<Model>> {
    let options = RuntimeOptions {
        log_level: LogLevel::Warning,
        // Errors come back as results too, and are told once.
        log: Some(Arc::new(move |level, message| {
            if level == LogLevel::Warning {
                warn(message);
            }
        })),
        ..options
    };
    let runtime = Runtime::new(&options)?;
    // A pack's own finder goes before that of this program.
    let finder = if pack.manifest().finder.is_some() { None } else { starter::open_finder()? };
    Ok(match finder {
        Some(finder) => Model::with_face_finder(&runtime, pack, &finder)?,
        None => Model::new(&runtime, pack)?,
    })
}
