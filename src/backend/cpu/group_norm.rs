//! `out = act(n·gain + shift)`, n being x normalised over all rows and the columns of each group.
//!
//! Three steps: sums of every chunk of rows, column by column in f32 about the item's first row; from them, in f64 and
//! in the order of the chunks, mean, gain and shift of every column; then the map itself.

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

/// Rows whose sums are kept apart: few enough for f32.
const CHUNK_ROWS: usize = 256;
/// Vectors that one pass over a chunk's rows takes side by side.
const WIDE: usize = 2;

#[derive(Clone)]
struct GroupNorm {
    isa: Isa,
    x: Place,
    groups: usize,
    eps: f32,
    affine: Option<(Arc<Packed>, Arc<Packed>)>,
    film: Option<Place>,
    activation: Activation,
    out: Place,
}

impl Compile for ops::GroupNorm {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::GroupNorm { x, groups, eps, affine, film, activation, out } = self;
        let affine = affine.as_ref().map(|(weight, bias)| -> Result<_> {
            Ok((compiler.pack(weight, Layout::Vector)?, compiler.pack(bias, Layout::Vector)?))
        });
        let norm = GroupNorm {
            isa: compiler.isa,
            x: compiler.place(*x),
            groups: *groups,
            eps: *eps,
            affine: affine.transpose()?,
            film: film.map(|f| compiler.place(f)),
            activation: *activation,
            out: compiler.place(*out),
        };
        compiler.reserve_workspace(norm.columns_at() + norm.x.batch * 3 * norm.x.cols);
        compiler.push(Sums(norm.clone()));
        compiler.push(Columns(norm.clone()));
        compiler.push(Apply(norm));
        Ok(())
    }
}

impl GroupNorm {
    fn chunks(&self) -> usize {
        self.x.rows.div_ceil(CHUNK_ROWS)
    }

    fn tasks(&self) -> usize {
        self.x.batch * self.chunks()
    }

    fn work(&self) -> usize {
        4 * self.x.all_rows() * self.x.cols
    }

    /// Item and rows of a task.
    fn chunk(&self, task: usize) -> (usize, std::ops::Range<usize>) {
        let (b, chunk) = (task / self.chunks(), task % self.chunks());
        (b, chunk * CHUNK_ROWS..((chunk + 1) * CHUNK_ROWS).min(self.x.rows))
    }

    /// Sums and sums of squares of a task's columns, in the workspace.
    fn sums_at(&self, task: usize) -> usize {
        task * 2 * self.x.cols
    }

    /// Where mean, gain and shift of the columns begin.
    fn columns_at(&self) -> usize {
        self.sums_at(self.tasks())
    }
}

/// First step: column sums of x − first row, and of its square.
struct Sums(GroupNorm);

impl Step for Sums {
    fn tasks(&self) -> usize {
        self.0.tasks()
    }

    fn work(&self) -> usize {
        self.0.work()
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let (b, rows) = self.0.chunk(task);
        // SAFETY: rows are inside the view; every task has sums of its own.
        unsafe {
            self.0.isa.run(ColumnSums {
                x: self.0.x.row(memory, b, rows.start),
                pivot: self.0.x.row(memory, b, 0),
                rows: rows.len(),
                stride: self.0.x.row_stride,
                cols: self.0.x.cols,
                sums: memory.workspace.add(self.0.sums_at(task)),
            });
        }
    }
}

struct ColumnSums {
    x: *const f32,
    pivot: *const f32,
    rows: usize,
    stride: usize,
    cols: usize,
    sums: *mut f32,
}

impl ColumnSums {
    /// `N` vectors from column `c` on; with `N` = 1 perhaps less than a whole one.
    #[inline(always)]
    unsafe fn columns<S: Simd, const N: usize>(&self, c: usize) {
        let n = S::LANES.min(self.cols - c);
        // SAFETY: as for `run`.
        unsafe {
            let pivot = load::<S, N>(self.pivot.add(c), n);
            let (mut sum, mut square) = ([S::splat(0.0); N], [S::splat(0.0); N]);
            for r in 0..self.rows {
                let x = load::<S, N>(self.x.add(r * self.stride + c), n);
                for i in 0..N {
                    let d = S::sub(x[i], pivot[i]);
                    sum[i] = S::add(sum[i], d);
                    square[i] = S::mul_add(d, d, square[i]);
                }
            }
            for i in 0..N {
                let to = self.sums.add(c + i * S::LANES);
                S::store_first(to, sum[i], n);
                S::store_first(to.add(self.cols), square[i], n);
            }
        }
    }
}

impl Kernel for ColumnSums {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let wide = WIDE * S::LANES;
        let whole = self.cols / wide * wide;
        // SAFETY: rows · stride values at x, 2 · cols at sums.
        unsafe {
            for c in (0..whole).step_by(wide) {
                self.columns::<S, WIDE>(c);
            }
            for c in (whole..self.cols).step_by(S::LANES) {
                self.columns::<S, 1>(c);
            }
        }
    }
}

/// `N` vectors; with `N` = 1 the first `n` values of one.
#[inline(always)]
unsafe fn load<S: Simd, const N: usize>(from: *const f32, n: usize) -> [S::V; N] {
    // SAFETY: as for the caller.
    unsafe {
        let mut v = [S::splat(0.0); N];
        for i in 0..N {
            v[i] = if N > 1 { S::load(from.add(i * S::LANES)) } else { S::load_first(from, n) };
        }
        v
    }
}

/// Second step: mean, gain and shift of every column, so that out = (x − mean)·gain + shift.
struct Columns(GroupNorm);

impl Step for Columns {
    fn tasks(&self) -> usize {
        self.0.x.batch
    }

    fn work(&self) -> usize {
        8 * self.0.chunks() * self.0.x.batch * self.0.x.cols
    }

    unsafe fn run(&self, b: usize, memory: &Memory, _scratch: *mut f32) {
        let norm = &self.0;
        let (cols, size) = (norm.x.cols, norm.x.cols / norm.groups);
        let count = norm.x.rows as f64;
        // SAFETY: the places are inside workspace and views; every item has columns of its own.
        unsafe {
            let pivot = norm.x.row(memory, b, 0);
            let columns = memory.workspace.add(norm.columns_at() + b * 3 * cols);
            let film = norm.film.map(|f| f.row(memory, b, 0).cast_const());
            for first in (0..cols).step_by(size) {
                let moments = |c: usize| {
                    let chunk = |k: usize| memory.workspace.add(norm.sums_at(b * norm.chunks() + k) + c);
                    let sum: f64 = (0..norm.chunks()).map(|k| f64::from(*chunk(k))).sum();
                    let square: f64 = (0..norm.chunks()).map(|k| f64::from(*chunk(k).add(cols))).sum();
                    (f64::from(*pivot.add(c)) + sum / count, square - sum * sum / count)
                };
                let columns_of_group = first..first + size;
                let mean = columns_of_group.clone().map(|c| moments(c).0).sum::<f64>() / size as f64;
                let within = |c: usize| {
                    let (column_mean, spread) = moments(c);
                    spread + count * (column_mean - mean).powi(2)
                };
                let variance = columns_of_group.clone().map(within).sum::<f64>() / (count * size as f64);
                let scale = 1.0 / (variance + f64::from(norm.eps)).sqrt();
                for c in columns_of_group {
                    let (gain, shift) = match (&norm.affine, film) {
                        (Some((weight, bias)), _) => (weight.vector()[c], bias.vector()[c]),
                        (None, Some(film)) => (1.0 + *film.add(c), *film.add(cols + c)),
                        (None, None) => (1.0, 0.0),
                    };
                    *columns.add(c) = mean as f32;
                    *columns.add(cols + c) = (scale * f64::from(gain)) as f32;
                    *columns.add(2 * cols + c) = shift;
                }
            }
        }
    }
}

/// Third step: out = act((x − mean)·gain + shift).
struct Apply(GroupNorm);

impl Step for Apply {
    fn tasks(&self) -> usize {
        self.0.tasks()
    }

    fn work(&self) -> usize {
        self.0.work()
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        let (b, rows) = self.0.chunk(task);
        let cols = self.0.x.cols;
        // SAFETY: rows are inside the views, and this task's own.
        unsafe {
            let columns = memory.workspace.add(self.0.columns_at() + b * 3 * cols);
            self.0.isa.run(ApplyRows {
                x: self.0.x.row(memory, b, rows.start),
                x_stride: self.0.x.row_stride,
                out: self.0.out.row(memory, b, rows.start),
                out_stride: self.0.out.row_stride,
                rows: rows.len(),
                columns,
                cols,
                activation: self.0.activation,
            });
        }
    }
}

/// Some rows; x and out may be the same.
struct ApplyRows {
    x: *const f32,
    x_stride: usize,
    out: *mut f32,
    out_stride: usize,
    rows: usize,
    columns: *const f32,
    cols: usize,
    activation: Activation,
}

impl ApplyRows {
    /// `N` vectors from column `c` on; with `N` = 1 perhaps less than a whole one.
    #[inline(always)]
    unsafe fn columns<S: Simd, const N: usize>(&self, c: usize, activation: Activation) {
        let n = S::LANES.min(self.cols - c);
        // SAFETY: as for `run`.
        unsafe {
            let mean = load::<S, N>(self.columns.add(c), n);
            let gain = load::<S, N>(self.columns.add(self.cols + c), n);
            let shift = load::<S, N>(self.columns.add(2 * self.cols + c), n);
            for r in 0..self.rows {
                let x = load::<S, N>(self.x.add(r * self.x_stride + c), n);
                for i in 0..N {
                    let d = S::sub(x[i], mean[i]);
                    let y = activate::<S>(activation, S::mul_add(d, gain[i], shift[i]));
                    let to = self.out.add(r * self.out_stride + c + i * S::LANES);
                    if N > 1 { S::store(to, y) } else { S::store_first(to, y, n) }
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn with<S: Simd>(&self, activation: Activation) {
        let wide = WIDE * S::LANES;
        let whole = self.cols / wide * wide;
        // SAFETY: `cols` values in every row of x and out, three times as many at columns.
        unsafe {
            for c in (0..whole).step_by(wide) {
                self.columns::<S, WIDE>(c, activation);
            }
            for c in (whole..self.cols).step_by(S::LANES) {
                self.columns::<S, 1>(c, activation);
            }
        }
    }
}

impl Kernel for ApplyRows {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        // SAFETY: as for `with`. One loop per activation, so that none is chosen inside it.
        unsafe {
            match self.activation {
                Activation::None => self.with::<S>(Activation::None),
                Activation::Gelu => self.with::<S>(Activation::Gelu),
                Activation::QuickGelu => self.with::<S>(Activation::QuickGelu),
                Activation::Silu => self.with::<S>(Activation::Silu),
            }
        }
    }
}
