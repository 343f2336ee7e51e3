//! The log-mel front end's network: a strided convolution, then residual blocks of growing dilation.
//!
//! ```text
//! [1, 2L, 80] ─ conv k5 s2, GELU ─ n × ( h + out(GELU(conv k3 dilated(norm(h)))) ) ─ [1, L, width], 50 rows a second
//! ```
//!
//! Every row depends on `1 + Σ dilations` rows to each side, so the network runs over parts of a clip exactly. Cost per row:
//! 2·width·(400 + 4·n·width) floating-point operations.

use crate::error::Result;
use crate::nn::{LayerNorm, Linear};
use crate::pack::{AudioConfig, Pack};
use crate::plan::{Activation, PlanBuilder, View, ops};
use crate::tensor::Weight;

use super::mel::MEL_BANDS;

/// The convolutions.
#[derive(Debug, Clone)]
pub struct ResidualConv {
    width: usize,
    input_weight: Weight,
    input_bias: Weight,
    blocks: Vec<Block>,
}

#[derive(Debug, Clone)]
struct Block {
    norm: LayerNorm,
    weight: Weight,
    bias: Weight,
    dilation: usize,
    out: Linear,
}

impl ResidualConv {
    /// The tensors `audio.conv_in.*` and `audio.blocks.*` of a [checked](crate::pack::Manifest::check) configuration.
    ///
    /// # Errors
    /// `InvalidPack` for missing tensors or wrong shapes.
    pub fn load(pack: &Pack, config: &AudioConfig) -> Result<Self> {
        let width = config.width;
        let block = |(i, &dilation): (usize, &usize)| -> Result<Block> {
            let prefix = format!("audio.blocks.{i}");
            Ok(Block {
                norm: LayerNorm::load(pack, &format!("{prefix}.norm"), width, config.layer_norm_eps)?,
                weight: pack.tensor(&format!("{prefix}.conv.weight"), &[width, width, 3])?,
                bias: pack.tensor(&format!("{prefix}.conv.bias"), &[width])?,
                dilation,
                out: Linear::load(pack, &format!("{prefix}.out"), width, width)?,
            })
        };
        Ok(Self {
            width,
            input_weight: pack.tensor("audio.conv_in.weight", &[width, MEL_BANDS, 5])?,
            input_bias: pack.tensor("audio.conv_in.bias", &[width])?,
            blocks: config.dilations.iter().enumerate().map(block).collect::<Result<_>>()?,
        })
    }

    /// Columns of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows to each side that a row depends on.
    pub fn context(&self) -> usize {
        1 + self.blocks.iter().map(|b| b.dilation).sum::<usize>()
    }

    /// x [1, 2L, 80] → [1, L, width].
    pub fn record(&self, plan: &mut PlanBuilder, x: View) -> View {
        let mut h = plan.scratch("conv_in", x.batch, x.rows / 2, self.width);
        plan.push(ops::Conv1d {
            x,
            weight: self.input_weight.clone(),
            bias: Some(self.input_bias.clone()),
            stride: 2,
            pad: 2,
            dilation: 1,
            groups: 1,
            activation: Activation::Gelu,
            residual: None,
            out: h,
        });
        for block in &self.blocks {
            let normed = block.norm.record(plan, "block_norm", h);
            let inner = plan.scratch("block_conv", h.batch, h.rows, h.cols);
            plan.push(ops::Conv1d {
                x: normed,
                weight: block.weight.clone(),
                bias: Some(block.bias.clone()),
                stride: 1,
                pad: block.dilation,
                dilation: block.dilation,
                groups: 1,
                activation: Activation::Gelu,
                residual: None,
                out: inner,
            });
            h = block.out.record_add(plan, "block_out", inner, h);
        }
        h
    }
}
