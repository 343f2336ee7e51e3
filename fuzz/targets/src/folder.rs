//! A folder for what the command reads: one for each thread, gone with it.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

thread_local! {
    static FOLDER: TempDir = made();
}

fn made() -> TempDir {
    // In memory where there is such a place: a target writes a file for each input.
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).expect("a temporary folder")
}

/// Writes a file of this name; gives its path.
pub(crate) fn write(name: &str, bytes: &[u8]) -> PathBuf {
    FOLDER.with(|folder| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file in the temporary folder");
        path
    })
}
