//! Opening models: a file, or the starter model inside this program.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use media2face::pack::Pack;
use media2face::session::{Model, Runtime, RuntimeOptions};

use crate::args::Threads;

/// `models/starter.m2f`.
static STARTER: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/starter.m2f"));

/// The pack at `path`, or the starter.
pub fn open_pack(path: Option<&Path>) -> Result<Pack> {
    match path {
        Some(path) => Pack::open(path).with_context(|| format!("cannot open the model {}", path.display())),
        None => Ok(Pack::from_shared(Arc::new(STARTER))?),
    }
}

/// A model on a runtime of its own.
pub fn load(pack: Pack, threads: &Threads) -> Result<Arc<Model>> {
    let options = RuntimeOptions { threads: threads.threads.map(|count| count as usize), ..Default::default() };
    Ok(Model::new(&Runtime::new(&options)?, pack)?)
}
