//! The op `interpolate` against its definition in f64.

use media2face::internals::plan::ops;

use crate::bench::Case;
use crate::support::tolerance::OP_F32;

/// Rows and parts of `start + f·step`, not below 0.
fn positions(frames: usize, start: f64, step: f64) -> Vec<f32> {
    let position = |f: usize| (start + f as f64 * step).max(0.0);
    (0..frames).flat_map(|f| [position(f).floor() as f32, position(f).fract() as f32]).collect()
}

fn interpolate(batch: usize, rows: usize, cols: usize, positions: &[f32]) {
    let frames = positions.len() / 2;
    Case::new(|plan, _, ports| {
        let (x_port, x) = plan.input("x", batch, rows, cols);
        let (y_port, out) = plan.output("y", batch, frames, cols);
        ports.push(x_port);
        let positions = plan.constant("positions", 1, frames, 2, positions);
        plan.push(ops::Interpolate { x, positions, out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn stretched_and_shrunk_clips_match() {
    interpolate(2, 49, 33, &positions(30, -0.2, 49.0 / 30.0));
    interpolate(1, 30, 768, &positions(61, 0.1, 0.49));
}

#[test]
fn rows_past_the_last_are_the_last() {
    interpolate(1, 5, 3, &positions(40, 0.0, 0.7));
    interpolate(2, 1, 17, &positions(9, -3.0, 1.0));
}

#[test]
fn whole_positions_copy_rows() {
    interpolate(1, 12, 20, &positions(12, 0.0, 1.0));
}
