//! What the header says of every call: outputs are written on success alone, a failed call leaves its object as it was, and
//! messages can be asked for.

use std::ffi::{CStr, c_char};
use std::ptr;

use media2face::internals::tensor::Weight;
use media2face::pack::{self, Pack, Size};
use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::host::{Rig, c, fails, finished, ok, owned, push, runtime, session, session_options, to, tone};

/// A rig on the tiny pack, its tensors changed; one that comes back as `None` is left out.
fn rig(change: impl Fn(&str, Weight) -> Option<Weight>) -> Rig {
    let whole = pack::random(Size::Tiny, 1).expect("tiny pack");
    let tensors = whole.tensors().clone().into_iter();
    let tensors = tensors.filter_map(|(name, weight)| Some((name.clone(), change(&name, weight)?)));
    let bytes = Pack::from_parts(whole.manifest().clone(), tensors).to_bytes().expect("bytes");
    let runtime = runtime(0);
    Rig { runtime, model: super::host::model_of(runtime, &bytes) }
}

/// The tiny pack with a generator that gives infinite offsets, which is known when they are computed.
fn endless(name: &str, weight: Weight) -> Weight {
    if !name.starts_with("gnpfa.generator.") || !name.ends_with(".weight") {
        return weight;
    }
    let huge: Vec<f32> = weight.to_f32().expect("memory").iter().map(|value| value * 1e30).collect();
    Weight::from_f32(name, weight.shape(), &huge)
}

const UNTOUCHED: f32 = -77.0;

#[test]
fn reads_write_nothing_on_failure() {
    let faceless = rig(|name, weight| (!name.starts_with("gnpfa.generator.")).then_some(weight));
    for (rig, expected) in [
        (faceless, S::M2F_STATUS_MISSING_PART),
        (rig(|name, weight| Some(endless(name, weight))), S::M2F_STATUS_INVALID_PACK),
    ] {
        let session = session(rig.model, &session_options());
        ok(push(session, &tone()));
        let result = finished(session);
        let mut vertices = 0;
        unsafe {
            ok(m2f_model_vertex_count(rig.model.as_ref(), to(&mut vertices)));
            let width = vertices as usize * 3;
            let (mut weights, mut head) = ([UNTOUCHED; 52], [UNTOUCHED; 7]);
            let mut offsets = vec![UNTOUCHED; 10 * width];
            let mut written = 99;
            let to = offsets.as_mut_ptr();
            let sampled =
                m2f_result_sample(result.as_ref(), 0.1, weights.as_mut_ptr(), 52, head.as_mut_ptr(), to, width);
            fails(sampled, expected, "");
            let read = m2f_result_read_offsets_mm(result.as_ref(), 0.0, 0, 10, to, 10 * width, &raw mut written);
            fails(read, expected, "");
            if expected == S::M2F_STATUS_MISSING_PART {
                let read = m2f_result_read_normals(result.as_ref(), 0.0, 0, 10, to, 10 * width, &raw mut written);
                fails(read, expected, "");
                let (offsets, normals) = offsets.split_at_mut(5 * width);
                let to = [offsets.as_mut_ptr(), normals.as_mut_ptr()];
                let both = (to[0], to[1], 5 * width, &raw mut written);
                let read =
                    m2f_result_read_offsets_and_normals(result.as_ref(), 0.0, 0, 5, both.0, both.1, both.2, both.3);
                fails(read, expected, "");
            }
            assert_eq!(written, 99);
            assert!(weights.iter().chain(&head).chain(&offsets).all(|value| *value == UNTOUCHED));
            // What can be read is.
            let sampled = m2f_result_sample(
                result.as_ref(),
                0.1,
                weights.as_mut_ptr(),
                52,
                head.as_mut_ptr(),
                ptr::null_mut(),
                0,
            );
            ok(sampled);
            assert!(weights.iter().chain(&head).all(|value| *value != UNTOUCHED));
            m2f_result_destroy(owned(result));
        }
    }
}

#[test]
fn finish_without_sound_leaves_the_session_as_it_was() {
    let rig = Rig::new(0);
    let (empty, full) = (session(rig.model, &session_options()), session(rig.model, &session_options()));
    ok(push(full, &tone()));
    unsafe {
        fails(m2f_session_finish(empty.as_ref()), S::M2F_STATUS_INVALID_AUDIO, "no samples");
        fails(m2f_session_wait(empty.as_ref(), 0), S::M2F_STATUS_INVALID_STATE, "not finished");
        let both = [full.as_ref(), empty.as_ref()];
        fails(m2f_session_finish_together(both.as_ptr(), 2), S::M2F_STATUS_INVALID_AUDIO, "no samples");
    }
    ok(push(empty, &tone()));
    let (one, other) = (super::host::finished_weights(empty), super::host::finished_weights(full));
    assert_eq!(one, other, "as if nothing had happened");
}

#[test]
fn messages_can_be_asked_for() {
    let rig = Rig::new(0);
    let next = |capacity: usize| {
        let (mut level, mut buffer, mut count) = (9, vec![0u8; capacity], 0);
        let place = if capacity == 0 { ptr::null_mut() } else { buffer.as_mut_ptr().cast::<c_char>() };
        let status =
            unsafe { m2f_runtime_next_log(rig.runtime.as_ref(), to(&mut level), place, capacity, &raw mut count) };
        let text = CStr::from_bytes_until_nul(&buffer).map(|text| text.to_str().expect("UTF-8").to_owned());
        (status, level, text.unwrap_or_default(), count)
    };
    assert_eq!(next(100).0, S::M2F_STATUS_NOT_READY, "nothing to tell of");
    let prompt = c(&"very happy ".repeat(1000));
    for _ in 0..300 {
        let session = session(
            rig.model,
            &m2f_session_options { style_text: prompt.as_ptr(), step_count: 1, ..session_options() },
        );
        ok(push(session, &[0.5]));
        unsafe { m2f_result_destroy(owned(finished(session))) };
    }
    let (status, level, _, needed) = next(0);
    assert_eq!((status, level), (S::M2F_STATUS_OK, m2f_log_level::M2F_LOG_WARNING as u32));
    assert_eq!(next(4).0, S::M2F_STATUS_BUFFER_TOO_SMALL);
    let mut told = 0;
    loop {
        let (status, level, text, count) = next(needed);
        if status == S::M2F_STATUS_NOT_READY {
            break;
        }
        ok(status);
        assert_eq!((level, text.len() + 1, count), (m2f_log_level::M2F_LOG_WARNING as u32, needed, needed));
        assert!(text.contains("longer than"), "{text}");
        told += 1;
    }
    assert_eq!(told, 256, "the oldest have gone");
}
