//! The op `linear` against its definition in f64.

use media2face::internals::plan::{Activation, ops};

use crate::bench::Case;
use crate::support::tolerance::OP_F32;

fn linear(batch: usize, rows: usize, inputs: usize, outputs: usize, activation: Activation) -> Case {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", batch, rows, inputs);
        let (y_port, out) = plan.output("y", batch, rows, outputs);
        ports.push(x_port);
        let weight = random.matrix(&[outputs, inputs], inputs);
        let bias = Some(random.weight(&[outputs], 1.0));
        plan.push(ops::Linear { x, weight, bias, activation, residual: None, out });
        y_port
    })
}

#[test]
fn sizes_around_tiles_and_blocks_match() {
    for rows in [1, 2, 5, 6, 7, 11, 12, 13, 95, 96, 97, 211] {
        for (inputs, outputs) in [(1, 1), (3, 17), (64, 31), (65, 32), (127, 33), (31, 257)] {
            linear(1, rows, inputs, outputs, Activation::None).check(OP_F32);
        }
    }
}

#[test]
fn deep_sums_match() {
    linear(1, 13, 4099, 47, Activation::None).check(OP_F32);
}

#[test]
fn every_activation_matches() {
    for activation in [Activation::Gelu, Activation::QuickGelu, Activation::Silu] {
        linear(2, 19, 37, 43, activation).check(OP_F32);
    }
}

#[test]
fn batch_of_strided_rows_matches() {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", 3, 29, 53);
        let (y_port, y) = plan.output("y", 3, 31, 67);
        ports.push(x_port);
        let ground = plan.constant("ground", 3, 31, 67, &vec![0.25; 3 * 31 * 67]);
        plan.copy(ground, y);
        let weight = random.matrix(&[40, 32], 32);
        let (x, out) = (x.rows(3..26).cols(11..43), y.rows(8..31).cols(5..45));
        plan.push(ops::Linear { x, weight, bias: None, activation: Activation::None, residual: None, out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn residual_over_its_output_matches() {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", 2, 101, 45);
        let (start_port, start) = plan.input("start", 2, 101, 39);
        let (y_port, out) = plan.output("y", 2, 101, 39);
        ports.extend([x_port, start_port]);
        plan.copy(start, out);
        let (weight, bias) = (random.matrix(&[39, 45], 45), Some(random.weight(&[39], 1.0)));
        plan.push(ops::Linear { x, weight, bias, activation: Activation::Gelu, residual: Some(out), out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn repeated_residual_is_added_to_every_item() {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", 3, 7, 45);
        let (code_port, code) = plan.input("code", 1, 7, 20);
        let (y_port, out) = plan.output("y", 3, 7, 20);
        ports.extend([x_port, code_port]);
        let weight = random.matrix(&[20, 45], 45);
        let residual = Some(code.repeat(3));
        plan.push(ops::Linear { x, weight, bias: None, activation: Activation::None, residual, out });
        y_port
    })
    .check(OP_F32);
}
