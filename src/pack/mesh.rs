//! The mesh of a manifest: its parts, their textures, and how each identity wears them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Mesh.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopologyConfig {
    /// Vertices of all parts.
    pub vertices: usize,
    /// Triangles of all parts.
    pub triangles: usize,
    /// Ranges of vertices and triangles.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// Names of the pictures `textures.<name>`, JPEG or PNG files. Where there are any, `topology.texcoord` says where the
    /// vertices lie on that of their part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub textures: Vec<String>,
}

impl TopologyConfig {
    /// Names of the `topology.follow` entries that the parts use, each once.
    pub fn followed(&self) -> BTreeSet<&str> {
        self.parts.iter().map(|part| part.follow.as_str()).filter(|follow| !matches!(*follow, "map" | "head")).collect()
    }
}

/// A part of the mesh.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// `skin`, `eye_left`, …
    pub name: String,
    /// First vertex and one past the last.
    pub vertices: [usize; 2],
    /// First triangle and one past the last.
    pub triangles: [usize; 2],
    /// `map`, `head`, or the name of a `topology.follow` entry.
    pub follow: String,
    /// Linear RGB, 0..1. Multiplied with the texture, where there is one.
    #[serde(default = "light_grey")]
    pub colour: [f32; 3],
    /// One of the topology's textures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texture: Option<String>,
    /// Where it folds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folds: Option<Folds>,
}

/// Lines in the skin, which show where a face presses it together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Folds {
    /// One of the topology's textures: dark where a line may be, white elsewhere.
    pub texture: String,
    /// How deep they are at rest, 0..1.
    #[serde(default)]
    pub rest: f32,
}

impl Part {
    /// False for a part that a face goes without: it has no triangles.
    pub fn is_worn(&self) -> bool {
        self.triangles[0] < self.triangles[1]
    }
}

/// The identities of a pack.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Identities {
    /// In the order of the tensors.
    #[serde(default)]
    pub names: Vec<String>,
    /// One an identity, in the same order, or none at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looks: Vec<Look>,
}

/// How an identity looks: what it changes of the topology's parts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Linear RGB, 0..1, by the names of parts.
    #[serde(default)]
    pub colours: BTreeMap<String, [f32; 3]>,
    /// How deep its folds are at rest, 0..1, by the names of parts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub folds: BTreeMap<String, f32>,
    /// Names of parts that it goes without, such as other people's hair.
    #[serde(default)]
    pub without: BTreeSet<String>,
}

impl Look {
    /// The parts as this face wears them: in its colours, with its folds, and without triangles where it goes without them.
    pub fn worn(&self, parts: &[Part]) -> Vec<Part> {
        let worn = |part: &Part| {
            let mut own = part.clone();
            own.colour = self.colours.get(&part.name).copied().unwrap_or(part.colour);
            if let (Some(folds), Some(rest)) = (&mut own.folds, self.folds.get(&part.name)) {
                folds.rest = *rest;
            }
            if self.without.contains(&part.name) {
                own.triangles[1] = own.triangles[0];
            }
            own
        };
        parts.iter().map(worn).collect()
    }
}

fn light_grey() -> [f32; 3] {
    [0.8; 3]
}
