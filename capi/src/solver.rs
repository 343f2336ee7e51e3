//! `m2f_solver`: weights of a host's own blendshapes.

use std::ffi::c_char;
use std::sync::Arc;

use media2face::limits;
use media2face::output::SolverOptions;
use media2face::{Reader, Solver};

use super::binding::m2f_binding;
use super::buffer;
use super::error::{Failure, m2f_status};
use super::guard::{borrow, destroy, give, guard, writable};
use super::model::m2f_model;
use super::options::{self, Options};
use super::result::{self, m2f_result};
use super::text;

/// A host's blendshapes, prepared.
pub struct m2f_solver(Arc<Solver>);

/// Options of [`m2f_solver_create`]. Fill with [`m2f_solver_options_init`] first.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_solver_options {
    /// Bytes of this struct as the caller knows it.
    pub struct_size: u32,
    /// Shapes behind `names` and `offsets_mm`.
    pub shape_count: u32,
    /// Their names, UTF-8, each once; errors name shapes by them.
    pub names: *const *const c_char,
    /// For each shape x, y, z of every vertex: how far it moves from the neutral at weight 1, mm.
    pub offsets_mm: *const f32,
    /// The mesh that the shapes are of; NULL for the model's own.
    pub binding: *const m2f_binding,
    /// Time constant of the smoothing, seconds; 0 for none. Default 0.02.
    pub smoothing_s: f32,
    /// How much a shape must explain to be used at all, 0..1; 0 for none. Default 0.005.
    pub sparsity: f32,
}

// SAFETY: repr(C), struct_size first; integers, floats, pointers and optional functions of the host's.
unsafe impl Options for m2f_solver_options {
    fn defaults() -> Self {
        let SolverOptions { smoothing_s, sparsity } = SolverOptions::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            shape_count: 0,
            names: std::ptr::null(),
            offsets_mm: std::ptr::null(),
            binding: std::ptr::null(),
            smoothing_s,
            sparsity,
        }
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
    // SAFETY: the caller's promise.
    guard(|| unsafe { options::init(options, size) })
}

/// Prepares a host's blendshapes; their weights are then read from any result of the model.
///
/// Parameters: `model`; `options`, with `shape_count`, `names` and `offsets_mm` set; `out`, receives the solver.
/// Returns: OK; INVALID_ARGUMENT (no shapes or more than 1024, a name twice, numbers that are not finite, no shape that
/// moves anything, smoothing or sparsity out of range, another model's binding; the text names the shape);
/// INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the model has no mesh).
/// Ownership: the caller's; end it with [`m2f_solver_destroy`]. It copies the shapes and keeps model and binding alive.
/// Threads: any. Cost: a product of every two shapes over all vertices.
///
/// # Safety
/// As stated for the parameters; `offsets_mm` holds shape_count × vertices × 3 floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_solver_create(
    model: *const m2f_model,
    options: *const m2f_solver_options,
    out: *mut *mut m2f_solver,
) -> m2f_status {
    guard(|| {
        writable(out, "out")?;
        // SAFETY: the caller's promise.
        let (model, options) = unsafe { (&borrow(model, "model")?.0, options::read(options)?) };
        // SAFETY: the caller's promise.
        let binding = unsafe { options.binding.as_ref() }.map(|binding| &binding.0);
        let own = model.topology().map_or(0, |topology| topology.vertices);
        let vertices = binding.map_or(own, |binding| binding.vertices());
        let count = options.shape_count as usize;
        // SAFETY: the caller's promise.
        let names = unsafe { buffer::input(options.names, count, limits::MAX_SHAPES, "names") }?;
        let name = |(i, name): (usize, &*const c_char)| -> Result<String, Failure> {
            // SAFETY: the caller's promise.
            let name = unsafe { text::optional(*name, "name of a shape") }?;
            name.map(str::to_owned).ok_or_else(|| Failure::argument(format!("the name of shape {i} is NULL")))
        };
        let names = names.iter().enumerate().map(name).collect::<Result<Vec<_>, _>>()?;
        // SAFETY: the caller's promise.
        let offsets = unsafe {
            let most = 3 * limits::MAX_SHAPES * limits::MAX_VERTICES;
            buffer::input(options.offsets_mm, count.saturating_mul(vertices * 3), most, "offsets_mm")
        }?;
        let (smoothing_s, sparsity) = (options.smoothing_s, options.sparsity);
        let solver = model.solver(binding, names, offsets, SolverOptions { smoothing_s, sparsity })?;
        // SAFETY: checked above.
        unsafe { give(m2f_solver(solver), out) }
    })
}

/// Ends a solver.
///
/// Parameters: `solver`, or NULL for nothing. Threads: any, but not while another call uses this handle.
///
/// # Safety
/// `solver` is NULL or a handle that was not destroyed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_solver_destroy(solver: *mut m2f_solver) {
    // SAFETY: the caller's promise.
    unsafe { destroy(solver) };
}

/// Weights of a host's blendshapes, frames at a rate: `count` rows of the solver's shapes, 0..1, in their order. With
/// smoothing a frame's weights depend on the other frames of the call: read a clip in one.
///
/// Parameters, returns, threads: as for `m2f_result_read_offsets_mm`; INVALID_ARGUMENT for another model's solver.
/// Cost: that of `m2f_result_read_offsets_mm`, a product of each shape with the frame, and sweeps of shapes² operations.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_read_solved_weights(
    result: *const m2f_result,
    solver: *const m2f_solver,
    fps: f32,
    first: u32,
    count: u32,
    buffer: *mut f32,
    capacity: usize,
    written: *mut usize,
) -> m2f_status {
    // SAFETY: the caller's promise.
    let solver = match unsafe { borrow(solver, "solver") } {
        Ok(solver) => &solver.0,
        Err(failure) => return guard(|| Err(failure)),
    };
    let width = |_: &Reader| Ok(solver.names().len());
    let read =
        |reader: &mut Reader, fps, first, weights: &mut [f32]| reader.solved_weights_into(solver, fps, first, weights);
    // SAFETY: the caller's promise.
    unsafe { result::read(result, fps, first, count, buffer, capacity, written, width, read) }
}
