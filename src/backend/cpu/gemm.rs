//! The matrix product under linear layers, convolutions and attention.
//!
//! `out[r, n] = act(Σ_t Σ_i x_r[tap_t + i]·w[t·len + i, n] + bias[n])`, plus an addend before or after the activation.
//! The left side is read in place: each row is a pointer, each tap an offset from it, so that a convolution is a
//! product without an unfolded copy. The right side is packed in panels of as many columns as a tile has. A tile's sums
//! stay in registers over the whole depth, in one order of additions whatever the tile's height: the bits depend on the
//! instruction set alone.

use std::mem::MaybeUninit;
use std::ops::Range;

use crate::plan::Activation;

use super::isa::Isa;
use super::math::activate;
use super::simd::{Kernel, Simd};

/// Rows that a block holds at most.
pub(super) const BLOCK_ROWS: usize = 96;
/// f32s of a cache line.
const LINE: usize = 16;
/// f32s of the largest panel that is prefetched, and taken whole.
const PREFETCHED_LEN: usize = 48 * 1024;
/// f32s of a larger panel's parts, at most.
const PART_LEN: usize = PREFETCHED_LEN / 2;
/// Columns of the widest tile.
const TILE_COLUMNS: usize = 32;

/// A tile kernel: `sums[row·columns + n] = Σ x·w`.
type TileFn = unsafe fn(&TileArgs);

/// What a tile kernel reads and writes.
pub(super) struct TileArgs<'a> {
    rows: *const *const f32,
    taps: &'a [usize],
    tap_len: usize,
    /// The rows' values begin so far behind every tap.
    start: usize,
    panel: *const f32,
    /// What to have in the cache soon: a line for every row of the panel, from here on.
    ahead: *const f32,
    sums: *mut f32,
    /// Continue with the sums that are there.
    resume: bool,
}

/// Tile kernels of an instruction set, by rows − 1, wide and narrow.
pub(super) struct Tiles {
    /// Rows of the highest tile.
    pub(super) rows: usize,
    /// Columns of the wide and the narrow tile.
    pub(super) columns: [usize; 2],
    kernels: &'static [[TileFn; 2]],
}

impl Tiles {
    pub(super) const fn new<S: Simd>(vectors: [usize; 2], kernels: &'static [[TileFn; 2]]) -> Self {
        let columns = [vectors[0] * S::LANES, vectors[1] * S::LANES];
        assert!(columns[0] <= TILE_COLUMNS);
        Self { rows: kernels.len(), columns, kernels }
    }
}

/// The tile kernel of `R` rows and `N` vectors.
///
/// # Safety
/// The processor has `S`; every row pointer is readable for `tap_len` elements from `start` behind every tap, the panel
/// holds taps·tap_len rows, `sums` R rows.
pub(super) unsafe fn tile<S: Simd, const R: usize, const N: usize>(args: &TileArgs) {
    // SAFETY: as for the caller.
    unsafe { S::enter(Tile::<R, N>(args)) }
}

struct Tile<'a, const R: usize, const N: usize>(&'a TileArgs<'a>);

impl<const R: usize, const N: usize> Kernel for Tile<'_, R, N> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let args = self.0;
        // SAFETY: as for `tile`.
        unsafe {
            let mut sums = [[S::splat(0.0); N]; R];
            if args.resume {
                for r in 0..R {
                    for n in 0..N {
                        sums[r][n] = S::load(args.sums.add((r * N + n) * S::LANES));
                    }
                }
            }
            let rows: [*const f32; R] = *args.rows.cast();
            let (mut panel, mut ahead) = (args.panel, args.ahead);
            for tap in args.taps {
                let rows: [*const f32; R] = std::array::from_fn(|r| rows[r].add(*tap + args.start));
                for i in 0..args.tap_len {
                    let w: [S::V; N] = std::array::from_fn(|n| S::load(panel.add(n * S::LANES)));
                    for r in 0..R {
                        let x = S::splat(*rows[r].add(i));
                        for n in 0..N {
                            sums[r][n] = S::mul_add(x, w[n], sums[r][n]);
                        }
                    }
                    panel = panel.add(N * S::LANES);
                    S::prefetch(ahead);
                    ahead = ahead.wrapping_add(LINE);
                }
            }
            for r in 0..R {
                for n in 0..N {
                    S::store(args.sums.add((r * N + n) * S::LANES), sums[r][n]);
                }
            }
        }
    }
}

/// Weights in panels, borrowed: panel after panel, each `depth` rows of its width.
#[derive(Clone, Copy)]
pub(super) struct Panels {
    pub(super) data: *const f32,
    pub(super) depth: usize,
    pub(super) columns: usize,
}

// SAFETY: read only.
unsafe impl Send for Panels {}
// SAFETY: read only.
unsafe impl Sync for Panels {}

impl Tiles {
    /// Panels for so many columns: wide ones, and a narrow one if that holds the rest.
    pub(super) fn panels(&self, columns: usize) -> usize {
        columns.div_ceil(self.columns[0])
    }

    /// Which of the two widths the panel has, by the columns from its first one on.
    fn width_index(&self, remaining: usize) -> usize {
        usize::from(remaining <= self.columns[1])
    }

    /// Width of the panel that begins at column `first`.
    pub(super) fn width(&self, columns: usize, first: usize) -> usize {
        self.columns[self.width_index(columns - first)]
    }

    /// Columns of all panels, padding included.
    pub(super) fn padded(&self, columns: usize) -> usize {
        let last = (self.panels(columns) - 1) * self.columns[0];
        last + self.width(columns, last)
    }
}

/// Panels that a task takes of `panels`, if `tasks` without a split are all there are: few large tasks are split, so that
/// threads find work, into parts that are still worth what they share.
pub(super) fn task_panels(panels: usize, tasks: usize) -> usize {
    if tasks < 8 { panels.min(4) } else { panels }
}

/// When the addend is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// act(sum + addend)
    AddendFirst,
    /// act(sum) + addend
    ActivationFirst,
}

/// What happens to the sums.
#[derive(Clone, Copy)]
pub(super) struct Epilogue {
    /// Null, or one value a column, padding included.
    pub(super) bias: *const f32,
    pub(super) activation: Activation,
    pub(super) order: Order,
}

/// Rows of one block: where x, the output and the addend (or null) of each begin.
pub(super) struct Rows {
    pub(super) x: [*const f32; BLOCK_ROWS],
    pub(super) out: [*mut f32; BLOCK_ROWS],
    pub(super) addend: [*const f32; BLOCK_ROWS],
}

impl Rows {
    pub(super) fn new() -> Self {
        Self {
            x: [std::ptr::null(); BLOCK_ROWS],
            out: [std::ptr::null_mut(); BLOCK_ROWS],
            addend: [std::ptr::null(); BLOCK_ROWS],
        }
    }
}

/// The first `count` of `rows` times some of the panels. A panel too large for the cache is taken in parts, each by all
/// rows while the next one is prefetched: so its weights come from memory once.
///
/// # Safety
/// Pointers are readable as [`tile`] says, outputs writable for all columns and overlapped by nothing but their own
/// addend.
pub(super) unsafe fn block(
    isa: Isa,
    panels: &Panels,
    which: Range<usize>,
    taps: &[usize],
    tap_len: usize,
    epilogue: &Epilogue,
    rows: &Rows,
    count: usize,
) {
    debug_assert_eq!(taps.len() * tap_len, panels.depth);
    let tiles = isa.tiles();
    let mut sums = Sums([const { MaybeUninit::uninit() }; BLOCK_ROWS * TILE_COLUMNS]);
    let sums = sums.0.as_mut_ptr().cast::<f32>();
    for p in which {
        let first = p * tiles.columns[0];
        let width_index = tiles.width_index(panels.columns - first);
        let width = tiles.columns[width_index];
        let mut panel = panels.data.wrapping_add(first * panels.depth);
        let end = panel.wrapping_add(width * panels.depth);
        let (part_taps, part_len) = part(taps.len(), tap_len, width);
        let starts = || (0..tap_len.max(1)).step_by(part_len.max(1));
        let mut resume = false;
        for (taps, start) in taps.chunks(part_taps).flat_map(|taps| starts().map(move |start| (taps, start))) {
            let tap_len = part_len.min(tap_len - start);
            let depth = taps.len() * tap_len;
            let next = panel.wrapping_add(width * depth);
            for r in (0..count).step_by(tiles.rows) {
                let height = tiles.rows.min(count - r);
                // SAFETY: the part is inside the panels, the rows are inside the arrays.
                unsafe {
                    let ahead = ahead(panel, next, r / tiles.rows, width, depth);
                    let (x, sums) = (rows.x.as_ptr().add(r), sums.add(r * width));
                    let args = TileArgs { rows: x, taps, tap_len, start, panel, ahead, sums, resume };
                    tiles.kernels[height - 1][width_index](&args);
                    if next == end {
                        isa.run(Finish {
                            sums,
                            width,
                            first,
                            columns: width.min(panels.columns - first),
                            out: &rows.out[r..r + height],
                            addend: &rows.addend[r..r + height],
                            epilogue,
                        });
                    }
                }
            }
            (panel, resume) = (next, true);
        }
    }
}

/// Taps of a part of a panel, and how much of each.
fn part(taps: usize, tap_len: usize, width: usize) -> (usize, usize) {
    if taps * tap_len * width <= PREFETCHED_LEN {
        return (taps, tap_len);
    }
    let parts = (tap_len * width).div_ceil(PART_LEN);
    (1, tap_len.div_ceil(parts))
}

/// Bare products of rows and one panel, row after row as wide as the panel; each row is one tap. `next` is the panel that
/// will be wanted after this one.
///
/// # Safety
/// As for [`tile`], with rows·width values at `to`.
pub(super) unsafe fn products(
    isa: Isa,
    panels: &Panels,
    panel: usize,
    next: &Panels,
    rows: &[*const f32],
    to: *mut f32,
) {
    let tiles = isa.tiles();
    let first = panel * tiles.columns[0];
    let width_index = tiles.width_index(panels.columns - first);
    let width = tiles.columns[width_index];
    for r in (0..rows.len()).step_by(tiles.rows) {
        let height = tiles.rows.min(rows.len() - r);
        // SAFETY: the panel is inside the panels, the rows are inside the list.
        unsafe {
            let panel = panels.data.add(first * panels.depth);
            let next = next.data.wrapping_add(first * panels.depth);
            let ahead = ahead(panel, next, r / tiles.rows, width, panels.depth);
            let (rows, sums) = (rows.as_ptr().add(r), to.add(r * width));
            let tap_len = panels.depth;
            let args = TileArgs { rows, taps: &[0], tap_len, start: 0, panel, ahead, sums, resume: false };
            tiles.kernels[height - 1][width_index](&args);
        }
    }
}

/// Where the `index`-th tile of a panel prefetches: the first ones share the lines of the next panel among them, the
/// others ask for what they have. Weights come from memory at every run of a large network, and the first tile of a
/// panel alone would wait for all of it. Two panels must fit the second-level cache for that.
fn ahead(panel: *const f32, next: *const f32, index: usize, width: usize, depth: usize) -> *const f32 {
    if index * LINE < width && width * depth <= PREFETCHED_LEN {
        next.wrapping_add(index * LINE * depth)
    } else {
        panel
    }
}

#[repr(align(64))]
struct Sums([MaybeUninit<f32>; BLOCK_ROWS * TILE_COLUMNS]);

struct Finish<'a> {
    sums: *const f32,
    width: usize,
    first: usize,
    columns: usize,
    out: &'a [*mut f32],
    addend: &'a [*const f32],
    epilogue: &'a Epilogue,
}

impl Finish<'_> {
    #[inline(always)]
    unsafe fn with<S: Simd>(&self, activation: Activation) {
        // SAFETY: as for `block`.
        unsafe {
            for (r, (out, addend)) in self.out.iter().zip(self.addend).enumerate() {
                let mut c = 0;
                while c < self.columns {
                    let n = S::LANES.min(self.columns - c);
                    let mut v = S::load(self.sums.add(r * self.width + c));
                    if !self.epilogue.bias.is_null() {
                        v = S::add(v, S::load(self.epilogue.bias.add(self.first + c)));
                    }
                    if addend.is_null() {
                        v = activate::<S>(activation, v);
                    } else {
                        let add = S::load_first(addend.add(self.first + c), n);
                        v = match self.epilogue.order {
                            Order::AddendFirst => activate::<S>(activation, S::add(v, add)),
                            Order::ActivationFirst => S::add(activate::<S>(activation, v), add),
                        };
                    }
                    let to = out.add(self.first + c);
                    if n == S::LANES {
                        S::store(to, v);
                    } else {
                        S::store_first(to, v, n);
                    }
                    c += n;
                }
            }
        }
    }
}

impl Kernel for Finish<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        // SAFETY: as for `block`. One loop per activation, so that none is chosen inside it.
        unsafe {
            match self.epilogue.activation {
                Activation::None => self.with::<S>(Activation::None),
                Activation::Gelu => self.with::<S>(Activation::Gelu),
                Activation::QuickGelu => self.with::<S>(Activation::QuickGelu),
                Activation::Silu => self.with::<S>(Activation::Silu),
            }
        }
    }
}
