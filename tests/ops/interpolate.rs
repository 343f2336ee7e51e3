//! The op `interpolate` against its definition in f64.

use media2face::plan::Op;

use crate::bench::Case;
use crate::support::tolerance::OP_F32;

fn interpolate(batch: usize, rows: usize, cols: usize, out_rows: usize, start: f64, step: f64) {
    Case::new(|plan, _, ports| {
        let (x_port, x) = plan.input("x", batch, rows, cols);
        let (y_port, out) = plan.output("y", batch, out_rows, cols);
        ports.push(x_port);
        plan.push(Op::Interpolate { x, start, step, out });
        y_port
    })
    .check(OP_F32);
}

#[test]
fn stretched_and_shrunk_clips_match() {
    interpolate(2, 49, 33, 30, -0.2, 49.0 / 30.0);
    interpolate(1, 30, 768, 61, 0.1, 0.49);
}

#[test]
fn positions_outside_are_clamped() {
    interpolate(1, 5, 3, 40, -10.0, 0.7);
    interpolate(2, 1, 17, 9, -3.0, 1.0);
}

#[test]
fn whole_positions_copy_rows() {
    interpolate(1, 12, 20, 12, 0.0, 1.0);
}
