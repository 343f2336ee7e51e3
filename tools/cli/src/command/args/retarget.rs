//! `m2f retarget`.

use std::path::PathBuf;

use clap::Args;
use media2face::output::Rig;
use media2face::signal::FrameRate;

use super::files::rig;
use super::value;
use crate::emit::Emit;

/// Write weights over time by the channels of another rig
#[derive(Args)]
#[command(after_help = "Files, named FILE.RIG after the file that is read:
  .json         weights and head poses by the rig's channels
  .table.csv    the same as a table: a column for each channel and for the head, one row a frame
  .csv          Live Link Face: 52 ARKit weights, whatever the rig
  .a2f.json     52 ARKit weights in the form that Audio2Face exports, whatever the rig

Channels are found by name, whatever the case of the first letter: jawOpen, JawOpen and jaw_open are one. Weights outside 0 to 1
are brought into it, with a warning; what is not finite is refused. Audio2Face tells no head pose, Live Link no place of the head.

Examples:
  m2f retarget a2f_export_bsweight.json --rig metahuman --out out/
  m2f retarget MySlate_1_iPhone.csv --rig vrm1 --out out/ --emit json,table
  m2f retarget out/hello.json --rig oculus")]
pub struct Retarget {
    /// JSON of m2f animate or of Audio2Face, CSV of Live Link Face, or a table of m2f animate; known by what is in it
    pub input: PathBuf,
    /// The rig whose channels are written: arkit, oculus, ready-player-me, vrm1, vrm0, metahuman
    #[arg(long, value_name = "NAME", value_parser = rig)]
    pub rig: &'static Rig,
    /// Folder for the files; made where it is missing
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// Which files: json, table, csv, a2f
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "json", value_parser = kind)]
    pub emit: Vec<Emit>,
    /// Frames per second of the file that is read, a number or a fraction, in place of what it tells; a Live Link file that is
    /// shorter than a second tells nothing
    #[arg(long, value_name = "N", value_parser = value::rate, allow_negative_numbers = true)]
    pub fps: Option<FrameRate>,
}

/// A file of weights alone.
fn kind(text: &str) -> Result<Emit, String> {
    match <Emit as clap::ValueEnum>::from_str(text, false) {
        Ok(kind) if matches!(kind, Emit::Json | Emit::Table | Emit::Csv | Emit::A2f) => Ok(kind),
        _ => Err("expected json, table, csv or a2f".to_owned()),
    }
}
