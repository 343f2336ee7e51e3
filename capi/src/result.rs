//! `m2f_result`: the animation of one clip, decoded as you read it.

use std::mem::MaybeUninit;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use media2face::internals::memory;
use media2face::output::Channel;
use media2face::signal::{FrameRate, HeadPose};
use media2face::{Animation, Reader};

use super::buffer::Buffer;
use super::error::{Failure, m2f_status};
use super::guard::{destroy, get, given, guard};

/// The motion of one clip. Faces are decoded when you read them, so a minute takes kilobytes, not 106 MB.
pub struct m2f_result {
    animation: Arc<Animation>,
    /// One read at a time uses it.
    desk: Mutex<Desk>,
}

/// What reads need. It is kept from one read to the next.
#[derive(Default)]
struct Desk {
    /// Made by the first read.
    reader: Option<Reader>,
    /// A read is made here. It is copied to the host when all of it went well.
    staged: Vec<f32>,
}

impl m2f_result {
    pub(super) fn new(animation: Arc<Animation>) -> Self {
        Self { animation, desk: Mutex::default() }
    }

    pub(super) fn animation(&self) -> &Arc<Animation> {
        &self.animation
    }

    /// The rate as it is given; 0 is the model's own.
    pub(super) fn rate(&self, fps: f32) -> FrameRate {
        FrameRate::from(if fps == 0.0 { self.animation.native_fps() } else { fps })
    }

    /// Refuses frames that do not exist.
    pub(super) fn check_frames(&self, fps: FrameRate, first: usize, count: usize) -> Result<(), Failure> {
        let frames = self.animation.frame_count(fps)?;
        if first + count > frames {
            return Err(Failure::argument(format!("frames {first}..{} of {frames}", first + count)));
        }
        Ok(())
    }

    /// Reads frames at a rate, `width` floats a frame. It writes the host's buffer only when all went well.
    pub(super) fn read_frames(
        &self,
        (fps, first, count): (f32, u32, u32),
        to: Buffer<f32>,
        width: impl FnOnce(&Reader) -> media2face::Result<usize>,
        read: impl FnOnce(&mut Reader, FrameRate, usize, &mut [f32]) -> media2face::Result<()>,
    ) -> Result<(), Failure> {
        let (fps, first, count) = (self.rate(fps), first as usize, count as usize);
        self.check_frames(fps, first, count)?;
        let needed = self.read(|reader| width(reader))? * count;
        if !to.takes(needed)? {
            return Ok(());
        }
        let mut desk = self.desk();
        let (reader, staged) = desk.open(&self.animation)?;
        let staged = stage(staged, needed)?;
        read(reader, fps, first, staged)?;
        to.fill(staged)
    }

    pub(super) fn read<T>(&self, read: impl FnOnce(&mut Reader) -> media2face::Result<T>) -> Result<T, Failure> {
        let mut desk = self.desk();
        Ok(read(desk.open(&self.animation)?.0)?)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // A poisoned desk belongs to a call that panicked; it is laid again.
        self.desk.lock().unwrap_or_else(|poison| {
            self.desk.clear_poison();
            let mut desk = PoisonError::into_inner(poison);
            *desk = Desk::default();
            desk
        })
    }
}

impl Desk {
    /// The reader, and the memory for its output.
    fn open(&mut self, animation: &Arc<Animation>) -> Result<(&mut Reader, &mut Vec<f32>), Failure> {
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => none.insert(animation.reader()?),
        };
        Ok((reader, &mut self.staged))
    }
}

/// Gives room for this many floats. It takes memory only if there never were as many.
fn stage(staged: &mut Vec<f32>, floats: usize) -> Result<&mut [f32], Failure> {
    staged.clear();
    if staged.capacity() < floats {
        *staged = Vec::new(); // or both would be held
        *staged = memory::with_capacity(floats, "a read")?;
    }
    staged.resize(floats, 0.0);
    Ok(staged)
}

/// Gain, offset and limits of one channel. The channel becomes value · gain + offset, and is then limited.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_channel {
    /// Factor; default 1.
    pub gain: f32,
    /// What is added; default 0.
    pub offset: f32,
    /// Lower limit; default 0.
    pub minimum: f32,
    /// Upper limit; default 1.
    pub maximum: f32,
}

impl From<&m2f_channel> for Channel {
    fn from(&m2f_channel { gain, offset, minimum, maximum }: &m2f_channel) -> Self {
        Self { gain, offset, min: minimum, max: maximum }
    }
}

/// Number of floats in a head pose: quaternion x, y, z, w, then translation x, y, z in mm.
pub const M2F_HEAD_FLOATS: u32 = 7;

/// Ends a result.
///
/// Parameters: `result`, or NULL for nothing. Threads: any, but not while another call uses this handle.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_result_destroy(result: Option<Box<m2f_result>>) {
    destroy(result);
}

/// Reads the length of the clip, seconds.
///
/// Parameters: `out`, receives the length. Returns: OK; INVALID_ARGUMENT. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_result_duration_s(result: Option<&m2f_result>, out: Option<&mut MaybeUninit<f64>>) -> m2f_status {
    get(result, "result", out, |result| Ok(result.animation.duration_s()))
}

/// Reads the seed that the clip was made with: the session's, or the one that `M2F_SEED_AUTO` became. With it you can make the
/// take again. A revised result keeps the seed of the whole clip. An adjusted result has its source's, a composed one its first
/// part's.
///
/// Parameters: `out`, receives the seed. Returns: OK; INVALID_ARGUMENT. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_result_seed(result: Option<&m2f_result>, out: Option<&mut MaybeUninit<u64>>) -> m2f_status {
    get(result, "result", out, |result| Ok(result.animation.seed()))
}

/// Counts the frames at a rate: round(duration · fps), at least 1.
///
/// Here and in every read, 23.976, 29.97, 47.952, 59.94 and 119.88 mean the exact fractions n·1000/1001, and so do floats as near
/// to them. Frame i of 23.976 is at exactly i·1001/24000 s, also after hours.
///
/// Parameters: `fps`, any rate in 1..1000; 0 for the model's own; `out`, receives the count.
/// Returns: OK; INVALID_ARGUMENT. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_result_frame_count(
    result: Option<&m2f_result>,
    fps: f32,
    out: Option<&mut MaybeUninit<u32>>,
) -> m2f_status {
    get(result, "result", out, |result| Ok(result.animation.frame_count(result.rate(fps))? as u32))
}

/// Sets gain, offset and limits of one blendshape channel. They apply to all later reads of weights on this handle.
///
/// Parameters: `index`, below `m2f_model_weight_count`; `channel`, finite numbers with minimum ≤ maximum.
/// Returns: OK; INVALID_ARGUMENT. Threads: one at a time, not during a read.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_set_channel(
    result: *mut m2f_result,
    index: u32,
    channel: Option<&m2f_channel>,
) -> m2f_status {
    guard(|| {
        // SAFETY: live or NULL. Calls that only ask may run at the same time, so that it is shared here.
        let result = given(unsafe { result.as_ref() }, "result")?;
        let channel = given(channel, "channel")?;
        result.read(|reader| reader.set_channel(index as usize, channel.into()))
    })
}

/// Reads blendshape weights of frames at a rate: `count` rows of `m2f_model_weight_count` floats, 0..1.
///
/// Parameters: `fps`, any rate in 1..1000; 0 for the model's own; `first` and `count`, frames inside `m2f_result_frame_count`;
/// `buffer` with room for `capacity` floats, or NULL and 0 to query; `written`, receives the number of floats (may be NULL when
/// there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART (the model has no mapping to weights).
/// Threads: any but an audio thread; reads of one handle wait for each other.
/// Cost: microseconds a frame; the first read prepares the networks. After the first read of its kind and size, a read takes no
/// memory. Until you destroy it, the result keeps as many floats as its largest read had: read a long clip's offsets in parts.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_read_weights(
    result: Option<&m2f_result>,
    fps: f32,
    first: u32,
    count: u32,
    buffer: *mut f32,
    capacity: usize,
    written: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` floats and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, written) };
    guard(|| {
        let width = |reader: &Reader| Ok(reader.weight_count());
        given(result, "result")?.read_frames((fps, first, count), to, width, Reader::weights_into)
    })
}

/// Reads head poses of frames at a rate: `count` rows of `M2F_HEAD_FLOATS` floats. A row is a quaternion x, y, z, w
/// (right-handed, +Y up, +Z out of the face), then the translation in mm.
///
/// Parameters, Returns, Threads: as for [`m2f_result_read_weights`].
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_read_heads(
    result: Option<&m2f_result>,
    fps: f32,
    first: u32,
    count: u32,
    buffer: *mut f32,
    capacity: usize,
    written: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` floats and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, written) };
    let heads = |reader: &mut Reader, fps, first, floats: &mut [f32]| {
        let rows = floats.as_chunks_mut::<{ M2F_HEAD_FLOATS as usize }>().0;
        let (count, mut at) = (rows.len(), 0);
        reader.each_head(fps, first, count, |head| {
            rows[at] = flat(&head);
            at += 1;
        })
    };
    guard(|| {
        let width = |_: &Reader| Ok(M2F_HEAD_FLOATS as usize);
        given(result, "result")?.read_frames((fps, first, count), to, width, heads)
    })
}

/// Reads vertex offsets of frames at a rate: `count` times x, y, z of every vertex, mm. Add them to the identity's neutral. The
/// head pose is not in them.
///
/// Parameters, Returns, Threads: as for [`m2f_result_read_weights`]; MISSING_PART if the model has no geometry decoder.
/// Cost: one run of the generator a frame, milliseconds.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_read_offsets_mm(
    result: Option<&m2f_result>,
    fps: f32,
    first: u32,
    count: u32,
    buffer: *mut f32,
    capacity: usize,
    written: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` floats and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, written) };
    guard(|| {
        given(result, "result")?.read_frames((fps, first, count), to, Reader::offset_count, Reader::offsets_mm_into)
    })
}

/// Reads unit vertex normals of frames at a rate: `count` times x, y, z of every vertex, before the head pose.
///
/// Parameters, Returns, Threads and Cost: as for [`m2f_result_read_offsets_mm`].
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_read_normals(
    result: Option<&m2f_result>,
    fps: f32,
    first: u32,
    count: u32,
    buffer: *mut f32,
    capacity: usize,
    written: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` floats and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, written) };
    guard(|| given(result, "result")?.read_frames((fps, first, count), to, Reader::offset_count, Reader::normals_into))
}

/// Reads vertex offsets and unit normals of frames at a rate. Both come from one decode, which costs hardly more than the offsets
/// alone.
///
/// Parameters: as for [`m2f_result_read_offsets_mm`], with two buffers of room for `capacity` floats each, or NULL and 0 for both
/// to query; `written`, receives the number of floats of each.
/// Returns, Threads and Cost: as for [`m2f_result_read_offsets_mm`].
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_read_offsets_and_normals(
    result: Option<&m2f_result>,
    fps: f32,
    first: u32,
    count: u32,
    offsets_mm: *mut f32,
    normals: *mut f32,
    capacity: usize,
    written: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs each has room for `capacity` floats, and there is room for the count, or NULL.
    let (offsets_mm, normals) =
        unsafe { (Buffer::new(offsets_mm, capacity, written), Buffer::new(normals, capacity, written)) };
    guard(|| {
        let result = given(result, "result")?;
        let (fps, first, count) = (result.rate(fps), first as usize, count as usize);
        result.check_frames(fps, first, count)?;
        let needed = result.read(|reader| reader.offset_count())? * count;
        let both = [offsets_mm.takes(needed)?, normals.takes(needed)?];
        if both != [true; 2] {
            return Ok(());
        }
        let mut desk = result.desk();
        let (reader, staged) = desk.open(&result.animation)?;
        let (own_offsets, own_normals) = stage(staged, 2 * needed)?.split_at_mut(needed);
        reader.offsets_and_normals_into(fps, first, own_offsets, own_normals)?;
        offsets_mm.fill(own_offsets)?;
        normals.fill(own_normals)
    })
}

/// Samples the face at any time: weights, head pose and offsets at once. A part whose buffer is NULL is not computed.
///
/// Parameters: `time_s`, limited to the clip; `weights` with room for `weight_capacity` floats; `head`, `M2F_HEAD_FLOATS` floats;
/// `offsets_mm` with room for `offset_capacity` floats.
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART. Nothing is written on failure.
/// Threads: as for [`m2f_result_read_weights`]. Cost: that of one frame.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_sample(
    result: Option<&m2f_result>,
    time_s: f64,
    weights: *mut f32,
    weight_capacity: usize,
    head: *mut f32,
    offsets_mm: *mut f32,
    offset_capacity: usize,
) -> m2f_status {
    guard(|| {
        let result = given(result, "result")?;
        let (mut ignored, head_floats) = (0usize, M2F_HEAD_FLOATS as usize);
        let width = |count: fn(&Reader) -> media2face::Result<usize>| result.read(|reader| count(reader));
        let weight_count = if weights.is_null() { 0 } else { width(|reader| Ok(reader.weight_count()))? };
        let offset_count = if offsets_mm.is_null() { 0 } else { width(Reader::offset_count)? };
        let head_capacity = if head.is_null() { 0 } else { head_floats };
        // SAFETY: by their docs NULL, or with room for their capacities; the counts, which nobody asks for, go to a variable.
        let (weights, offsets, head) = unsafe {
            (
                Buffer::new(weights, weight_capacity, &raw mut ignored),
                Buffer::new(offsets_mm, offset_capacity, &raw mut ignored),
                Buffer::new(head, head_capacity, &raw mut ignored),
            )
        };
        let (has_weights, has_offsets) = (weights.takes(weight_count)?, offsets.takes(offset_count)?);
        let has_head = head.takes(head_floats)?;
        let mut desk = result.desk();
        let (reader, staged) = desk.open(&result.animation)?;
        let (own_weights, own_offsets) = stage(staged, weight_count + offset_count)?.split_at_mut(weight_count);
        let pose = reader.sample_into(
            time_s,
            has_weights.then_some(&mut *own_weights),
            has_offsets.then_some(&mut *own_offsets),
        )?;
        if has_weights {
            weights.fill(own_weights)?;
        }
        if has_offsets {
            offsets.fill(own_offsets)?;
        }
        if has_head { head.fill(&flat(&pose)) } else { Ok(()) }
    })
}

pub(super) fn flat(pose: &HeadPose) -> [f32; 7] {
    let ([x, y, z, w], [tx, ty, tz]) = (pose.rotation, pose.translation_mm);
    [x, y, z, w, tx, ty, tz]
}
