//! A lowered plan with its pipelines and weights on the device: what its executables share.

use std::sync::Arc;

use ash::vk;

use crate::backend::gpu::{Cache, Lowered, Pace, Packed, lower};
use crate::error::Result;
use crate::plan::{Executable, Plan, Program};

use super::executable::VulkanExecutable;
use super::kernels::Kernels;
use super::logical_device::Gpu;
use super::memory::Buffer;
use super::transfer::upload;

/// A plan that is ready to be run.
pub(super) struct VulkanProgram {
    pub(super) gpu: Arc<Gpu>,
    /// The pipelines are its, so it lives as long.
    pub(super) kernels: Arc<Kernels>,
    pub(super) plan: Arc<Plan>,
    pub(super) lowered: Lowered,
    /// Of [`Lowered::kernels`], in their order.
    pub(super) pipelines: Vec<vk::Pipeline>,
    /// Of [`Lowered::weights`], in their order.
    pub(super) weights: Vec<Arc<Packed<Buffer>>>,
    pub(super) pace: Pace,
}

impl VulkanProgram {
    /// Lowers a plan, compiles what kernels and packs what weights no earlier one had.
    pub(super) fn new(kernels: &Arc<Kernels>, cache: &Cache<Buffer>, pace: &Pace, plan: Arc<Plan>) -> Result<Self> {
        let gpu = kernels.gpu();
        let lowered = lower(&gpu.caps, &plan)?;
        let weights = lowered.weights.iter().map(|(weight, layout)| {
            cache.get(weight, *layout, |bytes| {
                let mut buffer = Buffer::device(gpu, weight.name(), bytes.len() as u64)?;
                upload(gpu, &mut buffer, 0, bytes)?;
                Ok(buffer)
            })
        });
        let weights = weights.collect::<Result<_>>()?;
        let pipelines = lowered.kernels.iter().map(|kernel| kernels.pipeline(kernel)).collect::<Result<_>>()?;
        let (gpu, kernels, pace) = (Arc::clone(gpu), Arc::clone(kernels), pace.clone());
        Ok(Self { gpu, kernels, plan, lowered, pipelines, weights, pace })
    }
}

impl Program for VulkanProgram {
    fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    fn executable(self: Arc<Self>) -> Result<Box<dyn Executable>> {
        self.gpu.check_alive()?;
        Ok(Box::new(VulkanExecutable::new(self)?))
    }

    fn bytes(&self) -> usize {
        self.plan.recorded_bytes() + self.lowered.bytes()
    }
}
