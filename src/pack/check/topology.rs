//! Index lists stay inside the arrays they index, and parts by themselves.

use crate::error::{Error, Result};
use crate::pack::{Pack, Part, TopologyConfig};

/// Checks every index of the topology, and its scale. Cost: one pass over the mesh's lists.
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
    triangles_of_own_parts(pack, config)?;
    followed_skin(pack, config)?;
    let extent = pack.any_shape("topology.extent")?.to_f32()?[0];
    if extent > 0.0 && extent.is_finite() {
        return Ok(());
    }
    Err(Error::InvalidPack(format!("tensor topology.extent is {extent}, expected a length")))
}

/// Every triangle's vertices belong to the triangle's part.
fn triangles_of_own_parts(pack: &Pack, config: &TopologyConfig) -> Result<()> {
    let corners = pack.any_shape("topology.triangles")?.to_i32()?;
    for part in &config.parts {
        let [first, end] = part.triangles;
        if let Some(v) = corners[3 * first..3 * end].iter().find(|&&v| !holds(part, v)) {
            let part = &part.name;
            return Err(Error::InvalidPack(format!(
                "tensor topology.triangles: one of {part:?} has vertex {v} of another part"
            )));
        }
    }
    Ok(())
}

/// What a rigid part follows is moved by the map.
fn followed_skin(pack: &Pack, config: &TopologyConfig) -> Result<()> {
    for name in config.followed() {
        let list = format!("topology.follow.{name}.index");
        let index = pack.any_shape(&list)?.to_i32()?;
        let moved = |v: i32| config.parts.iter().any(|part| part.follow == "map" && holds(part, v));
        if let Some(v) = index.iter().find(|&&v| !moved(v)) {
            return Err(Error::InvalidPack(format!("tensor {list} names vertex {v}, which the map does not move")));
        }
    }
    Ok(())
}

fn holds(part: &Part, vertex: i32) -> bool {
    (part.vertices[0]..part.vertices[1]).contains(&(vertex as usize))
}

fn inside(pack: &Pack, name: &str, end: usize) -> Result<()> {
    let list = pack.any_shape(name)?;
    match list.to_i32()?.iter().find(|&&i| i < 0 || i as usize >= end) {
        None => Ok(()),
        Some(index) => Err(Error::InvalidPack(format!("tensor {name} holds index {index} of {end}"))),
    }
}
