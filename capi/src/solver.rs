//! `m2f_solver`: weights of your own blendshapes.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;

use media2face::output::SolverOptions;
use media2face::{Solver, limits};

use super::binding::m2f_binding;
use super::buffer::{self, Buffer};
use super::error::m2f_status;
use super::guard::{destroy, give, given, guard};
use super::model::m2f_model;
use super::options::{self, Options};
use super::result::m2f_result;
use super::text;

/// Your blendshapes, prepared.
pub struct m2f_solver(Arc<Solver>);

/// Options of [`m2f_solver_create`]. Fill with [`m2f_solver_options_init`] first.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_solver_options {
    /// Size of this struct in bytes. [`m2f_solver_options_init`] sets it.
    pub struct_size: u32,
    /// Number of shapes in `names` and in `offsets_mm`.
    pub shape_count: u32,
    /// Names of the shapes, UTF-8, each once. Errors use them.
    pub names: *const *const c_char,
    /// For each shape, x, y, z of every vertex: how far weight 1 moves it from the neutral, mm.
    pub offsets_mm: *const f32,
    /// The mesh that the shapes belong to; NULL for the model's own.
    pub binding: *const m2f_binding,
    /// Time constant of the smoothing, seconds; 0 for none. Default 0.02.
    pub smoothing_s: f32,
    /// How much a shape must explain to be used at all, 0..1; 0 gives the nearest fit. Default 0.005.
    pub sparsity: f32,
}

// SAFETY: repr(C), struct_size first; integers, floats, pointers and optional functions of the host's.
unsafe impl Options for m2f_solver_options {
    fn defaults() -> Self {
        let SolverOptions { smoothing_s, sparsity } = SolverOptions::default();
        Self { struct_size: size_of::<Self>() as u32, smoothing_s, sparsity, ..Self::zero() }
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
pub unsafe extern "C" fn m2f_solver_options_init(options: *mut m2f_solver_options, size: usize) -> m2f_status {
    // SAFETY: by its docs `options` has `size` writable bytes, or is NULL.
    unsafe { options::init(options, size) }
}

/// Prepares your blendshapes. You can then read their weights from any result of the model.
///
/// Parameters: `model`; `options`, with `shape_count`, `names` and `offsets_mm` set; `out`, receives the solver.
/// Returns: OK; INVALID_ARGUMENT (no shapes or more than 1024; a name twice; numbers that are not finite; no shape that moves
/// anything; smoothing or sparsity out of range; a binding of another model; the text names the shape); INVALID_STRUCT_SIZE;
/// INVALID_UTF8; MISSING_PART (the model has no mesh).
/// Ownership: yours; end it with [`m2f_solver_destroy`]. It copies the shapes and keeps model and binding alive.
/// Threads: any. Cost: a product of every two shapes over all vertices.
///
/// # Safety
/// As stated for the parameters; `offsets_mm` holds shape_count × vertices × 3 floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_solver_create(
    model: Option<&m2f_model>,
    options: *const m2f_solver_options,
    out: Option<&mut MaybeUninit<*mut m2f_solver>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        let model = &given(model, "model")?.0;
        // SAFETY: by its docs `options` is as long as it says, or NULL, and its binding is live or NULL.
        let (options, binding) = unsafe {
            let options = options::read(options)?;
            (options, options.binding.as_ref().map(|binding| &binding.0))
        };
        let own = model.topology().map_or(0, |topology| topology.vertices);
        let vertices = binding.map_or(own, |binding| binding.vertices());
        let count = options.shape_count as usize;
        let floats = count.saturating_mul(vertices * 3);
        const MOST_FLOATS: usize = 3 * limits::MAX_SHAPES * limits::MAX_VERTICES;
        let null = |shape| format!("the name of shape {shape} is NULL");
        // SAFETY: by their docs there are `shape_count` strings, and x, y, z of every vertex for each.
        let (names, offsets) = unsafe {
            (
                text::list(options.names, count, limits::MAX_SHAPES, ["names", "name of a shape"], null)?,
                buffer::input(options.offsets_mm, floats, MOST_FLOATS, "offsets_mm")?,
            )
        };
        let names = names.into_iter().map(str::to_owned).collect();
        let (smoothing_s, sparsity) = (options.smoothing_s, options.sparsity);
        let solver = model.solver(binding, names, offsets, SolverOptions { smoothing_s, sparsity })?;
        give(m2f_solver(solver), out)
    })
}

/// Ends a solver.
///
/// Parameters: `solver`, or NULL for nothing. Threads: any, but not while another call uses this handle.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_solver_destroy(solver: Option<Box<m2f_solver>>) {
    destroy(solver);
}

/// Reads weights of your blendshapes for frames at a rate: `count` rows of the solver's shapes, 0..1, in their order. With
/// smoothing, the weights of a frame depend on the other frames of the call: read a clip in one call.
///
/// Parameters, Returns, Threads: as for `m2f_result_read_offsets_mm`; INVALID_ARGUMENT for a solver of another model.
/// Cost: that of `m2f_result_read_offsets_mm`, a product of each shape with the frame, and sweeps of shapes² operations.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_read_solved_weights(
    result: Option<&m2f_result>,
    solver: Option<&m2f_solver>,
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
        let solver = &given(solver, "solver")?.0;
        given(result, "result")?.read_frames(
            (fps, first, count),
            to,
            |_| Ok(solver.names().len()),
            |reader, fps, first, weights| reader.solved_weights_into(solver, fps, first, weights),
        )
    })
}
