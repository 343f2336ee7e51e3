//! `out[b,t,o] = act(Σ_{k,i} x[b, t·stride + k·dilation − pad, g(o)+i]·weight[o,i,k] + bias[o]) + residual[b,t,o]`
//!
//! A product whose left side is read from the clip itself, or, where there are zeros around it or several groups, from
//! a copy of the block's window. Without dilation the taps of a window adjoin, and the whole window is one tap.

use std::ptr::null;
use std::sync::Arc;

use crate::error::Result;
use crate::memory;
use crate::plan::{Activation, ops};

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::gemm::{self, BLOCK_ROWS, Epilogue, Order, Rows};
use super::isa::Isa;
use super::memory::{Memory, Place};
use super::packing::{Layout, Packed};

struct Conv1d {
    isa: Isa,
    x: Place,
    weight: Arc<Packed>,
    bias: Option<Arc<Packed>>,
    stride: usize,
    pad: usize,
    groups: usize,
    activation: Activation,
    residual: Option<Place>,
    out: Place,
    /// Frames that a window spans.
    span: usize,
    /// Every window is inside the clip, and the clip is read in place.
    in_place: bool,
    taps: Vec<usize>,
    tap_len: usize,
    /// Bias of each group begins at a multiple of this; there is one vector per group when they are not adjoining.
    group_bias: Vec<f32>,
}

impl Compile for ops::Conv1d {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::Conv1d { x, weight, bias, stride, pad, dilation, groups, activation, residual, out } = self;
        let (inputs, kernel) = (weight.shape()[1], weight.shape()[2]);
        let x = compiler.place(*x);
        let span = (kernel - 1) * dilation + 1;
        let in_place = *groups == 1 && *pad == 0 && (out.rows - 1) * stride + span <= x.rows;
        let frame = if in_place { x.row_stride } else { inputs };
        let (taps, tap_len) = if *dilation == 1 && frame == inputs {
            (vec![0], kernel * inputs)
        } else {
            ((0..kernel).map(|k| k * dilation * frame).collect(), inputs)
        };
        let padded = compiler.isa.tiles().padded(out.cols / groups);
        let mut group_bias = Vec::new();
        if let Some(bias) = bias.as_ref().filter(|_| *groups > 1) {
            let values = bias.to_f32()?;
            memory::grow(&mut group_bias, groups * padded, bias.name())?;
            let group = values.chunks(out.cols / groups);
            group_bias.extend(group.flat_map(|g| g.iter().copied().chain(std::iter::repeat_n(0.0, padded - g.len()))));
        }
        let step = Conv1d {
            isa: compiler.isa,
            x,
            weight: compiler.pack(weight, Layout::Kernel1d { groups: *groups })?,
            bias: bias.as_ref().map(|b| compiler.pack(b, Layout::Vector)).transpose()?,
            stride: *stride,
            pad: *pad,
            groups: *groups,
            activation: *activation,
            residual: residual.map(|r| compiler.place(r)),
            out: compiler.place(*out),
            span,
            in_place,
            taps,
            tap_len,
            group_bias,
        };
        compiler.push(step);
        Ok(())
    }
}

impl Conv1d {
    fn blocks(&self) -> usize {
        self.out.rows.div_ceil(BLOCK_ROWS)
    }

    /// Channels of a group, in and out.
    fn channels(&self) -> (usize, usize) {
        (self.x.cols / self.groups, self.out.cols / self.groups)
    }

    /// Frames that so many windows span.
    fn window(&self, count: usize) -> usize {
        (count - 1) * self.stride + self.span
    }

    /// Copies the group's channels of the frames under `count` windows from output frame `first` on, zeros outside.
    unsafe fn copy_window(&self, memory: &Memory, b: usize, group: usize, first: usize, count: usize, to: *mut f32) {
        let (inputs, _) = self.channels();
        for frame in 0..self.window(count) {
            // SAFETY: the frame is inside the clip; the scratch holds the window.
            unsafe {
                let to = to.add(frame * inputs);
                match (first * self.stride + frame).checked_sub(self.pad).filter(|&t| t < self.x.rows) {
                    Some(t) => to.copy_from_nonoverlapping(self.x.row(memory, b, t).add(group * inputs), inputs),
                    None => to.write_bytes(0, inputs),
                }
            }
        }
    }
}

impl Step for Conv1d {
    fn tasks(&self) -> usize {
        self.out.batch * self.groups * self.blocks()
    }

    fn work(&self) -> usize {
        self.out.all_rows() * self.out.cols * self.tap_len * self.taps.len()
    }

    fn scratch_len(&self) -> usize {
        if self.in_place { 0 } else { self.window(BLOCK_ROWS.min(self.out.rows)) * self.channels().0 }
    }

    unsafe fn run(&self, task: usize, memory: &Memory, scratch: *mut f32) {
        let (item, block) = (task / self.blocks(), task % self.blocks());
        let (b, group) = (item / self.groups, item % self.groups);
        let (inputs, outputs) = self.channels();
        let first = block * BLOCK_ROWS;
        let count = BLOCK_ROWS.min(self.out.rows - first);
        let bias = match &self.bias {
            None => null(),
            Some(bias) if self.groups == 1 => bias.vector().as_ptr(),
            Some(_) => self.group_bias[group * (self.group_bias.len() / self.groups)..].as_ptr(),
        };
        let epilogue = Epilogue { bias, activation: self.activation, order: Order::ActivationFirst };
        let panels = self.weight.panels(group);
        let mut rows = Rows::new();
        // SAFETY: windows are inside the clip or the copy; every task has rows and columns of its own.
        unsafe {
            if !self.in_place {
                self.copy_window(memory, b, group, first, count, scratch);
            }
            for r in 0..count {
                rows.x[r] = if self.in_place {
                    self.x.row(memory, b, (first + r) * self.stride)
                } else {
                    scratch.add(r * self.stride * inputs)
                };
                rows.out[r] = self.out.row(memory, b, first + r).add(group * outputs);
                let addend = self.residual.map(|p| p.row(memory, b, first + r).add(group * outputs));
                rows.addend[r] = addend.map_or(null(), <*mut f32>::cast_const);
            }
            let all = 0..self.isa.tiles().panels(outputs);
            gemm::block(self.isa, &panels, all, &self.taps, self.tap_len, &epilogue, &rows, count);
        }
    }
}
