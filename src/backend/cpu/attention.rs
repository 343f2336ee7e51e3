//! `out = softmax(scale·q·kᵀ + mask)·v`, head by head.
//!
//! A task is a head and a run of queries. It packs the head's keys and values as panels, then, block of queries by block,
//! makes the rows of scores, turns them into weights, and multiplies them with the values: nothing larger than a block's
//! scores is ever stored.

use std::ops::Range;
use std::ptr::null;

use crate::error::Result;
use crate::plan::{Activation, Mask, ops};

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::gemm::{self, Epilogue, Order, Panels, Rows};
use super::isa::Isa;
use super::math::exp;
use super::memory::{Memory, Place};
use super::simd::{Kernel, Simd};

/// Queries of a task: so many that packing keys and values costs little beside the products.
const TASK_QUERIES: usize = 256;
/// Queries whose scores are held at once.
const BLOCK_QUERIES: usize = 24;

struct Attention {
    isa: Isa,
    q: Place,
    k: Place,
    v: Place,
    heads: usize,
    scale: f32,
    mask: Mask,
    out: Place,
}

impl Compile for ops::Attention {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::Attention { q, k, v, heads, scale, mask, out } = self;
        let step = Attention {
            isa: compiler.isa,
            q: compiler.place(*q),
            k: compiler.place(*k),
            v: compiler.place(*v),
            heads: *heads,
            scale: *scale,
            mask: *mask,
            out: compiler.place(*out),
        };
        compiler.push(step);
        Ok(())
    }
}

impl Attention {
    /// Runs of queries of a head.
    fn runs(&self) -> usize {
        self.q.rows.div_ceil(TASK_QUERIES)
    }

    /// Columns of a head.
    fn head_len(&self) -> usize {
        self.q.cols / self.heads
    }

    /// Lengths of packed keys, packed values and a row of scores.
    fn lens(&self) -> [usize; 3] {
        let tiles = self.isa.tiles();
        let (keys, d) = (tiles.padded(self.k.rows), self.head_len());
        [keys * d, tiles.padded(d) * self.k.rows, keys].map(|len| len.next_multiple_of(16))
    }

    /// Keys that a query sees: always one range.
    fn seen(&self, query: usize) -> Range<usize> {
        let keys = self.k.rows;
        match self.mask {
            Mask::None => 0..keys,
            Mask::Causal => 0..(query + 1).min(keys),
            Mask::Band { .. } if query == 0 => 0..keys,
            Mask::Band { width } => {
                let first = query.saturating_sub(width).min(keys);
                first..(query - 1 + width).clamp(first, keys)
            }
        }
    }
}

impl Step for Attention {
    fn tasks(&self) -> usize {
        self.q.batch * self.heads * self.runs()
    }

    fn work(&self) -> usize {
        2 * self.q.all_rows() * self.q.cols * self.k.rows
    }

    fn scratch_len(&self) -> usize {
        let [keys, values, row] = self.lens();
        keys + values + BLOCK_QUERIES * row
    }

    unsafe fn run(&self, task: usize, memory: &Memory, scratch: *mut f32) {
        let (item, run) = (task / self.runs(), task % self.runs());
        let (b, head) = (item / self.heads, item % self.heads);
        let (d, keys) = (self.head_len(), self.k.rows);
        let [keys_len, values_len, row_len] = self.lens();
        let tiles = self.isa.tiles();
        let epilogue = Epilogue { bias: null(), activation: Activation::None, order: Order::ActivationFirst };
        let queries = run * TASK_QUERIES..((run + 1) * TASK_QUERIES).min(self.q.rows);
        let mut rows = Rows::new();
        // SAFETY: rows are inside their views, the scratch holds the three parts; every task has output of its own.
        unsafe {
            let values_at = scratch.add(keys_len);
            let scores_at = values_at.add(values_len);
            let key_panels = Panels { data: scratch, depth: d, columns: keys };
            let value_panels = Panels { data: values_at, depth: keys, columns: d };
            for first in (0..keys).step_by(tiles.columns[0]) {
                let width = tiles.width(keys, first);
                let panel = scratch.add(first * d);
                for n in 0..width.min(keys - first) {
                    let key = self.k.row(memory, b, first + n).add(head * d);
                    (0..d).for_each(|e| *panel.add(e * width + n) = *key.add(e));
                }
            }
            for first in (0..d).step_by(tiles.columns[0]) {
                let width = tiles.width(d, first);
                for j in 0..keys {
                    let value = self.v.row(memory, b, j).add(head * d + first);
                    let panel = values_at.add(first * keys + j * width);
                    panel.copy_from_nonoverlapping(value, width.min(d - first));
                }
            }
            for first in queries.clone().step_by(BLOCK_QUERIES) {
                let count = BLOCK_QUERIES.min(queries.end - first);
                for r in 0..count {
                    rows.x[r] = self.q.row(memory, b, first + r).add(head * d);
                    rows.out[r] = scores_at.add(r * row_len);
                }
                gemm::block(self.isa, &key_panels, 0..tiles.panels(keys), &[0], d, &epilogue, &rows, count);
                let mut sums = [0.0f32; BLOCK_QUERIES];
                for r in 0..count {
                    let scores = scores_at.add(r * row_len);
                    let seen = self.seen(first + r);
                    scores.write_bytes(0, seen.start);
                    scores.add(seen.end).write_bytes(0, keys - seen.end);
                    let (start, len) = (scores.add(seen.start), seen.len());
                    self.isa.run(Softmax { scores: start, len, scale: self.scale, sum: &mut sums[r] });
                    rows.x[r] = scores;
                    rows.out[r] = self.out.row(memory, b, first + r).add(head * d);
                }
                gemm::block(self.isa, &value_panels, 0..tiles.panels(d), &[0], keys, &epilogue, &rows, count);
                for r in 0..count {
                    let out = std::slice::from_raw_parts_mut(rows.out[r], d);
                    let scale = if sums[r] > 0.0 { 1.0 / sums[r] } else { 0.0 };
                    out.iter_mut().for_each(|value| *value *= scale);
                }
            }
        }
    }
}

/// Turns scores into e^(scale·(score − largest)), not yet divided by their sum.
struct Softmax<'a> {
    scores: *mut f32,
    len: usize,
    scale: f32,
    sum: &'a mut f32,
}

impl Kernel for Softmax<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        // SAFETY: `len` values at scores.
        unsafe {
            let whole = self.len / S::LANES * S::LANES;
            let mut top = S::splat(f32::NEG_INFINITY);
            for j in (0..whole).step_by(S::LANES) {
                top = S::max(top, S::load(self.scores.add(j)));
            }
            let mut top = S::largest(top);
            for j in whole..self.len {
                top = top.max(*self.scores.add(j));
            }
            let (scale, offset) = (S::splat(self.scale), S::splat(-top * self.scale));
            let mut sum = S::splat(0.0);
            for j in (0..whole).step_by(S::LANES) {
                let e = exp::<S>(S::mul_add(S::load(self.scores.add(j)), scale, offset));
                S::store(self.scores.add(j), e);
                sum = S::add(sum, e);
            }
            *self.sum = S::sum(sum);
            if whole < self.len {
                let n = self.len - whole;
                let e = exp::<S>(S::mul_add(S::load_first(self.scores.add(whole), n), scale, offset));
                S::store_first(self.scores.add(whole), e, n);
                *self.sum += (0..n).map(|i| *self.scores.add(whole + i)).sum::<f32>();
            }
        }
    }
}
