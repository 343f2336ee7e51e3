//! The key of a study: which film is which pack's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One of the two packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pack {
    A,
    B,
}

impl Pack {
    pub const BOTH: [Self; 2] = [Self::A, Self::B];
}

/// `key.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Key {
    /// File and name of each.
    pub packs: BTreeMap<Pack, String>,
    pub items: Vec<Item>,
}

/// A sound in a style, as both packs perform it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Item {
    pub id: String,
    pub audio: String,
    pub style: Option<String>,
    /// Of both films.
    #[serde(default)]
    pub seed: u64,
    /// The film's name, and whose it is.
    pub films: BTreeMap<String, Pack>,
}
