//! The op `conv2d` against its definition in f64.

use media2face::internals::plan::{Activation, ops};

use crate::bench::Case;
use crate::support::tolerance::WINOGRAD_F32;

fn conv2d(batch: usize, size: (usize, usize), channels: (usize, usize), stride: usize, upsample: bool, add: bool) {
    Case::new(|plan, random, ports| {
        let ((height, width), (inputs, outputs)) = (size, channels);
        let scale = if upsample { 2 } else { 1 };
        let out_rows = (height * scale).div_ceil(stride) * (width * scale).div_ceil(stride);
        let (x_port, x) = plan.input("x", batch, height * width, inputs);
        let (add_port, added) = plan.input("add", 1, out_rows, outputs);
        let (y_port, out) = plan.output("y", batch, out_rows, outputs);
        ports.extend([x_port, add_port]);
        let weight = random.matrix(&[outputs, inputs, 3, 3], inputs * 9);
        let bias = Some(random.weight(&[outputs], 1.0));
        let (add, activation) = (add.then(|| added.repeat(batch)), Activation::Silu);
        plan.push(ops::Conv2d { x, height, width, weight, bias, stride, upsample, add, activation, out });
        y_port
    })
    .check(WINOGRAD_F32);
}

#[test]
fn plain_convolution_matches() {
    for (size, channels) in
        [((7, 11), (5, 3)), ((13, 9), (33, 17)), ((1, 1), (4, 4)), ((1, 17), (8, 40)), ((37, 2), (16, 16))]
    {
        conv2d(1, size, channels, 1, false, true);
    }
}

#[test]
fn maps_larger_than_a_task_match() {
    conv2d(2, (67, 61), (16, 16), 1, false, true);
    conv2d(1, (40, 52), (64, 48), 1, false, false);
}

#[test]
fn three_channels_match() {
    conv2d(1, (31, 29), (3, 32), 1, false, false);
    conv2d(1, (31, 29), (32, 3), 1, false, false);
    conv2d(2, (64, 64), (16, 3), 1, false, false);
}

#[test]
fn stride_two_on_odd_and_even_sides_matches() {
    conv2d(2, (15, 18), (12, 20), 2, false, false);
    conv2d(1, (64, 33), (32, 64), 2, false, true);
}

#[test]
fn doubled_map_matches() {
    conv2d(2, (5, 7), (24, 18), 1, true, true);
    conv2d(1, (33, 29), (64, 32), 1, true, true);
    conv2d(1, (1, 1), (3, 3), 1, true, false);
}

#[test]
fn sum_over_its_output_matches() {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", 1, 12 * 20, 20);
        let (start_port, start) = plan.input("start", 1, 12 * 20, 20);
        let (y_port, out) = plan.output("y", 1, 12 * 20, 20);
        ports.extend([x_port, start_port]);
        plan.copy(start, out);
        let weight = random.matrix(&[20, 20, 3, 3], 180);
        let activation = Activation::None;
        let (height, width, bias, add) = (12, 20, None, Some(out));
        plan.push(ops::Conv2d { x, height, width, weight, bias, stride: 1, upsample: false, add, activation, out });
        y_port
    })
    .check(WINOGRAD_F32);
}

#[test]
fn columns_of_wider_maps_match() {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", 2, 14 * 10, 40);
        let (y_port, y) = plan.output("y", 2, 14 * 10, 48);
        ports.push(x_port);
        let ground = plan.constant("ground", 2, 140, 48, &vec![0.5; 2 * 140 * 48]);
        plan.copy(ground, y);
        let weight = random.matrix(&[24, 32, 3, 3], 288);
        let (x, out) = (x.cols(3..35), y.cols(9..33));
        let (height, width, bias, add, activation) = (14, 10, None, None, Activation::None);
        plan.push(ops::Conv2d { x, height, width, weight, bias, stride: 1, upsample: false, add, activation, out });
        y_port
    })
    .check(WINOGRAD_F32);
}
