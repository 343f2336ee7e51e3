//! The store: files named by what they are made of, so that each is made once, and an index from ids to their names.
//!
//! ```text
//! objects/ab/ab34….curves   one of each kind for an object; texts also have .wav
//! index/1-of-1.jsonl        {"id": "greet", "object": "ab34…"}, a line for each line of the shard that is there
//! .work/1-of-1/             what is under way; emptied at the start and at the end
//! ```

use std::fs::{self, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::command::args::Shard;
use crate::emit::Emit;
use crate::emit::staged::Staged;
use crate::process::{interrupt, temporary};

const OBJECTS: &str = "objects";
/// What a spoken text ends in.
pub const SPOKEN: &str = "wav";

/// Where a store is.
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// One that may be there or not.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The file of an object.
    pub fn path(&self, object: &str, ending: &str) -> PathBuf {
        self.folder.join(OBJECTS).join(&object[..2]).join(format!("{object}.{ending}"))
    }

    /// Those of an object that are not there, of these endings.
    pub fn missing<'a>(&self, object: &str, endings: &[&'a str]) -> Vec<&'a str> {
        endings.iter().copied().filter(|ending| !self.path(object, ending).is_file()).collect()
    }

    /// All files of objects, in the order of their names.
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        let unread = |folder: &Path| format!("cannot read {}", folder.display());
        let objects = self.folder.join(OBJECTS);
        for folder in fs::read_dir(&objects).with_context(|| unread(&objects))? {
            let folder = folder.with_context(|| unread(&objects))?.path();
            if !folder.is_dir() {
                files.push(folder);
                continue;
            }
            for file in fs::read_dir(&folder).with_context(|| unread(&folder))? {
                files.push(file.with_context(|| unread(&folder))?.path());
            }
        }
        files.sort();
        Ok(files)
    }
}

/// A store that is being written, by one process for each shard.
pub struct Writer {
    store: Store,
    shard: Shard,
    /// What is under way lies there: in the same file system as the objects, and nobody else's.
    work: PathBuf,
    _lock: fs::File,
}

impl Writer {
    /// Opens a store, or makes one.
    pub fn open(folder: &Path, shard: Shard) -> Result<Self> {
        let name = format!("{}-of-{}", shard.number, shard.of);
        let work = folder.join(".work").join(&name);
        for folder in [&work, &folder.join(OBJECTS), &folder.join("index")] {
            fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        let lock = folder.join(".work").join(format!("{name}.lock"));
        let unlocked = || format!("cannot lock {}", lock.display());
        let file = fs::File::create(&lock).with_context(unlocked)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("{}: another m2f bakes shard {}/{} into it", folder.display(), shard.number, shard.of)
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(unlocked),
        }
        let writer = Self { store: Store::at(folder), shard, work, _lock: file };
        writer.tidy()?;
        Ok(writer)
    }

    /// Removes what a process left that was killed.
    pub fn tidy(&self) -> Result<()> {
        let unread = || format!("cannot empty {}", self.work.display());
        for entry in fs::read_dir(&self.work).with_context(unread)? {
            let path = entry.with_context(unread)?.path();
            fs::remove_file(path).with_context(unread)?;
        }
        Ok(())
    }

    /// What is there.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where temporary files of this shard are.
    pub fn work(&self) -> &Path {
        &self.work
    }

    /// A file of an object that is being written.
    pub fn stage(&self, object: &str, ending: &str) -> Result<Staged> {
        Staged::create_in(&self.store.path(object, ending), &self.work)
    }

    /// Gives files their names, all of them or, where a signal came, none.
    pub fn persist(files: Vec<Staged>) -> Result<()> {
        let _naming = temporary::naming();
        interrupt::check()?;
        files.into_iter().try_for_each(|file| file.persist().map(drop))
    }

    /// Writes the index of this shard.
    pub fn write_index<'a>(&self, lines: impl Iterator<Item = (&'a str, &'a str)>) -> Result<()> {
        #[derive(Serialize)]
        struct Entry<'a> {
            id: &'a str,
            object: &'a str,
        }
        let name = format!("{}-of-{}.jsonl", self.shard.number, self.shard.of);
        let mut index = Staged::create_in(&self.store.folder.join("index").join(name), &self.work)?;
        index.write(|out| {
            for (id, object) in lines {
                serde_json::to_writer(&mut *out, &Entry { id, object })?;
                writeln!(out)?;
            }
            Ok(())
        })?;
        Self::persist(vec![index])
    }
}

/// What the files of these kinds end in.
pub fn endings(kinds: &[Emit]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.ending()).collect()
}
