//! CLIP's text tower: token ids → style code (`CLIPTextModelWithProjection`).
//!
//! ```text
//! h ← token_embedding[ids] + position_embedding;  layers, causal, pre-norm, QuickGELU
//! P = text_projection · final_layer_norm(h[end])
//! ```
//!
//! Only the tokens up to the first end marker are run: what follows cannot reach it through the causal mask.

use crate::error::{Error, Result};
use crate::nn::{LayerNorm, Linear, TransformerLayer};
use crate::pack::{ClipTextConfig, Pack};
use crate::plan::{Activation, Backend, Mask, PlanBuilder};
use crate::tensor::Weight;
use crate::unit::{self, Unit};

use super::{Recorded, load_layers, run_once};

/// Weights of the text tower.
pub struct TextTower {
    token_embedding: Weight,
    position_embedding: Weight,
    layers: Vec<TransformerLayer>,
    final_norm: LayerNorm,
    projection: Linear,
}

impl TextTower {
    /// The tensors `clip.text_model.*` and `clip.text_projection.weight` of a
    /// [checked](crate::pack::Manifest::check) configuration.
    ///
    /// # Errors
    /// `InvalidPack` for a missing tensor or a wrong shape.
    pub fn load(pack: &Pack, config: &ClipTextConfig, projection_dim: usize) -> Result<Self> {
        let ClipTextConfig { vocab_size, hidden_size: width, layer_norm_eps: eps, .. } = *config;
        let sizes = [width, config.num_attention_heads, config.intermediate_size, config.num_hidden_layers];
        let model = "clip.text_model";
        let embedding = |name: &str, rows: usize| {
            pack.tensor(&format!("{model}.embeddings.{name}_embedding.weight"), &[rows, width])
        };
        Ok(Self {
            token_embedding: embedding("token", vocab_size)?,
            position_embedding: embedding("position", config.max_position_embeddings)?,
            layers: load_layers(pack, model, sizes, eps)?,
            final_norm: LayerNorm::load(pack, &format!("{model}.final_layer_norm"), width, eps)?,
            projection: Linear::load_unbiased(pack, "clip.text_projection", width, projection_dim)?,
        })
    }

    /// The style code (`projection_dim` values) of a prompt's ids, not scaled.
    ///
    /// # Errors
    /// `InvalidArgument` when an id is not in the vocabulary, no end marker is there, or it stands behind the context;
    /// what the backend reports.
    pub fn encode(&self, backend: &dyn Backend, ids: &[u32]) -> Result<Vec<f32>> {
        unit::finish(self.encode_in(backend, ids, &Unit::default()))
    }

    /// [`encode`](Self::encode) in bounded parts.
    ///
    /// # Errors
    /// Those of [`encode`](Self::encode).
    pub async fn encode_in(&self, backend: &dyn Backend, ids: &[u32], unit: &Unit) -> Result<Vec<f32>> {
        let rows = self.embed(ids)?;
        let count = rows.len() / self.width();
        run_once(backend, |plan| self.record(plan, count), &rows, unit).await
    }

    /// The input of [`record`](Self::record): embeddings of the ids up to the first end marker, [tokens, hidden_size].
    ///
    /// # Errors
    /// Those of [`encode`](Self::encode).
    pub fn embed(&self, ids: &[u32]) -> Result<Vec<f32>> {
        let (vocab_size, context) = (self.token_embedding.shape()[0], self.position_embedding.shape()[0]);
        let end = ids.iter().position(|id| *id as usize == vocab_size - 1).filter(|end| *end < context);
        let end = end.ok_or_else(|| {
            Error::InvalidArgument(format!("no end marker {} among the first {context} token ids", vocab_size - 1))
        })?;
        if let Some(id) = ids[..end].iter().find(|id| **id as usize >= vocab_size) {
            return Err(Error::InvalidArgument(format!("token id {id} of a vocabulary of {vocab_size}")));
        }
        let mut rows = self.position_embedding.rows(0..end + 1).to_f32()?;
        for (row, id) in rows.chunks_exact_mut(self.width()).zip(ids) {
            let token = self.token_embedding.rows(*id as usize..*id as usize + 1).to_f32()?;
            for (value, token) in row.iter_mut().zip(token) {
                *value += token;
            }
        }
        Ok(rows)
    }

    /// Records the tower for `tokens` tokens, the last of which is the end marker.
    pub fn record(&self, plan: &mut PlanBuilder, tokens: usize) -> Recorded {
        let (input, x) = plan.input("token_embeddings", 1, tokens, self.width());
        let mut hidden = vec![x];
        for layer in &self.layers {
            hidden.push(layer.record(plan, hidden[hidden.len() - 1], Mask::Causal));
        }
        let end = hidden[hidden.len() - 1].rows(tokens - 1..tokens);
        let pooled = self.final_norm.record(plan, "text_pooled", end);
        let projected = self.projection.record(plan, "text_projection", pooled, Activation::None);
        Recorded { input, hidden, pooled, projected }
    }

    fn width(&self) -> usize {
        self.token_embedding.shape()[1]
    }
}
