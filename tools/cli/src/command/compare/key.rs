//! The key of a study: which film is which condition's.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One of those that are compared, by its letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    A,
    B,
    C,
    D,
}

impl Condition {
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// `key.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Key {
    /// File and name of each. A key from before there were tracks calls them packs.
    #[serde(alias = "packs")]
    pub conditions: BTreeMap<Condition, String>,
    /// The pack on whose face all are shown by their weights, where there is one.
    #[serde(default)]
    pub face: Option<String>,
    pub items: Vec<Item>,
}

/// A sound in a style, as all conditions perform it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Item {
    pub id: String,
    pub audio: String,
    /// What it is one of: dialogue, speech, song, or anything else.
    #[serde(default)]
    pub kind: Option<String>,
    pub style: Option<String>,
    /// Of the packs' films; none where there are tracks alone.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Name of the sound that films play to; films from before had it inside.
    #[serde(default)]
    pub sound: Option<String>,
    /// The film's name, and whose it is.
    pub films: BTreeMap<String, Condition>,
}
