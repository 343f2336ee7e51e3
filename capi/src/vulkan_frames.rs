//! `media2face_vulkan.h`: frames of a result in a host's buffer.

use media2face::ExportTarget;
use media2face::vulkan::{TimelineSignal, VertexFormat, VertexLayout};

use super::error::{Failure, m2f_status};
use super::guard::{given, guard};
use super::options::{self, Options};
use super::result::m2f_result;

/// How a vertex is stored. A fourth component is 1 for positions, and 0 for offsets and normals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum m2f_vulkan_vertex_format {
    /// Three floats: 12 bytes.
    M2F_VULKAN_VERTEX_FORMAT_F32X3 = 0,
    /// Four floats: 16 bytes.
    M2F_VULKAN_VERTEX_FORMAT_F32X4 = 1,
    /// Four halves: 8 bytes. From 128 mm on, a step is an eighth of a millimetre, so it is fit for offsets and normals.
    M2F_VULKAN_VERTEX_FORMAT_F16X4 = 2,
}

/// `flags` of a frame target: write positions (the identity's neutral plus the offsets) instead of offsets.
pub const M2F_VULKAN_FRAME_POSITIONS: u32 = 1;
/// `flags` of a frame target: write normals, too.
pub const M2F_VULKAN_FRAME_NORMALS: u32 = 2;

/// Where one attribute of all vertices is in a buffer. The bytes between stay as they are.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_vulkan_vertex_layout {
    /// An `m2f_vulkan_vertex_format`.
    pub format: u32,
    /// Must be 0.
    pub reserved: u32,
    /// Bytes before vertex 0 of the first frame. A multiple of 4, as are the strides.
    pub offset_bytes: u64,
    /// Bytes from one vertex to the next, at least the size of the format.
    pub vertex_stride_bytes: u64,
    /// Bytes from one frame to the next, at least the size of its vertices. Any number for a single frame.
    pub frame_stride_bytes: u64,
}

/// A buffer for frames. Fill with [`m2f_vulkan_frame_target_init`] first.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_vulkan_frame_target {
    /// Size of this struct in bytes. [`m2f_vulkan_frame_target_init`] sets it.
    pub struct_size: u32,
    /// `M2F_VULKAN_FRAME_…` bits.
    pub flags: u32,
    /// `VkBuffer` of the adopted device, created with `VK_BUFFER_USAGE_STORAGE_BUFFER_BIT` and bound to memory.
    pub buffer: u64,
    /// Bytes of the buffer, or of its front part that may be written.
    pub buffer_bytes: u64,
    /// Place of the offsets or positions, mm, without the head pose.
    pub points: m2f_vulkan_vertex_layout,
    /// Place of the unit normals. Used only with [`M2F_VULKAN_FRAME_NORMALS`].
    pub normals: m2f_vulkan_vertex_layout,
    /// `VkSemaphore` of timeline type. It is signalled when all frames are written. 0 for none.
    pub semaphore: u64,
    /// The value that the semaphore gets, above its current one.
    pub value: u64,
}

// SAFETY: repr(C), struct_size first; integers.
unsafe impl Options for m2f_vulkan_frame_target {
    fn defaults() -> Self {
        let layout = m2f_vulkan_vertex_layout {
            format: m2f_vulkan_vertex_format::M2F_VULKAN_VERTEX_FORMAT_F32X3 as u32,
            reserved: 0,
            offset_bytes: 0,
            vertex_stride_bytes: VertexFormat::F32x3.bytes(),
            frame_stride_bytes: 0,
        };
        Self {
            struct_size: size_of::<Self>() as u32,
            flags: 0,
            buffer: 0,
            buffer_bytes: 0,
            points: layout,
            normals: layout,
            semaphore: 0,
            value: 0,
        }
    }
}

/// Fills `target` with the defaults: offsets as three floats, one after another.
///
/// Parameters: `target`, `size` writable bytes; `size`, sizeof *target.
/// Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_vulkan_frame_target_init(target: *mut m2f_vulkan_frame_target, size: usize) -> m2f_status {
    // SAFETY: by its docs `target` has `size` writable bytes, or is NULL.
    unsafe { options::init(target, size) }
}

/// Decodes frames at a rate and writes their vertices into your buffer, on the device. No frame passes through the CPU. Of every
/// vertex, only the bytes of its attributes are written.
///
/// Parameters: `fps`, any rate in 1..1000; 0 for the model's own; `first` and `count`, frames inside `m2f_result_frame_count`, at
/// least one; the first goes to frame 0 of the layouts; `target`, the buffer.
/// Returns: OK; INVALID_ARGUMENT (also a layout with odd strides, with vertices or frames that overlap, or past the end of the
/// buffer); INVALID_STRUCT_SIZE; UNSUPPORTED (the runtime is on the CPU; a semaphore without `M2F_VULKAN_TIMELINE_SEMAPHORE`);
/// MISSING_PART (the model has no geometry decoder); OUT_OF_MEMORY; DEVICE_LOST. Up to UNSUPPORTED nothing is written. A
/// semaphore is signalled only with OK.
/// Ownership: the buffer stays yours; keep it alive during the call. At the call it belongs to the family of the adopted queue,
/// or was created for concurrent use: no ownership is transferred. Your own use of the bytes ends before the call. It may begin
/// again after the call, or on the device after the semaphore is signalled; on another family, after a transfer.
/// Threads: any but an audio thread; reads of one handle wait for each other. The call submits and waits.
/// Cost: one run of the generator a frame; the first call prepares the networks.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_result_write_vulkan(
    result: Option<&m2f_result>,
    fps: f32,
    first: u32,
    count: u32,
    target: *const m2f_vulkan_frame_target,
) -> m2f_status {
    guard(|| {
        let result = given(result, "result")?;
        // SAFETY: by its docs `target` is as long as it says, or NULL.
        let target = unsafe { options::required(target, "target") }?;
        let known = M2F_VULKAN_FRAME_POSITIONS | M2F_VULKAN_FRAME_NORMALS;
        if target.flags & !known != 0 {
            return Err(Failure::argument(format!("flags has unknown bits: {:#x}", target.flags)));
        }
        if target.buffer == 0 {
            return Err(Failure::argument("buffer is NULL"));
        }
        let (fps, first, count) = (result.rate(fps), first as usize, count as usize);
        result.check_frames(fps, first, count)?;
        let (has_normals, signals) = (target.flags & M2F_VULKAN_FRAME_NORMALS != 0, target.semaphore != 0);
        let points = layout(&target.points)?;
        let normals = has_normals.then(|| layout(&target.normals)).transpose()?;
        result.read(|reader| {
            let vertices = reader.offset_count()? / 3;
            for layout in [Some(&points), normals.as_ref()].into_iter().flatten() {
                layout.range(vertices, 0..count, target.buffer_bytes)?;
            }
            let animation = reader.animation();
            // SAFETY: by the docs of the target its buffer is all that `adopt_buffer` asks for.
            let tensor = unsafe { animation.model().runtime().adopt_buffer(target.buffer, target.buffer_bytes) };
            reader.export(
                fps,
                first,
                count,
                &mut ExportTarget {
                    tensor: &mut tensor?,
                    points,
                    positions: target.flags & M2F_VULKAN_FRAME_POSITIONS != 0,
                    normals,
                    signal: signals.then_some(TimelineSignal { semaphore: target.semaphore, value: target.value }),
                },
            )
        })
    })
}

fn layout(layout: &m2f_vulkan_vertex_layout) -> Result<VertexLayout, Failure> {
    let format = match layout.format {
        0 => VertexFormat::F32x3,
        1 => VertexFormat::F32x4,
        2 => VertexFormat::F16x4,
        other => return Err(Failure::argument(format!("format is {other}, not an m2f_vulkan_vertex_format"))),
    };
    if layout.reserved != 0 {
        return Err(Failure::argument("reserved of a layout is set"));
    }
    let m2f_vulkan_vertex_layout { offset_bytes, vertex_stride_bytes, frame_stride_bytes, .. } = *layout;
    Ok(VertexLayout { format, offset_bytes, vertex_stride_bytes, frame_stride_bytes })
}
