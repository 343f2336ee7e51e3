//! Archives whose bytes follow from their files alone: sorted, of one time and one owner, without the machine's names.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

/// The time of every file: the first that a .zip can say.
const TIME_S: u64 = 315_532_800; // 1980-01-01

/// A file of an archive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Entry {
    File(Vec<u8>),
    Program(Vec<u8>),
    /// Another name for a file in the same folder.
    Link(String),
}

/// Files by their paths, which are written in this order.
pub(crate) type Entries = BTreeMap<String, Entry>;

/// A .tar.gz with all entries below a folder of that name.
pub(crate) fn tar_gz(folder: &str, entries: &Entries) -> Result<Vec<u8>> {
    // No name and no time of the packed file; 255: no system in particular.
    let gzip = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    let mut tar = tar::Builder::new(gzip);
    for (path, entry) in entries {
        let mut header = tar::Header::new_ustar();
        header.set_mtime(TIME_S);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mode(if matches!(entry, Entry::File(_)) { 0o644 } else { 0o755 });
        let path = format!("{folder}/{path}");
        match entry {
            Entry::File(bytes) | Entry::Program(bytes) => {
                header.set_size(bytes.len() as u64);
                tar.append_data(&mut header, path, bytes.as_slice())?;
            }
            Entry::Link(to) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                tar.append_link(&mut header, path, to)?;
            }
        }
    }
    Ok(tar.into_inner()?.finish()?)
}

/// A .zip with all entries below a folder of that name; a link becomes a second copy.
pub(crate) fn zip(folder: &str, entries: &Entries) -> Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, entry) in entries {
        let bytes = match entry {
            Entry::File(bytes) | Entry::Program(bytes) => bytes,
            Entry::Link(to) => {
                let beside = path.rsplit_once('/').map_or_else(|| to.clone(), |(folder, _)| format!("{folder}/{to}"));
                match entries.get(&beside) {
                    Some(Entry::File(bytes) | Entry::Program(bytes)) => bytes,
                    _ => anyhow::bail!("{path}: there is no file {beside}"),
                }
            }
        };
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(if matches!(entry, Entry::File(_)) { 0o644 } else { 0o755 });
        zip.start_file(format!("{folder}/{path}"), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Unpacks either into a folder.
pub(crate) fn unpack(archive: &Path, into: &Path) -> Result<()> {
    let file = std::fs::File::open(archive).with_context(|| archive.display().to_string())?;
    match archive.extension().is_some_and(|end| end == "zip") {
        true => zip::ZipArchive::new(file)?.extract(into)?,
        false => tar::Archive::new(flate2::read::GzDecoder::new(file)).unpack(into)?,
    }
    Ok(())
}

/// The SHA-256 of bytes, as `sha256sum` writes it.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes `SHA256SUMS` beside the archives of a folder, in the order of their names.
pub(crate) fn write_sums(folder: &Path) -> Result<()> {
    let mut lines = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if [".tar.gz", ".tgz", ".zip"].iter().any(|ending| name.ends_with(ending)) {
            lines.push((name, sha256(&std::fs::read(&path)?)));
        }
    }
    lines.sort();
    let text: String = lines.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect();
    Ok(std::fs::write(folder.join("SHA256SUMS"), text)?)
}

#[cfg(test)]
mod tests {
    use super::{Entries, Entry, sha256, tar_gz, unpack, write_sums, zip};

    fn entries(reversed: bool) -> Entries {
        let mut all = vec![
            ("include/a.h".to_owned(), Entry::File(b"int a;\n".to_vec())),
            ("bin/tool".to_owned(), Entry::Program(vec![7; 10_000])),
            ("lib/liba.so.0".to_owned(), Entry::Program(vec![1, 2, 3])),
            ("lib/liba.so".to_owned(), Entry::Link("liba.so.0".to_owned())),
        ];
        if reversed {
            all.reverse();
        }
        all.into_iter().collect()
    }

    /// A folder of this test that is empty.
    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("media2face-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[test]
    fn archives_follow_from_their_files_alone() {
        assert_eq!(tar_gz("a-1", &entries(false)).unwrap(), tar_gz("a-1", &entries(true)).unwrap());
        assert_eq!(zip("a-1", &entries(false)).unwrap(), zip("a-1", &entries(true)).unwrap());
        let gzip = tar_gz("a-1", &entries(false)).unwrap();
        // RFC 1952: no flags (no name), no time, no system.
        assert_eq!((gzip[3], &gzip[4..8], gzip[9]), (0, [0; 4].as_slice(), 255));
    }

    #[test]
    fn what_was_packed_is_unpacked() {
        for (name, bytes) in [("a.tar.gz", tar_gz("a-1", &entries(false))), ("a.zip", zip("a-1", &entries(false)))] {
            let folder = folder(name);
            std::fs::write(folder.join(name), bytes.unwrap()).unwrap();
            unpack(&folder.join(name), &folder).unwrap();
            assert_eq!(std::fs::read(folder.join("a-1/include/a.h")).unwrap(), b"int a;\n");
            assert_eq!(std::fs::read(folder.join("a-1/bin/tool")).unwrap(), vec![7; 10_000]);
            assert_eq!(std::fs::read(folder.join("a-1/lib/liba.so")).unwrap(), [1, 2, 3]);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = |path| std::fs::metadata(folder.join(path)).unwrap().permissions().mode() & 0o777;
                assert_eq!((mode("a-1/bin/tool"), mode("a-1/include/a.h")), (0o755, 0o644), "{name}");
            }
            std::fs::remove_dir_all(folder).unwrap();
        }
    }

    #[test]
    fn a_link_that_leads_nowhere_is_no_zip() {
        let lost = Entries::from([("lib/liba.so".to_owned(), Entry::Link("liba.so.0".to_owned()))]);
        assert!(zip("a-1", &lost).unwrap_err().to_string().contains("lib/liba.so.0"));
    }

    #[test]
    fn sums_are_those_of_sha256sum_and_of_archives_alone() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let folder = folder("sums");
        for name in ["b.zip", "a.tar.gz", "notes.txt"] {
            std::fs::write(folder.join(name), b"abc").unwrap();
        }
        write_sums(&folder).unwrap();
        let text = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
        let names: Vec<&str> = text.lines().filter_map(|line| line.split("  ").nth(1)).collect();
        assert_eq!(names, ["a.tar.gz", "b.zip"]);
        assert!(text.starts_with(&sha256(b"abc")));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
