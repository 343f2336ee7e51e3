//! Files written aside: each appears under its name whole, or not at all.
//!
//! Of several files none appears before all are written; then they are renamed one after the other, so that only a rename
//! that fails can leave some of them.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::{Builder, NamedTempFile};

/// A file that is being written beside its place.
pub struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

impl Staged {
    /// Makes sure that `path` can be written, without touching it.
    pub fn create(path: &Path) -> Result<Self> {
        if path.is_dir() {
            bail!("cannot write {}: it is a folder", path.display());
        }
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let mut builder = Builder::new();
        builder.prefix(".m2f-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any other file, under the umask; a temporary file's default is the owner alone.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(folder).with_context(|| format!("cannot write in {}", folder.display()))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Writes the contents.
    pub fn write(&mut self, contents: impl FnOnce(&mut BufWriter<&mut fs::File>) -> Result<()>) -> Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, self.file.as_file_mut());
        contents(&mut out)
            .and_then(|()| out.flush().map_err(Into::into))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Gives the file its name, in place of one that was there.
    pub fn persist(self) -> Result<PathBuf> {
        self.file
            .persist(&self.path)
            .map_err(|error| error.error)
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        Ok(self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn file_appears_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.txt");
        let mut staged = Staged::create(&path).unwrap();
        staged.write(|out| Ok(out.write_all(b"whole")?)).unwrap();
        assert!(!path.exists());
        staged.persist().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn failure_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut staged = Staged::create(&folder.path().join("a.txt")).unwrap();
        let error = staged.write(|_| bail!("no frames")).unwrap_err();
        assert!(format!("{error:#}").ends_with("a.txt: no frames"), "{error:#}");
        drop(staged);
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn place_taken_by_a_folder_fails_before_the_work() {
        let folder = tempfile::tempdir().unwrap();
        let error = Staged::create(folder.path()).err().unwrap();
        assert!(error.to_string().ends_with("it is a folder"), "{error}");
    }
}
