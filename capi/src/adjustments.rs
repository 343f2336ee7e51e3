//! Livelier or calmer results: gains, smoothing, channels, blinks, gaze.

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

/// A direction to look at for a while. The eyes jump to it and hold it against every movement of the head; the head turns
/// by its share, and by what is further than the eyes turn (as far as a look weight of 1, at most 25 degrees).
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_gaze_target {
    /// When eyes and head begin to turn there, seconds; at 0 they are there from the first frame on.
    pub start_s: f64,
    /// When they begin to turn back, or to a target that starts here; infinity for the rest of the clip. Past the clip's end
    /// it is cut, with a warning.
    pub end_s: f64,
    /// From straight ahead to the character's left, radians.
    pub yaw_rad: f32,
    /// Down, radians.
    pub pitch_rad: f32,
    /// Part of the angle that the head turns, 0..1.
    pub head_share: f32,
    /// How long the head takes, seconds; the eyes are there within 0.1.
    pub ramp_s: f32,
}

/// Options of [`m2f_result_adjust`]. Fill with [`m2f_adjustment_options_init`] first: the defaults change nothing.
///
/// They act in this order: gains, smoothing, channels and limits, added blinks, gaze.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_adjustment_options {
    /// Bytes of this struct as the caller knows it.
    pub struct_size: u32,
    /// Factor on the expression about the face at rest, 0..4; default 1.
    pub expression_gain: f32,
    /// Decides about added blinks and saccades; default `M2F_SEED_AUTO`, the result's own.
    pub seed: u64,
    /// Factor on the head's angle and translation, 0..4; default 1.
    pub head_gain: f32,
    /// Standard deviation of the smoothing of the expression, seconds, 0..10, without lag; default 0, none.
    pub smoothing_s: f32,
    /// The same for the head; .04 calms the starter's, which trembles a little.
    pub head_smoothing_s: f32,
    /// Most closure of the lids by the model's own blinks, 0..1; default 1, 0 turns them off. Lids that are held half closed
    /// for longer than half a second stay.
    pub blink_limit: f32,
    /// Blinks to be added, 0..120; default 0.
    pub blinks_per_minute: f32,
    /// Factor on the model's own gaze, 0..4; default 1, 0 turns it off.
    pub gaze_gain: f32,
    /// Most turn of the model's own gaze, radians; default infinity.
    pub gaze_limit_rad: f32,
    /// Saccades to be added, 0..400; default 0.
    pub saccades_per_minute: f32,
    /// Standard deviation of their yaw, radians, 0..0.35; of their pitch half of it. Default 0.07.
    pub saccade_rad: f32,
    /// How far a look weight of 1 turns an eye, radians: in, out, up, down. Default 0, 0, 0, 0: as on the model's own mesh.
    pub eye_range_rad: [f32; 4],
    /// Channels behind `channel_names` and `channels`.
    pub channel_count: u32,
    /// Names of blendshapes, UTF-8.
    pub channel_names: *const *const c_char,
    /// What is done to each; unlike `m2f_result_set_channel` the mesh follows.
    pub channels: *const m2f_channel,
    /// Directions to look at. Where several are in force at once they are blended.
    pub targets: *const m2f_gaze_target,
    /// Targets behind `targets`, at most 4096.
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

/// Another result of the same clip, livelier or calmer. All reads, bindings, solvers and device writes of it show the same
/// face; channels set on the handle of `result` do not go along.
///
/// Parameters: `result`, which stays as it is; `options`, or NULL for a copy; `out`, receives the new result.
/// Returns: OK; INVALID_ARGUMENT (a number out of its range, times that are negative, reversed or NaN: the text names it);
/// INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the model has no blendshape of a name that is needed, or no mapping from
/// weights or to them).
/// Ownership: the caller's; end it with `m2f_result_destroy`. Arrays are copied.
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
