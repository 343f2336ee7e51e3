//! `out = bias + Σ weight·x` over a kernel's texels, each channel by itself; texels outside the map are left out.

use std::sync::Arc;

use crate::error::Result;
use crate::plan::ops;

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::isa::Isa;
use super::memory::{Memory, Place};
use super::packing::{Layout, Packed};
use super::simd::{Kernel, Simd};

/// Products of a task, about.
const TASK_PRODUCTS: usize = 64 * 1024;

const MAX_TAPS: usize = ops::MAX_KERNEL * ops::MAX_KERNEL;

struct Depthwise2d {
    isa: Isa,
    x: Place,
    height: usize,
    width: usize,
    weight: Arc<Packed>,
    bias: Arc<Packed>,
    kernel: usize,
    stride: usize,
    pad: usize,
    out: Place,
    /// Texels of the output that a task makes.
    task_rows: usize,
}

impl Compile for ops::Depthwise2d {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::Depthwise2d { x, height, width, weight, bias, stride, pad, out } = self;
        let kernel = weight.shape()[1];
        let step = Depthwise2d {
            isa: compiler.isa,
            x: compiler.place(*x),
            height: *height,
            width: *width,
            weight: compiler.pack(weight, Layout::Taps)?,
            bias: compiler.pack(bias, Layout::Vector)?,
            kernel,
            stride: *stride,
            pad: *pad,
            out: compiler.place(*out),
            task_rows: (TASK_PRODUCTS / weight.len()).max(1),
        };
        compiler.push(step);
        Ok(())
    }
}

impl Step for Depthwise2d {
    fn tasks(&self) -> usize {
        self.out.all_rows().div_ceil(self.task_rows)
    }

    fn work(&self) -> usize {
        self.out.all_rows() * self.out.cols * self.kernel * self.kernel
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let (first, columns) = (task * self.task_rows, self.width.div_ceil(self.stride));
        let weight = self.weight.vector().as_ptr();
        for row in first..(first + self.task_rows).min(self.out.all_rows()) {
            let (b, texel) = (row / self.out.rows, row % self.out.rows);
            let mut texels = [std::ptr::null(); MAX_TAPS];
            let mut weights = [weight; MAX_TAPS];
            let mut taps = 0;
            for (i, j) in (0..self.kernel).flat_map(|i| (0..self.kernel).map(move |j| (i, j))) {
                let inside = |at: usize, side: usize| at.checked_sub(self.pad).filter(|&at| at < side);
                let y = inside(texel / columns * self.stride + i, self.height);
                let x = inside(texel % columns * self.stride + j, self.width);
                let Some((y, x)) = y.zip(x) else { continue };
                // SAFETY: the texel is inside the map, the tap inside the kernel.
                unsafe {
                    texels[taps] = self.x.row(memory, b, y * self.width + x).cast_const();
                    weights[taps] = weight.add((i * self.kernel + j) * self.out.cols);
                }
                taps += 1;
            }
            // SAFETY: rows of all channels; the output's is this task's own.
            unsafe {
                let (bias, out) = (self.bias.vector().as_ptr(), self.out.row(memory, b, texel));
                let (texels, weights) = (&texels[..taps], &weights[..taps]);
                self.isa.run(Texel { texels, weights, bias, out, len: self.out.cols });
            }
        }
    }
}

/// One texel of the output from those that its kernel sees.
struct Texel<'a> {
    texels: &'a [*const f32],
    weights: &'a [*const f32],
    bias: *const f32,
    out: *mut f32,
    len: usize,
}

impl Kernel for Texel<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let whole = self.len / S::LANES * S::LANES;
        // SAFETY: `len` values at every pointer.
        unsafe {
            for c in (0..whole).step_by(S::LANES) {
                let mut sum = S::load(self.bias.add(c));
                for (texel, weight) in self.texels.iter().zip(self.weights) {
                    sum = S::mul_add(S::load(texel.add(c)), S::load(weight.add(c)), sum);
                }
                S::store(self.out.add(c), sum);
            }
            if whole < self.len {
                let n = self.len - whole;
                let mut sum = S::load_first(self.bias.add(whole), n);
                for (texel, weight) in self.texels.iter().zip(self.weights) {
                    let (x, w) = (S::load_first(texel.add(whole), n), S::load_first(weight.add(whole), n));
                    sum = S::mul_add(x, w, sum);
                }
                S::store_first(self.out.add(whole), sum, n);
            }
        }
    }
}
