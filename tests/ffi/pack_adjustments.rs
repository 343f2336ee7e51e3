//! Adjustments and tails across the ABI.

use std::ptr;

use media2face::pack::{self, AdjustmentsConfig, Pack, Size};
use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::host::*;

/// The tiny model with gains for some of its channels.
fn adjusted(runtime: *const m2f_runtime) -> *mut m2f_model {
    let tiny = pack::random(Size::Tiny, 1).expect("tiny pack");
    let mut manifest = tiny.manifest().clone();
    let gains = [("jawOpen".to_owned(), 0.25)].into();
    manifest.adjustments = Some(AdjustmentsConfig { gains, ..AdjustmentsConfig::default() });
    let bytes = Pack::from_parts(manifest, tiny.tensors().clone()).to_bytes().expect("bytes");
    let mut out = ptr::null_mut();
    unsafe {
        let mut options = std::mem::zeroed::<m2f_model_options>();
        ok(m2f_model_options_init(&raw mut options, size_of_val(&options)));
        (options.data, options.data_size) = (bytes.as_ptr(), bytes.len() as u64);
        ok(m2f_model_create(runtime.as_ref(), &raw const options, to(&mut out)));
    }
    out
}

fn take(model: *const m2f_model, options: m2f_session_options) -> *mut m2f_result {
    let session = session(model, &options);
    ok(push(session, &tone()));
    finished(session)
}

#[test]
fn packs_adjustments_are_made_unless_they_are_left_out() {
    let rig = Rig::new(0);
    let model = adjusted(rig.runtime);
    let read = |model: *const m2f_model, pack_adjustments: u32| {
        let result = take(model, m2f_session_options { pack_adjustments, ..session_options() });
        let found = weights(result, 30.0);
        unsafe { m2f_result_destroy(owned(result)) };
        found
    };
    let plain = read(rig.model, 1);
    assert_eq!(session_options().pack_adjustments, 1);
    assert_ne!(read(model, 1), plain);
    assert_eq!(read(model, 0), plain);
    unsafe { m2f_model_destroy(owned(model)) };
}

#[test]
fn tail_makes_a_result_longer_and_brings_its_head_to_rest() {
    let rig = Rig::new(0);
    assert_eq!(session_options().tail_s, 0.0);
    let (short, long) =
        (take(rig.model, session_options()), take(rig.model, m2f_session_options { tail_s: 0.5, ..session_options() }));
    let (short_heads, long_heads) = (heads(short), heads(long));
    assert_eq!((short_heads.len(), long_heads.len()), (15, 30));
    assert_ne!(short_heads[14], [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
    assert_eq!(long_heads[29], [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
    for (tail_s, words) in [(-0.1, "a tail of -0.1"), (10.5, "expected 0 to 10"), (f32::NAN, "a tail of NaN")] {
        let (options, mut session) = (m2f_session_options { tail_s, ..session_options() }, ptr::null_mut());
        let status = unsafe { m2f_session_create(rig.model.as_ref(), &raw const options, to(&mut session)) };
        fails(status, S::M2F_STATUS_INVALID_ARGUMENT, words);
    }
    let (options, mut session) = (m2f_session_options { pack_adjustments: 2, ..session_options() }, ptr::null_mut());
    let status = unsafe { m2f_session_create(rig.model.as_ref(), &raw const options, to(&mut session)) };
    fails(status, S::M2F_STATUS_INVALID_ARGUMENT, "pack_adjustments is 2");
    unsafe {
        m2f_result_destroy(owned(short));
        m2f_result_destroy(owned(long));
    }
}
