//! Streams as a host calls them.

use std::ptr;

use media2face::pack::{self, Size, random_live};
use media2face_capi::*;

use crate::host::*;

fn options() -> m2f_stream_options {
    let mut options = unsafe { std::mem::zeroed::<m2f_stream_options>() };
    ok(unsafe { m2f_stream_options_init(&raw mut options, size_of_val(&options)) });
    options
}

fn stream(model: *const m2f_model, options: &m2f_stream_options) -> *mut m2f_stream {
    let mut out = ptr::null_mut();
    ok(unsafe { m2f_stream_create(model.as_ref(), options, to(&mut out)) });
    out
}

fn state(stream: *const m2f_stream) -> m2f_stream_status {
    let mut state = unsafe { std::mem::zeroed::<m2f_stream_status>() };
    ok(unsafe { m2f_stream_state(stream.as_ref(), &raw mut state, size_of_val(&state)) });
    state
}

fn work(rig: &Rig) {
    while unsafe { m2f_runtime_step(rig.runtime.as_ref(), 1000) } == m2f_status::M2F_STATUS_NOT_READY {}
}

#[test]
fn sound_goes_in_and_faces_and_a_result_come_out() {
    let rig = Rig::new(0);
    let handle = stream(rig.model, &options());
    let stream = unsafe { handle.as_ref() };
    let (mut first, mut taken) = (7, 0);
    let sound: Vec<i16> = (0..16_000).map(|i| ((i as f32 * 0.1).sin() * 9000.0) as i16).collect();
    let mut weights = [9.0f32; 52];
    let mut head = [9.0f32; 7];
    let early =
        unsafe { m2f_stream_sample(stream, 0, weights.as_mut_ptr(), 52, head.as_mut_ptr(), ptr::null_mut(), 0) };
    assert_eq!(early, m2f_status::M2F_STATUS_NOT_READY);
    assert!(weights == [0.0; 52] && head == [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0], "the face at rest");
    ok(unsafe { m2f_stream_write_i16(stream, sound.as_ptr(), sound.len(), to(&mut first), to(&mut taken)) });
    assert_eq!((first, taken), (0, 16_000));
    work(&rig);
    let status = state(handle);
    assert!(status.ready_sample > 0 && status.windows > 0 && status.latency_ms > 400.0, "{status:?}");
    ok(unsafe { m2f_stream_sample(stream, 0, weights.as_mut_ptr(), 52, head.as_mut_ptr(), ptr::null_mut(), 0) });
    assert!(weights.iter().all(|weight| (0.0..=1.0).contains(weight)) && weights != [0.0; 52]);
    let mut result = ptr::null_mut();
    ok(m2f_stream_take_result(stream, to(&mut result)));
    let mut frames = 0;
    ok(unsafe { m2f_result_frame_count(result.as_ref(), 30.0, to(&mut frames)) });
    assert_eq!(u64::from(frames), status.ready_sample * 30 / 16_000);
    let ended = unsafe { m2f_stream_write_i16(stream, sound.as_ptr(), 1, None, None) };
    assert_eq!(ended, m2f_status::M2F_STATUS_INVALID_STATE);
    fails(m2f_stream_take_result(stream, to(&mut result)), m2f_status::M2F_STATUS_INVALID_STATE, "ended");
    unsafe {
        m2f_result_destroy(owned(result));
        m2f_stream_destroy(owned(handle));
    }
}

#[test]
fn step_of_a_runtime_works_on_streams_and_sessions() {
    let rig = Rig::new(0);
    let sessions = [0, 1].map(|_| {
        let session = session(rig.model, &session_options());
        ok(push(session, &tone()));
        ok(unsafe { m2f_session_finish(session.as_ref()) });
        session
    });
    let handle = stream(rig.model, &options());
    let sound = vec![0.1f32; 16_000];
    ok(unsafe { m2f_stream_write_f32(handle.as_ref(), sound.as_ptr(), sound.len(), None, None) });
    work(&rig);
    assert!(state(handle).windows > 0);
    for session in sessions {
        let mut result = ptr::null_mut();
        ok(unsafe { m2f_session_pull(session.as_ref(), to(&mut result)) });
        unsafe {
            m2f_result_destroy(owned(result));
            m2f_session_destroy(owned(session));
        }
    }
    unsafe { m2f_stream_destroy(owned(handle)) };
}

#[test]
fn misuse_is_a_status_and_nothing_is_written() {
    use m2f_status as S;
    let rig = Rig::new(0);
    let handle = stream(rig.model, &options());
    let stream = unsafe { handle.as_ref() };
    let (mut weights, sound) = ([5.0f32; 52], [0.0f32; 4]);
    let to_weights = weights.as_mut_ptr();
    let none = ptr::null_mut();
    unsafe {
        for (status, expected) in [
            (m2f_stream_write_f32(None, sound.as_ptr(), 4, None, None), S::M2F_STATUS_INVALID_ARGUMENT),
            (m2f_stream_write_f32(stream, ptr::null(), 4, None, None), S::M2F_STATUS_INVALID_ARGUMENT),
            (m2f_stream_write_f32(stream, ptr::null(), 0, None, None), S::M2F_STATUS_OK),
            (m2f_stream_write_f32(stream, sound.as_ptr(), usize::MAX, None, None), S::M2F_STATUS_INVALID_ARGUMENT),
            (m2f_stream_write_f32(stream, sound.as_ptr().byte_add(1), 1, None, None), S::M2F_STATUS_INVALID_ARGUMENT),
            (m2f_stream_sample(None, 0, to_weights, 52, none, none, 0), S::M2F_STATUS_INVALID_ARGUMENT),
            (m2f_stream_sample(stream, 0, to_weights, 51, none, none, 0), S::M2F_STATUS_BUFFER_TOO_SMALL),
            (m2f_stream_sample(stream, 0, none, 52, none, none, 0), S::M2F_STATUS_INVALID_ARGUMENT),
            (m2f_stream_sample(stream, 0, none, 0, to_weights.byte_add(1), none, 0), S::M2F_STATUS_INVALID_ARGUMENT),
            (m2f_stream_state(stream, ptr::null_mut(), 112), S::M2F_STATUS_INVALID_ARGUMENT),
            (m2f_stream_state(stream, to_weights.cast(), 6), S::M2F_STATUS_INVALID_STRUCT_SIZE),
        ] {
            assert_eq!(status, expected);
        }
    }
    assert!(weights == [5.0; 52]);
    let mut result = ptr::null_mut();
    fails(m2f_stream_take_result(stream, to(&mut result)), S::M2F_STATUS_INVALID_STATE, "nothing was animated");
    fails(m2f_stream_interrupt(stream, 0, f32::NAN), S::M2F_STATUS_INVALID_ARGUMENT, "fade_s is NaN");
    fails(m2f_stream_flush(stream), S::M2F_STATUS_INVALID_STATE, "ended");
    let mut other = ptr::null_mut();
    for (change, expected, words) in [
        (m2f_stream_options { latency: 2, ..options() }, S::M2F_STATUS_INVALID_ARGUMENT, "latency is 2"),
        (m2f_stream_options { underrun: 9, ..options() }, S::M2F_STATUS_INVALID_ARGUMENT, "underrun is 9"),
        (m2f_stream_options { ring_ms: 10, ..options() }, S::M2F_STATUS_INVALID_ARGUMENT, "takes 200"),
        (m2f_stream_options { latency: 1, ..options() }, S::M2F_STATUS_MISSING_PART, "live network"),
        (m2f_stream_options { struct_size: 3, ..options() }, S::M2F_STATUS_INVALID_STRUCT_SIZE, "3"),
    ] {
        fails(unsafe { m2f_stream_create(rig.model.as_ref(), &raw const change, to(&mut other)) }, expected, words);
    }
    unsafe { m2f_stream_destroy(owned(handle)) };
    m2f_stream_destroy(None);
}

#[test]
fn fast_stream_takes_the_live_network_of_a_pack() {
    let runtime = runtime(0);
    let pack = random_live(&pack::random(Size::Tiny, 1).expect("pack"), 12, 2).expect("live network");
    let model = model_of(runtime, &pack.to_bytes().expect("bytes"));
    let handle = stream(model, &m2f_stream_options { latency: 1, ..options() });
    let status = state(handle);
    assert!(status.latency_ms < 118.0, "{status:?}");
    unsafe {
        m2f_stream_destroy(owned(handle));
        m2f_model_destroy(owned(model));
        m2f_runtime_destroy(owned(runtime));
    }
}
