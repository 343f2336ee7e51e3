//! `m2f_session`: audio in, a result out.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::time::Duration;

use media2face::limits;
use media2face::{InpaintMode, SEED_AUTO, Session, SessionOptions, Stage, Style};

use super::buffer;
use super::error::{Failure, m2f_status};
use super::guard::{destroy, get, give, given, guard};
use super::identity::m2f_identity;
use super::model::m2f_model;
use super::options::{self, Options};
use super::result::m2f_result;
use super::text;

/// One clip: its audio, styles and seed, and the job that animates it.
pub struct m2f_session(pub(super) Session);

/// `seed`: a seed that follows from the clip's own sound, so that every voice has its own take. It is a number below 2^32. It
/// depends only on the samples, rounded to 16 bits: not on how they were cut, on i16 or f32, or on their rate. `m2f_result_seed`
/// reads it.
pub const M2F_SEED_AUTO: u64 = u64::MAX;
const _: () = assert!(M2F_SEED_AUTO == SEED_AUTO);

/// `timeout_ms`: for as long as it takes.
pub const M2F_WAIT_FOREVER: u32 = u32::MAX;

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum m2f_stage {
    /// It takes audio.
    M2F_STAGE_INPUT = 0,
    /// It encodes the text or picture.
    M2F_STAGE_STYLE = 1,
    /// It encodes the speech.
    M2F_STAGE_SPEECH = 2,
    /// It samples the motion.
    M2F_STAGE_MOTION = 3,
    /// It is done, failed or cancelled.
    M2F_STAGE_DONE = 4,
}

/// The progress of a job.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_progress {
    /// An `m2f_stage`.
    pub stage: u32,
    /// Share of the whole work that is done, 0..1.
    pub fraction: f32,
}

/// Options of [`m2f_session_create`]. Fill with [`m2f_session_options_init`] first. Set at most one of `style_text`,
/// `style_picture` and `style_code`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_session_options {
    /// Size of this struct in bytes. [`m2f_session_options_init`] sets it.
    pub struct_size: u32,
    /// Rate of the pushed audio, Hz; default 16000.
    pub sample_rate_hz: u32,
    /// Number of interleaved channels in the pushed audio, which are averaged. Default 1.
    pub channel_count: u32,
    /// Number of denoising steps; 0 (default) for the pack's.
    pub step_count: u32,
    /// The same seed gives the same bytes, at any number of threads. Default `M2F_SEED_AUTO`; 0 is a seed like any other. In a
    /// session of `m2f_result_revise`, `M2F_SEED_AUTO` is the result's seed.
    pub seed: u64,
    /// Noise that is added at each step, 0..1; NaN (default) for the pack's.
    pub eta: f32,
    /// Guidance of the audio, s_A; NaN (default) for the pack's. No effect on a distilled denoiser that does not read it.
    pub guidance_audio: f32,
    /// Guidance of the style, s_P; NaN (default) for the pack's.
    pub guidance_style: f32,
    /// Strength of the style, as `strength` in `m2f_style_options`; default 1.
    pub style_strength: f32,
    /// Style of the whole clip as a text, UTF-8: words or one emoji. `m2f_session_add_style` adds more styles.
    pub style_text: *const c_char,
    /// Style of the whole clip as a picture: the bytes of a PNG or JPEG file.
    pub style_picture: *const u8,
    /// Number of bytes in `style_picture`.
    pub style_picture_size: u64,
    /// Style of the whole clip as a raw style code.
    pub style_code: *const f32,
    /// Number of floats in `style_code`.
    pub style_code_count: u64,
    /// The identity whose face it is; NULL for the pack's first.
    pub identity: *const m2f_identity,
    /// 1 (default): the result keeps the audio features, 23 KB a second with the starter, so that `m2f_result_revise` can make
    /// ranges of it again. 0: it does not.
    pub editable: u32,
    /// How constraints are painted in: keyframes, and the motion that a style or a revision leaves as it was. 0 (default): into
    /// the estimate of every step. 1 to 32: into the state, noised like the rest, and each step but the last is taken that often
    /// (RePaint). The rest then joins them better, at that many times the cost.
    pub repaint_loops: u32,
    /// Scales the noise that the motion starts from, 0..1. 1 is the model's own spread. Less is nearer to the mean of all takes,
    /// and moves less. NaN (default) for the pack's.
    pub noise_scale: f32,
    /// 0 (default): where you set no style, the pack's default style applies. With the starter it is neutral. 1: the audio alone
    /// decides there, as in the paper, and any mood may come.
    pub no_default_style: u32,
    /// 1 (default): the job makes the pack adjustments, if the pack states any: gains, a mouth that closes in pauses, lids that
    /// move together, a start from rest. They do not change what keyframes hold. 0: the motion stays as the networks make it.
    pub pack_adjustments: u32,
    /// Silence after the last sample, in which mouth and head come to rest, seconds, 0 (default) to 10. The result is longer by
    /// it. A revision ignores it.
    pub tail_s: f32,
}

// SAFETY: repr(C), struct_size first; integers, floats, pointers and optional functions of the host's.
unsafe impl Options for m2f_session_options {
    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            sample_rate_hz: 16_000,
            channel_count: 1,
            seed: M2F_SEED_AUTO,
            eta: f32::NAN,
            guidance_audio: f32::NAN,
            guidance_style: f32::NAN,
            style_strength: 1.0,
            editable: 1,
            noise_scale: f32::NAN,
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
pub unsafe extern "C" fn m2f_session_options_init(options: *mut m2f_session_options, size: usize) -> m2f_status {
    // SAFETY: by its docs `options` has `size` writable bytes, or is NULL.
    unsafe { options::init(options, size) }
}

/// Creates a session.
///
/// Parameters: `model`; `options`, or NULL for the defaults (16 kHz mono, no style); `out`, receives the session. Strings and
/// buffers are copied.
/// Returns: OK; INVALID_ARGUMENT (a field out of range; two styles); INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the model
/// lacks a network that this job needs, such as the style tower).
/// Ownership: yours; end it with [`m2f_session_destroy`]. It keeps the model and the identity alive.
/// Threads: any. Cost: small; the networks are prepared when the work begins.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_session_create(
    model: Option<&m2f_model>,
    options: *const m2f_session_options,
    out: Option<&mut MaybeUninit<*mut m2f_session>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        let model = &given(model, "model")?.0;
        // SAFETY: by its docs `options` is as its fields say, or NULL.
        let session = Session::new(model, unsafe { convert(options) }?)?;
        give(m2f_session(session), out)
    })
}

/// Ends a session. Its job is cancelled first. Results that you pulled from it live on.
///
/// Parameters: `session`, or NULL for nothing. Threads: any but an audio thread, and not while another call uses this handle.
/// Cost: waits for the current unit of work: about half a millisecond on the CPU, one submission on a device.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_session_destroy(session: Option<Box<m2f_session>>) {
    destroy(session);
}

/// Pushes audio as floats, nominally -1..1.
///
/// Parameters: `samples`, `frame_count` × channels, interleaved; `frame_count`, any number, 0 included.
/// Returns: OK; INVALID_ARGUMENT; INVALID_AUDIO (NaN or infinite: nothing of this call is taken; or the clip is too long);
/// INVALID_STATE (after finish); OUT_OF_MEMORY; the job's failure if it has one, such as CANCELLED.
/// Threads: any but an audio thread. Pushes are taken in the order that they come, so push to a session from one thread.
/// Cost: a copy.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_session_push_f32(
    session: Option<&m2f_session>,
    samples: *const f32,
    frame_count: usize,
) -> m2f_status {
    // SAFETY: by its docs `samples` holds `frame_count` frames.
    unsafe { push(session, samples, frame_count, Session::push_f32) }
}

/// Pushes audio as 16-bit integers. Everything else is as for [`m2f_session_push_f32`].
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_session_push_i16(
    session: Option<&m2f_session>,
    samples: *const i16,
    frame_count: usize,
) -> m2f_status {
    // SAFETY: by its docs `samples` holds `frame_count` frames.
    unsafe { push(session, samples, frame_count, Session::push_i16) }
}

/// Ends the input. The work begins, on the runtime's threads if it has any.
///
/// Returns: OK; INVALID_AUDIO (nothing was pushed: the session stays as it was); INVALID_STATE (finished before); OUT_OF_MEMORY
/// (no worker thread); the job's failure if it has one, such as CANCELLED.
/// Threads: the one that pushes. Cost: small; all work is the job's.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_session_finish(session: Option<&m2f_session>) -> m2f_status {
    guard(|| Ok(given(session, "session")?.0.finish()?))
}

/// Ends the input of several sessions of one model and begins the work on all of them, as one job. Windows of several clips are
/// denoised in one batch, which fills a device that one clip leaves idle. Each session has its own result, the same as if it were
/// alone. The sessions end together: if one fails, is cancelled, or is destroyed before the end, so are all.
///
/// Parameters: `sessions`, `count` handles.
/// Returns: OK; INVALID_ARGUMENT (none; the same one twice; sessions of different models, or with different `step_count`, `eta`
/// or `noise_scale`); and as [`m2f_session_finish`]. On failure none has begun.
/// Threads: the one that pushes. Cost: small; all work is the job's.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_session_finish_together(
    sessions: *const Option<&m2f_session>,
    count: usize,
) -> m2f_status {
    guard(|| {
        // SAFETY: by its docs `sessions` holds `count` handles, which are live or NULL.
        let handles = unsafe { buffer::input(sessions, count, limits::MAX_SESSIONS_TOGETHER, "sessions") }?;
        let sessions =
            handles.iter().map(|handle| Ok(&given(*handle, "a session")?.0)).collect::<Result<Vec<_>, Failure>>()?;
        Ok(Session::finish_together(&sessions)?)
    })
}

/// Works on the calling thread until `budget_ms` is over, for at least one unit. Use it where the runtime has no threads
/// (consoles, web). On other runtimes it waits that long instead.
///
/// Returns: OK when the job is done; NOT_READY while work remains; the job's failure; INVALID_STATE before finish.
/// Threads: any but an audio thread, one at a time. Cost: `budget_ms`, and up to one unit of work more: about half a millisecond
/// on the CPU, one submission on a device.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_session_step(session: Option<&m2f_session>, budget_ms: u32) -> m2f_status {
    guard(|| {
        let session = given(session, "session")?;
        done(session.0.step(Duration::from_millis(budget_ms.into()))?)
    })
}

/// Waits until the job is done, at most `timeout_ms`. On a runtime without threads it does the work itself.
///
/// Parameters: `timeout_ms`, or `M2F_WAIT_FOREVER`; 0 polls.
/// Returns: OK when the job is done; NOT_READY when the time ran out; the job's failure; INVALID_STATE before finish.
/// Threads: any but an audio thread.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_session_wait(session: Option<&m2f_session>, timeout_ms: u32) -> m2f_status {
    let timeout = (timeout_ms != M2F_WAIT_FOREVER).then(|| Duration::from_millis(timeout_ms.into()));
    guard(|| {
        let session = given(session, "session")?;
        done(session.0.wait(timeout)?)
    })
}

/// Reads how far the job has come.
///
/// Parameters: `out`, receives stage and fraction. Returns: OK; INVALID_ARGUMENT. Threads: any. Cost: none.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_session_progress(
    session: Option<&m2f_session>,
    out: Option<&mut MaybeUninit<m2f_progress>>,
) -> m2f_status {
    let told = |session: &m2f_session| {
        let progress = session.0.progress();
        let stage = match progress.stage {
            Stage::Input => m2f_stage::M2F_STAGE_INPUT,
            Stage::Style => m2f_stage::M2F_STAGE_STYLE,
            Stage::Speech => m2f_stage::M2F_STAGE_SPEECH,
            Stage::Motion => m2f_stage::M2F_STAGE_MOTION,
            Stage::Done => m2f_stage::M2F_STAGE_DONE,
        };
        Ok(m2f_progress { stage: stage as u32, fraction: progress.fraction })
    };
    get(session, "session", out, told)
}

/// Asks the job to stop. It stops after the current unit of work. Wait, step and pull then answer CANCELLED.
///
/// Returns: OK, also when there is nothing to stop; INVALID_ARGUMENT. Threads: any. Cost: none.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_session_cancel(session: Option<&m2f_session>) -> m2f_status {
    guard(|| {
        given(session, "session")?.0.cancel();
        Ok(())
    })
}

/// Takes the result of a job that is done.
///
/// Parameters: `out`, receives a result. Every call makes a new handle to the same result.
/// Returns: OK; NOT_READY while work remains; the job's failure; INVALID_STATE before finish.
/// Ownership: yours; end it with `m2f_result_destroy`. It keeps the model alive, not the session.
/// Threads: any but an audio thread. Cost: small.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_session_pull(
    session: Option<&m2f_session>,
    out: Option<&mut MaybeUninit<*mut m2f_result>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        let animation = given(session, "session")?.0.pull()?.ok_or_else(Failure::not_ready)?;
        give(m2f_result::new(animation), out)
    })
}

fn done(done: bool) -> Result<(), Failure> {
    if done { Ok(()) } else { Err(Failure::not_ready()) }
}

/// # Safety
/// `samples` holds `frame_count` frames of the session's channels.
unsafe fn push<T>(
    session: Option<&m2f_session>,
    samples: *const T,
    frame_count: usize,
    push: impl FnOnce(&Session, &[T]) -> media2face::Result<()>,
) -> m2f_status {
    guard(|| {
        let session = &given(session, "session")?.0;
        let count = frame_count.checked_mul(session.channel_count() as usize);
        let count = count.ok_or_else(|| Failure::argument("frame_count is too large"))?;
        // SAFETY: a frame has a sample for each channel.
        Ok(push(session, unsafe { buffer::input(samples, count, usize::MAX, "samples") }?)?)
    })
}

/// # Safety
/// `options` is as its fields say, or NULL.
pub(super) unsafe fn convert(options: *const m2f_session_options) -> Result<SessionOptions, Failure> {
    // SAFETY: as for this function.
    let options = unsafe { options::read(options) }?;
    let flags = [
        ("editable", options.editable),
        ("no_default_style", options.no_default_style),
        ("pack_adjustments", options.pack_adjustments),
    ];
    for (name, flag) in flags {
        if flag > 1 {
            return Err(Failure::argument(format!("{name} is {flag}, expected 0 or 1")));
        }
    }
    // SAFETY: by their docs a string, as many bytes and floats as are counted, or NULL.
    let sources = unsafe {
        [
            text::optional(options.style_text, "style_text")?.map(|text| Style::Text(text.to_owned())),
            buffer::optional(
                options.style_picture,
                options.style_picture_size,
                limits::MAX_PICTURE_BYTES,
                "style_picture",
            )?
            .map(Style::Picture),
            buffer::optional(options.style_code, options.style_code_count, limits::MAX_DIMENSION, "style_code")?
                .map(Style::Code),
        ]
    };
    let mut given = sources.into_iter().flatten();
    let style = given.next();
    if given.next().is_some() {
        return Err(Failure::argument("set at most one of style_text, style_picture and style_code"));
    }
    let given = |value: f32| (!value.is_nan()).then_some(value);
    // SAFETY: by its docs live, or NULL.
    let identity = unsafe { options.identity.as_ref() }.map(|identity| identity.0.clone());
    Ok(SessionOptions {
        seed: options.seed,
        steps: (options.step_count != 0).then_some(options.step_count as usize),
        eta: given(options.eta),
        noise_scale: given(options.noise_scale),
        guidance_audio: given(options.guidance_audio),
        guidance_style: given(options.guidance_style),
        style,
        style_strength: options.style_strength,
        default_style: options.no_default_style == 0,
        identity,
        editable: options.editable == 1,
        pack_adjustments: options.pack_adjustments == 1,
        tail_s: f64::from(options.tail_s),
        edit_mode: match options.repaint_loops {
            0 => InpaintMode::Inpaint,
            loops => InpaintMode::Repaint { loops: loops as usize },
        },
        ..SessionOptions::new(options.sample_rate_hz, options.channel_count)
    })
}
