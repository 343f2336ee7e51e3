//! 3×3 convolution over a square map, padding 1.

use crate::error::Result;
use crate::pack::Pack;
use crate::plan::{Activation, PlanBuilder, View, ops};
use crate::tensor::Weight;

/// Weight [O, I, 3, 3] and an optional bias `[O]`.
#[derive(Debug, Clone)]
pub struct Conv2d {
    /// [O, I, 3, 3]
    pub weight: Weight,
    /// `[O]`
    pub bias: Option<Weight>,
}

/// Side of the output against that of the input.
#[derive(Clone, Copy)]
enum Sampling {
    Same,
    Down,
    Up,
}

impl Conv2d {
    /// `{prefix}.weight` and `{prefix}.bias`.
    pub fn load(pack: &Pack, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let bias = Some(pack.tensor(&format!("{prefix}.bias"), &[outputs])?);
        Ok(Self { bias, ..Self::load_unbiased(pack, prefix, inputs, outputs)? })
    }

    /// `{prefix}.weight` alone.
    pub fn load_unbiased(pack: &Pack, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        Ok(Self { weight: pack.tensor(&format!("{prefix}.weight"), &[outputs, inputs, 3, 3])?, bias: None })
    }

    /// act(W∗x + b) of a [B, side², I] map into a new intermediate of the same side.
    pub fn record(
        &self,
        plan: &mut PlanBuilder,
        label: &'static str,
        x: View,
        side: usize,
        activation: Activation,
    ) -> View {
        self.push(plan, label, x, side, Sampling::Same, None, activation)
    }

    /// W∗x + b with stride 2: half the side.
    pub fn record_down(&self, plan: &mut PlanBuilder, label: &'static str, x: View, side: usize) -> View {
        self.push(plan, label, x, side, Sampling::Down, None, Activation::None)
    }

    /// W∗up(x) + b + add, where up repeats every texel 2×2: twice the side. `add` is [B, (2·side)², O].
    pub fn record_up(&self, plan: &mut PlanBuilder, label: &'static str, x: View, side: usize, add: View) -> View {
        self.push(plan, label, x, side, Sampling::Up, Some(add), Activation::None)
    }

    fn push(
        &self,
        plan: &mut PlanBuilder,
        label: &'static str,
        x: View,
        side: usize,
        sampling: Sampling,
        add: Option<View>,
        activation: Activation,
    ) -> View {
        let (out_side, stride, upsample) = match sampling {
            Sampling::Same => (side, 1, false),
            Sampling::Down => (side.div_ceil(2), 2, false),
            Sampling::Up => (2 * side, 1, true),
        };
        let out = plan.scratch(label, x.batch, out_side * out_side, self.weight.shape()[0]);
        plan.push(ops::Conv2d {
            x,
            height: side,
            width: side,
            weight: self.weight.clone(),
            bias: self.bias.clone(),
            stride,
            upsample,
            add,
            activation,
            out,
        });
        out
    }
}
