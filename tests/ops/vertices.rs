//! Points written into a host's layout: every format on every backend, and no byte besides.

use std::sync::Arc;

use half::f16;
use media2face::Error;
use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::plan::{
    Backend, Executable, PlanBuilder, Tensor, TimelineSignal, VertexFormat, VertexLayout, VertexSource,
};

use crate::bench::Random;
use crate::support;

/// Vertices, and frames of a batch.
const V: usize = 131;
const BATCH: usize = 5;
/// What no export writes.
const UNTOUCHED: f32 = -777.0;

/// A run plan of BATCH × V points with a base, and what it computed.
struct Points {
    executable: Box<dyn Executable>,
    source: VertexSource,
    values: Vec<f32>,
    base: Vec<f32>,
}

impl Points {
    fn new(backend: &dyn Backend) -> Self {
        let mut plan = PlanBuilder::new();
        let section = plan.section("copy");
        let (x_port, x) = plan.input("x", BATCH, V, 3);
        let (base_port, _) = plan.input("base", 1, V, 3);
        let (port, out) = plan.output("points", BATCH, V, 3);
        plan.copy(x, out);
        let mut executable = backend.compile(Arc::new(plan.finish())).expect("compiles");
        let mut state = executable.create_state().expect("state");
        let mut random = Random::new(3);
        let (values, base) = (random.values(BATCH * V * 3), random.values(V * 3));
        executable.write(x_port, &values).expect("fits");
        executable.write(base_port, &base).expect("fits");
        executable.run(section, &mut state).expect("runs");
        let source = VertexSource { port, base: Some(base_port), vertices: V, items: 1..4 };
        Self { executable, source, values, base }
    }

    /// What items 1..4 are, V × [x, y, z, w] each.
    fn expected(&self, positions: bool) -> Vec<[f32; 4]> {
        let points = self.values[V * 3..4 * V * 3].as_chunks::<3>().0.iter().enumerate();
        let base = self.base.as_chunks::<3>().0;
        points
            .map(|(i, [x, y, z])| match (positions, base[i % V]) {
                (true, [bx, by, bz]) => [x + bx, y + by, z + bz, 1.0],
                (false, _) => [*x, *y, *z, 0.0],
            })
            .collect()
    }
}

/// Frames of 1400 words, vertices of 10, of which the attribute is in the middle.
fn layout(format: VertexFormat) -> VertexLayout {
    VertexLayout { format, offset_bytes: 4 * 37, vertex_stride_bytes: 40, frame_stride_bytes: 4 * 1400 }
}

fn tensor(backend: &dyn Backend, words: usize) -> Tensor {
    let mut tensor = backend.create_tensor(words).expect("tensor");
    backend.write_tensor(&mut tensor, 0, &vec![UNTOUCHED; words]).expect("fits");
    tensor
}

fn backends() -> Vec<(String, Arc<dyn Backend>)> {
    let cpu: Arc<dyn Backend> = Arc::new(CpuBackend::new(&CpuOptions::default()).expect("CPU"));
    let devices = support::vulkan::devices().iter();
    let devices = devices.map(|device| (device.name.to_owned(), Arc::clone(&device.backend) as Arc<dyn Backend>));
    std::iter::once(("CPU".to_owned(), cpu)).chain(devices).collect()
}

#[test]
fn every_format_is_written_and_no_byte_besides() {
    for (name, backend) in backends() {
        let mut points = Points::new(&*backend);
        for format in [VertexFormat::F32x3, VertexFormat::F32x4, VertexFormat::F16x4] {
            for positions in [true, false] {
                let (words, layout) = (6 * 1400, layout(format));
                let mut tensor = tensor(&*backend, words);
                let base = points.source.base.filter(|_| positions);
                let source = VertexSource { base, ..points.source.clone() };
                points.executable.export(&source, &mut tensor, &layout, 2, None).expect("fits");
                let mut found = vec![0.0; words];
                backend.read_tensor(&tensor, 0, &mut found).expect("fits");
                for (i, expected) in points.expected(positions).iter().enumerate() {
                    let at = 37 + (2 + i / V) * 1400 + i % V * 10;
                    let taken = &mut found[at..at + (format.bytes() / 4) as usize];
                    let vertex: Vec<f32> = if format == VertexFormat::F16x4 {
                        bytemuck::cast_slice::<f32, u16>(taken).iter().map(|h| f16::from_bits(*h).to_f32()).collect()
                    } else {
                        taken.to_vec()
                    };
                    for (f, e) in vertex.iter().zip(expected) {
                        // A device may round to either neighbour.
                        let tolerance = if format == VertexFormat::F16x4 { 1e-3 * e.abs() + 1e-7 } else { 0.0 };
                        assert!((f - e).abs() <= tolerance, "{name}, {format:?}, vertex {i}: {f} against {e}");
                    }
                    taken.fill(UNTOUCHED);
                }
                assert!(found.iter().all(|word| *word == UNTOUCHED), "{name}, {format:?}: other bytes");
            }
        }
    }
}

#[test]
fn wrong_ports_items_and_layouts_are_refused_and_nothing_is_written() {
    for (name, backend) in backends() {
        let mut points = Points::new(&*backend);
        let (mut tensor, fits) = (tensor(&*backend, 6 * 1400), layout(VertexFormat::F32x4));
        let source = points.source.clone();
        let base = source.base.expect("a base");
        let mut refused = |source: VertexSource, layout: VertexLayout, first| {
            let result = points.executable.export(&source, &mut tensor, &layout, first, None);
            assert!(matches!(result, Err(Error::InvalidArgument(_))), "{name}: {result:?}");
        };
        refused(VertexSource { port: base, ..source.clone() }, fits, 0);
        refused(VertexSource { base: Some(source.port), ..source.clone() }, fits, 0);
        refused(VertexSource { vertices: V + 1, ..source.clone() }, fits, 0);
        refused(VertexSource { vertices: 0, ..source.clone() }, fits, 0);
        refused(VertexSource { items: 3..6, ..source.clone() }, fits, 0);
        refused(VertexSource { items: 3..3, ..source.clone() }, fits, 0);
        refused(source.clone(), fits, 4);
        refused(source.clone(), fits, usize::MAX);
        refused(source.clone(), VertexLayout { offset_bytes: 2, ..fits }, 0);
        refused(source.clone(), VertexLayout { vertex_stride_bytes: 12, ..fits }, 0);
        refused(source, VertexLayout { frame_stride_bytes: 40, ..fits }, 0);
        let mut found = vec![0.0; 6 * 1400];
        backend.read_tensor(&tensor, 0, &mut found).expect("fits");
        assert!(found.iter().all(|word| *word == UNTOUCHED), "{name}");
    }
}

#[test]
fn tensor_of_another_backend_is_refused() {
    let backends = backends();
    for (name, backend) in &backends {
        let mut points = Points::new(&**backend);
        for (other, foreign) in backends.iter().filter(|(other, _)| other != name) {
            let mut tensor = tensor(&**foreign, 6 * 1400);
            let source = points.source.clone();
            let result = points.executable.export(&source, &mut tensor, &layout(VertexFormat::F32x3), 0, None);
            assert!(matches!(result, Err(Error::InvalidArgument(_))), "{name} with {other}");
        }
    }
}

#[test]
fn processor_has_no_semaphores() {
    let backend = CpuBackend::new(&CpuOptions::default()).expect("CPU");
    let mut points = Points::new(&backend);
    let (source, mut tensor) = (points.source.clone(), tensor(&backend, 6 * 1400));
    let signal = Some(TimelineSignal { semaphore: 1, value: 1 });
    let result = points.executable.export(&source, &mut tensor, &layout(VertexFormat::F32x3), 0, signal);
    assert!(matches!(result, Err(Error::Unsupported(_))));
}
