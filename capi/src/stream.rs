//! `m2f_stream`: sound in while it is spoken, a face out while it is heard.

use std::mem::MaybeUninit;

use media2face::{Stream, Written};

use super::error::{Failure, m2f_status};
use super::guard::{bare, destroy, give, given, guard};
use super::model::m2f_model;
use super::options::{self, Options};
use super::result::{M2F_HEAD_FLOATS, flat, m2f_result};
use super::stream_options::{convert, m2f_stream_options, m2f_style};

/// A face that speaks live. Its clock counts frames of sound at the rate of its options.
pub struct m2f_stream(Stream);

/// `fade_s`: how long the mouth takes to rest after an interruption, seconds.
pub const M2F_FADE_S: f32 = 0.2;
const _: () = assert!(M2F_FADE_S == media2face::FADE_S);

/// Where a stream is. Samples are numbers on its clock. Read with [`m2f_stream_state`].
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_stream_status {
    /// Size of this struct in bytes.
    pub struct_size: u32,
    /// Grows with each interruption and reset that was obeyed.
    pub generation: u32,
    /// What the motion is drawn from.
    pub seed: u64,
    /// The number of the next frame of sound that you write.
    pub next_sample: u64,
    /// You can ask for faces from this sample on, up to the one before `ready_sample`.
    pub first_sample: u64,
    /// The first sample whose face is not ready.
    pub ready_sample: u64,
    /// Frames of sound that found no room in the ring.
    pub dropped: u64,
    /// Frames that were NaN or infinite, and became silence.
    pub silenced: u64,
    /// Frames of silence that went in where sound was missing.
    pub idled: u64,
    /// How often sound was missing when you asked for a face.
    pub underruns: u64,
    /// Windows so far.
    pub windows: u64,
    /// Windows that were done more than a hop after they could begin.
    pub late_windows: u64,
    /// Sound that must be written after a sample, at worst, until its face can be computed, ms. Between two frames a face is
    /// interpolated if the second is ready; if not, the first is held.
    pub latency_ms: f32,
    /// How long the last window took to compute, ms.
    pub window_ms: f32,
}

// SAFETY: repr(C), struct_size first; integers and floats.
unsafe impl Options for m2f_stream_status {
    fn defaults() -> Self {
        Self { struct_size: size_of::<Self>() as u32, ..Self::zero() }
    }
}

/// Creates a stream. It takes all memory that it will ever need, and prepares its programs.
///
/// Parameters: `model`; `options`, or NULL for the defaults (16 kHz mono); `out`, receives the stream.
/// Returns: OK; INVALID_ARGUMENT (a field out of range; a ring too small for a hop: the text says what is needed);
/// INVALID_STRUCT_SIZE; UNSUPPORTED (the pack cannot stream: the text says why); MISSING_PART; OUT_OF_MEMORY.
/// Ownership: yours; end it with [`m2f_stream_destroy`]. It keeps the model alive.
/// Threads: any but an audio thread. Cost: a tenth of a second for the first one of a model, less for others.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_stream_create(
    model: Option<&m2f_model>,
    options: *const m2f_stream_options,
    out: Option<&mut MaybeUninit<*mut m2f_stream>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        let model = &given(model, "model")?.0;
        // SAFETY: by its docs `options` is as its fields say, or NULL.
        let stream = Stream::new(model, unsafe { convert(options) }?)?;
        give(m2f_stream(stream), out)
    })
}

/// Ends a stream.
///
/// Parameters: `stream`, or NULL for nothing. Threads: any but an audio thread, and not while another call uses this handle: stop
/// your audio thread first. Cost: waits for the current unit of work, about half a millisecond on the CPU.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_stream_destroy(stream: Option<Box<m2f_stream>>) {
    destroy(stream);
}

/// Writes sound as floats, nominally -1..1. FOR AUDIO THREADS: takes no memory and no lock, makes no system call, and leaves
/// `m2f_last_error` as it was.
///
/// Parameters: `samples`, `frame_count` × channels, interleaved; `first_sample`, receives the number of the first frame on the
/// stream's clock, or NULL; `taken`, receives how many frames were taken, or NULL. The rest found no room and is counted. NaN and
/// infinity become silence and are counted.
/// Returns: OK, also if not all was taken; INVALID_ARGUMENT; INVALID_STATE (another thread writes; or the result was taken); the
/// worker's failure.
/// Threads: any, one at a time. Cost: a copy.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_stream_write_f32(
    stream: Option<&m2f_stream>,
    samples: *const f32,
    frame_count: usize,
    first_sample: Option<&mut MaybeUninit<u64>>,
    taken: Option<&mut MaybeUninit<usize>>,
) -> m2f_status {
    // SAFETY: by its docs `samples` holds `frame_count` frames.
    unsafe { write(stream, samples, frame_count, (first_sample, taken), Stream::write_f32) }
}

/// Writes sound as 16-bit integers. Everything else is as for [`m2f_stream_write_f32`].
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_stream_write_i16(
    stream: Option<&m2f_stream>,
    samples: *const i16,
    frame_count: usize,
    first_sample: Option<&mut MaybeUninit<u64>>,
    taken: Option<&mut MaybeUninit<usize>>,
) -> m2f_status {
    // SAFETY: by its docs `samples` holds `frame_count` frames.
    unsafe { write(stream, samples, frame_count, (first_sample, taken), Stream::write_i16) }
}

/// Says that an utterance has ended: what was written is animated without waiting for more sound. The stream goes on.
///
/// Returns: OK; INVALID_ARGUMENT; INVALID_STATE (another thread commands the stream; too many commands wait); the worker's
/// failure. Threads: any but an audio thread, one at a time for all commands of a stream. Cost: none; the worker obeys.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_stream_flush(stream: Option<&m2f_stream>) -> m2f_status {
    guard(|| Ok(given(stream, "stream")?.0.flush()?))
}

/// Interrupts the speaker (barge-in). Sound that was written and motion from `sample` on are dropped, but not faces that you asked
/// for. The mouth comes to rest within `fade_s`, eyes and brows within 1.5 times that, the head within 4 times. The clock goes on
/// at the sample, or where its frame begins: the next frame of sound gets that number.
///
/// Parameters: `sample`; one that is not written yet means the next one; `fade_s`, 0 to 10, such as `M2F_FADE_S`.
/// Returns: as for [`m2f_stream_flush`]. Threads: as for [`m2f_stream_flush`].
#[unsafe(no_mangle)]
pub extern "C" fn m2f_stream_interrupt(stream: Option<&m2f_stream>, sample: u64, fade_s: f32) -> m2f_status {
    guard(|| Ok(given(stream, "stream")?.0.interrupt(sample, fade_s)?))
}

/// Makes the stream as new, from sample 0 on. Sound that was written is dropped. It takes no memory.
///
/// Parameters: `seed`; `M2F_SEED_AUTO` keeps the seed; `keep_voice`, 1 to keep the loudness that the encoder has got used to, 0 to
/// forget it.
/// Returns: as for [`m2f_stream_flush`]. Threads: as for [`m2f_stream_flush`].
#[unsafe(no_mangle)]
pub extern "C" fn m2f_stream_reset(stream: Option<&m2f_stream>, seed: u64, keep_voice: u32) -> m2f_status {
    guard(|| Ok(given(stream, "stream")?.0.reset(seed, switch("keep_voice", keep_voice)?)?))
}

/// Sets another style, or none, from the next window on.
///
/// Parameters: `style`, or NULL for none; `strength`, as in `m2f_style_options`.
/// Returns: as for [`m2f_stream_flush`]. Threads: as for [`m2f_stream_flush`].
#[unsafe(no_mangle)]
pub extern "C" fn m2f_stream_set_style(
    stream: Option<&m2f_stream>,
    style: Option<&m2f_style>,
    strength: f32,
) -> m2f_status {
    guard(|| Ok(given(stream, "stream")?.0.set_style(style.map(|style| &style.0), strength)?))
}

/// Sets the guidance of the audio, s_A, and of the style, s_P, from the next window on.
///
/// Parameters: each NaN for that of the options.
/// Returns: as for [`m2f_stream_flush`]. Threads: as for [`m2f_stream_flush`].
#[unsafe(no_mangle)]
pub extern "C" fn m2f_stream_set_guidance(
    stream: Option<&m2f_stream>,
    guidance_audio: f32,
    guidance_style: f32,
) -> m2f_status {
    let own = |value: f32| (!value.is_nan()).then_some(value);
    guard(|| Ok(given(stream, "stream")?.0.set_guidance(own(guidance_audio), own(guidance_style))?))
}

/// Says whether the face listens to somebody else. It then nods now and then, raises its brows, and looks at who speaks.
///
/// Parameters: `on`, 0 or 1; 0 in a new stream. Returns: as for [`m2f_stream_flush`]. Threads: as for [`m2f_stream_flush`].
#[unsafe(no_mangle)]
pub extern "C" fn m2f_stream_set_listening(stream: Option<&m2f_stream>, on: u32) -> m2f_status {
    guard(|| Ok(given(stream, "stream")?.0.set_listening(switch("on", on)?)?))
}

/// Reads where the stream is. FOR AUDIO THREADS, as [`m2f_stream_write_f32`].
///
/// Parameters: `out`, `size` writable bytes; `size`, sizeof *out.
/// Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE. Threads: any. Cost: none.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_stream_state(
    stream: Option<&m2f_stream>,
    out: *mut m2f_stream_status,
    size: usize,
) -> m2f_status {
    bare(|| {
        let (Some(stream), false) = (stream, out.is_null()) else {
            return Err(m2f_status::M2F_STATUS_INVALID_ARGUMENT);
        };
        let state = stream.0.state();
        let status = m2f_stream_status {
            generation: state.generation,
            seed: state.seed,
            next_sample: state.next_sample,
            first_sample: state.first_sample,
            ready_sample: state.ready_sample,
            dropped: state.dropped,
            silenced: state.silenced,
            idled: state.idled,
            underruns: state.underruns,
            windows: state.windows,
            late_windows: state.late_windows,
            latency_ms: state.latency_ms,
            window_ms: state.window_ms,
            ..m2f_stream_status::defaults()
        };
        if !options::is_size(size) {
            return Err(m2f_status::M2F_STATUS_INVALID_STRUCT_SIZE);
        }
        // SAFETY: not NULL; by its docs `size` bytes are writable.
        unsafe { options::write(&status, out, size) }.map_err(|failure| failure.status)
    })
}

/// Samples the face at a sample of the stream's clock, whenever that is heard. It never waits for a window. A part whose buffer is
/// NULL is not computed. Without offsets it is FOR AUDIO THREADS, as [`m2f_stream_write_f32`].
///
/// Parameters: `sample`; `weights` with room for `weight_capacity` floats; `head`, `M2F_HEAD_FLOATS` floats; `offsets_mm` with room
/// for `offset_capacity` floats.
/// Returns: OK; NOT_READY (the face is not ready: the last one that is was written; before any, the face at rest);
/// INVALID_ARGUMENT (also for a sample from before the first that is kept); BUFFER_TOO_SMALL; MISSING_PART; INVALID_STATE (another
/// thread decodes offsets); the worker's failure. Nothing is written on other failures.
/// Threads: any; offsets one at a time. Cost: microseconds; offsets that of one frame, on the calling thread.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_stream_sample(
    stream: Option<&m2f_stream>,
    sample: u64,
    weights: *mut f32,
    weight_capacity: usize,
    head: *mut f32,
    offsets_mm: *mut f32,
    offset_capacity: usize,
) -> m2f_status {
    use m2f_status as S;
    bare(|| {
        let stream = &stream.ok_or(S::M2F_STATUS_INVALID_ARGUMENT)?.0;
        // SAFETY: by their docs NULL, or with room for their capacities.
        let (weights, offsets) = unsafe {
            (
                room(weights, weight_capacity, stream.weight_count())?,
                room(offsets_mm, offset_capacity, stream.offset_count())?,
            )
        };
        if !head.is_aligned() {
            return Err(S::M2F_STATUS_INVALID_ARGUMENT);
        }
        let face = stream.sample(sample, weights, offsets).map_err(|error| m2f_status::from(&error))?;
        if !head.is_null() {
            let pose = flat(&face.head);
            // SAFETY: not NULL, aligned; by its docs it has room for a head.
            unsafe { head.copy_from_nonoverlapping(pose.as_ptr(), M2F_HEAD_FLOATS as usize) };
        }
        if face.ready { Ok(()) } else { Err(S::M2F_STATUS_NOT_READY) }
    })
}

/// Ends the stream's input, and takes what it keeps of its motion as an ordinary result. The result begins with the first frame
/// that is kept. You can still sample faces; you cannot write sound.
///
/// Parameters: `out`, receives a result.
/// Returns: OK; INVALID_STATE (nothing was animated; it was called before); OUT_OF_MEMORY; the worker's failure.
/// Ownership: yours; end it with `m2f_result_destroy`. Threads: any but an audio thread. Cost: a copy.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_stream_take_result(
    stream: Option<&m2f_stream>,
    out: Option<&mut MaybeUninit<*mut m2f_result>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        give(m2f_result::new(given(stream, "stream")?.0.take_result()?), out)
    })
}

fn switch(name: &str, value: u32) -> Result<bool, Failure> {
    match value {
        0 | 1 => Ok(value == 1),
        other => Err(Failure::argument(format!("{name} is {other}, expected 0 or 1"))),
    }
}

/// Where the frames of a write begin, and how many were taken.
type Outputs<'a> = (Option<&'a mut MaybeUninit<u64>>, Option<&'a mut MaybeUninit<usize>>);

/// # Safety
/// `samples` holds `frame_count` frames of the stream's channels.
unsafe fn write<T>(
    stream: Option<&m2f_stream>,
    samples: *const T,
    frame_count: usize,
    (first_sample, taken): Outputs<'_>,
    write: impl FnOnce(&Stream, &[T]) -> media2face::Result<Written>,
) -> m2f_status {
    use m2f_status as S;
    bare(|| {
        let stream = &stream.ok_or(S::M2F_STATUS_INVALID_ARGUMENT)?.0;
        let count = frame_count.checked_mul(stream.channel_count() as usize);
        let fits =
            |count: &usize| count.checked_mul(size_of::<T>()).is_some_and(|bytes| isize::try_from(bytes).is_ok());
        let count = count.filter(fits).ok_or(S::M2F_STATUS_INVALID_ARGUMENT)?;
        if count > 0 && (samples.is_null() || !samples.is_aligned()) {
            return Err(S::M2F_STATUS_INVALID_ARGUMENT);
        }
        // SAFETY: not NULL, aligned, of a possible size; by its docs it holds that many samples.
        let samples = if count > 0 { unsafe { std::slice::from_raw_parts(samples, count) } } else { &[] };
        let written = write(stream, samples).map_err(|error| m2f_status::from(&error))?;
        if let Some(first_sample) = first_sample {
            first_sample.write(written.first_sample);
        }
        if let Some(taken) = taken {
            taken.write(written.taken);
        }
        Ok(())
    })
}

/// The part of a buffer that a face takes; `None` for NULL.
///
/// # Safety
/// `data` is NULL or has room for `capacity` floats.
unsafe fn room<'a>(data: *mut f32, capacity: usize, needed: usize) -> Result<Option<&'a mut [f32]>, m2f_status> {
    if data.is_null() {
        return if capacity == 0 { Ok(None) } else { Err(m2f_status::M2F_STATUS_INVALID_ARGUMENT) };
    }
    if needed == 0 {
        return Err(m2f_status::M2F_STATUS_MISSING_PART);
    }
    if capacity < needed {
        return Err(m2f_status::M2F_STATUS_BUFFER_TOO_SMALL);
    }
    if !data.is_aligned() {
        return Err(m2f_status::M2F_STATUS_INVALID_ARGUMENT);
    }
    // SAFETY: not NULL, aligned, and `capacity ≥ needed` floats are writable.
    Ok(Some(unsafe { std::slice::from_raw_parts_mut(data, needed) }))
}
