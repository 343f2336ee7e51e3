//! `out = act((x − mean)/√(var + eps)·weight + bias)` over the columns of each row, population variance.

use std::sync::Arc;

use crate::error::Result;
use crate::plan::{Activation, ops};

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::isa::Isa;
use super::math::activate;
use super::memory::{Memory, Place};
use super::packing::{Layout, Packed};
use super::simd::{Kernel, Simd};

/// Elements of a task, about.
const TASK_LEN: usize = 16 * 1024;

struct LayerNorm {
    isa: Isa,
    x: Place,
    weight: Arc<Packed>,
    bias: Arc<Packed>,
    eps: f32,
    activation: Activation,
    out: Place,
    task_rows: usize,
}

impl Compile for ops::LayerNorm {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::LayerNorm { x, weight, bias, eps, activation, out } = self;
        let step = LayerNorm {
            isa: compiler.isa,
            x: compiler.place(*x),
            weight: compiler.pack(weight, Layout::Vector)?,
            bias: compiler.pack(bias, Layout::Vector)?,
            eps: *eps,
            activation: *activation,
            out: compiler.place(*out),
            task_rows: TASK_LEN.div_ceil(x.cols),
        };
        compiler.push(step);
        Ok(())
    }
}

impl Step for LayerNorm {
    fn tasks(&self) -> usize {
        self.out.all_rows().div_ceil(self.task_rows)
    }

    fn work(&self) -> usize {
        4 * self.out.all_rows() * self.out.cols
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let first = task * self.task_rows;
        for row in first..(first + self.task_rows).min(self.out.all_rows()) {
            // SAFETY: the row is inside the views, and this task's own; weight and bias are padded to full vectors.
            unsafe {
                self.isa.run(Row {
                    x: self.x.flat_row(memory, row),
                    out: self.out.flat_row(memory, row),
                    len: self.out.cols,
                    weight: self.weight.vector(),
                    bias: self.bias.vector(),
                    eps: self.eps,
                    activation: self.activation,
                });
            }
        }
    }
}

/// One row; x and out may be the same.
struct Row<'a> {
    x: *const f32,
    out: *mut f32,
    len: usize,
    weight: &'a [f32],
    bias: &'a [f32],
    eps: f32,
    activation: Activation,
}

impl Kernel for Row<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        // SAFETY: `len` values at x and out; the tail is read and written in part.
        unsafe {
            let whole = self.len / S::LANES * S::LANES;
            let tail = self.len - whole;
            let mut sum = S::load_first(self.x.add(whole), tail);
            for c in (0..whole).step_by(S::LANES) {
                sum = S::add(sum, S::load(self.x.add(c)));
            }
            let mean = S::sum(sum) / self.len as f32;
            let center = S::splat(mean);

            let mut square = S::splat(0.0);
            for c in (0..whole).step_by(S::LANES) {
                let d = S::sub(S::load(self.x.add(c)), center);
                square = S::mul_add(d, d, square);
            }
            let mut square = S::sum(square);
            for c in whole..self.len {
                let d = *self.x.add(c) - mean;
                square += d * d;
            }
            let scale = S::splat(1.0 / (square / self.len as f32 + self.eps).sqrt());

            for c in (0..self.len).step_by(S::LANES) {
                let n = S::LANES.min(self.len - c);
                let d = S::sub(S::load_first(self.x.add(c), n), center);
                let gain = S::mul(scale, S::load(self.weight.as_ptr().add(c)));
                let y = activate::<S>(self.activation, S::mul_add(d, gain, S::load(self.bias.as_ptr().add(c))));
                S::store_first(self.out.add(c), y, n);
            }
        }
    }
}
