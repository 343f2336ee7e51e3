//! The op `conv1d` against its definition in f64.

use media2face::internals::plan::{Activation, ops};

use crate::bench::Case;
use crate::support::tolerance::OP_F32;

struct Shape {
    batch: usize,
    frames: usize,
    channels: (usize, usize),
    kernel: usize,
    stride: usize,
    pad: usize,
    dilation: usize,
    groups: usize,
    out_frames: usize,
}

const PLAIN: Shape = Shape {
    batch: 1,
    frames: 211,
    channels: (19, 23),
    kernel: 3,
    stride: 1,
    pad: 0,
    dilation: 1,
    groups: 1,
    out_frames: 209,
};

impl Shape {
    fn check(self) {
        let Self { batch, frames, channels: (inputs, outputs), kernel, stride, pad, dilation, groups, out_frames } =
            self;
        Case::new(|plan, random, ports| {
            let (x_port, x) = plan.input("x", batch, frames, inputs);
            let (start_port, residual) = plan.input("residual", batch, out_frames, outputs);
            let (y_port, out) = plan.output("y", batch, out_frames, outputs);
            ports.extend([x_port, start_port]);
            let depth = inputs / groups;
            let weight = random.matrix(&[outputs, depth, kernel], depth * kernel);
            let (bias, residual) = (Some(random.weight(&[outputs], 1.0)), Some(residual));
            let activation = Activation::Gelu;
            plan.push(ops::Conv1d { x, weight, bias, stride, pad, dilation, groups, activation, residual, out });
            y_port
        })
        .check(OP_F32);
    }
}

#[test]
fn plain_convolution_matches() {
    PLAIN.check();
}

#[test]
fn stride_matches() {
    Shape { batch: 2, stride: 2, out_frames: 105, ..PLAIN }.check();
}

#[test]
fn waveform_layer_matches() {
    Shape { frames: 1013, channels: (1, 65), kernel: 10, stride: 5, out_frames: 201, ..PLAIN }.check();
}

#[test]
fn padded_dilation_matches() {
    Shape { batch: 2, pad: 4, dilation: 4, out_frames: 211, ..PLAIN }.check();
}

#[test]
fn unpadded_dilation_matches() {
    Shape { dilation: 3, out_frames: 205, ..PLAIN }.check();
}

#[test]
fn zeros_behind_the_last_frame_match() {
    Shape { out_frames: 213, ..PLAIN }.check();
}

#[test]
fn groups_with_even_kernel_match() {
    Shape { channels: (40, 24), kernel: 16, pad: 8, groups: 8, out_frames: 211, ..PLAIN }.check();
}

#[test]
fn window_wider_than_the_clip_matches() {
    Shape { frames: 3, kernel: 16, pad: 8, out_frames: 3, ..PLAIN }.check();
}

#[test]
fn strided_view_matches() {
    Case::new(|plan, random, ports| {
        let (x_port, x) = plan.input("x", 2, 60, 50);
        let (y_port, out) = plan.output("y", 2, 50, 30);
        ports.push(x_port);
        let weight = random.matrix(&[30, 20, 5], 100);
        let x = x.rows(4..58).cols(13..33);
        let (activation, residual) = (Activation::None, None);
        plan.push(ops::Conv1d {
            x,
            weight,
            bias: None,
            stride: 1,
            pad: 0,
            dilation: 1,
            groups: 1,
            activation,
            residual,
            out,
        });
        y_port
    })
    .check(OP_F32);
}
