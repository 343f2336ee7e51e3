//! Denoiser: torch's `TransformerDecoder` between projections.

use super::Layout;
use crate::pack::{Concat, DenoiserConfig};

impl Layout<'_> {
    /// The tensors `{prefix}.*` of a denoiser.
    pub(super) fn denoiser(&mut self, prefix: &str, config: &DenoiserConfig) {
        let (d, ff) = (config.d, config.ff);
        self.vector(format!("{prefix}.mean"), &[config.d_x]);
        self.vector(format!("{prefix}.std"), &[config.d_x]);
        self.linear(&format!("{prefix}.in_proj"), config.d_x, d);
        self.linear(&format!("{prefix}.out_proj"), d, config.d_x);
        match config.concat {
            Concat::Feature => self.linear(&format!("{prefix}.cond_proj"), config.condition_width(), d),
            Concat::Token => {
                self.linear(&format!("{prefix}.audio_proj"), config.d_a, d);
                self.linear(&format!("{prefix}.style_proj"), config.d_p, d);
            }
        }
        self.linear(&format!("{prefix}.time_embed.0"), d, d);
        self.linear(&format!("{prefix}.time_embed.2"), d, d);
        for i in 0..config.layers {
            let layer = format!("{prefix}.decoder.layers.{i}");
            for attention in ["self_attn", "multihead_attn"] {
                self.matrix(format!("{layer}.{attention}.in_proj_weight"), &[3 * d, d]);
                self.vector(format!("{layer}.{attention}.in_proj_bias"), &[3 * d]);
                self.linear(&format!("{layer}.{attention}.out_proj"), d, d);
            }
            self.linear(&format!("{layer}.linear1"), d, ff);
            self.linear(&format!("{layer}.linear2"), ff, d);
            for norm in ["norm1", "norm2", "norm3"] {
                self.norm(&format!("{layer}.{norm}"), d);
            }
        }
    }
}
