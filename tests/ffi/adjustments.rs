//! Livelier and calmer results across the ABI.

use std::ptr;

use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::host::*;

fn options() -> m2f_adjustment_options {
    unsafe {
        let mut options = std::mem::zeroed::<m2f_adjustment_options>();
        ok(m2f_adjustment_options_init(&raw mut options, size_of_val(&options)));
        options
    }
}

/// A finished clip of half a second.
fn clip(rig: &Rig) -> *mut m2f_result {
    let session = session(rig.model, &session_options());
    ok(push(session, &tone()));
    finished(session)
}

fn adjusted(result: *const m2f_result, options: *const m2f_adjustment_options) -> *mut m2f_result {
    let mut out = ptr::null_mut();
    ok(unsafe { m2f_result_adjust(result.as_ref(), options, to(&mut out)) });
    out
}

#[test]
fn adjusted_result_is_another_and_the_old_one_stays() {
    let rig = Rig::new(1);
    let result = clip(&rig);
    let (before, still) = ((weights(result, 0.0), heads(result)), options());
    let target = m2f_gaze_target {
        start_s: 0.0,
        end_s: f64::INFINITY,
        yaw_rad: 0.5,
        pitch_rad: 0.0,
        head_share: 1.0,
        ramp_s: 0.4,
    };
    let turned = m2f_adjustment_options { targets: &raw const target, target_count: 1, ..options() };
    let (name, channel) = (c("jawOpen"), m2f_channel { gain: 0.0, offset: 0.25, minimum: 0.0, maximum: 1.0 });
    let names = [name.as_ptr()];
    let held = m2f_adjustment_options {
        channel_count: 1,
        channel_names: names.as_ptr(),
        channels: &raw const channel,
        ..options()
    };
    let (copy, null, turned, held) = (
        adjusted(result, &raw const still),
        adjusted(result, ptr::null()),
        adjusted(result, &raw const turned),
        adjusted(result, &raw const held),
    );
    unsafe {
        for same in [copy, null, result] {
            assert!((weights(same, 0.0), heads(same)) == before);
        }
        m2f_result_destroy(owned(result));
        // A head that takes the whole angle: 0.5 rad about +Y before its own small movement.
        for (head, own) in heads(turned).iter().zip(&before.1) {
            let dot: f32 = head[..4].iter().zip(&own[..4]).map(|(a, b)| a * b).sum();
            assert!((2.0 * dot.abs().min(1.0).acos() - 0.5).abs() < 1e-3, "{head:?} from {own:?}");
            assert_eq!(head[4..], own[4..]);
        }
        assert_ne!(weights(held, 0.0), before.0);
        [copy, null, turned, held].into_iter().for_each(|result| m2f_result_destroy(owned(result)));
    }
}

#[test]
fn options_that_cannot_be_are_refused() {
    let rig = Rig::new(1);
    let result = clip(&rig);
    let refuse = |change: &dyn Fn(&mut m2f_adjustment_options), expected: S, words: &str| {
        let (mut options, mut out) = (options(), ptr::null_mut());
        change(&mut options);
        fails(unsafe { m2f_result_adjust(result.as_ref(), &raw const options, to(&mut out)) }, expected, words);
        assert!(out.is_null());
    };
    let argument = S::M2F_STATUS_INVALID_ARGUMENT;
    refuse(&|o| o.expression_gain = -1.0, argument, "gain of the expression");
    refuse(&|o| o.head_gain = f32::NAN, argument, "gain of the head");
    refuse(&|o| o.smoothing_s = 11.0, argument, "smoothing");
    refuse(&|o| o.head_smoothing_s = -0.1, argument, "smoothing of the head");
    refuse(&|o| o.blink_limit = 1.5, argument, "limit of blinks");
    refuse(&|o| o.blinks_per_minute = f32::INFINITY, argument, "blinks a minute");
    refuse(&|o| o.gaze_gain = 5.0, argument, "gain of the gaze");
    refuse(&|o| o.gaze_limit_rad = f32::NAN, argument, "limit of the gaze");
    refuse(&|o| o.saccades_per_minute = -1.0, argument, "saccades");
    refuse(&|o| o.saccade_rad = 1.0, argument, "saccades");
    refuse(&|o| o.eye_range_rad[0] = 0.5, argument, "up_rad");
    refuse(&|o| o.target_count = 1, argument, "targets is NULL");
    refuse(&|o| o.target_count = u64::MAX, argument, "targets");
    refuse(&|o| o.channel_count = 1, argument, "channel_names is NULL");
    refuse(&|o| o.struct_size = 3, S::M2F_STATUS_INVALID_STRUCT_SIZE, "");
    let (other, channel) = (c("nobody"), m2f_channel { gain: 1.0, offset: 0.0, minimum: 0.0, maximum: 1.0 });
    for (name, expected, words) in [
        (other.as_ptr(), S::M2F_STATUS_MISSING_PART, "nobody"),
        ([0xff_u8, 0].as_ptr().cast(), S::M2F_STATUS_INVALID_UTF8, "name"),
        (ptr::null(), argument, "name of channel 0"),
    ] {
        let names = [name];
        let one = |o: &mut m2f_adjustment_options| {
            (o.channel_count, o.channel_names, o.channels) = (1, names.as_ptr(), &raw const channel);
        };
        refuse(&one, expected, words);
    }
    let good = m2f_gaze_target { start_s: 0.0, end_s: 1.0, yaw_rad: 0.0, pitch_rad: 0.0, head_share: 0.5, ramp_s: 0.1 };
    for (target, words) in [
        (m2f_gaze_target { start_s: 2.0, ..good }, "ends after its start"),
        (m2f_gaze_target { start_s: -1.0, ..good }, "starts at 0"),
        (m2f_gaze_target { end_s: f64::NAN, ..good }, "ends after its start"),
        (m2f_gaze_target { yaw_rad: f32::NAN, ..good }, "yaw"),
        (m2f_gaze_target { pitch_rad: 2.0, ..good }, "pitch"),
        (m2f_gaze_target { head_share: 1.5, ..good }, "share"),
        (m2f_gaze_target { ramp_s: -0.1, ..good }, "ramp"),
    ] {
        refuse(&|o| (o.targets, o.target_count) = (&raw const target, 1), argument, words);
    }
    unsafe {
        fails(m2f_result_adjust(result.as_ref(), ptr::null(), None), argument, "out is NULL");
        let mut out = ptr::null_mut();
        fails(m2f_result_adjust(None, ptr::null(), to(&mut out)), argument, "result is NULL");
        m2f_result_destroy(owned(result));
    }
}
