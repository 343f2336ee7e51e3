//! Backends: each compiles a plan once and runs it often. [`select`] alone names them all.

pub mod cpu;
pub mod select;

use crate::error::{Error, Result};
use crate::tensor::Weight;

/// The list of an [`Op::Gather`](crate::plan::Op::Gather), of which each entry is one of `rows`.
///
/// # Errors
/// `InvalidPack` for an entry past them: lists come out of packs.
pub(crate) fn gather_rows(index: &Weight, rows: usize) -> Result<Vec<i32>> {
    let list = index.to_i32();
    match list.iter().find(|&&row| usize::try_from(row).map_or(true, |row| row >= rows)) {
        Some(row) => Err(Error::InvalidPack(format!("{}: row {row} of {rows}", index.name()))),
        None => Ok(list),
    }
}
pub mod vulkan;
