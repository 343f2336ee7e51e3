//! The stage's face: text or picture file → style code.

use crate::error::{Error, Result};
use crate::pack::Pack;
use crate::picture::Picture;
use crate::plan::Backend;

use super::{TextTower, Tokenizer, VisionTower};

/// What a style prompt says, as the denoiser takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleCode {
    /// `projection_dim` values; of length 1 where the pack says `normalize`.
    pub values: Vec<f32>,
    /// True when the prompt was longer than the tower's context, so that its end was not read.
    pub truncated: bool,
}

/// The towers of a pack. Shared freely between threads.
#[derive(Default)]
pub struct StyleEncoder {
    text: Option<(Tokenizer, TextTower)>,
    vision: Option<VisionTower>,
    normalize: bool,
}

impl StyleEncoder {
    /// Loads the towers that the pack has; none is an encoder that takes nothing.
    ///
    /// # Errors
    /// Those of [`Manifest::check`](crate::pack::Manifest::check); `InvalidPack` when a tower's tensors do not fit.
    pub fn load(pack: &Pack) -> Result<Self> {
        let Some(clip) = &pack.manifest().clip else { return Ok(Self::default()) };
        pack.manifest().check()?;
        let width = clip.projection_dim;
        let mut encoder = Self { normalize: clip.normalize, ..Self::default() };
        if let Some(config) = &clip.text {
            let tokenizer = Tokenizer::new(config.vocab_size, config.max_position_embeddings)?;
            encoder.text = Some((tokenizer, TextTower::load(pack, config, width)?));
        }
        if let Some(config) = &clip.vision {
            encoder.vision = Some(VisionTower::load(pack, config, width)?);
        }
        Ok(encoder)
    }

    /// Encodes a prompt; any text does, the empty one too.
    ///
    /// # Errors
    /// `MissingPart` without a text tower; what the backend reports.
    pub fn encode_text(&self, backend: &dyn Backend, prompt: &str) -> Result<StyleCode> {
        let Some((tokenizer, tower)) = &self.text else {
            let reason = "this model has no text tower, so it takes no style prompts";
            return Err(Error::MissingPart(reason.to_owned()));
        };
        let tokens = tokenizer.tokenize(prompt);
        Ok(StyleCode { values: self.scaled(tower.encode(backend, &tokens.ids)?), truncated: tokens.truncated })
    }

    /// Encodes a PNG or JPEG file.
    ///
    /// # Errors
    /// `MissingPart` without a vision tower, `InvalidPicture` from [`Picture::decode`]; what the backend reports.
    pub fn encode_picture(&self, backend: &dyn Backend, file: &[u8]) -> Result<StyleCode> {
        let Some(tower) = &self.vision else {
            let reason = "this model has no vision tower, so it takes no style pictures";
            return Err(Error::MissingPart(reason.to_owned()));
        };
        let picture = Picture::decode(file)?;
        Ok(StyleCode { values: self.scaled(tower.encode(backend, &picture)?), truncated: false })
    }

    /// To length 1 where the pack says so; zero stays zero.
    fn scaled(&self, mut code: Vec<f32>) -> Vec<f32> {
        let length = code.iter().map(|v| v * v).sum::<f32>().sqrt();
        if self.normalize && length > 0.0 {
            for value in &mut code {
                *value /= length;
            }
        }
        code
    }
}
