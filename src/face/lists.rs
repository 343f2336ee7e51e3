//! Reading the lists of a pack: types, shapes, index ranges and finite values are checked, so that what is read can be
//! used without further thought.

use crate::error::{Error, Result};
use crate::memory;
use crate::pack::Pack;
use crate::tensor::{DType, Weight};

/// An integer list of a known shape whose values are all in `0..bound`.
pub(super) fn indices(pack: &Pack, name: &str, shape: &[usize], bound: usize) -> Result<Vec<u32>> {
    let tensor = pack.tensor(name, shape)?;
    if tensor.dtype() != DType::I32 {
        return Err(Error::InvalidPack(format!("tensor {name} is not a list of integers")));
    }
    let values = tensor.to_i32()?;
    if let Some(wrong) = values.iter().find(|&&v| usize::try_from(v).map_or(true, |v| v >= bound)) {
        return Err(Error::InvalidPack(format!("tensor {name} holds the index {wrong}, of {bound}")));
    }
    memory::collect(values.into_iter().map(|v| v as u32), name)
}

/// Triples of indices, such as triangles.
pub(super) fn index_rows<const N: usize>(pack: &Pack, name: &str, rows: usize, bound: usize) -> Result<Vec<[u32; N]>> {
    memory::copy(indices(pack, name, &[rows, N], bound)?.as_chunks().0, name)
}

/// Numbers of a known shape, all finite.
pub(super) fn finite(pack: &Pack, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
    let tensor = pack.tensor(name, shape)?;
    if tensor.dtype() == DType::I32 {
        return Err(Error::InvalidPack(format!("tensor {name} is a list of integers")));
    }
    let values = tensor.to_f32()?;
    if values.iter().any(|v| !v.is_finite()) {
        return Err(Error::InvalidPack(format!("tensor {name} holds values that are not finite")));
    }
    Ok(values)
}

/// Rows of finite numbers.
pub(super) fn finite_rows<const N: usize>(pack: &Pack, name: &str, rows: usize) -> Result<Vec<[f32; N]>> {
    memory::copy(finite(pack, name, &[rows, N])?.as_chunks().0, name)
}

/// A finite vector.
pub(super) fn finite_array<const N: usize>(pack: &Pack, name: &str) -> Result<[f32; N]> {
    let values = finite(pack, name, &[N])?;
    Ok(std::array::from_fn(|i| values[i]))
}

/// Length of the outermost dimension, where the pack decides it; the caller's next read checks the rest.
pub(super) fn length(pack: &Pack, name: &str) -> Result<usize> {
    Ok(pack.any_shape(name)?.shape().first().copied().unwrap_or(0))
}

/// Size of the innermost dimension, where the pack decides it; at least 1.
pub(super) fn columns(tensor: &Weight) -> Result<usize> {
    let columns = tensor.shape().last().copied().filter(|&c| c > 0);
    columns.ok_or_else(|| Error::InvalidPack(format!("tensor {} has no columns", tensor.name())))
}
