//! A folder of sounds as a table: a line for each, named after its file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::cells::Cells;
use super::{Row, row};

/// Endings of sounds that the command reads.
const ENDINGS: [&str; 15] =
    ["aac", "aif", "aifc", "aiff", "alac", "au", "caf", "flac", "m4a", "mp3", "mp4", "oga", "ogg", "snd", "wav"];

/// All sounds that lie in it, by their names; not those in folders below.
pub fn read(folder: &Path) -> Result<Vec<Row>> {
    let unread = || format!("cannot read {}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(unread)? {
        let path = entry.with_context(unread)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let sound = ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)) && !path.is_dir();
        names.extend(sound.then(|| path.file_name().unwrap_or_default().to_owned()));
    }
    names.sort();
    let cells = |name: &std::ffi::OsString| {
        let stem = Path::new(name).file_stem().unwrap_or_default();
        Cells::from([("id", stem.to_string_lossy().into_owned()), ("sound", name.to_string_lossy().into_owned())])
    };
    Ok(names.iter().enumerate().map(|(i, name)| row(i + 1, cells(name))).collect())
}
