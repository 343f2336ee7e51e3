//! The manifest against the limits and against itself.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::mesh::mesh;
use crate::error::{Error, Result};
use crate::limits;
use crate::pack::{
    AdjustmentsConfig, AudioConfig, ClipConfig, Concat, DenoiserConfig, DiffusionConfig, EmojiConfig, EyesConfig,
    FrontEnd, GnpfaConfig, Manifest, NgramsConfig, StyleReaderConfig, TopologyConfig,
};

/// The `eos_token_id` of old configurations, whatever the vocabulary: the end marker is its last token all the same.
const LEGACY_EOS: u32 = 2;

impl Manifest {
    /// Checks that every key is within its range and that the parts fit each other. Opening a pack does; a stage does
    /// again as it loads, for packs that were put together from parts, so that neither has rules of its own.
    ///
    /// # Errors
    /// `InvalidPack`, naming the key; `Unsupported` for a schedule or a layer of another version.
    pub fn check(&self) -> Result<()> {
        name("format", &self.format)?;
        if self.format != Self::FORMAT {
            return Err(invalid(format!("format {:?}, expected {:?}", self.format, Self::FORMAT)));
        }
        number("fps", self.fps, limits::MIN_FPS..=limits::MAX_FPS)?;
        names("blendshapes", &self.blendshapes.names)?;
        names("identities", &self.identities.names)?;
        if let Some(config) = &self.audio {
            audio(config)?;
        }
        if let Some(config) = &self.clip {
            clip(config)?;
        }
        if let Some(config) = &self.emoji {
            emoji(config)?;
            if !self.reads_text() {
                return Err(invalid("emoji without a text tower or n-grams"));
            }
        }
        if let Some(config) = &self.style_reader {
            style_reader(config)?;
            if self.clip.is_none() {
                return Err(invalid("style_reader without a style tower"));
            }
        }
        if let Some(config) = &self.ngrams {
            let Some(reader) = &self.style_reader else { return Err(invalid("ngrams without a style_reader")) };
            ngrams(config, reader)?;
        }
        names("presets", &self.presets.names)?;
        if self.denoiser.is_none() && !self.presets.is_empty() {
            return Err(invalid("presets without a denoiser"));
        }
        if self.denoiser.is_none() && self.live.is_some() {
            return Err(invalid("a live network without a denoiser"));
        }
        if let Some(config) = &self.denoiser {
            denoiser("denoiser", config)?;
            if let Some(live) = &self.live {
                let network = &live.network;
                denoiser("live", network)?;
                for (key, own, other) in [
                    ("d_z", network.d_z, config.d_z),
                    ("d_pose", network.d_pose, config.d_pose),
                    ("d_a", network.d_a, config.d_a),
                    ("d_p", network.d_p, config.d_p),
                ] {
                    equal(&format!("live.{key}"), own, &format!("denoiser.{key}"), other)?;
                }
            }
            diffusion(&self.diffusion, config.window)?;
            if config.d_s > 0 && !self.diffusion.distilled {
                return Err(invalid("denoiser.d_s without diffusion.distilled"));
            }
            default_style(self)?;
        }
        if let Some(config) = &self.gnpfa {
            gnpfa(config)?;
        }
        if let Some(config) = &self.adjustments {
            adjustments(config, &self.blendshapes.names)?;
        }
        mesh(self.topology.as_ref(), &self.identities)?;
        self.finder.as_ref().map_or(Ok(()), super::finder::finder)?;
        self.eyes.as_ref().map_or(Ok(()), |config| eyes(config, self.topology.as_ref()))?;
        agreement(self)
    }
}

/// Widths that one network hands to another.
fn agreement(manifest: &Manifest) -> Result<()> {
    let Some(denoiser) = &manifest.denoiser else { return Ok(()) };
    if let Some(audio) = &manifest.audio {
        equal("denoiser.d_a", denoiser.d_a, "the speech encoder's width", audio.feature_width())?;
    }
    if let Some(clip) = &manifest.clip {
        equal("denoiser.d_p", denoiser.d_p, "clip.projection_dim", clip.projection_dim)?;
    }
    if let Some(gnpfa) = &manifest.gnpfa {
        equal("denoiser.d_z", denoiser.d_z, "gnpfa.d_z", gnpfa.d_z)?;
    }
    Ok(())
}

fn audio(config: &AudioConfig) -> Result<()> {
    match config.front_end {
        FrontEnd::Wave => {
            let layers = config.conv_dim.len();
            count("audio.conv_dim's length", layers, 1..=limits::MAX_CONV_LAYERS)?;
            equal("audio.conv_kernel's length", config.conv_kernel.len(), "conv_dim's", layers)?;
            equal("audio.conv_stride's length", config.conv_stride.len(), "conv_dim's", layers)?;
            for list in [&config.conv_dim, &config.conv_kernel, &config.conv_stride] {
                list.iter().try_for_each(|&n| count("audio.conv_*", n, 1..=limits::MAX_DIMENSION))?;
            }
            let (field, hop) = config.extent();
            count("the product of audio.conv_stride", hop, limits::MIN_HOP..=limits::MAX_HOP)?;
            count("the receptive field of audio.conv_kernel", field, 1..=limits::MAX_HOP)?;
            one_of("audio.feat_extract_norm", &config.feat_extract_norm, &["group", "layer"])?;
            if config.feat_extract_norm == "group" {
                count(
                    "audio.conv_kernel before a norm over time",
                    config.conv_kernel[0],
                    1..=limits::MAX_GROUP_KERNEL,
                )?;
            }
        }
        FrontEnd::Mel => {
            count("audio.width", config.width, 1..=limits::MAX_DIMENSION)?;
            count("audio.dilations' length", config.dilations.len(), 0..=limits::MAX_LAYERS)?;
            config.dilations.iter().try_for_each(|&d| count("audio.dilations", d, 1..=limits::MAX_CONTEXT))?;
            count("the sum of audio.dilations", config.dilations.iter().sum(), 0..=limits::MAX_CONTEXT)?;
            number("audio.mel_rate", config.mel_rate, 0.0..=1.0)?;
        }
    }
    count("audio.num_hidden_layers", config.num_hidden_layers, 0..=limits::MAX_LAYERS)?;
    if config.has_context() {
        transformer("audio", config.hidden_size, config.num_attention_heads, config.intermediate_size)?;
        count("audio.num_conv_pos_embeddings", config.num_conv_pos_embeddings, 1..=limits::MAX_DIMENSION)?;
        let groups = config.num_conv_pos_embedding_groups;
        multiple("audio.hidden_size", config.hidden_size, "num_conv_pos_embedding_groups", groups)?;
    }
    epsilon("audio.layer_norm_eps", config.layer_norm_eps)?;
    let seconds = limits::MIN_CHUNK_S..=limits::MAX_CHUNK_S;
    config.chunk_s.map_or(Ok(()), |chunk_s| number("audio.chunk_s", chunk_s, seconds))?;
    config.context_s.map_or(Ok(()), |context_s| number("audio.context_s", context_s, 0.0..=limits::MAX_CHUNK_S))
}

fn clip(config: &ClipConfig) -> Result<()> {
    count("clip.projection_dim", config.projection_dim, 1..=limits::MAX_DIMENSION)?;
    if config.text.is_none() && config.vision.is_none() {
        return Err(invalid("clip has neither text nor vision"));
    }
    if let Some(text) = &config.text {
        transformer("clip.text", text.hidden_size, text.num_attention_heads, text.intermediate_size)?;
        count("clip.text.num_hidden_layers", text.num_hidden_layers, 0..=limits::MAX_LAYERS)?;
        count("clip.text.vocab_size", text.vocab_size, 3..=limits::MAX_DIMENSION)?;
        if text.eos_token_id != LEGACY_EOS {
            let end = text.eos_token_id as usize;
            equal("clip.text.eos_token_id", end, "the last of vocab_size", text.vocab_size - 1)?;
        }
        // Start, a token and end.
        count("clip.text.max_position_embeddings", text.max_position_embeddings, 3..=limits::MAX_WINDOW_FRAMES)?;
        epsilon("clip.text.layer_norm_eps", text.layer_norm_eps)?;
    }
    if let Some(vision) = &config.vision {
        transformer("clip.vision", vision.hidden_size, vision.num_attention_heads, vision.intermediate_size)?;
        count("clip.vision.num_hidden_layers", vision.num_hidden_layers, 0..=limits::MAX_LAYERS)?;
        count("clip.vision.image_size", vision.image_size, 1..=limits::MAX_MAP_SIDE)?;
        count("clip.vision.patch_size", vision.patch_size, 1..=vision.image_size)?;
        epsilon("clip.vision.layer_norm_eps", vision.layer_norm_eps)?;
    }
    Ok(())
}

fn emoji(config: &EmojiConfig) -> Result<()> {
    count("emoji.names' length", config.names.len(), 0..=limits::MAX_EMOJI)?;
    for (emoji, words) in &config.names {
        name("emoji", emoji)?;
        name("emoji's words", words)?;
        if *emoji != EmojiConfig::key(emoji) {
            return Err(invalid(format!("emoji {emoji:?} has a variation selector, a skin tone or white space")));
        }
    }
    Ok(())
}

fn style_reader(config: &StyleReaderConfig) -> Result<()> {
    for (key, list, most) in
        [("emotions", &config.emotions, limits::MAX_EMOTIONS), ("head_acts", &config.head_acts, limits::MAX_HEAD_ACTS)]
    {
        names(&format!("style_reader.{key}"), list)?;
        count(&format!("style_reader.{key}' length"), list.len(), usize::from(key == "emotions")..=most)?;
    }
    for (key, strengths) in [("strengths", &config.strengths), ("levels", &config.levels)] {
        let key = format!("style_reader.{key}");
        count(&format!("{key}' length"), strengths.len(), 1..=limits::MAX_LAYERS)?;
        strengths.iter().try_for_each(|&strength| number(&key, strength, 0.0..=1.0))?;
    }
    let scales = config.scales;
    for (key, scale) in [("emotions", scales.emotions), ("head_acts", scales.head_acts), ("picture", scales.picture)] {
        number(&format!("style_reader.scales.{key}"), scale, 1e-3..=1e3)?;
    }
    for (of, words) in &config.words {
        if !config.emotions.contains(of) && !config.head_acts.contains(of) {
            name("style_reader.words", of)?;
            return Err(invalid(format!("style_reader.words of {of:?}, which is no emotion and no head act")));
        }
        names(&format!("style_reader.words of {of:?}"), words)?;
    }
    Ok(())
}

fn ngrams(config: &NgramsConfig, reader: &StyleReaderConfig) -> Result<()> {
    count("ngrams.buckets", config.buckets, 1..=limits::MAX_DIMENSION)?;
    count("ngrams.known", config.known, 1..=limits::MAX_DIMENSION)?;
    number("ngrams.sharper", config.sharper, 0.1..=10.0)?;
    number("ngrams.least_level", config.least_level, 0.0..=100.0)?;
    number("ngrams.least_intensity", config.least_intensity, 1e-3..=1.0)?;
    number("ngrams.length", config.length, 1e-3..=1e3)?;
    equal(
        "ngrams.usual_arousal's length",
        config.usual_arousal.len(),
        "style_reader.emotions'",
        reader.emotions.len(),
    )?;
    config.usual_arousal.iter().try_for_each(|&arousal| number("ngrams.usual_arousal", arousal, -1.0..=1.0))
}

fn denoiser(name: &str, config: &DenoiserConfig) -> Result<()> {
    for (key, width) in [("d_z", config.d_z), ("d_a", config.d_a), ("d_p", config.d_p)] {
        count(&format!("{name}.{key}"), width, 1..=limits::MAX_DIMENSION)?;
    }
    if config.d_pose != 0 && config.d_pose != 6 {
        return Err(invalid(format!("{name}.d_pose is {}, expected 0 or 6", config.d_pose)));
    }
    equal(&format!("{name}.d_x"), config.d_x, "d_z + d_pose", config.d_z + config.d_pose)?;
    one_of(&format!("{name}.pose_repr"), &config.pose_repr, &["axis_angle_translation"])?;
    transformer(name, config.d, config.heads, config.ff)?;
    multiple(&format!("{name}.d"), config.d, "sine and cosine", 2)?;
    count(&format!("{name}.layers"), config.layers, 1..=limits::MAX_LAYERS)?;
    if ![0, 2].contains(&config.d_s) || (config.d_s > 0 && config.concat == Concat::Token) {
        return Err(invalid(format!("{name}.d_s is {}, expected 0, or 2 where the style is no token", config.d_s)));
    }
    count(&format!("{name}.window"), config.window, 1..=limits::MAX_WINDOW_FRAMES)?;
    // A token of style has no place in the band about a frame.
    count(&format!("{name}.align"), config.align, 0..=if config.concat == Concat::Token { 0 } else { config.window })
}

fn diffusion(config: &DiffusionConfig, window: usize) -> Result<()> {
    count("diffusion.T", config.timesteps, 1..=limits::MAX_TIMESTEPS)?;
    one_of("diffusion.schedule", &config.schedule, &["squaredcos_cap_v2"])?;
    count("diffusion.steps", config.steps, 1..=config.timesteps.min(limits::MAX_STEPS as usize))?;
    number("diffusion.eta", config.eta, 0.0..=1.0)?;
    number("diffusion.s_A", config.guidance_audio, -limits::MAX_GUIDANCE..=limits::MAX_GUIDANCE)?;
    number("diffusion.s_P", config.guidance_style, -limits::MAX_GUIDANCE..=limits::MAX_GUIDANCE)?;
    number("diffusion.noise_scale", config.noise_scale, 0.0..=1.0)?;
    count("diffusion.hop", config.hop, 1..=window)
}

fn adjustments(config: &AdjustmentsConfig, blendshapes: &[String]) -> Result<()> {
    for (key, gains) in [("gains", &config.gains), ("pause_gains", &config.pause_gains)] {
        for (channel, &gain) in gains {
            let key = format!("adjustments.{key}");
            name(&key, channel)?;
            if !blendshapes.contains(channel) {
                return Err(invalid(format!("{key}: {channel:?} is no blendshape of the pack")));
            }
            number(&format!("{key} of {channel}"), gain, 0.0..=limits::MAX_GAIN)?;
        }
    }
    number("adjustments.shortest_pause_s", config.shortest_pause_s, limits::MIN_PAUSE_S..=limits::MAX_PAUSE_S)?;
    number("adjustments.ease_in_s", config.ease_in_s, 0.0..=limits::MAX_EASE_S)?;
    number("adjustments.head_play_deg", config.head_play_deg, 0.0..=limits::MAX_PLAY_DEG)
}

/// The pack can make a code of it.
fn default_style(manifest: &Manifest) -> Result<()> {
    let Some(style) = manifest.diffusion.default_style.as_ref().filter(|style| !style.is_empty()) else {
        return Ok(());
    };
    name("diffusion.default_style", style)?;
    if manifest.has_preset(style) || manifest.reads_text() {
        return Ok(());
    }
    Err(invalid(format!("diffusion.default_style is {style:?}, which is no preset, and nothing is there to read it")))
}

fn gnpfa(config: &GnpfaConfig) -> Result<()> {
    let levels = config.ch.len();
    count("gnpfa.ch's length", levels, 2..=limits::MAX_MAP_LEVELS)?;
    count("gnpfa.res", config.res, 1..=limits::MAX_MAP_SIDE)?;
    multiple("gnpfa.res", config.res, "2 to the levels of ch", 1 << levels)?;
    count("gnpfa.groups", config.groups, 1..=limits::MAX_DIMENSION)?;
    for &channels in &config.ch {
        count("gnpfa.ch", channels, 1..=limits::MAX_DIMENSION)?;
        multiple("gnpfa.ch", channels, "gnpfa.groups", config.groups)?;
    }
    count("gnpfa.d_z", config.d_z, 1..=limits::MAX_DIMENSION)?;
    count("gnpfa.w_dim", config.w_dim, 1..=limits::MAX_DIMENSION)?;
    number("gnpfa.scale", config.scale, -1e6..=1e6)
}

fn eyes(config: &EyesConfig, topology: Option<&TopologyConfig>) -> Result<()> {
    config.degrees().iter().try_for_each(|&angle| number("an angle of eyes", angle, limits::EYE_DEGREES))?;
    let sides = [&config.left, &config.right];
    equal("the number of eyes.left's parts", sides[0].len().min(1), "that of eyes.right", sides[1].len().min(1))?;
    let mut seen = BTreeSet::new();
    for part in sides.into_iter().flatten() {
        name("eyes", part)?;
        let known = topology.and_then(|topology| topology.parts.iter().find(|known| known.name == *part));
        match known {
            None => return Err(invalid(format!("eyes names the part {part:?}, which topology.parts does not have"))),
            Some(known) if known.follow == "map" => {
                return Err(invalid(format!("eyes names the part {part:?}, which the map moves")));
            }
            Some(_) if !seen.insert(part) => return Err(invalid(format!("eyes names the part {part:?} twice"))),
            Some(_) => {}
        }
    }
    Ok(())
}

fn transformer(prefix: &str, width: usize, heads: usize, ff: usize) -> Result<()> {
    count(&format!("{prefix}: width"), width, 1..=limits::MAX_DIMENSION)?;
    count(&format!("{prefix}: feed-forward width"), ff, 1..=limits::MAX_DIMENSION)?;
    multiple(&format!("{prefix}: width"), width, "its heads", heads)
}

pub(super) fn names(key: &str, list: &[String]) -> Result<()> {
    count(&format!("{key}.names' length"), list.len(), 0..=limits::MAX_NAMES)?;
    let mut seen = BTreeSet::new();
    for entry in list {
        name(key, entry)?;
        if !seen.insert(entry) {
            return Err(invalid(format!("{key}.names has {entry:?} twice")));
        }
    }
    Ok(())
}

pub(super) fn name(key: &str, name: &str) -> Result<()> {
    if name.is_empty() || name.len() > limits::MAX_NAME_BYTES || name.contains(char::is_control) {
        let start: String = name.chars().take(32).collect();
        return Err(invalid(format!(
            "{key}: name {start:?} of {} bytes, expected 1 to {} without control characters",
            name.len(),
            limits::MAX_NAME_BYTES
        )));
    }
    Ok(())
}

pub(super) fn count(key: &str, value: usize, range: RangeInclusive<usize>) -> Result<()> {
    if range.contains(&value) { Ok(()) } else { Err(invalid(format!("{key} is {value}, expected {range:?}"))) }
}

pub(super) fn number(key: &str, value: f32, range: RangeInclusive<f32>) -> Result<()> {
    if range.contains(&value) { Ok(()) } else { Err(invalid(format!("{key} is {value}, expected {range:?}"))) }
}

fn epsilon(key: &str, value: f32) -> Result<()> {
    number(key, value, f32::MIN_POSITIVE..=1.0)
}

fn multiple(key: &str, value: usize, of: &str, divisor: usize) -> Result<()> {
    if divisor > 0 && value.is_multiple_of(divisor) {
        return Ok(());
    }
    Err(invalid(format!("{key} is {value}, not a multiple of {of}, {divisor}")))
}

pub(super) fn equal(key: &str, value: usize, other: &str, expected: usize) -> Result<()> {
    if value == expected { Ok(()) } else { Err(invalid(format!("{key} is {value}, but {other} is {expected}"))) }
}

fn one_of(key: &str, value: &str, known: &[&str]) -> Result<()> {
    name(key, value)?;
    if known.contains(&value) {
        return Ok(());
    }
    Err(Error::Unsupported(format!("manifest: {key} is {value:?}, this version knows {known:?}")))
}

pub(super) fn invalid(detail: impl std::fmt::Display) -> Error {
    Error::InvalidPack(format!("manifest: {detail}"))
}
