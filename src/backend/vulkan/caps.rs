//! Reads what a device can do, once; tests mask it.

use std::ffi::CStr;

use ash::vk;

use crate::backend::device::Mask;
use crate::backend::gpu::{Caps, MatrixShape};

use super::instance::Instance;

/// Reads a device.
pub(super) fn read(instance: &Instance, physical: vk::PhysicalDevice, queue_family: u32, mask: Mask) -> Caps {
    let mut subgroup = vk::PhysicalDeviceSubgroupProperties::default();
    let mut properties = vk::PhysicalDeviceProperties2::default().push_next(&mut subgroup);
    // SAFETY: the instance lives; the chain holds structures of Vulkan 1.1 only.
    unsafe { instance.handle.get_physical_device_properties2(physical, &mut properties) };
    let properties = properties.properties;
    let version = instance.version_of(physical);
    let mut float16 = vk::PhysicalDeviceShaderFloat16Int8Features::default();
    let mut storage16 = vk::PhysicalDevice16BitStorageFeatures::default();
    let mut timeline = vk::PhysicalDeviceTimelineSemaphoreFeatures::default();
    let mut memory_model = vk::PhysicalDeviceVulkanMemoryModelFeatures::default();
    let mut matrix = vk::PhysicalDeviceCooperativeMatrixFeaturesKHR::default();
    let mut sizes = vk::PhysicalDeviceSubgroupSizeControlFeatures::default();
    let mut maintenance = vk::PhysicalDeviceMaintenance4Features::default();
    let extensions = Extensions::of(instance, physical);
    let modern = version >= vk::API_VERSION_1_2;
    let mut features = vk::PhysicalDeviceFeatures2::default().push_next(&mut storage16);
    if modern || extensions.has(ash::khr::shader_float16_int8::NAME) {
        features = features.push_next(&mut float16);
    }
    if modern || extensions.has(ash::khr::timeline_semaphore::NAME) {
        features = features.push_next(&mut timeline);
    }
    let may_matrix = version >= vk::API_VERSION_1_3 && extensions.has(ash::khr::cooperative_matrix::NAME);
    if may_matrix {
        features = features.push_next(&mut matrix).push_next(&mut memory_model);
        features = features.push_next(&mut sizes).push_next(&mut maintenance);
    }
    // SAFETY: as above; structures of extensions are chained where the device has those.
    unsafe { instance.handle.get_physical_device_features2(physical, &mut features) };

    let half = float16.shader_float16 != 0 && storage16.storage_buffer16_bit_access != 0 && !mask.no_half;
    let arithmetic = vk::SubgroupFeatureFlags::BASIC | vk::SubgroupFeatureFlags::ARITHMETIC;
    let subgroups = subgroup.supported_operations.contains(arithmetic)
        && subgroup.supported_stages.contains(vk::ShaderStageFlags::COMPUTE)
        && !mask.no_subgroups;
    let matrix_on = matrix.cooperative_matrix != 0
        && memory_model.vulkan_memory_model != 0
        && sizes.subgroup_size_control != 0
        && sizes.compute_full_subgroups != 0
        && maintenance.maintenance4 != 0;
    let limits = &properties.limits;
    let least = |own: u32, least: u32| if mask.least_workgroup { own.min(least) } else { own };
    let range = u64::from(limits.max_storage_buffer_range);
    let software = properties.device_type == vk::PhysicalDeviceType::CPU && !mask.hardware;
    Caps {
        half: half && subgroups,
        subgroups,
        subgroup_size: subgroup.subgroup_size,
        matrix: (half && subgroups && matrix_on && !mask.no_matrix).then(|| matrix_shape(instance, physical)).flatten(),
        software,
        max_invocations: least(limits.max_compute_work_group_invocations, 128),
        max_shared_bytes: least(limits.max_compute_shared_memory_size, 16 << 10),
        max_storage_bytes: if mask.storage_range == 0 { range } else { range.min(mask.storage_range) },
        storage_alignment: limits.min_storage_buffer_offset_alignment.max(4),
        direct: maps_device_memory(instance, physical) && !mask.no_direct,
        timestamp_ns: timestamp_ns(instance, physical, queue_family, limits.timestamp_period, mask),
        timeline: timeline.timeline_semaphore != 0,
    }
}

/// Extensions of a device.
pub(super) struct Extensions(Vec<vk::ExtensionProperties>);

impl Extensions {
    pub(super) fn of(instance: &Instance, physical: vk::PhysicalDevice) -> Self {
        // SAFETY: the instance lives. A device that cannot say has none.
        Self(unsafe { instance.handle.enumerate_device_extension_properties(physical) }.unwrap_or_default())
    }

    pub(super) fn has(&self, name: &CStr) -> bool {
        self.0.iter().any(|extension| extension.extension_name_as_c_str() == Ok(name))
    }
}

/// The largest shape of f16 × f16 → f32 for a subgroup.
fn matrix_shape(instance: &Instance, physical: vk::PhysicalDevice) -> Option<MatrixShape> {
    let loader = ash::khr::cooperative_matrix::Instance::new(&instance.entry, &instance.handle);
    // SAFETY: the device has the extension.
    let shapes = unsafe { loader.get_physical_device_cooperative_matrix_properties(physical) }.ok()?;
    let half = vk::ComponentTypeKHR::FLOAT16;
    let full = vk::ComponentTypeKHR::FLOAT32;
    shapes
        .iter()
        .filter(|s| s.a_type == half && s.b_type == half && s.c_type == full && s.result_type == full)
        .filter(|s| s.scope == vk::ScopeKHR::SUBGROUP && s.m_size.max(s.n_size).max(s.k_size) <= 16)
        .max_by_key(|s| s.m_size * s.n_size * s.k_size)
        .map(|s| MatrixShape { m: s.m_size, n: s.n_size, k: s.k_size })
}

/// True for processors and integrated devices whose memory is the host's.
fn maps_device_memory(instance: &Instance, physical: vk::PhysicalDevice) -> bool {
    use vk::MemoryPropertyFlags as Flags;
    // SAFETY: the instance lives.
    let (properties, kind) = unsafe {
        let kind = instance.handle.get_physical_device_properties(physical).device_type;
        (instance.handle.get_physical_device_memory_properties(physical), kind)
    };
    let wanted = Flags::DEVICE_LOCAL | Flags::HOST_VISIBLE | Flags::HOST_COHERENT | Flags::HOST_CACHED;
    let near = matches!(kind, vk::PhysicalDeviceType::CPU | vk::PhysicalDeviceType::INTEGRATED_GPU);
    near && properties.memory_types_as_slice().iter().any(|memory| memory.property_flags.contains(wanted))
}

fn timestamp_ns(instance: &Instance, physical: vk::PhysicalDevice, queue_family: u32, period: f32, mask: Mask) -> f32 {
    // SAFETY: the instance lives.
    let families = unsafe { instance.handle.get_physical_device_queue_family_properties(physical) };
    let valid = families.get(queue_family as usize).is_some_and(|family| family.timestamp_valid_bits > 0);
    if valid && !mask.no_timestamps { period } else { 0.0 }
}
