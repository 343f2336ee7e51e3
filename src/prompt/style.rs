//! The stage's face: text or picture file → style code.

use crate::error::{Error, Result};
use crate::pack::{EmojiConfig, Pack};
use crate::picture::{Picture, PictureFile};
use crate::plan::Backend;
use crate::tensor::Weight;
use crate::unit::{self, Unit};

use super::ngrams::Ngrams;
use super::reading::StyleReader;
use super::{PromptReading, TextTower, Tokenizer, VisionTower};

/// What a style prompt says, as the denoiser takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleCode {
    /// `projection_dim` values; of length 1 where the pack says `normalize`.
    pub values: Vec<f32>,
    /// True when the prompt was longer than the tower's context, so that its end was not read.
    pub truncated: bool,
    /// True when the picture was an animation, of which the still picture was read.
    pub animated: bool,
}

/// The towers of a pack, its emoji and its presets. Shared freely between threads.
#[derive(Default)]
pub struct StyleEncoder {
    text: Option<(Tokenizer, TextTower)>,
    vision: Option<VisionTower>,
    normalize: bool,
    /// The table, and the codes of the emoji's pictures: [emoji, projection_dim].
    emoji: Option<(EmojiConfig, Option<Weight>)>,
    /// Names and their codes, [names, d_p].
    presets: Option<(Vec<String>, Weight)>,
    reader: Option<StyleReader>,
    ngrams: Option<Ngrams>,
}

impl StyleEncoder {
    /// Loads the towers that the pack has, and its tables; none is an encoder that takes nothing.
    ///
    /// # Errors
    /// Those of [`Manifest::check`](crate::pack::Manifest::check); `InvalidPack` when a tower's tensors do not fit.
    pub fn load(pack: &Pack) -> Result<Self> {
        let manifest = pack.manifest();
        manifest.check()?;
        let mut encoder = Self::default();
        if let Some(denoiser) = &manifest.denoiser
            && !manifest.presets.is_empty()
        {
            let names = manifest.presets.names.clone();
            let codes = pack.tensor("presets.codes", &[names.len(), denoiser.d_p])?;
            encoder.presets = Some((names, codes));
        }
        let Some(clip) = &manifest.clip else { return Ok(encoder) };
        let width = clip.projection_dim;
        encoder.normalize = clip.normalize;
        if let Some(config) = &manifest.emoji {
            let codes = || pack.tensor("emoji.codes", &[config.names.len(), width]);
            let codes = pack.has("emoji.codes").then(codes).transpose()?;
            encoder.emoji = Some((config.clone(), codes));
        }
        if let Some(config) = &manifest.style_reader {
            encoder.reader = Some(StyleReader::load(pack, config, width)?);
            encoder.ngrams = manifest.ngrams.as_ref().map(|own| Ngrams::load(pack, own, config, width)).transpose()?;
        }
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
    /// One emoji of the pack's table is encoded as its words; with a code of its picture, P is the mean of the two.
    ///
    /// # Errors
    /// `MissingPart` without a text tower; what the backend reports.
    pub fn encode_text(&self, backend: &dyn Backend, prompt: &str) -> Result<StyleCode> {
        unit::finish(self.encode_text_in(backend, prompt, &Unit::default()))
    }

    /// [`encode_text`](Self::encode_text) in bounded parts.
    ///
    /// # Errors
    /// Those of [`encode_text`](Self::encode_text).
    pub async fn encode_text_in(&self, backend: &dyn Backend, prompt: &str, unit: &Unit) -> Result<StyleCode> {
        if let Some((ngrams, reader)) = self.ngrams.as_ref().zip(self.reader.as_ref()) {
            let said = ngrams.read(self.spoken(prompt))?;
            let values = self.scaled(reader.code(&said, ngrams));
            return Ok(StyleCode { values, truncated: said.truncated, animated: false });
        }
        let Some((tokenizer, tower)) = &self.text else {
            let reason = "this model has no text tower, so it takes no style prompts";
            return Err(Error::MissingPart(reason.to_owned()));
        };
        let emoji = self.emoji.as_ref().and_then(|(table, codes)| Some((table.find(prompt)?, codes)));
        let tokens = tokenizer.tokenize(emoji.map_or(prompt, |((_, words), _)| words))?;
        let mut values = self.scaled(tower.encode_in(backend, &tokens.ids, unit).await?);
        if let Some(((row, _), Some(codes))) = emoji {
            let picture = codes.rows(row..row + 1).to_f32()?;
            values.iter_mut().zip(picture).for_each(|(value, picture)| *value = f32::midpoint(*value, picture));
            values = self.scaled(values);
        }
        Ok(StyleCode { values, truncated: tokens.truncated, animated: false })
    }

    /// Makes what the first prompt would make, where there is a text tower: CLIP's vocabulary, a tenth of a second.
    pub fn expect_text(&self) {
        self.text.iter().for_each(|(tokenizer, _)| tokenizer.expect_prompts());
    }

    /// What a code says to the model: `prompt` is the text that was encoded, `None` for a picture. `None` where the pack
    /// does not tell what its codes say.
    pub fn read(&self, code: &[f32], prompt: Option<&str>) -> Option<PromptReading> {
        let (reader, prompt) = (self.reader.as_ref()?, prompt.map(|prompt| self.spoken(prompt)));
        if let Some((ngrams, prompt)) = self.ngrams.as_ref().zip(prompt).filter(|(_, prompt)| !prompt.is_empty()) {
            return Some(reader.read_said(&ngrams.read(prompt).ok()?, ngrams, prompt));
        }
        Some(reader.read(code, prompt))
    }

    /// A prompt in words: the pack's for an emoji.
    fn spoken<'a>(&'a self, prompt: &'a str) -> &'a str {
        self.emoji.as_ref().and_then(|(table, _)| table.find(prompt)).map_or(prompt, |(_, words)| words)
    }

    /// Encodes a PNG or JPEG file of at most `max_pixels`.
    ///
    /// # Errors
    /// `MissingPart` without a vision tower, `InvalidPicture` and `OutOfMemory` from [`PictureFile`]; what the backend
    /// reports.
    pub fn encode_picture(&self, backend: &dyn Backend, file: &[u8], max_pixels: u64) -> Result<StyleCode> {
        unit::finish(self.encode_picture_in(backend, file, max_pixels, &Unit::default()))
    }

    /// [`encode_picture`](Self::encode_picture), whose network runs in bounded parts.
    ///
    /// # Errors
    /// Those of [`encode_picture`](Self::encode_picture).
    pub async fn encode_picture_in(
        &self,
        backend: &dyn Backend,
        file: &[u8],
        max_pixels: u64,
        unit: &Unit,
    ) -> Result<StyleCode> {
        let file = PictureFile::open(file, max_pixels)?;
        let square = file.resize_and_crop(self.picture_side()?)?;
        Ok(StyleCode { animated: file.is_animated(), ..self.encode_square_in(backend, &square, unit).await? })
    }

    /// Encodes what the vision tower looks at: a picture of [`picture_side`](Self::picture_side), cut out already.
    ///
    /// # Errors
    /// `MissingPart` without a vision tower; what the backend reports.
    pub(crate) async fn encode_square_in(
        &self,
        backend: &dyn Backend,
        square: &Picture,
        unit: &Unit,
    ) -> Result<StyleCode> {
        let values = self.scaled(self.vision()?.encode_in(backend, square, unit).await?);
        Ok(StyleCode { values, truncated: false, animated: false })
    }

    /// Side of the pictures that the vision tower takes.
    ///
    /// # Errors
    /// `MissingPart` without one.
    pub(crate) fn picture_side(&self) -> Result<usize> {
        Ok(self.vision()?.side())
    }

    fn vision(&self) -> Result<&VisionTower> {
        let reason = "this model has no vision tower, so it takes no style pictures";
        self.vision.as_ref().ok_or_else(|| Error::MissingPart(reason.to_owned()))
    }

    /// The code of a preset, as it lies in the pack.
    ///
    /// # Errors
    /// `MissingPart` for an unknown name; the text lists the names.
    pub fn preset(&self, name: &str) -> Result<StyleCode> {
        let Some((names, codes)) = &self.presets else {
            return Err(Error::MissingPart(format!("the pack has no presets, so none named {name:?}")));
        };
        let Some(row) = names.iter().position(|known| known == name) else {
            let names = names.join(", ");
            return Err(Error::MissingPart(format!("the pack has no preset {name:?}; it has: {names}")));
        };
        Ok(StyleCode { values: codes.rows(row..row + 1).to_f32()?, truncated: false, animated: false })
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
