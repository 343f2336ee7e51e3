//! Vulkan as a host sees it: devices, a device of its own that is shared, and layouts of vertices in its memory.

pub use crate::backend::device::{
    DEFAULT_BUDGET_MS, DeviceChoice, DeviceInfo, DeviceKind, ProfileEntry, Tier, VulkanOptions,
};
pub use crate::backend::vulkan::{HostDevice, VulkanBackend, devices};
#[cfg(feature = "vulkan")]
pub use crate::backend::vulkan::{Name, QueueLock, Requirements};
pub use crate::plan::{TimelineSignal, VertexFormat, VertexLayout};
