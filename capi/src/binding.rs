//! `m2f_binding`: a mesh of another topology on the model's chart.

use std::mem::MaybeUninit;
use std::sync::Arc;

use media2face::{Binding, limits};

use super::buffer::{self, Buffer};
use super::error::m2f_status;
use super::guard::{destroy, give, given, guard};
use super::model::m2f_model;
use super::options::{self, Options};
use super::result::m2f_result;

/// A mesh whose vertices are bound to places on the model's skin.
pub struct m2f_binding(pub(super) Arc<Binding>);

/// Options of [`m2f_binding_create`]. Fill with [`m2f_binding_options_init`] first.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_binding_options {
    /// Size of this struct in bytes. [`m2f_binding_options_init`] sets it.
    pub struct_size: u32,
    /// Number of vertices in `uv` and in `vertices_mm`.
    pub vertex_count: u32,
    /// u, v of every vertex in the model's chart (`m2f_model_read_uv`), 0..1, v downwards. -1, -1 for a vertex that is off the
    /// chart: it does not move.
    pub uv: *const f32,
    /// The mesh at rest: x, y, z of every vertex, mm, in the model's space; or NULL. It is only checked, to find a wrong unit,
    /// wrong axes or flipped coordinates.
    pub vertices_mm: *const f32,
}

// SAFETY: repr(C), struct_size first; integers, floats, pointers and optional functions of the host's.
unsafe impl Options for m2f_binding_options {
    fn defaults() -> Self {
        Self { struct_size: size_of::<Self>() as u32, ..Self::zero() }
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
pub unsafe extern "C" fn m2f_binding_options_init(options: *mut m2f_binding_options, size: usize) -> m2f_status {
    // SAFETY: by its docs `options` has `size` writable bytes, or is NULL.
    unsafe { options::init(options, size) }
}

/// Binds a mesh to the model's chart, once. You can then read offsets for it from any result of the model.
///
/// Parameters: `model`; `options`, with `uv` set; `out`, receives the binding.
/// Returns: OK; INVALID_ARGUMENT (no vertices; coordinates that are not finite, outside the chart or flipped; a mesh that is not
/// in millimetres; the text names the vertex or the unit); INVALID_STRUCT_SIZE; MISSING_PART (the model has no chart).
/// Ownership: yours; end it with [`m2f_binding_destroy`]. It keeps the model alive.
/// Threads: any. Cost: a look at the few triangles around each vertex.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_binding_create(
    model: Option<&m2f_model>,
    options: *const m2f_binding_options,
    out: Option<&mut MaybeUninit<*mut m2f_binding>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        let model = &given(model, "model")?.0;
        // SAFETY: by its docs `options` is as long as it says, or NULL.
        let m2f_binding_options { vertex_count, uv, vertices_mm, .. } = unsafe { options::read(options) }?;
        let count = vertex_count as usize;
        // SAFETY: by their docs both hold `vertex_count` vertices; `vertices_mm` may be NULL.
        let (uv, neutral) = unsafe {
            let uv = buffer::input(uv, count.saturating_mul(2), 2 * limits::MAX_VERTICES, "uv")?;
            let neutral =
                || buffer::input(vertices_mm, count.saturating_mul(3), 3 * limits::MAX_VERTICES, "vertices_mm");
            (uv, (!vertices_mm.is_null()).then(neutral).transpose()?)
        };
        let binding = model.bind(uv.as_chunks::<2>().0, neutral)?;
        give(m2f_binding(binding), out)
    })
}

/// Ends a binding. Solvers that use it live on.
///
/// Parameters: `binding`, or NULL for nothing. Threads: any, but not while another call uses this handle.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_binding_destroy(binding: Option<Box<m2f_binding>>) {
    destroy(binding);
}

/// Reads the offsets of a bound mesh for frames at a rate: `count` times x, y, z of every vertex of the binding, mm. Add them to
/// the mesh at rest. The head pose is not in them. Each vertex moves like its place on the face of the result's identity. The CPU
/// gathers the offsets, wherever the frame was decoded.
///
/// Parameters, Returns, Threads: as for `m2f_result_read_offsets_mm`; INVALID_ARGUMENT for a binding of another model.
/// Cost: that of `m2f_result_read_offsets_mm`, and three products for each float.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_read_bound_offsets_mm(
    result: Option<&m2f_result>,
    binding: Option<&m2f_binding>,
    fps: f32,
    first: u32,
    count: u32,
    buffer: *mut f32,
    capacity: usize,
    written: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` floats and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, written) };
    guard(|| {
        let binding = &given(binding, "binding")?.0;
        given(result, "result")?.read_frames(
            (fps, first, count),
            to,
            |_| Ok(binding.vertices() * 3),
            |reader, fps, first, offsets| reader.bound_offsets_mm_into(binding, fps, first, offsets),
        )
    })
}
