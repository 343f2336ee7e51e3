//! Which files are written, where, and at which rate.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Result, ensure};
use clap::Args;
use media2face::Model;
use media2face::output::Rig;
use media2face::signal::FrameRate;

use super::value;
use crate::emit::Emit;

/// Which files, and where.
#[derive(Args)]
pub struct Files {
    /// Folder for the files; made where it is missing
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// Which files; by default html,glb,csv,json, of a pack without a mesh csv,json
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub emit: Option<Vec<Emit>>,
    /// Channels of another rig for json and table, in place of the model's: arkit, oculus, ready-player-me, vrm1, vrm0,
    /// metahuman
    #[arg(long, value_name = "NAME", value_parser = rig)]
    pub rig: Option<&'static Rig>,
    #[command(flatten)]
    pub eyes: Eyes,
    #[command(flatten)]
    pub film: FilmSize,
}

/// A rig by its name.
pub fn rig(name: &str) -> Result<&'static Rig, String> {
    Rig::find(name).map_err(|error| error.to_string())
}

impl Files {
    /// The files that are wanted, each once; those of a mesh only where the model has one.
    pub fn kinds(&self, model: &Model) -> Result<Vec<Emit>> {
        let has_mesh = model.topology().is_some();
        let Some(wanted) = &self.emit else {
            let unasked = Emit::UNASKED.into_iter().filter(|kind| has_mesh || !kind.needs_mesh());
            return Ok(Emit::with_provenance(unasked.collect()));
        };
        let mut kinds = Vec::new();
        for &kind in wanted {
            ensure!(has_mesh || !kind.needs_mesh(), "the model has no mesh: --emit csv,json works without one");
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Ok(Emit::with_provenance(kinds))
    }
}

/// What curves have besides weights and head.
#[derive(Args)]
pub struct Eyes {
    /// Angles of both eyes in the curves, in radians; the weights say the same
    #[arg(long)]
    pub eyes: bool,
}

/// How large films are.
#[derive(Args)]
pub struct FilmSize {
    /// Height of the pictures of films, pixels
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = side, allow_negative_numbers = true)]
    pub size: u32,
}

/// What encoders of films take.
fn side(text: &str) -> Result<u32, String> {
    match u32::from_str(text) {
        Ok(side) if (64..=2048).contains(&side) && side.is_multiple_of(2) => Ok(side),
        _ => Err("not an even number in 64..=2048".to_owned()),
    }
}

/// How many frames a second.
#[derive(Args)]
pub struct Fps {
    /// Frames per second of the files, a number or a fraction; 23.976, 29.97 and 59.94 are 24000/1001, 30000/1001 and
    /// 60000/1001. The pack's by default; many importers of Live Link files assume 60
    #[arg(long, value_name = "N", value_parser = value::rate, allow_negative_numbers = true)]
    pub fps: Option<FrameRate>,
}

impl Fps {
    /// The pack's where nothing else was asked for.
    pub fn or_native(&self, model: &Model) -> FrameRate {
        self.fps.unwrap_or_else(|| model.manifest().fps.into())
    }
}
