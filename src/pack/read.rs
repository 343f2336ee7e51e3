//! A pack from a file, from memory, or through a reader callback.
//!
//! All three parse the header, check the manifest and every name, type and shape against it, and only then take
//! tensors: a file and memory are shared, the callback is asked for one tensor at a time. Cost: the header, and the
//! topology's index lists; weights are looked at when a network takes them ([`Pack::tensor`]), so that towers that are
//! not used stay on the disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;
use safetensors::Dtype;

use super::header::{Entry, HEADER_ROOM, Header, LENGTH_BYTES};
use super::{Manifest, Pack, check};
use crate::error::{Error, Result};
use crate::limits;
use crate::memory;
use crate::tensor::{Bytes, DType, Weight};

/// Key of the manifest in the file's `__metadata__`.
pub(super) const MANIFEST_KEY: &str = "media2face";
/// Most bytes that a reader callback is asked for at once.
const READ_BYTES: usize = 1 << 20;

/// Fills a part of the buffer with the bytes at the offset and says how many; 0 at the end of the data.
pub type ReadAt<'a> = dyn FnMut(u64, &mut [u8]) -> Result<usize> + 'a;

impl Pack {
    /// Opens a pack file. The file is mapped: what is not used is not read, and processes share it.
    ///
    /// While the pack or a tensor of it lives, the file must not be changed in place; replacing it by a rename, as
    /// [`Pack::save`] does, is fine. A file truncated underneath ends the process on some systems (SIGBUS): where others
    /// may write to it, read it into memory and use [`Pack::from_bytes`].
    ///
    /// # Errors
    /// `Io` with the path; `InvalidPack`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_all(&map(path.as_ref())?)
    }

    /// A pack in memory.
    ///
    /// # Errors
    /// `InvalidPack`.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        Self::from_shared(Arc::new(bytes))
    }

    /// A pack in memory that others hold too: `Arc<&'static [u8]>`, a mapping. Nothing is copied.
    ///
    /// # Errors
    /// `InvalidPack`.
    pub fn from_shared(owner: Arc<dyn AsRef<[u8]> + Send + Sync>) -> Result<Self> {
        let total = (*owner).as_ref().len();
        Self::from_all(&Bytes::new(owner, 0..total))
    }

    fn from_all(all: &Bytes) -> Result<Self> {
        let header = header_of(all.as_ref())?;
        Self::from_header(&header, |entry| Ok(all.slice(entry.range.start as usize..entry.range.end as usize)))
    }

    /// A pack of `total_len` bytes behind a callback: the header first, then one tensor after the other, at most 1 MiB
    /// a call, in the order of the file.
    ///
    /// # Errors
    /// What the callback returns; `Io` when it ends early; `InvalidPack`; `OutOfMemory`.
    pub fn from_reader(read_at: &mut ReadAt<'_>, total_len: u64) -> Result<Self> {
        if total_len < LENGTH_BYTES {
            return Err(too_short(total_len));
        }
        let mut first = [0; LENGTH_BYTES as usize];
        first.copy_from_slice(&read_range(read_at, 0, LENGTH_BYTES)?);
        let json_len = Header::json_len(first, total_len)?;
        let json = read_range(read_at, LENGTH_BYTES, json_len as u64)?;
        let header = Header::parse(&json, total_len)?;
        Self::from_header(&header, |entry| {
            read_range(read_at, entry.range.start, entry.range.end - entry.range.start).map(Bytes::from)
        })
    }

    fn from_header(header: &Header, mut bytes_of: impl FnMut(&Entry) -> Result<Bytes>) -> Result<Self> {
        let _tables = memory::room(HEADER_ROOM * header.json_bytes, "the tables of a pack")?;
        let json = header.metadata.get(MANIFEST_KEY).ok_or_else(|| {
            Error::InvalidPack(format!("it is not a model pack: its metadata has no \"{MANIFEST_KEY}\""))
        })?;
        let manifest = Manifest::from_json(json)?;
        let mut kept = Vec::with_capacity(header.entries.len());
        for entry in header.entries.iter().filter(|entry| !check::is_leftover(&entry.name)) {
            kept.push((entry, dtype_of(entry)?));
        }
        manifest.check()?;
        check::declared(
            &manifest,
            &kept.iter().map(|(entry, dtype)| (entry.name.as_str(), (*dtype, entry.shape.as_slice()))).collect(),
        )?;
        let mut tensors = BTreeMap::new();
        for (entry, dtype) in kept {
            memory::check(&entry.name)?;
            let weight = Weight::new(&entry.name, &entry.shape, dtype, bytes_of(entry)?)?;
            tensors.insert(entry.name.clone(), weight);
        }
        let pack = Self { manifest, tensors };
        check::topology(&pack)?;
        Ok(pack)
    }
}

/// Maps a file read-only.
pub(super) fn map(path: &Path) -> Result<Bytes> {
    let io = |e: std::io::Error| Error::Io(format!("{}: {e}", path.display()));
    if !std::fs::metadata(path).map_err(io)?.is_file() {
        return Err(Error::Io(format!("{}: not a file", path.display()))); // opening a pipe would wait
    }
    let file = File::open(path).map_err(io)?;
    // SAFETY: the mapping is read-only and read as bytes alone, of which every value is valid; that the file keeps its
    // length and content while it is mapped is the caller's part, stated at `Pack::open`.
    let mapping = unsafe { Mmap::map(&file) }.map_err(io)?;
    let range = 0..mapping.len();
    Ok(Bytes::new(Arc::new(mapping), range))
}

/// Parses the head of a whole file.
pub(super) fn header_of(file: &[u8]) -> Result<Header> {
    let total = file.len() as u64;
    let Some((first, rest)) = file.split_first_chunk() else { return Err(too_short(total)) };
    let json_len = Header::json_len(*first, total)?;
    Header::parse(&rest[..json_len], total)
}

fn too_short(total: u64) -> Error {
    Error::InvalidPack(format!("a file of {total} bytes is too short for a safetensors file"))
}

fn dtype_of(entry: &Entry) -> Result<DType> {
    match entry.dtype {
        Dtype::F32 => Ok(DType::F32),
        Dtype::F16 => Ok(DType::F16),
        Dtype::I32 => Ok(DType::I32),
        Dtype::U8 => Ok(DType::U8),
        other => {
            Err(Error::InvalidPack(format!("tensor {} is {other}: a pack holds F32, F16, I32 and U8", entry.name)))
        }
    }
}

/// Reads a range in bounded steps. Memory is taken at once but touched only as bytes arrive, so that a wrong length
/// ends in an error of the callback.
fn read_range(read_at: &mut ReadAt<'_>, start: u64, len: u64) -> Result<Vec<u8>> {
    let size = usize::try_from(len).unwrap_or(usize::MAX);
    let mut bytes = memory::with_capacity(size, "a part of a pack")?;
    while bytes.len() < size {
        let filled = bytes.len();
        bytes.resize(size.min(filled + READ_BYTES), 0);
        let buffer = &mut bytes[filled..];
        let offset = start + filled as u64;
        let count = read_at(offset, buffer)?;
        if count > buffer.len() {
            return Err(Error::InvalidArgument(format!("the reader gave {count} bytes for {}", buffer.len())));
        }
        if count == 0 {
            return Err(Error::Io(format!("the reader ended at byte {offset}")));
        }
        bytes.truncate(filled + count);
    }
    Ok(bytes)
}

const _: () = assert!(limits::MAX_PACK_HEADER_BYTES < u32::MAX as u64, "a header length fits a usize");
