//! Styles of a session over time, and guidance that follows a curve.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;

use media2face::limits;
use media2face::{Curve, Guidance, Style, StyleTrack};

use super::buffer;
use super::error::{Failure, m2f_status};
use super::guard::{given, guard};
use super::options::{self, Options};
use super::session::m2f_session;
use super::text;

/// `guidance`: s_A, the strength of the audio.
pub const M2F_GUIDANCE_AUDIO: u32 = 0;
/// `guidance`: s_P, the strength of the style.
pub const M2F_GUIDANCE_STYLE: u32 = 1;

/// A style over a range of the clip. Fill with [`m2f_style_options_init`] first. Set exactly one of `text`, `picture`, `code` and
/// `preset`.
///
/// The weight of the style is 1 from `start_s` to `end_s` and 0 outside. A ramp is centred on either end, so two styles that meet
/// blend into each other. Styles may overlap: what they add to the guidance adds up.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_style_options {
    /// Size of this struct in bytes. [`m2f_style_options_init`] sets it.
    pub struct_size: u32,
    /// How far the style goes from the pack's default style: 0 leaves it out, 1 (default) is the style, 2 is twice the way.
    pub strength: f32,
    /// Where the style begins, seconds; default 0. At 0 there is no ramp.
    pub start_s: f64,
    /// Where the style ends, seconds. Default infinity: the rest of the clip. What is past the clip's end is cut, with a warning.
    pub end_s: f64,
    /// Length of each ramp, seconds; half of it is inside the range. Default 0.2; 0 switches at once.
    pub ramp_s: f64,
    /// How it is to be spoken, UTF-8: words or one emoji.
    pub text: *const c_char,
    /// Bytes of a PNG or JPEG file.
    pub picture: *const u8,
    /// Number of bytes in `picture`.
    pub picture_size: u64,
    /// A raw style code.
    pub code: *const f32,
    /// Number of floats in `code`.
    pub code_count: u64,
    /// Name of a preset of the pack, UTF-8.
    pub preset: *const c_char,
}

// SAFETY: repr(C), struct_size first; integers, floats and pointers.
unsafe impl Options for m2f_style_options {
    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            strength: 1.0,
            end_s: f64::INFINITY,
            ramp_s: StyleTrack::RAMP_S,
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
pub unsafe extern "C" fn m2f_style_options_init(options: *mut m2f_style_options, size: usize) -> m2f_status {
    // SAFETY: by its docs `options` has `size` writable bytes, or is NULL.
    unsafe { options::init(options, size) }
}

/// Adds a style to a session. If the session's options have a style, it is number 0 and covers the whole clip.
///
/// You can set styles, strengths and curves until the motion begins, which is at the end of the speech stage. So you can set them
/// also while a job waits or encodes. A prompt or picture is encoded once; the model keeps the codes of the last ones.
///
/// Parameters: `options`; `number`, receives the number of the style, or NULL. Strings and buffers are copied.
/// Returns: OK; INVALID_ARGUMENT (no style or two; times that are negative, reversed or NaN; a strength out of range; more than
/// 64 styles); INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the model lacks the tower, or the preset: the text lists the
/// names); INVALID_STATE (the motion has begun).
/// Threads: any but an audio thread. Cost: a copy; the job encodes the style.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_session_add_style(
    session: Option<&m2f_session>,
    options: *const m2f_style_options,
    number: Option<&mut MaybeUninit<u32>>,
) -> m2f_status {
    guard(|| {
        let session = &given(session, "session")?.0;
        // SAFETY: by its docs `options` is as its fields say, or NULL.
        let added = session.add_style(unsafe { convert(options) }?)? as u32;
        if let Some(number) = number {
            number.write(added);
        }
        Ok(())
    })
}

/// Replaces a style: its prompt, range and strength. Everything else is as for [`m2f_session_add_style`].
///
/// Parameters: `number`, of the style; `options`, as for [`m2f_session_add_style`].
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_session_set_style(
    session: Option<&m2f_session>,
    number: u32,
    options: *const m2f_style_options,
) -> m2f_status {
    guard(|| {
        let session = &given(session, "session")?.0;
        // SAFETY: by its docs `options` is as its fields say, or NULL.
        Ok(session.set_style(number as usize, unsafe { convert(options) }?)?)
    })
}

/// Changes the strength of a style.
///
/// Parameters: `number`, of the style; `strength`, where 0 leaves the style out.
/// Returns: OK; INVALID_ARGUMENT (no such style; a strength out of range); INVALID_STATE (the motion has begun).
/// Threads: any but an audio thread. Cost: none.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_session_set_style_strength(
    session: Option<&m2f_session>,
    number: u32,
    strength: f32,
) -> m2f_status {
    guard(|| Ok(given(session, "session")?.0.set_style_strength(number as usize, strength)?))
}

/// Lets a guidance strength follow a curve: linear between its points, constant before the first and after the last.
///
/// Parameters: `guidance`, `M2F_GUIDANCE_AUDIO` or `M2F_GUIDANCE_STYLE`; `times_s` and `values`, `count` of each, in the order of
/// time; of two points at one time, the later one counts from there on. `count` 0 returns to the constant.
/// Returns: OK; INVALID_ARGUMENT (times that are negative, reversed or NaN; a value out of range); INVALID_STATE (the motion has
/// begun).
/// Threads: any but an audio thread. Cost: a copy.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_session_set_guidance_curve(
    session: Option<&m2f_session>,
    guidance: u32,
    times_s: *const f64,
    values: *const f32,
    count: usize,
) -> m2f_status {
    guard(|| {
        let guidance = match guidance {
            M2F_GUIDANCE_AUDIO => Guidance::Audio,
            M2F_GUIDANCE_STYLE => Guidance::Style,
            other => {
                return Err(Failure::argument(format!("guidance is {other}, expected M2F_GUIDANCE_AUDIO or _STYLE")));
            }
        };
        let session = &given(session, "session")?.0;
        // SAFETY: by their docs both hold `count` numbers.
        let (times_s, values) = unsafe {
            (
                buffer::input(times_s, count, limits::MAX_CURVE_POINTS, "times_s")?,
                buffer::input(values, count, limits::MAX_CURVE_POINTS, "values")?,
            )
        };
        let points = times_s.iter().copied().zip(values.iter().copied()).collect();
        let curve = (count > 0).then(|| Curve::new(points)).transpose()?;
        Ok(session.set_guidance_curve(guidance, curve)?)
    })
}

/// Says whether frames where no style has a weight keep the unstyled motion, bit for bit. In a new session they do. If a clip has
/// such frames, it is first sampled without styles, at that cost. If you turn this off, a style reaches seconds beyond its range.
///
/// Parameters: `on`, 0 or 1; 1 in a new session. Returns: OK; INVALID_ARGUMENT; INVALID_STATE (the motion has begun).
/// Threads: any but an audio thread. Cost: none.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_session_isolate_styles(session: Option<&m2f_session>, on: u32) -> m2f_status {
    guard(|| {
        if on > 1 {
            return Err(Failure::argument(format!("on is {on}, expected 0 or 1")));
        }
        Ok(given(session, "session")?.0.isolate_styles(on == 1)?)
    })
}

/// # Safety
/// `options` is NULL or as its fields say.
unsafe fn convert(options: *const m2f_style_options) -> Result<StyleTrack, Failure> {
    // SAFETY: as for this function.
    let (style, options) = unsafe { read(options) }?;
    let m2f_style_options { strength, start_s, end_s, ramp_s, .. } = options;
    Ok(StyleTrack { style, strength, start_s, end_s, ramp_s })
}

/// The text, picture, code or preset of a style.
///
/// # Safety
/// `options` is NULL or as its fields say.
pub(super) unsafe fn source(options: *const m2f_style_options) -> Result<Arc<Style>, Failure> {
    // SAFETY: as for this function.
    Ok(unsafe { read(options) }?.0)
}

/// What [`source`] gives, with the other options.
///
/// # Safety
/// `options` is NULL or as its fields say.
unsafe fn read(options: *const m2f_style_options) -> Result<(Arc<Style>, m2f_style_options), Failure> {
    // SAFETY: as for this function.
    let options = unsafe { options::required(options, "options") }?;
    // SAFETY: by their docs strings, as many bytes and floats as are counted, or NULL.
    let sources = unsafe {
        [
            text::optional(options.text, "text")?.map(|text| Style::Text(text.to_owned())),
            buffer::optional(options.picture, options.picture_size, limits::MAX_PICTURE_BYTES, "picture")?
                .map(Style::Picture),
            buffer::optional(options.code, options.code_count, limits::MAX_DIMENSION, "code")?.map(Style::Code),
            text::optional(options.preset, "preset")?.map(|name| Style::Preset(name.to_owned())),
        ]
    };
    let mut given = sources.into_iter().flatten();
    let (Some(style), None) = (given.next(), given.next()) else {
        return Err(Failure::argument("set exactly one of text, picture, code and preset"));
    };
    Ok((Arc::new(style), options))
}
