//! Layer norm over the columns.

use crate::error::Result;
use crate::pack::Pack;
use crate::plan::{PlanBuilder, View};
use crate::tensor::Weight;

/// Weight `[C]`, bias `[C]`, ε.
#[derive(Debug, Clone)]
pub struct LayerNorm {
    /// `[C]`
    pub weight: Weight,
    /// `[C]`
    pub bias: Weight,
    /// Added to the variance.
    pub eps: f32,
}

impl LayerNorm {
    /// `{prefix}.weight` and `{prefix}.bias`.
    pub fn load(pack: &Pack, prefix: &str, width: usize, eps: f32) -> Result<Self> {
        let weight = pack.tensor(&format!("{prefix}.weight"), &[width])?;
        let bias = pack.tensor(&format!("{prefix}.bias"), &[width])?;
        Ok(Self { weight, bias, eps })
    }

    /// Into a new intermediate.
    pub fn record(&self, plan: &mut PlanBuilder, label: &'static str, x: View) -> View {
        plan.layer_norm(label, x, &self.weight, &self.bias, self.eps)
    }
}
