//! Choice of the backend, the list of devices and what a runtime tells about its own, with a Vulkan loader and without.

use std::ffi::{CStr, c_char};
use std::ptr;

use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::extent::{NO_DEVICE, left_out};
use super::host::*;

fn options() -> m2f_runtime_options {
    unsafe {
        let mut options = std::mem::zeroed::<m2f_runtime_options>();
        ok(m2f_runtime_options_init(&raw mut options, size_of_val(&options)));
        options.thread_count = 0;
        options
    }
}

fn create(options: &m2f_runtime_options) -> (S, *mut m2f_runtime) {
    let mut out = ptr::null_mut();
    let status = unsafe { m2f_runtime_create(options, to(&mut out)) };
    (status, out)
}

fn text(read: impl Fn(*mut c_char, usize, *mut usize) -> S) -> String {
    let mut count = 0;
    ok(read(ptr::null_mut(), 0, &raw mut count));
    let mut buffer = vec![0 as c_char; count];
    ok(read(buffer.as_mut_ptr(), count, ptr::null_mut()));
    unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_str().expect("UTF-8").to_owned()
}

fn name(runtime: *const m2f_runtime) -> String {
    text(|buffer, capacity, count| unsafe { m2f_runtime_backend_name(runtime.as_ref(), buffer, capacity, count) })
}

fn reason(runtime: *const m2f_runtime) -> String {
    text(|buffer, capacity, count| unsafe { m2f_runtime_backend_reason(runtime.as_ref(), buffer, capacity, count) })
}

fn describe(index: u32) -> m2f_device_info {
    unsafe {
        let mut info = std::mem::zeroed::<m2f_device_info>();
        ok(m2f_device_describe(index, &raw mut info, size_of_val(&info)));
        info
    }
}

/// Number of devices; none without a loader.
fn device_count() -> u32 {
    let mut count = 77;
    match m2f_device_count(to(&mut count)) {
        S::M2F_STATUS_OK => count,
        status => {
            fails(status, S::M2F_STATUS_UNSUPPORTED, "Vulkan");
            assert_eq!(count, 77, "outputs are written on success alone");
            0
        }
    }
}

#[test]
fn list_describes_every_device_and_nothing_past_its_end() {
    let count = device_count();
    for index in 0..count {
        let info = describe(index);
        assert_eq!((info.struct_size as usize, info.index), (size_of_val(&info), index));
        assert!(info.kind <= 4 && info.tier <= 3 && info.api_major >= 1);
        let text = |field: &[c_char]| unsafe { CStr::from_ptr(field.as_ptr()) }.to_str().expect("UTF-8").to_owned();
        assert!(!text(&info.name).is_empty());
        assert_eq!(info.tier == 0, !text(&info.fault).is_empty());
        let mut start = unsafe { std::mem::zeroed::<m2f_device_info>() };
        start.vendor_id = 42;
        ok(unsafe { m2f_device_describe(index, &raw mut start, 32) });
        assert_eq!((start.struct_size, start.uuid, start.vendor_id), (32, info.uuid, 42), "32 bytes are written");
    }
    unsafe {
        let mut info = std::mem::zeroed::<m2f_device_info>();
        let size = size_of_val(&info);
        let expected = if count == 0 { S::M2F_STATUS_UNSUPPORTED } else { S::M2F_STATUS_INVALID_ARGUMENT };
        let status = m2f_device_describe(count, &raw mut info, size);
        assert!(status == expected || status == S::M2F_STATUS_INVALID_ARGUMENT, "{status:?}");
        fails(m2f_device_describe(0, ptr::null_mut(), size), S::M2F_STATUS_INVALID_ARGUMENT, "out");
        fails(m2f_device_describe(0, &raw mut info, 5), S::M2F_STATUS_INVALID_STRUCT_SIZE, "5 bytes");
        fails(m2f_device_count(None), S::M2F_STATUS_INVALID_ARGUMENT, "out");
    }
}

#[test]
fn host_with_the_struct_of_the_first_version_gets_the_automatic_choice() {
    let first_version = std::mem::offset_of!(m2f_runtime_options, backend);
    let mut options = options();
    options.struct_size = first_version as u32;
    (options.backend, options.gpu_budget_ms) = (99, -1.0);
    let (status, runtime) = create(&options);
    ok(status);
    assert!(!name(runtime).is_empty() && !reason(runtime).is_empty());
    unsafe { m2f_runtime_destroy(owned(runtime)) };
}

#[test]
fn choices_out_of_range_are_refused_on_every_machine() {
    let refuse = |change: &dyn Fn(&mut m2f_runtime_options), words: &str| {
        let mut options = options();
        change(&mut options);
        let (status, runtime) = create(&options);
        fails(status, S::M2F_STATUS_INVALID_ARGUMENT, words);
        assert!(runtime.is_null());
    };
    refuse(&|o| o.backend = 3, "backend is 3");
    refuse(&|o| (o.device_index, o.device_uuid) = (0, [1; 16]), "at most one");
    refuse(&|o| o.gpu_low_priority = 2, "gpu_low_priority");
    refuse(&|o| o.gpu_budget_ms = 0.0, "budget");
    refuse(&|o| o.gpu_budget_ms = f32::NAN, "budget");
    refuse(&|o| o.pipeline_cache_size = 5, "pipeline_cache");
}

#[test]
fn vulkan_that_is_not_there_is_an_error_never_the_cpu() {
    let mut options = options();
    options.backend = m2f_backend::M2F_BACKEND_VULKAN as u32;
    options.device_index = 1000;
    let (status, runtime) = create(&options);
    assert!(matches!(status, S::M2F_STATUS_INVALID_ARGUMENT | S::M2F_STATUS_UNSUPPORTED), "{status:?}");
    assert!(runtime.is_null() && last_error().contains("Vulkan"), "{}", last_error());
    options.backend = m2f_backend::M2F_BACKEND_AUTO as u32;
    let text = last_error();
    let (status, runtime) = create(&options);
    ok(status);
    assert!(name(runtime).starts_with("cpu "));
    assert_eq!(reason(runtime), text, "the reason is what the error says");
    unsafe { m2f_runtime_destroy(owned(runtime)) };
}

#[test]
fn cpu_answers_the_calls_about_a_device() {
    let mut options = options();
    options.backend = m2f_backend::M2F_BACKEND_CPU as u32;
    let (status, runtime) = create(&options);
    ok(status);
    assert_eq!(reason(runtime), "asked for");
    unsafe {
        let (mut used, mut reserved, mut count) = (7, 7, 0);
        ok(m2f_runtime_gpu_memory(runtime.as_ref(), &raw mut used, &raw mut reserved));
        assert_eq!((used, reserved), (0, 0));
        ok(m2f_runtime_gpu_memory(runtime.as_ref(), &raw mut used, ptr::null_mut()));
        ok(m2f_runtime_trim(runtime.as_ref()));
        let unsupported = S::M2F_STATUS_UNSUPPORTED;
        fails(m2f_runtime_set_gpu_budget_ms(runtime.as_ref(), 5.0), unsupported, "CPU");
        fails(
            m2f_runtime_read_pipeline_cache(runtime.as_ref(), ptr::null_mut(), 0, &raw mut count),
            unsupported,
            "CPU",
        );
        let model = model(runtime);
        ok(m2f_model_warm_up(model.as_ref(), 0.5));
        fails(m2f_model_warm_up(model.as_ref(), -1.0), S::M2F_STATUS_INVALID_ARGUMENT, "-1");
        m2f_model_destroy(owned(model));
        m2f_runtime_destroy(owned(runtime));
    }
}

#[test]
fn null_runtimes_are_refused_by_name() {
    unsafe {
        let argument = S::M2F_STATUS_INVALID_ARGUMENT;
        let (mut bytes, mut count) = (0, 0);
        fails(m2f_runtime_backend_reason(None, ptr::null_mut(), 0, &raw mut count), argument, "runtime");
        fails(m2f_runtime_gpu_memory(None, &raw mut bytes, ptr::null_mut()), argument, "runtime");
        fails(m2f_runtime_gpu_memory(None, ptr::null_mut(), ptr::null_mut()), argument, "used_bytes");
        fails(m2f_runtime_trim(None), argument, "runtime");
        fails(m2f_runtime_set_gpu_budget_ms(None, 5.0), argument, "runtime");
        fails(m2f_runtime_read_pipeline_cache(None, ptr::null_mut(), 0, &raw mut count), argument, "runtime");
        fails(m2f_model_warm_up(None, 1.0), argument, "model");
    }
}

/// The device that tests run on: Mesa's by its name, or with `best` any.
fn test_device() -> Option<u32> {
    let wish = std::env::var("M2F_TEST_VULKAN").inspect_err(|_| left_out(NO_DEVICE)).ok()?;
    if wish == "best" {
        return Some(M2F_DEVICE_BEST);
    }
    let named = |index: &u32| {
        let info = describe(*index);
        unsafe { CStr::from_ptr(info.name.as_ptr()) }.to_string_lossy().contains("llvmpipe")
    };
    let found = (0..device_count()).find(named);
    assert!(found.is_some() || wish != "require", "no llvmpipe");
    found
}

#[test]
fn device_animates_and_its_cache_opens_the_next_runtime() {
    let Some(index) = test_device() else { return };
    let mut options = options();
    (options.backend, options.device_index) = (m2f_backend::M2F_BACKEND_VULKAN as u32, index);
    (options.gpu_low_priority, options.gpu_budget_ms) = (1, 20.0);
    let animate = |options: &m2f_runtime_options| unsafe {
        let (status, runtime) = create(options);
        ok(status);
        assert!(name(runtime).starts_with("vulkan "));
        let model = model(runtime);
        let session = session(model, &session_options());
        ok(push(session, &tone()));
        ok(m2f_session_finish(session.as_ref()));
        ok(m2f_runtime_set_gpu_budget_ms(runtime.as_ref(), 5.0));
        ok(m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER));
        let result = pull(session);
        let found = weights(result, 30.0);
        let (mut used, mut reserved, mut count) = (0, 0, 0);
        ok(m2f_runtime_gpu_memory(runtime.as_ref(), &raw mut used, &raw mut reserved));
        assert!(used > 0 && reserved >= used);
        ok(m2f_runtime_read_pipeline_cache(runtime.as_ref(), ptr::null_mut(), 0, &raw mut count));
        let mut blob = vec![0; count];
        ok(m2f_runtime_read_pipeline_cache(runtime.as_ref(), blob.as_mut_ptr(), count, ptr::null_mut()));
        m2f_result_destroy(owned(result));
        m2f_session_destroy(owned(session));
        m2f_model_destroy(owned(model));
        ok(m2f_runtime_trim(runtime.as_ref()));
        ok(m2f_runtime_gpu_memory(runtime.as_ref(), &raw mut used, &raw mut reserved));
        assert_eq!((used, reserved), (0, 0));
        m2f_runtime_destroy(owned(runtime));
        (found, blob)
    };
    let (expected, blob) = animate(&options);
    let damaged: Vec<u8> = blob.iter().map(|byte| byte ^ 0x5a).collect();
    for blob in [&blob, &damaged, &vec![1, 2, 3]] {
        (options.pipeline_cache, options.pipeline_cache_size) = (blob.as_ptr(), blob.len() as u64);
        assert_eq!(animate(&options).0, expected, "same seed, same bytes");
    }
}
