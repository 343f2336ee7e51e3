//! Wav2Vec2's convolutional position embedding: h + GELU(conv(h)), a wide grouped convolution with weight norm.
//!
//! [1, L, width] → [1, L, width]; 128 frames are seen, 64 before and 63 after, in the published sizes.

use crate::error::Result;
use crate::pack::{AudioConfig, Pack};
use crate::plan::{Activation, PlanBuilder, View, ops};
use crate::tensor::Weight;

/// The convolution, its weight norm folded in.
#[derive(Debug, Clone)]
pub(super) struct PositionalConv {
    weight: Weight,
    bias: Weight,
    kernel: usize,
    groups: usize,
}

impl PositionalConv {
    /// The tensors `audio.encoder.pos_conv_embed.conv.*`, under the names of either form of torch's weight norm.
    pub(super) fn load(pack: &Pack, config: &AudioConfig) -> Result<Self> {
        let (width, kernel) = (config.hidden_size, config.num_conv_pos_embeddings);
        let groups = config.num_conv_pos_embedding_groups;
        let prefix = "audio.encoder.pos_conv_embed.conv";
        let (gain, direction) = if pack.has(&format!("{prefix}.weight_g")) {
            (format!("{prefix}.weight_g"), format!("{prefix}.weight_v"))
        } else {
            let parametrized = format!("{prefix}.parametrizations.weight.original");
            (format!("{parametrized}0"), format!("{parametrized}1"))
        };
        let gain = pack.tensor(&gain, &[1, 1, kernel])?;
        let direction = pack.tensor(&direction, &[width, width / groups, kernel])?;
        let bias = pack.tensor(&format!("{prefix}.bias"), &[width])?;
        Ok(Self { weight: fold(&gain, &direction)?, bias, kernel, groups })
    }

    /// h + GELU(conv(h)). An even kernel gives one frame too many, at the end; it is not computed.
    pub(super) fn record(&self, plan: &mut PlanBuilder, h: View) -> View {
        let out = plan.scratch("positioned", h.batch, h.rows, h.cols);
        plan.push(ops::Conv1d {
            x: h,
            weight: self.weight.clone(),
            bias: Some(self.bias.clone()),
            stride: 1,
            pad: self.kernel / 2,
            dilation: 1,
            groups: self.groups,
            activation: Activation::Gelu,
            residual: Some(h),
            out,
        });
        out
    }
}

/// `w[o,i,k] = g[k]·v[o,i,k]/‖v[·,·,k]‖`. A tap whose v is all zero stays zero.
fn fold(gain: &Weight, direction: &Weight) -> Result<Weight> {
    let mut weight = direction.to_f32()?;
    let taps = direction.shape()[2];
    let mut squares = vec![0.0f64; taps];
    for row in weight.chunks_exact(taps) {
        squares.iter_mut().zip(row).for_each(|(sum, v)| *sum += f64::from(*v).powi(2));
    }
    let scales: Vec<f64> =
        gain.to_f32()?.iter().zip(squares).map(|(g, sum)| f64::from(*g) / sum.sqrt().max(f64::MIN_POSITIVE)).collect();
    for row in weight.chunks_exact_mut(taps) {
        row.iter_mut().zip(&scales).for_each(|(v, scale)| *v = (f64::from(*v) * scale) as f32);
    }
    Weight::try_from_f32(direction.name(), direction.shape(), &weight)
}
