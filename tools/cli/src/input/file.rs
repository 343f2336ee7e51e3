//! Files that are read whole: regular ones, up to a size of their kind. Pipes, devices and folders get an error at once;
//! a pipe is not even opened, which would wait for whoever writes to it. Sound is read as it comes: see [`crate::input::sound`].

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use media2face::limits;
use media2face::picture::{Picture, PictureFile};

use crate::input::digest;

/// A kind of file that is read whole: what errors call it, and its most bytes.
#[derive(Clone, Copy)]
pub struct Kind {
    name: &'static str,
    most_bytes: u64,
}

/// The script of a scene.
pub const SCRIPT: Kind = Kind { name: "the script ", most_bytes: 4 << 20 };
/// An OBJ file.
pub const MESH: Kind = Kind { name: "the mesh ", most_bytes: 256 << 20 };
/// A PNG or JPEG file; the library bounds its pixels.
pub const PICTURE: Kind = Kind { name: "the picture ", most_bytes: 256 << 20 };
/// The weights of a keyframe as JSON.
pub const WEIGHTS: Kind = Kind { name: "", most_bytes: 1 << 20 };
/// Lines of `m2f bake`.
pub const TABLE: Kind = Kind { name: "the table ", most_bytes: 512 << 20 };
/// Weights over time as JSON or CSV: those of four hours at 60 frames a second have about 700 MB.
pub const TRACK: Kind = Kind { name: "", most_bytes: 1 << 30 };
/// Boxes of a film as CSV: those of four hours have about 30 MB.
pub const BOXES: Kind = Kind { name: "", most_bytes: 128 << 20 };
/// A checkpoint's `config.json`.
pub const CONFIG: Kind = Kind { name: "", most_bytes: 16 << 20 };
/// Items of a study.
pub const ITEMS: Kind = Kind { name: "the items ", most_bytes: 4 << 20 };
/// Votes of a study, and its key.
pub const VOTES: Kind = Kind { name: "", most_bytes: 64 << 20 };
/// The index of a data set: a line of about 200 bytes for each clip.
pub const INDEX: Kind = Kind { name: "", most_bytes: 1 << 30 };

/// All bytes of a file.
///
/// # Errors
/// `cannot read PATH: …` for what is no regular file, larger than its kind may be, or cannot be read.
pub fn read(path: &Path, kind: Kind) -> Result<Vec<u8>> {
    let unread = || format!("cannot read {}{}", kind.name, path.display());
    let (file, metadata) = open(path).with_context(unread)?;
    let most = kind.most_bytes;
    let check = |bytes: u64| {
        ensure!(bytes <= most, "it has {bytes} bytes, at most {most} are read");
        Ok(())
    };
    check(metadata.len()).with_context(unread)?;
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    // It may have grown, and files of the system state no size.
    file.take(most + 1).read_to_end(&mut bytes).with_context(unread)?;
    ensure!(bytes.len() as u64 <= most, "{}: it has more than {most} bytes, the most that are read", unread());
    Ok(bytes)
}

/// A PNG or JPEG file, and its pixels: as many as the library takes at most, since the user chose the file.
pub fn picture(path: &Path) -> Result<(Vec<u8>, Picture)> {
    let bytes = read(path, PICTURE)?;
    let picture = PictureFile::open(&bytes, limits::MAX_PICTURE_PIXELS).and_then(|file| file.decode());
    let picture = picture.with_context(|| path.display().to_string())?;
    Ok((bytes, picture))
}

/// SHA-256 of a regular file of any size.
pub fn sha256(path: &Path) -> Result<String> {
    let digest = open(path).and_then(|(file, _)| Ok(digest::of_reader(file)?));
    digest.with_context(|| format!("cannot read {}", path.display()))
}

/// An error for what is there and is no regular file: for a program or a library that opens it by its path, and tells best
/// why it cannot.
pub fn check(path: &Path) -> Result<()> {
    let looked = std::fs::metadata(path).map_or(Ok(()), |metadata| regular(&metadata));
    looked.with_context(|| format!("cannot read {}", path.display()))
}

fn open(path: &Path) -> Result<(File, Metadata)> {
    regular(&std::fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Another file may lie there by now.
        options.custom_flags(nix::libc::O_NONBLOCK);
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    regular(&metadata)?;
    Ok((file, metadata))
}

fn regular(metadata: &Metadata) -> Result<()> {
    if !metadata.is_file() {
        bail!("it is {}, and only files are read", name(metadata.file_type()));
    }
    Ok(())
}

/// What is no regular file.
pub fn name(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a pipe";
        } else if kind.is_socket() {
            return "a socket";
        } else if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    if kind.is_dir() { "a folder" } else { "no file" }
}

/// Writes what was written to the disk, so that a name which it gets afterwards never stands for half a file.
pub fn sync(file: &File) -> io::Result<()> {
    #[cfg(test)]
    tests::SYNCED.with_borrow_mut(|synced| synced.push(file.metadata().expect("open").is_dir()));
    supported(file.sync_all())
}

/// The names in a folder to the disk, where the system has that.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { sync(&File::open(folder)?) } else { Ok(()) }
}

/// Some file systems have no such thing, and are none the worse for it.
fn supported(synced: io::Result<()>) -> io::Result<()> {
    match synced {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

#[cfg(test)]
pub mod tests {
    use std::cell::RefCell;
    use std::fs;

    use super::*;

    thread_local! {
        /// What this thread wrote to the disk: whether each was a folder.
        pub static SYNCED: RefCell<Vec<bool>> = const { RefCell::new(Vec::new()) };
    }

    const SMALL: Kind = Kind { name: "the thing ", most_bytes: 3 };

    #[test]
    fn files_are_read_up_to_the_size_of_their_kind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "abc").unwrap();
        assert_eq!(read(&path, SMALL).unwrap(), b"abc");
        fs::write(&path, "abcd").unwrap();
        let error = format!("{:#}", read(&path, SMALL).unwrap_err());
        assert!(error.starts_with("cannot read the thing ") && error.ends_with("it has 4 bytes, at most 3 are read"));
        assert!(check(&path).is_ok() && check(&folder.path().join("none")).is_ok() && check(folder.path()).is_err());
    }

    #[test]
    fn what_is_no_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let of = |path: &Path| format!("{:#}", read(path, SMALL).unwrap_err());
        assert!(of(folder.path()).ends_with("it is a folder, and only files are read"), "{}", of(folder.path()));
        if cfg!(unix) {
            assert_eq!(
                of(Path::new("/dev/zero")),
                "cannot read the thing /dev/zero: it is a device, and only files are read"
            );
        }
        // It states no size, and has more than its kind may have.
        if cfg!(target_os = "linux") {
            let error = of(Path::new("/proc/self/status"));
            assert_eq!(
                error,
                "cannot read the thing /proc/self/status: it has more than 3 bytes, the most that are read"
            );
        }
    }
}
