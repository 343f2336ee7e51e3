//! The live network of a pack: a denoiser of one step and one branch, which fast streams take.

use serde::{Deserialize, Serialize};

use super::manifest::DenoiserConfig;

/// Tensors `live.*`: those of a denoiser of these sizes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveConfig {
    /// Its widths of motion, features and styles are those of the pack's denoiser.
    #[serde(flatten)]
    pub network: DenoiserConfig,
    /// False for weights that were only drawn, to measure by: `m2f live` refuses them.
    #[serde(default = "trained")]
    pub trained: bool,
}

fn trained() -> bool {
    true
}
