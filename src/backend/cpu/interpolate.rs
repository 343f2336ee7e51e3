//! Linear interpolation over time: row i of out reads position start + i·step of x, clamped to its ends.

use crate::plan::Op;

use super::compiler::Compiler;
use super::executable::Step;
use super::isa::Isa;
use super::memory::{Memory, Place};
use super::weighted::WeightedSum;

/// Elements of a task, about.
const TASK_LEN: usize = 16 * 1024;

struct Interpolate {
    isa: Isa,
    x: Place,
    out: Place,
    start: f64,
    step: f64,
    task_rows: usize,
}

pub(super) fn compile(op: &Op, compiler: &mut Compiler) {
    let Op::Interpolate { x, start, step, out } = op else { unreachable!("interpolate only") };
    let (x, out) = (compiler.place(*x), compiler.place(*out));
    let task_rows = TASK_LEN.div_ceil(out.cols);
    compiler.push(Interpolate { isa: compiler.isa, x, out, start: *start, step: *step, task_rows });
}

impl Step for Interpolate {
    fn tasks(&self) -> usize {
        self.out.all_rows().div_ceil(self.task_rows)
    }

    fn work(&self) -> usize {
        2 * self.out.all_rows() * self.out.cols
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let first = task * self.task_rows;
        let last = self.x.rows - 1;
        for row in first..(first + self.task_rows).min(self.out.all_rows()) {
            let (b, r) = (row / self.out.rows, row % self.out.rows);
            let position = (self.start + r as f64 * self.step).clamp(0.0, last as f64);
            let (low, part) = (position as usize, position.fract());
            let terms = [(1.0 - part, low), (part, (low + 1).min(last))];
            // SAFETY: every row is inside its view; the output row is this task's own.
            unsafe {
                let term = |(weight, r): (f64, usize)| (weight as f32, self.x.row(memory, b, r).cast_const());
                let out = self.out.row(memory, b, r);
                self.isa.run(WeightedSum { terms: terms.into_iter().map(term), out, len: self.out.cols });
            }
        }
    }
}
