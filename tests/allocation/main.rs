//! Writing, running and reading allocate nothing, on one thread and on several.
#![allow(missing_docs, unreachable_pub)]

#[path = "../support/extent.rs"]
mod extent;
#[allow(dead_code)]
#[path = "../support/vulkan.rs"]
mod vulkan;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;

use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::backend::vulkan::VulkanBackend;
use media2face::internals::face::{ExportTarget, FaceDecoder, FacePrograms, FaceReader};
use media2face::internals::motion::{Clip, Inpaint, InpaintMode, SampleJob, SampleOptions, Sampler};
use media2face::internals::plan::{
    Activation, Backend, DeviceFrames, Mask, PlanBuilder, VertexFormat, VertexLayout, ops,
};
use media2face::internals::tensor::{Bytes, DType, Weight};
use media2face::pack::{self, Size};
use media2face::signal::Frames;

/// Counts what the whole process allocates.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, SeqCst);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn weight(shape: &[usize]) -> Weight {
    Weight::from_f32("w", shape, &vec![0.01; shape.iter().product()])
}

/// A plan with every op, large enough that steps are shared among threads.
fn every_op(plan: &mut PlanBuilder) -> (media2face::internals::plan::Port, media2face::internals::plan::Port) {
    let activation = Activation::Gelu;
    let (x_port, x) = plan.input("x", 1, 32 * 32, 64);
    let mut h = plan.linear("linear", x, &weight(&[64, 64]), Some(&weight(&[64])), activation);
    let next = |plan: &mut PlanBuilder| plan.scratch("next", 1, 32 * 32, 64);
    let out = next(plan);
    let (bias, residual) = (None, Some(h));
    let kernel = weight(&[64, 32, 3]);
    plan.push(ops::Conv1d {
        x: h,
        weight: kernel,
        bias,
        stride: 1,
        pad: 1,
        dilation: 1,
        groups: 2,
        activation,
        residual,
        out,
    });
    h = out;
    for upsample in [false, true] {
        let (x, side) = if upsample { (h.rows(0..256), 16) } else { (h, 32) };
        let (weight, bias, out) = (weight(&[64, 64, 3, 3]), None, next(plan));
        let (stride, add) = (1, None);
        plan.push(ops::Conv2d { x, height: side, width: side, weight, bias, stride, upsample, add, activation, out });
        h = out;
    }
    h = plan.attention("attention", h, h, h, 4, Mask::Band { width: 30 });
    h = plan.layer_norm("layer_norm", h, &weight(&[64]), &weight(&[64]), 1e-5);
    plan.push(ops::GroupNorm { x: h, groups: 8, eps: 1e-5, affine: None, film: None, activation, out: h });
    let out = next(plan);
    plan.push(ops::Map { x: h, activation, out });
    let weights = plan.constant("weights", 2, 1, 1, &[0.5; 2]);
    let weights = media2face::internals::plan::View { rows: 512, row_stride: 0, ..weights };
    let half = plan.scratch("half", 1, 512, 64);
    plan.push(ops::Combine { x: out.reshape(2, 512, 64), weights, out: half });
    let stretched = plan.scratch("stretched", 1, 2048, 64);
    let positions: Vec<f32> = (0..2048).flat_map(|f| [(f / 4) as f32, (f % 4) as f32 * 0.25]).collect();
    let positions = plan.constant("positions", 1, 2048, 2, &positions);
    plan.push(ops::Interpolate { x: half, positions, out: stretched });
    let (y_port, y) = plan.output("y", 1, 4096, 64);
    let bytes: Vec<u8> = (0..4096i32).flat_map(|i| (i / 2).to_le_bytes()).collect();
    let index = Weight::new("index", &[4096, 1], DType::I32, Bytes::new(Arc::new(bytes), 0..4 * 4096)).expect("fits");
    plan.push(ops::Gather { x: stretched, index, weight: weight(&[4096, 1]), out: y });
    let points = plan.scratch("points", 1, 1024, 3);
    let motion = x.rows(0..1).cols(0..6);
    plan.push(ops::RigidMotion { motion, points: x.cols(0..3), out: points });
    let list = |shape: &[usize], values: Vec<i32>| Weight::from_i32("list", shape, &values);
    plan.push(ops::Normals {
        offsets: points,
        neutral: x.cols(3..6),
        triangles: list(&[341, 3], (0..1023).collect()),
        first: list(&[1025], (0..1025).map(|v: i32| v.min(1023)).collect()),
        incident: list(&[1023], (0..1023).map(|v| v / 3).collect()),
        out: y.rows(0..1024).cols(0..3),
    });
    (x_port, y_port)
}

/// One test: what the harness allocates to tell of another's end would be counted, too.
#[test]
fn runs_and_exports_after_the_first_of_their_kind_allocate_nothing() {
    runs_allocate_nothing();
    passes_allocate_nothing();
    exports_allocate_nothing();
}

fn runs_allocate_nothing() {
    for threads in [1, 3] {
        let mut plan = PlanBuilder::new();
        let section = plan.section("main");
        let (x_port, y_port) = every_op(&mut plan);
        let plan = Arc::new(plan.finish());
        let backend = CpuBackend::new(&CpuOptions { threads, portable: false }).expect("CPU");
        let mut executable = backend.compile(Arc::clone(&plan)).expect("compiles");
        let mut state = executable.create_state().expect("state");
        let (x, mut y) = (vec![0.1; 1024 * 64], vec![0.0; 4096 * 64]);
        let mut once = || {
            executable.write(x_port, &x).expect("fits");
            executable.run(section, &mut state).expect("runs");
            executable.read(y_port, &mut y).expect("fits");
        };
        // Some systems make a lock's memory when it is first used.
        once();
        let before = ALLOCATIONS.load(SeqCst);
        (0..20).for_each(|_| once());
        assert_eq!(ALLOCATIONS.load(SeqCst) - before, 0, "allocations on {threads} threads");
        assert!(y.iter().all(|v| v.is_finite()));
    }
}

fn passes_allocate_nothing() {
    let pack = pack::random(Size::Tiny, 1).expect("a pack");
    let sampler = Arc::new(Sampler::load(&pack).expect("a sampler"));
    let (d_a, d_x) = (sampler.denoiser().config().d_a, sampler.denoiser().config().d_x);
    let backend = CpuBackend::new(&CpuOptions { threads: 1, portable: false }).expect("CPU");
    let options = SampleOptions { steps: 4, eta: 1.0, ..sampler.defaults().clone() };
    let allocations = |_| {
        let audio = DeviceFrames::upload(&backend, d_a, &vec![0.5; 30 * d_a]).expect("memory");
        let mode = InpaintMode::Repaint { loops: 3 };
        let edit = Some(Inpaint { known: Frames::zeros(30, d_x), mask: Frames::new(1, vec![0.5; 30]), mode });
        let clips = vec![Clip { edit, ..Clip::new(audio) }];
        let mut job = SampleJob::new(Arc::clone(&sampler), clips, &options).expect("a job");
        while job.steps_done() == 0 {
            job.advance(&backend).expect("advances");
        }
        let before = ALLOCATIONS.load(SeqCst);
        while !job.advance(&backend).expect("advances") {}
        ALLOCATIONS.load(SeqCst) - before
    };
    // The thread that waits for this test takes memory once, whenever it gets to it.
    assert_eq!((0..3).map(allocations).min(), Some(0));
}

fn exports_allocate_nothing() {
    let decoder = Arc::new(FaceDecoder::load(&pack::random(Size::Tiny, 1).expect("a pack")).expect("a decoder"));
    let cpu: Arc<dyn Backend> = Arc::new(CpuBackend::new(&CpuOptions { threads: 1, portable: false }).expect("CPU"));
    let device = vulkan::options().map(|options| VulkanBackend::new(&options).expect("a device"));
    for backend in [Some(cpu), device.map(|device| Arc::new(device) as Arc<dyn Backend>)].into_iter().flatten() {
        let name = decoder.identity_names().next().expect("an identity").to_owned();
        let identity = Arc::new(decoder.identity(&*backend, &name).expect("an identity"));
        let mut reader = FaceReader::new(&decoder, &FacePrograms::on(&backend), Some(identity)).expect("a reader");
        let (motion, vertices) =
            (Frames::zeros(3, decoder.motion_width()), decoder.topology().expect("a mesh").vertices);
        let mut tensor = backend.create_tensor(3 * vertices * 6).expect("memory");
        let points = VertexLayout {
            format: VertexFormat::F32x3,
            offset_bytes: 0,
            vertex_stride_bytes: 24,
            frame_stride_bytes: 24 * vertices as u64,
        };
        let normals = Some(VertexLayout { offset_bytes: 12, ..points });
        let mut target = ExportTarget { tensor: &mut tensor, points, positions: true, normals, signal: None };
        let mut once = || reader.export(&motion, &mut target).expect("written");
        once();
        let before = ALLOCATIONS.load(SeqCst);
        (0..5).for_each(|_| once());
        assert_eq!(ALLOCATIONS.load(SeqCst) - before, 0, "allocations on {}", backend.name());
    }
}
