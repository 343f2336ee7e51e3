//! A depthwise and a pointwise convolution with a shortcut past both, as mobile networks are made of.

use crate::error::Result;
use crate::pack::Pack;
use crate::plan::{Activation, PlanBuilder, View, ops};
use crate::tensor::Weight;

use super::Linear;

/// `out = prelu(pointwise(depthwise(x)) + shortcut(x))` over a square map; a kernel of 3×3. The shortcut of a block that halves
/// the map takes the largest of 2×2 texels; channels that x does not have get none.
#[derive(Debug, Clone)]
pub struct DepthwiseBlock {
    kernel: Weight,
    kernel_bias: Weight,
    pointwise: Linear,
    slope: Weight,
    halves: bool,
}

impl DepthwiseBlock {
    /// `{prefix}.{depthwise,pointwise}.{weight,bias}` and `{prefix}.slope`; no fewer outputs than inputs.
    pub fn load(pack: &Pack, prefix: &str, inputs: usize, outputs: usize, halves: bool) -> Result<Self> {
        Ok(Self {
            kernel: pack.tensor(&format!("{prefix}.depthwise.weight"), &[inputs, 3, 3])?,
            kernel_bias: pack.tensor(&format!("{prefix}.depthwise.bias"), &[inputs])?,
            pointwise: Linear::load(pack, &format!("{prefix}.pointwise"), inputs, outputs)?,
            slope: pack.tensor(&format!("{prefix}.slope"), &[outputs])?,
            halves,
        })
    }

    /// A [B, side², I] map, whose side is even if the block halves it, into a new intermediate.
    pub fn record(&self, plan: &mut PlanBuilder, x: View, side: usize) -> View {
        let (stride, out_side) = if self.halves { (2, side / 2) } else { (1, side) };
        let deep = plan.scratch("depthwise", x.batch, out_side * out_side, x.cols);
        plan.push(ops::Depthwise2d {
            x,
            height: side,
            width: side,
            weight: self.kernel.clone(),
            bias: self.kernel_bias.clone(),
            stride,
            // A halved map begins at its first texel and is padded behind its last.
            pad: 2 - stride,
            out: deep,
        });
        let out = self.pointwise.record(plan, "pointwise", deep, Activation::None);
        let shortcut = if self.halves {
            let largest = plan.scratch("shortcut", x.batch, out_side * out_side, x.cols);
            plan.push(ops::MaxPool2d { x, height: side, width: side, out: largest });
            largest
        } else {
            x
        };
        plan.push(ops::Prelu { x: out, add: Some(shortcut), slope: self.slope.clone(), out });
        out
    }
}
