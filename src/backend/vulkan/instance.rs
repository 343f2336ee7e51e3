//! The loader, the instance, and the devices that it shows.

use std::ffi::CStr;
use std::sync::Arc;

use ash::vk;

use crate::backend::device::{DeviceInfo, DeviceKind, Mask};
use crate::backend::gpu::MAX_BINDINGS;
use crate::error::{Error, Result};

use super::caps;

/// The loader with an instance.
pub(super) struct Instance {
    pub(super) entry: ash::Entry,
    pub(super) handle: ash::Instance,
    /// Version that it was made for: no device may be used past it.
    version: u32,
    /// False for a host's instance.
    owned: bool,
}

impl Drop for Instance {
    fn drop(&mut self) {
        if self.owned {
            // SAFETY: every child holds an Arc of this, so none is left.
            unsafe { self.handle.destroy_instance(None) };
        }
    }
}

impl Instance {
    /// Opens the loader and makes an instance.
    ///
    /// # Errors
    /// `Unsupported` without a loader, or with one older than Vulkan 1.1.
    pub(super) fn new() -> Result<Arc<Self>> {
        // SAFETY: the system's Vulkan loader is trusted, as every program on it does.
        let entry = unsafe { ash::Entry::load() }
            .map_err(|error| Error::Unsupported(format!("no Vulkan loader on this machine ({error})")))?;
        // SAFETY: no condition beyond a loaded entry.
        let version = unsafe { entry.try_enumerate_instance_version() };
        let version = version.ok().flatten().unwrap_or(vk::API_VERSION_1_0);
        if version < vk::API_VERSION_1_1 {
            return Err(Error::Unsupported("the Vulkan loader is older than version 1.1".to_owned()));
        }
        let version = version.min(vk::API_VERSION_1_3);
        let application = vk::ApplicationInfo::default()
            .application_name(c"media2face")
            .engine_name(c"media2face")
            .api_version(version);
        // On systems where Vulkan is carried by another interface, its devices are shown only when asked for.
        // SAFETY: as above.
        let extensions = unsafe { entry.enumerate_instance_extension_properties(None) }.unwrap_or_default();
        let portable = ash::khr::portability_enumeration::NAME;
        let has = extensions.iter().any(|e| e.extension_name_as_c_str() == Ok(portable));
        let names: &[*const i8] = if has { &[portable.as_ptr().cast()] } else { &[] };
        let names: Vec<_> = names.iter().map(|name| name.cast()).collect();
        let flags =
            if has { vk::InstanceCreateFlags::ENUMERATE_PORTABILITY_KHR } else { vk::InstanceCreateFlags::empty() };
        let info = vk::InstanceCreateInfo::default()
            .application_info(&application)
            .enabled_extension_names(&names)
            .flags(flags);
        // SAFETY: the pointers in `info` live until the call returns.
        let handle = unsafe { entry.create_instance(&info, None) }
            .map_err(|error| Error::Unsupported(format!("no Vulkan instance ({error})")))?;
        Ok(Arc::new(Self { entry, handle, version, owned: true }))
    }

    /// A host's instance.
    ///
    /// # Safety
    /// The function is `vkGetInstanceProcAddr` of the loader that made the instance, which outlives all its users here.
    pub(super) unsafe fn adopt(
        get_instance_proc_addr: vk::PFN_vkGetInstanceProcAddr,
        instance: vk::Instance,
        version: u32,
    ) -> Arc<Self> {
        let functions = ash::StaticFn { get_instance_proc_addr };
        // SAFETY: the caller's word.
        let entry = unsafe { ash::Entry::from_static_fn(functions) };
        // SAFETY: the caller's word.
        let handle = unsafe { ash::Instance::load(entry.static_fn(), instance) };
        Arc::new(Self { entry, handle, version, owned: false })
    }

    /// Physical devices.
    pub(super) fn physical_devices(&self) -> Result<Vec<vk::PhysicalDevice>> {
        // SAFETY: the instance lives.
        unsafe { self.handle.enumerate_physical_devices() }
            .map_err(|error| Error::Unsupported(format!("no list of Vulkan devices ({error})")))
    }

    /// Version that a device may be used at.
    pub(super) fn version_of(&self, physical: vk::PhysicalDevice) -> u32 {
        // SAFETY: the instance lives.
        unsafe { self.handle.get_physical_device_properties(physical) }.api_version.min(self.version)
    }

    /// True for a family of queues that is there and takes compute work.
    pub(super) fn computes(&self, physical: vk::PhysicalDevice, family: u32) -> bool {
        // SAFETY: the instance lives.
        let families = unsafe { self.handle.get_physical_device_queue_family_properties(physical) };
        families.get(family as usize).is_some_and(|family| family.queue_flags.contains(vk::QueueFlags::COMPUTE))
    }

    /// The family of queues that work is submitted to: compute without graphics if there is one, so that a game's frames
    /// do not wait behind it.
    pub(super) fn queue_family(&self, physical: vk::PhysicalDevice) -> Option<u32> {
        // SAFETY: the instance lives.
        let families = unsafe { self.handle.get_physical_device_queue_family_properties(physical) };
        let with = |wanted: vk::QueueFlags, without: vk::QueueFlags| {
            families.iter().position(|f| f.queue_flags.contains(wanted) && !f.queue_flags.intersects(without))
        };
        let compute = vk::QueueFlags::COMPUTE;
        with(compute, vk::QueueFlags::GRAPHICS).or_else(|| with(compute, vk::QueueFlags::empty())).map(|i| i as u32)
    }

    /// Describes all of them, in their order.
    pub(super) fn describe_all(&self, mask: Mask) -> Result<Vec<DeviceInfo>> {
        let devices = self.physical_devices()?;
        Ok(devices.iter().enumerate().map(|(i, &device)| self.describe(i, device, mask)).collect())
    }

    /// Describes a device.
    pub(super) fn describe(&self, index: usize, physical: vk::PhysicalDevice, mask: Mask) -> DeviceInfo {
        let mut id = vk::PhysicalDeviceIDProperties::default();
        let mut driver = vk::PhysicalDeviceDriverProperties::default();
        let mut properties = vk::PhysicalDeviceProperties2::default().push_next(&mut id);
        // SAFETY: the instance lives.
        let api = unsafe { self.handle.get_physical_device_properties(physical) }.api_version;
        if api.min(self.version) >= vk::API_VERSION_1_2 {
            properties = properties.push_next(&mut driver);
        }
        // SAFETY: the chain holds structures of the device's own version.
        unsafe { self.handle.get_physical_device_properties2(physical, &mut properties) };
        let properties = properties.properties;
        let text = |s: &CStr| s.to_string_lossy().into_owned();
        let word =
            |name: std::result::Result<&CStr, std::ffi::FromBytesUntilNulError>| name.map(text).unwrap_or_default();
        let named = format!("{} {}", word(driver.driver_name_as_c_str()), word(driver.driver_info_as_c_str()));
        let fault = self.fault(physical, &properties);
        let family = self.queue_family(physical).unwrap_or(0);
        DeviceInfo {
            index,
            name: word(properties.device_name_as_c_str()),
            kind: match properties.device_type {
                vk::PhysicalDeviceType::INTEGRATED_GPU => DeviceKind::Integrated,
                vk::PhysicalDeviceType::DISCRETE_GPU => DeviceKind::Discrete,
                vk::PhysicalDeviceType::VIRTUAL_GPU => DeviceKind::Virtual,
                vk::PhysicalDeviceType::CPU => DeviceKind::Cpu,
                _ => DeviceKind::Other,
            },
            uuid: id.device_uuid,
            vendor_id: properties.vendor_id,
            driver: named.trim().to_owned(),
            api_version: (vk::api_version_major(api), vk::api_version_minor(api)),
            memory_bytes: self.memory_bytes(physical),
            tier: fault.is_none().then(|| caps::read(self, physical, family, mask).tier()),
            fault,
        }
    }

    /// What keeps the kernels from running on a device.
    fn fault(&self, physical: vk::PhysicalDevice, properties: &vk::PhysicalDeviceProperties) -> Option<String> {
        let limits = &properties.limits;
        let bindings = limits.max_per_stage_descriptor_storage_buffers.min(limits.max_descriptor_set_storage_buffers);
        if properties.api_version < vk::API_VERSION_1_1 {
            return Some("older than Vulkan 1.1".to_owned());
        }
        if bindings < MAX_BINDINGS {
            return Some(format!("binds {bindings} storage buffers, {MAX_BINDINGS} are needed"));
        }
        self.queue_family(physical).is_none().then(|| "has no queue for compute".to_owned())
    }

    fn memory_bytes(&self, physical: vk::PhysicalDevice) -> u64 {
        // SAFETY: the instance lives.
        let memory = unsafe { self.handle.get_physical_device_memory_properties(physical) };
        let local =
            memory.memory_heaps_as_slice().iter().filter(|h| h.flags.contains(vk::MemoryHeapFlags::DEVICE_LOCAL));
        local.map(|heap| heap.size).sum()
    }
}
