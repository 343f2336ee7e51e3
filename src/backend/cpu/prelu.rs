//! `v = x + add`, `out = max(v, 0) + slope·min(v, 0)`.

use std::sync::Arc;

use crate::error::Result;
use crate::plan::ops;

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::isa::Isa;
use super::memory::{Memory, Place};
use super::packing::{Layout, Packed};
use super::simd::{Kernel, Simd};

/// Values of a task, about.
const TASK_LEN: usize = 16 * 1024;

struct Prelu {
    isa: Isa,
    x: Place,
    add: Option<Place>,
    slope: Arc<Packed>,
    out: Place,
    /// Rows of a task.
    task_rows: usize,
}

impl Compile for ops::Prelu {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::Prelu { x, add, slope, out } = self;
        let step = Prelu {
            isa: compiler.isa,
            x: compiler.place(*x),
            add: add.map(|view| compiler.place(view)),
            slope: compiler.pack(slope, Layout::Vector)?,
            out: compiler.place(*out),
            task_rows: (TASK_LEN / out.cols).max(1),
        };
        compiler.push(step);
        Ok(())
    }
}

impl Step for Prelu {
    fn tasks(&self) -> usize {
        self.out.all_rows().div_ceil(self.task_rows)
    }

    fn work(&self) -> usize {
        self.out.all_rows() * self.out.cols
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let (first, slope) = (task * self.task_rows, self.slope.vector().as_ptr());
        for row in first..(first + self.task_rows).min(self.out.all_rows()) {
            // SAFETY: the row is inside all views, and the output's this task's own.
            unsafe {
                let x = self.x.flat_row(memory, row).cast_const();
                // With nothing to add, no value of the row is read as one.
                let add = self.add.map_or(x, |place| place.flat_row(memory, row).cast_const());
                let added = self.add.map_or(0, |place| place.cols);
                let out = self.out.flat_row(memory, row);
                self.isa.run(Row { x, add, added, slope, out, len: self.out.cols });
            }
        }
    }
}

struct Row {
    x: *const f32,
    add: *const f32,
    /// Values at `add`.
    added: usize,
    slope: *const f32,
    out: *mut f32,
    len: usize,
}

impl Kernel for Row {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        for i in (0..self.len).step_by(S::LANES) {
            let n = S::LANES.min(self.len - i);
            // SAFETY: `len` values at every pointer, `added` at `add`.
            unsafe {
                let mut v = S::load_first(self.x.add(i), n);
                if i < self.added {
                    v = S::add(v, S::load_first(self.add.add(i), n.min(self.added - i)));
                }
                let zero = S::splat(0.0);
                let below = S::mul(S::load_first(self.slope.add(i), n), S::min(v, zero));
                S::store_first(self.out.add(i), S::add(S::max(v, zero), below), n);
            }
        }
    }
}
