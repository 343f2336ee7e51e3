//! How a pack's look weights turn the eyes, and which parts of its mesh those are.

use serde::{Deserialize, Serialize};

/// The manifest's `eyes`. docs/model-pack.md describes every key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EyesConfig {
    /// Turn towards the nose of a look weight of 1, degrees.
    pub in_deg: f32,
    /// Away from it.
    pub out_deg: f32,
    /// Upwards.
    pub up_deg: f32,
    /// Downwards.
    pub down_deg: f32,
    /// Names of the parts of the mesh that turn as the character's left eye, the ball first; none where no part does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
    /// The same of the right one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub right: Vec<String>,
}

impl EyesConfig {
    /// In, out, up, down.
    pub fn degrees(&self) -> [f32; 4] {
        [self.in_deg, self.out_deg, self.up_deg, self.down_deg]
    }
}
