//! Products of rows with a weight, under linear, conv1d and conv2d: shaders/lib/product.glsl.

use crate::error::Result;
use crate::plan::{Activation, View};
use crate::tensor::Weight;

use super::caps::{Caps, MatrixShape};
use super::lowering::{Call, Lowering, Span};
use super::params::params;
use super::weights::{COLUMN_TILE, DEPTH_TILE, Layout};

/// What is added, and where.
pub(super) enum Add {
    Nothing,
    Before(View),
    After(View),
}

/// What a product reads and writes.
pub(super) struct Product<'a> {
    pub(super) stem: &'static str,
    pub(super) x: View,
    pub(super) weight: &'a Weight,
    pub(super) layout: Layout,
    pub(super) bias: Option<&'a Weight>,
    pub(super) activation: Activation,
    pub(super) add: Add,
    pub(super) out: View,
    /// Groups of columns (or places of a doubled map), columns of each, and the channels that each reads.
    pub(super) groups: usize,
    pub(super) cols: usize,
    pub(super) inputs: usize,
    pub(super) taps: usize,
    /// Rows of each item that are computed.
    pub(super) rows: usize,
    pub(super) geometry: Geometry,
    /// A constant of this op's own.
    pub(super) constant: u32,
}

params! {
    /// Where the taps of a row lie; what an op has no use for is 0.
    pub(super) struct Geometry {
        pub(super) first_row: u32,
        pub(super) first_source: u32,
        pub(super) source_rows: u32,
        pub(super) source_cols: u32,
        pub(super) out_cols: u32,
        pub(super) stride: u32,
        pub(super) pad: u32,
        pub(super) dilation: u32,
    }
}

params! {
    struct Params {
        items: u32,
        rows: u32,
        cols: u32,
        inputs: u32,
        depth: u32,
        group_weight: u32,
        taps: u32,
        x: Span,
        add: Span,
        out: Span,
        has_bias: u32,
        add_mode: u32,
        geometry: Geometry,
    }
}

/// Number of an activation in shaders/lib/activation.glsl.
pub(super) fn activation(activation: Activation) -> u32 {
    match activation {
        Activation::None => 0,
        Activation::Gelu => 1,
        Activation::QuickGelu => 2,
        Activation::Silu => 3,
    }
}

/// How a product is computed.
struct Engine {
    name: &'static str,
    /// Invocations of a workgroup.
    workgroup: u32,
    /// Rows and columns that a workgroup computes.
    tile: [usize; 2],
    /// Constants of the engine's own.
    constants: Vec<u32>,
}

impl Engine {
    fn choose(caps: &Caps, rows: usize, cols: usize) -> Self {
        match caps.matrix {
            Some(shape) => Self::matrix(caps, shape, rows, cols),
            None if caps.software => {
                let workgroup = caps.subgroup_size.clamp(4, 32);
                Self { name: "register", workgroup, tile: [8, 8 * workgroup as usize], constants: Vec::new() }
            }
            None => Self { name: "tile", workgroup: 128, tile: [64, 64], constants: Vec::new() },
        }
    }

    /// A tile of 128 × 128 where there are enough of them to fill a large device, of 64 × 64 else.
    fn matrix(caps: &Caps, shape: MatrixShape, rows: usize, cols: usize) -> Self {
        let MatrixShape { m, n, k } = shape;
        let of = |blocks: [u32; 2], subgroups: [u32; 2]| {
            let tile = [blocks[0] * subgroups[0] * m, blocks[1] * subgroups[1] * n];
            let workgroup = subgroups[0] * subgroups[1] * caps.subgroup_size;
            // A tile is MATRIX_DEPTH deep, carried four values at a time.
            let loads = tile.map(|side| side * MATRIX_DEPTH / 4 / workgroup);
            let whole = tile.iter().zip(loads).all(|(side, loads)| loads * workgroup * 4 == side * MATRIX_DEPTH);
            let shared = (tile[0] + tile[1]) * (MATRIX_DEPTH + 8) * 2 + subgroups[0] * subgroups[1] * m * n * 4;
            let fits = whole && workgroup <= caps.max_invocations && shared <= caps.max_shared_bytes;
            let [x_loads, weight_loads] = loads;
            let constants = vec![m, n, k, blocks[0], blocks[1], subgroups[0], subgroups[1], x_loads, weight_loads];
            fits.then(|| Self { name: "matrix", workgroup, tile: tile.map(|side| side as usize), constants })
        };
        let large = of([64 / m.min(64), 32 / n.min(32)], [2, 4]);
        let tiles = |engine: &Self| rows.div_ceil(engine.tile[0]) * cols.div_ceil(engine.tile[1]);
        let small = of([32 / m.min(32), 32 / n.min(32)], [2, 2]);
        let large = large.filter(|engine| tiles(engine) >= ENOUGH_TILES);
        large.or(small).unwrap_or_else(|| Self { name: "tile", workgroup: 128, tile: [64, 64], constants: Vec::new() })
    }
}

/// Depth of a tile of the matrix engine.
const MATRIX_DEPTH: u32 = 32;
/// Workgroups that keep a large device busy.
const ENOUGH_TILES: usize = 96;

/// Constants: workgroup, x half, add half, out half, activation, vector.
pub(super) fn lower(product: Product, lowering: &mut Lowering) -> Result<()> {
    let Product { stem, x, weight, layout, bias, add, out, groups, cols, inputs, taps, rows, geometry, .. } = product;
    let mut call = Call::new(stem);
    let x_span = lowering.read(&mut call, "x", x)?;
    lowering.weight(&mut call, "weight", weight, layout)?;
    match bias {
        Some(bias) => lowering.weight(&mut call, "bias", bias, Layout::Vector)?,
        None => call.without("bias"),
    }
    let (mode, added) = match add {
        Add::Nothing => (0, None),
        Add::Before(view) => (1, Some(view)),
        Add::After(view) => (2, Some(view)),
    };
    let add_span = if let Some(view) = added {
        lowering.read(&mut call, "add", view)?
    } else {
        call.without("add");
        Span::default()
    };
    let out_span = lowering.write(&mut call, "out", out)?;

    let depth = inputs.next_multiple_of(DEPTH_TILE);
    // All channels of a tap come in whole loads: a group's first channel, too.
    let vector = inputs == depth && lowering.is_vector(x);
    let half = |view| u32::from(lowering.is_half(view));
    let items = out.batch * rows;
    let engine = Engine::choose(lowering.caps(), items, cols);
    let mut constants = vec![
        engine.workgroup,
        half(x),
        added.map_or(0, half),
        half(out),
        activation(product.activation),
        u32::from(vector),
        product.constant,
        0,
    ];
    constants.extend(engine.constants);
    let grid = [cols.div_ceil(engine.tile[1]), items.div_ceil(engine.tile[0]), groups];
    let params = Params {
        items: out.batch as u32,
        rows: rows as u32,
        cols: cols as u32,
        inputs: inputs as u32,
        depth: depth as u32,
        group_weight: (cols.next_multiple_of(COLUMN_TILE) * taps * depth) as u32,
        taps: taps as u32,
        x: x_span,
        add: add_span,
        out: out_span,
        has_bias: u32::from(bias.is_some()),
        add_mode: mode,
        geometry,
    };
    let module = match engine.name {
        "matrix" => format!("{stem}.matrix"),
        name => lowering.variant(&format!("{stem}.{name}")),
    };
    let flops = 2 * (items * cols * groups * taps * inputs) as u64;
    lowering.dispatch(call, module, constants, &params, grid, flops);
    Ok(())
}
