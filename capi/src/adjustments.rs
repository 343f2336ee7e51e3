//! Adjusted results: gains, smoothing, channels, blinks, gaze.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use media2face::Adjustments;
use media2face::limits;
use media2face::output::{Blinks, Channel, EyeRange, Gaze, GazeTarget};

use super::buffer;
use super::error::{Failure, m2f_status};
use super::guard::{give, given, guard};
use super::options::{self, Options};
use super::result::{m2f_channel, m2f_result};
use super::text;

/// A direction to look at for a while. The eyes jump to it and stay on it through every movement of the head. The head turns by
/// `head_share` of the angle. It turns further if the eyes would have to turn by more than a look weight of 1 or than 25 degrees.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_gaze_target {
    /// When eyes and head begin to turn there, seconds. At 0 they look there from the first frame on.
    pub start_s: f64,
    /// When they begin to turn back, or to a target that starts at this time; infinity for the rest of the clip. What is past the
    /// clip's end is cut, with a warning.
    pub end_s: f64,
    /// Angle from straight ahead to the character's left, radians.
    pub yaw_rad: f32,
    /// Angle downwards, radians.
    pub pitch_rad: f32,
    /// Share of the angle that the head turns, 0..1.
    pub head_share: f32,
    /// How long the head takes, seconds. The eyes are there within 0.1.
    pub ramp_s: f32,
}

/// Options of [`m2f_result_adjust`]. Fill with [`m2f_adjustment_options_init`] first. The defaults change nothing.
///
/// Adjustments are made in this order: gains, smoothing, channels and limits, added blinks, gaze.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_adjustment_options {
    /// Size of this struct in bytes. [`m2f_adjustment_options_init`] sets it.
    pub struct_size: u32,
    /// Scales the expression about the face at rest, 0..4; default 1.
    pub expression_gain: f32,
    /// Decides about added blinks and saccades. Default `M2F_SEED_AUTO`: the result's own seed.
    pub seed: u64,
    /// Scales the head's angle and translation, 0..4; default 1.
    pub head_gain: f32,
    /// Standard deviation of the smoothing of the expression, seconds, 0..10. Nothing lags. Default 0: no smoothing.
    pub smoothing_s: f32,
    /// The same for the head. The starter's head trembles a little; .04 calms it.
    pub head_smoothing_s: f32,
    /// Limits how far the model's own blinks close the lids, 0..1. Default 1; 0 turns them off. Lids that are half closed for
    /// longer than half a second stay so.
    pub blink_limit: f32,
    /// Blinks to add per minute, 0..120; default 0.
    pub blinks_per_minute: f32,
    /// Scales the model's own gaze, 0..4. Default 1; 0 turns it off.
    pub gaze_gain: f32,
    /// Limits the angle of the model's own gaze, radians; default infinity.
    pub gaze_limit_rad: f32,
    /// Saccades to add per minute, 0..400; default 0.
    pub saccades_per_minute: f32,
    /// Standard deviation of the yaw of added saccades, radians, 0..0.35. That of their pitch is half of it. Default 0.07.
    pub saccade_rad: f32,
    /// How far a look weight of 1 turns an eye, radians: in, out, up, down. Default 0, 0, 0, 0: as on the model's own mesh.
    pub eye_range_rad: [f32; 4],
    /// Number of entries in `channel_names` and in `channels`.
    pub channel_count: u32,
    /// Names of blendshapes, UTF-8.
    pub channel_names: *const *const c_char,
    /// Gain, offset and limits of each. Unlike with `m2f_result_set_channel`, the mesh follows.
    pub channels: *const m2f_channel,
    /// Directions to look at. Where several apply at once, they are blended.
    pub targets: *const m2f_gaze_target,
    /// Number of entries in `targets`, at most 4096.
    pub target_count: u64,
}

// SAFETY: repr(C), struct_size first; integers, floats and pointers.
unsafe impl Options for m2f_adjustment_options {
    fn defaults() -> Self {
        let Adjustments { seed, expression_gain, head_gain, smoothing_s, head_smoothing_s, blinks, gaze, .. } =
            Adjustments::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            expression_gain,
            seed,
            head_gain,
            smoothing_s,
            head_smoothing_s,
            blink_limit: blinks.limit,
            blinks_per_minute: blinks.added_per_minute,
            gaze_gain: gaze.gain,
            gaze_limit_rad: gaze.limit_rad,
            saccades_per_minute: gaze.saccades_per_minute,
            saccade_rad: gaze.saccade_rad,
            ..Self::zero()
        }
    }
}

/// Fills `options` with the defaults.
///
/// Parameters: `options`, `size` writable bytes; `size`, sizeof *options.
/// Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_adjustment_options_init(options: *mut m2f_adjustment_options, size: usize) -> m2f_status {
    // SAFETY: by its docs `options` has `size` writable bytes, or is NULL.
    unsafe { options::init(options, size) }
}

/// Makes another result of the same clip, with adjustments. Every read, binding, solver and device write of the new result shows
/// the same face. Channels that you set on the handle of `result` do not carry over.
///
/// Parameters: `result`, which stays as it is; `options`, or NULL for a copy; `out`, receives the new result.
/// Returns: OK; INVALID_ARGUMENT (a number out of its range; times that are negative, reversed or NaN; the text names it);
/// INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the model lacks a blendshape that is needed, or the mapping from weights or
/// to them).
/// Ownership: yours; end it with `m2f_result_destroy`. Arrays are copied.
/// Threads: any but an audio thread; delivers waiting log messages. Cost: microseconds a frame.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_adjust(
    result: Option<&m2f_result>,
    options: *const m2f_adjustment_options,
    out: Option<&mut MaybeUninit<*mut m2f_result>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        let result = given(result, "result")?;
        // SAFETY: by its docs `options` is as long as it says, or NULL, and its arrays as its counts say.
        let adjustments = unsafe { convert(&options::read(options)?) }?;
        let adjusted = result.animation().adjust(&adjustments)?;
        give(m2f_result::new(adjusted), out)
    })
}

/// # Safety
/// The arrays of `options` are as its fields say.
unsafe fn convert(options: &m2f_adjustment_options) -> Result<Adjustments, Failure> {
    let count = options.channel_count as usize;
    let target_count = usize::try_from(options.target_count).unwrap_or(usize::MAX);
    let null = |channel| format!("the name of channel {channel} is NULL");
    // SAFETY: as for this function.
    let (names, channels, targets) = unsafe {
        (
            text::list(options.channel_names, count, limits::MAX_NAMES, ["channel_names", "name of a channel"], null)?,
            buffer::input(options.channels, count, limits::MAX_NAMES, "channels")?,
            buffer::input(options.targets, target_count, limits::MAX_GAZE_TARGETS, "targets")?,
        )
    };
    let target = |target: &m2f_gaze_target| {
        let &m2f_gaze_target { start_s, end_s, yaw_rad, pitch_rad, head_share, ramp_s } = target;
        GazeTarget { start_s, end_s, yaw_rad, pitch_rad, head_share, ramp_s: f64::from(ramp_s) }
    };
    let [in_rad, out_rad, up_rad, down_rad] = options.eye_range_rad;
    Ok(Adjustments {
        seed: options.seed,
        expression_gain: options.expression_gain,
        head_gain: options.head_gain,
        smoothing_s: options.smoothing_s,
        head_smoothing_s: options.head_smoothing_s,
        channels: names.into_iter().map(str::to_owned).zip(channels.iter().map(Channel::from)).collect(),
        blinks: Blinks { limit: options.blink_limit, added_per_minute: options.blinks_per_minute },
        gaze: Gaze {
            gain: options.gaze_gain,
            limit_rad: options.gaze_limit_rad,
            saccades_per_minute: options.saccades_per_minute,
            saccade_rad: options.saccade_rad,
            targets: targets.iter().map(target).collect(),
            range: (options.eye_range_rad != [0.0; 4]).then_some(EyeRange { in_rad, out_rad, up_rad, down_rad }),
        },
    })
}
