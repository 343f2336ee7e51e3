//! `out[b] = Σ_k weights[k·B + b, row, 0]·x[k·B + b, row]`, terms in order of k.

use crate::error::Result;
use crate::plan::ops;

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::isa::Isa;
use super::memory::{Memory, Place};
use super::weighted::WeightedSum;

/// Elements of a task, about.
const TASK_LEN: usize = 16 * 1024;

struct Combine {
    isa: Isa,
    x: Place,
    weights: Place,
    out: Place,
    task_rows: usize,
}

impl Compile for ops::Combine {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::Combine { x, weights, out } = self;
        let (x, weights, out) = (compiler.place(*x), compiler.place(*weights), compiler.place(*out));
        compiler.push(Combine { isa: compiler.isa, x, weights, out, task_rows: TASK_LEN.div_ceil(out.cols) });
        Ok(())
    }
}

impl Step for Combine {
    fn tasks(&self) -> usize {
        self.out.all_rows().div_ceil(self.task_rows)
    }

    fn work(&self) -> usize {
        self.x.all_rows() * self.x.cols
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let first = task * self.task_rows;
        for row in first..(first + self.task_rows).min(self.out.all_rows()) {
            let (b, r) = (row / self.out.rows, row % self.out.rows);
            let branches = (b..self.x.batch).step_by(self.out.batch);
            // SAFETY: every row is inside its view; the output row is this task's own.
            unsafe {
                let term = |k: usize| (*self.weights.row(memory, k, r), self.x.row(memory, k, r).cast_const());
                let out = self.out.row(memory, b, r);
                self.isa.run(WeightedSum { terms: branches.map(term), out, len: self.out.cols });
            }
        }
    }
}
