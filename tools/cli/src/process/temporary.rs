//! Temporary files that have names, so that whoever ends the process can remove them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// All that there are.
static PATHS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
/// Held while finished files get their names, of which a process should not end in the middle.
static NAMING: Mutex<()> = Mutex::new(());
/// How often a folder is emptied that is still being filled.
const TRIES: usize = 100;

/// As long as this lives the path is one of a temporary file or folder.
pub struct Temporary(PathBuf);

/// Makes a file or a folder, which `path` tells the path of.
pub fn make<T>(make: impl FnOnce() -> io::Result<T>, path: impl FnOnce(&T) -> &Path) -> io::Result<(T, Temporary)> {
    // Held meanwhile: nothing is made behind the back of one who removes all.
    let mut paths = all();
    let made = make()?;
    // Relative paths would go by a folder that others may leave.
    let path = std::path::absolute(path(&made))?;
    paths.push(path.clone());
    Ok((made, Temporary(path)))
}

impl Drop for Temporary {
    fn drop(&mut self) {
        all().retain(|path| *path != self.0);
    }
}

/// As long as the guard lives, files get their names: [`remove_all`] waits for that.
pub fn naming() -> MutexGuard<'static, ()> {
    NAMING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all of them, for a process that ends at once: no more can be made, and none gets its name.
pub fn remove_all() {
    std::mem::forget(naming());
    let paths = all();
    remove(&paths);
    std::mem::forget(paths);
}

fn all() -> MutexGuard<'static, Vec<PathBuf>> {
    PATHS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remove(paths: &[PathBuf]) {
    for path in paths {
        // Other threads are at work, and may put one more file into a folder while it is emptied.
        let gone = || !path.is_dir() || fs::remove_dir_all(path).is_ok();
        if !(0..TRIES).any(|_| gone()) || path.exists() {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_removed_with_what_is_in_them() {
        let folder = tempfile::tempdir().unwrap();
        let (file, full) = (folder.path().join("file"), folder.path().join("folder"));
        fs::write(&file, "").unwrap();
        fs::create_dir(&full).unwrap();
        fs::write(full.join("inside"), "").unwrap();
        fs::write(folder.path().join("other"), "").unwrap();
        remove(&[file.clone(), folder.path().join("never made"), full.clone()]);
        assert!(!file.exists() && !full.exists() && folder.path().join("other").exists());
    }

    #[test]
    fn list_holds_what_is_there_now() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let (made, kept) = make(|| fs::File::create(&path).map(|_| path.clone()), |path| path).unwrap();
        assert!(all().contains(&made));
        drop(kept);
        assert!(!all().contains(&made));
        assert!(make(|| fs::File::open(folder.path().join("none")).map(|_| path.clone()), |path| path).is_err());
    }
}
