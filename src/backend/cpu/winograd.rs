//! 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3): a quarter of the products (Lavin and Gray, arXiv 1509.09308).
//!
//! `y = Aᵀ[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]A`, tile of 4 × 4 texels by tile, d being the 6 × 6 texels that they see. A task transforms
//! the windows of its tiles, multiplies each of the 36 elements' [tiles, I] with that element's weights [I, O], panel
//! by panel, and transforms back while the panel's products are still close.

use std::ptr::null;
use std::sync::Arc;

use crate::error::Result;
use crate::plan::{Activation, Op};

use super::compiler::Compiler;
use super::executable::Step;
use super::gemm;
use super::isa::Isa;
use super::math::activate;
use super::memory::{Aligned, Memory, Place};
use super::packing::{Layout, Packed};
use super::simd::{Kernel, Simd};

/// Texels of a tile's side, and of its window's.
const TILE: usize = 4;
const WINDOW: usize = TILE + 2;
/// Elements of a transformed window.
pub(super) const ELEMENTS: usize = WINDOW * WINDOW;
/// f32s of a task's transformed windows, about.
const TASK_LEN: usize = 96 * 1024;
/// Tiles of a task: multiples of every tile kernel's rows.
const TASK_TILES: std::ops::RangeInclusive<usize> = 24..=48;

struct Winograd {
    isa: Isa,
    x: Place,
    height: usize,
    width: usize,
    weight: Arc<Packed>,
    bias: Option<Arc<Packed>>,
    add: Option<Place>,
    activation: Activation,
    out: Place,
    task_tiles: usize,
    /// What windows see outside the map.
    zeros: Aligned,
}

/// True where the saved products outweigh the transforms.
pub(super) fn pays(inputs: usize, height: usize, width: usize) -> bool {
    inputs >= 16 && height >= TILE && width >= TILE
}

pub(super) fn compile(op: &Op, compiler: &mut Compiler) -> Result<()> {
    let Op::Conv2d { x, height, width, weight, bias, add, activation, out, .. } = op else {
        unreachable!("conv2d only")
    };
    let (least, most) = (*TASK_TILES.start(), *TASK_TILES.end());
    let step = Winograd {
        isa: compiler.isa,
        x: compiler.place(*x),
        height: *height,
        width: *width,
        weight: compiler.pack(weight, Layout::Winograd)?,
        bias: bias.as_ref().map(|b| compiler.pack(b, Layout::Vector)).transpose()?,
        add: add.map(|a| compiler.place(a)),
        activation: *activation,
        out: compiler.place(*out),
        task_tiles: (TASK_LEN / ELEMENTS / x.cols / 12 * 12).clamp(least, most),
        zeros: Aligned::filled(x.cols, 0.0)?,
    };
    compiler.push(step);
    Ok(())
}

/// G·g·Gᵀ of a 3×3 kernel, in f64.
pub(super) fn transform_kernel(kernel: &[f32]) -> [f64; ELEMENTS] {
    const G: [[f64; 3]; WINDOW] = [
        [1.0 / 4.0, 0.0, 0.0],
        [-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
        [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
        [1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
        [1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
        [0.0, 0.0, 1.0],
    ];
    std::array::from_fn(|e| {
        let (row, column) = (&G[e / WINDOW], &G[e % WINDOW]);
        let taps = (0..9).map(|t| row[t / 3] * column[t % 3] * f64::from(kernel[t]));
        taps.sum()
    })
}

impl Winograd {
    /// Tiles of a row and of a column of the map.
    fn tiles_across(&self) -> usize {
        self.width.div_ceil(TILE)
    }

    fn tiles(&self) -> usize {
        self.height.div_ceil(TILE) * self.tiles_across()
    }

    fn runs(&self) -> usize {
        self.tiles().div_ceil(self.task_tiles)
    }

    fn windows_len(&self) -> usize {
        (ELEMENTS * self.task_tiles * self.x.cols).next_multiple_of(16)
    }

    /// Texel where the tile begins.
    fn corner(&self, tile: usize) -> (usize, usize) {
        (tile / self.tiles_across() * TILE, tile % self.tiles_across() * TILE)
    }

    /// The texels that a tile sees, row by row.
    unsafe fn window(&self, memory: &Memory, b: usize, tile: usize) -> [*const f32; ELEMENTS] {
        let (top, left) = self.corner(tile);
        std::array::from_fn(|e| {
            let y = (top + e / WINDOW).checked_sub(1).filter(|&y| y < self.height);
            let column = (left + e % WINDOW).checked_sub(1).filter(|&column| column < self.width);
            // SAFETY: the texel is inside the map.
            let texel = |(y, column)| unsafe { self.x.row(memory, b, y * self.width + column).cast_const() };
            y.zip(column).map_or(self.zeros.as_slice().as_ptr(), texel)
        })
    }
}

impl Step for Winograd {
    fn tasks(&self) -> usize {
        self.out.batch * self.runs()
    }

    fn work(&self) -> usize {
        self.out.batch * self.tiles() * ELEMENTS * self.x.cols * self.out.cols
    }

    fn scratch_len(&self) -> usize {
        self.windows_len() + ELEMENTS * self.task_tiles * self.isa.tiles().columns[0]
    }

    unsafe fn run(&self, task: usize, memory: &Memory, scratch: *mut f32) {
        let (b, run) = (task / self.runs(), task % self.runs());
        let first = run * self.task_tiles;
        let count = self.task_tiles.min(self.tiles() - first);
        let channels = self.x.cols;
        let kernels = self.isa.tiles();
        // SAFETY: the scratch holds windows and products; every task has tiles of its own.
        unsafe {
            for t in 0..count {
                let window = self.window(memory, b, first + t);
                let to = scratch.add(t * channels);
                self.isa.run(WindowTransform { window: &window, channels, to, stride: count * channels });
            }
            let products = scratch.add(self.windows_len());
            let mut rows = [null(); *TASK_TILES.end()];
            for panel in 0..kernels.panels(self.out.cols) {
                let column = panel * kernels.columns[0];
                let width = kernels.width(self.out.cols, column);
                for e in 0..ELEMENTS {
                    let windows = scratch.add(e * count * channels).cast_const();
                    (0..count).for_each(|t| rows[t] = windows.add(t * channels));
                    let to = products.add(e * count * width);
                    gemm::products(self.isa, &self.weight.panels(e), panel, &rows[..count], to);
                }
                for t in 0..count {
                    self.isa.run(TileTransform {
                        op: self,
                        memory,
                        b,
                        corner: self.corner(first + t),
                        products: products.add(t * width),
                        stride: count * width,
                        column,
                    });
                }
            }
        }
    }
}

/// Bᵀ·d·B of one window, all channels.
struct WindowTransform<'a> {
    window: &'a [*const f32; ELEMENTS],
    channels: usize,
    to: *mut f32,
    /// Values from an element to the next.
    stride: usize,
}

/// Bᵀ·d
#[inline(always)]
unsafe fn window_transform<S: Simd>(d: [S::V; WINDOW]) -> [S::V; WINDOW] {
    // SAFETY: as for the caller.
    unsafe {
        let [two, four, five] = [2.0, 4.0, 5.0].map(|v| S::splat(v));
        let even = S::sub(d[4], S::mul(four, d[2]));
        let odd = S::sub(d[3], S::mul(four, d[1]));
        let near = S::sub(d[4], d[2]);
        let far = S::mul(two, S::sub(d[3], d[1]));
        [
            S::mul_add(four, d[0], S::sub(d[4], S::mul(five, d[2]))),
            S::add(even, odd),
            S::sub(even, odd),
            S::add(near, far),
            S::sub(near, far),
            S::mul_add(four, d[1], S::sub(d[5], S::mul(five, d[3]))),
        ]
    }
}

/// Aᵀ·m
#[inline(always)]
unsafe fn tile_transform<S: Simd>(m: [S::V; WINDOW]) -> [S::V; TILE] {
    // SAFETY: as for the caller.
    unsafe {
        let [two, four, eight] = [2.0, 4.0, 8.0].map(|v| S::splat(v));
        let (near_sum, near_difference) = (S::add(m[1], m[2]), S::sub(m[1], m[2]));
        let (far_sum, far_difference) = (S::add(m[3], m[4]), S::sub(m[3], m[4]));
        [
            S::add(m[0], S::add(near_sum, far_sum)),
            S::mul_add(two, far_difference, near_difference),
            S::mul_add(four, far_sum, near_sum),
            S::add(S::mul_add(eight, far_difference, near_difference), m[5]),
        ]
    }
}

impl Kernel for WindowTransform<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        // SAFETY: `channels` values at every texel and every element.
        unsafe {
            for c in (0..self.channels).step_by(S::LANES) {
                let n = S::LANES.min(self.channels - c);
                let mut columns = [[S::splat(0.0); WINDOW]; WINDOW];
                for x in 0..WINDOW {
                    columns[x] = window_transform::<S>(std::array::from_fn(|y| {
                        let texel = self.window[y * WINDOW + x].add(c);
                        if n == S::LANES { S::load(texel) } else { S::load_first(texel, n) }
                    }));
                }
                for y in 0..WINDOW {
                    let row = window_transform::<S>(std::array::from_fn(|x| columns[x][y]));
                    for x in 0..WINDOW {
                        let to = self.to.add((y * WINDOW + x) * self.stride + c);
                        if n == S::LANES { S::store(to, row[x]) } else { S::store_first(to, row[x], n) }
                    }
                }
            }
        }
    }
}

/// act(Aᵀ·m·A + bias + addend) of one tile, the columns of one panel.
struct TileTransform<'a> {
    op: &'a Winograd,
    memory: &'a Memory,
    b: usize,
    corner: (usize, usize),
    products: *const f32,
    /// Values from an element to the next.
    stride: usize,
    /// First column of the panel.
    column: usize,
}

impl TileTransform<'_> {
    #[inline(always)]
    unsafe fn with<S: Simd>(&self, activation: Activation) {
        let op = self.op;
        let (top, left) = self.corner;
        let last = op.out.cols.min(self.column + op.isa.tiles().columns[0]);
        let (lines, across) = (TILE.min(op.height - top), TILE.min(op.width - left));
        // SAFETY: texels are inside the map; the columns past the panel's last one are not touched.
        unsafe {
            for c in (self.column..last).step_by(S::LANES) {
                let n = S::LANES.min(op.out.cols - c);
                let mut columns = [[S::splat(0.0); TILE]; WINDOW];
                for x in 0..WINDOW {
                    columns[x] = tile_transform::<S>(std::array::from_fn(|y| {
                        S::load(self.products.add((y * WINDOW + x) * self.stride + c - self.column))
                    }));
                }
                let bias = op.bias.as_ref().map_or(S::splat(0.0), |b| S::load(b.vector().as_ptr().add(c)));
                let mut texels = [[S::splat(0.0); TILE]; TILE];
                for y in 0..TILE {
                    texels[y] = tile_transform::<S>(std::array::from_fn(|x| columns[x][y]));
                }
                for t in 0..lines * across {
                    let (y, x) = (t / across, t % across);
                    let row = (top + y) * op.width + left + x;
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

impl Kernel for TileTransform<'_> {
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
