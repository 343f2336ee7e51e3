//! `m2f_identity`: whose face it is.

use std::ffi::c_char;
use std::sync::Arc;

use crate::session::Identity;

use super::buffer;
use super::error::{Failure, m2f_status};
use super::guard::{borrow, destroy, give, guard, writable};
use super::model::m2f_model;
use super::options::{self, Options};
use super::text;

/// A neutral face on the model's topology, with what the decoder computes of it once.
pub struct m2f_identity(pub(super) Arc<Identity>);

/// Options of [`m2f_identity_create`]: a `name` of the pack, or `vertices_mm`, or neither for the pack's first identity.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_identity_options {
    /// Bytes of this struct as the caller knows it.
    pub struct_size: u32,
    /// Vertices behind `vertices_mm`; the model's `m2f_model_vertex_count`.
    pub vertex_count: u32,
    /// Name of an identity of the pack, UTF-8.
    pub name: *const c_char,
    /// A neutral mesh on the topology: x, y, z of every vertex, mm, right-handed, +Y up, +Z out of the face.
    pub vertices_mm: *const f32,
}

// SAFETY: repr(C), struct_size first; integers, floats, pointers and optional functions of the host's.
unsafe impl Options for m2f_identity_options {
    fn defaults() -> Self {
        let struct_size = size_of::<Self>() as u32;
        Self { struct_size, vertex_count: 0, name: std::ptr::null(), vertices_mm: std::ptr::null() }
    }
}

/// Fills `options` with the defaults.
///
/// Parameters: `options`, `size` writable bytes; `size`, sizeof *options.
/// Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_identity_options_init(options: *mut m2f_identity_options, size: usize) -> m2f_status {
    // SAFETY: the caller's promise.
    guard(|| unsafe { options::init(options, size) })
}

/// Makes an identity.
///
/// Parameters: `model`; `options`, or NULL for the pack's first identity; `out`, receives the identity.
/// Returns: OK; INVALID_ARGUMENT (both sources, wrong vertex count, a vertex that is not finite); INVALID_STRUCT_SIZE;
/// INVALID_UTF8; MISSING_PART (no such name; the text lists the names).
/// Ownership: the caller's; end it with [`m2f_identity_destroy`]. It keeps the model alive; sessions keep it.
/// Threads: any. Cost: one run of the generator's identity path, tens of milliseconds.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_identity_create(
    model: *const m2f_model,
    options: *const m2f_identity_options,
    out: *mut *mut m2f_identity,
) -> m2f_status {
    guard(|| {
        writable(out, "out")?;
        // SAFETY: the caller's promise.
        let (model, options) = unsafe { (&borrow(model, "model")?.0, options::read(options)?) };
        // SAFETY: the caller's promise.
        let name = unsafe { text::optional(options.name, "name") }?;
        let identity = match (name, options.vertices_mm.is_null()) {
            (Some(name), true) => model.identity(name)?,
            (None, true) => model.default_identity()?,
            (None, false) => {
                // SAFETY: the caller's promise.
                let vertices =
                    unsafe { buffer::input(options.vertices_mm, options.vertex_count as usize * 3, "vertices_mm") }?;
                model.identity_from_vertices("host", vertices)?
            }
            (Some(_), false) => return Err(Failure::argument("set name or vertices_mm, not both")),
        };
        // SAFETY: checked above.
        unsafe { give(m2f_identity(identity), out) };
        Ok(())
    })
}

/// Ends an identity. Sessions and results that use it live on.
///
/// Parameters: `identity`, or NULL for nothing. Threads: any, but not while another call uses this handle.
///
/// # Safety
/// `identity` is NULL or a handle that was not destroyed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_identity_destroy(identity: *mut m2f_identity) {
    // SAFETY: the caller's promise.
    unsafe { destroy(identity) };
}

/// The neutral face: x, y, z of every vertex, mm.
///
/// Parameters: `buffer` with room for `capacity` floats, or NULL and 0 to query; `count`, receives the floats (3 a
/// vertex; may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_identity_read_vertices_mm(
    identity: *const m2f_identity,
    buffer: *mut f32,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: the caller's promise.
    guard(|| unsafe { buffer::copy_out(borrow(identity, "identity")?.0.vertices_mm(), buffer, capacity, count) })
}
