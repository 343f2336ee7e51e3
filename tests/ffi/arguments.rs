//! NULL, wrong sizes, numbers out of range: an error code and a text, never more.

use std::ptr;

use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::host::*;

#[test]
fn null_arguments_are_refused_by_name() {
    let (mut number, mut float, mut double, mut count) = (0u32, 0f32, 0f64, 0usize);
    let count = &raw mut count;
    let mut calls: Vec<(&str, S)> = Vec::new();
    unsafe {
        let mut call = |words, status| {
            fails(status, S::M2F_STATUS_INVALID_ARGUMENT, words);
            calls.push((words, status));
        };
        call("options", m2f_runtime_options_init(ptr::null_mut(), 64));
        call("options", m2f_model_options_init(ptr::null_mut(), 64));
        call("options", m2f_identity_options_init(ptr::null_mut(), 24));
        call("options", m2f_session_options_init(ptr::null_mut(), 64));
        call("out", m2f_runtime_create(ptr::null(), None));
        call("runtime", m2f_runtime_backend_name(None, ptr::null_mut(), 0, count));
        let (mut new_model, mut identity) = (ptr::null_mut(), ptr::null_mut());
        let (mut new_session, mut new_result) = (ptr::null_mut(), ptr::null_mut());
        call("runtime", m2f_model_create(None, ptr::null(), to(&mut new_model)));
        call("out", m2f_model_create(None, ptr::null(), None));
        call("model", m2f_identity_create(None, ptr::null(), to(&mut identity)));
        call("model", m2f_session_create(None, ptr::null(), to(&mut new_session)));
        call("session", m2f_session_pull(None, to(&mut new_result)));
        assert!(new_model.is_null() && identity.is_null(), "nothing is written on failure");
        assert!(new_session.is_null() && new_result.is_null(), "nothing is written on failure");
        call("model", m2f_model_fps(None, to(&mut float)));
        call("model", m2f_model_weight_count(None, to(&mut number)));
        call("model", m2f_model_vertex_count(None, to(&mut number)));
        call("model", m2f_model_identity_count(None, to(&mut number)));
        call("out", m2f_model_weight_count(None, None));
        call("model", m2f_model_weight_name(None, 0, ptr::null_mut(), 0, count));
        call("model", m2f_model_identity_name(None, 0, ptr::null_mut(), 0, count));
        call("model", m2f_model_part_count(None, to(&mut number)));
        call("model", m2f_model_read_texcoord(None, ptr::null_mut(), 0, count));
        call("model", m2f_model_read_texture(None, 0, ptr::null_mut(), 0, count));
        call("identity", m2f_identity_describe_part(None, 0, ptr::null_mut(), 0));
        call("model", m2f_model_read_eye_range_rad(None, ptr::null_mut(), 0, count));
        call("model", m2f_model_find_faces(None, ptr::null(), 0, ptr::null_mut(), 0, count));
        call("model", m2f_model_read_triangles(None, ptr::null_mut(), 0, count));
        call("identity", m2f_identity_read_vertices_mm(None, ptr::null_mut(), 0, count));
        call("identity", m2f_identity_read_blendshapes_mm(None, ptr::null_mut(), 0, count));
        call("session", m2f_session_push_f32(None, ptr::null(), 4));
        call("session", m2f_session_push_i16(None, ptr::null(), 4));
        call("session", m2f_session_finish(None));
        call("session", m2f_session_step(None, 1));
        call("session", m2f_session_wait(None, 1));
        call("session", m2f_session_cancel(None));
        call("out", m2f_session_progress(None, None));
        call("result", m2f_result_duration_s(None, to(&mut double)));
        call("result", m2f_result_frame_count(None, 30.0, to(&mut number)));
        call("result", m2f_result_set_channel(ptr::null_mut(), 0, None));
        call("result", m2f_result_read_weights(None, 0.0, 0, 1, ptr::null_mut(), 0, count));
        call("result", m2f_result_read_heads(None, 0.0, 0, 1, ptr::null_mut(), 0, count));
        call("result", m2f_result_read_offsets_mm(None, 0.0, 0, 1, ptr::null_mut(), 0, count));
        call("result", m2f_result_read_normals(None, 0.0, 0, 1, ptr::null_mut(), 0, count));
        let none = ptr::null_mut();
        call("result", m2f_result_read_offsets_and_normals(None, 0.0, 0, 1, none, none, 0, count));
        call("result", m2f_result_sample(None, 0.0, ptr::null_mut(), 0, ptr::null_mut(), ptr::null_mut(), 0));
    }
    assert!(calls.len() > 30);
}

#[test]
fn queries_without_a_place_for_the_count_are_refused() {
    let runtime = runtime(0);
    let model = model(runtime);
    unsafe {
        let none = ptr::null_mut();
        let argument = S::M2F_STATUS_INVALID_ARGUMENT;
        fails(m2f_runtime_backend_name(runtime.as_ref(), none, 0, ptr::null_mut()), argument, "NULL");
        fails(m2f_model_weight_name(model.as_ref(), 0, none, 8, ptr::null_mut()), argument, "NULL");
        m2f_model_destroy(owned(model));
        m2f_runtime_destroy(owned(runtime));
    }
}

#[test]
fn destroying_null_is_nothing() {
    m2f_runtime_destroy(None);
    m2f_model_destroy(None);
    m2f_identity_destroy(None);
    m2f_session_destroy(None);
    m2f_result_destroy(None);
}

#[test]
fn wrong_struct_sizes_are_refused() {
    unsafe {
        let mut options = std::mem::zeroed::<m2f_runtime_options>();
        for size in [0, 3, 7, 13, 1 << 20] {
            // Only sizes that are refused before anything is written, or that the struct has room for.
            if size != 1 << 20 {
                let status = m2f_runtime_options_init(&raw mut options, size);
                assert_eq!(status, S::M2F_STATUS_INVALID_STRUCT_SIZE, "size {size}");
            }
            options.struct_size = size as u32;
            let mut out = ptr::null_mut();
            let status = m2f_runtime_create(&raw const options, to(&mut out));
            assert_eq!(status, S::M2F_STATUS_INVALID_STRUCT_SIZE, "struct_size {size}");
            assert!(out.is_null());
        }
    }
}

#[repr(C)]
struct Longer {
    known: m2f_runtime_options,
    unknown: u64,
}

#[test]
fn longer_struct_is_read_while_its_unknown_fields_are_zero() {
    unsafe {
        let mut options = std::mem::zeroed::<Longer>();
        options.unknown = 7;
        ok(m2f_runtime_options_init((&raw mut options).cast(), size_of::<Longer>()));
        assert_eq!(options.unknown, 0, "init clears what it does not know");
        options.known.thread_count = 0;
        let mut out = ptr::null_mut();
        ok(m2f_runtime_create((&raw const options).cast(), to(&mut out)));
        m2f_runtime_destroy(owned(out));
        options.unknown = 1;
        let status = m2f_runtime_create((&raw const options).cast(), to(&mut out));
        fails(status, S::M2F_STATUS_INVALID_STRUCT_SIZE, "not zero");
    }
}

#[test]
fn shorter_struct_takes_defaults_and_writes_no_further() {
    unsafe {
        let mut options = std::mem::zeroed::<m2f_session_options>();
        options.style_strength = 9.0;
        ok(m2f_session_options_init(&raw mut options, 24));
        assert_eq!((options.struct_size, options.sample_rate_hz), (24, 16_000));
        assert_eq!(options.style_strength, 9.0, "bytes past the given size are the caller's");
        let (runtime, mut out) = (runtime(0), ptr::null_mut());
        let model = model(runtime);
        ok(m2f_session_create(model.as_ref(), &raw const options, to(&mut out)));
        m2f_session_destroy(owned(out));
        m2f_model_destroy(owned(model));
        m2f_runtime_destroy(owned(runtime));
    }
}

#[test]
fn options_out_of_range_are_refused() {
    let runtime = runtime(0);
    let model = model(runtime);
    let refuse = |change: &dyn Fn(&mut m2f_session_options), expected: S, words: &str| {
        let (mut options, mut out) = (session_options(), ptr::null_mut());
        change(&mut options);
        fails(unsafe { m2f_session_create(model.as_ref(), &raw const options, to(&mut out)) }, expected, words);
        assert!(out.is_null());
    };
    let argument = S::M2F_STATUS_INVALID_ARGUMENT;
    refuse(&|o| o.sample_rate_hz = 0, argument, "");
    refuse(&|o| o.sample_rate_hz = u32::MAX, argument, "");
    refuse(&|o| o.channel_count = 0, argument, "");
    refuse(&|o| o.step_count = u32::MAX, argument, "steps");
    refuse(&|o| o.eta = 2.0, argument, "eta");
    refuse(&|o| o.noise_scale = 1.5, argument, "noise_scale");
    refuse(&|o| o.noise_scale = -0.5, argument, "noise_scale");
    refuse(&|o| o.no_default_style = 2, argument, "no_default_style");
    refuse(&|o| o.guidance_audio = f32::INFINITY, argument, "guidance");
    refuse(&|o| o.style_strength = f32::NAN, argument, "guidance");
    let code = [0f32; 3];
    refuse(&|o| (o.style_code, o.style_code_count) = (code.as_ptr(), 3), argument, "style code");
    let text = c("happy");
    refuse(
        &|o| (o.style_text, o.style_code, o.style_code_count) = (text.as_ptr(), code.as_ptr(), 3),
        argument,
        "at most one",
    );
    let invalid = [0xff_u8, 0xfe, 0];
    refuse(&|o| o.style_text = invalid.as_ptr().cast(), S::M2F_STATUS_INVALID_UTF8, "style_text");
    unsafe {
        m2f_model_destroy(owned(model));
        m2f_runtime_destroy(owned(runtime));
    }
}

#[test]
fn model_takes_exactly_one_source_and_names_what_is_wrong() {
    let runtime = runtime(0);
    let refuse = |change: &dyn Fn(&mut m2f_model_options), expected: S, words: &str| unsafe {
        let (mut options, mut out) = (std::mem::zeroed::<m2f_model_options>(), ptr::null_mut());
        ok(m2f_model_options_init(&raw mut options, size_of_val(&options)));
        change(&mut options);
        fails(m2f_model_create(runtime.as_ref(), &raw const options, to(&mut out)), expected, words);
        assert!(out.is_null());
    };
    unsafe extern "C" fn refuses(_: u64, _: *mut u8, _: usize, _: *mut std::ffi::c_void) -> i32 {
        5
    }
    let (pack, path) = (tiny_pack(), c("/nowhere/at/all.m2f"));
    refuse(&|_| {}, S::M2F_STATUS_INVALID_ARGUMENT, "exactly one");
    refuse(
        &|o| (o.path, o.data, o.data_size) = (path.as_ptr(), pack.as_ptr(), 8),
        S::M2F_STATUS_INVALID_ARGUMENT,
        "exactly one",
    );
    refuse(&|o| o.path = path.as_ptr(), S::M2F_STATUS_IO, "all.m2f");
    refuse(&|o| (o.data, o.data_size) = (pack.as_ptr(), 100), S::M2F_STATUS_INVALID_PACK, "");
    refuse(&|o| (o.read, o.read_size) = (Some(refuses as _), 1000), S::M2F_STATUS_IO, "answered 5");
    unsafe { m2f_runtime_destroy(owned(runtime)) };
}

#[test]
fn small_buffer_is_an_error_and_stays_untouched() {
    let runtime = runtime(0);
    let model = model(runtime);
    unsafe {
        let (mut count, mut name) = (0, [7_i8; 4]);
        ok(m2f_model_weight_name(model.as_ref(), 0, ptr::null_mut(), 0, &raw mut count));
        assert!(count > 4);
        let status = m2f_model_weight_name(model.as_ref(), 0, name.as_mut_ptr().cast(), 4, ptr::null_mut());
        fails(status, S::M2F_STATUS_BUFFER_TOO_SMALL, "needed");
        assert_eq!(name, [7; 4]);
        fails(
            m2f_model_weight_name(model.as_ref(), 5000, ptr::null_mut(), 0, &raw mut count),
            S::M2F_STATUS_INVALID_ARGUMENT,
            "index 5000",
        );
        m2f_model_destroy(owned(model));
        m2f_runtime_destroy(owned(runtime));
    }
}
