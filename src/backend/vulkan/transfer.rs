//! Copies between buffers, outside recorded plans.

use std::sync::Arc;

use ash::vk::{self, Handle};

use crate::error::Result;
use crate::plan::TimelineSignal;

use super::logical_device::Gpu;
use super::memory::Buffer;

/// Most bytes that pass through the staging buffer at once.
const STAGING_BYTES: usize = 16 << 20;

/// A command buffer that is recorded again for each copy, and waited for.
pub(super) struct Transfer {
    gpu: Arc<Gpu>,
    pool: vk::CommandPool,
    commands: vk::CommandBuffer,
    fence: vk::Fence,
}

/// A part of a buffer.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) buffer: vk::Buffer,
    pub(super) offset: u64,
}

impl Transfer {
    pub(super) fn new(gpu: &Arc<Gpu>) -> Result<Self> {
        let flags = vk::CommandPoolCreateFlags::RESET_COMMAND_BUFFER;
        let info = vk::CommandPoolCreateInfo::default().queue_family_index(gpu.queue_family).flags(flags);
        let mut transfer = Self {
            gpu: Arc::clone(gpu),
            pool: vk::CommandPool::null(),
            commands: vk::CommandBuffer::null(),
            fence: vk::Fence::null(),
        };
        // SAFETY: the device lives; what was made is freed by `transfer` on an early return.
        unsafe {
            transfer.pool = gpu.check("command pool", gpu.handle.create_command_pool(&info, None))?;
            let info = vk::CommandBufferAllocateInfo::default().command_pool(transfer.pool).command_buffer_count(1);
            transfer.commands = gpu.check("command buffer", gpu.handle.allocate_command_buffers(&info))?[0];
            let info = vk::FenceCreateInfo::default();
            transfer.fence = gpu.check("fence", gpu.handle.create_fence(&info, None))?;
        }
        Ok(transfer)
    }

    /// Copies `bytes` and waits.
    pub(super) fn copy(&mut self, from: Part, to: Part, bytes: u64) -> Result<()> {
        let region = vk::BufferCopy { src_offset: from.offset, dst_offset: to.offset, size: bytes };
        self.run(|gpu, commands| {
            // SAFETY: `commands` is being recorded; the parts are inside their buffers.
            unsafe { gpu.handle.cmd_copy_buffer(commands, from.buffer, to.buffer, &[region]) }
        })
    }

    /// Fills `bytes` with zeros and waits.
    pub(super) fn clear(&mut self, part: Part, bytes: u64) -> Result<()> {
        self.run(|gpu, commands| {
            // SAFETY: `commands` is being recorded; the part is inside its buffer, whole words.
            unsafe { gpu.handle.cmd_fill_buffer(commands, part.buffer, part.offset, bytes, 0) }
        })
    }

    /// Records what `record` says between barriers, submits and waits.
    pub(super) fn run(&mut self, record: impl FnOnce(&Gpu, vk::CommandBuffer)) -> Result<()> {
        self.run_and_signal(None, record)
    }

    /// As [`run`](Self::run); when it is done, the semaphore reaches its value.
    pub(super) fn run_and_signal(
        &mut self,
        signal: Option<TimelineSignal>,
        record: impl FnOnce(&Gpu, vk::CommandBuffer),
    ) -> Result<()> {
        let gpu = Arc::clone(&self.gpu);
        let begin = vk::CommandBufferBeginInfo::default().flags(vk::CommandBufferUsageFlags::ONE_TIME_SUBMIT);
        // SAFETY: the buffer is not pending: every submission was waited for.
        unsafe {
            gpu.check("commands", gpu.handle.begin_command_buffer(self.commands, &begin))?;
            full_barrier(&gpu, self.commands);
            record(&gpu, self.commands);
            full_barrier(&gpu, self.commands);
            gpu.check("commands", gpu.handle.end_command_buffer(self.commands))?;
        }
        let signal = signal.map(|signal| (vk::Semaphore::from_raw(signal.semaphore), signal.value));
        gpu.submit(&[self.commands], self.fence, signal)?;
        wait(&gpu, self.fence)
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        // SAFETY: nothing is pending: every submission was waited for.
        unsafe {
            self.gpu.handle.destroy_fence(self.fence, None);
            self.gpu.handle.destroy_command_pool(self.pool, None);
        }
    }
}

/// Waits for a fence and resets it.
pub(super) fn wait(gpu: &Gpu, fence: vk::Fence) -> Result<()> {
    // SAFETY: the fence was handed to a submission that succeeded.
    unsafe {
        gpu.check("wait", gpu.handle.wait_for_fences(&[fence], true, u64::MAX))?;
        gpu.check("fence", gpu.handle.reset_fences(&[fence]))
    }
}

/// Everything before it happens before everything after it, the host's reads included.
///
/// # Safety
/// `commands` is being recorded.
pub(super) unsafe fn full_barrier(gpu: &Gpu, commands: vk::CommandBuffer) {
    use vk::{AccessFlags as Access, PipelineStageFlags as Stage};
    let device = Stage::COMPUTE_SHADER | Stage::TRANSFER;
    let barrier =
        vk::MemoryBarrier::default().src_access_mask(Access::SHADER_WRITE | Access::TRANSFER_WRITE).dst_access_mask(
            Access::SHADER_READ
                | Access::SHADER_WRITE
                | Access::TRANSFER_READ
                | Access::TRANSFER_WRITE
                | Access::HOST_READ,
        );
    let flags = vk::DependencyFlags::empty();
    // SAFETY: the caller's word.
    unsafe { gpu.handle.cmd_pipeline_barrier(commands, device, device | Stage::HOST, flags, &[barrier], &[], &[]) };
}

/// Writes bytes into a buffer of the device, through a staging buffer where it is not mapped.
pub(super) fn upload(gpu: &Arc<Gpu>, buffer: &mut Buffer, offset: u64, bytes: &[u8]) -> Result<()> {
    if let Some(mapped) = buffer.mapped() {
        mapped[offset as usize..][..bytes.len()].copy_from_slice(bytes);
        return Ok(());
    }
    let mut staging = Buffer::host(gpu, "staging", bytes.len().min(STAGING_BYTES) as u64)?;
    let mut transfer = Transfer::new(gpu)?;
    for (i, chunk) in bytes.chunks(STAGING_BYTES).enumerate() {
        staging.mapped().expect("host memory is mapped")[..chunk.len()].copy_from_slice(chunk);
        let to = Part { buffer: buffer.handle, offset: offset + (i * STAGING_BYTES) as u64 };
        transfer.copy(Part { buffer: staging.handle, offset: 0 }, to, chunk.len() as u64)?;
    }
    Ok(())
}
