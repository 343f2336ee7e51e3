//! Wav2Vec2's first part: convolutions on the waveform, no padding.
//!
//! [1, samples, 1] → [1, L, channels], L ← ⌊(L − k)/s⌋ + 1 per layer; 320 samples a frame and 400 seen by each, in the
//! published sizes, where it takes 5.9 GFLOP a second of speech: more than a third of the whole encoder.
//! *group*: layer 0 is conv → norm of each channel over all time → GELU, the others conv → GELU. *layer*: every layer is
//! conv → layer norm over channels → GELU.

use std::ops::Range;

use crate::error::Result;
use crate::nn::LayerNorm;
use crate::pack::{AudioConfig, Pack};
use crate::plan::{Activation, PlanBuilder, View, ops};
use crate::tensor::Weight;

use super::clip_norm::WindowMoments;

/// ε of the norms, which no configuration changes.
const EPS: f32 = 1e-5;

/// Frames that are recorded together after the layers that see the whole clip: the wide early layers of a tile fit in
/// a cache, and 24 s of speech need 60 MB less. Neighbours share 80 samples of 320 a frame, so tiles cost nothing.
const TILE_FRAMES: usize = 256;

/// The convolutions.
#[derive(Debug, Clone)]
pub struct FeatureExtractor {
    layers: Vec<ConvLayer>,
    width: usize,
    receptive_field: usize,
    hop: usize,
}

#[derive(Debug, Clone)]
struct ConvLayer {
    weight: Weight,
    bias: Option<Weight>,
    kernel: usize,
    stride: usize,
    norm: Norm,
}

#[derive(Debug, Clone)]
enum Norm {
    None,
    /// Of each channel over time.
    Group(Weight, Weight),
    /// Of each frame over channels.
    Layer(LayerNorm),
}

impl FeatureExtractor {
    /// The tensors `audio.feature_extractor.conv_layers.{i}.*` of a [checked](crate::pack::Manifest::check) configuration.
    ///
    /// # Errors
    /// `InvalidPack` for missing tensors or wrong shapes.
    pub fn load(pack: &Pack, config: &AudioConfig) -> Result<Self> {
        let mut layers = Vec::with_capacity(config.conv_dim.len());
        let mut inputs = 1;
        for (i, &outputs) in config.conv_dim.iter().enumerate() {
            let prefix = format!("audio.feature_extractor.conv_layers.{i}");
            let kernel = config.conv_kernel[i];
            let bias = config.conv_bias.then(|| pack.tensor(&format!("{prefix}.conv.bias"), &[outputs])).transpose()?;
            let norm = match config.feat_extract_norm.as_str() {
                "layer" => Norm::Layer(LayerNorm::load(pack, &format!("{prefix}.layer_norm"), outputs, EPS)?),
                _ if i > 0 => Norm::None,
                _ => {
                    let norm = LayerNorm::load(pack, &format!("{prefix}.layer_norm"), outputs, EPS)?;
                    Norm::Group(norm.weight, norm.bias)
                }
            };
            let weight = pack.tensor(&format!("{prefix}.conv.weight"), &[outputs, inputs, kernel])?;
            layers.push(ConvLayer { weight, bias, kernel, stride: config.conv_stride[i], norm });
            inputs = outputs;
        }
        let (receptive_field, hop) = config.extent();
        Ok(Self { layers, width: inputs, receptive_field, hop })
    }

    /// Samples that a frame sees.
    pub fn receptive_field(&self) -> usize {
        self.receptive_field
    }

    /// Samples from a frame to the next.
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// Columns of a frame.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Frames of a clip of at least [`Self::receptive_field`] samples.
    pub fn frame_count(&self, samples: usize) -> usize {
        (samples - self.receptive_field) / self.hop + 1
    }

    /// Whether parts of a long clip are normalised by the whole of it.
    pub(super) fn norms_over_clip(&self) -> bool {
        matches!(self.layers[0].norm, Norm::Group(..))
    }

    /// The extractor for parts of one long clip: a norm over time is that of the whole clip, of which `sample` gives
    /// any of the `samples`.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(super) fn over_clip(&self, samples: usize, sample: impl Fn(usize) -> f32) -> Result<Self> {
        let mut extractor = self.clone();
        let first = &mut extractor.layers[0];
        if let Norm::Group(gain, shift) = &first.norm {
            let moments = WindowMoments::of(first.kernel, first.stride, samples, sample);
            let (weight, bias) = moments.fold(&first.weight, gain, shift, EPS)?;
            (first.weight, first.bias, first.norm) = (weight, Some(bias), Norm::None);
        }
        Ok(extractor)
    }

    /// x [1, samples, 1] → [1, frames, width].
    pub fn record(&self, plan: &mut PlanBuilder, x: View) -> View {
        let frames = self.frame_count(x.rows);
        let (mut x, mut layers) = (x, &self.layers[..]);
        // The norm over time wants all of its layer's frames at once.
        if let [first, rest @ ..] = layers
            && matches!(first.norm, Norm::Group(..))
        {
            let out = plan.scratch("conv_features", x.batch, (x.rows - first.kernel) / first.stride + 1, first.width());
            first.record(plan, x, out);
            (x, layers) = (out, rest);
        }
        if layers.is_empty() {
            return x;
        }
        let features = plan.scratch("features", x.batch, frames, self.width);
        for start in (0..frames).step_by(TILE_FRAMES) {
            record_tile(plan, layers, x, features, start..frames.min(start + TILE_FRAMES));
        }
        features
    }
}

impl ConvLayer {
    fn width(&self) -> usize {
        self.weight.shape()[0]
    }

    fn record(&self, plan: &mut PlanBuilder, x: View, out: View) {
        plan.push(ops::Conv1d {
            x,
            weight: self.weight.clone(),
            bias: self.bias.clone(),
            stride: self.stride,
            pad: 0,
            dilation: 1,
            groups: 1,
            activation: if matches!(self.norm, Norm::None) { Activation::Gelu } else { Activation::None },
            residual: None,
            out,
        });
        match &self.norm {
            Norm::None => {}
            Norm::Group(weight, bias) => plan.push(ops::GroupNorm {
                x: out,
                groups: out.cols,
                eps: EPS,
                affine: Some((weight.clone(), bias.clone())),
                film: None,
                activation: Activation::Gelu,
                out,
            }),
            Norm::Layer(norm) => plan.push(ops::LayerNorm {
                x: out,
                weight: norm.weight.clone(),
                bias: norm.bias.clone(),
                eps: EPS,
                activation: Activation::Gelu,
                out,
            }),
        }
    }
}

/// The frames `tile` of the last layer, from the part of x that they see.
fn record_tile(plan: &mut PlanBuilder, layers: &[ConvLayer], x: View, features: View, tile: Range<usize>) {
    let seen = layers.iter().rev().fold(tile.clone(), |frames, layer| {
        frames.start * layer.stride..(frames.end - 1) * layer.stride + layer.kernel
    });
    let mut x = x.rows(seen);
    for (i, layer) in layers.iter().enumerate() {
        let out = if i + 1 == layers.len() {
            features.rows(tile.clone())
        } else {
            plan.scratch("conv_features", x.batch, (x.rows - layer.kernel) / layer.stride + 1, layer.width())
        };
        layer.record(plan, x, out);
        x = out;
    }
}
