//! The manifest: what the pack says about its networks. docs/model-pack.md describes every key.

use serde::{Deserialize, Serialize};

use super::adjustments::AdjustmentsConfig;
use super::eyes::EyesConfig;
use super::finder::FinderConfig;
use super::live::LiveConfig;
use super::mesh::{Identities, TopologyConfig};
use super::style::{ClipConfig, EmojiConfig, NgramsConfig, StyleReaderConfig};

/// The JSON under `__metadata__["media2face"]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// `media2face/1`.
    pub format: String,
    /// What a library must know beyond the format to run the pack at all, by name; [`Self::KNOWN`] are known here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// Name of the model.
    #[serde(default)]
    pub name: String,
    /// Version of the model.
    #[serde(default)]
    pub version: String,
    /// SPDX expression.
    #[serde(default)]
    pub licence: String,
    /// Where the weights come from.
    #[serde(default)]
    pub provenance: String,
    /// Frames per second of the animation.
    #[serde(default = "defaults::fps")]
    pub fps: f32,
    /// Speech encoder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioConfig>,
    /// Style towers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<ClipConfig>,
    /// Words for emoji.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<EmojiConfig>,
    /// What style codes say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style_reader: Option<StyleReaderConfig>,
    /// What texts say, in the place of a text tower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ngrams: Option<NgramsConfig>,
    /// Names of the style codes that the pack holds.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    pub presets: Names,
    /// Denoiser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denoiser: Option<DenoiserConfig>,
    /// The denoiser of fast streams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<LiveConfig>,
    /// Sampler defaults.
    #[serde(default)]
    pub diffusion: DiffusionConfig,
    /// What its motion is adjusted by unless a host says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjustments: Option<AdjustmentsConfig>,
    /// Geometry decoder and encoders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gnpfa: Option<GnpfaConfig>,
    /// Mesh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topology: Option<TopologyConfig>,
    /// How the look weights turn the eyes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eyes: Option<EyesConfig>,
    /// Where faces are in pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finder: Option<FinderConfig>,
    /// Names of the weights.
    #[serde(default)]
    pub blendshapes: Names,
    /// Names of the identities, and how they look.
    #[serde(default)]
    pub identities: Identities,
}

impl Default for Manifest {
    /// No part at all, 30 frames per second.
    fn default() -> Self {
        Self {
            format: Self::FORMAT.to_owned(),
            requires: Vec::new(),
            name: String::new(),
            version: String::new(),
            licence: String::new(),
            provenance: String::new(),
            fps: defaults::fps(),
            audio: None,
            clip: None,
            emoji: None,
            style_reader: None,
            ngrams: None,
            presets: Names::default(),
            denoiser: None,
            live: None,
            diffusion: DiffusionConfig::default(),
            adjustments: None,
            gnpfa: None,
            topology: None,
            eyes: None,
            finder: None,
            blendshapes: Names::default(),
            identities: Identities::default(),
        }
    }
}

impl Manifest {
    /// `format` of this version.
    pub const FORMAT: &str = "media2face/1";
    /// What packs may require of this version, beyond what format 1 had from the start.
    pub const KNOWN: [&str; 1] = ["textures"];
}

/// A list of names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Names {
    /// In the order of the tensors.
    pub names: Vec<String>,
}

impl Names {
    /// True when there is no name.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// First part of the speech encoder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FrontEnd {
    /// Seven convolutions on the waveform (Wav2Vec2).
    #[default]
    Wave,
    /// 80 log-mel bands and residual convolutions.
    Mel,
}

/// How encoder frames come to the animation rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Over the clip: (i + ½)·T/F − ½.
    #[default]
    Clip,
    /// Over the clip, first on first and last on last.
    ClipCorners,
    /// By time, whatever the clip's end: can be chunked.
    Rate,
}

/// What the mean of the log-mel bands is taken over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MelNorm {
    /// The clip.
    Clip,
    /// The past, exponentially.
    #[default]
    Running,
}

/// Speech encoder: the keys of a `Wav2Vec2Config`, or the log-mel form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // named and explained upstream and in docs/model-pack.md
pub struct AudioConfig {
    pub front_end: FrontEnd,
    pub do_normalize: bool,
    pub align: Align,
    pub chunk_s: Option<f32>,
    pub context_s: Option<f32>,

    pub conv_dim: Vec<usize>,
    pub conv_kernel: Vec<usize>,
    pub conv_stride: Vec<usize>,
    pub conv_bias: bool,
    pub feat_extract_norm: String,
    pub do_stable_layer_norm: bool,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub intermediate_size: usize,
    pub num_conv_pos_embeddings: usize,
    pub num_conv_pos_embedding_groups: usize,
    pub layer_norm_eps: f32,

    pub mel_norm: MelNorm,
    pub mel_rate: f32,
    pub width: usize,
    pub dilations: Vec<usize>,
}

impl Default for AudioConfig {
    /// Wav2Vec2-base; the log-mel keys are empty.
    fn default() -> Self {
        Self {
            front_end: FrontEnd::Wave,
            do_normalize: false,
            align: Align::Clip,
            chunk_s: None,
            context_s: None,
            conv_dim: vec![512; 7],
            conv_kernel: vec![10, 3, 3, 3, 3, 2, 2],
            conv_stride: vec![5, 2, 2, 2, 2, 2, 2],
            conv_bias: false,
            feat_extract_norm: "group".to_owned(),
            do_stable_layer_norm: false,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            num_conv_pos_embeddings: 128,
            num_conv_pos_embedding_groups: 16,
            layer_norm_eps: 1e-5,
            mel_norm: MelNorm::Running,
            mel_rate: 1.0 / 300.0,
            width: 0,
            dilations: Vec::new(),
        }
    }
}

impl AudioConfig {
    /// Columns of the features that this encoder gives.
    pub fn feature_width(&self) -> usize {
        if self.has_context() { self.hidden_size } else { self.width }
    }
}

/// How the style code meets the audio features.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Concat {
    /// Beside each frame's feature.
    #[default]
    Feature,
    /// As one more token.
    Token,
}

/// Denoiser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DenoiserConfig {
    /// Motion width, d_z + d_pose.
    pub d_x: usize,
    /// Expression latent.
    pub d_z: usize,
    /// Head pose, 0 or 6.
    pub d_pose: usize,
    /// `axis_angle_translation`.
    #[serde(default = "defaults::pose_repr")]
    pub pose_repr: String,
    /// Audio feature width.
    pub d_a: usize,
    /// Style code width.
    pub d_p: usize,
    /// Strength columns beside audio and style: 2 of a network that has its guidance taken in and reads how strong it is,
    /// otherwise 0.
    #[serde(default)]
    pub d_s: usize,
    /// Model width.
    pub d: usize,
    /// Decoder layers.
    pub layers: usize,
    /// Attention heads.
    pub heads: usize,
    /// Feed-forward width.
    pub ff: usize,
    /// Frames of a window.
    pub window: usize,
    /// Where the style goes.
    #[serde(default)]
    pub concat: Concat,
    /// Half-width of the band in cross-attention; 0 for none.
    #[serde(default)]
    pub align: usize,
}

impl DenoiserConfig {
    /// Columns of what a frame is conditioned on: audio feature, style code, strengths.
    pub(crate) fn condition_width(&self) -> usize {
        self.d_a + self.d_p + self.d_s
    }
}

/// Which timesteps a sampling of few steps visits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spacing {
    /// i·⌊T/n⌋
    Leading,
    /// T − 1, …, one stride apart, from the end.
    #[default]
    Trailing,
    /// Evenly from 0 to T − 1.
    Linspace,
}

/// Sampler defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DiffusionConfig {
    /// Training timesteps.
    #[serde(rename = "T")]
    pub timesteps: usize,
    /// `squaredcos_cap_v2`.
    pub schedule: String,
    /// Visited timesteps.
    pub spacing: Spacing,
    /// Denoising steps.
    pub steps: usize,
    /// DDIM's η: 0 deterministic, 1 ancestral.
    pub eta: f32,
    /// Guidance of the audio, s_A.
    #[serde(rename = "s_A")]
    pub guidance_audio: f32,
    /// Guidance of the style, s_P.
    #[serde(rename = "s_P")]
    pub guidance_style: f32,
    /// Frames from a window's start to the next.
    pub hop: usize,
    /// Factor on the noise that sampling starts from: 1 is the model's own spread, less is nearer to the mean.
    pub noise_scale: f32,
    /// The style that applies where none is asked for: a preset, or words for the text tower; empty for none. Without the key
    /// [`Manifest::default_style`] looks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_style: Option<String>,
    /// The network has its guidance taken in: x0 = (1 − s_P)·G(A) + s_P·G(A, P), and `s_A` has no effect.
    pub distilled: bool,
}

impl Default for DiffusionConfig {
    fn default() -> Self {
        Self {
            timesteps: 500,
            schedule: "squaredcos_cap_v2".to_owned(),
            spacing: Spacing::Trailing,
            steps: 20,
            eta: 0.0,
            guidance_audio: 2.5,
            guidance_style: 1.5,
            hop: 150,
            noise_scale: 1.0,
            default_style: None,
            distilled: false,
        }
    }
}

/// Geometry decoder and encoders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GnpfaConfig {
    /// Side of the map, texels.
    pub res: usize,
    /// Channels, finest level first.
    pub ch: Vec<usize>,
    /// Expression latent.
    pub d_z: usize,
    /// Groups of the norms.
    pub groups: usize,
    /// Width of the latent's FiLM code.
    pub w_dim: usize,
    /// Offsets = map · scale, mm.
    pub scale: f32,
}

mod defaults {
    pub(super) fn fps() -> f32 {
        30.0
    }
    pub(super) fn pose_repr() -> String {
        "axis_angle_translation".to_owned()
    }
}
