//! The op `depthwise2d` against its definition in f64.

use media2face::internals::plan::ops;

use crate::bench::{Case, ScratchCopy};
use crate::support::tolerance::OP_F32;

fn depthwise2d(batch: usize, size: (usize, usize), channels: usize, kernel: usize, stride: usize, pad: usize) {
    Case::new(|plan, random, ports| {
        let (height, width) = size;
        let (x_port, x) = plan.input("x", batch, height * width, channels);
        let texels = height.div_ceil(stride) * width.div_ceil(stride);
        let (y_port, out) = plan.output("y", batch, texels, channels);
        ports.push(x_port);
        let weight = random.matrix(&[channels, kernel, kernel], kernel * kernel);
        let bias = random.weight(&[channels], 1.0);
        plan.push(ops::Depthwise2d { x, height, width, weight, bias, stride, pad, out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn kernels_of_three_match() {
    for (size, channels) in [((7, 11), 8), ((13, 9), 33), ((1, 1), 4), ((1, 17), 17), ((37, 2), 28)] {
        depthwise2d(2, size, channels, 3, 1, 1);
    }
}

#[test]
fn kernels_of_five_and_one_match() {
    depthwise2d(1, (9, 12), 24, 5, 1, 2);
    depthwise2d(1, (3, 2), 5, 5, 2, 1);
    depthwise2d(1, (4, 4), 16, 1, 1, 0);
    depthwise2d(1, (8, 9), 16, 7, 2, 3);
}

#[test]
fn stride_two_with_less_padding_before_than_behind_matches() {
    for pad in [0, 1, 2] {
        depthwise2d(2, (16, 12), 16, 3, 2, pad);
        depthwise2d(1, (15, 11), 7, 3, 2, pad);
    }
    depthwise2d(1, (16, 16), 12, 5, 2, 1);
}

#[test]
fn maps_larger_than_a_task_match() {
    depthwise2d(2, (67, 61), 16, 3, 1, 1);
    depthwise2d(1, (96, 96), 32, 3, 2, 0);
}

#[test]
fn columns_of_wider_intermediate_maps_match() {
    for from in [4, 8] {
        Case::new(|plan, random, ports| {
            let (x_port, x) = plan.input("x", 2, 14 * 10, 48);
            let (y_port, y) = plan.output("y", 2, 14 * 10, 48);
            ports.push(x_port);
            let ground = plan.constant("ground", 2, 140, 48, &vec![0.5; 2 * 140 * 48]);
            plan.copy(ground, y);
            let x = plan.scratch_copy(x).cols(from..from + 24);
            let (weight, bias) = (random.matrix(&[24, 3, 3], 9), random.weight(&[24], 1.0));
            let out = y.cols(9..33);
            plan.push(ops::Depthwise2d { x, height: 14, width: 10, weight, bias, stride: 1, pad: 1, out });
            y_port
        })
        .check(OP_F32);
    }
}
