//! The op `rigid_motion` against its definition in f64.

use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::plan::ops;

use crate::bench::Case;
use crate::support;
use crate::support::tolerance::OP_F32;

/// Random motions and points.
fn case(batch: usize, points: usize) -> Case {
    Case::new(|plan, _, ports| {
        let (motion_port, motion) = plan.input("motion", batch, 1, 6);
        let (points_port, points) = plan.input("points", 1, points, 3);
        let (y_port, y) = plan.output("y", batch, points.rows, 3);
        ports.extend([motion_port, points_port]);
        plan.push(ops::RigidMotion { motion, points, out: y });
        y_port
    })
}

#[test]
fn points_match() {
    for (batch, points) in [(1, 1), (3, 61), (2, 1201)] {
        case(batch, points).check(OP_F32);
    }
}

#[test]
fn turns_of_any_size_match() {
    for turn in [1e-6, 1e-3, 2.0, 5.0, 40.0] {
        let mut case = case(5, 7);
        case.inputs[0].1.chunks_exact_mut(6).for_each(|motion| motion[..3].iter_mut().for_each(|r| *r *= turn));
        // An angle of 40 in f32 is known to 2e-6.
        case.check(OP_F32.max(turn * 1e-6));
    }
}

#[test]
fn no_motion_is_exactly_zero() {
    let mut case = case(2, 9);
    case.inputs[0].1.fill(0.0);
    let cpu = CpuBackend::new(&CpuOptions::default()).expect("CPU");
    assert_eq!(case.run(&cpu), [0.0; 54]);
    for device in support::vulkan::devices() {
        assert_eq!(case.run(&*device.backend), [0.0; 54], "{}", device.name);
    }
}

#[test]
fn motion_may_be_rows_of_a_larger_view_and_so_may_the_output() {
    Case::new(|plan, _, ports| {
        let (motion_port, motion) = plan.input("motion", 3, 2, 9);
        let (points_port, points) = plan.input("points", 1, 20, 3);
        let (y_port, y) = plan.output("y", 3, 31, 3);
        let (still_port, still) = plan.input("still", 3, 31, 3);
        ports.extend([motion_port, points_port, still_port]);
        plan.copy(still, y);
        plan.push(ops::RigidMotion {
            motion: motion.rows(1..2).cols(2..8),
            points: points.rows(3..20),
            out: y.rows(5..22),
        });
        y_port
    })
    .check(OP_F32);
}
