//! Buffers: device memory, and host memory that the device copies from and to.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ash::vk;
use gpu_allocator::MemoryLocation;
use gpu_allocator::vulkan::{Allocation, AllocationCreateDesc, AllocationScheme};

use crate::error::{Error, Result};

use super::logical_device::Gpu;

/// A storage buffer with its memory. Whoever submits work on it waits before dropping it.
pub(super) struct Buffer {
    pub(super) handle: vk::Buffer,
    pub(super) bytes: u64,
    allocation: Option<Allocation>,
    gpu: Arc<Gpu>,
}

impl Buffer {
    /// Memory where the device computes; mapped if the device shares the host's.
    pub(super) fn device(gpu: &Arc<Gpu>, label: &str, bytes: u64) -> Result<Self> {
        let location = if gpu.caps.direct { MemoryLocation::GpuToCpu } else { MemoryLocation::GpuOnly };
        Self::new(gpu, label, bytes, location)
    }

    /// Mapped memory that the host reads fast.
    pub(super) fn host(gpu: &Arc<Gpu>, label: &str, bytes: u64) -> Result<Self> {
        Self::new(gpu, label, bytes, MemoryLocation::GpuToCpu)
    }

    fn new(gpu: &Arc<Gpu>, label: &str, bytes: u64, location: MemoryLocation) -> Result<Self> {
        // A binding may end past its last element: whole words, and a vector's width more.
        let bytes = bytes.next_multiple_of(16) + 64;
        let before = gpu.used_bytes.fetch_add(bytes, Ordering::Relaxed);
        let cap = gpu.cap_bytes.load(Ordering::Relaxed);
        let mut buffer = Self { handle: vk::Buffer::null(), bytes, allocation: None, gpu: Arc::clone(gpu) };
        if before.saturating_add(bytes) > cap {
            let (wanted, cap) = ((before + bytes) >> 20, cap >> 20);
            let text = format!("{label}: {wanted} MiB of device memory, the cap is {cap} MiB");
            return Err(Error::OutOfMemory(text));
        }
        let usage = vk::BufferUsageFlags::STORAGE_BUFFER
            | vk::BufferUsageFlags::TRANSFER_SRC
            | vk::BufferUsageFlags::TRANSFER_DST;
        let info = vk::BufferCreateInfo::default().size(bytes).usage(usage);
        // SAFETY: the device lives. On every early return `buffer` frees what was made.
        buffer.handle = gpu.check(label, unsafe { gpu.handle.create_buffer(&info, None) })?;
        // SAFETY: made just now.
        let requirements = unsafe { gpu.handle.get_buffer_memory_requirements(buffer.handle) };
        let description = AllocationCreateDesc {
            name: label,
            requirements,
            location,
            linear: true,
            allocation_scheme: AllocationScheme::GpuAllocatorManaged,
        };
        let allocation = gpu.allocator().allocate(&description);
        let allocation = allocation.map_err(|error| Error::OutOfMemory(format!("{}: {label}: {error}", gpu.name)))?;
        // SAFETY: both were made just now and fit each other.
        let bound = unsafe { gpu.handle.bind_buffer_memory(buffer.handle, allocation.memory(), allocation.offset()) };
        buffer.allocation = Some(allocation);
        gpu.check(label, bound)?;
        Ok(buffer)
    }

    /// The mapped bytes; `None` for memory of the device's own.
    pub(super) fn mapped(&mut self) -> Option<&mut [u8]> {
        self.allocation.as_mut().and_then(Allocation::mapped_slice_mut)
    }

    /// The mapped bytes, to read.
    pub(super) fn mapped_ref(&self) -> Option<&[u8]> {
        self.allocation.as_ref().and_then(Allocation::mapped_slice)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.gpu.used_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        // SAFETY: nothing is pending on it: see the type.
        unsafe { self.gpu.handle.destroy_buffer(self.handle, None) };
        if let Some(allocation) = self.allocation.take() {
            // A foreign allocation is the only failure.
            let _ = self.gpu.allocator().free(allocation);
        }
    }
}
