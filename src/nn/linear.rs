//! Linear layer: y = W·x + b.

use crate::error::Result;
use crate::pack::Pack;
use crate::plan::{Activation, PlanBuilder, View};
use crate::tensor::Weight;

/// Weight `[O, I]` and an optional bias `[O]`.
#[derive(Debug, Clone)]
pub struct Linear {
    /// `[O, I]`
    pub weight: Weight,
    /// `[O]`
    pub bias: Option<Weight>,
}

impl Linear {
    /// `{prefix}.weight` and `{prefix}.bias`.
    pub fn load(pack: &Pack, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let bias = Some(pack.tensor(&format!("{prefix}.bias"), &[outputs])?);
        Ok(Self { bias, ..Self::load_unbiased(pack, prefix, inputs, outputs)? })
    }

    /// `{prefix}.weight` alone.
    pub fn load_unbiased(pack: &Pack, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        Ok(Self { weight: pack.tensor(&format!("{prefix}.weight"), &[outputs, inputs])?, bias: None })
    }

    /// Rows `first..first + count` of the layer: one of the projections that torch keeps in one matrix.
    #[must_use]
    pub fn rows(&self, first: usize, count: usize) -> Self {
        let range = first..first + count;
        Self { weight: self.weight.rows(range.clone()), bias: self.bias.as_ref().map(|b| b.rows(range)) }
    }

    /// act(W·x + b) into a new intermediate.
    pub fn record(&self, plan: &mut PlanBuilder, label: &'static str, x: View, activation: Activation) -> View {
        plan.linear(label, x, &self.weight, self.bias.as_ref(), activation)
    }

    /// W·x + b + residual into a new intermediate.
    pub fn record_add(&self, plan: &mut PlanBuilder, label: &'static str, x: View, residual: View) -> View {
        plan.linear_add(label, x, &self.weight, self.bias.as_ref(), residual)
    }
}
