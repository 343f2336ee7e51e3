//! `out = act(conv3×3(x) + bias + add)` over a map, zero padding 1, stride 1 or 2, or doubled first.
//!
//! A task copies its rows of the map into scratch with a border of zeros, so that the three texels of a kernel's row
//! adjoin: a window is three taps of 3·I. A doubled map is never made: each of its four phases is a 2×2 kernel over the
//! map as it is, which takes 4/9 of the products.

use std::ptr::null;
use std::sync::Arc;

use crate::error::Result;
use crate::plan::{Activation, Op};

use super::compiler::Compiler;
use super::executable::Step;
use super::gemm::{self, BLOCK_ROWS, Epilogue, Order, Rows};
use super::isa::Isa;
use super::memory::{Memory, Place};
use super::packing::{Layout, Packed};

/// f32s of a task's copy, about: half of a small second-level cache.
const WINDOW_LEN: usize = 32 * 1024;

struct Conv2d {
    isa: Isa,
    x: Place,
    height: usize,
    width: usize,
    weight: Arc<Packed>,
    bias: Option<Arc<Packed>>,
    stride: usize,
    upsample: bool,
    add: Option<Place>,
    activation: Activation,
    out: Place,
    taps: Vec<usize>,
    tap_len: usize,
    /// Rows of the output (of one phase) that a task makes.
    task_rows: usize,
}

pub(super) fn compile(op: &Op, compiler: &mut Compiler) -> Result<()> {
    let Op::Conv2d { x, height, width, weight, bias, stride, upsample, add, activation, out } = op else {
        unreachable!("conv2d only")
    };
    let side = if *upsample { 2 } else { 3 };
    let line = (width + 2) * x.cols;
    let layout = if *upsample { Layout::Phases } else { Layout::Kernel2d };
    let step = Conv2d {
        isa: compiler.isa,
        x: compiler.place(*x),
        height: *height,
        width: *width,
        weight: compiler.pack(weight, layout)?,
        bias: bias.as_ref().map(|b| compiler.pack(b, Layout::Vector)).transpose()?,
        stride: *stride,
        upsample: *upsample,
        add: add.map(|a| compiler.place(a)),
        activation: *activation,
        out: compiler.place(*out),
        taps: (0..side).map(|y| y * line).collect(),
        tap_len: side * x.cols,
        task_rows: (WINDOW_LEN / line / stride).clamp(1, height.div_ceil(*stride)),
    };
    compiler.push(step);
    Ok(())
}

impl Conv2d {
    /// Rows and columns of the output; with doubling, of one phase.
    fn out_size(&self) -> (usize, usize) {
        (self.height.div_ceil(self.stride), self.width.div_ceil(self.stride))
    }

    /// Row tasks of a map.
    fn strips(&self) -> usize {
        self.out_size().0.div_ceil(self.task_rows)
    }

    /// Rows of the map that so many output rows see.
    fn window_rows(&self, rows: usize) -> usize {
        (rows - 1) * self.stride + 3
    }

    /// Copies lines `first − 1..` of the map with a texel of zeros on either side.
    unsafe fn copy_window(&self, memory: &Memory, b: usize, first: usize, lines: usize, to: *mut f32) {
        let channels = self.x.cols;
        let line_len = (self.width + 2) * channels;
        for line in 0..lines {
            // SAFETY: the line is inside the map; the scratch holds the window.
            unsafe {
                let to = to.add(line * line_len);
                let Some(y) = (first + line).checked_sub(1).filter(|&y| y < self.height) else {
                    to.write_bytes(0, line_len);
                    continue;
                };
                to.write_bytes(0, channels);
                if self.x.rows_adjoin() {
                    let from = self.x.row(memory, b, y * self.width);
                    to.add(channels).copy_from_nonoverlapping(from, self.width * channels);
                } else {
                    for column in 0..self.width {
                        let from = self.x.row(memory, b, y * self.width + column);
                        to.add((column + 1) * channels).copy_from_nonoverlapping(from, channels);
                    }
                }
                to.add((self.width + 1) * channels).write_bytes(0, channels);
            }
        }
    }

    /// The row of the output that texel (y, column) of a phase is.
    fn out_row(&self, phase: usize, y: usize, column: usize) -> usize {
        if self.upsample {
            (2 * y + phase / 2) * 2 * self.width + 2 * column + phase % 2
        } else {
            y * self.out_size().1 + column
        }
    }
}

impl Step for Conv2d {
    fn tasks(&self) -> usize {
        self.out.batch * self.strips()
    }

    fn work(&self) -> usize {
        self.out.all_rows() * self.out.cols * self.tap_len * self.taps.len()
    }

    fn scratch_len(&self) -> usize {
        self.window_rows(self.task_rows) * (self.width + 2) * self.x.cols
    }

    unsafe fn run(&self, task: usize, memory: &Memory, scratch: *mut f32) {
        let (b, strip) = (task / self.strips(), task % self.strips());
        let (out_height, out_width) = self.out_size();
        let top = strip * self.task_rows;
        let lines = self.task_rows.min(out_height - top);
        let line_len = (self.width + 2) * self.x.cols;
        let bias = self.bias.as_ref().map_or(null(), |b| b.vector().as_ptr());
        let epilogue = Epilogue { bias, activation: self.activation, order: Order::AddendFirst };
        let all = 0..self.isa.tiles().panels(self.out.cols);
        let mut rows = Rows::new();
        // SAFETY: windows are inside the copy; every task has lines of the output of its own.
        unsafe {
            self.copy_window(memory, b, top * self.stride, self.window_rows(lines), scratch);
            for phase in 0..if self.upsample { 4 } else { 1 } {
                let panels = self.weight.panels(phase);
                // The window's corner; an odd phase begins one texel further.
                let corner = scratch.add(phase / 2 * line_len + phase % 2 * self.x.cols);
                for first in (0..lines * out_width).step_by(BLOCK_ROWS) {
                    let count = BLOCK_ROWS.min(lines * out_width - first);
                    for r in 0..count {
                        let (y, column) = ((first + r) / out_width, (first + r) % out_width);
                        rows.x[r] = corner.add(y * self.stride * line_len + column * self.stride * self.x.cols);
                        let row = self.out_row(phase, top + y, column);
                        rows.out[r] = self.out.row(memory, b, row);
                        rows.addend[r] = self.add.map_or(null(), |p| p.row(memory, b, row).cast_const());
                    }
                    let all = all.clone();
                    gemm::block(self.isa, &panels, all, &self.taps, self.tap_len, &epilogue, &rows, count);
                }
            }
        }
    }
}
