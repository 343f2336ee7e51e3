//! The way back: a mesh or blendshape weights to the latent z, for keyframes and for tests of the whole.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::pack::Pack;
use crate::plan::Backend;
use crate::signal::Frames;

use super::batch::{BatchPlan, BatchRunner};
use super::encoder::{Encoder, EncoderSizes};
use super::mapping::Mapping;
use super::topology::Topology;
use super::{config, holds, missing};

/// Rows of one run of M.
const WEIGHT_BATCHES: [usize; 2] = [32, 1];

/// A pack's way from faces to z. Immutable; share it between threads. Every call compiles its plan, so give it many
/// rows at once.
#[derive(Debug)]
pub struct FaceEncoder {
    d_z: usize,
    weight_count: usize,
    topology: Option<Arc<Topology>>,
    weight_plans: Option<Vec<BatchPlan>>,
    mesh_plan: Option<BatchPlan>,
}

impl FaceEncoder {
    /// Loads what the pack holds of E_geo and M; `topology` is the decoder's.
    ///
    /// # Errors
    /// `MissingPart` when the manifest has no `gnpfa`; `InvalidPack` when a part that is there is damaged.
    pub fn load(pack: &Pack, topology: Option<&Arc<Topology>>) -> Result<Self> {
        let config = config(pack)?;
        let (d_z, weight_count) = (config.d_z, pack.manifest().blendshapes.names.len());
        let weight_plans = if holds(pack, "gnpfa.from_weights.") {
            let mapping = Mapping::load(pack, "gnpfa.from_weights", weight_count, d_z)?;
            let record = |batch| {
                BatchPlan::record("latents", batch, [1, batch, weight_count], &[], |plan, x, _| mapping.record(plan, x))
            };
            Some(WEIGHT_BATCHES.map(record).into())
        } else {
            None
        };
        let mesh_plan = if holds(pack, "gnpfa.encoder.") {
            let (res, groups, d_out) = (config.res, config.groups, d_z.saturating_mul(2));
            let encoder = Encoder::load(pack, "gnpfa.encoder", EncoderSizes { res, ch: &config.ch, groups, d_out })?;
            // At inference z is the mean; the logarithms of the variance behind it are left.
            let network = |plan: &mut _, map, _: &[_]| encoder.record(plan, map).cols(0..d_z);
            Some(BatchPlan::record("mesh latent", 1, [1, res * res, 3], &[], network))
        } else {
            None
        };
        Ok(Self { d_z, weight_count, topology: topology.cloned(), weight_plans, mesh_plan })
    }

    /// M: blendshape weights [rows, weight_count] → z [rows, d_z].
    ///
    /// # Errors
    /// `MissingPart` without M; `InvalidArgument` for another width or weights that are not finite.
    pub fn from_weights(&self, backend: &Arc<dyn Backend>, weights: &Frames) -> Result<Frames> {
        let plans = self.weight_plans.as_deref();
        let plans = plans.ok_or_else(|| missing("latents of weights (gnpfa.from_weights)"))?;
        if weights.width != self.weight_count || weights.data.iter().any(|v| !v.is_finite()) {
            return Err(Error::InvalidArgument(format!("expected finite rows of {} weights", self.weight_count)));
        }
        let mut latents = Frames::zeros(weights.len(), self.d_z);
        BatchRunner::new(backend, plans, Arc::new([])).run(weights.len(), |i| weights.row(i), &mut latents.data)?;
        Ok(latents)
    }

    /// E_geo: a deformed mesh, V × 3 mm without the head pose → `z [d_z]`.
    ///
    /// # Errors
    /// `MissingPart` without E_geo or a charted mesh; `InvalidArgument` for another count or numbers not finite.
    pub fn from_mesh(&self, backend: &Arc<dyn Backend>, vertices_mm: &[f32]) -> Result<Vec<f32>> {
        let plan = self.mesh_plan.as_ref().ok_or_else(|| missing("geometry encoder (gnpfa.encoder)"))?;
        let topology = self.topology.as_deref().ok_or_else(|| missing("mesh (topology)"))?;
        let chart = topology.chart.as_ref().ok_or_else(|| missing("chart (topology.raster_index)"))?;
        topology.check_mesh("mesh", vertices_mm)?;
        let map = chart.map(vertices_mm);
        let mut z = vec![0.0; self.d_z];
        BatchRunner::new(backend, std::slice::from_ref(plan), Arc::new([])).run(1, |_| &map, &mut z)?;
        Ok(z)
    }
}
