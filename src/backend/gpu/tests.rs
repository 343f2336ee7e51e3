//! Lowering without a device: each op on each kind of one, as plain data.

use std::collections::BTreeSet;

use super::lowering::Lower;
use super::modules::MODULES;
use super::{Caps, MatrixShape, Memory, lower, vertices};
use crate::each_op;
use crate::plan::{Activation, Plan, PlanBuilder, ops};
use crate::tensor::Weight;

fn caps(half: bool, matrix: bool, software: bool) -> Caps {
    Caps {
        half,
        subgroups: true,
        subgroup_size: 32,
        matrix: matrix.then_some(MatrixShape { m: 16, n: 16, k: 16 }),
        software,
        max_invocations: 1024,
        max_shared_bytes: 48 << 10,
        max_storage_bytes: 1 << 27,
        storage_alignment: 64,
        direct: false,
        timestamp_ns: 1.0,
        timeline: true,
    }
}

/// One for each engine of the products.
fn devices() -> [Caps; 5] {
    [
        caps(true, true, false),
        caps(true, false, false),
        caps(false, false, false),
        caps(true, false, true),
        caps(false, false, true),
    ]
}

pub(super) fn weight(shape: &[usize]) -> Weight {
    Weight::from_f32("w", shape, &vec![0.5; shape.iter().product()])
}

macro_rules! examples {
    ($($stem:ident $Name:ident),* $(,)?) => {
        /// A plan with the examples of all ops.
        fn every_op() -> Plan {
            let mut plan = PlanBuilder::new();
            plan.section("all");
            $(ops::$Name::examples(&mut plan);)*
            plan.finish()
        }
    };
}
each_op!(examples);

/// Whatever shader and lowering do not agree on stops in `Kernel::new`.
#[test]
fn every_op_is_lowered_to_kernels_that_take_what_it_gives_and_every_module_is_one_of_them() {
    let plan = every_op();
    let mut modules: BTreeSet<String> = (0..vertices::KERNELS).map(|number| vertices::kernel(number).module).collect();
    for caps in devices() {
        let lowered = lower(&caps, &plan).expect("lowered");
        for dispatch in lowered.sections.iter().flatten() {
            assert!(dispatch.kernel < lowered.kernels.len(), "{}", dispatch.stem);
            for binding in &dispatch.bindings {
                assert!(!matches!(binding.memory, Memory::Weight(index) if index >= lowered.weights.len()));
                assert!(!binding.range.is_empty(), "{} of {}", binding.name, dispatch.stem);
            }
        }
        modules.extend(lowered.kernels.into_iter().map(|kernel| kernel.module));
    }
    assert_eq!(modules, MODULES.iter().map(|(name, _)| (*name).to_owned()).collect(), "kernels used, and compiled");
}

#[test]
fn weights_and_kernels_are_numbered_once() {
    let mut plan = PlanBuilder::new();
    plan.section("main");
    let (_, x) = plan.input("x", 1, 4, 16);
    let (_, out) = plan.output("out", 1, 4, 16);
    let w = weight(&[16, 16]);
    for _ in 0..3 {
        let (weight, activation) = (w.clone(), Activation::None);
        plan.push(ops::Linear { x, weight, bias: None, activation, residual: None, out });
    }
    let lowered = lower(&caps(true, false, false), &plan.finish()).expect("lowered");
    assert_eq!([lowered.sections[0].len(), lowered.kernels.len(), lowered.weights.len()], [3, 1, 1]);
    let waits: Vec<bool> = lowered.sections[0].iter().map(|dispatch| dispatch.waits).collect();
    assert_eq!(waits, [false, true, true], "all write the same rows");
}

#[test]
fn views_past_the_range_of_a_binding_are_lowered_in_parts_within_it() {
    let bound = 48 << 10;
    let small = Caps { max_storage_bytes: bound, ..caps(true, false, false) };
    let mut plan = PlanBuilder::new();
    plan.section("main");
    let (_, x) = plan.input("x", 3, 700, 40);
    let (_, out) = plan.output("out", 3, 700, 40);
    plan.push(ops::Map { x, activation: Activation::Silu, out });
    let lowered = lower(&small, &plan.finish()).expect("lowered");
    let parts = &lowered.sections[0];
    assert!(parts.len() > 3, "{} parts", parts.len());
    for binding in parts.iter().flat_map(|part| &part.bindings) {
        assert!(binding.range.end - binding.range.start <= bound, "{binding:?}");
    }
}
