//! A host's side of the API: handles that are destroyed at the end of their scope.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::ptr;

use media2face::pack::{self, Size};
use media2face_capi::*;

pub(crate) fn last_error() -> String {
    unsafe { CStr::from_ptr(m2f_last_error()) }.to_str().expect("UTF-8").to_owned()
}

/// A place for an output.
pub(crate) fn to<T>(place: &mut T) -> Option<&mut MaybeUninit<T>> {
    // A call writes a value or nothing.
    unsafe { (&raw mut *place).cast::<MaybeUninit<T>>().as_mut() }
}

/// A handle to be destroyed.
pub(crate) unsafe fn owned<T>(handle: *mut T) -> Option<Box<T>> {
    (!handle.is_null()).then(|| unsafe { Box::from_raw(handle) })
}

#[track_caller]
pub(crate) fn ok(status: m2f_status) {
    assert_eq!(status, m2f_status::M2F_STATUS_OK, "{}", last_error());
}

/// The failure must be this one and say something that holds all of `words`.
#[track_caller]
pub(crate) fn fails(status: m2f_status, expected: m2f_status, words: &str) {
    assert_eq!(status, expected, "{}", last_error());
    let text = last_error();
    assert!(!text.is_empty() && text.contains(words), "{text:?} does not say {words:?}");
}

pub(crate) fn tiny_pack() -> Vec<u8> {
    pack::random(Size::Tiny, 1).expect("tiny pack").to_bytes().expect("bytes")
}

pub(crate) fn runtime(threads: u32) -> *mut m2f_runtime {
    let mut out = ptr::null_mut();
    unsafe {
        let mut options = std::mem::zeroed::<m2f_runtime_options>();
        ok(m2f_runtime_options_init(&raw mut options, size_of_val(&options)));
        options.thread_count = threads;
        options.backend = m2f_backend::M2F_BACKEND_CPU as u32;
        ok(m2f_runtime_create(&raw const options, to(&mut out)));
    }
    out
}

pub(crate) fn model(runtime: *const m2f_runtime) -> *mut m2f_model {
    model_of(runtime, &tiny_pack())
}

pub(crate) fn model_of(runtime: *const m2f_runtime, pack: &[u8]) -> *mut m2f_model {
    let mut out = ptr::null_mut();
    unsafe {
        let mut options = std::mem::zeroed::<m2f_model_options>();
        ok(m2f_model_options_init(&raw mut options, size_of_val(&options)));
        (options.data, options.data_size) = (pack.as_ptr(), pack.len() as u64);
        ok(m2f_model_create(runtime.as_ref(), &raw const options, to(&mut out)));
    }
    out
}

pub(crate) fn session_options() -> m2f_session_options {
    unsafe {
        let mut options = std::mem::zeroed::<m2f_session_options>();
        ok(m2f_session_options_init(&raw mut options, size_of_val(&options)));
        options.step_count = 3;
        options
    }
}

pub(crate) fn session(model: *const m2f_model, options: &m2f_session_options) -> *mut m2f_session {
    let mut out = ptr::null_mut();
    ok(unsafe { m2f_session_create(model.as_ref(), options, to(&mut out)) });
    out
}

/// Half a second of a rising tone.
pub(crate) fn tone() -> Vec<f32> {
    (0..8000).map(|i| 0.3 * (0.02 * i as f32 * (1.0 + i as f32 / 8000.0)).sin()).collect()
}

pub(crate) fn push(session: *const m2f_session, samples: &[f32]) -> m2f_status {
    unsafe { m2f_session_push_f32(session.as_ref(), samples.as_ptr(), samples.len()) }
}

pub(crate) fn pull(session: *const m2f_session) -> *mut m2f_result {
    let mut out = ptr::null_mut();
    ok(unsafe { m2f_session_pull(session.as_ref(), to(&mut out)) });
    out
}

pub(crate) fn weights(result: *const m2f_result, fps: f32) -> Vec<f32> {
    let (mut frames, mut count) = (0, 0);
    unsafe {
        ok(m2f_result_frame_count(result.as_ref(), fps, to(&mut frames)));
        ok(m2f_result_read_weights(result.as_ref(), fps, 0, frames, ptr::null_mut(), 0, &raw mut count));
        let mut values = vec![f32::NAN; count];
        ok(m2f_result_read_weights(result.as_ref(), fps, 0, frames, values.as_mut_ptr(), count, ptr::null_mut()));
        values
    }
}

/// Ends the input and the session; its result.
pub(crate) fn finished(session: *mut m2f_session) -> *mut m2f_result {
    unsafe {
        ok(m2f_session_finish(session.as_ref()));
        ok(m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER));
        let result = pull(session);
        m2f_session_destroy(owned(session));
        result
    }
}

/// Ends the input and the session; the weights of its frames.
pub(crate) fn finished_weights(session: *mut m2f_session) -> Vec<f32> {
    let result = finished(session);
    let found = weights(result, 30.0);
    unsafe { m2f_result_destroy(owned(result)) };
    found
}

/// Head poses of all frames at the model's own rate.
pub(crate) fn heads(result: *const m2f_result) -> Vec<[f32; 7]> {
    unsafe {
        let mut count = 0;
        ok(m2f_result_frame_count(result.as_ref(), 0.0, to(&mut count)));
        let mut floats = vec![f32::NAN; count as usize * M2F_HEAD_FLOATS as usize];
        ok(m2f_result_read_heads(result.as_ref(), 0.0, 0, count, floats.as_mut_ptr(), floats.len(), ptr::null_mut()));
        floats.as_chunks::<7>().0.to_vec()
    }
}

pub(crate) fn c(text: &str) -> CString {
    CString::new(text).expect("no NUL")
}

/// A runtime on the CPU and the tiny model on it.
pub(crate) struct Rig {
    pub(crate) runtime: *mut m2f_runtime,
    pub(crate) model: *mut m2f_model,
}

impl Rig {
    pub(crate) fn new(threads: u32) -> Self {
        let runtime = runtime(threads);
        Self { runtime, model: model(runtime) }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        unsafe {
            m2f_model_destroy(owned(self.model));
            m2f_runtime_destroy(owned(self.runtime));
        }
    }
}
