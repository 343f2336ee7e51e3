//! A runtime on a device that this test makes and owns.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use ash::vk;
use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::engine::*;
use super::host::*;

/// Counts of a queue's callbacks.
#[derive(Default)]
struct Gate {
    entered: AtomicU64,
    inside: AtomicI64,
    nested: AtomicU64,
}

unsafe extern "C" fn lock(user: *mut c_void) {
    let gate = unsafe { &*user.cast::<Gate>() };
    gate.entered.fetch_add(1, Ordering::SeqCst);
    gate.nested.fetch_add(u64::from(gate.inside.fetch_add(1, Ordering::SeqCst) != 0), Ordering::SeqCst);
}

unsafe extern "C" fn unlock(user: *mut c_void) {
    unsafe { &*user.cast::<Gate>() }.inside.fetch_sub(1, Ordering::SeqCst);
}

fn animate(runtime: *mut m2f_runtime) -> Vec<f32> {
    let model = model(runtime);
    let session = session(model, &session_options());
    ok(push(session, &tone()));
    let found = finished_weights(session);
    unsafe { m2f_model_destroy(owned(model)) };
    found
}

#[test]
fn adopted_device_animates_between_lock_and_unlock_and_stays_the_hosts() {
    for (tier, words) in [(m2f_tier::M2F_TIER_HALF, "fp16"), (m2f_tier::M2F_TIER_PACKED, "packed")] {
        for api_version in [vk::API_VERSION_1_1, vk::API_VERSION_1_3] {
            let Some(engine) = Engine::new(tier, api_version) else { return };
            let gate = Gate::default();
            let mut options = engine.options();
            options.lock = Some(lock);
            options.unlock = Some(unlock);
            options.user = (&raw const gate).cast_mut().cast();
            let (status, runtime) = create(&raw const options);
            ok(status);
            let (mut text, mut count) = ([0 as c_char; 512], 0);
            ok(unsafe { m2f_runtime_backend_name(runtime.as_ref(), text.as_mut_ptr(), text.len(), &raw mut count) });
            let name = unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy().into_owned();
            assert!(name.starts_with("vulkan ") && name.contains(words), "{name}");

            let host = super::host::runtime(1);
            let (found, expected) = (animate(runtime), animate(host));
            unsafe { m2f_runtime_destroy(owned(host)) };
            let worst = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(found.len() == expected.len() && worst < 0.01, "{name}: {worst}");

            assert!(gate.entered.load(Ordering::SeqCst) > 3, "every submission is locked");
            assert_eq!(gate.inside.load(Ordering::SeqCst), 0, "every lock is undone");
            assert_eq!(gate.nested.load(Ordering::SeqCst), 0);
            assert!(engine.works(), "beside the runtime");
            unsafe { m2f_runtime_destroy(owned(runtime)) };
            assert!(engine.works(), "after the runtime");
        }
    }
}

#[test]
fn two_runtimes_share_one_device() {
    let Some(engine) = Engine::new(m2f_tier::M2F_TIER_HALF, vk::API_VERSION_1_3) else { return };
    let options = engine.options();
    let ((first_status, first), (second_status, second)) = (create(&raw const options), create(&raw const options));
    ok(first_status);
    ok(second_status);
    let expected = animate(first);
    unsafe { m2f_runtime_destroy(owned(first)) };
    assert_eq!(animate(second), expected);
    unsafe { m2f_runtime_destroy(owned(second)) };
}

#[test]
fn requirements_name_extensions_and_features_of_every_tier() {
    let (half, matrix) = (m2f_tier::M2F_TIER_HALF as u32, m2f_tier::M2F_TIER_MATRIX as u32);
    let list = requirements(half, vk::API_VERSION_1_1);
    assert_eq!(list.api_version, vk::API_VERSION_1_1);
    assert_eq!(names(list.extensions, list.extension_count), [c"VK_KHR_shader_float16_int8"]);
    assert_eq!(list.feature_count, 2);
    let list = requirements(matrix, vk::API_VERSION_1_3);
    assert_eq!(names(list.extensions, list.extension_count), [c"VK_KHR_cooperative_matrix"]);
    assert!(list.feature_count > 2 && list.api_version == vk::API_VERSION_1_3);
    let list = requirements(m2f_tier::M2F_TIER_PACKED as u32, vk::API_VERSION_1_1);
    assert_eq!((list.extension_count, list.feature_count), (0, 0));
    unsafe {
        let mut list = std::mem::zeroed::<m2f_vulkan_requirement_list>();
        let size = size_of_val(&list);
        let argument = S::M2F_STATUS_INVALID_ARGUMENT;
        fails(m2f_vulkan_requirements(0, 0, &raw mut list, size), argument, "tier is 0");
        fails(m2f_vulkan_requirements(4, 0, &raw mut list, size), argument, "tier is 4");
        fails(m2f_vulkan_requirements(half, 0, ptr::null_mut(), size), argument, "out");
        fails(m2f_vulkan_requirements(half, 0, &raw mut list, 6), S::M2F_STATUS_INVALID_STRUCT_SIZE, "6 bytes");
        fails(m2f_vulkan_adopt_options_init(ptr::null_mut(), 64), argument, "options");
    }
}

unsafe extern "system" fn no_function(_: *mut c_void, _: *const c_char) -> m2f_vulkan_function {
    None
}

#[test]
fn incomplete_adoption_is_refused_before_any_handle_is_used() {
    let mut handle = 0u64;
    let any: *mut c_void = (&raw mut handle).cast();
    let complete = unsafe {
        let mut options = std::mem::zeroed::<m2f_vulkan_adopt_options>();
        ok(m2f_vulkan_adopt_options_init(&raw mut options, size_of_val(&options)));
        (options.instance, options.physical_device, options.device, options.queue) = (any, any, any, any);
        options.get_instance_proc_addr = Some(no_function);
        options
    };
    let refuse = |change: &dyn Fn(&mut m2f_vulkan_adopt_options), expected: S, words: &str| {
        let mut options = complete;
        change(&mut options);
        let (status, runtime) = create(&raw const options);
        fails(status, expected, words);
        assert!(runtime.is_null());
    };
    let argument = S::M2F_STATUS_INVALID_ARGUMENT;
    refuse(&|o| o.instance = ptr::null_mut(), argument, "instance is NULL");
    refuse(&|o| o.physical_device = ptr::null_mut(), argument, "physical_device is NULL");
    refuse(&|o| o.device = ptr::null_mut(), argument, "device is NULL");
    refuse(&|o| o.queue = ptr::null_mut(), argument, "queue is NULL");
    refuse(&|o| o.get_instance_proc_addr = None, argument, "get_instance_proc_addr is NULL");
    refuse(&|o| o.lock = Some(lock), argument, "both lock and unlock");
    refuse(&|o| o.tier = 0, argument, "tier is 0");
    refuse(&|o| o.optional = 2, argument, "optional");
    refuse(&|o| o.reserved = 1, argument, "reserved");
    refuse(&|o| o.struct_size = 5, S::M2F_STATUS_INVALID_STRUCT_SIZE, "struct_size is 5");
    refuse(&|o| o.api_version = vk::API_VERSION_1_0, S::M2F_STATUS_UNSUPPORTED, "older than version 1.1");
    fails(create(ptr::null()).0, argument, "adopt is NULL");
    let status = unsafe { m2f_runtime_create_vulkan(ptr::null(), &raw const complete, None) };
    fails(status, argument, "out is NULL");
}

#[test]
fn queue_family_that_is_not_there_and_the_cpu_are_refused() {
    let Some(engine) = Engine::new(m2f_tier::M2F_TIER_PACKED, vk::API_VERSION_1_1) else { return };
    let mut options = engine.options();
    options.queue_family_index = 99;
    fails(create(&raw const options).0, S::M2F_STATUS_INVALID_ARGUMENT, "queue family 99");
    let options = engine.options();
    unsafe {
        let (mut cpu, mut out) = (std::mem::zeroed::<m2f_runtime_options>(), ptr::null_mut());
        ok(m2f_runtime_options_init(&raw mut cpu, size_of_val(&cpu)));
        cpu.backend = m2f_backend::M2F_BACKEND_CPU as u32;
        let status = m2f_runtime_create_vulkan(&raw const cpu, &raw const options, to(&mut out));
        fails(status, S::M2F_STATUS_INVALID_ARGUMENT, "CPU");
    }
    assert!(engine.works());
}
