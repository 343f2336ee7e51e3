//! `media2face_vulkan.h`: a runtime on a host's own Vulkan device. Nothing of `vulkan.h` is needed.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use ash::vk;
use ash::vk::Handle;

use media2face::Runtime;
use media2face::vulkan::{HostDevice, QueueLock, Requirements, Tier};

use super::error::{Failure, m2f_status};
use super::guard::{give, given, guard, not_null};
use super::options::{self, Options};
use super::runtime::{self, m2f_runtime, m2f_runtime_options};

/// `optional` of the adoption: timeline semaphores are enabled.
pub const M2F_VULKAN_TIMELINE_SEMAPHORE: u32 = 1;

/// What to enable on your device. [`m2f_vulkan_requirements`] fills it in. The names are static. A feature is named
/// `structure.member`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_vulkan_requirement_list {
    /// Size of this struct in bytes. [`m2f_vulkan_requirements`] sets it.
    pub struct_size: u32,
    /// Least version of the instance and of the device, in the form of `VK_MAKE_API_VERSION`.
    pub api_version: u32,
    /// Number of names in `extensions`.
    pub extension_count: u32,
    /// Number of names in `features`.
    pub feature_count: u32,
    /// Number of names in `optional_extensions`.
    pub optional_extension_count: u32,
    /// Number of names in `optional_features`.
    pub optional_feature_count: u32,
    /// Device extensions to enable.
    pub extensions: *const *const c_char,
    /// Features to enable, such as `VkPhysicalDevice16BitStorageFeatures.storageBuffer16BitAccess`.
    pub features: *const *const c_char,
    /// Device extensions that the library uses if you enable them.
    pub optional_extensions: *const *const c_char,
    /// Features that the library uses if you enable them. Say so in `optional` of the adoption.
    pub optional_features: *const *const c_char,
}

/// Any Vulkan function.
pub type m2f_vulkan_function = Option<unsafe extern "system" fn()>;

/// `vkGetInstanceProcAddr`, cast to this type.
pub type m2f_vulkan_get_instance_proc_addr =
    Option<unsafe extern "system" fn(instance: *mut c_void, name: *const c_char) -> m2f_vulkan_function>;

/// Keeps you off the queue, or lets you on again. The library calls it around `vkQueueSubmit` and nothing else, on the thread
/// that submits: one that waits for a session or steps it, or a worker of the runtime. It must not call into the library.
pub type m2f_vulkan_lock = Option<unsafe extern "C" fn(user: *mut c_void)>;

/// Your device. Fill with [`m2f_vulkan_adopt_options_init`] first.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_vulkan_adopt_options {
    /// Size of this struct in bytes. [`m2f_vulkan_adopt_options_init`] sets it.
    pub struct_size: u32,
    /// `apiVersion` of the `VkApplicationInfo` that you created the instance with; 1.1 or later.
    pub api_version: u32,
    /// `vkGetInstanceProcAddr` of the loader that created the instance.
    pub get_instance_proc_addr: m2f_vulkan_get_instance_proc_addr,
    /// `VkInstance`.
    pub instance: *mut c_void,
    /// `VkPhysicalDevice`.
    pub physical_device: *mut c_void,
    /// `VkDevice`.
    pub device: *mut c_void,
    /// `VkQueue`: any queue that can compute.
    pub queue: *mut c_void,
    /// Queue family of the queue.
    pub queue_family_index: u32,
    /// The `m2f_tier` whose requirements you enabled on the device. Default `M2F_TIER_PACKED`, which has none.
    pub tier: u32,
    /// `M2F_VULKAN_…` bits: what else you enabled.
    pub optional: u32,
    /// Must be 0.
    pub reserved: u32,
    /// Called before a submission. NULL if nobody else submits to the queue.
    pub lock: m2f_vulkan_lock,
    /// Called after a submission. Set both or none.
    pub unlock: m2f_vulkan_lock,
    /// Handed to both.
    pub user: *mut c_void,
}

// SAFETY: repr(C), struct_size first; integers and pointers.
unsafe impl Options for m2f_vulkan_requirement_list {
    fn defaults() -> Self {
        Self { struct_size: size_of::<Self>() as u32, ..Self::zero() }
    }
}

// SAFETY: repr(C), struct_size first; integers, pointers and optional functions of the host's.
unsafe impl Options for m2f_vulkan_adopt_options {
    fn defaults() -> Self {
        Self { struct_size: size_of::<Self>() as u32, tier: Tier::Packed as u32, ..Self::zero() }
    }
}

/// Lists what to enable when you create your device, so that the library can adopt it with the kernels of a tier.
///
/// Parameters: `tier`, an `m2f_tier` but NONE (`m2f_device_describe` tells what a device can do); `api_version`, of the instance
/// or of the device, whichever is less (extensions in its core are left out); `out`, `size` writable bytes; `size`, sizeof *out.
/// Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE.
/// Ownership: the names are static. Threads: any. Cost: none.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_vulkan_requirements(
    tier: u32,
    api_version: u32,
    out: *mut m2f_vulkan_requirement_list,
    size: usize,
) -> m2f_status {
    guard(|| {
        not_null(out, "out")?;
        let Requirements { api_version, extensions, features, optional_extensions, optional_features } =
            to_tier(tier)?.requirements(api_version);
        let list = m2f_vulkan_requirement_list {
            api_version,
            extension_count: extensions.len() as u32,
            feature_count: features.len() as u32,
            optional_extension_count: optional_extensions.len() as u32,
            optional_feature_count: optional_features.len() as u32,
            extensions: extensions.as_ptr().cast(),
            features: features.as_ptr().cast(),
            optional_extensions: optional_extensions.as_ptr().cast(),
            optional_features: optional_features.as_ptr().cast(),
            ..m2f_vulkan_requirement_list::defaults()
        };
        // SAFETY: not NULL, and by its docs of `size` writable bytes.
        unsafe { options::write(&list, out, size) }
    })
}

/// Fills `options` with the defaults.
///
/// Parameters: `options`, `size` writable bytes; `size`, sizeof *options.
/// Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_vulkan_adopt_options_init(
    options: *mut m2f_vulkan_adopt_options,
    size: usize,
) -> m2f_status {
    // SAFETY: by its docs `options` has `size` writable bytes, or is NULL.
    unsafe { options::init(options, size) }
}

/// Creates a runtime on your device.
///
/// Parameters: `options`, or NULL for the defaults; of its device fields only the budget, the memory cap and the pipeline cache
/// are used; `adopt`, the device; `out`, receives the runtime.
/// Returns: OK; INVALID_ARGUMENT (a handle is NULL; a queue family that cannot compute; a field out of range; one callback of
/// two; `M2F_BACKEND_CPU`); INVALID_STRUCT_SIZE; UNSUPPORTED (an instance older than 1.1, a device that cannot); OUT_OF_MEMORY.
/// Ownership: yours; end it with `m2f_runtime_destroy`. Device and instance stay yours. Destroy them after the runtime and after
/// every model, identity, session and result made on it.
/// Threads: any. Threads of the runtime submit work, and so do threads that step or wait. The callbacks keep your own submissions
/// to the queue apart from theirs. Nothing waits for the whole queue or device.
/// Cost: milliseconds.
///
/// # Safety
/// As stated for the parameters; the handles belong together and what the options say is enabled is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_create_vulkan(
    options: *const m2f_runtime_options,
    adopt: *const m2f_vulkan_adopt_options,
    out: Option<&mut MaybeUninit<*mut m2f_runtime>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        not_null(adopt, "adopt")?;
        // SAFETY: by their docs both are as long as they say, and `options` may be NULL.
        let (options, adopt) = unsafe { (options::read(options)?, options::read(adopt)?) };
        let host = convert(&adopt)?;
        // SAFETY: by their docs the options' pointers are as the fields say, the handles belong together, and what is said to
        // be enabled is.
        let runtime = unsafe { Runtime::adopt(&runtime::convert(&options)?, &host) }?;
        give(m2f_runtime(runtime), out)
    })
}

fn to_tier(tier: u32) -> Result<Tier, Failure> {
    match tier {
        1 => Ok(Tier::Matrix),
        2 => Ok(Tier::Half),
        3 => Ok(Tier::Packed),
        other => Err(Failure::argument(format!("tier is {other}, not an m2f_tier that runs"))),
    }
}

fn convert(options: &m2f_vulkan_adopt_options) -> Result<HostDevice, Failure> {
    let handles = [
        ("instance", options.instance),
        ("physical_device", options.physical_device),
        ("device", options.device),
        ("queue", options.queue),
    ];
    if let Some((name, _)) = handles.iter().find(|(_, handle)| handle.is_null()) {
        return Err(Failure::argument(format!("{name} is NULL")));
    }
    let Some(get_instance_proc_addr) = options.get_instance_proc_addr else {
        return Err(Failure::argument("get_instance_proc_addr is NULL"));
    };
    if options.optional & !M2F_VULKAN_TIMELINE_SEMAPHORE != 0 || options.reserved != 0 {
        return Err(Failure::argument(format!(
            "optional has unknown bits: {:#x}, or reserved is set",
            options.optional
        )));
    }
    let lock = match (options.lock, options.unlock) {
        (Some(lock), Some(unlock)) => Some(QueueLock { lock, unlock, user: options.user }),
        (None, None) => None,
        _ => return Err(Failure::argument("set both lock and unlock, or none")),
    };
    let tier = to_tier(options.tier)?;
    Ok(HostDevice {
        // SAFETY: the same function: `vk::Instance` is a transparent pointer.
        get_instance_proc_addr: unsafe {
            std::mem::transmute::<
                unsafe extern "system" fn(*mut c_void, *const c_char) -> m2f_vulkan_function,
                vk::PFN_vkGetInstanceProcAddr,
            >(get_instance_proc_addr)
        },
        api_version: options.api_version,
        instance: vk::Instance::from_raw(options.instance as u64),
        physical: vk::PhysicalDevice::from_raw(options.physical_device as u64),
        device: vk::Device::from_raw(options.device as u64),
        queue: vk::Queue::from_raw(options.queue as u64),
        queue_family: options.queue_family_index,
        half: tier != Tier::Packed,
        matrix: tier == Tier::Matrix,
        timeline: options.optional & M2F_VULKAN_TIMELINE_SEMAPHORE != 0,
        lock,
    })
}
