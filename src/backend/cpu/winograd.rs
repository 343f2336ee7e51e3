//! 3×3 convolution by a bilinear [`scheme`](super::scheme), tile by tile.
//!
//! A task transforms the windows of its tiles, multiplies each element's [tiles, I] with that element's weights [I, O],
//! panel by panel, and transforms back while the panel's products are still close.

use std::marker::PhantomData;
use std::ptr::null;
use std::sync::Arc;

use crate::error::Result;
use crate::plan::{Activation, ops};

use super::compiler::Compiler;
use super::executable::Step;
use super::gemm;
use super::isa::Isa;
use super::math::activate;
use super::memory::{Aligned, Memory, Place};
use super::packing::{Layout, Packed};
use super::scheme::{Down, Plain, SIDE, Scheme, Up};
use super::simd::{Kernel, Simd};

/// Tiles of a task: a multiple of the rows of every product's tile, and enough to read the weights for.
const TASK_TILES: usize = 24;

struct Winograd<T> {
    isa: Isa,
    x: Place,
    height: usize,
    width: usize,
    weight: Arc<Packed>,
    bias: Option<Arc<Packed>>,
    add: Option<Place>,
    activation: Activation,
    out: Place,
    /// Sides of the output.
    out_height: usize,
    out_width: usize,
    /// What windows see outside the map.
    zeros: Aligned,
    scheme: PhantomData<T>,
}

/// Pushes the step if a scheme saves more than its transforms and its larger weights cost.
pub(super) fn compile(op: &ops::Conv2d, compiler: &mut Compiler) -> Result<bool> {
    let ops::Conv2d { x, height, width, stride, upsample, .. } = op;
    match (stride, upsample) {
        (_, true) => push::<Up>(op, compiler)?,
        (1, _) if x.cols >= 16 && *height.min(width) >= 4 => push::<Plain>(op, compiler)?,
        // 25/9 of the weights are read for little by few tiles, and sums of few channels are short.
        (2, _) if x.cols >= 64 && height * width >= 32 * 32 => push::<Down>(op, compiler)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn push<T: Scheme>(op: &ops::Conv2d, compiler: &mut Compiler) -> Result<()> {
    let ops::Conv2d { x, height, width, weight, bias, stride, upsample, add, activation, out } = op;
    let scale = if *upsample { 2 } else { 1 };
    let step = Winograd::<T> {
        isa: compiler.isa,
        x: compiler.place(*x),
        height: *height,
        width: *width,
        weight: compiler.pack(weight, Layout::Winograd(T::KIND))?,
        bias: bias.as_ref().map(|b| compiler.pack(b, Layout::Vector)).transpose()?,
        add: add.map(|a| compiler.place(a)),
        activation: *activation,
        out: compiler.place(*out),
        out_height: (height * scale).div_ceil(*stride),
        out_width: (width * scale).div_ceil(*stride),
        zeros: Aligned::zeros(x.cols)?,
        scheme: PhantomData,
    };
    compiler.push(step);
    Ok(())
}

impl<T: Scheme> Winograd<T> {
    const ELEMENTS: usize = T::ELEMENTS * T::ELEMENTS;

    fn tiles_across(&self) -> usize {
        self.out_width.div_ceil(T::TILE)
    }

    fn tiles(&self) -> usize {
        self.out_height.div_ceil(T::TILE) * self.tiles_across()
    }

    fn runs(&self) -> usize {
        self.tiles().div_ceil(TASK_TILES)
    }

    fn panels(&self) -> usize {
        self.isa.tiles().panels(self.out.cols)
    }

    fn task_panels(&self) -> usize {
        gemm::task_panels(self.panels(), self.out.batch * self.runs())
    }

    /// f32s from an element to the next, for so many values of one element: a line more than they fill, so that the
    /// elements of a window do not all fall into one set of the cache.
    fn stride(len: usize) -> usize {
        len.next_multiple_of(16) + 16
    }

    fn windows_len(&self) -> usize {
        Self::ELEMENTS * Self::stride(TASK_TILES * self.x.cols)
    }

    /// The texels that a tile sees, row by row.
    unsafe fn window(&self, memory: &Memory, b: usize, tile: usize) -> [*const f32; SIDE * SIDE] {
        let (top, left) = (tile / self.tiles_across() * T::STEP, tile % self.tiles_across() * T::STEP);
        std::array::from_fn(|e| {
            let y = (top + e / T::WINDOW).checked_sub(1).filter(|&y| y < self.height);
            let column = (left + e % T::WINDOW).checked_sub(1).filter(|&column| column < self.width);
            // SAFETY: the texel is inside the map.
            let texel = |(y, column)| unsafe { self.x.row(memory, b, y * self.width + column).cast_const() };
            y.zip(column).map_or(self.zeros.as_slice().as_ptr(), texel)
        })
    }
}

impl<T: Scheme> Step for Winograd<T> {
    fn tasks(&self) -> usize {
        self.out.batch * self.runs() * self.panels().div_ceil(self.task_panels())
    }

    fn work(&self) -> usize {
        self.out.batch * self.tiles() * Self::ELEMENTS * self.x.cols * self.out.cols
    }

    fn scratch_len(&self) -> usize {
        self.windows_len() + Self::ELEMENTS * Self::stride(TASK_TILES * self.isa.tiles().columns[0])
    }

    unsafe fn run(&self, task: usize, memory: &Memory, scratch: *mut f32) {
        let all_runs = self.out.batch * self.runs();
        let (slice, run) = (task / all_runs, task % all_runs);
        let (b, run) = (run / self.runs(), run % self.runs());
        let panels = slice * self.task_panels()..((slice + 1) * self.task_panels()).min(self.panels());
        let first = run * TASK_TILES;
        let count = TASK_TILES.min(self.tiles() - first);
        let channels = self.x.cols;
        let kernels = self.isa.tiles();
        let windows_stride = Self::stride(count * channels);
        // SAFETY: the scratch holds windows and products; every task has tiles or panels of its own.
        unsafe {
            for t in 0..count {
                let window = self.window(memory, b, first + t);
                let (to, stride) = (scratch.add(t * channels), windows_stride);
                self.isa.run(WindowTransform::<T> { window: &window, channels, to, stride, scheme: PhantomData });
            }
            let products = scratch.add(self.windows_len());
            let mut rows = [null(); TASK_TILES];
            for panel in panels {
                let column = panel * kernels.columns[0];
                let width = kernels.width(self.out.cols, column);
                let stride = Self::stride(count * width);
                for e in 0..Self::ELEMENTS {
                    let windows = scratch.add(e * windows_stride).cast_const();
                    (0..count).for_each(|t| rows[t] = windows.add(t * channels));
                    let to = products.add(e * stride);
                    let (weights, next) = (self.weight.panels(e), self.weight.panels((e + 1) % Self::ELEMENTS));
                    gemm::products(self.isa, &weights, panel, &next, &rows[..count], to);
                }
                for t in 0..count {
                    let (tile, products) = (first + t, products.add(t * width));
                    self.isa.run(TileTransform { op: self, memory, b, tile, products, stride, column });
                }
            }
        }
    }
}

/// Bᵀ·d·B of one window, all channels.
struct WindowTransform<'a, T> {
    window: &'a [*const f32; SIDE * SIDE],
    channels: usize,
    to: *mut f32,
    /// Values from an element to the next.
    stride: usize,
    scheme: PhantomData<T>,
}

impl<T: Scheme> Kernel for WindowTransform<'_, T> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        // SAFETY: `channels` values at every texel and every element.
        unsafe {
            for c in (0..self.channels).step_by(S::LANES) {
                let n = S::LANES.min(self.channels - c);
                let mut columns = [[S::splat(0.0); SIDE]; SIDE];
                for x in 0..T::WINDOW {
                    let mut d = [S::splat(0.0); SIDE];
                    for y in 0..T::WINDOW {
                        let texel = self.window[y * T::WINDOW + x].add(c);
                        d[y] = if n == S::LANES { S::load(texel) } else { S::load_first(texel, n) };
                    }
                    columns[x] = T::window::<S>(d);
                }
                for y in 0..T::ELEMENTS {
                    let mut d = [S::splat(0.0); SIDE];
                    for x in 0..T::WINDOW {
                        d[x] = columns[x][y];
                    }
                    let row = T::window::<S>(d);
                    for x in 0..T::ELEMENTS {
                        let to = self.to.add((y * T::ELEMENTS + x) * self.stride + c);
                        if n == S::LANES { S::store(to, row[x]) } else { S::store_first(to, row[x], n) }
                    }
                }
            }
        }
    }
}

/// act(Aᵀ·m·A + bias + addend) of one tile, the columns of one panel.
struct TileTransform<'a, T> {
    op: &'a Winograd<T>,
    memory: &'a Memory,
    b: usize,
    tile: usize,
    products: *const f32,
    /// Values from an element to the next.
    stride: usize,
    /// First column of the panel.
    column: usize,
}

impl<T: Scheme> TileTransform<'_, T> {
    #[inline(always)]
    unsafe fn with<S: Simd>(&self, activation: Activation) {
        let op = self.op;
        let (top, left) = (self.tile / op.tiles_across() * T::TILE, self.tile % op.tiles_across() * T::TILE);
        let (lines, across) = (T::TILE.min(op.out_height - top), T::TILE.min(op.out_width - left));
        let last = op.out.cols.min(self.column + op.isa.tiles().columns[0]);
        // SAFETY: texels are inside the map; the columns past the panel's last one are not touched.
        unsafe {
            for c in (self.column..last).step_by(S::LANES) {
                let n = S::LANES.min(op.out.cols - c);
                let mut columns = [[S::splat(0.0); SIDE]; SIDE];
                for x in 0..T::ELEMENTS {
                    let mut m = [S::splat(0.0); SIDE];
                    for y in 0..T::ELEMENTS {
                        m[y] = S::load(self.products.add((y * T::ELEMENTS + x) * self.stride + c - self.column));
                    }
                    columns[x] = T::tile::<S>(m);
                }
                let bias = op.bias.as_ref().map_or(S::splat(0.0), |b| S::load(b.vector().as_ptr().add(c)));
                let mut texels = [[S::splat(0.0); SIDE]; SIDE];
                for y in 0..T::TILE {
                    let mut m = [S::splat(0.0); SIDE];
                    for x in 0..T::ELEMENTS {
                        m[x] = columns[x][y];
                    }
                    texels[y] = T::tile::<S>(m);
                }
                for t in 0..lines * across {
                    let (y, x) = (t / across, t % across);
                    let row = (top + y) * op.out_width + left + x;
                    let mut v = S::add(texels[y][x], bias);
                    if let Some(add) = op.add {
                        v = S::add(v, S::load_first(add.row(self.memory, self.b, row).add(c), n));
                    }
                    S::store_first(op.out.row(self.memory, self.b, row).add(c), activate::<S>(activation, v), n);
                }
            }
        }
    }
}

impl<T: Scheme> Kernel for TileTransform<'_, T> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        // SAFETY: as for `with`. One loop per activation, so that none is chosen inside it.
        unsafe {
            match self.op.activation {
                Activation::None => self.with::<S>(Activation::None),
                Activation::Silu => self.with::<S>(Activation::Silu),
                Activation::Gelu => self.with::<S>(Activation::Gelu),
                Activation::QuickGelu => self.with::<S>(Activation::QuickGelu),
            }
        }
    }
}
