//! The op `conv1d` on a device: shaders/conv1d.comp.

use crate::error::Result;
use crate::plan::Op;

use super::lowering::Lowering;
use super::product::{self, Add, Geometry, Product};
use super::weights::Layout;

pub(super) fn lower(op: &Op, lowering: &mut Lowering) -> Result<()> {
    let Op::Conv1d { x, weight, bias, stride, pad, dilation, groups, activation, residual, out } = op else {
        unreachable!("conv1d")
    };
    let product = Product {
        stem: "conv1d",
        x: *x,
        weight,
        layout: Layout::Matrix { groups: *groups },
        bias: bias.as_ref(),
        activation: *activation,
        add: residual.map_or(Add::Nothing, Add::After),
        out: *out,
        groups: *groups,
        cols: out.cols / groups,
        inputs: weight.shape()[1],
        taps: weight.shape()[2],
        rows: out.rows,
        geometry: Geometry {
            source_rows: x.rows as u32,
            stride: *stride as u32,
            pad: *pad as u32,
            dilation: *dilation as u32,
            ..Geometry::default()
        },
        constant: 0,
    };
    product::lower(product, lowering)
}
