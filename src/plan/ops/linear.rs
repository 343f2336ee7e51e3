//! The op `linear`.

use crate::tensor::Weight;

use super::super::view::View;
use super::{Activation, Declared, products, same, vector, views};

/// `out[b,r,o] = act(Σ_i x[b,r,i]·weight[o,i] + bias[o]) + residual[b,r,o]`
#[derive(Debug, Clone)]
pub struct Linear {
    /// [B, R, I]
    pub x: View,
    /// `[O, I]`
    pub weight: Weight,
    /// `[O]`
    pub bias: Option<Weight>,
    /// Before the residual is added.
    pub activation: Activation,
    /// [B, R, O]; batch stride 0 repeats.
    pub residual: Option<View>,
    /// [B, R, O]
    pub out: View,
}

impl Declared for Linear {
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
        let Self { x, weight, bias, residual, out, .. } = self;
        assert_eq!(weight.shape(), [out.cols, x.cols], "linear: {}", weight.name());
        assert_eq!((x.batch, x.rows), (out.batch, out.rows), "linear: rows of {}", weight.name());
        bias.iter().for_each(|bias| vector("linear", bias, out.cols));
        residual.iter().for_each(|residual| same("linear", *residual, *out));
    }
}
