//! `m2f convert`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Make a model pack from upstream checkpoints, or with random weights for tests
#[derive(Args)]
#[command(
    after_help = "Checkpoints are folders as Hugging Face lays them out, with config.json and model.safetensors, or
those two files.

Examples:
  m2f convert --wav2vec2 wav2vec2-base/ --clip clip-vit-base-patch32/ --out towers.m2f
  m2f convert --wav2vec2 wav2vec2-base/ --into denoiser.m2f --out model.m2f
  m2f convert --random tiny --seed 1 --out tiny.m2f"
)]
#[command(group = clap::ArgGroup::new("source").required(true).multiple(true).args(["wav2vec2", "clip", "random"]))]
pub struct Convert {
    /// Checkpoint of the speech encoder
    #[arg(long, value_name = "DIR_OR_FILES", num_args = 1..=2)]
    pub wav2vec2: Vec<PathBuf>,
    /// Checkpoint of the style towers
    #[arg(long, value_name = "DIR_OR_FILES", num_args = 1..=2)]
    pub clip: Vec<PathBuf>,
    /// Pack that takes the towers in place of its own
    #[arg(long, value_name = "PACK", conflicts_with = "random")]
    pub into: Option<PathBuf>,
    /// Random weights
    #[arg(long, value_name = "SIZE", conflicts_with_all = ["wav2vec2", "clip"])]
    pub random: Option<Size>,
    /// Seed of the random weights
    #[arg(long, value_name = "N", default_value_t = 0, requires = "random", allow_negative_numbers = true)]
    pub seed: u64,
    /// Pack to write
    #[arg(long, value_name = "PACK")]
    pub out: PathBuf,
}

/// Size of random networks.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Size {
    Tiny,
    Small,
    Full,
}
