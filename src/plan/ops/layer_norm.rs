//! The op `layer_norm`.

use crate::tensor::Weight;

use super::super::view::View;
use super::{Activation, Declared, same, vector};

/// `out = act((x − mean)/√(var + eps)·weight + bias)` over the columns of each row, population variance.
#[derive(Debug, Clone)]
pub struct LayerNorm {
    /// [B, R, C]
    pub x: View,
    /// `[C]`
    pub weight: Weight,
    /// `[C]`
    pub bias: Weight,
    /// Added to the variance.
    pub eps: f32,
    /// After the affine map.
    pub activation: Activation,
    /// [B, R, C]; may be `x`.
    pub out: View,
}

impl Declared for LayerNorm {
    fn output(&self) -> View {
        self.out
    }

    fn inputs(&self) -> Vec<View> {
        vec![self.x]
    }

    fn check(&self) {
        same("layer_norm", self.x, self.out);
        vector("layer_norm", &self.weight, self.x.cols);
        vector("layer_norm", &self.bias, self.x.cols);
    }
}
