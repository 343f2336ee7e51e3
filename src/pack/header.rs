//! The head of a safetensors file: 8 bytes of length, JSON, then the tensors' bytes without a hole.
//!
//! Written here rather than taken from the `safetensors` crate because that one keeps the last of two tensors of one
//! name, adds hostile offsets without a check, and does not say which tensor an unknown type belongs to. Memory taken
//! is proportional to the header, which is bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use safetensors::Dtype;
use safetensors::tensor::TensorInfo;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::error::{Error, Result};
use crate::limits;
use crate::memory;

/// Bytes before the JSON: its length, little-endian.
pub(super) const LENGTH_BYTES: u64 = 8;

/// Memory that the parsers of a header take, and the tables that are made of it, for each of its bytes; measured 11 at most, of
/// names alone.
pub(super) const HEADER_ROOM: usize = 12;

/// What the head of a file says, checked against the file's length.
#[derive(Debug)]
pub(super) struct Header {
    /// `__metadata__`
    pub(super) metadata: BTreeMap<String, String>,
    /// In the order of the file.
    pub(super) entries: Vec<Entry>,
    /// Bytes of JSON that it came from.
    pub(super) json_bytes: usize,
}

/// One tensor of a file.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    /// Bytes, counted from the start of the file.
    pub(super) range: Range<u64>,
}

impl Header {
    /// Bytes of JSON after the first eight, of a file of `total` bytes.
    pub(super) fn json_len(first: [u8; 8], total: u64) -> Result<usize> {
        let len = u64::from_le_bytes(first);
        if len > limits::MAX_PACK_HEADER_BYTES {
            return Err(invalid(format!("header of {len} bytes, at most {} are read", limits::MAX_PACK_HEADER_BYTES)));
        }
        if len > total - LENGTH_BYTES {
            return Err(invalid(format!(
                "header of {len} bytes in a file of {total}: truncated, or not a safetensors file"
            )));
        }
        Ok(len as usize)
    }

    /// Parses the JSON and checks that the tensors fill the rest of a file of `total` bytes exactly.
    pub(super) fn parse(json: &[u8], total: u64) -> Result<Self> {
        let _parsed = memory::room(HEADER_ROOM * json.len(), "the header of a pack")?;
        let raw: RawHeader = serde_json::from_slice(json).map_err(|e| invalid(format!("header: {}", in_brief(&e))))?;
        let start = LENGTH_BYTES + json.len() as u64;
        let mut tensors = raw.tensors;
        tensors.sort_by_key(|(_, info)| info.data_offsets);

        let mut end = 0u64;
        let mut entries = memory::with_capacity(tensors.len(), "the entries of a pack's tensors")?;
        for (name, info) in tensors {
            let (first, last) = (info.data_offsets.0 as u64, info.data_offsets.1 as u64);
            if first != end {
                let fault = if first < end { "overlaps the tensor before it" } else { "leaves a gap before it" };
                return Err(invalid(format!("tensor {name} {fault}: starts at {first}, expected {end}")));
            }
            if last < first || last > total - start {
                return Err(invalid(format!(
                    "tensor {name} ends at byte {last} of {}: truncated, or not a safetensors file",
                    total - start
                )));
            }
            if info.shape.len() > limits::MAX_RANK {
                return Err(invalid(format!("tensor {name} has {} dimensions", info.shape.len())));
            }
            let bits = info.shape.iter().try_fold(info.dtype.bitsize() as u64, |n, &d| n.checked_mul(d as u64));
            if bits != (last - first).checked_mul(8) {
                return Err(invalid(format!(
                    "tensor {name}: shape {:?} of {} does not fit its {} bytes",
                    info.shape,
                    info.dtype,
                    last - first
                )));
            }
            end = last;
            entries.push(Entry { name, dtype: info.dtype, shape: info.shape, range: start + first..start + last });
        }
        if end != total - start {
            return Err(invalid(format!("{} bytes after the last tensor", total - start - end)));
        }
        Ok(Self { metadata: raw.metadata, entries, json_bytes: json.len() })
    }
}

/// A parser's error as one short line: it may quote what it read.
pub(super) fn in_brief(error: &serde_json::Error) -> String {
    error.to_string().chars().filter(|c| !c.is_control()).take(200).collect()
}

fn invalid(detail: String) -> Error {
    Error::InvalidPack(detail)
}

/// The JSON as it stands; two tensors of one name are an error.
struct RawHeader {
    metadata: BTreeMap<String, String>,
    tensors: Vec<(String, TensorInfo)>,
}

impl<'de> Deserialize<'de> for RawHeader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(RawHeaderVisitor)
    }
}

struct RawHeaderVisitor;

impl<'de> Visitor<'de> for RawHeaderVisitor {
    type Value = RawHeader;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<RawHeader, A::Error> {
        let mut names = BTreeSet::new();
        let mut raw = RawHeader { metadata: BTreeMap::new(), tensors: Vec::new() };
        while let Some(name) = map.next_key::<String>()? {
            if name.is_empty() || name.len() > limits::MAX_NAME_BYTES || name.contains(char::is_control) {
                return Err(A::Error::custom(format!(
                    "a tensor's name of {} bytes, or with control characters",
                    name.len()
                )));
            }
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("{name} appears twice")));
            }
            if name == "__metadata__" {
                raw.metadata = map.next_value()?;
            } else {
                let info = map.next_value().map_err(|e| A::Error::custom(format!("tensor {name}: {e}")))?;
                raw.tensors.push((name, info));
            }
        }
        Ok(raw)
    }
}
