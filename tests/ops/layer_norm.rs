//! The op `layer_norm` against its definition in f64.

use media2face::internals::plan::{Activation, ops};

use crate::bench::{Case, ScratchCopy};
use crate::support::tolerance::OP_F32;

fn layer_norm(batch: usize, rows: usize, cols: usize, activation: Activation) {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", batch, rows, cols);
        let (y_port, out) = plan.output("y", batch, rows, cols);
        ports.push(x_port);
        let (weight, bias) = (random.weight(&[cols], 1.0), random.weight(&[cols], 1.0));
        plan.push(ops::LayerNorm { x, weight, bias, eps: 1e-5, activation, out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn odd_sizes_match() {
    for cols in [1, 2, 15, 16, 17, 97, 512, 1021] {
        layer_norm(2, 37, cols, Activation::None);
    }
}

#[test]
fn activation_follows_the_affine_map() {
    layer_norm(1, 67, 512, Activation::Gelu);
}

#[test]
fn in_place_on_columns_of_a_wider_buffer_matches() {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", 2, 33, 50);
        let (y_port, y) = plan.output("y", 2, 33, 50);
        ports.push(x_port);
        plan.copy(x, y);
        let (weight, bias) = (random.weight(&[29], 1.0), random.weight(&[29], 1.0));
        let out = y.cols(7..36);
        plan.push(ops::LayerNorm { x: out, weight, bias, eps: 1e-5, activation: Activation::None, out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn intermediates_match() {
    for (cols, from) in [(8, 8), (64, 0), (77, 3), (1280, 0)] {
        Case::new(|plan, random, ports| {
            let (x_port, x) = plan.input("x", 2, 11, from + cols);
            let (y_port, y) = plan.output("y", 2, 11, cols);
            ports.push(x_port);
            let x = plan.scratch_copy(x).cols(from..from + cols);
            let (weight, bias) = (random.weight(&[cols], 1.0), random.weight(&[cols], 1.0));
            let out = plan.layer_norm("out", x, &weight, &bias, 1e-5);
            plan.copy(out, y);
            y_port
        })
        .check(OP_F32);
    }
}
