//! An entry of `styles`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use media2face::StyleTrack;
use serde::Deserialize;

use crate::input::file;

/// An entry of `styles`; times from the line's start on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// Words or an emoji.
    pub text: Option<String>,
    pub picture: Option<PathBuf>,
    pub preset: Option<String>,
    pub start_s: Option<f64>,
    pub end_s: Option<f64>,
    pub strength: Option<f32>,
    pub ramp_s: Option<f64>,
}

impl Style {
    /// As the library takes it; reads the picture, whose path begins at the folder.
    pub fn track(self, folder: &Path) -> Result<StyleTrack> {
        let Self { text, picture, preset, start_s, end_s, strength, ramp_s } = self;
        let whole = StyleTrack::new(match (text, picture, preset) {
            (Some(text), None, None) => media2face::Style::Text(text),
            (None, Some(path), None) => media2face::Style::Picture(file::picture(&folder.join(path))?.0),
            (None, None, Some(name)) => media2face::Style::Preset(name),
            _ => bail!("expected one of text, picture and preset"),
        });
        Ok(StyleTrack {
            start_s: start_s.unwrap_or(whole.start_s),
            end_s: end_s.unwrap_or(whole.end_s),
            strength: strength.unwrap_or(whole.strength),
            ramp_s: ramp_s.unwrap_or(whole.ramp_s),
            ..whole
        })
    }
}
