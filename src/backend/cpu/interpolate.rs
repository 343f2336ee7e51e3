//! Linear interpolation over time: `out[b,f] = x[b,low]·(1 − part) + x[b, low+1]·part` with (low, part) = `positions[f]`.

use crate::error::Result;
use crate::plan::ops;

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::isa::Isa;
use super::memory::{Memory, Place};
use super::weighted::WeightedSum;

/// Elements of a task, about.
const TASK_LEN: usize = 16 * 1024;

struct Interpolate {
    isa: Isa,
    x: Place,
    positions: Place,
    out: Place,
    task_rows: usize,
}

impl Compile for ops::Interpolate {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::Interpolate { x, positions, out } = self;
        let (x, positions, out) = (compiler.place(*x), compiler.place(*positions), compiler.place(*out));
        let task_rows = TASK_LEN.div_ceil(out.cols);
        compiler.push(Interpolate { isa: compiler.isa, x, positions, out, task_rows });
        Ok(())
    }
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
            // SAFETY: every row is inside its view; the output row is this task's own.
            unsafe {
                let [low, part] = *self.positions.row(memory, 0, r).cast::<[f32; 2]>();
                // What a host writes there is anything: a row is bounded all the same.
                let low = (low as usize).min(last);
                let terms = [(1.0 - part, low), (part, (low + 1).min(last))];
                let term = |(weight, r): (f32, usize)| (weight, self.x.row(memory, b, r).cast_const());
                let out = self.out.row(memory, b, r);
                self.isa.run(WeightedSum { terms: terms.into_iter().map(term), out, len: self.out.cols });
            }
        }
    }
}
