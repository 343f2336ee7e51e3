//! CLIP's vision tower: picture → style code (`CLIPVisionModelWithProjection`).
//!
//! ```text
//! h ← pre_layrnorm([class ; patches·Wᵀ] + position_embedding);  layers, pre-norm, QuickGELU
//! P = visual_projection · post_layernorm(h[0])
//! ```
//!
//! The patch convolution has its stride for its width: a linear layer over rearranged patches.

use crate::error::Result;
use crate::nn::{LayerNorm, Linear, TransformerLayer};
use crate::pack::{ClipVisionConfig, Pack};
use crate::picture::Picture;
use crate::plan::{Activation, Backend, Mask, PlanBuilder, ops};
use crate::signal::Frames;
use crate::tensor::Weight;
use crate::unit::{self, Unit};

use super::{Recorded, load_layers, run_once};

/// Mean of the pictures that CLIP was trained on: red, green, blue in 0..1.
const MEAN: [f32; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
/// Their standard deviation.
const STD: [f32; 3] = [0.268_629_54, 0.261_302_6, 0.275_777_1];

/// Weights of the vision tower.
pub struct VisionTower {
    image_size: usize,
    patch_size: usize,
    /// [hidden_size, 3·patch_size²]
    patch_embedding: Weight,
    /// What rows start from, [patches + 1, hidden_size]: positions, and the class in the first row.
    start: Frames,
    pre_norm: LayerNorm,
    layers: Vec<TransformerLayer>,
    post_norm: LayerNorm,
    projection: Linear,
}

impl VisionTower {
    /// The tensors `clip.vision_model.*` and `clip.visual_projection.weight` of a
    /// [checked](crate::pack::Manifest::check) configuration.
    ///
    /// # Errors
    /// `InvalidPack` for a missing tensor or a wrong shape.
    pub fn load(pack: &Pack, config: &ClipVisionConfig, projection_dim: usize) -> Result<Self> {
        let ClipVisionConfig { hidden_size: width, image_size, patch_size, layer_norm_eps: eps, .. } = *config;
        let sizes = [width, config.num_attention_heads, config.intermediate_size, config.num_hidden_layers];
        let model = "clip.vision_model";
        let embedding = |name: &str, shape: &[usize]| pack.tensor(&format!("{model}.embeddings.{name}"), shape);
        let patch_embedding = embedding("patch_embedding.weight", &[width, 3, patch_size, patch_size])?;
        let patches = (image_size / patch_size).pow(2);
        let mut start = embedding("position_embedding.weight", &[patches + 1, width])?.to_f32()?;
        let class = embedding("class_embedding", &[width])?.to_f32()?;
        start.iter_mut().zip(class).for_each(|(value, class)| *value += class);
        Ok(Self {
            image_size,
            patch_size,
            patch_embedding: patch_embedding.reshaped(&[width, 3 * patch_size * patch_size]),
            start: Frames::new(width, start),
            // The name is upstream's.
            pre_norm: LayerNorm::load(pack, &format!("{model}.pre_layrnorm"), width, eps)?,
            layers: load_layers(pack, model, sizes, eps)?,
            post_norm: LayerNorm::load(pack, &format!("{model}.post_layernorm"), width, eps)?,
            projection: Linear::load_unbiased(pack, "clip.visual_projection", width, projection_dim)?,
        })
    }

    /// Side of the pictures that it looks at, pixels.
    pub fn side(&self) -> usize {
        self.image_size
    }

    /// The style code (`projection_dim` values) of a picture, not scaled; one of another size is [resized and
    /// cropped](Picture::resize_and_crop).
    ///
    /// # Errors
    /// `OutOfMemory`; what the backend reports.
    pub fn encode(&self, backend: &dyn Backend, picture: &Picture) -> Result<Vec<f32>> {
        unit::finish(self.encode_in(backend, picture, &Unit::default()))
    }

    /// [`encode`](Self::encode), whose network runs in bounded parts.
    ///
    /// # Errors
    /// Those of [`encode`](Self::encode).
    pub async fn encode_in(&self, backend: &dyn Backend, picture: &Picture, unit: &Unit) -> Result<Vec<f32>> {
        let channels = match [picture.width, picture.height] == [self.image_size; 2] {
            true => picture.to_channels(MEAN, STD),
            false => picture.resize_and_crop(self.image_size)?.to_channels(MEAN, STD),
        };
        run_once(backend, |plan| self.record(plan), &self.patches(&channels), unit).await
    }

    /// The input of [`record`](Self::record): channels [3, image_size, image_size] → patches [patches, 3·patch_size²].
    ///
    /// # Panics
    /// If the channels are of another size.
    pub fn patches(&self, channels: &[f32]) -> Vec<f32> {
        let (side, patch) = (self.image_size, self.patch_size);
        assert_eq!(channels.len(), 3 * side * side, "channels of another size");
        let grid = side / patch;
        let mut patches = Vec::with_capacity(grid * grid * 3 * patch * patch);
        for (top, left) in (0..grid).flat_map(|i| (0..grid).map(move |j| (i * patch, j * patch))) {
            for plane in channels.chunks_exact(side * side) {
                for row in plane.chunks_exact(side).skip(top).take(patch) {
                    patches.extend_from_slice(&row[left..left + patch]);
                }
            }
        }
        patches
    }

    /// Records the tower.
    pub fn record(&self, plan: &mut PlanBuilder) -> Recorded {
        let (rows, width) = (self.start.len(), self.start.width);
        let (input, patches) = plan.input("patches", 1, rows - 1, self.patch_embedding.shape()[1]);

        let start = plan.constant("class_and_positions", 1, rows, width, &self.start.data);
        let embedded = plan.scratch("patch_embeddings", 1, rows, width);
        plan.copy(start.rows(0..1), embedded.rows(0..1));
        plan.push(ops::Linear {
            x: patches,
            weight: self.patch_embedding.clone(),
            bias: None,
            activation: Activation::None,
            residual: Some(start.rows(1..rows)),
            out: embedded.rows(1..rows),
        });

        let mut hidden = vec![self.pre_norm.record(plan, "pre_norm", embedded)];
        for layer in &self.layers {
            hidden.push(layer.record(plan, hidden[hidden.len() - 1], Mask::None));
        }
        let class = hidden[hidden.len() - 1].rows(0..1);
        let pooled = self.post_norm.record(plan, "picture_pooled", class);
        let projected = self.projection.record(plan, "visual_projection", pooled, Activation::None);
        Recorded { input, hidden, pooled, projected }
    }
}
