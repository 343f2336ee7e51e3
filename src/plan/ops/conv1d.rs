//! The op `conv1d`.

use crate::tensor::Weight;

use super::super::view::View;
use super::{Activation, Declared, products, same, vector, views};

/// `out[b,t,o] = act(Σ_{k,i} x[b, t·stride + k·dilation − pad, g(o)+i]·weight[o,i,k] + bias[o]) + residual[b,t,o]`, zero
/// outside the clip; o and i of the same group.
#[derive(Debug, Clone)]
pub struct Conv1d {
    /// [B, T, I]
    pub x: View,
    /// [O, I/groups, K]
    pub weight: Weight,
    /// `[O]`
    pub bias: Option<Weight>,
    /// Frames from a window to the next.
    pub stride: usize,
    /// Zeros before the first frame; those after the last follow from the rows of `out`.
    pub pad: usize,
    /// Frames from a tap to the next.
    pub dilation: usize,
    /// Channel groups.
    pub groups: usize,
    /// Before the residual is added.
    pub activation: Activation,
    /// [B, T', O]
    pub residual: Option<View>,
    /// [B, T', O]
    pub out: View,
}

impl Declared for Conv1d {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        views([Some(self.x), self.residual])
    }

    fn flops(&self) -> u64 {
        products(self.out, &self.weight)
    }

    fn check(&self) {
        let Self { x, weight, bias, stride, pad, dilation, groups, residual, out, .. } = self;
        let &[o, i, k] = weight.shape() else { panic!("conv1d: {} is not a kernel", weight.name()) };
        assert!(o == out.cols && i * groups == x.cols && o % groups == 0, "conv1d: channels of {}", weight.name());
        assert!(x.batch == out.batch && *stride > 0 && *dilation > 0 && *pad <= (k - 1) * dilation, "conv1d: window");
        bias.iter().for_each(|bias| vector("conv1d", bias, out.cols));
        residual.iter().for_each(|residual| same("conv1d", *residual, *out));
    }
}
