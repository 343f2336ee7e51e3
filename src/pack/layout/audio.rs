//! Speech encoder: Wav2Vec2, or log-mel with residual convolutions.

use super::Layout;
use crate::pack::{AudioConfig, FrontEnd};

/// Bands of the log-mel front end.
const MEL_BANDS: usize = 80;

impl AudioConfig {
    /// True with the network of positions and transformer layers behind the front end, which only log-mel goes without.
    pub fn has_context(&self) -> bool {
        self.front_end == FrontEnd::Wave || self.num_hidden_layers > 0
    }

    /// Receptive field and hop of the waveform's convolutions, samples; at most `usize::MAX` whatever the keys say.
    pub fn extent(&self) -> (usize, usize) {
        self.conv_kernel.iter().zip(&self.conv_stride).fold((1, 1), |(field, hop): (usize, usize), (kernel, stride)| {
            (field.saturating_add(kernel.saturating_sub(1).saturating_mul(hop)), hop.saturating_mul(*stride))
        })
    }
}

impl Layout<'_> {
    pub(super) fn audio(&mut self, config: &AudioConfig) {
        let transformer_input = match config.front_end {
            FrontEnd::Wave => self.waveform(config),
            FrontEnd::Mel => self.mel(config),
        };
        if config.has_context() {
            self.transformer(config, transformer_input);
        } else {
            self.norm("audio.norm", config.width);
        }
    }

    fn waveform(&mut self, config: &AudioConfig) -> usize {
        let mut inputs = 1;
        for (i, (&outputs, &kernel)) in config.conv_dim.iter().zip(&config.conv_kernel).enumerate() {
            let layer = format!("audio.feature_extractor.conv_layers.{i}");
            self.matrix(format!("{layer}.conv.weight"), &[outputs, inputs, kernel]);
            if config.conv_bias {
                self.vector(format!("{layer}.conv.bias"), &[outputs]);
            }
            if i == 0 || config.feat_extract_norm == "layer" {
                self.norm(&format!("{layer}.layer_norm"), outputs);
            }
            inputs = outputs;
        }
        inputs
    }

    fn mel(&mut self, config: &AudioConfig) -> usize {
        let width = config.width;
        self.vector("audio.mel.mean".to_owned(), &[MEL_BANDS]);
        self.convolution("audio.conv_in", &[width, MEL_BANDS, 5]);
        for i in 0..config.dilations.len() {
            self.norm(&format!("audio.blocks.{i}.norm"), width);
            self.convolution(&format!("audio.blocks.{i}.conv"), &[width, width, 3]);
            self.linear(&format!("audio.blocks.{i}.out"), width, width);
        }
        width
    }

    fn transformer(&mut self, config: &AudioConfig, inputs: usize) {
        let (width, ff) = (config.hidden_size, config.intermediate_size);
        self.norm("audio.feature_projection.layer_norm", inputs);
        self.linear("audio.feature_projection.projection", inputs, width);

        let position = "audio.encoder.pos_conv_embed.conv";
        let kernel = config.num_conv_pos_embeddings;
        let grouped = [width, width / config.num_conv_pos_embedding_groups, kernel];
        let (gain, direction) = self.weight_norm_names(position);
        self.vector(gain, &[1, 1, kernel]);
        self.matrix(direction, &grouped);
        self.vector(format!("{position}.bias"), &[width]);

        self.norm("audio.encoder.layer_norm", width);
        for i in 0..config.num_hidden_layers {
            let layer = format!("audio.encoder.layers.{i}");
            for name in ["q", "k", "v", "out"] {
                self.linear(&format!("{layer}.attention.{name}_proj"), width, width);
            }
            self.norm(&format!("{layer}.layer_norm"), width);
            self.linear(&format!("{layer}.feed_forward.intermediate_dense"), width, ff);
            self.linear(&format!("{layer}.feed_forward.output_dense"), ff, width);
            self.norm(&format!("{layer}.final_layer_norm"), width);
        }
    }

    /// Gain g and direction v, by torch's older names where the checkpoint has those.
    fn weight_norm_names(&self, prefix: &str) -> (String, String) {
        let older = (format!("{prefix}.weight_g"), format!("{prefix}.weight_v"));
        if self.has(&older.0) || self.has(&older.1) {
            return older;
        }
        let parametrization = format!("{prefix}.parametrizations.weight");
        (format!("{parametrization}.original0"), format!("{parametrization}.original1"))
    }
}
