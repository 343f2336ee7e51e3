//! Products of rows with a weight, under linear, conv1d and conv2d: shaders/lib/product.glsl.

use bytemuck::NoUninit;

use crate::error::Result;
use crate::plan::{Activation, View};
use crate::tensor::Weight;

use super::lowering::{Lowering, Span};
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
    /// Constants of this op's own, after the shared ones.
    pub(super) constants: Vec<u32>,
}

/// Where the taps of a row lie; what an op has no use for is 0.
#[derive(Clone, Copy, Default, NoUninit)]
#[repr(C)]
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

#[derive(Clone, Copy, NoUninit)]
#[repr(C)]
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

/// Number of an activation in shaders/lib/activation.glsl.
pub(super) fn activation(activation: Activation) -> u32 {
    match activation {
        Activation::None => 0,
        Activation::Gelu => 1,
        Activation::QuickGelu => 2,
        Activation::Silu => 3,
    }
}

/// Columns and rows that one invocation of the register engine computes.
const REGISTER: usize = 8;
/// Columns and rows of one workgroup of the tile engine.
const TILE: usize = 64;

/// Bindings: x, weight, bias, add, out. Constants: workgroup, x half, add half, out half, activation, vector.
pub(super) fn lower(product: Product, lowering: &mut Lowering) -> Result<()> {
    let Product { stem, x, weight, layout, bias, add, out, groups, cols, inputs, taps, rows, geometry, .. } = product;
    let mut call = lowering.call(stem);
    let x_span = lowering.read(&mut call, x)?;
    lowering.weight(&mut call, weight, layout)?;
    match bias {
        Some(bias) => lowering.weight(&mut call, bias, Layout::Vector)?,
        None => lowering.repeat_binding(&mut call),
    }
    let (mode, added) = match add {
        Add::Nothing => (0, None),
        Add::Before(view) => (1, Some(view)),
        Add::After(view) => (2, Some(view)),
    };
    let add_span = match added {
        Some(view) => lowering.read(&mut call, view)?,
        None => {
            lowering.repeat_binding(&mut call);
            Span::default()
        }
    };
    let out_span = lowering.write(&mut call, out)?;

    let depth = inputs.next_multiple_of(DEPTH_TILE);
    // All channels of a tap come in whole loads: a group's first channel, too.
    let vector = inputs == depth && lowering.is_vector(x);
    let half = |view| u32::from(lowering.is_half(view));
    let items = out.batch * rows;
    let (engine, workgroup, grid) = if lowering.caps().software {
        let workgroup = lowering.caps().subgroup_size.max(4);
        let columns = cols.div_ceil(REGISTER).div_ceil(workgroup as usize);
        ("register", workgroup, [columns, items.div_ceil(REGISTER), groups])
    } else {
        ("tile", 128, [cols.div_ceil(TILE), items.div_ceil(TILE), groups])
    };
    let mut constants =
        vec![workgroup, half(x), added.map_or(0, half), half(out), activation(product.activation), u32::from(vector)];
    constants.extend(product.constants);
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
    let module = lowering.variant(&format!("{stem}.{engine}"));
    let flops = 2 * (items * cols * groups * taps * inputs) as u64;
    lowering.dispatch(call, module, constants, &params, grid, flops)
}
