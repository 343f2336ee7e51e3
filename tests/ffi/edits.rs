//! Keyframes, revisions and compositions across the ABI.

use std::ptr;

use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::host::*;

const HEAD: [f32; 7] = [0.0, 0.0, 0.0, 1.0, 1.0, -2.0, 3.0];

fn keyframe_options() -> m2f_keyframe_options {
    unsafe {
        let mut options = std::mem::zeroed::<m2f_keyframe_options>();
        ok(m2f_keyframe_options_init(&raw mut options, size_of_val(&options)));
        options
    }
}

fn add(session: *const m2f_session, options: &m2f_keyframe_options) {
    ok(unsafe { m2f_session_add_keyframe(session.as_ref(), options, None) });
}

fn take(rig: &Rig, seed: u64, direct: impl FnOnce(*const m2f_session)) -> *mut m2f_result {
    let session = session(rig.model, &m2f_session_options { seed, ..session_options() });
    ok(push(session, &tone()));
    direct(session);
    finished(session)
}

#[test]
fn keyframes_are_met_and_may_be_changed_until_the_work_begins() {
    let rig = Rig::new(1);
    let weights = [0.5f32; 52];
    let result = take(&rig, 0, |session| unsafe {
        let other = [9.0f32; 7];
        add(session, &m2f_keyframe_options { head: other.as_ptr(), start_s: 0.2, ..keyframe_options() });
        let held = m2f_keyframe_options { head: HEAD.as_ptr(), start_s: 0.2, end_s: 0.3, ..keyframe_options() };
        ok(m2f_session_set_keyframe(session.as_ref(), 0, &raw const held));
        let (weights, weight_count) = (weights.as_ptr(), 52);
        add(session, &m2f_keyframe_options { weights, weight_count, hold: 0.5, ..keyframe_options() });
    });
    assert!(heads(result)[6..=9].iter().all(|head| *head == HEAD));
    unsafe { m2f_result_destroy(owned(result)) };
}

#[test]
fn keyframes_that_cannot_be_are_refused() {
    let rig = Rig::new(0);
    let session = session(rig.model, &session_options());
    let refuse = |change: &dyn Fn(&mut m2f_keyframe_options), expected: S, words: &str| {
        let (mut options, mut number) = (keyframe_options(), 77);
        change(&mut options);
        fails(
            unsafe { m2f_session_add_keyframe(session.as_ref(), &raw const options, to(&mut number)) },
            expected,
            words,
        );
        assert_eq!(number, 77);
    };
    let (argument, z, picture) = (S::M2F_STATUS_INVALID_ARGUMENT, [0f32; 64], b"no picture");
    refuse(&|_| {}, argument, "neither");
    refuse(&|o| (o.latent, o.weights) = (z.as_ptr(), z.as_ptr()), argument, "at most one of latent");
    refuse(&|o| (o.latent, o.latent_count) = (z.as_ptr(), 1), argument, "a latent of 1 values");
    refuse(&|o| (o.weights, o.weight_count) = (z.as_ptr(), 51), argument, "weights of 51 values");
    refuse(&|o| (o.mesh_mm, o.mesh_count) = (z.as_ptr(), 63), argument, "mesh");
    refuse(&|o| (o.head, o.start_s, o.end_s) = (HEAD.as_ptr(), 2.0, 1.0), argument, "does not end before");
    refuse(&|o| (o.head, o.hold) = (HEAD.as_ptr(), 2.0), argument, "hold");
    refuse(&|o| o.picture_parts = 4, argument, "picture_parts");
    let broken = |o: &mut m2f_keyframe_options| (o.picture, o.picture_size) = (picture.as_ptr(), 10);
    refuse(&broken, S::M2F_STATUS_INVALID_PICTURE, "");
    let null = unsafe { m2f_session_add_keyframe(session.as_ref(), ptr::null(), None) };
    fails(null, argument, "options is NULL");
    let none = m2f_keyframe_options { head: HEAD.as_ptr(), ..keyframe_options() };
    fails(unsafe { m2f_session_set_keyframe(session.as_ref(), 3, &raw const none) }, argument, "keyframe 3");
    unsafe { m2f_session_destroy(owned(session)) };
}

#[test]
fn revised_range_changes_and_the_rest_keeps_its_bits() {
    let rig = Rig::new(1);
    let first = take(&rig, 0, |_| {});
    let mut session = ptr::null_mut();
    let options = session_options();
    ok(unsafe { m2f_result_revise(first.as_ref(), &raw const options, 0.2, 0.4, to(&mut session)) });
    add(session, &m2f_keyframe_options { head: HEAD.as_ptr(), start_s: 0.3, ..keyframe_options() });
    fails(push(session, &tone()), S::M2F_STATUS_INVALID_STATE, "takes no audio");
    let second = finished(session);
    let (before, after) = (heads(first), heads(second));
    assert_eq!(after[9], HEAD);
    assert_eq!((&before[..6], &before[13..]), (&after[..6], &after[13..]));
    let mut none = ptr::null_mut();
    let reversed = unsafe { m2f_result_revise(first.as_ref(), ptr::null(), 0.4, 0.2, to(&mut none)) };
    fails(reversed, S::M2F_STATUS_INVALID_ARGUMENT, "ends after its start");
    assert!(none.is_null());
    let kept = session_options();
    let bare = {
        let session = super::host::session(rig.model, &m2f_session_options { editable: 0, ..kept });
        ok(push(session, &tone()));
        finished(session)
    };
    let refused = unsafe { m2f_result_revise(bare.as_ref(), ptr::null(), 0.0, 0.2, to(&mut none)) };
    fails(refused, S::M2F_STATUS_INVALID_STATE, "editable");
    unsafe { [first, second, bare].into_iter().for_each(|result| m2f_result_destroy(owned(result))) };
}

#[test]
fn sessions_together_give_what_each_gives_alone() {
    let rig = Rig::new(1);
    let sessions = [0, 1].map(|seed| {
        let session = session(rig.model, &m2f_session_options { seed, ..session_options() });
        ok(push(session, &tone()));
        session
    });
    let handles = sessions.map(|session| unsafe { session.as_ref() });
    let twice = [handles[0]; 2];
    let argument = S::M2F_STATUS_INVALID_ARGUMENT;
    fails(unsafe { m2f_session_finish_together(twice.as_ptr(), 2) }, argument, "twice");
    fails(unsafe { m2f_session_finish_together([handles[0], None].as_ptr(), 2) }, argument, "a session is NULL");
    fails(unsafe { m2f_session_finish_together(ptr::null(), 0) }, argument, "no session");
    ok(unsafe { m2f_session_finish_together(handles.as_ptr(), 2) });
    for (seed, session) in sessions.into_iter().enumerate() {
        let (mut result, alone) = (ptr::null_mut(), take(&rig, seed as u64, |_| {}));
        unsafe {
            ok(m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER));
            ok(m2f_session_pull(session.as_ref(), to(&mut result)));
        }
        assert_eq!(heads(result), heads(alone));
        unsafe { [result, alone].into_iter().for_each(|result| m2f_result_destroy(owned(result))) };
    }
    unsafe { sessions.into_iter().for_each(|session| m2f_session_destroy(owned(session))) };
}

#[test]
fn composed_results_outlive_their_parts() {
    let rig = Rig::new(1);
    let (a, b) = (take(&rig, 0, |_| {}), take(&rig, 1, |_| {}));
    let parts = [(a, 0.0, 0.3), (b, 0.1, f64::INFINITY)].map(|(result, start_s, end_s)| m2f_part {
        result: result.cast_const(),
        start_s,
        end_s,
    });
    let expected = (heads(a)[..6].to_vec(), heads(b)[6..].to_vec());
    let mut joined = ptr::null_mut();
    ok(unsafe { m2f_result_compose(parts.as_ptr(), 2, 0.1, &raw mut joined) });
    unsafe { [a, b].into_iter().for_each(|result| m2f_result_destroy(owned(result))) };
    let found = heads(joined);
    assert_eq!(found.len(), 9 + 12 - 3);
    assert_eq!((&found[..6], &found[9..]), (&expected.0[..], &expected.1[..]));
    let mut none = ptr::null_mut();
    let argument = S::M2F_STATUS_INVALID_ARGUMENT;
    fails(unsafe { m2f_result_compose(ptr::null(), 0, 0.0, &raw mut none) }, argument, "0 parts");
    let long = m2f_part { result: joined, start_s: 0.0, end_s: 1.0 };
    fails(unsafe { m2f_result_compose([long; 2].as_ptr(), 2, 9.0, &raw mut none) }, argument, "blends");
    let missing = m2f_part { result: ptr::null(), ..long };
    fails(unsafe { m2f_result_compose(&raw const missing, 1, 0.0, &raw mut none) }, argument, "result of a part");
    assert!(none.is_null());
    unsafe { m2f_result_destroy(owned(joined)) };
}
