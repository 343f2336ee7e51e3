//! Index lists stay inside the arrays they index.

use crate::error::{Error, Result};
use crate::pack::Pack;

/// Checks every index of the topology and that its coordinates are finite. Cost: one pass over the mesh's lists.
pub(in crate::pack) fn topology(pack: &Pack) -> Result<()> {
    let Some(config) = &pack.manifest().topology else { return Ok(()) };
    let texels = pack.any_shape("topology.raster_index")?.shape()[0];
    let vertices = config.vertices;
    for (name, end) in [
        ("topology.triangles", vertices),
        ("topology.gather_index", texels),
        ("topology.raster_index", vertices),
        ("topology.lip", vertices),
        ("topology.upper", vertices),
        ("topology.lip_inner", vertices),
    ] {
        inside(pack, name, end)?;
    }
    for name in config.followed() {
        inside(pack, &format!("topology.follow.{name}.index"), vertices)?;
    }
    let extent = pack.any_shape("topology.extent")?.to_f32()[0];
    if extent > 0.0 && extent.is_finite() {
        return Ok(());
    }
    Err(Error::InvalidPack(format!("tensor topology.extent is {extent}, expected a length")))
}

fn inside(pack: &Pack, name: &str, end: usize) -> Result<()> {
    let list = pack.any_shape(name)?;
    match list.to_i32().iter().find(|&&i| i < 0 || i as usize >= end) {
        None => Ok(()),
        Some(index) => Err(Error::InvalidPack(format!("tensor {name} holds index {index} of {end}"))),
    }
}
