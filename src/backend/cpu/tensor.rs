//! Values that pass from one executable to another: plain memory here.

use crate::error::{Error, Result};
use crate::plan::Tensor;

use super::memory::Aligned;

/// A tensor of zeros.
pub(super) fn create(len: usize) -> Result<Tensor> {
    Ok(Tensor(Box::new(Aligned::zeros(len)?)))
}

/// A part of a tensor.
pub(super) fn part(tensor: &Tensor, offset: usize, len: usize) -> Result<&[f32]> {
    let memory = tensor.0.downcast_ref::<Aligned>().ok_or_else(foreign)?;
    let end = offset.checked_add(len).ok_or_else(|| outside("tensor"))?;
    memory.as_slice().get(offset..end).ok_or_else(|| outside("tensor"))
}

/// A part of a tensor, to be written.
pub(super) fn part_mut(tensor: &mut Tensor, offset: usize, len: usize) -> Result<&mut [f32]> {
    let memory = tensor.0.downcast_mut::<Aligned>().ok_or_else(foreign)?;
    let end = offset.checked_add(len).ok_or_else(|| outside("tensor"))?;
    memory.as_mut_slice().get_mut(offset..end).ok_or_else(|| outside("tensor"))
}

/// All of a tensor, to be written.
pub(super) fn all_mut(tensor: &mut Tensor) -> Result<&mut [f32]> {
    Ok(tensor.0.downcast_mut::<Aligned>().ok_or_else(foreign)?.as_mut_slice())
}

/// Gives back a part of a tensor; true when little is left.
pub(super) fn free_part(tensor: &mut Tensor) -> bool {
    tensor.0.downcast_mut::<Aligned>().is_none_or(Aligned::free_part)
}

/// A range that is not inside.
pub(super) fn outside(what: &str) -> Error {
    Error::InvalidArgument(format!("a range outside its {what}"))
}

fn foreign() -> Error {
    Error::InvalidArgument("tensor of another backend".to_owned())
}
