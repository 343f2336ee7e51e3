//! The main job through the C ABI: order of calls, cancel, step, threads, sampling.

use std::ptr;

use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::host::*;

fn animate(rig: &Rig, options: &m2f_session_options) -> Vec<f32> {
    let session = session(rig.model, options);
    ok(push(session, &tone()));
    unsafe {
        ok(m2f_session_finish(session.as_ref()));
        ok(m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER));
        let result = pull(session);
        m2f_session_destroy(owned(session));
        let found = weights(result, 30.0);
        m2f_result_destroy(owned(result));
        found
    }
}

#[test]
fn same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let options = session_options();
    let one = animate(&Rig::new(1), &options);
    for threads in [0, 2, 3] {
        assert_eq!(animate(&Rig::new(threads), &options), one, "{threads} threads");
    }
    let other = m2f_session_options { seed: 1, ..options };
    assert_ne!(animate(&Rig::new(1), &other), one, "another seed");
}

#[test]
fn seed_of_the_sound_is_the_default_and_is_told() {
    let rig = Rig::new(1);
    let take = |options: &m2f_session_options, samples: &[f32]| {
        let session = session(rig.model, options);
        ok(push(session, samples));
        let result = finished(session);
        let mut seed = 0;
        unsafe {
            ok(m2f_result_seed(result.as_ref(), to(&mut seed)));
            fails(m2f_result_seed(result.as_ref(), None), S::M2F_STATUS_INVALID_ARGUMENT, "out");
            let found = weights(result, 30.0);
            m2f_result_destroy(owned(result));
            (seed, found)
        }
    };
    let options = session_options();
    assert_eq!(options.seed, M2F_SEED_AUTO);
    let (seed, unasked) = take(&options, &tone());
    assert!(seed < 1 << 32);
    assert_eq!(take(&m2f_session_options { seed, ..options }, &tone()), (seed, unasked));
    assert_eq!(take(&m2f_session_options { seed: 0, ..options }, &tone()).0, 0);
    assert_ne!(take(&options, &tone()[1..]).0, seed, "another sound");
}

#[test]
fn default_style_is_turned_off_by_a_flag() {
    let rig = Rig::new(1);
    // The tiny pack has none, so that nothing changes.
    let plain = animate(&rig, &session_options());
    assert_eq!(animate(&rig, &m2f_session_options { no_default_style: 1, ..session_options() }), plain);
}

#[test]
fn calls_out_of_order_are_refused() {
    let rig = Rig::new(0);
    let session = session(rig.model, &session_options());
    unsafe {
        let mut out = ptr::null_mut();
        fails(m2f_session_pull(session.as_ref(), to(&mut out)), S::M2F_STATUS_INVALID_STATE, "not finished");
        fails(m2f_session_wait(session.as_ref(), 0), S::M2F_STATUS_INVALID_STATE, "not finished");
        ok(push(session, &tone()));
        ok(m2f_session_finish(session.as_ref()));
        fails(m2f_session_finish(session.as_ref()), S::M2F_STATUS_INVALID_STATE, "before");
        fails(push(session, &tone()), S::M2F_STATUS_INVALID_STATE, "after the end");
        assert_eq!(m2f_session_pull(session.as_ref(), to(&mut out)), S::M2F_STATUS_NOT_READY);
        assert!(out.is_null());
        m2f_session_destroy(owned(session));
    }
}

#[test]
fn bad_audio_is_refused_and_the_session_goes_on() {
    let rig = Rig::new(0);
    let session = session(rig.model, &session_options());
    unsafe {
        for bad in [f32::NAN, f32::INFINITY] {
            fails(push(session, &[0.1, bad, 0.2]), S::M2F_STATUS_INVALID_AUDIO, "");
        }
        ok(push(session, &[0.5]));
        ok(m2f_session_finish(session.as_ref()));
        ok(m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER));
        let result = pull(session);
        assert_eq!(weights(result, 30.0).len(), 52, "one sample is one frame");
        m2f_result_destroy(owned(result));
        m2f_session_destroy(owned(session));
    }
}

#[test]
fn step_does_the_work_of_a_runtime_without_threads() {
    let rig = Rig::new(0);
    let session = session(rig.model, &session_options());
    ok(push(session, &tone()));
    let (mut steps, mut last) = (0, 0.0);
    unsafe {
        ok(m2f_session_finish(session.as_ref()));
        loop {
            let mut progress = std::mem::zeroed();
            ok(m2f_session_progress(session.as_ref(), to(&mut progress)));
            assert!(progress.fraction >= last && progress.fraction <= 1.0, "{last} then {}", progress.fraction);
            last = progress.fraction;
            match m2f_session_step(session.as_ref(), 0) {
                S::M2F_STATUS_NOT_READY => steps += 1,
                status => break ok(status),
            }
            assert!(steps < 1000);
        }
        assert!(steps >= 3, "a budget of 0 does one unit at a time, {steps} here");
        m2f_result_destroy(owned(pull(session)));
        m2f_session_destroy(owned(session));
    }
}

#[test]
fn cancel_ends_the_job_at_every_stage() {
    let rig = Rig::new(0);
    let prompt = c("a happy face");
    let options = m2f_session_options { style_text: prompt.as_ptr(), ..session_options() };
    let mut stages = Vec::new();
    for units in 0..10 {
        let session = session(rig.model, &options);
        unsafe {
            if units > 0 {
                ok(push(session, &tone()));
                ok(m2f_session_finish(session.as_ref()));
                for _ in 1..units {
                    m2f_session_step(session.as_ref(), 0);
                }
            }
            let mut progress = std::mem::zeroed();
            ok(m2f_session_progress(session.as_ref(), to(&mut progress)));
            ok(m2f_session_cancel(session.as_ref()));
            if progress.stage != m2f_stage::M2F_STAGE_DONE as u32 {
                stages.push(progress.stage);
                assert_eq!(
                    m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER),
                    S::M2F_STATUS_CANCELLED,
                    "after {units} units"
                );
                let mut out = ptr::null_mut();
                assert_eq!(m2f_session_pull(session.as_ref(), to(&mut out)), S::M2F_STATUS_CANCELLED);
                assert_eq!(push(session, &tone()), S::M2F_STATUS_CANCELLED);
            }
            m2f_session_destroy(owned(session));
        }
    }
    stages.dedup();
    assert_eq!(stages, [0, 1, 2, 3], "input, style, speech and motion were all met");
}

#[test]
fn cancel_ends_a_worker_in_the_middle_of_its_work() {
    let rig = Rig::new(2);
    let options = m2f_session_options { step_count: 500, ..session_options() };
    let long = tone().repeat(40);
    let stage = |session: *mut m2f_session| {
        let mut progress = unsafe { std::mem::zeroed() };
        ok(unsafe { m2f_session_progress(session.as_ref(), to(&mut progress)) });
        progress.stage
    };
    // A machine that lets the worker alone run may let it come to its end first: then another one is tried.
    for _ in 0..10 {
        let session = session(rig.model, &options);
        ok(push(session, &long));
        unsafe {
            ok(m2f_session_finish(session.as_ref()));
            while stage(session) < m2f_stage::M2F_STAGE_MOTION as u32 {
                std::thread::yield_now();
            }
            ok(m2f_session_cancel(session.as_ref()));
            let status = m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER);
            let done = stage(session) == m2f_stage::M2F_STAGE_DONE as u32;
            m2f_session_destroy(owned(session));
            match status {
                S::M2F_STATUS_CANCELLED => return,
                status => assert!(done, "{status:?}"),
            }
        }
    }
    panic!("no cancel came before the end");
}

#[test]
fn done_is_shown_only_with_the_result() {
    let rig = Rig::new(1);
    for _ in 0..40 {
        let session = session(rig.model, &session_options());
        ok(push(session, &tone()[..2000]));
        unsafe {
            ok(m2f_session_finish(session.as_ref()));
            loop {
                let mut progress = std::mem::zeroed();
                ok(m2f_session_progress(session.as_ref(), to(&mut progress)));
                if progress.stage == m2f_stage::M2F_STAGE_DONE as u32 {
                    break;
                }
            }
            m2f_result_destroy(owned(pull(session)));
            m2f_session_destroy(owned(session));
        }
    }
}

#[test]
fn steps_past_the_schedule_are_refused_at_create() {
    let rig = Rig::new(0);
    let (options, mut out) = (m2f_session_options { step_count: 501, ..session_options() }, ptr::null_mut());
    let status = unsafe { m2f_session_create(rig.model.as_ref(), &raw const options, to(&mut out)) };
    fails(status, S::M2F_STATUS_INVALID_ARGUMENT, "steps");
}

#[test]
fn identity_of_another_model_is_refused() {
    let (rig, other) = (Rig::new(0), Rig::new(0));
    let (mut identity, mut out) = (ptr::null_mut(), ptr::null_mut());
    unsafe {
        ok(m2f_identity_create(other.model.as_ref(), ptr::null(), to(&mut identity)));
        let options = m2f_session_options { identity, ..session_options() };
        let status = m2f_session_create(rig.model.as_ref(), &raw const options, to(&mut out));
        fails(status, S::M2F_STATUS_INVALID_ARGUMENT, "another model");
        m2f_identity_destroy(owned(identity));
    }
}

#[test]
fn getters_tell_what_the_pack_holds() {
    let rig = Rig::new(1);
    let (mut weights, mut vertices, mut identities, mut fps) = (0, 0, 0, 0.0);
    unsafe {
        ok(m2f_model_weight_count(rig.model.as_ref(), to(&mut weights)));
        ok(m2f_model_vertex_count(rig.model.as_ref(), to(&mut vertices)));
        ok(m2f_model_identity_count(rig.model.as_ref(), to(&mut identities)));
        ok(m2f_model_fps(rig.model.as_ref(), to(&mut fps)));
        assert_eq!((weights, fps), (52, 30.0));

        let mut count = 0;
        ok(m2f_model_read_triangles(rig.model.as_ref(), ptr::null_mut(), 0, &raw mut count));
        let mut triangles = vec![u32::MAX; count];
        ok(m2f_model_read_triangles(rig.model.as_ref(), triangles.as_mut_ptr(), count, ptr::null_mut()));
        assert!(count > 0 && count % 3 == 0 && triangles.iter().all(|&v| v < vertices));

        let mut range = [0.0f32; 4];
        ok(m2f_model_read_eye_range_rad(rig.model.as_ref(), range.as_mut_ptr(), 4, &raw mut count));
        assert!(count == 4 && range.iter().all(|angle| (0.05..1.1).contains(angle)), "{range:?}");

        let text = |read: &dyn Fn(*mut std::ffi::c_char, usize, *mut usize) -> S| {
            let mut count = 0;
            ok(read(ptr::null_mut(), 0, &raw mut count));
            let mut bytes = vec![1u8; count];
            ok(read(bytes.as_mut_ptr().cast(), count, ptr::null_mut()));
            std::ffi::CString::from_vec_with_nul(bytes).expect("one NUL at the end").into_string().expect("UTF-8")
        };
        let names: Vec<_> =
            (0..weights).map(|i| text(&|b, n, c| m2f_model_weight_name(rig.model.as_ref(), i, b, n, c))).collect();
        assert!(names.iter().any(|name| name == "jawOpen"), "{names:?}");
        let backend = text(&|b, n, c| m2f_runtime_backend_name(rig.runtime.as_ref(), b, n, c));
        assert!(backend.starts_with("cpu") && backend.ends_with("1 thread"), "{backend}");

        for i in 0..identities {
            let name = text(&|b, n, c| m2f_model_identity_name(rig.model.as_ref(), i, b, n, c));
            let name = c(&name);
            let mut options = std::mem::zeroed::<m2f_identity_options>();
            ok(m2f_identity_options_init(&raw mut options, size_of_val(&options)));
            options.name = name.as_ptr();
            let mut identity = ptr::null_mut();
            ok(m2f_identity_create(rig.model.as_ref(), &raw const options, to(&mut identity)));
            let mut neutral = vec![f32::NAN; vertices as usize * 3];
            ok(m2f_identity_read_vertices_mm(identity.as_ref(), neutral.as_mut_ptr(), neutral.len(), ptr::null_mut()));
            assert!(neutral.iter().all(|v| v.is_finite()));
            m2f_identity_destroy(owned(identity));
        }
        assert!(identities > 1);
        let version = std::ffi::CStr::from_ptr(m2f_version_string()).to_str().expect("UTF-8");
        assert_eq!(version, env!("CARGO_PKG_VERSION"));
        let numbers: Vec<u32> = version.split('.').map(|n| n.parse().expect("a number")).collect();
        assert_eq!(m2f_version(), numbers[0] << 16 | numbers[1] << 8 | numbers[2]);
    }
}

#[test]
fn normals_are_unit_vectors_and_duration_is_the_clip_s() {
    let rig = Rig::new(1);
    let session = session(rig.model, &session_options());
    ok(push(session, &tone()));
    unsafe {
        ok(m2f_session_finish(session.as_ref()));
        ok(m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER));
        let result = pull(session);
        let (mut duration, mut count) = (0.0, 0);
        ok(m2f_result_duration_s(result.as_ref(), to(&mut duration)));
        assert_eq!(duration, 0.5);
        ok(m2f_result_read_normals(result.as_ref(), 0.0, 2, 2, ptr::null_mut(), 0, &raw mut count));
        let mut normals = vec![f32::NAN; count];
        ok(m2f_result_read_normals(result.as_ref(), 0.0, 2, 2, normals.as_mut_ptr(), count, ptr::null_mut()));
        for normal in normals.as_chunks::<3>().0 {
            let length = normal.iter().map(|c| c * c).sum::<f32>().sqrt();
            assert!((length - 1.0).abs() < 1e-4, "{normal:?}");
        }
        let (mut offsets, mut together) = (vec![f32::NAN; count], [vec![f32::NAN; count], vec![f32::NAN; count]]);
        ok(m2f_result_read_offsets_mm(result.as_ref(), 0.0, 2, 2, offsets.as_mut_ptr(), count, ptr::null_mut()));
        let (to, mut written) = (together.each_mut().map(Vec::as_mut_ptr), 0);
        ok(m2f_result_read_offsets_and_normals(result.as_ref(), 0.0, 2, 2, to[0], to[1], count, &raw mut written));
        assert!(together == [offsets, normals] && written == count, "one decode gives the bits of two");
        let none = ptr::null_mut();
        ok(m2f_result_read_offsets_and_normals(result.as_ref(), 0.0, 2, 2, none, none, 0, &raw mut written));
        assert_eq!(written, count);
        let half =
            m2f_result_read_offsets_and_normals(result.as_ref(), 0.0, 2, 2, to[0], none, count, &raw mut written);
        fails(half, S::M2F_STATUS_INVALID_ARGUMENT, "buffer is NULL");
        let small =
            m2f_result_read_offsets_and_normals(result.as_ref(), 0.0, 2, 2, to[0], to[1], count - 1, none.cast());
        fails(small, S::M2F_STATUS_BUFFER_TOO_SMALL, "are needed");
        let past = m2f_result_read_weights(result.as_ref(), 0.0, 14, 2, ptr::null_mut(), 0, &raw mut count);
        fails(past, S::M2F_STATUS_INVALID_ARGUMENT, "frames 14..16 of 15");
        m2f_result_destroy(owned(result));
        m2f_session_destroy(owned(session));
    }
}

#[test]
fn two_sessions_work_at_once_on_two_threads() {
    let rig = Rig::new(2);
    let expected = animate(&rig, &session_options());
    let model = rig.model as usize;
    let runs: Vec<_> = (0..2)
        .map(|_| {
            std::thread::spawn(move || {
                let borrowed = Rig { runtime: ptr::null_mut(), model: model as *mut m2f_model };
                let found = animate(&borrowed, &session_options());
                std::mem::forget(borrowed);
                found
            })
        })
        .collect();
    for run in runs {
        assert_eq!(run.join().expect("no panic"), expected);
    }
}

#[test]
fn sampling_at_a_frame_is_that_frame_and_between_frames_lies_between() {
    let rig = Rig::new(1);
    let session = session(rig.model, &session_options());
    ok(push(session, &tone()));
    unsafe {
        ok(m2f_session_finish(session.as_ref()));
        ok(m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER));
        let result = pull(session);
        let rows = weights(result, 0.0);
        let (mut found, mut head) = ([f32::NAN; 52], [f32::NAN; M2F_HEAD_FLOATS as usize]);
        ok(m2f_result_sample(
            result.as_ref(),
            4.0 / 30.0,
            found.as_mut_ptr(),
            52,
            head.as_mut_ptr(),
            ptr::null_mut(),
            0,
        ));
        for (f, row) in found.iter().zip(&rows[4 * 52..]) {
            assert!((f - row).abs() < 1e-5);
        }
        let length: f32 = head[..4].iter().map(|q| q * q).sum();
        assert!((length - 1.0).abs() < 1e-5, "unit quaternion");
        ok(m2f_result_sample(result.as_ref(), 1e9, found.as_mut_ptr(), 52, ptr::null_mut(), ptr::null_mut(), 0));
        fails(
            m2f_result_sample(result.as_ref(), f64::NAN, found.as_mut_ptr(), 52, ptr::null_mut(), ptr::null_mut(), 0),
            S::M2F_STATUS_INVALID_ARGUMENT,
            "",
        );
        assert_eq!(weights(result, 60.0).len(), 30 * 52, "twice the frames at twice the rate");

        let half = m2f_channel { gain: 0.5, offset: 0.0, minimum: 0.0, maximum: 0.1 };
        ok(m2f_result_set_channel(result, 3, Some(&half)));
        let limited = weights(result, 0.0);
        for (row, before) in limited.chunks_exact(52).zip(rows.chunks_exact(52)) {
            assert_eq!(row[3], (before[3] * 0.5).clamp(0.0, 0.1));
            assert_eq!(row[4], before[4]);
        }
        let bad = m2f_channel { gain: f32::NAN, ..half };
        fails(m2f_result_set_channel(result, 3, Some(&bad)), S::M2F_STATUS_INVALID_ARGUMENT, "channel 3");
        m2f_result_destroy(owned(result));
        m2f_session_destroy(owned(session));
    }
}

#[test]
fn floats_of_slowed_rates_are_one_fraction() {
    let rig = Rig::new(1);
    let session = session(rig.model, &session_options());
    ok(push(session, &[tone(), tone(), tone()].concat()));
    let result = finished(session);
    for (hz, n) in [(23.976f32, 24_000.0f64), (29.97, 30_000.0), (59.94, 60_000.0)] {
        let read = weights(result, hz);
        assert_eq!(read, weights(result, (n / 1001.0) as f32), "{hz}");
        // The last frame is the face at n·1001/24000 s.
        let last = read.chunks_exact(52).next_back().expect("frames");
        let time_s = (read.len() / 52 - 1) as f64 * 1001.0 / n;
        let mut at = [f32::NAN; 52];
        ok(unsafe {
            m2f_result_sample(result.as_ref(), time_s, at.as_mut_ptr(), 52, ptr::null_mut(), ptr::null_mut(), 0)
        });
        assert!(last.iter().zip(at).all(|(a, b)| (a - b).abs() < 1e-6), "{hz}");
    }
    unsafe { m2f_result_destroy(owned(result)) };
}

#[test]
fn long_prompt_is_cut_with_a_warning_in_the_log() {
    use std::ffi::{CStr, c_char, c_void};
    unsafe extern "C" fn log(level: m2f_log_level, message: *const c_char, user: *mut c_void) {
        let messages = unsafe { &mut *user.cast::<Vec<(u32, String)>>() };
        messages.push((level as u32, unsafe { CStr::from_ptr(message) }.to_str().unwrap().to_owned()));
    }
    let mut messages: Vec<(u32, String)> = Vec::new();
    let mut runtime = ptr::null_mut();
    unsafe {
        let mut options = std::mem::zeroed::<m2f_runtime_options>();
        ok(m2f_runtime_options_init(&raw mut options, size_of_val(&options)));
        (options.log, options.log_user) = (Some(log as _), (&raw mut messages).cast());
        options.thread_count = 0;
        ok(m2f_runtime_create(&raw const options, to(&mut runtime)));
    }
    let rig = Rig { runtime, model: model(runtime) };
    let prompt = c(&"very happy ".repeat(1000));
    let options = m2f_session_options { style_text: prompt.as_ptr(), ..session_options() };
    let styled = animate(&rig, &options);
    assert_ne!(styled, animate(&rig, &session_options()), "a style changes the motion");
    drop(rig);
    assert!(messages.iter().any(|(level, text)| *level == 1 && text.contains("longer than")), "{messages:?}");
}
