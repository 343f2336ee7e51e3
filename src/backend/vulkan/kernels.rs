//! The compute pipelines of kernels.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ash::vk;

use crate::backend::gpu::{Kernel, MAX_BINDINGS, PUSH_BYTES, cache_blob, modules};
use crate::error::{Error, Result};

use super::logical_device::Gpu;

/// Makes pipelines when a plan first asks for them, and keeps them.
pub(super) struct Kernels {
    gpu: Arc<Gpu>,
    pub(super) set_layout: vk::DescriptorSetLayout,
    pub(super) layout: vk::PipelineLayout,
    cache: vk::PipelineCache,
    made: Mutex<HashMap<Kernel, vk::Pipeline>>,
}

impl Kernels {
    /// `blob` is a cache of an earlier run; a foreign or damaged one is left unused.
    pub(super) fn new(gpu: &Arc<Gpu>, blob: Option<&[u8]>) -> Result<Self> {
        let mut kernels = Self {
            gpu: Arc::clone(gpu),
            set_layout: vk::DescriptorSetLayout::null(),
            layout: vk::PipelineLayout::null(),
            cache: vk::PipelineCache::null(),
            made: Mutex::new(HashMap::new()),
        };
        let binding = |i| {
            vk::DescriptorSetLayoutBinding::default()
                .binding(i)
                .descriptor_type(vk::DescriptorType::STORAGE_BUFFER)
                .descriptor_count(1)
                .stage_flags(vk::ShaderStageFlags::COMPUTE)
        };
        let bindings: Vec<_> = (0..MAX_BINDINGS).map(binding).collect();
        let info = vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings);
        // SAFETY: the device lives; what was made is freed by `kernels` on an early return.
        unsafe {
            kernels.set_layout = gpu.check("set layout", gpu.handle.create_descriptor_set_layout(&info, None))?;
            let sets = [kernels.set_layout];
            let push = [vk::PushConstantRange::default().stage_flags(vk::ShaderStageFlags::COMPUTE).size(PUSH_BYTES)];
            let info = vk::PipelineLayoutCreateInfo::default().set_layouts(&sets).push_constant_ranges(&push);
            kernels.layout = gpu.check("layout", gpu.handle.create_pipeline_layout(&info, None))?;
            let info = vk::PipelineCacheCreateInfo::default()
                .initial_data(blob.and_then(cache_blob::open).unwrap_or_default());
            let cache = gpu.handle.create_pipeline_cache(&info, None);
            kernels.cache = gpu.check("pipeline cache", cache)?;
        }
        Ok(kernels)
    }

    /// The device that they are for.
    pub(super) fn gpu(&self) -> &Arc<Gpu> {
        &self.gpu
    }

    /// What a later run may begin with.
    pub(super) fn blob(&self) -> Result<Vec<u8>> {
        // SAFETY: the cache lives; the driver locks it.
        let cache = unsafe { self.gpu.handle.get_pipeline_cache_data(self.cache) };
        Ok(cache_blob::seal(&self.gpu.check("pipeline cache", cache)?))
    }

    /// The kernel, compiled unless it was before.
    pub(super) fn pipeline(&self, kernel: &Kernel) -> Result<vk::Pipeline> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = made.get(kernel) {
            return Ok(*pipeline);
        }
        let pipeline = self.compile(kernel)?;
        made.insert(kernel.clone(), pipeline);
        Ok(pipeline)
    }

    fn compile(&self, kernel: &Kernel) -> Result<vk::Pipeline> {
        let gpu = &self.gpu;
        let none = || Error::Internal(format!("no shader module {}", kernel.module));
        let words = modules::words(&kernel.module).ok_or_else(none)?;
        let entry = |i: usize| vk::SpecializationMapEntry { constant_id: i as u32, offset: i as u32 * 4, size: 4 };
        let entries: Vec<_> = (0..kernel.constants.len()).map(entry).collect();
        let special =
            vk::SpecializationInfo::default().map_entries(&entries).data(bytemuck::cast_slice(&kernel.constants));
        // SAFETY: the device lives; all that the infos point to lives until the calls return.
        unsafe {
            let info = vk::ShaderModuleCreateInfo::default().code(&words);
            let module = gpu.check(&kernel.module, gpu.handle.create_shader_module(&info, None))?;
            let mut stage = vk::PipelineShaderStageCreateInfo::default()
                .stage(vk::ShaderStageFlags::COMPUTE)
                .module(module)
                .name(c"main")
                .specialization_info(&special);
            // Cooperative matrices count subgroups: each must be whole and of the size that was planned for.
            let mut size = vk::PipelineShaderStageRequiredSubgroupSizeCreateInfo::default()
                .required_subgroup_size(gpu.caps.subgroup_size);
            if kernel.module.ends_with(".matrix") {
                stage = stage.flags(vk::PipelineShaderStageCreateFlags::REQUIRE_FULL_SUBGROUPS).push_next(&mut size);
            }
            let info = vk::ComputePipelineCreateInfo::default().stage(stage).layout(self.layout);
            let made = gpu.handle.create_compute_pipelines(self.cache, &[info], None);
            gpu.handle.destroy_shader_module(module, None);
            gpu.check(&kernel.module, made.map_err(|(_, error)| error)).map(|pipelines| pipelines[0])
        }
    }
}

impl Drop for Kernels {
    fn drop(&mut self) {
        let made = self.made.get_mut().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: executables hold an Arc of this, so no work that uses a pipeline is left.
        unsafe {
            made.values().for_each(|pipeline| self.gpu.handle.destroy_pipeline(*pipeline, None));
            self.gpu.handle.destroy_pipeline_cache(self.cache, None);
            self.gpu.handle.destroy_pipeline_layout(self.layout, None);
            self.gpu.handle.destroy_descriptor_set_layout(self.set_layout, None);
        }
    }
}
