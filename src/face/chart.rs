//! The chart: from a mesh to its map and from a map to the mesh, both as sparse sums that the pack holds.
//!
//! A map is a picture of the face: texel (x, y) of row y·res + x holds a point of the surface. The lists are made with
//! the topology (rasterised, dilated, bilinear, seams averaged); here they are only checked and applied.

use crate::error::{Error, Result};
use crate::limits::MAX_MESH_RATIO;
use crate::pack::{GnpfaConfig, Pack, Part};
use crate::tensor::Weight;

use super::lists::{columns, finite, finite_array, finite_rows, index_rows, indices};

/// Map ↔ mesh of one topology.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Side of the map, texels.
    pub res: usize,
    /// i32 [V, K], each under res².
    pub(super) gather_index: Weight,
    /// f32 [V, K], times the generator's scale: from the generator's output to mm. Zero for rigid parts.
    pub(super) gather_weight: Weight,
    raster_index: Vec<[u32; 3]>,
    raster_weight: Vec<[f32; 3]>,
    centre: [f32; 3],
    extent: f32,
}

impl Chart {
    /// `topology.{gather,raster}_{index,weight}` for a mesh of `vertices` in these parts.
    pub(super) fn load(pack: &Pack, vertices: usize, parts: &[Part], face: &GnpfaConfig) -> Result<Self> {
        let (res, scale) = (face.res, face.scale);
        let gather_index = pack.any_shape("topology.gather_index")?;
        let shape = [vertices, columns(&gather_index)?];
        indices(pack, "topology.gather_index", &shape, res * res)?;
        let mut gather_weight = finite(pack, "topology.gather_weight", &shape)?;
        gather_weight.iter_mut().for_each(|w| *w *= scale);
        if gather_weight.iter().any(|w| !w.is_finite()) {
            return Err(Error::InvalidPack(format!("topology.gather_weight times gnpfa.scale {scale} is not finite")));
        }
        // Rigid parts stand still until they follow the skin, whatever the list says of them.
        for part in parts.iter().filter(|part| part.follow != "map") {
            gather_weight[part.vertices[0] * shape[1]..part.vertices[1] * shape[1]].fill(0.0);
        }
        let [extent] = finite_array(pack, "topology.extent")?;
        Ok(Self {
            res,
            gather_index,
            gather_weight: Weight::try_from_f32("topology.gather_weight·scale", &shape, &gather_weight)?,
            raster_index: index_rows(pack, "topology.raster_index", res * res, vertices)?,
            raster_weight: finite_rows(pack, "topology.raster_weight", res * res)?,
            centre: finite_array(pack, "topology.centre")?,
            extent,
        })
    }

    /// The map of a mesh [V, 3] mm as networks take it, [res², 3]: (position − centre)/extent at each texel.
    ///
    /// # Panics
    /// If the mesh has fewer vertices than the topology.
    pub fn map(&self, vertices_mm: &[f32]) -> Vec<f32> {
        let mut map = Vec::with_capacity(self.raster_index.len() * 3);
        for (index, weight) in self.raster_index.iter().zip(&self.raster_weight) {
            for c in 0..3 {
                let point = |k: usize| f64::from(weight[k]) * f64::from(vertices_mm[index[k] as usize * 3 + c]);
                let position = point(0) + point(1) + point(2);
                map.push(((position - f64::from(self.centre[c])) / f64::from(self.extent)) as f32);
            }
        }
        map
    }
    /// The vertices that a texel lies between.
    pub(super) fn texel_corners(&self, texel: usize) -> [u32; 3] {
        self.raster_index[texel]
    }

    /// Checks by its largest side that a mesh is a face in millimetres: that of the square that maps are scaled by is about
    /// the same. `what` names it in the error.
    pub(super) fn check_size(&self, what: &str, points_mm: &[[f32; 3]]) -> Result<()> {
        let side = |c: usize| {
            let along = points_mm.iter().map(|point| point[c]);
            let (low, high) = along.fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
            high - low
        };
        let (largest, expected) = (side(0).max(side(1)).max(side(2)), 2.0 * self.extent);
        let off = |mm: f32| (largest * mm / expected).ln().abs();
        if off(1.0) <= MAX_MESH_RATIO.ln() {
            return Ok(());
        }
        // The unit that makes it the size of a face.
        let units = [("metres", 1000.0), ("centimetres", 10.0), ("inches", 25.4)];
        let guess = units.into_iter().min_by(|a, b| off(a.1).total_cmp(&off(b.1)));
        let guess = guess.filter(|unit| off(unit.1) <= MAX_MESH_RATIO.ln());
        let guess = guess.map_or_else(String::new, |(unit, _)| format!(": it seems to be in {unit}"));
        Err(Error::InvalidArgument(format!(
            "{what}: its largest side is {largest}, that of a face in millimetres about {expected:.0}{guess}"
        )))
    }
}
