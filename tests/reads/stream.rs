//! A stream takes all of its memory when it is created.

use std::ptr;

use media2face_capi::*;

use crate::counting::pieces;
use crate::host::*;

#[test]
fn stream_takes_no_memory_after_it_was_created() {
    let rig = Rig::new(0);
    let code: Vec<f32> = (0..32).map(|i| (i as f32 * 0.3).sin()).collect();
    let (mut stream, mut style) = (ptr::null_mut(), ptr::null_mut());
    unsafe {
        let mut options = std::mem::zeroed::<m2f_style_options>();
        ok(m2f_style_options_init(&raw mut options, size_of_val(&options)));
        (options.code, options.code_count) = (code.as_ptr(), code.len() as u64);
        ok(m2f_style_create(rig.model.as_ref(), &raw const options, to(&mut style)));
        let mut options = std::mem::zeroed::<m2f_stream_options>();
        ok(m2f_stream_options_init(&raw mut options, size_of_val(&options)));
        (options.sample_rate_hz, options.channel_count) = (48_000, 2);
        ok(m2f_stream_create(rig.model.as_ref(), &raw const options, to(&mut stream)));
    }
    let stream_ref = unsafe { stream.as_ref() };
    let sound: Vec<f32> = (0..2 * 960).map(|i| (i as f32 * 0.02).sin() * 0.2).collect();
    let mut vertices = 0;
    ok(unsafe { m2f_model_vertex_count(rig.model.as_ref(), to(&mut vertices)) });
    let (mut weights, mut head, mut offsets) = ([0.0f32; 52], [0.0f32; 7], vec![0.0f32; vertices as usize * 3]);
    let mut state = unsafe { std::mem::zeroed::<m2f_stream_status>() };
    let (mut first, mut taken) = (0u64, 0usize);

    let before = pieces();
    for tick in 0..400u32 {
        unsafe {
            if tick % 100 < 60 {
                ok(m2f_stream_write_f32(stream_ref, sound.as_ptr(), 960, to(&mut first), to(&mut taken)));
                assert_eq!(taken, 960);
            }
            match tick {
                60 => ok(m2f_stream_flush(stream_ref)),
                110 => ok(m2f_stream_interrupt(stream_ref, u64::MAX, M2F_FADE_S)),
                140 => ok(m2f_stream_set_style(stream_ref, style.as_ref(), 1.0)),
                150 => ok(m2f_stream_set_listening(stream_ref, 1)),
                160 => ok(m2f_stream_set_guidance(stream_ref, 2.0, f32::NAN)),
                250 => ok(m2f_stream_reset(stream_ref, 4, 0)),
                _ => {}
            }
            while m2f_runtime_step(rig.runtime.as_ref(), 50) == m2f_status::M2F_STATUS_NOT_READY {}
            ok(m2f_stream_state(stream_ref, &raw mut state, size_of_val(&state)));
            let ready = state.ready_sample.saturating_sub(1);
            let (to_weights, to_head) = (weights.as_mut_ptr(), head.as_mut_ptr());
            let room = if tick % 10 == 0 { offsets.len() } else { 0 };
            let to_offsets = if room > 0 { offsets.as_mut_ptr() } else { ptr::null_mut() };
            let status = m2f_stream_sample(stream_ref, ready, to_weights, 52, to_head, to_offsets, room);
            assert!(matches!(status, m2f_status::M2F_STATUS_OK | m2f_status::M2F_STATUS_NOT_READY), "{status:?}");
        }
    }
    assert_eq!(pieces() - before, 0);
    assert!(state.windows > 5 && state.generation == 2, "{state:?}");
    assert!(offsets.iter().any(|offset| *offset != 0.0));
    unsafe {
        m2f_stream_destroy(owned(stream));
        m2f_style_destroy(owned(style));
    }
}
