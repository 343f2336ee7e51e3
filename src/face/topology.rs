//! The mesh: triangles, parts, chart and the lists that stand on its vertices.

use crate::error::{Error, Result};
use crate::pack::{Pack, Part};

use super::chart::Chart;
use super::eyes::Eyes;
use super::lists::{finite, finite_array, finite_rows, index_rows, indices, length};
use super::rigid::RigidPart;
use super::shape;
use super::surface::Surface;
use super::{config, holds, missing};

/// A topology: every index is in range, every number finite, the parts cover all vertices and triangles.
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
    /// Where each vertex lies on the picture of its part, v downwards; none where no part has one.
    pub texcoord: Option<Vec<[f32; 2]>>,
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
    /// Eyes that turn by the look weights, where the pack says which parts they are.
    pub eyes: Option<Eyes>,
    /// Parts that follow the skin, or are eyes.
    pub(super) rigid: Vec<RigidPart>,
    pub(super) surface: Surface,
    /// The pack's first face, V × 3 mm, that meshes are judged by.
    reference_mm: Option<Vec<f32>>,
}

impl Topology {
    /// Everything under `topology.`; none when the manifest states no mesh.
    ///
    /// # Errors
    /// Those of [`Manifest::check`](crate::pack::Manifest::check); `InvalidPack`, naming the list and what is wrong with it.
    pub fn load(pack: &Pack) -> Result<Option<Self>> {
        let Some(stated) = &pack.manifest().topology else { return Ok(None) };
        let vertices = stated.vertices;
        pack.manifest().check()?;
        let eyes = Eyes::load(pack)?;
        let rigid = |part| RigidPart::load(pack, part, eyes.as_ref(), vertices).transpose();
        let rigid = (0..stated.parts.len()).filter_map(rigid).collect::<Result<_>>()?;
        let list = |name: &str| indices(pack, name, &[length(pack, name)?], vertices);
        let has_chart = holds(pack, "topology.gather_") || holds(pack, "topology.raster_");
        let chart = match config(pack) {
            Ok(face) if has_chart => Some(Chart::load(pack, vertices, &stated.parts, face)?),
            _ => None,
        };
        let textured = !stated.textures.is_empty();
        let triangles = index_rows(pack, "topology.triangles", stated.triangles, vertices)?;
        Ok(Some(Self {
            vertices,
            surface: Surface::new(vertices, &triangles)?,
            triangles,
            parts: stated.parts.clone(),
            uv: finite_rows(pack, "topology.uv", vertices)?,
            texcoord: textured.then(|| finite_rows(pack, "topology.texcoord", vertices)).transpose()?,
            lip: list("topology.lip")?,
            upper: list("topology.upper")?,
            lip_inner: index_rows(pack, "topology.lip_inner", length(pack, "topology.lip_inner")?, vertices)?,
            head_pivot: finite_array(pack, "topology.head_pivot")?,
            chart,
            eyes,
            rigid,
            reference_mm: reference(pack, vertices)?,
        }))
    }

    /// Checks a neutral mesh [V, 3] mm of this topology; `what` names it in the error.
    ///
    /// # Errors
    /// `InvalidArgument` for another count, numbers that are not finite, where there is a chart another unit, and where the pack
    /// has a face other axes or another order of the vertices.
    pub(super) fn check_mesh(&self, what: &str, vertices_mm: &[f32]) -> Result<()> {
        let expected = self.vertices * 3;
        if vertices_mm.len() != expected {
            let detail = format!("{what}: {} numbers, expected {} vertices × 3", vertices_mm.len(), self.vertices);
            return Err(Error::InvalidArgument(detail));
        }
        check_points(what, vertices_mm)?;
        let points = vertices_mm.as_chunks::<3>().0;
        self.chart.as_ref().map_or(Ok(()), |chart| chart.check_size(what, points))?;
        let Some(reference_mm) = &self.reference_mm else { return Ok(()) };
        let pairs: Vec<_> = points.iter().zip(reference_mm.as_chunks::<3>().0).map(|(a, b)| [*a, *b]).collect();
        match shape::fault(&pairs, &self.triangles, &self.parts) {
            Some(fault) => Err(Error::InvalidArgument(format!("{what}: {fault}"))),
            None => Ok(()),
        }
    }

    pub(super) fn require_chart(&self) -> Result<&Chart> {
        self.chart.as_ref().ok_or_else(|| missing("chart (topology.raster_index)"))
    }
}

fn reference(pack: &Pack, vertices: usize) -> Result<Option<Vec<f32>>> {
    let any = !pack.manifest().identities.names.is_empty();
    any.then(|| finite(pack, "identities.0.vertices", &[vertices, 3])).transpose()
}

/// Refuses coordinates that are not finite.
pub(super) fn check_points(what: &str, vertices_mm: &[f32]) -> Result<()> {
    match vertices_mm.iter().position(|v| !v.is_finite()) {
        Some(at) => Err(Error::InvalidArgument(format!("{what}: vertex {} is not finite", at / 3))),
        None => Ok(()),
    }
}
