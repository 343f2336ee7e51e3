//! Children keep their parents alive, in every order of destruction.

use std::ptr;

use media2face_capi::*;

use super::host::*;

#[test]
fn parents_destroyed_first_leave_their_children_working() {
    for threads in [0, 2] {
        let runtime = runtime(threads);
        let model = model(runtime);
        unsafe {
            m2f_runtime_destroy(owned(runtime));
            let mut identity = ptr::null_mut();
            ok(m2f_identity_create(model.as_ref(), ptr::null(), to(&mut identity)));
            let mut options = session_options();
            options.identity = identity;
            let session = session(model, &options);
            m2f_identity_destroy(owned(identity));
            m2f_model_destroy(owned(model));
            ok(push(session, &tone()));
            ok(m2f_session_finish(session.as_ref()));
            ok(m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER));
            let result = pull(session);
            m2f_session_destroy(owned(session));
            let found = weights(result, 0.0);
            assert_eq!(found.len(), 15 * 52);
            assert!(found.iter().all(|w| (0.0..=1.0).contains(w)));
            let mut count = 0;
            ok(m2f_result_read_offsets_mm(result.as_ref(), 0.0, 3, 2, ptr::null_mut(), 0, &raw mut count));
            let mut offsets = vec![f32::NAN; count];
            ok(m2f_result_read_offsets_mm(result.as_ref(), 0.0, 3, 2, offsets.as_mut_ptr(), count, ptr::null_mut()));
            assert!(count > 0 && offsets.iter().all(|v| v.is_finite()));
            m2f_result_destroy(owned(result));
        }
    }
}

#[test]
fn session_destroyed_in_the_middle_of_its_work_ends_it() {
    let runtime = runtime(2);
    let model = model(runtime);
    let mut options = session_options();
    options.step_count = 400;
    for _ in 0..5 {
        let session = session(model, &options);
        ok(push(session, &tone()));
        unsafe {
            ok(m2f_session_finish(session.as_ref()));
            m2f_session_destroy(owned(session));
        }
    }
    unsafe {
        m2f_model_destroy(owned(model));
        m2f_runtime_destroy(owned(runtime));
    }
}
