//! Points out of a port into a buffer of a host's own layout: shaders/vertices.comp, recorded again for each call.

use std::ops::Range;
use std::sync::Arc;

use ash::vk;

use crate::error::{Error, Result};
use crate::plan::{TimelineSignal, VertexFormat, VertexLayout};

use super::element::GROUP;
use super::executable::Compiled;
use super::instance::MAX_BINDINGS;
use super::kernels::Kernel;
use super::lowering::{MAX_GROUPS, Span};
use super::params::params;
use super::parts;
use super::program::VulkanProgram;
use super::transfer::Transfer;

params! {
    struct Params {
        batch: u32,
        rows: u32,
        cols: u32,
        points: Span,
        base: Span,
        target: Span,
    }
}

/// Where points come from and go to; all ranges are inside their buffers.
pub(super) struct Job<'a> {
    /// First byte of the first item in the arena.
    pub(super) points: u64,
    /// First byte of the base in the arena.
    pub(super) base: Option<u64>,
    pub(super) vertices: usize,
    pub(super) target: vk::Buffer,
    pub(super) layout: &'a VertexLayout,
    pub(super) frames: Range<usize>,
}

/// The descriptors of an executable's exports.
pub(super) struct VertexWriter {
    compiled: Arc<Compiled>,
    pool: vk::DescriptorPool,
    set: vk::DescriptorSet,
    /// By format, without and with a base; null until one is needed.
    pipelines: [vk::Pipeline; 6],
}

impl VertexWriter {
    pub(super) fn new(compiled: &Arc<Compiled>) -> Result<Self> {
        let VulkanProgram { gpu, kernels, .. } = &*compiled.program;
        let mut writer = Self {
            compiled: Arc::clone(compiled),
            pool: vk::DescriptorPool::null(),
            set: vk::DescriptorSet::null(),
            pipelines: [vk::Pipeline::null(); 6],
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

    /// Writes the frames, as many at once as a binding takes, waits, and signals with the last of them.
    pub(super) fn run(&mut self, job: &Job, transfer: &mut Transfer, signal: Option<TimelineSignal>) -> Result<()> {
        let bound = self.compiled.program.gpu.caps.max_storage_bytes;
        let fits = |frames: usize| {
            let target = job.layout.range(job.vertices, 0..frames, u64::MAX).map_or(u64::MAX, |r| r.end - r.start);
            target.max((frames * job.vertices * 12) as u64).saturating_add(parts::SLACK_BYTES) <= bound
        };
        let count = job.frames.len();
        let step = parts::most(count, fits);
        if !fits(step) {
            return Err(Error::Unsupported(format!("{} MiB of a binding hold no frame of this layout", bound >> 20)));
        }
        for part in parts::ranges(count, step) {
            let last = part.end == count;
            self.run_part(job, part, transfer, signal.filter(|_| last))?;
        }
        Ok(())
    }

    fn pipeline(&mut self, format: VertexFormat, base: bool) -> Result<vk::Pipeline> {
        let format = match format {
            VertexFormat::F32x3 => 0,
            VertexFormat::F32x4 => 1,
            VertexFormat::F16x4 => 2,
        };
        let made = &mut self.pipelines[2 * format + usize::from(base)];
        if *made == vk::Pipeline::null() {
            let constants = vec![GROUP, 0, format as u32, u32::from(base)];
            *made = self.compiled.program.kernels.pipeline(&Kernel::new::<Params>("vertices".to_owned(), constants))?;
        }
        Ok(*made)
    }

    fn run_part(
        &mut self,
        job: &Job,
        part: Range<usize>,
        transfer: &mut Transfer,
        signal: Option<TimelineSignal>,
    ) -> Result<()> {
        let pipeline = self.pipeline(job.layout.format, job.base.is_some())?;
        let Compiled { program, arena, .. } = &*self.compiled;
        let VulkanProgram { gpu, kernels, .. } = &**program;
        let frame_bytes = job.vertices as u64 * 12;
        let points = job.points + part.start as u64 * frame_bytes;
        let base = job.base.unwrap_or(points);
        let frames = job.frames.start + part.start..job.frames.start + part.end;
        let target = job.layout.range(job.vertices, frames, u64::MAX)?;
        let bytes = [points..points + part.len() as u64 * frame_bytes, base..base + frame_bytes, target];
        let buffers = [*arena, *arena, job.target];
        let mut infos = [vk::DescriptorBufferInfo::default(); MAX_BINDINGS as usize];
        let mut first_words = [0; 3];
        for (i, (buffer, bytes)) in buffers.into_iter().zip(bytes).enumerate() {
            let offset = bytes.start / gpu.caps.storage_alignment * gpu.caps.storage_alignment;
            infos[i] = vk::DescriptorBufferInfo { buffer, offset, range: bytes.end - offset };
            first_words[i] = ((bytes.start - offset) / 4) as u32;
        }
        // A kernel's bindings that it has no use for show what its first one shows.
        let unused = infos[0];
        infos[3..].fill(unused);

        let word = |bytes: u64| (bytes / 4) as u32;
        let VertexLayout { vertex_stride_bytes, frame_stride_bytes, .. } = *job.layout;
        let params = Params {
            batch: part.len() as u32,
            rows: job.vertices as u32,
            cols: 3,
            points: [first_words[0], word(frame_bytes), 3],
            base: [first_words[1], 0, 3],
            target: [first_words[2], word(frame_stride_bytes), word(vertex_stride_bytes)],
        };
        let groups = (part.len() * job.vertices).div_ceil(GROUP as usize).min(MAX_GROUPS as usize) as u32;
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
                gpu.handle.cmd_push_constants(commands, layout, compute, 0, bytemuck::bytes_of(&params));
                gpu.handle.cmd_dispatch(commands, groups, 1, 1);
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
