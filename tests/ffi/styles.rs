//! Styles over time across the ABI.

use std::ptr;

use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::host::*;

fn style_options() -> m2f_style_options {
    unsafe {
        let mut options = std::mem::zeroed::<m2f_style_options>();
        ok(m2f_style_options_init(&raw mut options, size_of_val(&options)));
        options
    }
}

/// Half a second of speech with what `direct` sets; the weights of its frames.
fn animated(rig: &Rig, options: &m2f_session_options, direct: impl FnOnce(*const m2f_session)) -> Vec<f32> {
    let session = session(rig.model, options);
    ok(push(session, &tone()));
    direct(session);
    finished_weights(session)
}

#[test]
fn added_style_over_the_whole_clip_is_that_of_the_options() {
    let (rig, prompt) = (Rig::new(1), c("a happy face"));
    let whole = m2f_session_options { style_text: prompt.as_ptr(), ..session_options() };
    let expected = animated(&rig, &whole, |_| {});
    let added = animated(&rig, &session_options(), |session| unsafe {
        let (mut number, other) = (9, c("another"));
        let style = m2f_style_options { text: other.as_ptr(), strength: 3.0, ..style_options() };
        ok(m2f_session_add_style(session.as_ref(), &raw const style, to(&mut number)));
        assert_eq!(number, 0);
        let style = m2f_style_options { text: prompt.as_ptr(), strength: 3.0, ..style_options() };
        ok(m2f_session_set_style(session.as_ref(), 0, &raw const style));
        ok(m2f_session_set_style_strength(session.as_ref(), 0, 1.0));
    });
    assert_eq!(added, expected);
    let plain = animated(&rig, &session_options(), |_| {});
    assert_ne!(added, plain);
    let without = animated(&rig, &whole, |session| unsafe {
        ok(m2f_session_set_guidance_curve(session.as_ref(), M2F_GUIDANCE_STYLE, [0.0].as_ptr(), [0.0].as_ptr(), 1));
        ok(m2f_session_set_guidance_curve(session.as_ref(), M2F_GUIDANCE_AUDIO, [0.0].as_ptr(), [9.0].as_ptr(), 1));
        ok(m2f_session_set_guidance_curve(session.as_ref(), M2F_GUIDANCE_AUDIO, ptr::null(), ptr::null(), 0));
    });
    assert_eq!(without, plain, "s_P of 0 is no style, and the taken back curve of s_A is none");
}

#[test]
fn isolated_frames_keep_the_unstyled_weights() {
    let (rig, code) = (Rig::new(1), [0.5f32; 32]);
    let styled = |isolate| {
        animated(&rig, &session_options(), |session| unsafe {
            let range = m2f_style_options { start_s: 0.3, ramp_s: 0.0, ..style_options() };
            let style = m2f_style_options { code: code.as_ptr(), code_count: 32, ..range };
            ok(m2f_session_add_style(session.as_ref(), &raw const style, None));
            ok(m2f_session_isolate_styles(session.as_ref(), isolate));
        })
    };
    let plain = animated(&rig, &session_options(), |_| {});
    let (free, isolated) = (styled(0), styled(1));
    assert_eq!(isolated[..9 * 52], plain[..9 * 52]);
    assert_ne!(isolated[9 * 52..], plain[9 * 52..]);
    assert_ne!(free[..9 * 52], plain[..9 * 52]);
}

#[test]
fn styles_that_cannot_be_are_refused() {
    let rig = Rig::new(0);
    let session = session(rig.model, &session_options());
    let refuse = |change: &dyn Fn(&mut m2f_style_options), expected: S, words: &str| {
        let (mut options, mut number) = (style_options(), 77);
        change(&mut options);
        fails(unsafe { m2f_session_add_style(session.as_ref(), &raw const options, to(&mut number)) }, expected, words);
        assert_eq!(number, 77);
    };
    let (text, code, argument) = (c("happy"), [0f32; 32], S::M2F_STATUS_INVALID_ARGUMENT);
    refuse(&|_| {}, argument, "exactly one");
    refuse(&|o| (o.text, o.preset) = (text.as_ptr(), text.as_ptr()), argument, "exactly one");
    for (start_s, end_s, ramp_s, strength, words) in [
        (-1.0, 1.0, 0.0, 1.0, "starts at 0 or later"),
        (f64::NAN, 1.0, 0.0, 1.0, "starts at 0 or later"),
        (2.0, 1.0, 0.0, 1.0, "ends after its start"),
        (0.0, f64::NAN, 0.0, 1.0, "ends after its start"),
        (0.0, 1.0, -0.1, 1.0, "ramp"),
        (0.0, 1.0, 0.0, f32::NAN, "strength"),
    ] {
        let timed = m2f_style_options { text: text.as_ptr(), start_s, end_s, ramp_s, strength, ..style_options() };
        refuse(&|o| *o = timed, argument, words);
    }
    refuse(&|o| (o.code, o.code_count) = (code.as_ptr(), 31), argument, "style code");
    refuse(&|o| o.preset = text.as_ptr(), S::M2F_STATUS_MISSING_PART, "preset");
    refuse(&|o| o.text = [0xff_u8, 0].as_ptr().cast(), S::M2F_STATUS_INVALID_UTF8, "text");
    refuse(&|o| o.struct_size = 3, S::M2F_STATUS_INVALID_STRUCT_SIZE, "");
    unsafe {
        let null = m2f_session_add_style(session.as_ref(), ptr::null(), None);
        fails(null, argument, "options is NULL");
        fails(m2f_session_set_style_strength(session.as_ref(), 0, 1.0), argument, "style 0");
        fails(m2f_session_isolate_styles(session.as_ref(), 2), argument, "on is 2");
        let curve = |times: &[f64], which| {
            m2f_session_set_guidance_curve(session.as_ref(), which, times.as_ptr(), [1.0; 2].as_ptr(), times.len())
        };
        fails(curve(&[1.0, 0.5], M2F_GUIDANCE_AUDIO), argument, "times go up");
        fails(curve(&[-1.0], M2F_GUIDANCE_STYLE), argument, "times go up");
        fails(curve(&[f64::NAN], M2F_GUIDANCE_STYLE), argument, "times go up");
        fails(curve(&[0.0], 7), argument, "guidance is 7");
        fails(m2f_session_set_guidance_curve(session.as_ref(), 0, ptr::null(), ptr::null(), 1), argument, "NULL");
        let (mut presets, mut count) = (9, 0);
        ok(m2f_model_preset_count(rig.model.as_ref(), to(&mut presets)));
        assert_eq!(presets, 0);
        fails(m2f_model_preset_name(rig.model.as_ref(), 0, ptr::null_mut(), 0, &raw mut count), argument, "index 0");

        ok(push(session, &tone()));
        ok(m2f_session_finish(session.as_ref()));
        ok(m2f_session_wait(session.as_ref(), M2F_WAIT_FOREVER));
        let style = m2f_style_options { text: text.as_ptr(), ..style_options() };
        let late = m2f_session_add_style(session.as_ref(), &raw const style, None);
        fails(late, S::M2F_STATUS_INVALID_STATE, "motion has begun");
        m2f_session_destroy(owned(session));
    }
}
