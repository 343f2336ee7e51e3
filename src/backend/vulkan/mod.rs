//! The Vulkan backend: hand-written compute shaders, fp16 storage, f32 accumulation.
//!
//! What is computed is said by [`gpu`](super::gpu), which names no Vulkan; here it is done. [`instance`] finds devices, [`caps`]
//! reads what they can do, [`logical_device`] is a device in use, [`kernels`] its pipelines, [`program`] a plan's share of them,
//! [`recording`] records calls into command buffers, [`executable`] submits those.

mod caps;
mod executable;
mod instance;
mod kernels;
mod logical_device;
mod memory;
mod program;
mod recording;
mod requirements;
mod tensor;
mod transfer;
mod uploads;
mod vertices;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ash::vk::{self, Handle};

use crate::error::Result;
use crate::plan::{Backend, Plan, Preparation, Prepared, Tensor, prepared_at_once};

pub use super::device::{
    DEFAULT_BUDGET_MS, DeviceChoice, DeviceInfo, DeviceKind, Mask, ProfileEntry, Tier, VulkanOptions,
};
pub use super::gpu::{Caps, MatrixShape};
pub use logical_device::{HostDevice, QueueLock};
pub use requirements::{Name, Requirements};

use super::device::check_budget;
use super::gpu::{Cache, Pace, Profile, choose};
use instance::Instance;
use kernels::Kernels;
use logical_device::Gpu;
use memory::Buffer;
use program::VulkanProgram;
use tensor::DeviceTensor;

/// The devices of this machine.
///
/// # Errors
/// `Unsupported` without a Vulkan loader.
pub fn devices() -> Result<Vec<DeviceInfo>> {
    Instance::new()?.describe_all(Mask::default())
}

/// Compiles plans for a Vulkan device.
pub struct VulkanBackend {
    gpu: Arc<Gpu>,
    kernels: Arc<Kernels>,
    cache: Cache<Buffer>,
    pace: Pace,
    programs: AtomicUsize,
}

impl VulkanBackend {
    /// Opens a device of our own.
    ///
    /// # Errors
    /// `Unsupported` without a loader or a device that can, `InvalidArgument` for a choice that is not there,
    /// `OutOfMemory`.
    pub fn new(options: &VulkanOptions) -> Result<Self> {
        options.check()?;
        let instance = Instance::new()?;
        let index = choose("Vulkan", &instance.describe_all(options.mask)?, &options.device)?;
        let gpu = Gpu::new(&instance, index, options.mask, options.low_priority)?;
        Self::on(gpu, options)
    }

    /// Shares a host's device; `options.device` and `low_priority` say nothing then.
    ///
    /// # Safety
    /// As [`HostDevice`] says: its handles belong together and outlive the backend and all that is made from it.
    ///
    /// # Errors
    /// `Unsupported`, `OutOfMemory`.
    pub unsafe fn adopt(host: &HostDevice, options: &VulkanOptions) -> Result<Self> {
        options.check()?;
        // SAFETY: the caller's word.
        Self::on(unsafe { Gpu::adopt(host, options.mask) }?, options)
    }

    fn on(gpu: Arc<Gpu>, options: &VulkanOptions) -> Result<Self> {
        gpu.cap_bytes.store(options.memory_cap_bytes, Ordering::Relaxed);
        let kernels = Arc::new(Kernels::new(&gpu, options.pipeline_cache.as_deref())?);
        let pace = Pace::new(options.budget_ms, gpu.caps.software, options.profile);
        Ok(Self { gpu, kernels, cache: Cache::new(), pace, programs: AtomicUsize::new(0) })
    }

    /// A host's storage buffer of `bytes` as a tensor, for [`Executable::export`](crate::plan::Executable::export) alone.
    ///
    /// # Safety
    /// `buffer` is a `VkBuffer` of this device, at least `bytes` long, bound to memory, made with
    /// `VK_BUFFER_USAGE_STORAGE_BUFFER_BIT`. At each export it is owned by the family of the queue that computes, or made
    /// for concurrent use: no ownership is transferred here. The host's own use of the bytes that an export writes is over
    /// before, and starts over after the export returned or its semaphore was reached. The host keeps it alive longer than
    /// the tensor.
    pub unsafe fn adopt_buffer(&self, buffer: u64, bytes: u64) -> Tensor {
        // SAFETY: the caller's word.
        unsafe { DeviceTensor::adopt(&self.gpu, vk::Buffer::from_raw(buffer), bytes) }
    }

    /// What the device can do.
    pub fn caps(&self) -> &Caps {
        &self.gpu.caps
    }

    /// Compiled pipelines, for [`VulkanOptions::pipeline_cache`] of a later run on the same device and driver.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn pipeline_cache(&self) -> Result<Vec<u8>> {
        self.kernels.blob()
    }

    /// Most milliseconds of one submission from now on.
    ///
    /// # Errors
    /// `InvalidArgument` unless it is above zero.
    pub fn set_budget_ms(&self, budget_ms: f32) -> Result<()> {
        check_budget(budget_ms)?;
        self.pace.set_budget_ms(budget_ms);
        Ok(())
    }

    /// Time on the device by section and op, of all that ran since the backend was made with
    /// [`VulkanOptions::profile`]; nothing without, or on a device without timestamps.
    pub fn profile(&self) -> Vec<ProfileEntry> {
        self.pace.profile().map_or_else(Vec::new, Profile::entries)
    }

    /// Bytes of device memory in use.
    pub fn memory_bytes(&self) -> u64 {
        self.gpu.used_bytes.load(Ordering::Relaxed)
    }

    /// Bytes taken from the driver, in blocks that buffers share.
    pub fn reserved_bytes(&self) -> u64 {
        self.gpu.reserved_bytes()
    }

    /// Hands blocks back to the driver if no buffer is left in them.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn trim(&self) -> Result<()> {
        self.gpu.trim()
    }

    /// Submissions so far.
    pub fn submissions(&self) -> u64 {
        self.gpu.submissions()
    }

    /// Test hook: the submission of this number fails as if the device were lost, and so do all after it.
    #[doc(hidden)]
    pub fn lose_at(&self, submission: u64) {
        self.gpu.lose_at.store(submission, Ordering::Relaxed);
    }
}

impl Backend for VulkanBackend {
    fn name(&self) -> String {
        format!("vulkan {} ({})", self.gpu.name, self.gpu.caps.tier().name())
    }

    fn prepare(&self, plan: Arc<Plan>) -> Result<Box<dyn Preparation>> {
        self.gpu.check_alive()?;
        plan.check_memory(0)?;
        let program = VulkanProgram::new(&self.kernels, &self.cache, &self.pace, plan)?;
        self.programs.fetch_add(1, Ordering::Relaxed);
        Ok(prepared_at_once(program))
    }

    fn prepared(&self) -> Prepared {
        Prepared { programs: self.programs.load(Ordering::Relaxed), weights: self.cache.packed() }
    }

    fn create_tensor(&self, len: usize) -> Result<Tensor> {
        DeviceTensor::create(&self.gpu, len)
    }

    fn read_tensor(&self, tensor: &Tensor, offset: usize, data: &mut [f32]) -> Result<()> {
        DeviceTensor::read(tensor, &self.gpu, offset, data)
    }

    fn write_tensor(&self, tensor: &mut Tensor, offset: usize, data: &[f32]) -> Result<()> {
        DeviceTensor::write(tensor, &self.gpu, offset, data)
    }

    fn signals(&self) -> bool {
        self.gpu.caps.timeline
    }

    fn frames_per_run(&self) -> usize {
        if self.gpu.caps.software { 2 } else { 16 }
    }

    fn prefers_batches(&self) -> bool {
        true
    }
}
