//! One encoder layer of a transformer: self-attention, then feed-forward, each with a residual and a layer norm.
//!
//! ```text
//! pre-norm:   h ← h + attention(norm₁(h));   h ← h + ff(norm₂(h))
//! post-norm:  h ← norm₁(h + attention(h));   h ← norm₂(h + ff(h))
//! ```
//!
//! Wav2Vec2 (either order, erf GELU) and CLIP's towers (pre-norm, QuickGELU, causal for text) are this layer under
//! different tensor names. Cost for N rows of width d: 2·N·(4·d² + 2·d·ff) + 4·N²·d floating-point operations.

use crate::error::{Error, Result};
use crate::pack::Pack;
use crate::plan::{Activation, Mask, PlanBuilder, View};

use super::{LayerNorm, Linear};

/// Where the layer norms stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormOrder {
    /// Before attention and feed-forward.
    Pre,
    /// After their residual sums.
    Post,
}

/// Tensor names of a layer, relative to its prefix.
#[derive(Debug, Clone, Copy)]
pub struct LayerNames {
    /// Holds `q_proj`, `k_proj`, `v_proj` and `out_proj`.
    pub attention: &'static str,
    /// The norm of the attention.
    pub attention_norm: &'static str,
    /// First linear layer of the feed-forward.
    pub expand: &'static str,
    /// Second linear layer of the feed-forward.
    pub contract: &'static str,
    /// The norm of the feed-forward.
    pub feed_forward_norm: &'static str,
}

impl LayerNames {
    /// Hugging Face's `Wav2Vec2EncoderLayer`.
    pub const WAV2VEC2: Self = Self {
        attention: "attention",
        attention_norm: "layer_norm",
        expand: "feed_forward.intermediate_dense",
        contract: "feed_forward.output_dense",
        feed_forward_norm: "final_layer_norm",
    };
    /// Hugging Face's `CLIPEncoderLayer`.
    pub const CLIP: Self = Self {
        attention: "self_attn",
        attention_norm: "layer_norm1",
        expand: "mlp.fc1",
        contract: "mlp.fc2",
        feed_forward_norm: "layer_norm2",
    };
}

/// What a stack of layers has in common.
#[derive(Debug, Clone, Copy)]
pub struct LayerConfig {
    /// Columns of x.
    pub width: usize,
    /// Attention heads; divides the width.
    pub heads: usize,
    /// Columns between the two linear layers of the feed-forward.
    pub feed_forward: usize,
    /// ε of the norms.
    pub eps: f32,
    /// Where the norms stand.
    pub order: NormOrder,
    /// Of the feed-forward.
    pub activation: Activation,
}

/// The layer's weights.
#[derive(Debug, Clone)]
pub struct TransformerLayer {
    config: LayerConfig,
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    attention_norm: LayerNorm,
    expand: Linear,
    contract: Linear,
    feed_forward_norm: LayerNorm,
}

impl TransformerLayer {
    /// The tensors `{prefix}.{name}.{weight,bias}`.
    ///
    /// # Errors
    /// `InvalidPack` for a missing tensor, a wrong shape, or heads that do not divide the width.
    pub fn load(pack: &Pack, prefix: &str, names: &LayerNames, config: LayerConfig) -> Result<Self> {
        let LayerConfig { width, heads, feed_forward, eps, .. } = config;
        if width == 0 || heads == 0 || !width.is_multiple_of(heads) {
            return Err(Error::InvalidPack(format!(
                "{prefix}: {heads} attention heads do not divide a width of {width}"
            )));
        }
        let projection =
            |part: &str| Linear::load(pack, &format!("{prefix}.{}.{part}_proj", names.attention), width, width);
        let norm = |name: &str| LayerNorm::load(pack, &format!("{prefix}.{name}"), width, eps);
        Ok(Self {
            config,
            query: projection("q")?,
            key: projection("k")?,
            value: projection("v")?,
            out: projection("out")?,
            attention_norm: norm(names.attention_norm)?,
            expand: Linear::load(pack, &format!("{prefix}.{}", names.expand), width, feed_forward)?,
            contract: Linear::load(pack, &format!("{prefix}.{}", names.contract), feed_forward, width)?,
            feed_forward_norm: norm(names.feed_forward_norm)?,
        })
    }

    /// The layers `{prefix}.0` to `{prefix}.{count − 1}`.
    pub fn load_stack(
        pack: &Pack,
        prefix: &str,
        names: &LayerNames,
        config: LayerConfig,
        count: usize,
    ) -> Result<Vec<Self>> {
        (0..count).map(|i| Self::load(pack, &format!("{prefix}.{i}"), names, config)).collect()
    }

    /// x [B, N, width] → [B, N, width]; each of the B items attends to itself.
    pub fn record(&self, plan: &mut PlanBuilder, x: View, mask: Mask) -> View {
        match self.config.order {
            NormOrder::Pre => {
                let normed = self.attention_norm.record(plan, "attention_norm", x);
                let h = self.record_attention(plan, normed, x, mask);
                let normed = self.feed_forward_norm.record(plan, "feed_forward_norm", h);
                self.record_feed_forward(plan, normed, h)
            }
            NormOrder::Post => {
                let sum = self.record_attention(plan, x, x, mask);
                let h = self.attention_norm.record(plan, "attention_norm", sum);
                let sum = self.record_feed_forward(plan, h, h);
                self.feed_forward_norm.record(plan, "feed_forward_norm", sum)
            }
        }
    }

    fn record_attention(&self, plan: &mut PlanBuilder, x: View, residual: View, mask: Mask) -> View {
        let q = self.query.record(plan, "query", x, Activation::None);
        let k = self.key.record(plan, "key", x, Activation::None);
        let v = self.value.record(plan, "value", x, Activation::None);
        let attended = plan.attention("attention", q, k, v, self.config.heads, mask);
        self.out.record_add(plan, "attention_out", attended, residual)
    }

    fn record_feed_forward(&self, plan: &mut PlanBuilder, x: View, residual: View) -> View {
        let inner = self.expand.record(plan, "feed_forward", x, self.config.activation);
        self.contract.record_add(plan, "feed_forward_out", inner, residual)
    }
}
