//! The mesh: triangles, parts, chart and the lists that stand on its vertices.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::limits::{MAX_NAME_BYTES, MAX_VERTICES};
use crate::pack::{Pack, Part};

use super::chart::Chart;
use super::lists::{finite_array, finite_rows, index_rows, indices, length};
use super::rigid::RigidPart;
use super::{config, holds};

/// A checked topology: every index is in range, every number finite, the parts cover all vertices and triangles.
#[derive(Debug, Clone)]
pub struct Topology {
    /// Vertices of all parts, V.
    pub vertices: usize,
    /// Vertices of each triangle, counter-clockwise seen from outside.
    pub triangles: Vec<[u32; 3]>,
    /// Named ranges, in order: each triangle's vertices belong to the triangle's part.
    pub parts: Vec<Part>,
    /// Chart coordinates, v downwards; (−1, −1) off the chart.
    pub uv: Vec<[f32; 2]>,
    /// Vertices of the lip metrics.
    pub lip: Vec<u32>,
    /// Vertices of the upper-face metrics.
    pub upper: Vec<u32>,
    /// Pairs (upper, lower) across the inner lips.
    pub lip_inner: Vec<[u32; 2]>,
    /// The point that the head turns about, mm.
    pub head_pivot: [f32; 3],
    /// Map ↔ mesh, where the pack holds it.
    pub chart: Option<Chart>,
    pub(super) rigid: Vec<RigidPart>,
}

impl Topology {
    /// Everything under `topology.`; none when the manifest states no mesh.
    ///
    /// # Errors
    /// `InvalidPack`, naming the list and what is wrong with it.
    pub fn load(pack: &Pack) -> Result<Option<Self>> {
        let Some(stated) = &pack.manifest().topology else { return Ok(None) };
        let vertices = stated.vertices;
        if vertices == 0 || vertices > MAX_VERTICES {
            return Err(Error::InvalidPack(format!("topology of {vertices} vertices, expected 1 to {MAX_VERTICES}")));
        }
        let triangles: Vec<[u32; 3]> = index_rows(pack, "topology.triangles", stated.triangles, vertices)?;
        check_parts(&stated.parts, vertices, &triangles)?;
        let skin: Vec<Range<usize>> =
            stated.parts.iter().filter(|p| p.follow == "map").map(|p| p.vertices[0]..p.vertices[1]).collect();
        let rigid = stated.parts.iter().filter(|p| p.follow != "map");
        let rigid = rigid.map(|part| RigidPart::load(pack, part, vertices, &skin)).collect::<Result<_>>()?;
        let list = |name: &str| indices(pack, name, &[length(pack, name)?], vertices);
        let has_chart = holds(pack, "topology.gather_") || holds(pack, "topology.raster_");
        let chart = match config(pack) {
            Ok(face) if has_chart => Some(Chart::load(pack, vertices, face.res, face.scale)?),
            _ => None,
        };
        Ok(Some(Self {
            vertices,
            triangles,
            parts: stated.parts.clone(),
            uv: finite_rows(pack, "topology.uv", vertices)?,
            lip: list("topology.lip")?,
            upper: list("topology.upper")?,
            lip_inner: index_rows(pack, "topology.lip_inner", length(pack, "topology.lip_inner")?, vertices)?,
            head_pivot: finite_array(pack, "topology.head_pivot")?,
            chart,
            rigid,
        }))
    }

    /// Checks a neutral mesh [V, 3] mm of this topology; `what` names it in the error.
    pub(super) fn check_mesh(&self, what: &str, vertices_mm: &[f32]) -> Result<()> {
        let expected = self.vertices * 3;
        if vertices_mm.len() != expected {
            let detail = format!("{what}: {} numbers, expected {} vertices × 3", vertices_mm.len(), self.vertices);
            return Err(Error::InvalidArgument(detail));
        }
        if let Some(at) = vertices_mm.iter().position(|v| !v.is_finite()) {
            return Err(Error::InvalidArgument(format!("{what}: vertex {} is not finite", at / 3)));
        }
        Ok(())
    }
}

/// Parts in order, without gaps, each with the vertices of its own triangles.
fn check_parts(parts: &[Part], vertices: usize, triangles: &[[u32; 3]]) -> Result<()> {
    let invalid = |detail: String| Err(Error::InvalidPack(format!("topology.parts: {detail}")));
    let (mut vertex, mut triangle) = (0, 0);
    for (at, part) in parts.iter().enumerate() {
        let name = &part.name;
        if name.is_empty() || name.len() > MAX_NAME_BYTES || part.follow.len() > MAX_NAME_BYTES {
            return invalid(format!("part {at} has no name or too long a one"));
        }
        if parts[..at].iter().any(|p| p.name == *name) {
            return invalid(format!("{name} stands there twice"));
        }
        let [first, end] = part.vertices;
        let [first_triangle, end_triangle] = part.triangles;
        if first != vertex || end < first || end > vertices {
            return invalid(format!(
                "{name} has vertices {first}..{end}, expected from {vertex} and within {vertices}"
            ));
        }
        if first_triangle != triangle || end_triangle < first_triangle || end_triangle > triangles.len() {
            return invalid(format!("{name} has triangles {first_triangle}..{end_triangle}, expected from {triangle}"));
        }
        let own = |v: &u32| (first..end).contains(&(*v as usize));
        if !triangles[first_triangle..end_triangle].iter().flatten().all(own) {
            return invalid(format!("a triangle of {name} has vertices of another part"));
        }
        if part.colour.iter().any(|c| !c.is_finite()) {
            return invalid(format!("the colour of {name} is not finite"));
        }
        (vertex, triangle) = (end, end_triangle);
    }
    if (vertex, triangle) != (vertices, triangles.len()) {
        return invalid(format!(
            "they end at vertex {vertex} and triangle {triangle} of {vertices} and {}",
            triangles.len()
        ));
    }
    Ok(())
}
