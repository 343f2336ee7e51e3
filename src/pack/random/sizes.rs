//! The manifests of random packs.

use crate::pack::{
    ARKIT_NAMES, Align, AudioConfig, ClipConfig, ClipTextConfig, ClipVisionConfig, Concat, DenoiserConfig,
    DiffusionConfig, FrontEnd, GnpfaConfig, Identities, Manifest, Names,
};

/// How large the networks of a random pack are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// For tests: every network at the least size that exercises it, about 120 vertices, under 300 KB.
    Tiny,
    /// The starter model's networks, about 2,300 vertices.
    Small,
    /// Wav2Vec2-base, CLIP ViT-B/32, the paper's denoiser and generator; about 650 MB.
    Full,
}

impl Size {
    /// Columns and rows of the chart's vertices.
    pub(super) fn grid(self) -> (usize, usize) {
        if self == Self::Tiny { (7, 8) } else { (41, 49) }
    }

    /// Everything but the topology.
    pub(super) fn manifest(self, seed: u64) -> Manifest {
        let (audio, clip, denoiser, gnpfa) = match self {
            Self::Tiny => (mel(32, &[1, 2]), clip_tiny(), denoiser([12, 32, 32], [32, 2, 4, 64], 20), gnpfa_tiny()),
            Self::Small => {
                let audio = mel(128, &[1, 2, 4, 1, 2, 4]);
                (audio, clip_small(), denoiser([64, 128, 128], [192, 8, 4, 768], 200), gnpfa_small())
            }
            Self::Full => {
                let clip = ClipConfig {
                    text: Some(ClipTextConfig::default()),
                    vision: Some(ClipVisionConfig::default()),
                    projection_dim: 512,
                    normalize: false,
                };
                let denoiser = denoiser([128, 768, 512], [512, 8, 4, 1024], 200);
                (AudioConfig::default(), clip, denoiser, gnpfa_full())
            }
        };
        let hop = denoiser.window * 3 / 4;
        Manifest {
            format: Manifest::FORMAT.to_owned(),
            requires: Vec::new(),
            name: format!("random-{self:?}").to_lowercase(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            licence: "CC0-1.0".to_owned(),
            provenance: format!("random weights, seed {seed}"),
            fps: 30.0,
            audio: Some(audio),
            clip: Some(clip),
            emoji: None,
            style_reader: None,
            ngrams: None,
            presets: Names::default(),
            denoiser: Some(denoiser),
            live: None,
            diffusion: DiffusionConfig { hop, ..DiffusionConfig::default() },
            adjustments: None,
            gnpfa: Some(gnpfa),
            topology: None,
            eyes: None,
            finder: None,
            blendshapes: Names { names: ARKIT_NAMES.map(str::to_owned).to_vec() },
            identities: Identities {
                names: super::head::IDENTITIES.map(|(name, _)| name.to_owned()).to_vec(),
                looks: Vec::new(),
            },
        }
    }

    /// Tensors of the optional nets, by which the table of tensors knows that they are wanted and how wide.
    pub(super) fn optional_shapes(self) -> Vec<(String, Vec<usize>)> {
        let width = if self == Self::Tiny { 16 } else { 256 };
        let mut shapes = vec![
            ("gnpfa.generator.e_stem.bias".to_owned(), vec![1]),
            ("gnpfa.encoder.stem.bias".to_owned(), vec![1]),
            ("gnpfa.from_weights.0.weight".to_owned(), vec![width, ARKIT_NAMES.len()]),
            ("gnpfa.to_weights.0.weight".to_owned(), vec![width, 0]),
        ];
        // Of the vision encoders each level's inputs, and the inputs of the code: 4 × 4 texels.
        let ch: &[usize] = if self == Self::Tiny { &[4, 8] } else { &[16, 32, 64, 64] };
        for name in ["expression", "pose"] {
            let net = format!("gnpfa.{name}_encoder");
            shapes.extend(ch.iter().enumerate().map(|(i, &c)| (format!("{net}.convs.{i}.weight"), vec![0, c])));
            shapes.push((format!("{net}.fc.weight"), vec![0, ch[ch.len() - 1] * 16]));
        }
        shapes
    }
}

fn mel(width: usize, dilations: &[usize]) -> AudioConfig {
    AudioConfig {
        front_end: FrontEnd::Mel,
        align: Align::Rate,
        width,
        dilations: dilations.to_vec(),
        num_hidden_layers: 0,
        ..AudioConfig::default()
    }
}

fn clip_tiny() -> ClipConfig {
    let text = ClipTextConfig {
        vocab_size: 560, // 514 are bytes and marks, the rest merges
        hidden_size: 16,
        intermediate_size: 32,
        num_hidden_layers: 2,
        num_attention_heads: 2,
        max_position_embeddings: 16,
        eos_token_id: 559,
        ..ClipTextConfig::default()
    };
    let vision = ClipVisionConfig {
        hidden_size: 16,
        intermediate_size: 32,
        num_hidden_layers: 2,
        num_attention_heads: 2,
        image_size: 32,
        patch_size: 8,
        ..ClipVisionConfig::default()
    };
    ClipConfig { text: Some(text), vision: Some(vision), projection_dim: 32, normalize: false }
}

fn clip_small() -> ClipConfig {
    let text = ClipTextConfig {
        vocab_size: 4096,
        hidden_size: 128,
        intermediate_size: 512,
        num_hidden_layers: 4,
        num_attention_heads: 4,
        eos_token_id: 4095,
        ..ClipTextConfig::default()
    };
    let vision = ClipVisionConfig {
        hidden_size: 128,
        intermediate_size: 512,
        num_hidden_layers: 4,
        num_attention_heads: 4,
        image_size: 64,
        patch_size: 8,
        ..ClipVisionConfig::default()
    };
    ClipConfig { text: Some(text), vision: Some(vision), projection_dim: 128, normalize: false }
}

/// Widths of latent, audio and style; width, layers, heads and feed-forward width.
fn denoiser([d_z, d_a, d_p]: [usize; 3], [d, layers, heads, ff]: [usize; 4], window: usize) -> DenoiserConfig {
    DenoiserConfig {
        d_x: d_z + 6,
        d_z,
        d_pose: 6,
        pose_repr: "axis_angle_translation".to_owned(),
        d_a,
        d_p,
        d_s: 0,
        d,
        layers,
        heads,
        ff,
        window,
        concat: Concat::Feature,
        align: 0,
    }
}

fn gnpfa_tiny() -> GnpfaConfig {
    GnpfaConfig { res: 32, ch: vec![8, 16, 16], d_z: 12, groups: 4, w_dim: 16, scale: 1.0 }
}

fn gnpfa_small() -> GnpfaConfig {
    GnpfaConfig { res: 128, ch: vec![16, 32, 64, 128, 128], d_z: 64, groups: 8, w_dim: 256, scale: 1.0 }
}

fn gnpfa_full() -> GnpfaConfig {
    GnpfaConfig { res: 256, ch: vec![32, 64, 128, 256, 512, 512], d_z: 128, groups: 8, w_dim: 256, scale: 1.0 }
}
