//! What is known and asked of a Vulkan device, as plain data: it is here without the backend, too.

use crate::error::{Error, Result};

/// How the hot kernels run on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Tier {
    /// Half storage, products by cooperative matrices, f32 accumulation.
    Matrix = 1,
    /// Half storage, subgroup reductions, f32 arithmetic.
    Half = 2,
    /// f32 storage, weights of products packed two halves to a word; no subgroups, 128 invocations, 16 KiB.
    Packed = 3,
}

impl Tier {
    /// Short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Matrix => "cooperative matrix",
            Self::Half => "fp16",
            Self::Packed => "packed halves",
        }
    }
}

/// What is taken away from a device, so that tests reach every path on the drivers at hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that a device may lack")]
#[doc(hidden)]
pub struct Mask {
    /// No fp16 arithmetic or storage.
    pub no_half: bool,
    /// No subgroup arithmetic.
    pub no_subgroups: bool,
    /// No cooperative matrices.
    pub no_matrix: bool,
    /// Device memory cannot be mapped: everything is staged.
    pub no_direct: bool,
    /// The least that Vulkan promises: 128 invocations, 16 KiB of shared memory.
    pub least_workgroup: bool,
    /// Bindings of at most so many bytes; 0 for the device's own bound.
    pub storage_range: u64,
    /// No timestamps.
    pub no_timestamps: bool,
    /// The kernels that a GPU gets, on a processor too.
    pub hardware: bool,
}

/// One device of this machine.
#[derive(Debug, Clone)]
pub struct DeviceInfo {
    /// Position in the list, as Vulkan gives it.
    pub index: usize,
    /// Name, by its driver.
    pub name: String,
    /// What kind of device it is.
    pub kind: DeviceKind,
    /// Same device, same bytes, on every run.
    pub uuid: [u8; 16],
    /// PCI vendor.
    pub vendor_id: u32,
    /// Driver with its version, as it describes itself.
    pub driver: String,
    /// Vulkan version, major and minor.
    pub api_version: (u32, u32),
    /// Device-local memory, bytes.
    pub memory_bytes: u64,
    /// How the kernels run; `None` when they cannot.
    pub tier: Option<Tier>,
    /// Why it cannot be used.
    pub fault: Option<String>,
}

/// Kinds of devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum DeviceKind {
    /// None of the others.
    Other = 0,
    /// Shares memory with the processor.
    Integrated = 1,
    /// Has memory of its own.
    Discrete = 2,
    /// Part of another machine's.
    Virtual = 3,
    /// The processor itself, by a software driver.
    Cpu = 4,
}

impl DeviceKind {
    /// True for hardware of this machine that was made for the work.
    pub fn is_gpu(self) -> bool {
        matches!(self, Self::Discrete | Self::Integrated)
    }

    /// One word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Integrated => "integrated",
            Self::Discrete => "discrete",
            Self::Virtual => "virtual",
            Self::Cpu => "software",
        }
    }
}

/// Which device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// A discrete device before an integrated one, before the rest.
    #[default]
    Best,
    /// The best of the discrete and integrated ones alone.
    Gpu,
    /// By its place in [`devices`](super::vulkan::devices).
    Index(usize),
    /// By [`DeviceInfo::uuid`].
    Uuid([u8; 16]),
}

/// Time of one op in one section, of all runs so far.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileEntry {
    /// The plan's name for the section.
    pub section: String,
    /// The op's stem.
    pub op: &'static str,
    /// Dispatches.
    pub runs: u64,
    /// On the device, by its timestamps.
    pub ms: f64,
}

/// Most milliseconds of one submission unless told otherwise: far below every watchdog.
pub const DEFAULT_BUDGET_MS: f32 = 50.0;

/// How the Vulkan backend runs.
#[derive(Debug, Clone)]
pub struct VulkanOptions {
    /// Which device.
    pub device: DeviceChoice,
    /// Ask for a queue that yields to others.
    pub low_priority: bool,
    /// Most milliseconds of one submission.
    pub budget_ms: f32,
    /// Most bytes of device memory.
    pub memory_cap_bytes: u64,
    /// What [`VulkanBackend::pipeline_cache`](super::vulkan::VulkanBackend::pipeline_cache) gave in an earlier run.
    pub pipeline_cache: Option<Vec<u8>>,
    /// Measure every op by itself, which costs a submission each: see [`VulkanBackend::profile`](super::vulkan::VulkanBackend::profile).
    pub profile: bool,
    #[doc(hidden)]
    pub mask: Mask,
}

impl Default for VulkanOptions {
    fn default() -> Self {
        Self {
            device: DeviceChoice::Best,
            low_priority: false,
            budget_ms: DEFAULT_BUDGET_MS,
            memory_cap_bytes: u64::MAX,
            pipeline_cache: None,
            profile: false,
            mask: Mask::default(),
        }
    }
}

impl VulkanOptions {
    /// Checks what needs no device.
    ///
    /// # Errors
    /// `InvalidArgument` for a budget that is not above zero.
    pub fn check(&self) -> Result<()> {
        check_budget(self.budget_ms)
    }
}

pub(super) fn check_budget(budget_ms: f32) -> Result<()> {
    if budget_ms.is_finite() && budget_ms > 0.0 {
        return Ok(());
    }
    Err(Error::InvalidArgument(format!("a budget of {budget_ms} ms")))
}
