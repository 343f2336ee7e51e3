//! `out = act(x)`; with no activation a copy.

use crate::error::Result;
use crate::plan::{Activation, ops};

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::isa::Isa;
use super::math::activate;
use super::memory::{Memory, Place};
use super::simd::{Kernel, Simd};

/// Elements of a task, about.
const TASK_LEN: usize = 16 * 1024;

struct Map {
    isa: Isa,
    x: Place,
    out: Place,
    activation: Activation,
    /// Rows of a task, and pieces of a row when rows are long.
    task_rows: usize,
    pieces: usize,
}

impl Compile for ops::Map {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::Map { x, activation, out } = self;
        let (mut x, mut out) = (compiler.place(*x), compiler.place(*out));
        if x.rows_adjoin() && out.rows_adjoin() {
            (x, out) = (x.merged(), out.merged());
        }
        let task_rows = (TASK_LEN / out.cols).max(1);
        let pieces = out.cols.div_ceil(TASK_LEN);
        compiler.push(Map { isa: compiler.isa, x, out, activation: *activation, task_rows, pieces });
        Ok(())
    }
}

impl Step for Map {
    fn tasks(&self) -> usize {
        self.out.all_rows().div_ceil(self.task_rows) * self.pieces
    }

    fn work(&self) -> usize {
        self.out.all_rows() * self.out.cols
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let (first, piece) = (task / self.pieces * self.task_rows, task % self.pieces);
        let from = piece * TASK_LEN;
        let len = if self.pieces == 1 { self.out.cols } else { TASK_LEN.min(self.out.cols - from) };
        for row in first..(first + self.task_rows).min(self.out.all_rows()) {
            // SAFETY: the piece is inside both rows, and this task's own.
            unsafe {
                let x = self.x.flat_row(memory, row).add(from).cast_const();
                let out = self.out.flat_row(memory, row).add(from);
                if self.activation == Activation::None {
                    out.copy_from(x, len);
                } else {
                    self.isa.run(Row { x, out, len, activation: self.activation });
                }
            }
        }
    }
}

struct Row {
    x: *const f32,
    out: *mut f32,
    len: usize,
    activation: Activation,
}

impl Kernel for Row {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        for i in (0..self.len).step_by(S::LANES) {
            let n = S::LANES.min(self.len - i);
            // SAFETY: `len` values at x and out.
            unsafe {
                let x = S::load_first(self.x.add(i), n);
                S::store_first(self.out.add(i), activate::<S>(self.activation, x), n);
            }
        }
    }
}
