//! Keyframes of a session, and what you make from a finished result: revised ranges, compositions.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;

use media2face::limits;
use media2face::output::expression_names;
use media2face::picture::FaceBox;
use media2face::signal::HeadPose;
use media2face::{Animation, Expression, FacePicture, Head, Keyframe, Part, Session};

use super::buffer::{self, Buffer};
use super::error::{Failure, m2f_status};
use super::guard::{give, given, guard, not_null};
use super::options::{self, Options};
use super::result::{M2F_HEAD_FLOATS, m2f_result};
use super::session::{self, m2f_session, m2f_session_options};
use super::text;

/// `picture_parts`: the picture gives the expression.
pub const M2F_PICTURE_EXPRESSION: u32 = 1;
/// `picture_parts`: the picture gives the rotation of the head.
pub const M2F_PICTURE_HEAD: u32 = 2;

/// A face, a head pose or both, at which the motion is held. Fill with [`m2f_keyframe_options_init`] first. Set at most one
/// source of the expression (`latent`, `weights`, `expression`, `mesh_mm`, `picture`) and at most one of the head (`head`,
/// `picture`). Set at least one of them.
///
/// The keyframe has a mask: `hold` from `start_s` to `end_s`, falling to 0 over `ramp_s` outside. Where the mask is 1, the motion
/// is exactly the keyframe's, before channels and adjustments. Below 1, the motion is drawn to the keyframe. A hard keyframe
/// hides soft ones.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_keyframe_options {
    /// Size of this struct in bytes. [`m2f_keyframe_options_init`] sets it.
    pub struct_size: u32,
    /// Mask inside the range, 0..1; default 1.
    pub hold: f32,
    /// Where the range begins, seconds; the nearest frame counts. Default 0.
    pub start_s: f64,
    /// Where the range ends, seconds; that frame is included. Default NaN: the range is its first frame. What is past the clip's
    /// end is cut, with a warning.
    pub end_s: f64,
    /// How long the mask takes to fall to 0 outside the range, seconds; default 0.2.
    pub ramp_s: f64,
    /// The expression as a latent z.
    pub latent: *const f32,
    /// Number of floats in `latent`.
    pub latent_count: u64,
    /// The expression as blendshape weights 0..1, in the order of the model's names.
    pub weights: *const f32,
    /// Number of floats in `weights`.
    pub weight_count: u64,
    /// The expression as a deformed mesh on the model's topology: x, y, z of every vertex, mm, without the head pose.
    pub mesh_mm: *const f32,
    /// Number of floats in `mesh_mm`.
    pub mesh_count: u64,
    /// Bytes of a PNG or JPEG file that shows the face.
    pub picture: *const u8,
    /// Number of bytes in `picture`.
    pub picture_size: u64,
    /// Where the face is in the picture: x, y of the upper left corner, width, height, pixels. All 0 (default): the job finds it,
    /// the largest face of several, and fails with INVALID_PICTURE if there is none. A model without a face finder takes the whole
    /// picture instead, with a warning.
    pub picture_box: [f32; 4],
    /// `M2F_PICTURE_EXPRESSION`, `M2F_PICTURE_HEAD` or both (default).
    pub picture_parts: u32,
    /// Must be 0.
    pub reserved: u32,
    /// The head pose: `M2F_HEAD_FLOATS` floats, quaternion x, y, z, w, then translation in mm.
    pub head: *const f32,
    /// Name of an expression, such as `smile`, UTF-8. [`m2f_expression_name`] lists them.
    pub expression: *const c_char,
}

// SAFETY: repr(C), struct_size first; integers, floats and pointers.
unsafe impl Options for m2f_keyframe_options {
    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            hold: 1.0,
            end_s: f64::NAN,
            ramp_s: Keyframe::RAMP_S,
            picture_parts: M2F_PICTURE_EXPRESSION | M2F_PICTURE_HEAD,
            ..Self::zero()
        }
    }
}

/// A range of a result, for [`m2f_result_compose`].
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_part {
    /// The result.
    pub result: *const m2f_result,
    /// Where the part begins, seconds.
    pub start_s: f64,
    /// Where the part ends, seconds. What is past the clip's end is cut; infinity is the clip's end.
    pub end_s: f64,
}

/// Fills `options` with the defaults.
///
/// Parameters: `options`, `size` writable bytes; `size`, sizeof *options.
/// Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_keyframe_options_init(options: *mut m2f_keyframe_options, size: usize) -> m2f_status {
    // SAFETY: by its docs `options` has `size` writable bytes, or is NULL.
    unsafe { options::init(options, size) }
}

/// Counts the expressions that a keyframe can name.
///
/// Parameters: `out`, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_expression_count(out: Option<&mut MaybeUninit<u32>>) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        out.write(expression_names().len() as u32);
        Ok(())
    })
}

/// Reads the name of an expression, such as `smile`.
///
/// Parameters: `index`, below [`m2f_expression_count`]; `buffer` with room for `capacity` bytes, or NULL and 0 to query; `count`,
/// receives the number of bytes with the terminating NUL (may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_expression_name(
    index: u32,
    buffer: *mut c_char,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| {
        let count_of = expression_names().len();
        let name = expression_names().nth(index as usize);
        let name = name.ok_or_else(|| Failure::argument(format!("index {index} is not below {count_of}")))?;
        text::copy_out(name, to)
    })
}

/// Adds a keyframe to a session. You can call it until the motion begins, also while a job waits or encodes.
///
/// Parameters: `options`; `number`, receives the number of the keyframe, or NULL. Buffers are copied.
/// Returns: OK; INVALID_ARGUMENT (no source, or two for one part; times that are negative, reversed or NaN; a hold outside 0..1;
/// values that do not fit the model; a mesh in another unit; frames that another keyframe holds at a different value: the text
/// names both; more than 4096 keyframes); INVALID_STRUCT_SIZE; INVALID_UTF8; INVALID_PICTURE; MISSING_PART (the model lacks the
/// network for the source); INVALID_STATE (the motion has begun).
/// Threads: any but an audio thread. Cost: a copy, and a picture is decoded; the job runs the network.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_session_add_keyframe(
    session: Option<&m2f_session>,
    options: *const m2f_keyframe_options,
    number: Option<&mut MaybeUninit<u32>>,
) -> m2f_status {
    guard(|| {
        let session = &given(session, "session")?.0;
        // SAFETY: by its docs `options` is as its fields say, or NULL.
        let added = session.add_keyframe(unsafe { convert(options) }?)? as u32;
        if let Some(number) = number {
            number.write(added);
        }
        Ok(())
    })
}

/// Replaces a keyframe. Everything else is as for [`m2f_session_add_keyframe`].
///
/// Parameters: `number`, of the keyframe; `options`, as for [`m2f_session_add_keyframe`].
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_session_set_keyframe(
    session: Option<&m2f_session>,
    number: u32,
    options: *const m2f_keyframe_options,
) -> m2f_status {
    guard(|| {
        let session = &given(session, "session")?.0;
        // SAFETY: by its docs `options` is as its fields say, or NULL.
        Ok(session.set_keyframe(number as usize, unsafe { convert(options) }?)?)
    })
}

/// Creates a session that makes a range of a finished result again, with other styles, keyframes or guidance, or another seed.
/// All times are those of the whole clip. The session takes no audio: set what you want, then call `m2f_session_finish`.
///
/// Its result is the whole clip. Frames outside the range are the old ones, bit for bit. Inside, the old motion fades over 0.2 s
/// at either end, so that both join.
///
/// Parameters: `result`; `options`, or NULL for the defaults; the form of the audio is ignored, and without an identity the
/// result's is used; `start_s` and `end_s`, the range, cut at the clip's end; `out`, receives the session.
/// Returns: OK; INVALID_ARGUMENT (times that are negative, reversed, NaN or past the end; and as for `m2f_session_create`);
/// INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART; INVALID_STATE (the result's session had `editable` 0); UNSUPPORTED.
/// Ownership: yours; end it with `m2f_session_destroy`. It keeps what it needs of the result alive.
/// Threads: any. Cost: small. The job computes the windows over the range: two seconds of a minute cost a twelfth of the minute.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_revise(
    result: Option<&m2f_result>,
    options: *const m2f_session_options,
    start_s: f64,
    end_s: f64,
    out: Option<&mut MaybeUninit<*mut m2f_session>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        let result = given(result, "result")?;
        // SAFETY: by its docs `options` is as its fields say, or NULL.
        let options = unsafe { session::convert(options) }?;
        let session = Session::revise(result.animation(), start_s, end_s, options)?;
        give(m2f_session(session), out)
    })
}

/// Joins ranges of results, one after another. Each overlaps the next by `blend_s` and goes over into it there: part k begins
/// where those before it end, less k times the blend. The face is that of the first part. Join the audio yourself in the same
/// way. To let the network make a transition, call [`m2f_result_revise`] over its blend.
///
/// Parameters: `parts`, `count` of them; `blend_s`, 0 to cut; `out`, receives a new result.
/// Returns: OK; INVALID_ARGUMENT (no parts; times that make no sense; results of different models; a part that is shorter than
/// its blends; the text names it); OUT_OF_MEMORY.
/// Ownership: yours; end it with `m2f_result_destroy`. You may destroy the parts.
/// Threads: any but an audio thread. Cost: copies of the motions.
///
/// # Safety
/// As stated for the parameters; every `result` in `parts` is a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_compose(
    parts: *const m2f_part,
    count: usize,
    blend_s: f64,
    out: *mut *mut m2f_result,
) -> m2f_status {
    guard(|| {
        not_null(out, "out")?;
        // SAFETY: by its docs `parts` holds `count` of them.
        let parts = unsafe { buffer::input(parts, count, limits::MAX_PARTS, "parts") }?;
        let part = |&m2f_part { result, start_s, end_s }| {
            // SAFETY: by its docs live, or NULL.
            let result = given(unsafe { result.as_ref() }, "result of a part")?;
            let animation = Arc::clone(result.animation());
            Ok(Part { animation, start_s, end_s })
        };
        let parts = parts.iter().map(part).collect::<Result<Vec<_>, Failure>>()?;
        let composed = Animation::compose(&parts, blend_s)?;
        // SAFETY: not NULL, and by its docs writable. It may be in one of the parts, so that it is a pointer until they are
        // read.
        give(m2f_result::new(composed), unsafe { &mut *out.cast() })
    })
}

/// # Safety
/// `options` is NULL or as its fields say.
unsafe fn convert(options: *const m2f_keyframe_options) -> Result<Keyframe, Failure> {
    // SAFETY: as for this function.
    let options = unsafe { options::required(options, "options") }?;
    let m2f_keyframe_options { hold, start_s, ramp_s, picture_parts, .. } = options;
    if picture_parts & !(M2F_PICTURE_EXPRESSION | M2F_PICTURE_HEAD) != 0 || picture_parts == 0 || options.reserved != 0
    {
        return Err(Failure::argument(
            "picture_parts takes M2F_PICTURE_EXPRESSION, M2F_PICTURE_HEAD or both, reserved 0",
        ));
    }
    // SAFETY: by its docs as many bytes as are counted, or NULL.
    let file =
        unsafe { buffer::optional(options.picture, options.picture_size, limits::MAX_PICTURE_BYTES, "picture") }?;
    let [x, y, width, height] = options.picture_box;
    let face = (options.picture_box != [0.0; 4]).then_some(FaceBox { x, y, width, height });
    let picture = file.map(|file| FacePicture { file, face });
    let of_picture = |part: u32| picture.clone().filter(|_| picture_parts & part != 0);
    // SAFETY: by their docs a string, as many floats as are counted, or NULL.
    let expressions = unsafe {
        [
            buffer::optional(options.latent, options.latent_count, limits::MAX_DIMENSION, "latent")?
                .map(Expression::Latent),
            buffer::optional(options.weights, options.weight_count, limits::MAX_NAMES, "weights")?
                .map(Expression::Weights),
            text::optional(options.expression, "expression")?.map(|name| Expression::Named(name.to_owned())),
            buffer::optional(options.mesh_mm, options.mesh_count, 3 * limits::MAX_VERTICES, "mesh_mm")?
                .map(Expression::Mesh),
            of_picture(M2F_PICTURE_EXPRESSION).map(Expression::Picture),
        ]
    };
    // SAFETY: by its docs the floats of a head pose, or NULL.
    let pose = unsafe { buffer::optional(options.head, M2F_HEAD_FLOATS.into(), M2F_HEAD_FLOATS as usize, "head") }?;
    let pose = pose.as_deref().and_then(|floats| floats.try_into().ok()).map(|[x, y, z, w, tx, ty, tz]: [f32; 7]| {
        Head::Pose(HeadPose { rotation: [x, y, z, w], translation_mm: [tx, ty, tz] })
    });
    let expression = only("latent, weights, expression, mesh_mm and picture", expressions)?;
    let head = only("head and picture", [pose, of_picture(M2F_PICTURE_HEAD).map(Head::Picture)])?;
    let end_s = if options.end_s.is_nan() { start_s } else { options.end_s };
    let (expression, head) = (expression.map(Arc::new), head.map(Arc::new));
    Ok(Keyframe { expression, head, start_s, end_s, hold, ramp_s })
}

/// The one source that is given, if any. Two are an error.
fn only<T, const N: usize>(names: &str, sources: [Option<T>; N]) -> Result<Option<T>, Failure> {
    let mut given = sources.into_iter().flatten();
    match (given.next(), given.next()) {
        (first, None) => Ok(first),
        _ => Err(Failure::argument(format!("set at most one of {names}"))),
    }
}
