//! What a host brings of its own: mixes of identities, bound meshes, blendshapes.

use std::ffi::{CStr, CString, c_char};
use std::ptr;

use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::host::*;

/// A finished clip of the tiny pack.
struct Clip {
    runtime: *mut m2f_runtime,
    model: *mut m2f_model,
    result: *mut m2f_result,
    vertices: usize,
}

impl Clip {
    fn new() -> Self {
        let runtime = runtime(1);
        let model = model(runtime);
        let session = session(model, &session_options());
        ok(push(session, &tone()));
        let mut vertices = 0;
        unsafe {
            ok(m2f_session_finish(session.as_ref()));
            ok(m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER));
            let result = pull(session);
            m2f_session_destroy(owned(session));
            ok(m2f_model_vertex_count(model.as_ref(), to(&mut vertices)));
            Self { runtime, model, result, vertices: vertices as usize }
        }
    }

    fn uv(&self) -> Vec<f32> {
        let mut uv = vec![f32::NAN; self.vertices * 2];
        ok(unsafe { m2f_model_read_uv(self.model.as_ref(), uv.as_mut_ptr(), uv.len(), ptr::null_mut()) });
        uv
    }

    fn neutral(&self, options: &m2f_identity_options) -> Vec<f32> {
        let (mut identity, mut neutral) = (ptr::null_mut(), vec![f32::NAN; self.vertices * 3]);
        unsafe {
            ok(m2f_identity_create(self.model.as_ref(), options, to(&mut identity)));
            ok(m2f_identity_read_vertices_mm(identity.as_ref(), neutral.as_mut_ptr(), neutral.len(), ptr::null_mut()));
            m2f_identity_destroy(owned(identity));
        }
        neutral
    }

    fn offsets(&self) -> Vec<f32> {
        let mut offsets = vec![f32::NAN; 4 * self.vertices * 3];
        let (len, none) = (offsets.len(), ptr::null_mut());
        ok(unsafe { m2f_result_read_offsets_mm(self.result.as_ref(), 0.0, 2, 4, offsets.as_mut_ptr(), len, none) });
        offsets
    }

    fn bind(&self, uv: &[f32], vertices_mm: *const f32, out: &mut *mut m2f_binding) -> S {
        let mut options = binding_options();
        options.vertex_count = (uv.len() / 2) as u32;
        (options.uv, options.vertices_mm) = (uv.as_ptr(), vertices_mm);
        unsafe { m2f_binding_create(self.model.as_ref(), &raw const options, to(out)) }
    }

    fn solver(&self, change: impl FnOnce(&mut m2f_solver_options), out: &mut *mut m2f_solver) -> S {
        unsafe {
            let mut options = std::mem::zeroed::<m2f_solver_options>();
            ok(m2f_solver_options_init(&raw mut options, size_of_val(&options)));
            change(&mut options);
            m2f_solver_create(self.model.as_ref(), &raw const options, to(out))
        }
    }
}

impl Drop for Clip {
    fn drop(&mut self) {
        unsafe {
            m2f_result_destroy(owned(self.result));
            m2f_model_destroy(owned(self.model));
            m2f_runtime_destroy(owned(self.runtime));
        }
    }
}

fn identity_options() -> m2f_identity_options {
    unsafe {
        let mut options = std::mem::zeroed::<m2f_identity_options>();
        ok(m2f_identity_options_init(&raw mut options, size_of_val(&options)));
        options
    }
}

fn binding_options() -> m2f_binding_options {
    unsafe {
        let mut options = std::mem::zeroed::<m2f_binding_options>();
        ok(m2f_binding_options_init(&raw mut options, size_of_val(&options)));
        options
    }
}

fn pointers(names: &[CString]) -> Vec<*const c_char> {
    names.iter().map(|name| name.as_ptr()).collect()
}

/// The pack's first two names.
fn names(clip: &Clip) -> [CString; 2] {
    [0, 1].map(|i| unsafe {
        let mut bytes = [0 as c_char; 64];
        ok(m2f_model_identity_name(clip.model.as_ref(), i, bytes.as_mut_ptr(), bytes.len(), ptr::null_mut()));
        CStr::from_ptr(bytes.as_ptr()).to_owned()
    })
}

#[test]
fn mix_of_names_lies_between_them() {
    let clip = Clip::new();
    let names = names(&clip);
    let [first, second] =
        [0, 1].map(|i| clip.neutral(&m2f_identity_options { name: names[i].as_ptr(), ..identity_options() }));
    let (pointers, weights) = (pointers(&names), [3.0, 1.0]);
    let mixed = m2f_identity_options {
        mix_names: pointers.as_ptr(),
        mix_weights: weights.as_ptr(),
        mix_count: 2,
        ..identity_options()
    };
    for (i, mixed) in clip.neutral(&mixed).iter().enumerate() {
        assert!((mixed - (0.75 * first[i] + 0.25 * second[i])).abs() < 1e-4);
    }

    let refused = |options: m2f_identity_options, status, words: &str| {
        let mut identity = ptr::null_mut();
        fails(
            unsafe { m2f_identity_create(clip.model.as_ref(), &raw const options, to(&mut identity)) },
            status,
            words,
        );
        assert!(identity.is_null());
    };
    let wrong = S::M2F_STATUS_INVALID_ARGUMENT;
    refused(m2f_identity_options { name: names[0].as_ptr(), ..mixed }, wrong, "set one of");
    refused(m2f_identity_options { mix_names: ptr::null(), ..mixed }, wrong, "mix_names is NULL");
    refused(m2f_identity_options { mix_weights: [0.0; 2].as_ptr(), ..mixed }, wrong, "not all 0");
    refused(m2f_identity_options { mix_names: [ptr::null(); 2].as_ptr(), ..mixed }, wrong, "a name of the mix is NULL");
    refused(m2f_identity_options { reserved: 1, ..mixed }, wrong, "reserved");
    let nobody = c("nobody");
    let nobody = [nobody.as_ptr(); 2];
    refused(m2f_identity_options { mix_names: nobody.as_ptr(), ..mixed }, S::M2F_STATUS_MISSING_PART, "it has:");
    let metres: Vec<f32> = first.iter().map(|v| v / 1000.0).collect();
    let vertex_count = clip.vertices as u32;
    let metres = m2f_identity_options { vertices_mm: metres.as_ptr(), vertex_count, ..identity_options() };
    refused(metres, wrong, "it seems to be in metres");
}

#[test]
fn options_of_an_older_host_know_no_mix() {
    let clip = Clip::new();
    let names = names(&clip);
    let options = m2f_identity_options { struct_size: 24, name: names[1].as_ptr(), mix_count: 9, ..identity_options() };
    assert_eq!(
        clip.neutral(&options),
        clip.neutral(&m2f_identity_options { name: names[1].as_ptr(), ..identity_options() })
    );
}

#[test]
fn bound_mesh_moves_as_the_model_and_outlives_its_handle() {
    let clip = Clip::new();
    let (uv, expected) = (clip.uv(), clip.offsets());
    let neutral = clip.neutral(&identity_options());
    let mut binding = ptr::null_mut();
    ok(clip.bind(&uv, neutral.as_ptr(), &mut binding));
    let mut count = 0;
    let mut bound = vec![f32::NAN; expected.len()];
    let read = |buffer, capacity, count| unsafe {
        m2f_result_read_bound_offsets_mm(clip.result.as_ref(), binding.as_ref(), 0.0, 2, 4, buffer, capacity, count)
    };
    ok(read(ptr::null_mut(), 0, &raw mut count));
    assert_eq!(count, expected.len());
    fails(read(bound.as_mut_ptr(), count - 1, ptr::null_mut()), S::M2F_STATUS_BUFFER_TOO_SMALL, "needed");
    ok(read(bound.as_mut_ptr(), count, ptr::null_mut()));
    for (at, (bound, own)) in bound.iter().zip(&expected).enumerate() {
        let charted = uv[at / 3 % clip.vertices * 2] >= 0.0;
        assert!((bound - if charted { *own } else { 0.0 }).abs() < 1e-4, "vertex {}", at / 3 % clip.vertices);
    }

    // Every vertex sinks, or moves to the left: weights of that.
    let names = [c("sink"), c("left")];
    let names = pointers(&names);
    let shape = |move_mm: [f32; 3]| (0..clip.vertices).flat_map(move |_| move_mm);
    let shapes: Vec<f32> = shape([0.0, -50.0, 0.0]).chain(shape([50.0, 0.0, 0.0])).collect();
    let mut solver = ptr::null_mut();
    ok(clip.solver(
        |options| {
            (options.shape_count, options.names) = (2, names.as_ptr());
            (options.offsets_mm, options.binding) = (shapes.as_ptr(), binding);
            (options.smoothing_s, options.sparsity) = (0.0, 0.0);
        },
        &mut solver,
    ));
    let mut weights = [f32::NAN; 8];
    unsafe {
        m2f_binding_destroy(owned(binding));
        let (buffer, len, none) = (weights.as_mut_ptr(), weights.len(), ptr::null_mut());
        ok(m2f_result_read_solved_weights(clip.result.as_ref(), solver.as_ref(), 0.0, 2, 4, buffer, len, none));
        m2f_solver_destroy(owned(solver));
    }
    for (weights, offsets) in weights.as_chunks::<2>().0.iter().zip(bound.chunks_exact(clip.vertices * 3)) {
        let mean = |c: usize| offsets.iter().skip(c).step_by(3).sum::<f32>() / clip.vertices as f32;
        let expected = [(-mean(1) / 50.0).clamp(0.0, 1.0), (mean(0) / 50.0).clamp(0.0, 1.0)];
        for (found, expected) in weights.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{weights:?}, expected {expected}");
        }
    }
}

#[test]
fn what_cannot_be_bound_or_solved_is_said() {
    let clip = Clip::new();
    let wrong = S::M2F_STATUS_INVALID_ARGUMENT;
    let (mut uv, mut binding) = (clip.uv(), ptr::null_mut());
    fails(clip.bind(&[], ptr::null(), &mut binding), wrong, "0 vertices");
    uv[1] = f32::NAN;
    fails(clip.bind(&uv, ptr::null(), &mut binding), wrong, "vertex 0 at");
    let mut options = binding_options();
    options.vertex_count = 3;
    unsafe {
        fails(m2f_binding_create(clip.model.as_ref(), &raw const options, to(&mut binding)), wrong, "uv is NULL");
        fails(m2f_binding_create(None, ptr::null(), to(&mut binding)), wrong, "model is NULL");
        fails(m2f_binding_create(clip.model.as_ref(), ptr::null(), None), wrong, "out is NULL");
    }
    assert!(binding.is_null());

    let (mut solver, mut weight) = (ptr::null_mut(), 0.0f32);
    fails(clip.solver(|_| (), &mut solver), wrong, "0 shapes");
    let (names, shapes) = ([ptr::null()], vec![1.0; clip.vertices * 3]);
    let one = |options: &mut m2f_solver_options| {
        (options.shape_count, options.names, options.offsets_mm) = (1, names.as_ptr(), shapes.as_ptr());
    };
    fails(clip.solver(one, &mut solver), wrong, "the name of shape 0 is NULL");
    assert!(solver.is_null());
    unsafe {
        let (result, none) = (clip.result, ptr::null_mut());
        let buffer = &raw mut weight;
        fails(
            m2f_result_read_solved_weights(result.as_ref(), None, 0.0, 0, 1, buffer, 1, none),
            wrong,
            "solver is NULL",
        );
        fails(
            m2f_result_read_bound_offsets_mm(result.as_ref(), None, 0.0, 0, 1, buffer, 1, none),
            wrong,
            "binding is NULL",
        );
        m2f_binding_destroy(None);
        m2f_solver_destroy(None);
    }

    let other = Clip::new();
    ok(other.bind(&other.uv(), ptr::null(), &mut binding));
    unsafe {
        let read = m2f_result_read_bound_offsets_mm(
            clip.result.as_ref(),
            binding.as_ref(),
            0.0,
            0,
            0,
            &raw mut weight,
            1,
            ptr::null_mut(),
        );
        fails(read, wrong, "made for another model");
        m2f_binding_destroy(owned(binding));
    }
}

#[test]
fn blendshapes_of_an_identity_are_read_shape_by_shape() {
    let clip = Clip::new();
    let names = names(&clip);
    let mut identity = ptr::null_mut();
    let options = m2f_identity_options { name: names[1].as_ptr(), ..identity_options() };
    let (mut shapes, mut count) = (0, 0);
    let read = |identity: *mut m2f_identity, buffer: *mut f32, capacity, count: *mut usize| unsafe {
        m2f_identity_read_blendshapes_mm(identity.as_ref(), buffer, capacity, count)
    };
    unsafe {
        ok(m2f_identity_create(clip.model.as_ref(), &raw const options, to(&mut identity)));
        ok(m2f_model_weight_count(clip.model.as_ref(), to(&mut shapes)));
        ok(read(identity, ptr::null_mut(), 0, &raw mut count));
        assert_eq!(count, shapes as usize * clip.vertices * 3);
        let mut found = vec![f32::NAN; count + 1];
        fails(read(identity, found.as_mut_ptr(), count - 1, ptr::null_mut()), S::M2F_STATUS_BUFFER_TOO_SMALL, "needed");
        fails(
            read(ptr::null_mut(), found.as_mut_ptr(), count, ptr::null_mut()),
            S::M2F_STATUS_INVALID_ARGUMENT,
            "NULL",
        );
        assert!(found.iter().all(|v| v.is_nan()), "nothing was written");
        ok(read(identity, found.as_mut_ptr(), found.len(), &raw mut count));
        assert_eq!(count, found.len() - 1);
        assert!(found.pop().is_some_and(f32::is_nan) && found.iter().all(|v| v.is_finite()));
        let first = &found[..clip.vertices * 3];
        assert!(first.iter().any(|v| *v != 0.0) && found.chunks_exact(first.len()).skip(1).all(|other| other != first));
        m2f_identity_destroy(owned(identity));
    }
}
