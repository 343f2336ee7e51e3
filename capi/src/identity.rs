//! `m2f_identity`: whose face it is.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;

use media2face::{Identity, limits};

use super::buffer::{self, Buffer};
use super::error::{Failure, m2f_status};
use super::guard::{destroy, give, given, guard};
use super::model::m2f_model;
use super::options::{self, Options};
use super::text;

/// A neutral face on the model's topology, with what the decoder computes from it once.
pub struct m2f_identity(pub(super) Arc<Identity>);

/// Options of [`m2f_identity_create`]. Fill with [`m2f_identity_options_init`] first. Set `name`, or `vertices_mm`, or a mix of
/// names, or none of them for the pack's first identity.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_identity_options {
    /// Size of this struct in bytes. [`m2f_identity_options_init`] sets it.
    pub struct_size: u32,
    /// Number of vertices in `vertices_mm`: the model's `m2f_model_vertex_count`.
    pub vertex_count: u32,
    /// Name of an identity of the pack, UTF-8.
    pub name: *const c_char,
    /// A neutral mesh on the model's topology: x, y, z of every vertex, mm, right-handed, +Y up, +Z out of the face.
    pub vertices_mm: *const f32,
    /// Names of the pack's identities to mix, UTF-8.
    pub mix_names: *const *const c_char,
    /// A weight for each, at least 0 and not all 0. They are scaled to a sum of 1.
    pub mix_weights: *const f32,
    /// Number of names and weights in the mix; 0 (default) for no mix.
    pub mix_count: u32,
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: repr(C), struct_size first; integers, floats, pointers and optional functions of the host's.
unsafe impl Options for m2f_identity_options {
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
pub unsafe extern "C" fn m2f_identity_options_init(options: *mut m2f_identity_options, size: usize) -> m2f_status {
    // SAFETY: by its docs `options` has `size` writable bytes, or is NULL.
    unsafe { options::init(options, size) }
}

/// Creates an identity.
///
/// Parameters: `model`; `options`, or NULL for the pack's first identity; `out`, receives the identity.
/// Returns: OK; INVALID_ARGUMENT (several sources; a wrong vertex count; a vertex that is not finite; a mesh that is not in
/// millimetres, has other axes, is mirrored or has its vertices in another order, which the text names; weights that cannot be
/// mixed); INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (no such name; the text lists the names).
/// Ownership: yours; end it with [`m2f_identity_destroy`]. It keeps the model alive; sessions keep it alive.
/// Threads: any. Cost: one run of the generator's identity path, tens of milliseconds.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_identity_create(
    model: Option<&m2f_model>,
    options: *const m2f_identity_options,
    out: Option<&mut MaybeUninit<*mut m2f_identity>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        let model = &given(model, "model")?.0;
        // SAFETY: by its docs `options` is as long as it says, or NULL, and `name` a string or NULL.
        let (options, name) = unsafe {
            let options = options::read(options)?;
            (options, text::optional(options.name, "name")?)
        };
        let identity = match (name, options.vertices_mm.is_null(), options.mix_count) {
            _ if options.reserved != 0 => return Err(Failure::argument("reserved is not zero")),
            (Some(name), true, 0) => model.identity(name)?,
            (None, true, 0) => model.default_identity()?,
            (None, false, 0) => {
                let count = (options.vertex_count as usize).saturating_mul(3);
                // SAFETY: by its docs `vertices_mm` holds `vertex_count` vertices.
                let vertices =
                    unsafe { buffer::input(options.vertices_mm, count, 3 * limits::MAX_VERTICES, "vertices_mm") }?;
                model.identity_from_vertices("host", vertices)?
            }
            // SAFETY: by their docs `mix_names` and `mix_weights` hold `mix_count` strings and floats.
            (None, true, _) => model.identity_mix("mix", &unsafe { mix(&options) }?)?,
            _ => return Err(Failure::argument("set one of name, vertices_mm and mix")),
        };
        give(m2f_identity(identity), out)
    })
}

/// The names and weights of a mix.
///
/// # Safety
/// `mix_names` and `mix_weights` hold `mix_count` strings and floats that nobody writes during the call.
unsafe fn mix<'a>(options: &m2f_identity_options) -> Result<Vec<(&'a str, f32)>, Failure> {
    let count = options.mix_count as usize;
    let null = |_| "a name of the mix is NULL".to_owned();
    // SAFETY: as for this function.
    let (names, weights) = unsafe {
        (
            text::list(options.mix_names, count, limits::MAX_NAMES, ["mix_names"; 2], null)?,
            buffer::input(options.mix_weights, count, limits::MAX_NAMES, "mix_weights")?,
        )
    };
    Ok(names.into_iter().zip(weights.iter().copied()).collect())
}

/// Ends an identity. Sessions and results that use it live on.
///
/// Parameters: `identity`, or NULL for nothing. Threads: any, but not while another call uses this handle.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_identity_destroy(identity: Option<Box<m2f_identity>>) {
    destroy(identity);
}

/// Reads the neutral face: x, y, z of every vertex, mm.
///
/// Parameters: `buffer` with room for `capacity` floats, or NULL and 0 to query; `count`, receives the number of floats (3 a
/// vertex; may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_identity_read_vertices_mm(
    identity: Option<&m2f_identity>,
    buffer: *mut f32,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` floats and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| to.fill(given(identity, "identity")?.0.vertices_mm()))
}

/// Reads what each of the model's blendshapes does to this face at weight 1. These are morph targets for an engine: x, y, z of
/// every vertex, mm from the neutral face, shape by shape, in the order of the weights.
///
/// Their sum by the weights of a frame is near the decoded offsets of the frame, also where lips meet. `mouthClose` is what it
/// does over an open jaw. The eyes' part is the chord of their turn at half a weight.
///
/// Parameters: `buffer` with room for `capacity` floats, or NULL and 0 to query; `count`, receives the number of floats (shapes ×
/// vertices × 3; may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART (the pack has no geometry, or no mapping from weights to it);
/// what the backend reports. Threads: any. Cost: one decoded face for each shape; nothing is kept.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_identity_read_blendshapes_mm(
    identity: Option<&m2f_identity>,
    buffer: *mut f32,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` floats and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| {
        let identity = &given(identity, "identity")?.0;
        let model = identity.model();
        to.fill_with(model.blendshape_offset_count()?, |shapes| Ok(model.blendshape_offsets_mm_into(identity, shapes)?))
    })
}
