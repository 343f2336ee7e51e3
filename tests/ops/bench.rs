//! One op on a bench: recorded, run on every backend, compared.

use std::sync::Arc;

use half::f16;
use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::plan::{Backend, Op, Plan, PlanBuilder, Port, Section, View, ops};
use media2face::internals::tensor::Weight;

use crate::support::{self, reference::Reference, tolerance};

/// Numbers that look random: a 64-bit linear congruence (Knuth's MMIX).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Uniform in −1..1.
    pub fn value(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    pub fn values(&mut self, len: usize) -> Vec<f32> {
        (0..len).map(|_| self.value()).collect()
    }

    /// Uniform in −size..size.
    pub fn weight(&mut self, shape: &[usize], size: f32) -> Weight {
        let values: Vec<f32> = self.values(shape.iter().product()).iter().map(|v| v * size).collect();
        Weight::from_f32("w", shape, &values)
    }

    /// For a sum of `depth` products that stays near 1. Values are halves, as devices keep them.
    pub fn matrix(&mut self, shape: &[usize], depth: usize) -> Weight {
        let values: Vec<f32> = self
            .weight(shape, 1.7 / (depth as f32).sqrt())
            .to_f32()
            .expect("memory")
            .iter()
            .map(|v| f16::from_f32(*v).to_f32())
            .collect();
        Weight::from_f32("w", shape, &values)
    }
}

/// A plan with its inputs' values and its one output.
pub struct Case {
    pub plan: Arc<Plan>,
    pub inputs: Vec<(Port, Vec<f32>)>,
    pub output: Port,
    pub section: Section,
}

impl Case {
    /// Records what `record` says between random inputs and the output that it returns.
    pub fn new(record: impl FnOnce(&mut PlanBuilder, &mut Random, &mut Vec<Port>) -> Port) -> Self {
        let (mut builder, mut random, mut ports) = (PlanBuilder::new(), Random::new(7), Vec::new());
        let section = builder.section("main");
        let output = record(&mut builder, &mut random, &mut ports);
        let plan = Arc::new(builder.finish());
        let inputs = ports.into_iter().map(|port| (port, random.values(plan.buffers()[port.buffer().index()].len)));
        Self { inputs: inputs.collect(), plan, output, section }
    }

    /// The output on one backend. Whatever was never written there is NaN.
    pub fn run(&self, backend: &dyn Backend) -> Vec<f32> {
        let mut executable = backend.compile(Arc::clone(&self.plan)).expect("compiles");
        let mut state = executable.create_state().expect("state");
        for (port, values) in &self.inputs {
            executable.write(*port, values).expect("fits");
        }
        executable.run(self.section, &mut state).expect("runs");
        let mut found = vec![f32::NAN; self.plan.buffers()[self.output.buffer().index()].len];
        executable.read(self.output, &mut found).expect("fits");
        found
    }

    fn has_scratch(&self) -> bool {
        self.plan.buffers().iter().any(|b| !b.keep_f32)
    }

    /// Portable and detected instruction set against the oracle and each other; the same bits on 1, 2 and 3 threads.
    #[track_caller]
    pub fn check(&self, tolerance: f32) {
        let cpu = |threads, portable| self.run(&CpuBackend::new(&CpuOptions { threads, portable }).expect("CPU"));
        let expected = self.run(&Reference);
        let found = cpu(1, false);
        support::assert_close("against f64", &found, &expected, tolerance);
        let portable = cpu(1, true);
        support::assert_close("portable against f64", &portable, &expected, tolerance);
        let largest = expected.iter().fold(1.0f32, |m, v| m.max(v.abs()));
        support::assert_close("instruction sets", &found, &portable, tolerance::INSTRUCTION_SETS * largest);
        for threads in [2, 3] {
            let bits = |v: &[f32]| v.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&cpu(threads, false)), bits(&found), "bits on {threads} threads");
        }
        let flops: u64 = self.plan.ops(self.section).iter().map(Op::flops).sum();
        for device in support::vulkan::devices_for_a_case().iter().filter(|device| flops <= device.most_flops) {
            let found = self.run(&*device.backend);
            // On a doubled map taps are summed before they are rounded to halves.
            let sums = self
                .plan
                .ops(self.section)
                .iter()
                .any(|op| matches!(op, Op::Conv2d(ops::Conv2d { upsample: true, .. })));
            let rounds = self.has_scratch() && device.half || flops > 0 && device.matrix || sums;
            let tolerance = if rounds { tolerance::OP_F16 } else { tolerance };
            support::assert_close(device.name, &found, &expected, tolerance);
        }
    }
}

/// An intermediate with the values of a view, which a device may keep in half precision.
pub trait ScratchCopy {
    fn scratch_copy(&mut self, view: View) -> View;
}

impl ScratchCopy for PlanBuilder {
    fn scratch_copy(&mut self, view: View) -> View {
        let copy = self.scratch("copy", view.batch, view.rows, view.cols);
        self.copy(view, copy);
        copy
    }
}
