//! Backends: each compiles a plan once and runs it often. [`select`] alone names them all.

pub mod cpu;
pub mod device;
#[cfg(feature = "vulkan")]
mod gpu;
pub mod select;
#[cfg(feature = "vulkan")]
pub mod vulkan;
#[cfg(not(feature = "vulkan"))]
#[path = "without_vulkan.rs"]
pub mod vulkan;

use crate::error::{Error, Result};
use crate::memory;
use crate::tensor::Weight;

/// An index list of an op, such as [`Op::Gather`](crate::plan::Op::Gather)'s, of which each entry is one of `rows`.
///
/// # Errors
/// `InvalidPack` for an entry past them: lists come out of packs.
pub(crate) fn gather_rows(index: &Weight, rows: usize) -> Result<Vec<i32>> {
    let list = index.to_i32()?;
    match list.iter().find(|&&row| usize::try_from(row).map_or(true, |row| row >= rows)) {
        Some(row) => Err(Error::InvalidPack(format!("{}: row {row} of {rows}", index.name()))),
        None => Ok(list),
    }
}

/// The mesh of an [`Op::Normals`](crate::plan::Op::Normals): triangles, and those of every vertex.
pub(crate) struct Mesh {
    /// Vertices of each, all below the number of vertices.
    pub(crate) triangles: Vec<[i32; 3]>,
    /// Where the list of each vertex begins, and where the last one ends: rising from 0.
    pub(crate) first: Vec<i32>,
    /// Triangles, vertex by vertex.
    pub(crate) incident: Vec<i32>,
}

/// # Errors
/// `InvalidPack` for an entry of a list that is out of its bounds.
pub(crate) fn mesh(vertices: usize, triangles: &Weight, first: &Weight, incident: &Weight) -> Result<Mesh> {
    let corners = gather_rows(triangles, vertices)?;
    let (first, incident) = (first.to_i32()?, gather_rows(incident, triangles.shape()[0])?);
    let ends = first.first() == Some(&0) && first.last().is_some_and(|&last| last as usize == incident.len());
    if !ends || !first.is_sorted() {
        return Err(Error::InvalidPack("the lists of the triangles of a mesh's vertices do not adjoin".to_owned()));
    }
    Ok(Mesh { triangles: memory::copy(corners.as_chunks().0, triangles.name())?, first, incident })
}
