//! A safetensors file of upstream: any float type comes out as f16 or f32.

use std::path::Path;

use half::{bf16, f16};
use safetensors::Dtype;

use crate::error::{Error, Result};
use crate::pack::header::{Entry, Header};
use crate::pack::read;
use crate::tensor::{Bytes, DType, Weight};

/// An upstream checkpoint, mapped or in memory.
#[derive(Debug)]
pub struct Checkpoint {
    bytes: Bytes,
    header: Header,
}

impl Checkpoint {
    /// Maps a file, as [`Pack::open`](crate::pack::Pack::open) does.
    ///
    /// # Errors
    /// `Io` with the path; `InvalidPack` when it is no safetensors file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::new(read::map(path.as_ref())?)
    }

    /// A file in memory.
    ///
    /// # Errors
    /// `InvalidPack` when it is no safetensors file.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        Self::new(bytes.into())
    }

    fn new(bytes: Bytes) -> Result<Self> {
        let header = read::header_of(bytes.as_ref())?;
        Ok(Self { bytes, header })
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.header.entries.iter()
    }

    /// The tensor under its new name and element type; f16 → f16 keeps the bits.
    pub(super) fn convert(&self, entry: &Entry, name: &str, dtype: DType) -> Result<Weight> {
        let bytes = &self.bytes.as_ref()[entry.range.start as usize..entry.range.end as usize];
        let values: Vec<f32> = match entry.dtype {
            Dtype::F16 if dtype == DType::F16 => return Weight::new(name, &entry.shape, dtype, bytes.into()),
            Dtype::F32 => bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
            Dtype::F16 => bytes.as_chunks().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect(),
            Dtype::BF16 => bytes.as_chunks().0.iter().map(|&b| bf16::from_le_bytes(b).to_f32()).collect(),
            Dtype::F64 => bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b) as f32).collect(),
            other => {
                return Err(Error::Unsupported(format!("tensor {} is {other}, expected floats", entry.name)));
            }
        };
        match dtype {
            DType::F16 => {
                let largest = f16::MAX.to_f32();
                if let Some(value) = values.iter().find(|v| v.abs() > largest) {
                    return Err(Error::Unsupported(format!("tensor {}: {value} is out of half's range", entry.name)));
                }
                Ok(Weight::from_f32_as_f16(name, &entry.shape, &values))
            }
            _ => Ok(Weight::from_f32(name, &entry.shape, &values)),
        }
    }
}
