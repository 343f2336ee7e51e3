//! Frames written into an engine's own vertex buffer, beside its own attributes.

use std::ptr;

use ash::vk;
use ash::vk::Handle;
use half::f16;
use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::engine::*;
use super::host::*;

/// Bytes of a vertex of the engine's: 8 of its own, then the points, 4, the normals, 12 more.
const STRIDE: usize = 48;
const POINTS: usize = 8;
const NORMALS: usize = 28;
/// Bytes behind the vertices of a frame.
const GAP: usize = 20;
/// What the engine has put everywhere.
const PATTERN: u8 = 0xa5;
/// Frames that are written.
const COUNT: usize = 5;

/// A vertex buffer in mapped memory.
struct VertexBuffer<'a> {
    engine: &'a Engine,
    buffer: vk::Buffer,
    memory: vk::DeviceMemory,
    mapped: *mut u8,
    bytes: usize,
}

impl<'a> VertexBuffer<'a> {
    fn new(engine: &'a Engine, bytes: usize) -> Self {
        unsafe {
            let usage = vk::BufferUsageFlags::STORAGE_BUFFER | vk::BufferUsageFlags::VERTEX_BUFFER;
            let info = vk::BufferCreateInfo::default().size(bytes as u64).usage(usage);
            let buffer = engine.device.create_buffer(&info, None).expect("buffer");
            let needs = engine.device.get_buffer_memory_requirements(buffer);
            let types = engine.instance.get_physical_device_memory_properties(engine.physical);
            let wanted = vk::MemoryPropertyFlags::HOST_VISIBLE | vk::MemoryPropertyFlags::HOST_COHERENT;
            let suits = |i: &usize| {
                needs.memory_type_bits & 1 << i != 0 && types.memory_types[*i].property_flags.contains(wanted)
            };
            let kind = (0..types.memory_type_count as usize).find(suits).expect("mapped memory");
            let info = vk::MemoryAllocateInfo::default().allocation_size(needs.size).memory_type_index(kind as u32);
            let memory = engine.device.allocate_memory(&info, None).expect("memory");
            engine.device.bind_buffer_memory(buffer, memory, 0).expect("bound");
            let mapped = engine.device.map_memory(memory, 0, vk::WHOLE_SIZE, vk::MemoryMapFlags::empty());
            let mapped = mapped.expect("mapped").cast::<u8>();
            let buffer = Self { engine, buffer, memory, mapped, bytes };
            buffer.clear();
            buffer
        }
    }

    fn clear(&self) {
        unsafe { self.mapped.write_bytes(PATTERN, self.bytes) };
    }

    fn read(&self) -> Vec<u8> {
        unsafe { std::slice::from_raw_parts(self.mapped, self.bytes) }.to_vec()
    }
}

impl Drop for VertexBuffer<'_> {
    fn drop(&mut self) {
        unsafe {
            self.engine.device.destroy_buffer(self.buffer, None);
            self.engine.device.free_memory(self.memory, None);
        }
    }
}

/// A result on a runtime, with what a host reads of it.
struct Clip {
    runtime: *mut m2f_runtime,
    model: *mut m2f_model,
    result: *mut m2f_result,
    vertices: usize,
    neutral: Vec<f32>,
}

impl Clip {
    fn new(runtime: *mut m2f_runtime) -> Self {
        let model = model(runtime);
        let session = session(model, &session_options());
        ok(push(session, &tone()));
        let result = finished(session);
        unsafe {
            let (mut identity, mut count) = (ptr::null_mut(), 0);
            ok(m2f_identity_create(model.as_ref(), ptr::null(), to(&mut identity)));
            ok(m2f_identity_read_vertices_mm(identity.as_ref(), ptr::null_mut(), 0, &raw mut count));
            let mut neutral = vec![0.0; count];
            ok(m2f_identity_read_vertices_mm(identity.as_ref(), neutral.as_mut_ptr(), count, ptr::null_mut()));
            m2f_identity_destroy(owned(identity));
            Self { runtime, model, result, vertices: count / 3, neutral }
        }
    }

    /// Offsets and normals of frames 3..3 + COUNT at 30 a second.
    fn read(&self) -> (Vec<f32>, Vec<f32>) {
        let len = COUNT * self.vertices * 3;
        let (mut offsets, mut normals) = (vec![f32::NAN; len], vec![f32::NAN; len]);
        let (frames, none) = (COUNT as u32, ptr::null_mut());
        unsafe {
            ok(m2f_result_read_offsets_mm(self.result.as_ref(), 30.0, 3, frames, offsets.as_mut_ptr(), len, none));
            ok(m2f_result_read_normals(self.result.as_ref(), 30.0, 3, frames, normals.as_mut_ptr(), len, none));
        }
        (offsets, normals)
    }

    fn frame_bytes(&self) -> usize {
        self.vertices * STRIDE + GAP
    }

    /// Points as floats and normals as halves in `buffer`.
    fn target(&self, buffer: u64, bytes: usize) -> m2f_vulkan_frame_target {
        let mut target = unsafe { std::mem::zeroed::<m2f_vulkan_frame_target>() };
        ok(unsafe { m2f_vulkan_frame_target_init(&raw mut target, size_of_val(&target)) });
        let layout = |format: m2f_vulkan_vertex_format, offset: usize| m2f_vulkan_vertex_layout {
            format: format as u32,
            reserved: 0,
            offset_bytes: offset as u64,
            vertex_stride_bytes: STRIDE as u64,
            frame_stride_bytes: self.frame_bytes() as u64,
        };
        target.flags = M2F_VULKAN_FRAME_POSITIONS | M2F_VULKAN_FRAME_NORMALS;
        (target.buffer, target.buffer_bytes) = (buffer, bytes as u64);
        target.points = layout(m2f_vulkan_vertex_format::M2F_VULKAN_VERTEX_FORMAT_F32X4, POINTS);
        target.normals = layout(m2f_vulkan_vertex_format::M2F_VULKAN_VERTEX_FORMAT_F16X4, NORMALS);
        target
    }

    fn write(&self, target: &m2f_vulkan_frame_target) -> S {
        unsafe { m2f_result_write_vulkan(self.result.as_ref(), 30.0, 3, COUNT as u32, target) }
    }
}

impl Drop for Clip {
    fn drop(&mut self) {
        unsafe {
            m2f_result_destroy(owned(self.result));
            m2f_model_destroy(owned(self.model));
            m2f_runtime_destroy(owned(self.runtime));
        }
    }
}

fn adopt(engine: &Engine) -> Clip {
    let options = engine.options();
    let (status, runtime) = create(&raw const options);
    ok(status);
    Clip::new(runtime)
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|b| f32::from_ne_bytes(*b)).collect()
}

fn halves(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<2>().0.iter().map(|b| f16::from_ne_bytes(*b).to_f32()).collect()
}

#[test]
fn frames_lie_beside_the_engine_s_own_attributes_and_the_semaphore_says_when() {
    for tier in [m2f_tier::M2F_TIER_HALF, m2f_tier::M2F_TIER_PACKED] {
        let Some(engine) = Engine::new(tier, vk::API_VERSION_1_3) else { return };
        let clip = adopt(&engine);
        let (offsets, normals) = clip.read();
        let buffer = VertexBuffer::new(&engine, COUNT * clip.frame_bytes() - GAP);
        let mut kind = vk::SemaphoreTypeCreateInfo::default().semaphore_type(vk::SemaphoreType::TIMELINE);
        let info = vk::SemaphoreCreateInfo::default().push_next(&mut kind);
        let semaphore = unsafe { engine.device.create_semaphore(&info, None) }.expect("semaphore");
        for (round, positions) in [(1, true), (2, false)] {
            buffer.clear();
            let mut target = clip.target(buffer.buffer.as_raw(), buffer.bytes);
            (target.semaphore, target.value) = (semaphore.as_raw(), round * 10);
            if !positions {
                target.flags = M2F_VULKAN_FRAME_NORMALS;
            }
            ok(clip.write(&target));
            let values = [round * 10];
            let semaphores = [semaphore];
            let wait = vk::SemaphoreWaitInfo::default().semaphores(&semaphores).values(&values);
            unsafe { engine.device.wait_semaphores(&wait, 1_000_000_000) }.expect("reached");
            assert_eq!(unsafe { engine.device.get_semaphore_counter_value(semaphore) }, Ok(round * 10));

            let mut found = buffer.read();
            for i in 0..COUNT * clip.vertices {
                let (frame, v) = (i / clip.vertices, i % clip.vertices);
                let vertex = &mut found[frame * clip.frame_bytes() + v * STRIDE..][..STRIDE];
                let at = |c: usize| offsets[i * 3 + c] + if positions { clip.neutral[v * 3 + c] } else { 0.0 };
                let w = if positions { 1.0 } else { 0.0 };
                assert_eq!(floats(&vertex[POINTS..][..16]), [at(0), at(1), at(2), w], "point {v} of frame {frame}");
                let normal = [&normals[i * 3..][..3], &[0.0]].concat();
                let close = halves(&vertex[NORMALS..][..8]).iter().zip(&normal).all(|(f, n)| (f - n).abs() < 1e-3);
                assert!(close, "normal {v} of frame {frame}");
                vertex[POINTS..][..16].fill(PATTERN);
                vertex[NORMALS..][..8].fill(PATTERN);
            }
            assert!(found.iter().all(|byte| *byte == PATTERN), "the engine's own bytes");
        }
        unsafe { engine.device.destroy_semaphore(semaphore, None) };
        drop((buffer, clip));
    }
}

#[test]
fn wrong_targets_are_refused_and_nothing_is_written() {
    let Some(engine) = Engine::new(m2f_tier::M2F_TIER_HALF, vk::API_VERSION_1_1) else { return };
    let clip = adopt(&engine);
    let bytes = COUNT * clip.frame_bytes() - GAP;
    let buffer = VertexBuffer::new(&engine, bytes);
    let refuse = |change: &dyn Fn(&mut m2f_vulkan_frame_target), expected: S, words: &str| {
        let mut target = clip.target(buffer.buffer.as_raw(), bytes);
        change(&mut target);
        fails(clip.write(&target), expected, words);
    };
    let argument = S::M2F_STATUS_INVALID_ARGUMENT;
    refuse(&|t| t.struct_size = 7, S::M2F_STATUS_INVALID_STRUCT_SIZE, "struct_size is 7");
    refuse(&|t| t.flags = 4, argument, "unknown bits");
    refuse(&|t| t.buffer = 0, argument, "buffer is NULL");
    refuse(&|t| t.points.format = 3, argument, "format is 3");
    refuse(&|t| t.normals.reserved = 1, argument, "reserved");
    refuse(&|t| t.points.offset_bytes = 10, argument, "multiples of 4");
    refuse(&|t| t.normals.vertex_stride_bytes = 4, argument, "vertices overlap");
    refuse(&|t| t.points.frame_stride_bytes = 48, argument, "frames overlap");
    refuse(&|t| t.normals.offset_bytes = 44, argument, "past the end");
    refuse(&|t| t.buffer_bytes = (NORMALS + 8) as u64, argument, "past the end");
    refuse(&|t| t.semaphore = 1, S::M2F_STATUS_UNSUPPORTED, "timeline semaphores");
    let target = clip.target(buffer.buffer.as_raw(), bytes);
    unsafe {
        fails(m2f_result_write_vulkan(clip.result.as_ref(), 30.0, 3, 0, &raw const target), argument, "no frames");
        fails(m2f_result_write_vulkan(clip.result.as_ref(), 30.0, 14, 2, &raw const target), argument, "14..16 of 15");
        fails(m2f_result_write_vulkan(clip.result.as_ref(), 30.0, 3, 1, ptr::null()), argument, "target is NULL");
        fails(m2f_result_write_vulkan(None, 30.0, 3, 1, &raw const target), argument, "result is NULL");
        fails(m2f_vulkan_frame_target_init(ptr::null_mut(), 64), argument, "NULL");
    }
    assert!(buffer.read().iter().all(|byte| *byte == PATTERN));
    ok(clip.write(&target));
    drop((buffer, clip));
}

#[test]
fn result_on_the_cpu_has_no_buffers() {
    let clip = Clip::new(runtime(1));
    let target = clip.target(1, COUNT * clip.frame_bytes());
    fails(clip.write(&target), S::M2F_STATUS_UNSUPPORTED, "on the CPU");
}
