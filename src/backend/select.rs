//! Choice of a backend, and why it was chosen.

use std::sync::Arc;

use crate::error::Result;
use crate::plan::Backend;

use super::cpu::{CpuBackend, CpuOptions};
use super::vulkan::{DeviceChoice, HostDevice, VulkanBackend, VulkanOptions};

/// What is to compute.
#[derive(Debug, Clone)]
pub enum BackendChoice {
    /// The device that the options name, or without a name the best GPU, discrete or integrated; the CPU where there is
    /// none or it cannot. A processor's software driver is no GPU: the CPU backend is faster.
    Auto(VulkanOptions),
    /// The CPU.
    Cpu,
    /// A Vulkan device or an error, never the CPU in its place.
    Vulkan(VulkanOptions),
}

impl Default for BackendChoice {
    fn default() -> Self {
        Self::Auto(VulkanOptions::default())
    }
}

/// A backend with the reason of its choice.
pub struct Selected {
    /// Of all plans.
    pub backend: Arc<dyn Backend>,
    /// The same, where it is this one.
    pub vulkan: Option<Arc<VulkanBackend>>,
    /// Why it is this one, in one line.
    pub reason: String,
}

impl Selected {
    /// Makes the backend of a choice.
    ///
    /// # Errors
    /// `InvalidArgument` for options out of range; `OutOfMemory` when the system gives no thread; with
    /// [`BackendChoice::Vulkan`] those of [`VulkanBackend::new`].
    pub fn new(choice: &BackendChoice, cpu: &CpuOptions) -> Result<Self> {
        match choice {
            BackendChoice::Cpu => Self::cpu(cpu, "asked for".to_owned()),
            BackendChoice::Vulkan(options) => Ok(Self::vulkan(VulkanBackend::new(options)?, "asked for".to_owned())),
            BackendChoice::Auto(options) => {
                options.check()?;
                let device = match &options.device {
                    DeviceChoice::Best => DeviceChoice::Gpu,
                    named => named.clone(),
                };
                match VulkanBackend::new(&VulkanOptions { device, ..options.clone() }) {
                    Ok(backend) => Ok(Self::vulkan(backend, "the best device of this machine".to_owned())),
                    Err(error) => Self::cpu(cpu, error.to_string()),
                }
            }
        }
    }

    /// On a host's device.
    ///
    /// # Safety
    /// As for [`VulkanBackend::adopt`].
    ///
    /// # Errors
    /// Those of [`VulkanBackend::adopt`].
    pub unsafe fn adopt(host: &HostDevice, options: &VulkanOptions) -> Result<Self> {
        // SAFETY: the caller's word.
        let backend = unsafe { VulkanBackend::adopt(host, options) }?;
        Ok(Self::vulkan(backend, "the host's device".to_owned()))
    }

    fn cpu(options: &CpuOptions, reason: String) -> Result<Self> {
        Ok(Self { backend: Arc::new(CpuBackend::new(options)?), vulkan: None, reason })
    }

    fn vulkan(backend: VulkanBackend, reason: String) -> Self {
        let backend = Arc::new(backend);
        Self { backend: Arc::clone(&backend) as Arc<dyn Backend>, vulkan: Some(backend), reason }
    }
}
