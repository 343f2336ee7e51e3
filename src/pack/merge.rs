//! Putting converted towers into a pack.

use super::{ClipConfig, Pack};
use crate::error::{Error, Result};

impl Pack {
    /// This pack with the speech encoder and the style towers of `towers` in place of its own.
    ///
    /// A style tower that `towers` lacks is kept where its code has the same width. The networks behind the towers were
    /// trained on the old ones: widths can be checked here, what they mean cannot.
    ///
    /// # Errors
    /// `InvalidArgument` when a width does not fit the denoiser or the other tower, or `towers` holds more than towers.
    pub fn merge(&self, towers: &Self) -> Result<Self> {
        let (ours, theirs) = (&self.manifest, &towers.manifest);
        if theirs.denoiser.is_some() || theirs.gnpfa.is_some() || theirs.topology.is_some() {
            return Err(Error::InvalidArgument("the pack to merge holds more than towers".to_owned()));
        }
        let mut merged = self.clone();
        if let Some(audio) = &theirs.audio {
            let d_a = ours.denoiser.as_ref().map(|denoiser| denoiser.d_a);
            fits("speech encoder's features", audio.feature_width(), "denoiser's d_a", d_a)?;
            merged.replace("audio.", towers);
            merged.manifest.audio = Some(audio.clone());
        }
        if let Some(clip) = &theirs.clip {
            let d_p = ours.denoiser.as_ref().map(|denoiser| denoiser.d_p);
            fits("style code", clip.projection_dim, "denoiser's d_p", d_p)?;
            let own = ours.clip.as_ref().map(|own| own.projection_dim);
            if clip.text.is_none() && ours.ngrams.is_some() {
                // Texts go on being read by them, and codes are made of the reader's rows.
                fits("style code", clip.projection_dim, "kept n-grams'", own)?;
                merged.tensors.retain(|name, _| name != "emoji.codes");
            } else {
                // They are the old towers'.
                let old = ["emoji.codes", "style_reader.", "ngrams."];
                merged.tensors.retain(|name, _| !old.iter().any(|old| name.starts_with(old)));
                (merged.manifest.style_reader, merged.manifest.ngrams) = (None, None);
            }
            merged.manifest.clip = Some(merged.replace_style_towers(clip, towers)?);
        }
        merged.manifest.provenance = format!("{}; {}", ours.provenance, theirs.provenance);
        merged.check()?;
        Ok(merged)
    }

    fn replace_style_towers(&mut self, new: &ClipConfig, towers: &Self) -> Result<ClipConfig> {
        let old = self.manifest.clip.take();
        let (old_text, old_vision) = old.as_ref().map_or((None, None), |old| (old.text.clone(), old.vision.clone()));
        let keeps_one = new.text.is_none() && old_text.is_some() || new.vision.is_none() && old_vision.is_some();
        if keeps_one {
            fits("style code", new.projection_dim, "kept style tower's", old.map(|old| old.projection_dim))?;
        }
        for (is_new, prefixes) in [
            (new.text.is_some(), ["clip.text_model.", "clip.text_projection."]),
            (new.vision.is_some(), ["clip.vision_model.", "clip.visual_projection."]),
        ] {
            if is_new {
                for prefix in prefixes {
                    self.replace(prefix, towers);
                }
            }
        }
        Ok(ClipConfig { text: new.text.clone().or(old_text), vision: new.vision.clone().or(old_vision), ..new.clone() })
    }

    /// All tensors of a prefix are taken from the other pack.
    fn replace(&mut self, prefix: &str, towers: &Self) {
        self.tensors.retain(|name, _| !name.starts_with(prefix));
        let theirs = towers.tensors.iter().filter(|(name, _)| name.starts_with(prefix));
        self.tensors.extend(theirs.map(|(name, weight)| (name.clone(), weight.clone())));
    }
}

fn fits(what: &str, width: usize, other: &str, expected: Option<usize>) -> Result<()> {
    match expected {
        Some(expected) if expected != width => {
            Err(Error::InvalidArgument(format!("the {what} has width {width}, the {other} is {expected}")))
        }
        _ => Ok(()),
    }
}
