//! Options of `m2f_stream`, and styles that are encoded for streams.

use std::mem::MaybeUninit;
use std::sync::Arc;

use media2face::{Latency, StreamOptions, StyleHandle, Underrun};

use super::error::{Failure, m2f_status};
use super::guard::{destroy, give, given, guard};
use super::identity::m2f_identity;
use super::model::m2f_model;
use super::options::{self, Options};
use super::session::M2F_SEED_AUTO;
use super::style::{m2f_style_options, source};

/// A style that a model has encoded, for any number of its streams.
pub struct m2f_style(pub(super) Arc<StyleHandle>);

/// `look_ahead_frames`: the class's own.
pub const M2F_LOOK_AHEAD_DEFAULT: u32 = u32::MAX;

/// How a stream trades delay for care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum m2f_latency {
    /// The denoiser of clips in 4 steps: hop 6 frames, look-ahead 6, about 0.42 s.
    M2F_LATENCY_CAREFUL = 0,
    /// The pack's live network in one step: hop 2 frames, look-ahead 1, about 0.12 s. MISSING_PART if the pack has none.
    M2F_LATENCY_FAST = 1,
}

/// What a stream does when you ask for a face whose sound is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum m2f_underrun {
    /// Silence goes in, and the clock goes on: the face idles.
    M2F_UNDERRUN_IDLE = 0,
    /// The clock stands still until sound comes.
    M2F_UNDERRUN_HOLD = 1,
}

/// Options of `m2f_stream_create`. Fill with [`m2f_stream_options_init`] first.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_stream_options {
    /// Size of this struct in bytes. [`m2f_stream_options_init`] sets it.
    pub struct_size: u32,
    /// Rate of the sound, Hz; default 16000. It is the unit of the stream's clock.
    pub sample_rate_hz: u32,
    /// Number of interleaved channels in the sound, which are averaged. Default 1.
    pub channel_count: u32,
    /// An `m2f_latency`; default CAREFUL.
    pub latency: u32,
    /// The same seed gives the same motion. Default `M2F_SEED_AUTO`: the number of the stream on its runtime, in the order of
    /// creation, from 0. A stream's sound is not known at its start, so the seed cannot follow from it. `m2f_stream_state` tells
    /// it.
    pub seed: u64,
    /// Frames that a window commits; 0 (default) for the class's.
    pub hop_frames: u32,
    /// Frames that are heard after a hop before it is committed; `M2F_LOOK_AHEAD_DEFAULT` (default) for the class's.
    pub look_ahead_frames: u32,
    /// Number of denoising steps; 0 (default) for the class's.
    pub step_count: u32,
    /// An `m2f_underrun`; default IDLE.
    pub underrun: u32,
    /// Sound that can wait for the worker, ms; default 2000, at least a hop. Frames that find no room are not taken.
    pub ring_ms: u32,
    /// How far back you can ask for faces, and how far back a result reaches, ms; default 60000. Its memory, about 37 KB a
    /// second with the starter, is taken at the start.
    pub keep_ms: u32,
    /// Scales the noise that the motion starts from, 0..1; NaN (default) for the pack's.
    pub noise_scale: f32,
    /// Guidance of the audio, s_A; NaN (default) for the pack's.
    pub guidance_audio: f32,
    /// Guidance of the style, s_P; NaN (default) for the pack's.
    pub guidance_style: f32,
    /// Strength of the style, as `strength` in `m2f_style_options`; default 1.
    pub style_strength: f32,
    /// The style at the start, or NULL.
    pub style: *const m2f_style,
    /// The identity whose face it is; NULL for the pack's first.
    pub identity: *const m2f_identity,
    /// 0 (default): where there is no style, the pack's default style applies. 1: the audio alone decides there.
    pub no_default_style: u32,
    /// 1 (default): the pack adjustments are made: gains, a mouth that closes in pauses, lids that move together. 0: they are
    /// not.
    pub pack_adjustments: u32,
}

// SAFETY: repr(C), struct_size first; integers, floats and pointers.
unsafe impl Options for m2f_stream_options {
    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            sample_rate_hz: 16_000,
            channel_count: 1,
            seed: M2F_SEED_AUTO,
            look_ahead_frames: M2F_LOOK_AHEAD_DEFAULT,
            ring_ms: 2_000,
            keep_ms: 60_000,
            noise_scale: f32::NAN,
            guidance_audio: f32::NAN,
            guidance_style: f32::NAN,
            style_strength: 1.0,
            pack_adjustments: 1,
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
pub unsafe extern "C" fn m2f_stream_options_init(options: *mut m2f_stream_options, size: usize) -> m2f_status {
    // SAFETY: by its docs `options` has `size` writable bytes, or is NULL.
    unsafe { options::init(options, size) }
}

/// Encodes a style for streams of a model. Do it on a thread of your own before you want the style: to set it costs nothing.
///
/// Parameters: `options`, of which only the text, picture, code or preset counts; `out`, receives the style.
/// Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE; INVALID_UTF8; INVALID_PICTURE; MISSING_PART (the model lacks the tower, or
/// the preset); OUT_OF_MEMORY.
/// Ownership: yours; end it with [`m2f_style_destroy`]. It may end before the streams that use it.
/// Threads: any but an audio thread. Cost: milliseconds.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_style_create(
    model: Option<&m2f_model>,
    options: *const m2f_style_options,
    out: Option<&mut MaybeUninit<*mut m2f_style>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        let model = &given(model, "model")?.0;
        // SAFETY: by its docs `options` is as its fields say, or NULL.
        let style = model.prepare_style(&unsafe { source(options) }?)?;
        give(m2f_style(style), out)
    })
}

/// Ends a style. Streams that have it keep it.
///
/// Parameters: `style`, or NULL for nothing. Threads: any but an audio thread, and not while another call uses this handle.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_style_destroy(style: Option<Box<m2f_style>>) {
    destroy(style);
}

/// # Safety
/// `options` is as its fields say, or NULL.
pub(super) unsafe fn convert(options: *const m2f_stream_options) -> Result<StreamOptions, Failure> {
    // SAFETY: as for this function.
    let options = unsafe { options::read(options) }?;
    let switches = [
        ("latency", options.latency),
        ("underrun", options.underrun),
        ("no_default_style", options.no_default_style),
        ("pack_adjustments", options.pack_adjustments),
    ];
    for (name, value) in switches {
        if value > 1 {
            return Err(Failure::argument(format!("{name} is {value}, expected 0 or 1")));
        }
    }
    let given = |value: f32| (!value.is_nan()).then_some(value);
    // SAFETY: by their docs live, or NULL.
    let (style, identity) = unsafe { (options.style.as_ref(), options.identity.as_ref()) };
    let own = m2f_latency::M2F_LATENCY_FAST as u32;
    Ok(StreamOptions {
        seed: options.seed,
        identity: identity.map(|identity| identity.0.clone()),
        latency: if options.latency == own { Latency::Fast } else { Latency::Careful },
        hop: (options.hop_frames != 0).then_some(options.hop_frames as usize),
        look_ahead: (options.look_ahead_frames != M2F_LOOK_AHEAD_DEFAULT).then_some(options.look_ahead_frames as usize),
        steps: (options.step_count != 0).then_some(options.step_count as usize),
        noise_scale: given(options.noise_scale),
        guidance_audio: given(options.guidance_audio),
        guidance_style: given(options.guidance_style),
        style: style.map(|style| Arc::clone(&style.0)),
        style_strength: options.style_strength,
        default_style: options.no_default_style == 0,
        pack_adjustments: options.pack_adjustments == 1,
        underrun: if options.underrun == 0 { Underrun::Idle } else { Underrun::Hold },
        ring_ms: options.ring_ms,
        keep_ms: options.keep_ms,
        ..StreamOptions::new(options.sample_rate_hz, options.channel_count)
    })
}
