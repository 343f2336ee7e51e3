//! Every channel's largest of 2×2 texels.

use crate::error::Result;
use crate::plan::ops;

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::isa::Isa;
use super::memory::{Memory, Place};
use super::simd::{Kernel, Simd};

/// Values of the output that a task makes, about.
const TASK_LEN: usize = 8 * 1024;

struct MaxPool2d {
    isa: Isa,
    x: Place,
    /// Columns of the map.
    width: usize,
    out: Place,
    /// Texels of the output that a task makes.
    task_rows: usize,
}

impl Compile for ops::MaxPool2d {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::MaxPool2d { x, height: _, width, out } = self;
        let (x, out) = (compiler.place(*x), compiler.place(*out));
        let task_rows = (TASK_LEN / out.cols).max(1);
        compiler.push(MaxPool2d { isa: compiler.isa, x, width: *width, out, task_rows });
        Ok(())
    }
}

impl Step for MaxPool2d {
    fn tasks(&self) -> usize {
        self.out.all_rows().div_ceil(self.task_rows)
    }

    fn work(&self) -> usize {
        4 * self.out.all_rows() * self.out.cols
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let (first, columns) = (task * self.task_rows, self.width / 2);
        for row in first..(first + self.task_rows).min(self.out.all_rows()) {
            let (b, texel) = (row / self.out.rows, row % self.out.rows);
            let source = texel / columns * 2 * self.width + texel % columns * 2;
            // SAFETY: the four texels are inside the map; the output's row is this task's own.
            unsafe {
                let four = [source, source + 1, source + self.width, source + self.width + 1];
                let texels = four.map(|row| self.x.row(memory, b, row).cast_const());
                self.isa.run(Largest { texels, out: self.out.row(memory, b, texel), len: self.out.cols });
            }
        }
    }
}

struct Largest {
    texels: [*const f32; 4],
    out: *mut f32,
    len: usize,
}

impl Kernel for Largest {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let [a, b, c, d] = self.texels;
        for i in (0..self.len).step_by(S::LANES) {
            let n = S::LANES.min(self.len - i);
            // SAFETY: `len` values at every pointer.
            unsafe {
                let upper = S::max(S::load_first(a.add(i), n), S::load_first(b.add(i), n));
                let lower = S::max(S::load_first(c.add(i), n), S::load_first(d.add(i), n));
                S::store_first(self.out.add(i), S::max(upper, lower), n);
            }
        }
    }
}
