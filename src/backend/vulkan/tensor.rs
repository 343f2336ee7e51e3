//! Values that pass from one executable to another, in device memory.

use std::sync::Arc;

use ash::vk;

use crate::error::{Error, Result};
use crate::plan::Tensor;

use super::logical_device::Gpu;
use super::memory::Buffer;
use super::transfer::{Part, Transfer, upload};

/// A tensor's memory.
pub(super) struct DeviceTensor {
    memory: Memory,
    len: usize,
    gpu: Arc<Gpu>,
}

enum Memory {
    Own(Buffer),
    /// A storage buffer that the host keeps alive; it may not be copied from or to.
    Host(vk::Buffer),
}

impl DeviceTensor {
    /// `len` zeros.
    pub(super) fn create(gpu: &Arc<Gpu>, len: usize) -> Result<Tensor> {
        let buffer = Buffer::device(gpu, "tensor", len as u64 * 4)?;
        Transfer::new(gpu)?.clear(Part { buffer: buffer.handle, offset: 0 }, buffer.bytes)?;
        Ok(Tensor(Box::new(Self { memory: Memory::Own(buffer), len, gpu: Arc::clone(gpu) })))
    }

    /// A host's buffer of `bytes`, of which whole words count.
    ///
    /// # Safety
    /// The buffer is of this device, of that size, for storage, and outlives the tensor.
    pub(super) unsafe fn adopt(gpu: &Arc<Gpu>, buffer: vk::Buffer, bytes: u64) -> Tensor {
        let len = usize::try_from(bytes / 4).unwrap_or(usize::MAX);
        Tensor(Box::new(Self { memory: Memory::Host(buffer), len, gpu: Arc::clone(gpu) }))
    }

    /// The buffer and how many bytes of it may be written, by kernels alone.
    pub(super) fn target(tensor: &Tensor, gpu: &Arc<Gpu>) -> Result<(vk::Buffer, u64)> {
        let own = Self::of(tensor, gpu)?;
        let buffer = match &own.memory {
            Memory::Own(buffer) => buffer.handle,
            Memory::Host(buffer) => *buffer,
        };
        Ok((buffer, own.len as u64 * 4))
    }

    fn own(&self) -> Result<&Buffer> {
        match &self.memory {
            Memory::Own(buffer) => Ok(buffer),
            Memory::Host(_) => Err(host_buffer()),
        }
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
        Ok(Part { buffer: own.own()?.handle, offset: offset as u64 * 4 })
    }

    /// Copies to the host.
    pub(super) fn read(tensor: &Tensor, gpu: &Arc<Gpu>, offset: usize, data: &mut [f32]) -> Result<()> {
        let own = Self::of(tensor, gpu)?;
        own.check(offset, data.len())?;
        gpu.check_alive()?;
        let (buffer, start, len) = (own.own()?, offset * 4, data.len() * 4);
        if let Some(mapped) = buffer.mapped_ref() {
            bytemuck::cast_slice_mut(data).copy_from_slice(&mapped[start..start + len]);
            return Ok(());
        }
        let staging = Buffer::host(gpu, "staging", len as u64)?;
        let from = Part { buffer: buffer.handle, offset: start as u64 };
        Transfer::new(gpu)?.copy(from, Part { buffer: staging.handle, offset: 0 }, len as u64)?;
        let mapped = staging.mapped_ref().expect("host memory is mapped");
        bytemuck::cast_slice_mut(data).copy_from_slice(&mapped[..len]);
        Ok(())
    }

    /// Copies from the host.
    pub(super) fn write(tensor: &mut Tensor, gpu: &Arc<Gpu>, offset: usize, data: &[f32]) -> Result<()> {
        Self::of(tensor, gpu)?.check(offset, data.len())?;
        let own = tensor.0.downcast_mut::<Self>().expect("checked above");
        let Memory::Own(buffer) = &mut own.memory else { return Err(host_buffer()) };
        upload(gpu, buffer, offset as u64 * 4, bytemuck::cast_slice(data))
    }
}

fn host_buffer() -> Error {
    Error::Unsupported("a host's buffer takes vertices, and nothing else".to_owned())
}
