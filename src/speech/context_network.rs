//! Wav2Vec2's second part: projection, positional convolution, transformer.
//!
//! [1, L, inputs] → [1, L, hidden]. Two forms, as upstream: *base* normalises after each sum, `h = LN(h + pos)` first;
//! *stable* normalises before each layer and once at the end. Cost per frame is constant but for attention, which is
//! quadratic in L.

use crate::error::Result;
use crate::nn::{LayerConfig, LayerNames, LayerNorm, Linear, NormOrder, TransformerLayer};
use crate::pack::{AudioConfig, Pack};
use crate::plan::{Activation, Mask, PlanBuilder, View};

use super::positional_conv::PositionalConv;

/// The network over feature frames.
#[derive(Debug, Clone)]
pub struct ContextNetwork {
    input_norm: LayerNorm,
    projection: Linear,
    position: PositionalConv,
    layers: Vec<TransformerLayer>,
    order: NormOrder,
    norm: LayerNorm,
}

/// What a recorded network leaves behind.
#[derive(Debug, Clone)]
pub struct ContextStates {
    /// What enters the first layer, then what each layer gives.
    pub hidden: Vec<View>,
    /// The network's output: the last of them, normalised in the stable form.
    pub output: View,
}

impl ContextNetwork {
    /// The tensors `audio.feature_projection.*` and `audio.encoder.*` of a
    /// [checked](crate::pack::Manifest::check) configuration, for features of `inputs` columns.
    ///
    /// # Errors
    /// `InvalidPack` for missing tensors or wrong shapes.
    pub fn load(pack: &Pack, config: &AudioConfig, inputs: usize) -> Result<Self> {
        let (width, eps) = (config.hidden_size, config.layer_norm_eps);
        let order = if config.do_stable_layer_norm { NormOrder::Pre } else { NormOrder::Post };
        let layer = LayerConfig {
            width,
            heads: config.num_attention_heads,
            feed_forward: config.intermediate_size,
            eps,
            order,
            activation: Activation::Gelu,
        };
        Ok(Self {
            input_norm: LayerNorm::load(pack, "audio.feature_projection.layer_norm", inputs, eps)?,
            projection: Linear::load(pack, "audio.feature_projection.projection", inputs, width)?,
            position: PositionalConv::load(pack, config)?,
            layers: TransformerLayer::load_stack(
                pack,
                "audio.encoder.layers",
                &LayerNames::WAV2VEC2,
                layer,
                config.num_hidden_layers,
            )?,
            order,
            norm: LayerNorm::load(pack, "audio.encoder.layer_norm", width, eps)?,
        })
    }

    /// Features [1, L, inputs] → all states of the network, each [1, L, hidden].
    pub fn record(&self, plan: &mut PlanBuilder, features: View) -> ContextStates {
        let normed = self.input_norm.record(plan, "input_norm", features);
        let projected = self.projection.record(plan, "projection", normed, Activation::None);
        let mut h = self.position.record(plan, projected);
        if self.order == NormOrder::Post {
            h = self.norm.record(plan, "encoder_norm", h);
        }
        let mut hidden = vec![h];
        for layer in &self.layers {
            h = layer.record(plan, h, Mask::None);
            hidden.push(h);
        }
        if self.order == NormOrder::Pre {
            h = self.norm.record(plan, "encoder_norm", h);
        }
        ContextStates { hidden, output: h }
    }
}
