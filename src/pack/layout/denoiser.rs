//! Denoiser: torch's `TransformerDecoder` between projections.

use super::Layout;
use crate::pack::{Concat, DenoiserConfig};

impl Layout<'_> {
    pub(super) fn denoiser(&mut self, config: &DenoiserConfig) {
        let (d, ff) = (config.d, config.ff);
        self.vector("denoiser.mean".to_owned(), &[config.d_x]);
        self.vector("denoiser.std".to_owned(), &[config.d_x]);
        self.linear("denoiser.in_proj", config.d_x, d);
        self.linear("denoiser.out_proj", d, config.d_x);
        match config.concat {
            Concat::Feature => self.linear("denoiser.cond_proj", config.d_a + config.d_p, d),
            Concat::Token => {
                self.linear("denoiser.audio_proj", config.d_a, d);
                self.linear("denoiser.style_proj", config.d_p, d);
            }
        }
        self.linear("denoiser.time_embed.0", d, d);
        self.linear("denoiser.time_embed.2", d, d);
        for i in 0..config.layers {
            let layer = format!("denoiser.decoder.layers.{i}");
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
