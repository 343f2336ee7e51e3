//! A host's Vulkan device, made as an engine does: with what `m2f_vulkan_requirements` lists and nothing else.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use ash::vk;
use ash::vk::Handle;
use media2face_capi::*;

use super::extent::{NO_DEVICE, left_out};
use super::host::*;

/// An engine's device.
pub(crate) struct Engine {
    entry: ash::Entry,
    pub(crate) instance: ash::Instance,
    pub(crate) physical: vk::PhysicalDevice,
    pub(crate) device: ash::Device,
    queue: vk::Queue,
    family: u32,
    api_version: u32,
    tier: u32,
    /// Timeline semaphores are enabled.
    pub(crate) timeline: bool,
}

pub(crate) fn names(list: *const *const c_char, count: u32) -> Vec<&'static CStr> {
    (0..count as usize).map(|i| unsafe { CStr::from_ptr(*list.add(i)) }).collect()
}

pub(crate) fn requirements(tier: u32, api_version: u32) -> m2f_vulkan_requirement_list {
    unsafe {
        let mut list = std::mem::zeroed::<m2f_vulkan_requirement_list>();
        ok(m2f_vulkan_requirements(tier, api_version, &raw mut list, size_of_val(&list)));
        list
    }
}

impl Engine {
    /// Makes a device for a tier; `None` unless `M2F_TEST_VULKAN` is set, or without the device that tests run on.
    pub(crate) fn new(tier: m2f_tier, api_version: u32) -> Option<Self> {
        let wish = std::env::var("M2F_TEST_VULKAN").inspect_err(|_| left_out(NO_DEVICE)).ok()?;
        let engine = Self::make(tier as u32, api_version, wish == "best");
        assert!(engine.is_some() || wish != "require", "no llvmpipe");
        engine
    }

    fn make(tier: u32, api_version: u32, any: bool) -> Option<Self> {
        let list = requirements(tier, api_version);
        assert!(api_version >= list.api_version);
        unsafe {
            let entry = ash::Entry::load().ok()?;
            let application = vk::ApplicationInfo::default().api_version(api_version);
            let info = vk::InstanceCreateInfo::default().application_info(&application);
            let instance = entry.create_instance(&info, None).ok()?;
            let suits = |device: &vk::PhysicalDevice| {
                let name = instance.get_physical_device_properties(*device).device_name;
                any || CStr::from_ptr(name.as_ptr()).to_string_lossy().contains("llvmpipe")
            };
            let physical = instance.enumerate_physical_devices().ok()?.into_iter().find(suits)?;
            let families = instance.get_physical_device_queue_family_properties(physical);
            let family = families.iter().position(|f| f.queue_flags.contains(vk::QueueFlags::COMPUTE))? as u32;

            let mut half = vk::PhysicalDeviceShaderFloat16Int8Features::default();
            let mut storage = vk::PhysicalDevice16BitStorageFeatures::default();
            let wanted = names(list.features, list.feature_count);
            for feature in &wanted {
                match feature.to_str().expect("UTF-8") {
                    "VkPhysicalDeviceShaderFloat16Int8Features.shaderFloat16" => half.shader_float16 = vk::TRUE,
                    "VkPhysicalDevice16BitStorageFeatures.storageBuffer16BitAccess" => {
                        storage.storage_buffer16_bit_access = vk::TRUE;
                    }
                    other => panic!("{other} is not known to this test"),
                }
            }
            let timeline = api_version >= vk::API_VERSION_1_2;
            let optional = c"VkPhysicalDeviceTimelineSemaphoreFeatures.timelineSemaphore";
            assert!(names(list.optional_features, list.optional_feature_count).contains(&optional));
            let mut semaphores = vk::PhysicalDeviceTimelineSemaphoreFeatures::default().timeline_semaphore(true);
            let extensions: Vec<_> = names(list.extensions, list.extension_count).iter().map(|n| n.as_ptr()).collect();
            let priorities = [1.0];
            let queues =
                [vk::DeviceQueueCreateInfo::default().queue_family_index(family).queue_priorities(&priorities)];
            let mut info =
                vk::DeviceCreateInfo::default().queue_create_infos(&queues).enabled_extension_names(&extensions);
            if !wanted.is_empty() {
                info = info.push_next(&mut half).push_next(&mut storage);
            }
            if timeline {
                info = info.push_next(&mut semaphores);
            }
            let device = instance.create_device(physical, &info, None).expect("device");
            let queue = device.get_device_queue(family, 0);
            Some(Self { entry, instance, physical, device, queue, family, api_version, tier, timeline })
        }
    }

    pub(crate) fn options(&self) -> m2f_vulkan_adopt_options {
        unsafe {
            let mut options = std::mem::zeroed::<m2f_vulkan_adopt_options>();
            ok(m2f_vulkan_adopt_options_init(&raw mut options, size_of_val(&options)));
            let function = self.entry.static_fn().get_instance_proc_addr;
            options.get_instance_proc_addr =
                std::mem::transmute::<vk::PFN_vkGetInstanceProcAddr, m2f_vulkan_get_instance_proc_addr>(function);
            options.api_version = self.api_version;
            options.instance = self.instance.handle().as_raw() as *mut c_void;
            options.physical_device = self.physical.as_raw() as *mut c_void;
            options.device = self.device.handle().as_raw() as *mut c_void;
            options.queue = self.queue.as_raw() as *mut c_void;
            options.queue_family_index = self.family;
            options.tier = self.tier;
            options.optional = if self.timeline { M2F_VULKAN_TIMELINE_SEMAPHORE } else { 0 };
            options
        }
    }

    /// The engine's own work: its device is alive and its queue takes commands.
    pub(crate) fn works(&self) -> bool {
        let fence = unsafe { self.device.create_fence(&vk::FenceCreateInfo::default(), None) }.expect("fence");
        let submitted = unsafe { self.device.queue_submit(self.queue, &[vk::SubmitInfo::default()], fence) };
        let waited = submitted.and_then(|()| unsafe { self.device.wait_for_fences(&[fence], true, u64::MAX) });
        unsafe { self.device.destroy_fence(fence, None) };
        waited.is_ok()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        unsafe {
            self.device.destroy_device(None);
            self.instance.destroy_instance(None);
        }
    }
}

pub(crate) fn create(adopt: *const m2f_vulkan_adopt_options) -> (m2f_status, *mut m2f_runtime) {
    let mut out = ptr::null_mut();
    (unsafe { m2f_runtime_create_vulkan(ptr::null(), adopt, to(&mut out)) }, out)
}
