//! `m2f bench`.

use clap::Args;

use super::value::count;
use super::{Compute, Pack, Sampling, Size};

/// Measure the stages, and the encoding of a prompt and a picture: medians over repetitions of a synthetic clip
#[derive(Args)]
#[command(mut_arg("model", |model| model.conflicts_with("random")))]
#[command(after_help = "Examples:
  m2f bench --threads 1
  m2f bench --random full --seconds 4 --style --json
  m2f bench --backend vulkan --ops

On a device one more clip is measured op by op, each as a submission of its own: the column gpu ms.")]
pub struct Bench {
    #[command(flatten)]
    pub compute: Compute,
    #[command(flatten)]
    pub pack: Pack,
    /// Networks of a size with random weights
    #[arg(long, value_name = "SIZE")]
    pub random: Option<Size>,
    /// Length of the clip
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = count(600), allow_negative_numbers = true)]
    pub seconds: u32,
    #[command(flatten)]
    pub sampling: Sampling,
    /// With a style: its tower and the third guidance branch
    #[arg(long)]
    pub style: bool,
    /// Measured repetitions, after one that is not
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = count(100), allow_negative_numbers = true)]
    pub repeat: u32,
    /// On a device, the time of every op too
    #[arg(long)]
    pub ops: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
