//! Command buffers, recorded once for each state and submitted again and again.
//!
//! A section is cut into slices of bounded work, one command buffer each. How long a slice takes is measured by timestamps;
//! before the first run it is guessed from its products.

use std::ops::Range;
use std::sync::Arc;

use ash::vk;

use crate::backend::gpu::{Dispatch, MAX_BINDINGS, pace};
use crate::error::Result;
use crate::plan::Section;

use super::executable::Compiled;
use super::logical_device::Gpu;
use super::program::VulkanProgram;
use super::transfer::full_barrier;

/// A slice is measured at its first run and at every run of this many thereafter.
const MEASURE_EVERY: u32 = 16;

/// A run of dispatches in one command buffer.
struct Slice {
    commands: vk::CommandBuffer,
    section: usize,
    /// Of its first dispatch.
    op: &'static str,
    flops: u64,
    /// Measured; 0 until then.
    ms: f32,
    runs: u32,
    /// In the submission under way.
    submitted: bool,
}

/// All commands of a plan, for one state.
pub(super) struct Recording {
    compiled: Arc<Compiled>,
    command_pool: vk::CommandPool,
    descriptor_pool: vk::DescriptorPool,
    queries: vk::QueryPool,
    /// What the queries gave, two of each slice.
    ticks: Vec<u64>,
    slices: Vec<Slice>,
    /// By section.
    sections: Vec<Range<usize>>,
}

impl Recording {
    pub(super) fn new(compiled: &Arc<Compiled>, state: vk::Buffer) -> Result<Self> {
        let VulkanProgram { gpu, lowered, pace, .. } = &*compiled.program;
        let mut recording = Self {
            compiled: Arc::clone(compiled),
            command_pool: vk::CommandPool::null(),
            descriptor_pool: vk::DescriptorPool::null(),
            queries: vk::QueryPool::null(),
            ticks: Vec::new(),
            slices: Vec::new(),
            sections: Vec::new(),
        };
        let mut parts: Vec<&[Dispatch]> = Vec::new();
        for section in &lowered.sections {
            let first = parts.len();
            parts.extend(pace::cut(section, pace.slice_flops()));
            recording.sections.push(first..parts.len());
        }
        let dispatches: usize = parts.iter().map(|part| part.len()).sum();
        if dispatches == 0 {
            return Ok(recording);
        }
        // SAFETY: the device lives; what was made is freed by `recording` on an early return.
        unsafe {
            let info = vk::CommandPoolCreateInfo::default().queue_family_index(gpu.queue_family);
            recording.command_pool = gpu.check("command pool", gpu.handle.create_command_pool(&info, None))?;
            let sizes = [vk::DescriptorPoolSize {
                ty: vk::DescriptorType::STORAGE_BUFFER,
                descriptor_count: dispatches as u32 * MAX_BINDINGS,
            }];
            let info = vk::DescriptorPoolCreateInfo::default().max_sets(dispatches as u32).pool_sizes(&sizes);
            recording.descriptor_pool = gpu.check("descriptors", gpu.handle.create_descriptor_pool(&info, None))?;
            if gpu.caps.timestamp_ns > 0.0 {
                let kind = vk::QueryType::TIMESTAMP;
                let info = vk::QueryPoolCreateInfo::default().query_type(kind).query_count(2 * parts.len() as u32);
                recording.queries = gpu.check("timestamps", gpu.handle.create_query_pool(&info, None))?;
                recording.ticks = vec![0; 2 * parts.len()];
            }
            let info = vk::CommandBufferAllocateInfo::default()
                .command_pool(recording.command_pool)
                .command_buffer_count(parts.len() as u32);
            let commands = gpu.check("command buffers", gpu.handle.allocate_command_buffers(&info))?;
            for (i, (part, commands)) in parts.iter().zip(commands).enumerate() {
                recording.record(i as u32, part, commands, state)?;
                let flops = part.iter().map(pace::work).sum();
                let section = recording.sections.partition_point(|section| section.end <= i);
                let op = part[0].stem;
                recording.slices.push(Slice { commands, section, op, flops, ms: 0.0, runs: 0, submitted: false });
            }
        }
        Ok(recording)
    }

    /// # Safety
    /// The commands are of this recording's pool, and initial.
    unsafe fn record(
        &self,
        index: u32,
        part: &[Dispatch],
        commands: vk::CommandBuffer,
        state: vk::Buffer,
    ) -> Result<()> {
        let VulkanProgram { gpu, kernels, pipelines, .. } = &*self.compiled.program;
        let (device, layout) = (&gpu.handle, kernels.layout);
        let layouts = vec![kernels.set_layout; part.len()];
        let info = vk::DescriptorSetAllocateInfo::default().descriptor_pool(self.descriptor_pool).set_layouts(&layouts);
        // SAFETY: the caller's word; sets, buffers and pipelines live as long as the recording; a slice may stand in a
        // submission more than once, which its flag allows.
        unsafe {
            let sets = gpu.check("descriptors", device.allocate_descriptor_sets(&info))?;
            let flags = vk::CommandBufferUsageFlags::SIMULTANEOUS_USE;
            let begin = vk::CommandBufferBeginInfo::default().flags(flags);
            gpu.check("commands", device.begin_command_buffer(commands, &begin))?;
            full_barrier(gpu, commands);
            if self.queries != vk::QueryPool::null() {
                device.cmd_reset_query_pool(commands, self.queries, 2 * index, 2);
                let stage = vk::PipelineStageFlags::COMPUTE_SHADER;
                device.cmd_write_timestamp(commands, stage, self.queries, 2 * index);
            }
            for (i, (dispatch, set)) in part.iter().zip(sets).enumerate() {
                self.bind(dispatch, set, state);
                if dispatch.waits && i > 0 {
                    compute_barrier(gpu, commands);
                }
                let point = vk::PipelineBindPoint::COMPUTE;
                device.cmd_bind_pipeline(commands, point, pipelines[dispatch.kernel]);
                device.cmd_bind_descriptor_sets(commands, point, layout, 0, &[set], &[]);
                device.cmd_push_constants(commands, layout, vk::ShaderStageFlags::COMPUTE, 0, &dispatch.params);
                let [x, y, z] = dispatch.groups;
                device.cmd_dispatch(commands, x, y, z);
            }
            if self.queries != vk::QueryPool::null() {
                let stage = vk::PipelineStageFlags::COMPUTE_SHADER;
                device.cmd_write_timestamp(commands, stage, self.queries, 2 * index + 1);
            }
            full_barrier(gpu, commands);
            gpu.check("commands", device.end_command_buffer(commands))
        }
    }

    fn bind(&self, dispatch: &Dispatch, set: vk::DescriptorSet, state: vk::Buffer) {
        let info = |i: usize| {
            // A kernel's bindings that this call has no use for show what its first one shows.
            let binding = dispatch.bindings.get(i).unwrap_or(&dispatch.bindings[0]);
            vk::DescriptorBufferInfo {
                buffer: self.compiled.buffer(binding.memory, state),
                offset: binding.range.start,
                range: binding.range.end - binding.range.start,
            }
        };
        let infos: [_; MAX_BINDINGS as usize] = std::array::from_fn(info);
        let write = vk::WriteDescriptorSet::default()
            .dst_set(set)
            .descriptor_type(vk::DescriptorType::STORAGE_BUFFER)
            .buffer_info(&infos);
        // SAFETY: the set is not in use yet; one write runs through all bindings in order.
        unsafe { self.compiled.program.gpu.handle.update_descriptor_sets(&[write], &[]) };
    }

    pub(super) fn compiled(&self) -> &Arc<Compiled> {
        &self.compiled
    }

    /// Slices of a section.
    pub(super) fn slices(&self, section: Section) -> Range<usize> {
        self.sections[section.index()].clone()
    }

    /// The commands of a slice, to be submitted.
    pub(super) fn submit(&mut self, slice: usize) -> vk::CommandBuffer {
        self.slices[slice].submitted = true;
        self.slices[slice].commands
    }

    /// Most milliseconds of one submission.
    pub(super) fn budget_ms(&self) -> f32 {
        self.compiled.program.pace.budget_ms()
    }

    /// What a slice is thought to take.
    pub(super) fn estimate_ms(&self, slice: usize) -> f32 {
        let slice = &self.slices[slice];
        if slice.ms > 0.0 { slice.ms } else { slice.flops as f32 * 1e-9 / self.compiled.program.pace.gflop_per_ms() }
    }

    /// Reads the timestamps of what has run, where they are due: one call for each run of neighbouring slices.
    pub(super) fn learn(&mut self) {
        if self.queries == vk::QueryPool::null() {
            return;
        }
        let always = self.compiled.program.pace.profile().is_some();
        let mut first = 0;
        for i in 0..=self.slices.len() {
            let due = self.slices.get_mut(i).is_some_and(|slice| {
                let ran = std::mem::take(&mut slice.submitted);
                slice.runs += u32::from(ran);
                ran && (always || slice.runs % MEASURE_EVERY == 1)
            });
            if !due {
                self.measure(first..i);
                first = i + 1;
            }
        }
    }

    /// Takes the times of slices that have all run.
    fn measure(&mut self, slices: Range<usize>) {
        if slices.is_empty() {
            return;
        }
        let VulkanProgram { gpu, pace, .. } = &*self.compiled.program;
        let ticks = &mut self.ticks[2 * slices.start..2 * slices.end];
        let flags = vk::QueryResultFlags::TYPE_64;
        // SAFETY: the slices have run and were waited for, so their timestamps are there.
        let result = unsafe { gpu.handle.get_query_pool_results(self.queries, 2 * slices.start as u32, ticks, flags) };
        if result.is_err() {
            return;
        }
        for (slice, [begin, end]) in self.slices[slices].iter_mut().zip(ticks.as_chunks::<2>().0) {
            let ms = end.wrapping_sub(*begin) as f32 * gpu.caps.timestamp_ns * 1e-6;
            slice.ms = ms.max(1e-4);
            pace.learn(slice.flops, ms);
            if let Some(profile) = pace.profile() {
                let name = self.compiled.program.plan.sections().nth(slice.section).map_or("", |(name, _)| name);
                profile.add(name, slice.op, ms);
            }
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let device = &self.compiled.program.gpu.handle;
        // SAFETY: every submission was waited for.
        unsafe {
            device.destroy_query_pool(self.queries, None);
            device.destroy_descriptor_pool(self.descriptor_pool, None);
            device.destroy_command_pool(self.command_pool, None);
        }
    }
}

/// # Safety
/// `commands` is being recorded.
unsafe fn compute_barrier(gpu: &Gpu, commands: vk::CommandBuffer) {
    use vk::AccessFlags as Access;
    let barrier = vk::MemoryBarrier::default()
        .src_access_mask(Access::SHADER_WRITE)
        .dst_access_mask(Access::SHADER_READ | Access::SHADER_WRITE);
    let (stage, flags) = (vk::PipelineStageFlags::COMPUTE_SHADER, vk::DependencyFlags::empty());
    // SAFETY: the caller's word.
    unsafe { gpu.handle.cmd_pipeline_barrier(commands, stage, stage, flags, &[barrier], &[], &[]) };
}
