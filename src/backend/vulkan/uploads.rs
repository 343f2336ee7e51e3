//! Inputs on their way to an arena that the host cannot write.

use std::sync::Arc;

use ash::vk;

use crate::error::Result;
use crate::plan::{Buffer, Plan};

use super::logical_device::Gpu;
use super::transfer::full_barrier;

/// Copies of inputs from the mirror to the arena, recorded once; submitted when an input was written.
pub(super) struct Uploads {
    gpu: Arc<Gpu>,
    pool: vk::CommandPool,
    copies: Vec<Upload>,
}

struct Upload {
    buffer: Buffer,
    commands: vk::CommandBuffer,
    due: bool,
}

impl Uploads {
    /// Without a mirror there is nothing to copy.
    pub(super) fn new(gpu: &Arc<Gpu>, plan: &Plan, mirror: Option<vk::Buffer>, arena: vk::Buffer) -> Result<Self> {
        let mut uploads = Self { gpu: Arc::clone(gpu), pool: vk::CommandPool::null(), copies: Vec::new() };
        let inputs: Vec<_> = plan.inputs().collect();
        let Some(mirror) = mirror.filter(|_| !inputs.is_empty()) else { return Ok(uploads) };
        // SAFETY: the device lives; the pool frees its buffers; mirror and arena live as long as the executable does.
        unsafe {
            let info = vk::CommandPoolCreateInfo::default().queue_family_index(gpu.queue_family);
            uploads.pool = gpu.check("command pool", gpu.handle.create_command_pool(&info, None))?;
            let info = vk::CommandBufferAllocateInfo::default()
                .command_pool(uploads.pool)
                .command_buffer_count(inputs.len() as u32);
            let commands = gpu.check("command buffers", gpu.handle.allocate_command_buffers(&info))?;
            for (buffer, commands) in inputs.into_iter().zip(commands) {
                let info = &plan.buffers()[buffer.index()];
                let (offset, size) = (info.offset as u64 * 4, info.len as u64 * 4);
                let begin = vk::CommandBufferBeginInfo::default();
                gpu.check("commands", gpu.handle.begin_command_buffer(commands, &begin))?;
                full_barrier(gpu, commands);
                let region = vk::BufferCopy { src_offset: offset, dst_offset: offset, size };
                gpu.handle.cmd_copy_buffer(commands, mirror, arena, &[region]);
                full_barrier(gpu, commands);
                gpu.check("commands", gpu.handle.end_command_buffer(commands))?;
                uploads.copies.push(Upload { buffer, commands, due: false });
            }
        }
        Ok(uploads)
    }

    /// An input was written.
    pub(super) fn mark(&mut self, buffer: Buffer) {
        self.copies.iter_mut().filter(|copy| copy.buffer == buffer).for_each(|copy| copy.due = true);
    }

    /// An input has its values from elsewhere.
    pub(super) fn forget(&mut self, buffer: Buffer) {
        self.copies.iter_mut().filter(|copy| copy.buffer == buffer).for_each(|copy| copy.due = false);
    }

    /// What must run before the next section.
    pub(super) fn pending(&self) -> impl Iterator<Item = vk::CommandBuffer> + '_ {
        self.copies.iter().filter(|copy| copy.due).map(|copy| copy.commands)
    }

    /// They have run.
    pub(super) fn done(&mut self) {
        self.copies.iter_mut().for_each(|copy| copy.due = false);
    }
}

impl Drop for Uploads {
    fn drop(&mut self) {
        // SAFETY: every submission was waited for.
        unsafe { self.gpu.handle.destroy_command_pool(self.pool, None) };
    }
}
