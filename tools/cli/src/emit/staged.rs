//! Files and folders written aside: each appears under its name whole, or not at all.
//!
//! Of several files none appears before all are written; then they are renamed one after the other, so that only a rename
//! that fails can leave some of them.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::{Builder, NamedTempFile, TempDir};

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
        let folder = parent(path)?;
        let file =
            builder(0o666).tempfile_in(folder).with_context(|| format!("cannot write in {}", folder.display()))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Where the contents are until then, for a program that writes them.
    pub fn aside(&self) -> &Path {
        self.file.path()
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

/// A folder that is being filled beside its place.
pub struct StagedFolder {
    folder: TempDir,
    path: PathBuf,
}

impl StagedFolder {
    /// Makes sure that `path` can be made, without touching it.
    pub fn create(path: &Path) -> Result<Self> {
        if path.exists() && !path.is_dir() {
            bail!("cannot make the folder {}: it is a file", path.display());
        }
        let beside = parent(path)?;
        let folder =
            builder(0o777).tempdir_in(beside).with_context(|| format!("cannot write in {}", beside.display()))?;
        Ok(Self { folder, path: path.to_owned() })
    }

    /// Where a file of the folder is until then, for a program that writes it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of the folder.
    pub fn write(&self, name: &str, contents: impl FnOnce(&mut BufWriter<fs::File>) -> Result<()>) -> Result<()> {
        let unwritten = || format!("cannot write {}", self.path.join(name).display());
        let mut out = BufWriter::new(fs::File::create(self.path(name)).with_context(unwritten)?);
        contents(&mut out).and_then(|()| out.flush().map_err(Into::into)).with_context(unwritten)
    }

    /// Gives the folder its name, in place of one that was there.
    pub fn persist(self) -> Result<PathBuf> {
        let unmade = || format!("cannot make the folder {}", self.path.display());
        if self.path.exists() {
            // Two renames: a folder that has files cannot be replaced by one.
            let old = builder(0o777).tempdir_in(parent(&self.path)?).with_context(unmade)?;
            fs::rename(&self.path, old.path().join("old")).with_context(unmade)?;
        }
        fs::rename(self.folder.path(), &self.path).with_context(unmade)?;
        // Nothing is left there to be removed.
        drop(self.folder.keep());
        Ok(self.path)
    }
}

/// The folder that a path lies in, made where it is missing.
fn parent(path: &Path) -> Result<&Path> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    Ok(folder)
}

/// Hidden names; the permissions that any other file has under the umask, where a temporary one's are the owner's alone.
fn builder(mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".m2f-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = mode;
    builder
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

    #[test]
    fn folder_replaces_one_that_was_there_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("frames");
        for text in ["one", "two"] {
            let staged = StagedFolder::create(&path).unwrap();
            staged.write(text, |out| Ok(out.write_all(text.as_bytes())?)).unwrap();
            assert!(!path.join(text).exists());
            staged.persist().unwrap();
            assert_eq!((names(folder.path()), names(&path)), (vec!["frames".to_owned()], vec![text.to_owned()]));
        }
        drop(StagedFolder::create(&path).unwrap());
        assert_eq!(names(folder.path()), ["frames"]);
        fs::write(folder.path().join("file"), "mine").unwrap();
        assert!(StagedFolder::create(&folder.path().join("file")).is_err());
    }
}
