//! The face finder's keys against the limits and against each other.

use super::manifest::{count, invalid, number};
use crate::error::Result;
use crate::limits;
use crate::pack::finder::{FinderConfig, TrunkConfig};

pub(super) fn finder(config: &FinderConfig) -> Result<()> {
    let (detector, mesh) = (&config.detector, &config.mesh);
    trunk("finder.detector", &detector.trunk)?;
    trunk("finder.mesh", &mesh.trunk)?;
    count("finder.detector.scales' length", detector.scales.len(), 1..=limits::MAX_MAP_LEVELS)?;
    for scale in &detector.scales {
        count("finder.detector.scales' block", scale.block, 0..=detector.trunk.channels.len().saturating_sub(2))?;
        count("finder.detector.scales' anchors", scale.anchors, 1..=limits::MAX_MAP_LEVELS)?;
    }
    for (key, branch) in [("points", mesh.points), ("presence", mesh.presence)] {
        count(&format!("finder.mesh.{key}.blocks"), branch.blocks, 1..=limits::MAX_LAYERS)?;
        count(&format!("finder.mesh.{key}.squeeze"), branch.squeeze, 1..=limits::MAX_FINDER_CHANNELS)?;
    }
    if !mesh.trunk.side_behind(usize::MAX).is_multiple_of(2) {
        return Err(invalid("finder.mesh: the map that the branches halve has an odd side"));
    }
    count("finder.mesh.landmarks", mesh.landmarks, limits::FACE_LANDMARKS..=limits::FACE_LANDMARKS)?;
    let (score, tile_score) = (config.score, config.tile_score);
    for (key, share) in
        [("score", score), ("tile_score", tile_score), ("overlap", config.overlap), ("presence", config.presence)]
    {
        number(&format!("finder.{key}"), share, 0.0..=1.0)?;
    }
    number("finder.margin", config.margin, 1.0..=4.0)?;
    number("finder.box.scale", config.r#box.scale, 0.25..=4.0)?;
    number("finder.box.right", config.r#box.right, -1.0..=1.0)?;
    number("finder.box.up", config.r#box.up, -1.0..=1.0)
}

fn trunk(name: &str, config: &TrunkConfig) -> Result<()> {
    count(&format!("{name}.side"), config.side, 2..=limits::MAX_FINDER_SIDE)?;
    count(&format!("{name}.kernel"), config.kernel, 2..=limits::MAX_FINDER_KERNEL)?;
    count(&format!("{name}.channels' length"), config.channels.len(), 2..=limits::MAX_LAYERS)?;
    config.channels.iter().try_for_each(|&n| count(&format!("{name}.channels"), n, 1..=limits::MAX_FINDER_CHANNELS))?;
    if !config.channels.is_sorted() {
        return Err(invalid(format!("{name}.channels fall: a block adds its input to its outputs")));
    }
    count(&format!("{name}.halves' length"), config.halves.len(), 0..=limits::MAX_MAP_LEVELS)?;
    config.halves.iter().try_for_each(|&i| count(&format!("{name}.halves"), i, 0..=config.channels.len() - 2))?;
    if !config.halves.is_sorted_by(|a, b| a < b) || !config.side.is_multiple_of(2 << config.halves.len()) {
        return Err(invalid(format!("{name}.halves does not rise, or its blocks do not halve {} evenly", config.side)));
    }
    Ok(())
}
