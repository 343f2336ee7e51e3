//! What is there: `m2f inspect`, `m2f identities` and `m2f devices`.

use std::path::PathBuf;

use clap::Args;

use super::Pack;

/// Show what a model pack holds
#[derive(Args)]
#[command(after_help = "Example:
  m2f inspect model.m2f --json")]
pub struct Inspect {
    /// Model pack
    pub pack: PathBuf,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// List the faces of a model pack
#[derive(Args)]
pub struct Identities {
    #[command(flatten)]
    pub pack: Pack,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// List the Vulkan devices of this machine
#[derive(Args)]
#[command(after_help = "Example:
  m2f animate speech.wav --out out/ --device 0")]
pub struct Devices {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
