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

    /// Rows to the left that each block's convolution reads, in the order of the blocks.
    pub(super) fn dilations(&self) -> impl Iterator<Item = usize> {
        self.blocks.iter().map(|block| block.dilation)
    }

    /// The last L rows of sound that goes on: x [1, 2L + 3, 80] → [1, L, width]. What a block's convolution reads before them
    /// comes from `left`, [1, dilation, width] for each block; what it reads behind them is zero, as at the end of a clip.
    /// Gives what later rows read as their left side, too: for each block [1, L, width], multiplied by `mask` [1, L, 1], which
    /// is 0 for rows before the sound began.
    pub(super) fn record_live(&self, plan: &mut PlanBuilder, x: View, left: &[View], mask: View) -> (View, Vec<View>) {
        let rows = mask.rows;
        let mut h = plan.scratch("conv_in", 1, rows, self.width);
        plan.push(conv(x, &self.input_weight, &self.input_bias, [2, 0, 1], h));
        let mut kept = Vec::with_capacity(self.blocks.len());
        for (block, left) in self.blocks.iter().zip(left) {
            let dilation = block.dilation;
            // Nothing writes its last rows: they are zero as the state is made.
            let around = plan.state("block_input", 1, dilation + rows + dilation, self.width);
            let own = around.rows(dilation..dilation + rows);
            plan.copy(*left, around.rows(0..dilation));
            let normed = block.norm.record(plan, "block_norm", h);
            plan.push(ops::Combine { x: normed, weights: mask, out: own });
            let inner = plan.scratch("block_conv", 1, rows, self.width);
            plan.push(conv(around, &block.weight, &block.bias, [1, 0, dilation], inner));
            h = block.out.record_add(plan, "block_out", inner, h);
            kept.push(own);
        }
        (h, kept)
    }

    /// x [1, 2L, 80] → [1, L, width].
    pub fn record(&self, plan: &mut PlanBuilder, x: View) -> View {
        let mut h = plan.scratch("conv_in", x.batch, x.rows / 2, self.width);
        plan.push(conv(x, &self.input_weight, &self.input_bias, [2, 2, 1], h));
        for block in &self.blocks {
            let normed = block.norm.record(plan, "block_norm", h);
            let inner = plan.scratch("block_conv", h.batch, h.rows, h.cols);
            plan.push(conv(normed, &block.weight, &block.bias, [1, block.dilation, block.dilation], inner));
            h = block.out.record_add(plan, "block_out", inner, h);
        }
        h
    }
}

/// A convolution over rows and its GELU.
fn conv(x: View, weight: &Weight, bias: &Weight, [stride, pad, dilation]: [usize; 3], out: View) -> ops::Conv1d {
    let (weight, bias) = (weight.clone(), Some(bias.clone()));
    ops::Conv1d { x, weight, bias, stride, pad, dilation, groups: 1, activation: Activation::Gelu, residual: None, out }
}
