//! The op `linear` on a device: shaders/linear.comp.

use crate::error::Result;
use crate::plan::Op;

use super::lowering::Lowering;
use super::product::{self, Add, Geometry, Product};
use super::weights::Layout;

pub(super) fn lower(op: &Op, lowering: &mut Lowering) -> Result<()> {
    let Op::Linear { x, weight, bias, activation, residual, out } = op else { unreachable!("linear") };
    let product = Product {
        stem: "linear",
        x: *x,
        weight,
        layout: Layout::Matrix { groups: 1 },
        bias: bias.as_ref(),
        activation: *activation,
        add: residual.map_or(Add::Nothing, Add::After),
        out: *out,
        groups: 1,
        cols: out.cols,
        inputs: x.cols,
        taps: 1,
        rows: out.rows,
        geometry: Geometry::default(),
        constant: 0,
    };
    product::lower(product, lowering)
}
