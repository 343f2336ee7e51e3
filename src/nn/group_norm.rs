//! Group norm over the rows and the columns of each group.

use crate::error::Result;
use crate::pack::Pack;
use crate::plan::{Activation, PlanBuilder, View, ops};
use crate::tensor::Weight;

/// Weight `[C]`, bias `[C]`, number of groups, ε.
#[derive(Debug, Clone)]
pub struct GroupNorm {
    /// `[C]`
    pub weight: Weight,
    /// `[C]`
    pub bias: Weight,
    /// Divides C.
    pub groups: usize,
    /// Added to the variance.
    pub eps: f32,
}

impl GroupNorm {
    /// `{prefix}.weight` and `{prefix}.bias`; the caller has checked that `groups` divides `width`.
    pub fn load(pack: &Pack, prefix: &str, width: usize, groups: usize, eps: f32) -> Result<Self> {
        let weight = pack.tensor(&format!("{prefix}.weight"), &[width])?;
        let bias = pack.tensor(&format!("{prefix}.bias"), &[width])?;
        Ok(Self { weight, bias, groups, eps })
    }

    /// act(norm(x)·weight + bias), over `x` itself.
    pub fn record_in_place(&self, plan: &mut PlanBuilder, x: View, activation: Activation) {
        let affine = Some((self.weight.clone(), self.bias.clone()));
        plan.push(ops::GroupNorm { x, groups: self.groups, eps: self.eps, affine, film: None, activation, out: x });
    }
}
