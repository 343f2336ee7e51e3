//! What a model's motion is adjusted by unless a host says otherwise.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Default adjustments of a pack's motion. Gains are by names of its blendshapes; one that is not named keeps its weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdjustmentsConfig {
    /// Factors on weights.
    pub gains: BTreeMap<String, f32>,
    /// Factors in their place where nobody speaks.
    pub pause_gains: BTreeMap<String, f32>,
    /// The mouth closes in pauses of this length and longer, seconds.
    pub shortest_pause_s: f32,
    /// Both lids follow the one that is further closed.
    pub lids_together: bool,
    /// How long head and lids take from rest to what the network makes them do at a clip's start, seconds.
    pub ease_in_s: f32,
    /// How far from where it is a head has to be asked for before it moves, degrees.
    pub head_play_deg: f32,
}

impl Default for AdjustmentsConfig {
    /// Changes nothing.
    fn default() -> Self {
        let (gains, pause_gains) = (BTreeMap::new(), BTreeMap::new());
        Self { gains, pause_gains, shortest_pause_s: 0.3, lids_together: false, ease_in_s: 0.0, head_play_deg: 0.0 }
    }
}
