//! `[[line]]`: what is said, when, and to whom.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Value;

/// `[[line]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub character: String,
    pub audio: Option<PathBuf>,
    /// In its place a text that is spoken.
    pub say: Option<String>,
    /// Without it the line follows the one before it after a pause.
    pub start_s: Option<f64>,
    pub pause_s: Option<f64>,
    pub styles: Option<Vec<Value>>,
    #[serde(default)]
    pub keyframes: Vec<Value>,
    pub look_at: Option<LookAt>,
}

/// Whom or what a speaker looks at.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged, expecting = "expected a character's name, or a point [x, y, z] in metres")]
pub enum LookAt {
    Character(String),
    Point([f32; 3]),
}
