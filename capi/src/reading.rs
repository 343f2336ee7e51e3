//! `m2f_prompt_reading`: what a text or a picture says to a model.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use media2face::limits;
use media2face::pack::StyleReaderConfig;
use media2face::{Model, PromptReading, Share};

use super::buffer::Buffer;
use super::error::m2f_status;
use super::guard::{get, given, guard, not_null};
use super::model::{m2f_model, nth};
use super::options::{self, Options};
use super::style::{m2f_style_options, source};
use super::text;

/// Room for the shares of emotions in [`m2f_prompt_reading`].
pub const M2F_MAX_EMOTIONS: u32 = 32;
/// Room for the shares of head acts in [`m2f_prompt_reading`].
pub const M2F_MAX_HEAD_ACTS: u32 = 32;

const _: () =
    assert!(limits::MAX_EMOTIONS == M2F_MAX_EMOTIONS as usize && limits::MAX_HEAD_ACTS == M2F_MAX_HEAD_ACTS as usize);

/// What a text or a picture says to a model. [`m2f_model_read_prompt`] fills it in.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_prompt_reading {
    /// Size of this struct in bytes. [`m2f_model_read_prompt`] sets it.
    pub struct_size: u32,
    /// 1 if no emotion and no head act is read, and no word asks for the neutral face. Such a style gives the neutral face.
    pub says_nothing: u32,
    /// How likely it is that the reading is right, 0..1.
    pub confidence: f32,
    /// How strong the likeliest emotion is, 0..1; 0 for the neutral one.
    pub strength: f32,
    /// How strong the likeliest head act is, 0..1; 0 if a still head is likelier.
    pub head_strength: f32,
    /// Number of emotions that the model knows.
    pub emotion_count: u32,
    /// Number of head acts that the model knows.
    pub head_act_count: u32,
    /// Always 0.
    pub reserved: u32,
    /// Share of each emotion, in the order of [`m2f_model_emotion_name`], the neutral one first. They sum to 1.
    pub emotions: [f32; M2F_MAX_EMOTIONS as usize],
    /// Share of each head act, in the order of [`m2f_model_head_act_name`]. What is left of 1 is the share of a still head.
    pub head_acts: [f32; M2F_MAX_HEAD_ACTS as usize],
}

// SAFETY: repr(C), struct_size first; integers and floats.
unsafe impl Options for m2f_prompt_reading {
    fn defaults() -> Self {
        Self { struct_size: size_of::<Self>() as u32, ..Self::zero() }
    }
}

impl m2f_prompt_reading {
    fn of(reading: &PromptReading) -> Self {
        let mut told = Self {
            says_nothing: u32::from(reading.says_nothing),
            confidence: reading.confidence,
            strength: reading.strength,
            head_strength: reading.head_strength,
            emotion_count: reading.emotions.len() as u32,
            head_act_count: reading.head_acts.len() as u32,
            ..Self::defaults()
        };
        let fill = |to: &mut [f32], from: &[Share]| to.iter_mut().zip(from).for_each(|(to, from)| *to = from.share);
        fill(&mut told.emotions, &reading.emotions);
        fill(&mut told.head_acts, &reading.head_acts);
        told
    }
}

/// Reads what a style says to a model, before you make a clip: which emotions, which head acts, how strong, how sure.
///
/// Parameters: `style`, with exactly one of `text`, `picture`, `code` and `preset` set; its other fields are ignored; `out`,
/// `size` writable bytes; `size`, sizeof *out.
/// Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE; INVALID_UTF8; INVALID_PICTURE; MISSING_PART (the model lacks the tower, or
/// its pack does not say what its codes mean).
/// Threads: any but an audio thread. Cost: encodes the style, milliseconds; the model keeps the codes of the last ones.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_read_prompt(
    model: Option<&m2f_model>,
    style: *const m2f_style_options,
    out: *mut m2f_prompt_reading,
    size: usize,
) -> m2f_status {
    guard(|| {
        not_null(out, "out")?;
        options::check_size(size)?;
        let model = &given(model, "model")?.0;
        // SAFETY: by its docs `style` is as its fields say, or NULL.
        let reading = model.read_prompt(&unsafe { source(style) }?)?;
        // SAFETY: not NULL, and by its docs of `size` writable bytes.
        unsafe { options::write(&m2f_prompt_reading::of(&reading), out, size) }
    })
}

/// Tells the same in one line of text, such as `happy .92, strong · nod .88 · sure .81`. For a style that says nothing, it gives
/// the warning, with words that the model knows.
///
/// Parameters: `style`, as for [`m2f_model_read_prompt`]; `buffer` with room for `capacity` bytes, or NULL and 0 to query;
/// `count`, receives the number of bytes with the terminating NUL (may be NULL when there is a buffer).
/// Returns: as [`m2f_model_read_prompt`]; BUFFER_TOO_SMALL. Threads and Cost: the same.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_explain_prompt(
    model: Option<&m2f_model>,
    style: *const m2f_style_options,
    buffer: *mut c_char,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| {
        let model = &given(model, "model")?.0;
        // SAFETY: by its docs `style` is as its fields say, or NULL.
        let style = unsafe { source(style) }?;
        text::copy_out(&model.read_prompt(&style)?.explanation(&style.to_string()), to)
    })
}

/// Counts the emotions that the model tells apart; 0 if its pack does not say.
///
/// Parameters: `model`; `out`, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_model_emotion_count(model: Option<&m2f_model>, out: Option<&mut MaybeUninit<u32>>) -> m2f_status {
    get(model, "model", out, |model| Ok(emotions(&model.0).len() as u32))
}

/// Reads the name of an emotion. The neutral one is the first.
///
/// Parameters: `index`, below [`m2f_model_emotion_count`]; the rest as for `m2f_model_weight_name`.
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_emotion_name(
    model: Option<&m2f_model>,
    index: u32,
    buffer: *mut c_char,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| text::copy_out(nth(emotions(&given(model, "model")?.0), index)?, to))
}

/// Counts the head acts, such as nods, that the model tells apart; 0 if its pack does not say.
///
/// Parameters: `model`; `out`, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_model_head_act_count(
    model: Option<&m2f_model>,
    out: Option<&mut MaybeUninit<u32>>,
) -> m2f_status {
    get(model, "model", out, |model| Ok(head_acts(&model.0).len() as u32))
}

/// Reads the name of a head act.
///
/// Parameters: `index`, below [`m2f_model_head_act_count`]; the rest as for `m2f_model_weight_name`.
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_head_act_name(
    model: Option<&m2f_model>,
    index: u32,
    buffer: *mut c_char,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| text::copy_out(nth(head_acts(&given(model, "model")?.0), index)?, to))
}

fn reader(model: &Model) -> Option<&StyleReaderConfig> {
    model.manifest().style_reader.as_ref()
}

fn emotions(model: &Model) -> &[String] {
    reader(model).map_or(&[], |reader| &reader.emotions)
}

fn head_acts(model: &Model) -> &[String] {
    reader(model).map_or(&[], |reader| &reader.head_acts)
}
