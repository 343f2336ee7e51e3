//! Mapping nets: M from blendshape weights to z, M′ from z to weights. Three linear layers with SiLU between.

use crate::error::{Error, Result};
use crate::nn::Linear;
use crate::pack::Pack;
use crate::plan::{Activation, PlanBuilder, View};

/// Inputs → hidden → hidden → outputs.
#[derive(Debug, Clone)]
pub struct Mapping {
    layers: [Linear; 3],
}

impl Mapping {
    /// `{prefix}.{0,2,4}.{weight,bias}`; the hidden width is the first layer's.
    pub fn load(pack: &Pack, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let &[hidden] = pack.any_shape(&format!("{prefix}.0.bias"))?.shape() else {
            return Err(Error::InvalidPack(format!("tensor {prefix}.0.bias is not a vector")));
        };
        if inputs == 0 || hidden == 0 || outputs == 0 {
            return Err(Error::InvalidPack(format!("{prefix}: an empty layer ({inputs}, {hidden}, {outputs})")));
        }
        Ok(Self {
            layers: [
                Linear::load(pack, &format!("{prefix}.0"), inputs, hidden)?,
                Linear::load(pack, &format!("{prefix}.2"), hidden, hidden)?,
                Linear::load(pack, &format!("{prefix}.4"), hidden, outputs)?,
            ],
        })
    }

    /// [B, R, inputs] → [B, R, outputs], not clamped.
    pub fn record(&self, plan: &mut PlanBuilder, x: View) -> View {
        let h = self.layers[0].record(plan, "mapping hidden", x, Activation::Silu);
        let h = self.layers[1].record(plan, "mapping hidden", h, Activation::Silu);
        let out = self.layers[2].record(plan, "mapping", h, Activation::None);
        plan.keep_f32(out)
    }
}
