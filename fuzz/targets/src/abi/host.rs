//! A host: one model for all inputs, the handles of one input, and what every answer has to be.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::OnceLock;

use media2face_capi::*;

use super::input::Input;
use crate::world::tiny_pack;

/// Whether it went well. Every failure has a text of one line, and none is internal.
pub(crate) fn well(status: m2f_status) -> bool {
    use m2f_status::{M2F_STATUS_INTERNAL, M2F_STATUS_NOT_READY, M2F_STATUS_OK};
    // SAFETY: the text lives until the next failure on this thread.
    let text = || unsafe { CStr::from_ptr(m2f_last_error()) }.to_string_lossy().into_owned();
    match status {
        M2F_STATUS_OK => true,
        M2F_STATUS_NOT_READY => false,
        M2F_STATUS_INTERNAL => panic!("internal error: {}", text()),
        failure => {
            let text = text();
            assert!(!text.is_empty() && !text.contains('\n'), "{failure:?}: {text:?}");
            false
        }
    }
}

/// A place for an answer.
pub(crate) fn to<T>(place: &mut T) -> Option<&mut MaybeUninit<T>> {
    // SAFETY: as large and as aligned; a call writes a value or nothing.
    unsafe { (&raw mut *place).cast::<MaybeUninit<T>>().as_mut() }
}

/// A handle to be destroyed.
///
/// # Safety
/// It is live, and not used after; or NULL.
unsafe fn owned<T>(handle: *mut T) -> Option<Box<T>> {
    // SAFETY: the library made it of a box.
    (!handle.is_null()).then(|| unsafe { Box::from_raw(handle) })
}

/// Options with their defaults.
pub(crate) fn defaults<T>(init: unsafe extern "C" fn(*mut T, usize) -> m2f_status) -> T {
    let mut options = MaybeUninit::<T>::zeroed();
    // SAFETY: there is room for the struct, and options of all zeros are valid, too.
    unsafe {
        assert!(well(init(options.as_mut_ptr(), size_of::<T>())));
        options.assume_init()
    }
}

/// The model that all calls are about.
pub(crate) struct World {
    pub(crate) runtime: &'static m2f_runtime,
    pub(crate) model: &'static m2f_model,
    pub(crate) vertices: usize,
    pub(crate) weights: usize,
    /// The first identity's vertices.
    pub(crate) neutral: Vec<f32>,
    pub(crate) png: Vec<u8>,
}

impl World {
    pub(crate) fn get() -> &'static Self {
        static WORLD: OnceLock<World> = OnceLock::new();
        WORLD.get_or_init(Self::new)
    }

    fn new() -> Self {
        let mut options = defaults(m2f_runtime_options_init);
        (options.thread_count, options.backend) = (0, m2f_backend::M2F_BACKEND_CPU as u32);
        let mut source = defaults(m2f_model_options_init);
        let pack = tiny_pack();
        (source.data, source.data_size) = (pack.as_ptr(), pack.len() as u64);
        let (mut runtime, mut model, mut identity) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        let (mut vertices, mut weights, mut floats) = (0, 0, 0);
        // SAFETY: what the options point to is there, and both handles stay live.
        let (runtime, model) = unsafe {
            assert!(well(m2f_runtime_create(&raw const options, to(&mut runtime))));
            let runtime = runtime.as_ref().expect("a runtime");
            assert!(well(m2f_model_create(Some(runtime), &raw const source, to(&mut model))));
            (runtime, model.as_ref().expect("a model"))
        };
        assert!(well(m2f_model_vertex_count(Some(model), to(&mut vertices))));
        assert!(well(m2f_model_weight_count(Some(model), to(&mut weights))));
        // SAFETY: the identity is live; the buffer is as long as it says.
        let neutral = unsafe {
            assert!(well(m2f_identity_create(Some(model), ptr::null(), to(&mut identity))));
            let face = identity.as_ref();
            assert!(well(m2f_identity_read_vertices_mm(face, ptr::null_mut(), 0, &raw mut floats)));
            let mut neutral = vec![0.0; floats];
            assert!(well(m2f_identity_read_vertices_mm(face, neutral.as_mut_ptr(), floats, ptr::null_mut())));
            m2f_identity_destroy(owned(identity));
            neutral
        };
        let png = crate::picture::png(12, 9);
        Self { runtime, model, vertices: vertices as usize, weights: weights as usize, neutral, png }
    }
}

/// Handles of one kind; all of them are live.
pub(crate) struct Handles<T> {
    live: Vec<*mut T>,
    made: usize,
    most: usize,
    destroy: extern "C" fn(Option<Box<T>>),
}

impl<T> Handles<T> {
    pub(crate) fn new(most: usize, destroy: extern "C" fn(Option<Box<T>>)) -> Self {
        Self { live: Vec::new(), made: 0, most, destroy }
    }

    /// One of them; NULL where there is none, and now and then else.
    pub(crate) fn pick(&self, input: &mut Input<'_>) -> *mut T {
        let at = input.below(16);
        if at == 15 || self.live.is_empty() { ptr::null_mut() } else { self.live[at % self.live.len()] }
    }

    /// How many were ever made.
    pub(crate) fn made(&self) -> usize {
        self.made
    }

    pub(crate) fn have_room(&self) -> bool {
        self.live.len() < self.most
    }

    /// What `make` makes: a handle comes out if and only if it went well.
    pub(crate) fn add(&mut self, make: impl FnOnce(&mut MaybeUninit<*mut T>) -> m2f_status) {
        let mut handle = MaybeUninit::new(ptr::null_mut());
        let made = well(make(&mut handle));
        // SAFETY: NULL from the start, and a call writes a handle or nothing.
        let handle = unsafe { handle.assume_init() };
        assert_eq!(made, !handle.is_null(), "a handle without success, or success without a handle");
        if made {
            self.live.push(handle);
            self.made += 1;
        }
    }

    pub(crate) fn destroy_one(&mut self, input: &mut Input<'_>) {
        let at = input.below(self.live.len());
        if at < self.live.len() {
            // SAFETY: it was live, and is forgotten.
            (self.destroy)(unsafe { owned(self.live.swap_remove(at)) });
        }
    }

    pub(crate) fn destroy_all(&mut self) {
        // SAFETY: as above; NULL is no handle.
        self.live.drain(..).chain([ptr::null_mut()]).for_each(|handle| (self.destroy)(unsafe { owned(handle) }));
    }
}

impl<T> Drop for Handles<T> {
    fn drop(&mut self) {
        self.destroy_all();
    }
}
