//! Points out of a port into a buffer of a host's, recorded again for each call.

use std::sync::Arc;

use ash::vk;

use crate::backend::gpu::MAX_BINDINGS;
use crate::backend::gpu::vertices::{self, Call, Job};
use crate::error::Result;
use crate::plan::TimelineSignal;

use super::executable::Compiled;
use super::program::VulkanProgram;
use super::transfer::Transfer;

/// The descriptors of an executable's exports.
pub(super) struct VertexWriter {
    compiled: Arc<Compiled>,
    pool: vk::DescriptorPool,
    set: vk::DescriptorSet,
    /// By number of the kernel; null until one is needed.
    pipelines: [vk::Pipeline; vertices::KERNELS],
}

impl VertexWriter {
    pub(super) fn new(compiled: &Arc<Compiled>) -> Result<Self> {
        let VulkanProgram { gpu, kernels, .. } = &*compiled.program;
        let mut writer = Self {
            compiled: Arc::clone(compiled),
            pool: vk::DescriptorPool::null(),
            set: vk::DescriptorSet::null(),
            pipelines: [vk::Pipeline::null(); vertices::KERNELS],
        };
        let ty = vk::DescriptorType::STORAGE_BUFFER;
        let sizes = [vk::DescriptorPoolSize { ty, descriptor_count: MAX_BINDINGS }];
        let layouts = [kernels.set_layout];
        // SAFETY: the device lives; `writer` frees the pool, and with it the set.
        unsafe {
            let info = vk::DescriptorPoolCreateInfo::default().max_sets(1).pool_sizes(&sizes);
            writer.pool = gpu.check("descriptors", gpu.handle.create_descriptor_pool(&info, None))?;
            let info = vk::DescriptorSetAllocateInfo::default().descriptor_pool(writer.pool).set_layouts(&layouts);
            writer.set = gpu.check("descriptors", gpu.handle.allocate_descriptor_sets(&info))?[0];
        }
        Ok(writer)
    }

    /// Writes the frames into `target`, as many at once as a binding takes, waits, and signals with the last of them.
    pub(super) fn run(
        &mut self,
        job: &Job,
        target: vk::Buffer,
        transfer: &mut Transfer,
        signal: Option<TimelineSignal>,
    ) -> Result<()> {
        let parts = job.parts(&self.compiled.program.gpu.caps)?;
        let pipeline = self.pipeline(job.kernel())?;
        for part in parts {
            let last = part.end == job.frames.len();
            self.run_part(
                pipeline,
                &job.call(&self.compiled.program.gpu.caps, part)?,
                target,
                transfer,
                signal.filter(|_| last),
            )?;
        }
        Ok(())
    }

    fn pipeline(&mut self, kernel: usize) -> Result<vk::Pipeline> {
        let made = &mut self.pipelines[kernel];
        if *made == vk::Pipeline::null() {
            *made = self.compiled.program.kernels.pipeline(&vertices::kernel(kernel))?;
        }
        Ok(*made)
    }

    fn run_part(
        &self,
        pipeline: vk::Pipeline,
        call: &Call,
        target: vk::Buffer,
        transfer: &mut Transfer,
        signal: Option<TimelineSignal>,
    ) -> Result<()> {
        let Compiled { program, arena, .. } = &*self.compiled;
        let VulkanProgram { gpu, kernels, .. } = &**program;
        let mut infos = [vk::DescriptorBufferInfo::default(); MAX_BINDINGS as usize];
        for ((info, buffer), bytes) in infos.iter_mut().zip([*arena, *arena, target]).zip(&call.bindings) {
            *info = vk::DescriptorBufferInfo { buffer, offset: bytes.start, range: bytes.end - bytes.start };
        }
        // A kernel's bindings that it has no use for show what its first one shows.
        let unused = infos[0];
        infos[call.bindings.len()..].fill(unused);

        let (layout, set) = (kernels.layout, self.set);
        let write = vk::WriteDescriptorSet::default()
            .dst_set(set)
            .descriptor_type(vk::DescriptorType::STORAGE_BUFFER)
            .buffer_info(&infos);
        // SAFETY: the set is not in use: every submission was waited for.
        unsafe { gpu.handle.update_descriptor_sets(&[write], &[]) };
        transfer.run_and_signal(signal, |gpu, commands| {
            let (point, compute) = (vk::PipelineBindPoint::COMPUTE, vk::ShaderStageFlags::COMPUTE);
            // SAFETY: `commands` is being recorded; the caller checked that all ranges are inside their buffers.
            unsafe {
                gpu.handle.cmd_bind_pipeline(commands, point, pipeline);
                gpu.handle.cmd_bind_descriptor_sets(commands, point, layout, 0, &[set], &[]);
                gpu.handle.cmd_push_constants(commands, layout, compute, 0, bytemuck::bytes_of(&call.params));
                gpu.handle.cmd_dispatch(commands, call.groups, 1, 1);
            }
        })
    }
}

impl Drop for VertexWriter {
    fn drop(&mut self) {
        // SAFETY: every submission was waited for.
        unsafe { self.compiled.program.gpu.handle.destroy_descriptor_pool(self.pool, None) };
    }
}
