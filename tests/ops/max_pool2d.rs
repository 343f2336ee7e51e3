//! The op `max_pool2d` against its definition in f64.

use media2face::internals::plan::ops;

use crate::bench::{Case, ScratchCopy};
use crate::support::tolerance::OP_F32;

#[test]
fn maps_match() {
    for (batch, (height, width), channels) in [(1, (2, 2), 1), (2, (6, 10), 8), (1, (96, 94), 33), (3, (4, 2), 28)] {
        Case::new(|plan, _, ports| {
            let (x_port, x) = plan.input("x", batch, height * width, channels);
            let (y_port, out) = plan.output("y", batch, height * width / 4, channels);
            ports.push(x_port);
            plan.push(ops::MaxPool2d { x, height, width, out });
            y_port
        })
        .check(OP_F32);
    }
}

#[test]
fn columns_of_wider_intermediate_maps_match() {
    for (from, channels) in [(8, 16), (3, 17)] {
        Case::new(|plan, _, ports| {
            let (x_port, x) = plan.input("x", 2, 48, 40);
            let (y_port, y) = plan.output("y", 2, 12, 48);
            ports.push(x_port);
            let ground = plan.constant("ground", 2, 12, 48, &vec![0.5; 2 * 12 * 48]);
            plan.copy(ground, y);
            let x = plan.scratch_copy(x).cols(from..from + channels);
            plan.push(ops::MaxPool2d { x, height: 8, width: 6, out: y.cols(from..from + channels) });
            y_port
        })
        .check(OP_F32);
    }
}
