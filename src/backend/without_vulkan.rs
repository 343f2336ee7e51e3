//! In the place of the Vulkan backend in a build without it: there are no devices, and so no backend on one.

use std::convert::Infallible;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::{Backend, Plan, Preparation, Tensor};

pub use super::device::{
    DEFAULT_BUDGET_MS, DeviceChoice, DeviceInfo, DeviceKind, Mask, ProfileEntry, Tier, VulkanOptions,
};

fn without<T>() -> Result<T> {
    Err(Error::Unsupported("this library was built without Vulkan".to_owned()))
}

/// The devices of this machine.
///
/// # Errors
/// `Unsupported`.
pub fn devices() -> Result<Vec<DeviceInfo>> {
    without()
}

/// A host's device: none can be.
#[derive(Clone, Copy)]
pub struct HostDevice(Infallible);

/// A backend on a device: none can be.
pub struct VulkanBackend(Infallible);

impl VulkanBackend {
    /// # Errors
    /// `InvalidArgument` for options out of range, else `Unsupported`.
    pub fn new(options: &VulkanOptions) -> Result<Self> {
        options.check()?;
        without()
    }

    /// # Safety
    /// None: no host's device can be.
    ///
    /// # Errors
    /// None.
    pub unsafe fn adopt(host: &HostDevice, _: &VulkanOptions) -> Result<Self> {
        match host.0 {}
    }

    /// # Safety
    /// None.
    pub unsafe fn adopt_buffer(&self, _: u64, _: u64) -> Tensor {
        match self.0 {}
    }

    /// # Errors
    /// None.
    pub fn pipeline_cache(&self) -> Result<Vec<u8>> {
        match self.0 {}
    }

    /// # Errors
    /// None.
    pub fn set_budget_ms(&self, _: f32) -> Result<()> {
        match self.0 {}
    }

    pub(crate) fn profile(&self) -> Vec<ProfileEntry> {
        match self.0 {}
    }

    pub(crate) fn memory_bytes(&self) -> u64 {
        match self.0 {}
    }

    pub(crate) fn reserved_bytes(&self) -> u64 {
        match self.0 {}
    }

    pub(crate) fn trim(&self) -> Result<()> {
        match self.0 {}
    }
}

impl Backend for VulkanBackend {
    fn name(&self) -> String {
        match self.0 {}
    }

    fn prepare(&self, _: Arc<Plan>) -> Result<Box<dyn Preparation>> {
        match self.0 {}
    }

    fn create_tensor(&self, _: usize) -> Result<Tensor> {
        match self.0 {}
    }

    fn read_tensor(&self, _: &Tensor, _: usize, _: &mut [f32]) -> Result<()> {
        match self.0 {}
    }

    fn write_tensor(&self, _: &mut Tensor, _: usize, _: &[f32]) -> Result<()> {
        match self.0 {}
    }

    fn frames_per_run(&self) -> usize {
        match self.0 {}
    }
}
