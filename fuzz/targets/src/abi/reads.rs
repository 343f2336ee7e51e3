//! Calls that tell something: what is written is as long as the query said, finite, and nothing on failure.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ptr;

use media2face_capi::*;

use super::Host;
use super::host::{to, well};
use super::input::Input;

/// Most floats that are read at once.
const MOST_FLOATS: usize = 200_000;

type Name = unsafe extern "C" fn(Option<&m2f_model>, u32, *mut c_char, usize, *mut usize) -> m2f_status;
type Count = extern "C" fn(Option<&m2f_model>, Option<&mut MaybeUninit<u32>>) -> m2f_status;

impl Host {
    pub(super) fn read(&mut self, input: &mut Input<'_>) {
        let (result, which) = (self.results.pick(input), input.below(6));
        let (fps, first, count) = (input.float(), input.count(), input.count());
        let (binding, solver) = (self.bindings.pick(input), self.solvers.pick(input));
        // SAFETY: live or NULL.
        let (result, binding, solver) = unsafe { (result.as_ref(), binding.as_ref(), solver.as_ref()) };
        // SAFETY: buffers are as long as they say.
        let read = |to: *mut f32, room: usize, written: *mut usize| unsafe {
            match which {
                0 => m2f_result_read_weights(result, fps, first, count, to, room, written),
                1 => m2f_result_read_heads(result, fps, first, count, to, room, written),
                2 => m2f_result_read_offsets_mm(result, fps, first, count, to, room, written),
                3 => m2f_result_read_normals(result, fps, first, count, to, room, written),
                4 => m2f_result_read_bound_offsets_mm(result, binding, fps, first, count, to, room, written),
                _ => m2f_result_read_solved_weights(result, solver, fps, first, count, to, room, written),
            }
        };
        let (mut asked, mut written) = (0, 0);
        if !well(read(ptr::null_mut(), 0, &raw mut asked)) || asked > MOST_FLOATS {
            return;
        }
        let mut values = vec![f32::NAN; asked];
        if asked > 0 {
            assert!(!well(read(values.as_mut_ptr(), asked - 1, ptr::null_mut())), "a buffer that is too small");
            assert!(values.iter().all(|value| value.is_nan()), "read {which} writes into a buffer that is too small");
        }
        if well(read(values.as_mut_ptr(), asked, &raw mut written)) {
            self.values += written;
            assert_eq!(asked, written, "read {which}");
            assert!(values.iter().all(|value| value.is_finite()), "read {which} gives what is not finite");
        } else {
            assert!(values.iter().all(|value| value.is_nan()), "read {which} fails and writes");
        }
    }

    pub(super) fn sample(&mut self, input: &mut Input<'_>) {
        let (result, time_s) = (self.results.pick(input), input.double());
        let mut weights = vec![f32::NAN; self.world.weights];
        let mut offsets = vec![f32::NAN; self.world.vertices * 3];
        let mut head = [f32::NAN; M2F_HEAD_FLOATS as usize];
        let (w, o) = (weights.as_mut_ptr(), offsets.as_mut_ptr());
        // SAFETY: live or NULL; the buffers are as long as they say.
        let sampled = unsafe {
            m2f_result_sample(result.as_ref(), time_s, w, weights.len(), head.as_mut_ptr(), o, offsets.len())
        };
        let sampled = well(sampled);
        let mut values = weights.iter().chain(&head).chain(&offsets);
        let written = if sampled { values.all(|value| value.is_finite()) } else { values.all(|value| value.is_nan()) };
        assert!(written, "sample at {time_s}: not finite, or written without success");
    }

    /// Small questions to a result.
    pub(super) fn ask(&mut self, input: &mut Input<'_>) {
        let (result, fps) = (self.results.pick(input), input.float());
        let (mut frames, mut seed, mut duration_s) = (0, 0, f64::NAN);
        // SAFETY: live or NULL.
        let result = unsafe { result.as_ref() };
        if well(m2f_result_frame_count(result, fps, to(&mut frames))) {
            assert!(frames > 0);
        }
        assert_eq!(well(m2f_result_seed(result, to(&mut seed))), result.is_some());
        assert_eq!(well(m2f_result_duration_s(result, to(&mut duration_s))), result.is_some());
    }

    /// What a model reads of a style.
    pub(super) fn prompt(&mut self, input: &mut Input<'_>) {
        let model = self.world.model;
        self.world.style_options(input, |style| {
            let mut reading = MaybeUninit::<m2f_prompt_reading>::zeroed();
            // SAFETY: the model is live; what the options point to is there, and so is room for the answer.
            unsafe {
                well(m2f_model_read_prompt(Some(model), style, reading.as_mut_ptr(), size_of_val(&reading)));
                text(|to, room, count| m2f_model_explain_prompt(Some(model), style, to, room, count));
            }
        });
    }

    /// Names of what a pack has.
    pub(super) fn names(&mut self, input: &mut Input<'_>) {
        const LISTS: [(Count, Name); 5] = [
            (m2f_model_weight_count, m2f_model_weight_name),
            (m2f_model_identity_count, m2f_model_identity_name),
            (m2f_model_preset_count, m2f_model_preset_name),
            (m2f_model_emotion_count, m2f_model_emotion_name),
            (m2f_model_head_act_count, m2f_model_head_act_name),
        ];
        let (model, index) = (self.world.model, input.count());
        let (count_of, name_of) = input.of(&LISTS);
        let mut count = 0;
        // SAFETY: the model is live; buffers are as long as they say.
        unsafe {
            assert!(well(count_of(Some(model), to(&mut count))));
            assert_eq!(text(|to, room, bytes| name_of(Some(model), index, to, room, bytes)), index < count);
            text(|to, room, bytes| m2f_expression_name(index, to, room, bytes));
        }
    }

    pub(super) fn runtime(&mut self, input: &mut Input<'_>) {
        let (runtime, model) = (self.world.runtime, self.world.model);
        let (mut level, mut count) = (0, 0);
        let mut bytes = [1u8; 200];
        // SAFETY: both are live; buffers are as long as they say.
        unsafe {
            match input.below(4) {
                0 => assert!(well(m2f_runtime_trim(Some(runtime)))),
                1 if input.byte() == 7 => drop(well(m2f_model_warm_up(Some(model), input.float().min(2.0)))),
                2 => drop(text(|to, room, count| m2f_runtime_backend_reason(Some(runtime), to, room, count))),
                _ => {
                    let room = input.below(bytes.len());
                    let text = bytes.as_mut_ptr().cast();
                    well(m2f_runtime_next_log(Some(runtime), to(&mut level), text, room, &raw mut count));
                    assert!(bytes[room..].iter().all(|&byte| byte == 1), "a log message past its buffer");
                }
            }
        }
    }
}

/// Whether there is a text; it ends with a NUL, is as long as the query said, and does not go into less room.
fn text(read: impl Fn(*mut c_char, usize, *mut usize) -> m2f_status) -> bool {
    let mut count = 0;
    if !well(read(ptr::null_mut(), 0, &raw mut count)) {
        return false;
    }
    let mut bytes = vec![1u8; count];
    assert!(!well(read(bytes.as_mut_ptr().cast(), count - 1, ptr::null_mut())), "too little room");
    assert!(bytes.iter().all(|&byte| byte == 1), "written into too little room");
    assert!(well(read(bytes.as_mut_ptr().cast(), count, ptr::null_mut())));
    assert_eq!(bytes.iter().position(|&byte| byte == 0), Some(count - 1));
    true
}
