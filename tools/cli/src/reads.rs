//! What reads files from outside, for the fuzzers of fuzz/; the command has no other public API.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Error, Result, bail};
use clap::Parser;
use media2face::Model;

use crate::command::args::{Cli, Command};
use crate::command::bake;
use crate::command::compare;
pub use crate::command::extract::boxes::Boxes;
use crate::command::live::Order;
use crate::command::scene::check;
pub use crate::command::scene::check::{Character, Scene};
pub use crate::command::scene::timeline::Spoken;
use crate::emit::live::target::Target;
use crate::input::face;
pub use crate::input::obj::{Corner, Obj};
pub use crate::input::sound::Sound;
use crate::input::{obj, weights};

/// A mesh of `--mesh`.
pub fn obj(path: &Path) -> Result<Obj> {
    obj::read(path)
}

/// Whether a mesh of `--mesh` becomes a face of this model.
pub fn mesh(model: &Arc<Model>, path: &Path) -> Result<()> {
    face::bring(model, path, |_| {}).map(drop)
}

/// A line of `--control`.
pub fn order(line: &str) -> Result<()> {
    line.parse::<Order>().map(drop).map_err(Error::msg)
}

/// A table of `m2f bake`: how many of its lines can be made, and how many not.
pub fn table(path: &Path) -> Result<(usize, usize)> {
    bake::read(path)
}

/// A table of `m2f compare --items`: how many items it has.
pub fn items(path: &Path) -> Result<usize> {
    compare::item_count(path)
}

/// The count of votes by a key.
pub fn votes(votes: PathBuf, key: &Path) -> Result<String> {
    compare::count(&[votes], key)
}

/// A target of `--to`.
pub fn target(text: &str) -> Result<()> {
    text.parse::<Target>().map(drop).map_err(Error::msg)
}

/// Names and weights [frames, names] of a file that `m2f retarget` reads.
pub fn weights(path: &Path) -> Result<(Vec<String>, Vec<f32>)> {
    let track = weights::read(path, None, &|_| {})?.track;
    Ok((track.names, track.weights))
}

/// The script of a scene and all that it names, as they are checked before any work.
pub fn scene(script: &Path, model: &Path) -> Result<Scene> {
    let words = ["m2f", "scene", "--threads", "1", "--backend", "cpu", "--model"].map(OsStr::new);
    let words = words.into_iter().chain([model.as_os_str(), script.as_os_str()]);
    match Cli::try_parse_from(words)?.command {
        Command::Scene(args) => check::run(&args, &|_: &str| {}),
        _ => bail!("it is another command"),
    }
}
