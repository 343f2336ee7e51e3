//! The op `combine` against its definition in f64.

use media2face::internals::plan::ops;

use crate::bench::{Case, ScratchCopy};
use crate::support::tolerance::OP_F32;

#[test]
fn weights_per_row_match() {
    Case::new(|plan, _, ports| {
        let (x_port, x) = plan.input("x", 6, 203, 37);
        let (w_port, weights) = plan.input("w", 6, 203, 1);
        let (y_port, out) = plan.output("y", 2, 203, 37);
        ports.extend([x_port, w_port]);
        plan.push(ops::Combine { x, weights, out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn intermediates_match() {
    for cols in [24, 19] {
        Case::new(|plan, _, ports| {
            let (x_port, x) = plan.input("x", 4, 50, cols);
            let (w_port, weights) = plan.input("w", 4, 50, 1);
            let (y_port, y) = plan.output("y", 2, 50, cols);
            ports.extend([x_port, w_port]);
            let (x, weights, out) =
                (plan.scratch_copy(x), plan.scratch_copy(weights), plan.scratch("out", 2, 50, cols));
            plan.push(ops::Combine { x, weights, out });
            plan.copy(out, y);
            y_port
        })
        .check(OP_F32);
    }
}

#[test]
fn one_weight_per_branch_matches() {
    Case::new(|plan, _, ports| {
        let (x_port, x) = plan.input("x", 3, 50, 19);
        let (w_port, mut weights) = plan.input("w", 3, 1, 1);
        let (y_port, out) = plan.output("y", 1, 50, 19);
        ports.extend([x_port, w_port]);
        (weights.rows, weights.row_stride) = (50, 0);
        plan.push(ops::Combine { x, weights, out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn sum_may_replace_any_branch() {
    for place in 0..3 {
        Case::new(|plan, _, ports| {
            let (x_port, x) = plan.input("x", 6, 53, 37);
            let (w_port, weights) = plan.input("w", 6, 53, 1);
            let (y_port, y) = plan.output("y", 2, 53, 37);
            ports.extend([x_port, w_port]);
            let terms = plan.scratch("terms", 6, 53, 37);
            plan.copy(x, terms);
            let out = terms.batch(2 * place..2 * place + 2);
            plan.push(ops::Combine { x: terms, weights, out });
            plan.copy(out, y);
            y_port
        })
        .check(OP_F32);
    }
}
