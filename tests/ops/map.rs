//! The op `map` against its definition in f64.

use media2face::internals::plan::{Activation, ops};

use crate::bench::{Case, ScratchCopy};
use crate::support::tolerance::OP_F32;

const ALL: [Activation; 4] = [Activation::None, Activation::Gelu, Activation::QuickGelu, Activation::Silu];

#[test]
fn contiguous_values_match() {
    for activation in ALL {
        for (rows, cols) in [(1, 1), (3, 5), (2, 30_011)] {
            Case::new(|plan, _, ports| {
                let (x_port, x) = plan.input("x", 2, rows, cols);
                let (y_port, out) = plan.output("y", 2, rows, cols);
                ports.push(x_port);
                plan.push(ops::Map { x, activation, out });
                y_port
            })
            .check(OP_F32);
        }
    }
}

#[test]
fn repeated_and_strided_views_match() {
    for activation in ALL {
        Case::new(|plan, _, ports| {
            let (x_port, x) = plan.input("x", 1, 20, 30);
            let (y_port, y) = plan.output("y", 3, 25, 40);
            ports.push(x_port);
            let ground = plan.constant("ground", 3, 25, 40, &vec![0.5; 3000]);
            plan.copy(ground, y);
            plan.push(ops::Map { x: x.rows(2..20).cols(1..30).repeat(3), activation, out: y.rows(7..25).cols(11..40) });
            y_port
        })
        .check(OP_F32);
    }
}

/// Every activation over −12..12 against f64: absolute error, relative to the value where that is larger than 1.
#[test]
fn activations_hold_their_precision_over_their_range() {
    let values: Vec<f32> = (-12_000..=12_000).map(|i| i as f32 / 1000.0).collect();
    for activation in ALL {
        let mut case = Case::new(|plan, _, ports| {
            let (x_port, x) = plan.input("x", 1, 1, values.len());
            let (y_port, out) = plan.output("y", 1, 1, values.len());
            ports.push(x_port);
            plan.push(ops::Map { x, activation, out });
            y_port
        });
        case.inputs[0].1.copy_from_slice(&values);
        let expected = case.run(&crate::support::reference::Reference);
        for backend in crate::support::backends() {
            for ((found, expected), x) in case.run(&*backend).iter().zip(&expected).zip(&values) {
                let error = (found - expected).abs() / expected.abs().max(1.0);
                assert!(error <= 3e-7, "{activation:?}({x}) is {found}, not {expected}, on {}", backend.name());
            }
        }
    }
}

#[test]
fn intermediates_and_repeated_rows_match() {
    for (from, cols) in [(0, 48), (8, 40), (3, 41)] {
        Case::new(|plan, _, ports| {
            let (x_port, x) = plan.input("x", 1, 7, 48);
            let (y_port, y) = plan.output("y", 7, 9, cols);
            ports.push(x_port);
            let mut x = plan.scratch_copy(x).cols(from..from + cols);
            // Row b of x is all rows of item b.
            (x.batch, x.batch_stride, x.rows, x.row_stride) = (7, x.row_stride, 9, 0);
            let h = plan.scratch("h", 7, 9, cols);
            plan.push(ops::Map { x, activation: Activation::Silu, out: h });
            plan.push(ops::Map { x: h, activation: Activation::Gelu, out: y });
            y_port
        })
        .check(OP_F32);
    }
}
