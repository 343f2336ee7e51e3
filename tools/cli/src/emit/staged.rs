//! Files and folders written aside: each appears under its name whole, or not at all, also where the system stops at once.
//!
//! Of several files none appears before all are written; then they are renamed one after the other, so that only a rename
//! that fails can leave some of them. What is replaced is a file of that name, or a folder that holds nothing but what this
//! program writes into it.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tempfile::{Builder, NamedTempFile, TempDir};

use crate::input::file;
use crate::process::temporary::{self, Temporary};

/// A file that is being written beside its place.
pub struct Staged {
    file: NamedTempFile,
    path: PathBuf,
    _temporary: Temporary,
}

impl Staged {
    /// Makes sure that `path` can be written, without touching it.
    pub fn create(path: &Path) -> Result<Self> {
        Self::create_in(path, parent(path)?)
    }

    /// As [`create`](Self::create), written in another folder of the same file system until it is whole.
    pub fn create_in(path: &Path, folder: &Path) -> Result<Self> {
        if let Ok(there) = fs::metadata(path) {
            // A rename would put a file in the place of a device.
            ensure!(there.is_file(), "cannot write {}: it is {}", path.display(), file::name(there.file_type()));
        }
        parent(path)?;
        let (file, temporary) = temporary::make(|| builder(0o666).tempfile_in(folder), NamedTempFile::path)
            .with_context(|| format!("cannot write in {}", folder.display()))?;
        Ok(Self { file, path: path.to_owned(), _temporary: temporary })
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
        let unwritten = || format!("cannot write {}", self.path.display());
        file::sync(self.file.as_file()).with_context(unwritten)?;
        self.file.persist(&self.path).map_err(|error| error.error).with_context(unwritten)?;
        file::sync_folder(parent(&self.path)?).with_context(unwritten)?;
        Ok(self.path)
    }
}

/// A folder that is being filled beside its place.
pub struct StagedFolder {
    folder: TempDir,
    path: PathBuf,
    is_ours: fn(&str) -> bool,
    _temporary: Temporary,
}

impl StagedFolder {
    /// Makes sure that `path` can be made, without touching it. A folder that is there is replaced if it holds nothing but
    /// files with names that `is_ours` knows.
    pub fn create(path: &Path, is_ours: fn(&str) -> bool) -> Result<Self> {
        // A link stays, and the folder that it names is replaced.
        let path = if path.is_symlink() { fs::canonicalize(path).unwrap_or(path.to_owned()) } else { path.to_owned() };
        if path.symlink_metadata().is_ok() {
            ensure!(path.is_dir(), "cannot make the folder {}: it is a file", path.display());
            check_replaceable(&path, is_ours)?;
        }
        let beside = parent(&path)?;
        let (folder, temporary) = temporary::make(|| builder(0o777).tempdir_in(beside), TempDir::path)
            .with_context(|| format!("cannot write in {}", beside.display()))?;
        Ok(Self { folder, path, is_ours, _temporary: temporary })
    }

    /// Where a file of the folder is until then, for a program that writes it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of the folder.
    pub fn write(&self, name: &str, contents: impl FnOnce(&mut BufWriter<fs::File>) -> Result<()>) -> Result<()> {
        debug_assert!((self.is_ours)(name), "{name} would be in the way of the next one");
        let unwritten = || format!("cannot write {}", self.path.join(name).display());
        let mut out = BufWriter::new(fs::File::create(self.path(name)).with_context(unwritten)?);
        contents(&mut out).and_then(|()| out.flush().map_err(Into::into)).with_context(unwritten)
    }

    /// Gives the folder its name, in place of one that was there.
    pub fn persist(self) -> Result<PathBuf> {
        let unmade = || format!("cannot make the folder {}", self.path.display());
        let beside = parent(&self.path)?;
        self.sync().with_context(unmade)?;
        let mut old = None;
        if self.path.exists() {
            // The work may have taken hours.
            check_replaceable(&self.path, self.is_ours)?;
            // Two renames: a folder that has files cannot be replaced by one.
            let aside = builder(0o777).tempdir_in(beside).with_context(unmade)?.keep();
            fs::rename(&self.path, aside.join("old")).with_context(unmade)?;
            old = Some(aside);
        }
        if let Err(error) = fs::rename(self.folder.path(), &self.path) {
            if let Some(aside) = old {
                let _ = fs::rename(aside.join("old"), &self.path).and_then(|()| fs::remove_dir(&aside));
            }
            return Err(error).with_context(unmade);
        }
        // Nothing is left there to be removed.
        drop(self.folder.keep());
        file::sync_folder(beside).with_context(unmade)?;
        if let Some(aside) = old {
            let kept = || format!("{} is made; what was there is in {}", self.path.display(), aside.display());
            remove(&aside.join("old"), self.is_ours).and_then(|()| fs::remove_dir(&aside)).with_context(kept)?;
        }
        Ok(self.path)
    }

    fn sync(&self) -> std::io::Result<()> {
        for entry in fs::read_dir(self.folder.path())? {
            // Some systems take only an open end for writing.
            file::sync(&fs::OpenOptions::new().append(true).open(entry?.path())?)?;
        }
        file::sync_folder(self.folder.path())
    }
}

/// An error for a folder that holds anything else than files with names that `is_ours` knows.
fn check_replaceable(folder: &Path, is_ours: fn(&str) -> bool) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
        let name = entry.file_name();
        let ours = entry.file_type().is_ok_and(|kind| kind.is_file()) && name.to_str().is_some_and(is_ours);
        if !ours {
            let (folder, name) = (folder.display(), name.display());
            bail!(
                "cannot replace the folder {folder}: {name} in it does not come from m2f; move it, or choose another --out"
            );
        }
    }
    Ok(())
}

/// Removes a folder with its own files. One that holds others by now stays, with those.
fn remove(folder: &Path, is_ours: fn(&str) -> bool) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() && entry.file_name().to_str().is_some_and(is_ours) {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_dir(folder)
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

    fn is_ours(name: &str) -> bool {
        matches!(name, "one" | "two")
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
            let staged = StagedFolder::create(&path, is_ours).unwrap();
            staged.write(text, |out| Ok(out.write_all(text.as_bytes())?)).unwrap();
            assert!(!path.join(text).exists());
            staged.persist().unwrap();
            assert_eq!((names(folder.path()), names(&path)), (vec!["frames".to_owned()], vec![text.to_owned()]));
        }
        drop(StagedFolder::create(&path, is_ours).unwrap());
        assert_eq!(names(folder.path()), ["frames"]);
        fs::write(folder.path().join("file"), "mine").unwrap();
        assert!(StagedFolder::create(&folder.path().join("file"), is_ours).is_err());
    }

    #[test]
    fn folder_with_anything_else_in_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("frames");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("one"), "ours").unwrap();
        let staged = StagedFolder::create(&path, is_ours).unwrap();
        // Names of ours count for files alone.
        for (name, is_file) in [("notes.txt", true), ("two", false)] {
            if is_file {
                fs::write(path.join(name), "mine").unwrap()
            } else {
                fs::create_dir(path.join(name)).unwrap()
            }
            let error = StagedFolder::create(&path, is_ours).err().unwrap().to_string();
            assert!(error.contains(&format!("{name} in it does not come from m2f")), "{error}");
            if is_file { fs::remove_file(path.join(name)).unwrap() } else { fs::remove_dir(path.join(name)).unwrap() }
        }
        // It came while the work was under way.
        fs::write(path.join("notes.txt"), "mine").unwrap();
        assert!(staged.persist().is_err());
        assert_eq!(fs::read(path.join("notes.txt")).unwrap(), b"mine");
        assert_eq!((names(folder.path()).len(), names(&path).len()), (1, 2));
        // It came between that look and the end.
        let old = folder.path().join("old");
        fs::rename(&path, &old).unwrap();
        assert!(remove(&old, is_ours).is_err());
        assert_eq!(names(&old), ["notes.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn link_to_a_folder_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("disk"), folder.path().join("frames"));
        fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let staged = StagedFolder::create(&link, is_ours).unwrap();
        staged.write("one", |out| Ok(out.write_all(b"1")?)).unwrap();
        staged.persist().unwrap();
        assert!(link.is_symlink() && real.join("one").is_file());
    }

    #[test]
    fn contents_are_on_the_disk_before_the_name_and_the_name_behind_them() {
        let synced = || file::tests::SYNCED.take();
        let folder = tempfile::tempdir().unwrap();
        let mut staged = Staged::create(&folder.path().join("a.txt")).unwrap();
        staged.write(|out| Ok(out.write_all(b"whole")?)).unwrap();
        synced();
        staged.persist().unwrap();
        let folders = |count| vec![true; if cfg!(unix) { count } else { 0 }];
        assert_eq!(synced(), [vec![false], folders(1)].concat());
        let staged = StagedFolder::create(&folder.path().join("frames"), is_ours).unwrap();
        ["one", "two"].into_iter().for_each(|name| staged.write(name, |_| Ok(())).unwrap());
        staged.persist().unwrap();
        assert_eq!(synced(), [vec![false; 2], folders(2)].concat());
    }

    #[cfg(unix)]
    #[test]
    fn device_is_not_replaced() {
        let error = Staged::create(Path::new("/dev/null")).err().unwrap().to_string();
        assert_eq!(error, "cannot write /dev/null: it is a device");
    }
}
