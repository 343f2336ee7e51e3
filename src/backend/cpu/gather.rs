//! `out[b,v,c] = Σ_k weight[v,k]·x[b, index[v,k], c]`, terms in order of k.

use crate::backend::gather_rows;
use crate::error::Result;
use crate::memory;
use crate::plan::ops;

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::isa::Isa;
use super::memory::{Memory, Place};
use super::weighted::WeightedSum;

/// Rows of a task.
const TASK_ROWS: usize = 512;

struct Gather {
    isa: Isa,
    x: Place,
    out: Place,
    /// Weight and row of every term, `terms` for each vertex.
    list: Vec<(f32, u32)>,
    terms: usize,
}

impl Compile for ops::Gather {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::Gather { x, index, weight, out } = self;
        let rows = gather_rows(index, x.rows)?;
        let terms = weight.to_f32()?.into_iter().zip(rows.into_iter().map(|row| row as u32));
        let list = memory::collect(terms, index.name())?;
        let (x, out) = (compiler.place(*x), compiler.place(*out));
        compiler.push(Gather { isa: compiler.isa, x, out, list, terms: index.shape()[1] });
        Ok(())
    }
}

impl Step for Gather {
    fn tasks(&self) -> usize {
        self.out.all_rows().div_ceil(TASK_ROWS)
    }

    fn work(&self) -> usize {
        // A short row costs as much as a full vector.
        self.out.batch * self.list.len() * self.out.cols.max(8)
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let first = task * TASK_ROWS;
        for row in first..(first + TASK_ROWS).min(self.out.all_rows()) {
            let (b, v) = (row / self.out.rows, row % self.out.rows);
            let list = &self.list[v * self.terms..(v + 1) * self.terms];
            // SAFETY: the rows of the list were checked when compiled; the output row is this task's own.
            unsafe {
                let term = |(weight, r): &(f32, u32)| (*weight, self.x.row(memory, b, *r as usize).cast_const());
                let out = self.out.row(memory, b, v);
                self.isa.run(WeightedSum { terms: list.iter().map(term), out, len: self.out.cols });
            }
        }
    }
}
