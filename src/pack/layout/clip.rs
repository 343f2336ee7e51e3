//! Style towers: CLIP's text and picture encoders.

use super::Layout;
use crate::pack::ClipConfig;

impl Layout<'_> {
    pub(super) fn clip(&mut self, config: &ClipConfig) {
        if let Some(text) = &config.text {
            let width = text.hidden_size;
            let embeddings = "clip.text_model.embeddings";
            self.matrix(format!("{embeddings}.token_embedding.weight"), &[text.vocab_size, width]);
            self.vector(format!("{embeddings}.position_embedding.weight"), &[text.max_position_embeddings, width]);
            self.tower("clip.text_model", text.num_hidden_layers, width, text.intermediate_size);
            self.norm("clip.text_model.final_layer_norm", width);
            self.matrix("clip.text_projection.weight".to_owned(), &[config.projection_dim, width]);
        }
        if let Some(vision) = &config.vision {
            let (width, patch) = (vision.hidden_size, vision.patch_size);
            let side = vision.image_size / patch;
            let embeddings = "clip.vision_model.embeddings";
            self.vector(format!("{embeddings}.class_embedding"), &[width]);
            self.matrix(format!("{embeddings}.patch_embedding.weight"), &[width, 3, patch, patch]);
            self.vector(format!("{embeddings}.position_embedding.weight"), &[side * side + 1, width]);
            self.norm("clip.vision_model.pre_layrnorm", width); // upstream's spelling
            self.tower("clip.vision_model", vision.num_hidden_layers, width, vision.intermediate_size);
            self.norm("clip.vision_model.post_layernorm", width);
            self.matrix("clip.visual_projection.weight".to_owned(), &[config.projection_dim, width]);
        }
    }

    fn tower(&mut self, prefix: &str, layers: usize, width: usize, ff: usize) {
        for i in 0..layers {
            let layer = format!("{prefix}.encoder.layers.{i}");
            for name in ["q", "k", "v", "out"] {
                self.linear(&format!("{layer}.self_attn.{name}_proj"), width, width);
            }
            self.norm(&format!("{layer}.layer_norm1"), width);
            self.linear(&format!("{layer}.mlp.fc1"), width, ff);
            self.linear(&format!("{layer}.mlp.fc2"), ff, width);
            self.norm(&format!("{layer}.layer_norm2"), width);
        }
    }
}
