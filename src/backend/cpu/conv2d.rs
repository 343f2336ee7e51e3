//! `out = act(conv3×3(x) + bias + add)` over a map, zero padding 1, stride 1 or 2, or doubled first.
//!
//! Most go by [`winograd`]. Here is the rest, as the definition reads: a task copies its rows of the map into scratch with
//! a border of zeros, so that the three texels of a kernel's row adjoin, and a window is three taps of 3·I.

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
use super::winograd;

/// f32s of a task's copy, about: half of a small second-level cache. Small maps of many channels take more, so that a
/// full block of rows shares what is read of their large weights.
const WINDOW_LEN: usize = 32 * 1024;

struct Conv2d {
    isa: Isa,
    x: Place,
    height: usize,
    width: usize,
    weight: Arc<Packed>,
    bias: Option<Arc<Packed>>,
    stride: usize,
    add: Option<Place>,
    activation: Activation,
    out: Place,
    taps: [usize; 3],
    tap_len: usize,
    /// Rows of the output that a task makes.
    task_rows: usize,
}

impl Compile for ops::Conv2d {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        if winograd::compile(self, compiler)? {
            return Ok(());
        }
        // Doubled maps go by their scheme.
        let ops::Conv2d { x, height, width, weight, bias, stride, upsample: _, add, activation, out } = self;
        let line = (width + 2) * x.cols;
        let step = Conv2d {
            isa: compiler.isa,
            x: compiler.place(*x),
            height: *height,
            width: *width,
            weight: compiler.pack(weight, Layout::Kernel2d)?,
            bias: bias.as_ref().map(|b| compiler.pack(b, Layout::Vector)).transpose()?,
            stride: *stride,
            add: add.map(|a| compiler.place(a)),
            activation: *activation,
            out: compiler.place(*out),
            taps: [0, line, 2 * line],
            tap_len: 3 * x.cols,
            task_rows: (WINDOW_LEN / line / stride)
                .max(BLOCK_ROWS / width.div_ceil(*stride))
                .clamp(1, height.div_ceil(*stride)),
        };
        compiler.push(step);
        Ok(())
    }
}

impl Conv2d {
    /// Rows and columns of the output.
    fn out_size(&self) -> (usize, usize) {
        (self.height.div_ceil(self.stride), self.width.div_ceil(self.stride))
    }

    /// Row tasks of a map.
    fn strips(&self) -> usize {
        self.out_size().0.div_ceil(self.task_rows)
    }

    fn panels(&self) -> usize {
        self.isa.tiles().panels(self.out.cols)
    }

    fn task_panels(&self) -> usize {
        gemm::task_panels(self.panels(), self.out.batch * self.strips())
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
}

impl Step for Conv2d {
    fn tasks(&self) -> usize {
        self.out.batch * self.strips() * self.panels().div_ceil(self.task_panels())
    }

    fn work(&self) -> usize {
        self.out.all_rows() * self.out.cols * self.tap_len * self.taps.len()
    }

    fn scratch_len(&self) -> usize {
        self.window_rows(self.task_rows) * (self.width + 2) * self.x.cols
    }

    unsafe fn run(&self, task: usize, memory: &Memory, scratch: *mut f32) {
        let all_strips = self.out.batch * self.strips();
        let (slice, strip) = (task / all_strips, task % all_strips);
        let (b, strip) = (strip / self.strips(), strip % self.strips());
        let panels = slice * self.task_panels()..((slice + 1) * self.task_panels()).min(self.panels());
        let (out_height, out_width) = self.out_size();
        let top = strip * self.task_rows;
        let lines = self.task_rows.min(out_height - top);
        let line_len = (self.width + 2) * self.x.cols;
        let bias = self.bias.as_ref().map_or(null(), |b| b.vector().as_ptr());
        let epilogue = Epilogue { bias, activation: self.activation, order: Order::AddendFirst };
        let mut rows = Rows::new();
        // SAFETY: windows are inside the copy; every task has lines or columns of its own.
        unsafe {
            self.copy_window(memory, b, top * self.stride, self.window_rows(lines), scratch);
            let weight = self.weight.panels(0);
            for first in (0..lines * out_width).step_by(BLOCK_ROWS) {
                let count = BLOCK_ROWS.min(lines * out_width - first);
                for r in 0..count {
                    let (y, column) = ((first + r) / out_width, (first + r) % out_width);
                    rows.x[r] = scratch.add((y * line_len + column * self.x.cols) * self.stride);
                    let row = top * out_width + first + r;
                    rows.out[r] = self.out.row(memory, b, row);
                    rows.addend[r] = self.add.map_or(null(), |p| p.row(memory, b, row).cast_const());
                }
                let which = panels.clone();
                gemm::block(self.isa, &weight, which, &self.taps, self.tap_len, &epilogue, &rows, count);
            }
        }
    }
}
