//! Values that pass from one executable to another, in device memory.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::Tensor;

use super::gpu::Gpu;
use super::memory::Buffer;
use super::transfer::{Part, Transfer, upload};

/// A tensor's memory.
pub(super) struct DeviceTensor {
    buffer: Buffer,
    len: usize,
    gpu: Arc<Gpu>,
}

impl DeviceTensor {
    /// `len` zeros.
    pub(super) fn create(gpu: &Arc<Gpu>, len: usize) -> Result<Tensor> {
        let buffer = Buffer::device(gpu, "tensor", len as u64 * 4)?;
        Transfer::new(gpu)?.clear(Part { buffer: buffer.handle, offset: 0 }, buffer.bytes)?;
        Ok(Tensor(Box::new(Self { buffer, len, gpu: Arc::clone(gpu) })))
    }

    fn of<'a>(tensor: &'a Tensor, gpu: &Arc<Gpu>) -> Result<&'a Self> {
        let own = tensor.0.downcast_ref::<Self>().filter(|tensor| Arc::ptr_eq(&tensor.gpu, gpu));
        own.ok_or_else(|| Error::InvalidArgument("tensor of another backend".to_owned()))
    }

    fn check(&self, offset: usize, len: usize) -> Result<()> {
        match offset.checked_add(len) {
            Some(end) if end <= self.len => Ok(()),
            _ => Err(Error::InvalidArgument("a range outside its tensor".to_owned())),
        }
    }

    /// `len` values from `offset` on.
    pub(super) fn part(tensor: &Tensor, gpu: &Arc<Gpu>, offset: usize, len: usize) -> Result<Part> {
        let own = Self::of(tensor, gpu)?;
        own.check(offset, len)?;
        Ok(Part { buffer: own.buffer.handle, offset: offset as u64 * 4 })
    }

    /// Copies to the host.
    pub(super) fn read(tensor: &Tensor, gpu: &Arc<Gpu>, offset: usize, data: &mut [f32]) -> Result<()> {
        let own = Self::of(tensor, gpu)?;
        own.check(offset, data.len())?;
        gpu.check_alive()?;
        let (start, len) = (offset * 4, data.len() * 4);
        if let Some(mapped) = own.buffer.mapped_ref() {
            bytemuck::cast_slice_mut(data).copy_from_slice(&mapped[start..start + len]);
            return Ok(());
        }
        let staging = Buffer::host(gpu, "staging", len as u64)?;
        let from = Part { buffer: own.buffer.handle, offset: start as u64 };
        Transfer::new(gpu)?.copy(from, Part { buffer: staging.handle, offset: 0 }, len as u64)?;
        let mapped = staging.mapped_ref().expect("host memory is mapped");
        bytemuck::cast_slice_mut(data).copy_from_slice(&mapped[..len]);
        Ok(())
    }

    /// Copies from the host.
    pub(super) fn write(tensor: &mut Tensor, gpu: &Arc<Gpu>, offset: usize, data: &[f32]) -> Result<()> {
        Self::of(tensor, gpu)?.check(offset, data.len())?;
        let own = tensor.0.downcast_mut::<Self>().expect("checked above");
        upload(gpu, &mut own.buffer, offset as u64 * 4, bytemuck::cast_slice(data))
    }
}
