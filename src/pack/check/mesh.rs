//! What a manifest says of the mesh: parts in order and without gaps, textures that are there, looks of parts that are there.

use std::collections::BTreeSet;

use super::manifest::{count, equal, invalid, name, names, number};
use crate::error::Result;
use crate::limits;
use crate::pack::{Identities, TopologyConfig};

/// The mesh, and who has it.
pub(super) fn mesh(stated: Option<&TopologyConfig>, identities: &Identities) -> Result<()> {
    match stated {
        Some(config) => topology(config)?,
        None if identities.names.is_empty() => {}
        None => return Err(invalid("identities without a topology")),
    }
    looks(identities, stated)
}

fn topology(config: &TopologyConfig) -> Result<()> {
    count("topology.vertices", config.vertices, 1..=limits::MAX_VERTICES)?;
    count("topology.triangles", config.triangles, 1..=2 * limits::MAX_VERTICES)?;
    count("topology.parts' length", config.parts.len(), 0..=limits::MAX_LAYERS)?;
    // In order and without gaps.
    let mut seen = BTreeSet::new();
    let (mut vertex, mut triangle) = (0, 0);
    for part in &config.parts {
        name("topology.parts", &part.name)?;
        name("topology.parts' follow", &part.follow)?;
        if !seen.insert(&part.name) {
            return Err(invalid(format!("topology.parts names {:?} twice", part.name)));
        }
        for (what, next, [first, end], total) in [
            ("vertices", &mut vertex, part.vertices, config.vertices),
            ("triangles", &mut triangle, part.triangles, config.triangles),
        ] {
            if first != *next || first > end || end > total {
                let part = &part.name;
                return Err(invalid(format!(
                    "topology.parts {part:?}: {what} {first}..{end} of {total}, expected from {next}"
                )));
            }
            *next = end;
        }
        colour("topology.parts' colour", &part.colour)?;
        let pictures = part.texture.iter().chain(part.folds.as_ref().map(|folds| &folds.texture));
        if let Some(texture) = pictures.into_iter().find(|texture| !config.textures.contains(texture)) {
            return Err(invalid(format!("topology.parts {:?}: there is no texture {texture:?}", part.name)));
        }
        part.folds.as_ref().map_or(Ok(()), |folds| number("topology.parts' folds", folds.rest, 0.0..=1.0))?;
    }
    names("topology.textures", &config.textures)?;
    equal("topology.vertices", config.vertices, "the end of the last part", vertex)?;
    equal("topology.triangles", config.triangles, "the end of the last part", triangle)
}

fn looks(identities: &Identities, topology: Option<&TopologyConfig>) -> Result<()> {
    if identities.looks.is_empty() {
        return Ok(());
    }
    equal(
        "the number of identities.looks",
        identities.looks.len(),
        "that of identities.names",
        identities.names.len(),
    )?;
    let parts: BTreeSet<&String> = topology.iter().flat_map(|config| &config.parts).map(|part| &part.name).collect();
    for look in &identities.looks {
        if let Some(part) =
            look.colours.keys().chain(look.folds.keys()).chain(&look.without).find(|part| !parts.contains(part))
        {
            return Err(invalid(format!("identities.looks: topology.parts has no {part:?}")));
        }
        look.colours.values().try_for_each(|c| colour("identities.looks' colour", c))?;
        look.folds.values().try_for_each(|&rest| number("identities.looks' folds", rest, 0.0..=1.0))?;
    }
    Ok(())
}

fn colour(key: &str, rgb: &[f32; 3]) -> Result<()> {
    rgb.iter().try_for_each(|&channel| number(key, channel, 0.0..=1.0))
}
