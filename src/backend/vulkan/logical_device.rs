//! The logical device with its queue: our own, or a host's that we share.

use std::ffi::{CStr, c_void};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ash::vk;
use gpu_allocator::vulkan::{Allocator, AllocatorCreateDesc};

use crate::backend::device::Mask;
use crate::backend::gpu::Caps;
use crate::error::{Error, Result};

use super::caps::{self, Extensions};
use super::instance::Instance;

/// A host's way to keep others off its queue while we submit.
#[derive(Clone, Copy)]
pub struct QueueLock {
    /// Called before a submission, on the submitting thread.
    pub lock: unsafe extern "C" fn(user: *mut c_void),
    /// Called after it.
    pub unlock: unsafe extern "C" fn(user: *mut c_void),
    /// Handed to both.
    pub user: *mut c_void,
}

// SAFETY: the host says so: its callbacks may be called from any thread.
unsafe impl Send for QueueLock {}
// SAFETY: as above.
unsafe impl Sync for QueueLock {}

/// A host's device.
#[derive(Clone, Copy)]
pub struct HostDevice {
    /// `vkGetInstanceProcAddr`.
    pub get_instance_proc_addr: vk::PFN_vkGetInstanceProcAddr,
    /// Version that its instance was made for.
    pub api_version: u32,
    /// Its instance.
    pub instance: vk::Instance,
    /// Its physical device.
    pub physical: vk::PhysicalDevice,
    /// Its device.
    pub device: vk::Device,
    /// A queue that can compute.
    pub queue: vk::Queue,
    /// The family of that queue.
    pub queue_family: u32,
    /// True when the features of [`Tier::Half`](super::Tier::Half) are enabled.
    pub half: bool,
    /// True when those of [`Tier::Matrix`](super::Tier::Matrix) are, too.
    pub matrix: bool,
    /// True when timeline semaphores are enabled.
    pub timeline: bool,
    /// Called around submissions to the queue.
    pub lock: Option<QueueLock>,
}

/// A device in use. All handles made from it hold it alive.
pub(super) struct Gpu {
    pub(super) handle: ash::Device,
    instance: Arc<Instance>,
    physical: vk::PhysicalDevice,
    pub(super) queue_family: u32,
    pub(super) caps: Caps,
    pub(super) name: String,
    queue: Mutex<vk::Queue>,
    lock: Option<QueueLock>,
    owned: bool,
    allocator: ManuallyDrop<Mutex<Allocator>>,
    /// Bytes of all buffers, and how many there may be.
    pub(super) used_bytes: AtomicU64,
    pub(super) cap_bytes: AtomicU64,
    lost: AtomicBool,
    submissions: AtomicU64,
    /// Test hook: the submission at which the device is lost.
    pub(super) lose_at: AtomicU64,
}

impl Gpu {
    /// Makes a logical device with one queue, of low priority when `low_priority`.
    pub(super) fn new(instance: &Arc<Instance>, index: usize, mask: Mask, low_priority: bool) -> Result<Arc<Self>> {
        let physical = *instance
            .physical_devices()?
            .get(index)
            .ok_or_else(|| Error::InvalidArgument(format!("no Vulkan device {index} on this machine")))?;
        let info = instance.describe(index, physical, mask);
        if let Some(fault) = info.fault {
            return Err(Error::Unsupported(format!("{}: {fault}", info.name)));
        }
        let no_queue = || Error::Unsupported(format!("{}: has no queue for compute", info.name));
        let queue_family = instance.queue_family(physical).ok_or_else(no_queue)?;
        let caps = caps::read(instance, physical, queue_family, mask);
        let handle = create_device(instance, physical, queue_family, &caps, low_priority)
            .map_err(|error| Error::Unsupported(format!("{}: no device can be made ({error})", info.name)))?;
        // SAFETY: queue 0 of this family was asked for.
        let queue = unsafe { handle.get_device_queue(queue_family, 0) };
        Self::finish(instance, physical, queue_family, handle, queue, caps, info.name, None, true)
    }

    /// Shares a host's device.
    ///
    /// # Safety
    /// The handles belong together, live longer than everything made here, and what [`HostDevice`] says is enabled is.
    pub(super) unsafe fn adopt(host: &HostDevice, mask: Mask) -> Result<Arc<Self>> {
        if host.api_version < vk::API_VERSION_1_1 {
            return Err(Error::Unsupported("the host's Vulkan instance is older than version 1.1".to_owned()));
        }
        // SAFETY: the caller's word.
        let instance = unsafe { Instance::adopt(host.get_instance_proc_addr, host.instance, host.api_version) };
        let mask = Mask { no_half: mask.no_half || !host.half, no_matrix: mask.no_matrix || !host.matrix, ..mask };
        let info = instance.describe(0, host.physical, mask);
        if let Some(fault) = info.fault {
            return Err(Error::Unsupported(format!("{}: {fault}", info.name)));
        }
        if !instance.computes(host.physical, host.queue_family) {
            let detail = format!("{}: queue family {} cannot compute", info.name, host.queue_family);
            return Err(Error::InvalidArgument(detail));
        }
        let mut caps = caps::read(&instance, host.physical, host.queue_family, mask);
        caps.timeline &= host.timeline;
        // SAFETY: the caller's word.
        let handle = unsafe { ash::Device::load(instance.handle.fp_v1_0(), host.device) };
        let (physical, family) = (host.physical, host.queue_family);
        Self::finish(&instance, physical, family, handle, host.queue, caps, info.name, host.lock, false)
    }

    fn finish(
        instance: &Arc<Instance>,
        physical: vk::PhysicalDevice,
        queue_family: u32,
        handle: ash::Device,
        queue: vk::Queue,
        caps: Caps,
        name: String,
        lock: Option<QueueLock>,
        owned: bool,
    ) -> Result<Arc<Self>> {
        let allocator = allocator(instance, physical, &handle, &name)?;
        Ok(Arc::new(Self {
            handle,
            instance: Arc::clone(instance),
            physical,
            queue_family,
            caps,
            name,
            queue: Mutex::new(queue),
            lock,
            owned,
            allocator: ManuallyDrop::new(Mutex::new(allocator)),
            used_bytes: AtomicU64::new(0),
            cap_bytes: AtomicU64::new(u64::MAX),
            lost: AtomicBool::new(false),
            submissions: AtomicU64::new(0),
            lose_at: AtomicU64::new(u64::MAX),
        }))
    }

    pub(super) fn allocator(&self) -> MutexGuard<'_, Allocator> {
        self.allocator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes of the allocator's blocks.
    pub(super) fn reserved_bytes(&self) -> u64 {
        self.allocator().capacity()
    }

    /// Frees the blocks that the allocator keeps for later: of an empty allocator all, else none.
    pub(super) fn trim(&self) -> Result<()> {
        let mut current = self.allocator();
        if current.generate_report().allocations.is_empty() {
            *current = allocator(&self.instance, self.physical, &self.handle, &self.name)?;
        }
        Ok(())
    }

    /// Turns a Vulkan result into ours; a loss marks the device as lost.
    pub(super) fn check<T>(&self, what: &str, result: std::result::Result<T, vk::Result>) -> Result<T> {
        result.map_err(|error| match error {
            vk::Result::ERROR_DEVICE_LOST => self.lose(),
            vk::Result::ERROR_OUT_OF_HOST_MEMORY | vk::Result::ERROR_OUT_OF_DEVICE_MEMORY => {
                Error::OutOfMemory(format!("{}: {what}: {error}", self.name))
            }
            _ => Error::Internal(format!("{}: {what}: {error}", self.name)),
        })
    }

    fn lose(&self) -> Error {
        self.lost.store(true, Ordering::Release);
        Error::DeviceLost(format!("{} was lost; a new runtime cures it", self.name))
    }

    /// An error once the device is lost.
    pub(super) fn check_alive(&self) -> Result<()> {
        if self.lost.load(Ordering::Acquire) { Err(self.lose()) } else { Ok(()) }
    }

    /// Submits command buffers, one after another, and signals. Takes no memory.
    pub(super) fn submit(
        &self,
        commands: &[vk::CommandBuffer],
        fence: vk::Fence,
        signal: Option<(vk::Semaphore, u64)>,
    ) -> Result<()> {
        self.check_alive()?;
        if self.submissions.fetch_add(1, Ordering::Relaxed) >= self.lose_at.load(Ordering::Relaxed) {
            return Err(self.lose());
        }
        let (semaphore, value) = signal.unzip();
        let (semaphores, values) = ([semaphore.unwrap_or_default()], [value.unwrap_or_default()]);
        let mut timeline = vk::TimelineSemaphoreSubmitInfo::default().signal_semaphore_values(&values);
        let mut info = vk::SubmitInfo::default().command_buffers(commands);
        if semaphore.is_some() {
            info = info.signal_semaphores(&semaphores).push_next(&mut timeline);
        }
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(QueueLock { lock, user, .. }) = self.lock {
            // SAFETY: the host's own function with its own pointer, by its word callable from any thread.
            unsafe { lock(user) };
        }
        // SAFETY: the command buffers are recorded and not pending; the queue is locked.
        let result = unsafe { self.handle.queue_submit(*queue, &[info], fence) };
        if let Some(QueueLock { unlock, user, .. }) = self.lock {
            // SAFETY: as above.
            unsafe { unlock(user) };
        }
        self.check("submission", result)
    }

    /// Submissions so far.
    pub(super) fn submissions(&self) -> u64 {
        self.submissions.load(Ordering::Relaxed)
    }
}

impl Drop for Gpu {
    fn drop(&mut self) {
        // SAFETY: dropped once, here, before the device that it frees memory of.
        unsafe { ManuallyDrop::drop(&mut self.allocator) };
        if self.owned {
            // SAFETY: every child holds an Arc of this, so none is left, and each waits for its own work.
            unsafe { self.handle.destroy_device(None) };
        }
    }
}

fn allocator(instance: &Instance, physical: vk::PhysicalDevice, device: &ash::Device, name: &str) -> Result<Allocator> {
    let allocator = Allocator::new(&AllocatorCreateDesc {
        instance: instance.handle.clone(),
        device: device.clone(),
        physical_device: physical,
        debug_settings: gpu_allocator::AllocatorDebugSettings::default(),
        buffer_device_address: false,
        allocation_sizes: gpu_allocator::AllocationSizes::default(),
    });
    allocator.map_err(|error| Error::OutOfMemory(format!("{name}: {error}")))
}

fn create_device(
    instance: &Instance,
    physical: vk::PhysicalDevice,
    queue_family: u32,
    caps: &Caps,
    low_priority: bool,
) -> std::result::Result<ash::Device, vk::Result> {
    let modern = instance.version_of(physical) >= vk::API_VERSION_1_2;
    let extensions = Extensions::of(instance, physical);
    let mut names: Vec<&CStr> = Vec::new();
    let mut wants = |name: &'static CStr, wanted: bool| {
        if wanted && extensions.has(name) {
            names.push(name);
        }
    };
    wants(ash::khr::shader_float16_int8::NAME, caps.half && !modern);
    wants(ash::khr::timeline_semaphore::NAME, caps.timeline && !modern);
    wants(ash::khr::cooperative_matrix::NAME, caps.matrix.is_some());
    wants(ash::khr::portability_subset::NAME, true);
    let names: Vec<_> = names.iter().map(|name| name.as_ptr()).collect();

    let mut float16 = vk::PhysicalDeviceShaderFloat16Int8Features::default().shader_float16(true);
    let mut storage16 = vk::PhysicalDevice16BitStorageFeatures::default().storage_buffer16_bit_access(true);
    let mut timeline = vk::PhysicalDeviceTimelineSemaphoreFeatures::default().timeline_semaphore(true);
    let mut memory_model = vk::PhysicalDeviceVulkanMemoryModelFeatures::default().vulkan_memory_model(true);
    let mut matrix = vk::PhysicalDeviceCooperativeMatrixFeaturesKHR::default().cooperative_matrix(true);
    let mut sizes = vk::PhysicalDeviceSubgroupSizeControlFeatures::default()
        .subgroup_size_control(true)
        .compute_full_subgroups(true);
    let mut maintenance = vk::PhysicalDeviceMaintenance4Features::default().maintenance4(true);
    let priorities = [if low_priority { 0.0 } else { 0.5 }];
    let queues = [vk::DeviceQueueCreateInfo::default().queue_family_index(queue_family).queue_priorities(&priorities)];
    let mut info = vk::DeviceCreateInfo::default().queue_create_infos(&queues).enabled_extension_names(&names);
    if caps.half {
        info = info.push_next(&mut float16).push_next(&mut storage16);
    }
    if caps.timeline {
        info = info.push_next(&mut timeline);
    }
    if caps.matrix.is_some() {
        info = info.push_next(&mut memory_model).push_next(&mut matrix);
        info = info.push_next(&mut sizes).push_next(&mut maintenance);
    }
    // SAFETY: the pointers in `info` live until the call returns; all that is asked for was read from the device.
    unsafe { instance.handle.create_device(physical, &info, None) }
}
