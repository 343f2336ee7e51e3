//! What prompts say, across the ABI.

use std::ffi::{CStr, c_char};
use std::mem::zeroed;
use std::ptr;

use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::host::*;

/// The starter, which has a reader.
fn starter(runtime: *const m2f_runtime) -> *mut m2f_model {
    let (path, mut out) = (c(concat!(env!("CARGO_MANIFEST_DIR"), "/../models/starter.m2f")), ptr::null_mut());
    unsafe {
        let mut options = zeroed::<m2f_model_options>();
        ok(m2f_model_options_init(&raw mut options, size_of_val(&options)));
        options.path = path.as_ptr();
        ok(m2f_model_create(runtime.as_ref(), &raw const options, to(&mut out)));
    }
    out
}

fn style(text: *const c_char) -> m2f_style_options {
    unsafe {
        let mut options = zeroed::<m2f_style_options>();
        ok(m2f_style_options_init(&raw mut options, size_of_val(&options)));
        options.text = text;
        options
    }
}

fn name(of: impl Fn(*mut c_char, usize, *mut usize) -> S) -> String {
    let mut count = 0;
    ok(of(ptr::null_mut(), 0, &raw mut count));
    let mut buffer = vec![0; count];
    ok(of(buffer.as_mut_ptr(), count, ptr::null_mut()));
    unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_str().expect("UTF-8").to_owned()
}

#[test]
fn shares_names_and_words_of_a_prompt_agree() {
    let runtime = runtime(0);
    let model = starter(runtime);
    unsafe {
        let (mut emotions, mut acts) = (0, 0);
        ok(m2f_model_emotion_count(model.as_ref(), to(&mut emotions)));
        ok(m2f_model_head_act_count(model.as_ref(), to(&mut acts)));
        let text = c("very happy, shaking the head");
        let options = style(text.as_ptr());
        let mut reading = zeroed::<m2f_prompt_reading>();
        ok(m2f_model_read_prompt(model.as_ref(), &raw const options, &raw mut reading, size_of_val(&reading)));
        assert_eq!((reading.emotion_count, reading.head_act_count, reading.says_nothing), (emotions, acts, 0));
        let largest = |shares: &[f32]| {
            let at = (0..shares.len()).max_by(|&a, &b| shares[a].total_cmp(&shares[b])).expect("some");
            (at as u32, shares[at])
        };
        let (emotion, share) = largest(&reading.emotions[..emotions as usize]);
        let emotion =
            name(|buffer, capacity, count| m2f_model_emotion_name(model.as_ref(), emotion, buffer, capacity, count));
        let (act, _) = largest(&reading.head_acts[..acts as usize]);
        let act = name(|buffer, capacity, count| m2f_model_head_act_name(model.as_ref(), act, buffer, capacity, count));
        assert_eq!((emotion.as_str(), act.as_str()), ("happy", "shake"));
        assert!((reading.emotions.iter().sum::<f32>() - 1.0).abs() < 1e-4 && reading.strength > 0.0);
        let line = name(|buffer, capacity, count| {
            m2f_model_explain_prompt(model.as_ref(), &raw const options, buffer, capacity, count)
        });
        assert!(line.starts_with(&format!("happy {share:.2}, ")) && line.contains("shake"), "{line}");

        let text = c("asdf qwer");
        let options = style(text.as_ptr());
        ok(m2f_model_read_prompt(model.as_ref(), &raw const options, &raw mut reading, size_of_val(&reading)));
        assert_eq!(reading.says_nothing, 1);
        let line = name(|buffer, capacity, count| {
            m2f_model_explain_prompt(model.as_ref(), &raw const options, buffer, capacity, count)
        });
        assert!(line.starts_with("the style \"asdf qwer\" says nothing"), "{line}");
        m2f_model_destroy(owned(model));
        m2f_runtime_destroy(owned(runtime));
    }
}

#[test]
fn readings_that_cannot_be_leave_the_output_as_it_was() {
    let rig = Rig::new(0);
    let (text, code) = (c("happy"), [0f32; 32]);
    unsafe {
        let mut reading = zeroed::<m2f_prompt_reading>();
        reading.says_nothing = 77;
        let size = size_of_val(&reading);
        let (argument, missing) = (S::M2F_STATUS_INVALID_ARGUMENT, S::M2F_STATUS_MISSING_PART);
        let mut read = |options: *const m2f_style_options, size: usize, expected: S, words: &str| {
            fails(m2f_model_read_prompt(rig.model.as_ref(), options, &raw mut reading, size), expected, words);
            assert_eq!(reading.says_nothing, 77);
        };
        let options = style(text.as_ptr());
        read(&raw const options, size, missing, "style_reader");
        read(ptr::null(), size, argument, "NULL");
        read(&raw const options, 5, S::M2F_STATUS_INVALID_STRUCT_SIZE, "sizeof");
        let two = m2f_style_options { code: code.as_ptr(), code_count: 32, ..options };
        read(&raw const two, size, argument, "exactly one");
        fails(
            m2f_model_read_prompt(rig.model.as_ref(), &raw const options, ptr::null_mut(), size),
            argument,
            "out is NULL",
        );
        let mut count = 9;
        ok(m2f_model_emotion_count(rig.model.as_ref(), to(&mut count)));
        assert_eq!(count, 0, "the tiny pack does not say");
        fails(
            m2f_model_emotion_name(rig.model.as_ref(), 0, ptr::null_mut(), 0, ptr::null_mut()),
            argument,
            "not below 0",
        );
    }
}

#[test]
fn expressions_go_by_name_in_keyframes() {
    let rig = Rig::new(0);
    unsafe {
        let mut count = 0;
        ok(m2f_expression_count(to(&mut count)));
        let names: Vec<String> = (0..count)
            .map(|index| name(|buffer, capacity, count| m2f_expression_name(index, buffer, capacity, count)))
            .collect();
        assert!(names.iter().any(|name| name == "smile") && names.iter().any(|name| name == "anger"), "{names:?}");
        fails(
            m2f_expression_name(count, ptr::null_mut(), 0, ptr::null_mut()),
            S::M2F_STATUS_INVALID_ARGUMENT,
            "not below",
        );
        let session = session(rig.model, &session_options());
        let mut options = zeroed::<m2f_keyframe_options>();
        ok(m2f_keyframe_options_init(&raw mut options, size_of_val(&options)));
        let (smile, smirk) = (c("smile"), c("smirk"));
        options.expression = smile.as_ptr();
        ok(m2f_session_add_keyframe(session.as_ref(), &raw const options, None));
        options.expression = smirk.as_ptr();
        let status = m2f_session_add_keyframe(session.as_ref(), &raw const options, None);
        fails(status, S::M2F_STATUS_INVALID_ARGUMENT, "neutral, smile");
        m2f_session_destroy(owned(session));
    }
}
