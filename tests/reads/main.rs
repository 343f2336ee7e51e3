//! No read of the C ABI takes memory after the first of its kind.
#![allow(missing_docs, clippy::undocumented_unsafe_blocks)] // they rely on what tests/ffi/main.rs says

#[allow(dead_code)]
#[path = "../ffi/host.rs"]
mod host;

#[path = "../support/counting.rs"]
mod counting;

mod stream;

use std::ffi::{CString, c_char};
use std::ptr;

use counting::{Counting, pieces};
use host::*;
use media2face_capi::*;

#[global_allocator]
static COUNTING: Counting = Counting;

/// Frames of a read: more than are decoded at once on their way to another mesh.
const FRAMES: u32 = 40;

/// The model's own mesh as a host would bind it: by its places in the chart.
fn binding(model: *const m2f_model, vertices: usize) -> *mut m2f_binding {
    let (mut uv, mut out) = (vec![0.0; vertices * 2], ptr::null_mut());
    unsafe {
        ok(m2f_model_read_uv(model.as_ref(), uv.as_mut_ptr(), uv.len(), ptr::null_mut()));
        let mut options = std::mem::zeroed::<m2f_binding_options>();
        ok(m2f_binding_options_init(&raw mut options, size_of_val(&options)));
        (options.vertex_count, options.uv) = (vertices as u32, uv.as_ptr());
        ok(m2f_binding_create(model.as_ref(), &raw const options, to(&mut out)));
    }
    out
}

/// Three shapes of the model's own mesh.
fn solver(model: *const m2f_model, vertices: usize) -> *mut m2f_solver {
    let names: Vec<CString> = ["one", "two", "three"].map(c).into();
    let pointers: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
    let offsets: Vec<f32> = (0..3 * vertices * 3).map(|i| (i % 7) as f32 - 3.0).collect();
    let mut out = ptr::null_mut();
    unsafe {
        let mut options = std::mem::zeroed::<m2f_solver_options>();
        ok(m2f_solver_options_init(&raw mut options, size_of_val(&options)));
        (options.shape_count, options.names, options.offsets_mm) = (3, pointers.as_ptr(), offsets.as_ptr());
        ok(m2f_solver_create(model.as_ref(), &raw const options, to(&mut out)));
    }
    out
}

#[test]
fn reads_after_the_first_of_their_kind_take_no_memory() {
    let rig = Rig::new(0);
    let session = session(rig.model, &session_options());
    (0..4).for_each(|_| ok(push(session, &tone())));
    let result = finished(session);
    let mut vertices = 0;
    ok(unsafe { m2f_model_vertex_count(rig.model.as_ref(), to(&mut vertices)) });
    let vertices = vertices as usize;
    let (binding, solver) = (binding(rig.model, vertices), solver(rig.model, vertices));
    let mut floats = vec![0.0f32; FRAMES as usize * vertices * 3];
    let (room, none, fps) = (floats.len(), ptr::null_mut(), 30.0);
    let mut normals = floats.clone();
    let (to, to_normals) = (floats.as_mut_ptr(), normals.as_mut_ptr());
    let (mut weights, mut head) = ([0.0f32; 52], [0.0f32; 7]);
    let (to_weights, to_head) = (weights.as_mut_ptr(), head.as_mut_ptr());
    type Read<'a> = (&'a str, Box<dyn Fn() -> m2f_status + 'a>);
    let reads: Vec<Read> = unsafe {
        vec![
            ("weights", Box::new(|| m2f_result_read_weights(result.as_ref(), fps, 0, FRAMES, to, room, none))),
            ("heads", Box::new(|| m2f_result_read_heads(result.as_ref(), fps, 0, FRAMES, to, room, none))),
            ("offsets", Box::new(|| m2f_result_read_offsets_mm(result.as_ref(), fps, 0, FRAMES, to, room, none))),
            ("normals", Box::new(|| m2f_result_read_normals(result.as_ref(), fps, 0, FRAMES, to, room, none))),
            (
                "both",
                Box::new(|| {
                    m2f_result_read_offsets_and_normals(result.as_ref(), fps, 0, FRAMES, to, to_normals, room, none)
                }),
            ),
            (
                "bound",
                Box::new(|| {
                    m2f_result_read_bound_offsets_mm(result.as_ref(), binding.as_ref(), fps, 0, FRAMES, to, room, none)
                }),
            ),
            (
                "solved",
                Box::new(|| {
                    m2f_result_read_solved_weights(result.as_ref(), solver.as_ref(), fps, 0, FRAMES, to, room, none)
                }),
            ),
            ("sample", Box::new(|| m2f_result_sample(result.as_ref(), 0.7, to_weights, 52, to_head, to, room))),
            ("other rate", Box::new(|| m2f_result_read_weights(result.as_ref(), 59.94, 0, FRAMES, to, room, none))),
        ]
    };
    for (name, read) in &reads {
        ok(read());
        let before = pieces();
        (0..3).for_each(|_| ok(read()));
        assert_eq!(pieces() - before, 0, "{name}");
    }
    drop(reads);
    assert!(floats.iter().all(|value| value.is_finite()));
    unsafe {
        m2f_solver_destroy(owned(solver));
        m2f_binding_destroy(owned(binding));
        m2f_result_destroy(owned(result));
    }
}
