//! What the manifest says of styles: the towers, and the table of emoji.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Manifest;

/// What a pack that names no default style is looked through for.
const NEUTRAL: &str = "neutral";

impl Manifest {
    /// Name of the style that applies where none is asked for: a preset of that name, else words for the text tower. `None`
    /// where the audio alone decides.
    ///
    /// It is what `diffusion.default_style` says. A pack without that key has `neutral` where it knows it by one of its own
    /// lists: as a preset, or as one of the words that its text tower is to read for emoji.
    pub fn default_style(&self) -> Option<&str> {
        if let Some(name) = &self.diffusion.default_style {
            return Some(name.as_str()).filter(|name| !name.is_empty());
        }
        let is_read = self.reads_text();
        let mut words = self.emoji.iter().flat_map(|emoji| emoji.names.values()).flat_map(|words| words.split(' '));
        let knows = self.has_preset(NEUTRAL) || is_read && words.any(|word| word == NEUTRAL);
        (self.denoiser.is_some() && knows).then_some(NEUTRAL)
    }

    /// Whether it takes style prompts in words: by a text tower, or by n-grams.
    pub fn reads_text(&self) -> bool {
        self.ngrams.is_some() || self.clip.as_ref().is_some_and(|clip| clip.text.is_some())
    }

    /// Whether the pack has a style code of this name.
    pub fn has_preset(&self, name: &str) -> bool {
        self.presets.names.iter().any(|known| known == name)
    }
}

/// Style towers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipConfig {
    /// Text tower.
    #[serde(default, alias = "text_config", skip_serializing_if = "Option::is_none")]
    pub text: Option<ClipTextConfig>,
    /// Picture tower.
    #[serde(default, alias = "vision_config", skip_serializing_if = "Option::is_none")]
    pub vision: Option<ClipVisionConfig>,
    /// Columns of the style code.
    pub projection_dim: usize,
    /// Scale the style code to length 1.
    #[serde(default)]
    pub normalize: bool,
}

/// Text tower: keys of a `CLIPTextConfig`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // named and explained upstream
pub struct ClipTextConfig {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub intermediate_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub max_position_embeddings: usize,
    pub eos_token_id: u32,
    pub layer_norm_eps: f32,
}

impl Default for ClipTextConfig {
    fn default() -> Self {
        Self {
            vocab_size: 49408,
            hidden_size: 512,
            intermediate_size: 2048,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 77,
            eos_token_id: 49407,
            layer_norm_eps: 1e-5,
        }
    }
}

/// Picture tower: keys of a `CLIPVisionConfig`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // named and explained upstream
pub struct ClipVisionConfig {
    pub hidden_size: usize,
    pub intermediate_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub image_size: usize,
    pub patch_size: usize,
    pub layer_norm_eps: f32,
}

impl Default for ClipVisionConfig {
    fn default() -> Self {
        Self {
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            image_size: 224,
            patch_size: 32,
            layer_norm_eps: 1e-5,
        }
    }
}

/// Words for emoji.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EmojiConfig {
    /// Emoji, without variation selector and skin tones → the words that are encoded in its place. The rows of
    /// `emoji.codes` are in the order of this map: by code point.
    pub names: BTreeMap<String, String>,
}

impl EmojiConfig {
    /// What the table knows a text by: without white space at its ends, variation selectors (U+FE0F) and skin tones
    /// (U+1F3FB to U+1F3FF).
    pub fn key(text: &str) -> String {
        text.trim().chars().filter(|c| !matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')).collect()
    }

    /// Row of `emoji.codes` and words of a text that is one emoji of the table.
    pub fn find(&self, text: &str) -> Option<(usize, &str)> {
        let key = Self::key(text);
        let words = self.names.get(&key)?;
        Some((self.names.keys().take_while(|known| **known < key).count(), words))
    }
}

/// What texts say, in the place of a text tower: a linear map on n-grams of letters and words
/// ([`PromptReading`](crate::prompt::PromptReading)), whose columns are the emotions of the style reader, intensity, arousal and its head acts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NgramsConfig {
    /// Rows of `ngrams.table`, that n-grams are hashed to.
    pub buckets: usize,
    /// Words of 32 bits of `ngrams.known`, a Bloom filter.
    pub known: usize,
    /// Power of the shares of emotions.
    pub sharper: f32,
    /// A level of a head act below this is none; levels are 1, 2, ...
    pub least_level: f32,
    /// An intensity below this is partly no mood.
    pub least_intensity: f32,
    /// Arousal of each emotion of the reader at its strongest, which is no surplus.
    pub usual_arousal: Vec<f32>,
    /// Length of a code.
    pub length: f32,
}

/// What style codes say: prototypes of moods and head movements ([`PromptReading`](crate::prompt::PromptReading)).
///
/// `style_reader.moods` has a row for the first emotion, which is none at all, and for each other one a row for each of
/// `strengths`; `style_reader.movements` one for no movement, and for each head act one for each of `levels`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StyleReaderConfig {
    /// Names of the emotions; the first is the neutral one.
    pub emotions: Vec<String>,
    /// How strong the rows of an emotion are, 0..1.
    pub strengths: Vec<f32>,
    /// Names of the head acts.
    pub head_acts: Vec<String>,
    /// How strong the rows of a head act are, 0..1.
    pub levels: Vec<f32>,
    /// What cosines are multiplied by to become logits.
    pub scales: StyleReaderScales,
    /// Words that are read as an emotion or a head act, by its name.
    #[serde(default)]
    pub words: BTreeMap<String, Vec<String>>,
}

/// Scales of a [`StyleReaderConfig`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StyleReaderScales {
    /// Of emotions.
    pub emotions: f32,
    /// Of head acts.
    pub head_acts: f32,
    /// A further factor on both for codes of pictures.
    pub picture: f32,
}

impl StyleReaderConfig {
    /// Columns of `ngrams.table`.
    pub fn said_columns(&self) -> usize {
        self.emotions.len() + 2 + self.head_acts.len()
    }

    /// Rows of `style_reader.moods` and `style_reader.movements`.
    pub fn rows(&self) -> [usize; 2] {
        let others = self.emotions.len().saturating_sub(1);
        [1 + others * self.strengths.len(), 1 + self.head_acts.len() * self.levels.len()]
    }
}
