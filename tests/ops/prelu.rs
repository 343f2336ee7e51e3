//! The op `prelu` against its definition in f64.

use media2face::internals::plan::ops;

use crate::bench::{Case, ScratchCopy};
use crate::support::tolerance::OP_F32;

/// `added`: columns of what is added, if anything is.
fn prelu(shape: [usize; 3], added: Option<usize>) {
    Case::new(|plan, random, ports| {
        let [batch, rows, cols] = shape;
        let (x_port, x) = plan.input("x", batch, rows, cols);
        let (y_port, out) = plan.output("y", batch, rows, cols);
        ports.push(x_port);
        let add = added.map(|cols| {
            let (port, add) = plan.input("add", batch, rows, cols);
            ports.push(port);
            add
        });
        plan.push(ops::Prelu { x, add, slope: random.weight(&[cols], 1.0), out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn each_channel_has_its_slope() {
    for shape in [[2, 9, 16], [1, 1, 1], [3, 5, 33], [1, 700, 28]] {
        prelu(shape, None);
    }
}

#[test]
fn what_is_added_may_be_narrower() {
    for (shape, added) in [([2, 9, 32], 16), ([2, 9, 28], 24), ([1, 40, 16], 16), ([1, 3, 5], 1), ([1, 600, 42], 36)] {
        prelu(shape, Some(added));
    }
}

#[test]
fn values_are_changed_where_they_lie() {
    for in_sum in [false, true] {
        Case::new(|plan, random, ports| {
            let (x_port, x) = plan.input("x", 2, 12, 48);
            let (start_port, start) = plan.input("start", 2, 12, 24);
            let (y_port, out) = plan.output("y", 2, 12, 24);
            ports.extend([x_port, start_port]);
            plan.copy(start, out);
            let x = plan.scratch_copy(x).cols(8..32);
            let slope = random.weight(&[24], 1.0);
            let (x, add) = if in_sum { (x, Some(out)) } else { (out, Some(x.cols(0..16))) };
            plan.push(ops::Prelu { x, add, slope, out });
            y_port
        })
        .check(OP_F32);
    }
}
