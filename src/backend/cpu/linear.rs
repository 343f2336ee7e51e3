//! `out[b,r,o] = act(Σ_i x[b,r,i]·weight[o,i] + bias[o]) + residual[b,r,o]`

use std::ptr::null;
use std::sync::Arc;

use crate::error::Result;
use crate::plan::{Activation, ops};

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::gemm::{self, BLOCK_ROWS, Epilogue, Order, Rows};
use super::isa::Isa;
use super::memory::{Memory, Place};
use super::packing::{Layout, Packed};

/// Multiplications of a task, at least.
const TASK_WORK: usize = 1 << 22;

struct Linear {
    isa: Isa,
    x: Place,
    weight: Arc<Packed>,
    bias: Option<Arc<Packed>>,
    activation: Activation,
    residual: Option<Place>,
    out: Place,
    /// Panels of a task.
    task_panels: usize,
}

impl Compile for ops::Linear {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::Linear { x, weight, bias, activation, residual, out } = self;
        let rows = BLOCK_ROWS.min(x.batch * x.rows);
        let panel_work = rows * x.cols * compiler.isa.tiles().columns[0];
        let step = Linear {
            isa: compiler.isa,
            x: compiler.place(*x),
            weight: compiler.pack(weight, Layout::Matrix)?,
            bias: bias.as_ref().map(|b| compiler.pack(b, Layout::Vector)).transpose()?,
            activation: *activation,
            residual: residual.map(|r| compiler.place(r)),
            out: compiler.place(*out),
            task_panels: TASK_WORK.div_ceil(panel_work),
        };
        compiler.push(step);
        Ok(())
    }
}

impl Linear {
    fn blocks(&self) -> usize {
        self.out.all_rows().div_ceil(BLOCK_ROWS)
    }

    fn panels(&self) -> usize {
        self.isa.tiles().panels(self.out.cols)
    }
}

impl Step for Linear {
    fn tasks(&self) -> usize {
        self.blocks() * self.panels().div_ceil(self.task_panels)
    }

    fn work(&self) -> usize {
        self.out.all_rows() * self.out.cols * self.x.cols
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let (slice, block) = (task / self.blocks(), task % self.blocks());
        let first = block * BLOCK_ROWS;
        let count = BLOCK_ROWS.min(self.out.all_rows() - first);
        let mut rows = Rows::new();
        let panels = slice * self.task_panels..((slice + 1) * self.task_panels).min(self.panels());
        let bias = self.bias.as_ref().map_or(null(), |b| b.vector().as_ptr());
        let epilogue = Epilogue { bias, activation: self.activation, order: Order::ActivationFirst };
        // SAFETY: rows are inside their views; tasks have rows or columns of their own.
        unsafe {
            for r in 0..count {
                rows.x[r] = self.x.flat_row(memory, first + r);
                rows.out[r] = self.out.flat_row(memory, first + r);
                rows.addend[r] = self.residual.map_or(null(), |p| p.flat_row(memory, first + r).cast_const());
            }
            gemm::block(self.isa, &self.weight.panels(0), panels, &[0], self.x.cols, &epilogue, &rows, count);
        }
    }
}
