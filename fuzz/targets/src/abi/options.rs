//! Options whose fields come out of the input; what they point to lives as long as the call.

use std::ffi::{CStr, CString};
use std::ptr;

use media2face_capi::*;

use super::host::{World, defaults, well};
use super::input::Input;

impl World {
    pub(super) fn session_options(
        &self,
        input: &mut Input<'_>,
        identity: *mut m2f_identity,
        call: impl FnOnce(&m2f_session_options),
    ) {
        const RATES_HZ: [u32; 12] =
            [16_000, 48_000, 44_100, 8000, 0, 3999, 4000, 768_000, 768_001, 12_345, u32::MAX, 65_537];
        let mut options = defaults(m2f_session_options_init);
        options.step_count = 1 + input.below(3) as u32;
        let (changes, text) = (input.below(5), input.text());
        let (code, picture) = (input.floats(32), input.bytes(if changes > 2 { 40 } else { 0 }));
        options.identity = identity;
        for _ in 0..changes {
            match input.below(19) {
                0 => options.seed = input.word().into(),
                1 => options.sample_rate_hz = input.of(&RATES_HZ),
                2 => options.channel_count = input.count() % 70,
                3 => options.step_count = input.of(&[1, 2, 3, 5, 1001, u32::MAX]),
                4 => options.eta = input.float(),
                5 => options.guidance_audio = input.float(),
                6 => options.guidance_style = input.float(),
                7 => options.style_strength = input.float(),
                8 => options.style_text = text.as_ptr(),
                9 => (options.style_picture, options.style_picture_size) = (self.png.as_ptr(), self.png.len() as u64),
                10 => (options.style_picture, options.style_picture_size) = (picture.as_ptr(), picture.len() as u64),
                11 => (options.style_code, options.style_code_count) = (code.as_ptr(), input.below(33) as u64),
                12 => options.no_default_style = input.count() % 3,
                13 => options.editable = input.count() % 3,
                14 => options.repaint_loops = input.of(&[0, 1, 2, 33, u32::MAX]),
                15 => options.noise_scale = input.float(),
                16 => options.pack_adjustments = input.count() % 3,
                17 => options.tail_s = input.float(),
                // Never more than there is.
                _ => {
                    options.struct_size =
                        input.of(&[0, 3, 4, 8, 12, 40, 88, 104, 120]).min(size_of_val(&options) as u32)
                }
            }
        }
        call(&options);
    }

    pub(super) fn style_options(&self, input: &mut Input<'_>, call: impl FnOnce(&m2f_style_options)) {
        let mut options = defaults(m2f_style_options_init);
        let (text, which) = (input.text(), input.below(7));
        let (code, picture) = (input.floats(32), input.bytes(if which == 6 { 20 } else { 0 }));
        match which {
            0 | 1 => options.text = text.as_ptr(),
            2 => (options.code, options.code_count) = (code.as_ptr(), 32),
            3 => (options.code, options.code_count) = (code.as_ptr(), input.below(33) as u64),
            4 => (options.picture, options.picture_size) = (self.png.as_ptr(), self.png.len() as u64),
            5 => options.preset = text.as_ptr(),
            _ => (options.picture, options.picture_size) = (picture.as_ptr(), picture.len() as u64),
        }
        for _ in 0..input.below(4) {
            match input.below(4) {
                0 => options.start_s = input.double(),
                1 => options.end_s = input.double(),
                2 => options.ramp_s = input.double(),
                _ => options.strength = input.float(),
            }
        }
        call(&options);
    }

    pub(super) fn keyframe_options(&self, input: &mut Input<'_>, call: impl FnOnce(&m2f_keyframe_options)) {
        let mut options = defaults(m2f_keyframe_options_init);
        let (which, text) = (input.below(7), input.text());
        let (latent, weights, head) = (input.floats(64), input.floats(self.weights), input.floats(7));
        let mut mesh = self.neutral.clone();
        match which {
            0 | 1 => {
                (options.weights, options.weight_count) =
                    (weights.as_ptr(), (self.weights - input.below(256) / 255) as u64);
            }
            2 => (options.latent, options.latent_count) = (latent.as_ptr(), input.of(&[12, 0, 11, 64])),
            3 => {
                input.disturb(&mut mesh);
                (options.mesh_mm, options.mesh_count) = (mesh.as_ptr(), (mesh.len() - input.below(256) / 255) as u64);
            }
            4 => {
                (options.picture, options.picture_size) = (self.png.as_ptr(), self.png.len() as u64);
                if input.flag() {
                    // Time follows from a box's side.
                    options.picture_box =
                        [(); 4].map(|()| input.float()).map(|side| if side > 2048.0 { 2048.0 } else { side });
                }
                options.picture_parts = input.count() % 5;
            }
            5 => options.expression = if input.flag() { text.as_ptr() } else { c"smile".as_ptr() },
            _ => {}
        }
        if input.flag() {
            options.head = head.as_ptr();
        }
        for _ in 0..input.below(4) {
            match input.below(4) {
                0 => options.start_s = input.double(),
                1 => options.end_s = input.double(),
                2 => options.ramp_s = input.double(),
                _ => options.hold = input.float(),
            }
        }
        call(&options);
    }
}

pub(super) fn channel(input: &mut Input<'_>) -> m2f_channel {
    m2f_channel { gain: input.float(), offset: input.float(), minimum: input.float(), maximum: input.float() }
}

pub(super) fn adjustments(input: &mut Input<'_>, call: impl FnOnce(&m2f_adjustment_options)) {
    const NAMES: [&CStr; 6] = [c"jawOpen", c"eyeBlinkLeft", c"eyeLookInLeft", c"mouthSmileLeft", c"nope", c""];
    let target = |input: &mut Input<'_>| m2f_gaze_target {
        start_s: input.double(),
        end_s: input.double(),
        yaw_rad: input.float(),
        pitch_rad: input.float(),
        head_share: input.float(),
        ramp_s: input.float(),
    };
    let mut options = defaults(m2f_adjustment_options_init);
    let (channel_count, target_count) = (input.below(3), input.below(4));
    let names: Vec<_> = (0..channel_count).map(|_| input.of(&NAMES).as_ptr()).collect();
    let channels: Vec<_> = (0..channel_count).map(|_| channel(input)).collect();
    let targets: Vec<_> = (0..target_count).map(|_| target(input)).collect();
    (options.channel_names, options.channels, options.channel_count) =
        (names.as_ptr(), channels.as_ptr(), channel_count as u32);
    (options.targets, options.target_count) = (targets.as_ptr(), target_count as u64);
    for _ in 0..input.below(7) {
        match input.below(12) {
            0 => options.expression_gain = input.float(),
            1 => options.seed = input.word().into(),
            2 => options.head_gain = input.float(),
            3 => options.smoothing_s = input.float(),
            4 => options.head_smoothing_s = input.float(),
            5 => options.blink_limit = input.float(),
            6 => options.blinks_per_minute = input.float(),
            7 => options.gaze_gain = input.float(),
            8 => options.gaze_limit_rad = input.float(),
            9 => options.saccades_per_minute = input.float(),
            10 => options.saccade_rad = input.float(),
            _ => options.eye_range_rad = [(); 4].map(|()| input.float()),
        }
    }
    call(&options);
}

/// Names of the pack's identities.
pub(super) fn identity_names(model: &m2f_model) -> Vec<CString> {
    let name = |index: u32| {
        let mut count = 0;
        // SAFETY: the model is live; the buffer is as long as it says.
        unsafe {
            if !well(m2f_model_identity_name(Some(model), index, ptr::null_mut(), 0, &raw mut count)) {
                return None;
            }
            let mut bytes = vec![1u8; count];
            assert!(well(m2f_model_identity_name(
                Some(model),
                index,
                bytes.as_mut_ptr().cast(),
                count,
                ptr::null_mut()
            )));
            Some(CString::from_vec_with_nul(bytes).expect("a name ends with its only NUL"))
        }
    };
    (0..).map_while(name).collect()
}
