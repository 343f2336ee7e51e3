//! Writing a pack: a safetensors file with the manifest in its metadata.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};

use super::Pack;
use super::read::MANIFEST_KEY;
use crate::error::{Error, Result};
use crate::limits;
use crate::tensor::{DType, Weight};

impl Pack {
    /// Writes the pack, one tensor after the other; nothing is copied. Tensors are ordered by element size, then by
    /// name, so that every one is aligned, and the same pack gives the same bytes.
    ///
    /// # Errors
    /// `InvalidPack` when the parts do not fit each other: what is written can be read. `Io`.
    pub fn write(&self, out: &mut dyn Write) -> Result<()> {
        self.check()?;
        let mut tensors: Vec<(&String, &Weight)> = self.tensors.iter().collect();
        tensors.sort_by_key(|(name, weight)| (std::cmp::Reverse(weight.dtype().size()), *name));

        let mut end = 0;
        let infos = tensors.iter().map(|(name, weight)| {
            let start = end;
            end += weight.bytes().len();
            let info =
                TensorInfo { dtype: dtype_of(weight), shape: weight.shape().to_vec(), data_offsets: (start, end) };
            ((*name).clone(), info)
        });
        let internal = |e: &dyn std::fmt::Display| Error::Internal(format!("pack header: {e}"));
        let manifest = serde_json::to_string(&self.manifest).map_err(|e| internal(&e))?;
        let metadata = HashMap::from([(MANIFEST_KEY.to_owned(), manifest)]);
        let metadata = Metadata::new(Some(metadata), infos.collect()).map_err(|e| internal(&e))?;
        let mut json = serde_json::to_vec(&metadata).map_err(|e| internal(&e))?;
        json.resize(json.len().next_multiple_of(8), b' '); // tensors start aligned
        if json.len() as u64 > limits::MAX_PACK_HEADER_BYTES {
            return Err(Error::InvalidPack(format!("header of {} bytes", json.len())));
        }

        out.write_all(&(json.len() as u64).to_le_bytes())?;
        out.write_all(&json)?;
        for (_, weight) in tensors {
            out.write_all(weight.bytes())?;
        }
        Ok(())
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// As [`Pack::write`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.write(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes the pack aside, in the same folder, and renames it: at `path` is the old file or the whole new one, and a
    /// mapping of the old one stays valid.
    ///
    /// # Errors
    /// As [`Pack::write`]; `Io` with the path.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let io = |e: &dyn std::fmt::Display| Error::Io(format!("{}: {e}", path.display()));
        let aside = aside(path).ok_or_else(|| io(&"not the path of a file"))?;
        let file = OpenOptions::new().write(true).create_new(true).open(&aside).map_err(|e| io(&e))?;
        let written = self.write_synced(file).and_then(|()| fs::rename(&aside, path).map_err(Error::from));
        written.map_err(|error| {
            let _ = fs::remove_file(&aside); // the first error is the one to tell
            match error {
                Error::Io(detail) => io(&detail),
                other => other,
            }
        })
    }

    fn write_synced(&self, file: File) -> Result<()> {
        let mut out = BufWriter::with_capacity(1 << 20, file);
        self.write(&mut out)?;
        let file = out.into_inner().map_err(|e| Error::Io(e.error().to_string()))?;
        Ok(file.sync_all()?)
    }
}

/// A name beside `path` that no other save uses.
fn aside(path: &Path) -> Option<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name()?);
    name.push(format!(".{}-{}.part", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    Some(path.with_file_name(name))
}

fn dtype_of(weight: &Weight) -> Dtype {
    match weight.dtype() {
        DType::F32 => Dtype::F32,
        DType::F16 => Dtype::F16,
        DType::I32 => Dtype::I32,
        DType::U8 => Dtype::U8,
    }
}
