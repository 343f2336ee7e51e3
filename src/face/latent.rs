//! The way back: a mesh or blendshape weights to the latent z, for keyframes and for tests of the whole.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::pack::Pack;
use crate::signal::Frames;
use crate::unit::{self, Unit};

use super::batch::{BatchPlan, BatchRunner, FacePrograms};
use super::chart::Chart;
use super::encoder::{Encoder, EncoderSizes};
use super::mapping::Mapping;
use super::reader::WEIGHT_ROWS;
use super::topology::Topology;
use super::{config, holds, missing};

/// A pack's way from faces to z. Immutable; share it between threads. Every call takes the memory of a run, so give it
/// many rows at once.
#[derive(Debug)]
pub struct FaceEncoder {
    d_z: usize,
    weight_count: usize,
    topology: Option<Arc<Topology>>,
    from_weights: Option<Mapping>,
    from_mesh: Option<Encoder>,
}

/// What runs M for one user, who gives it weights of one model.
#[derive(Default)]
pub struct LatentReader(Option<BatchRunner>);

impl FaceEncoder {
    /// Loads what the pack holds of E_geo and M; `topology` is the decoder's.
    ///
    /// # Errors
    /// `MissingPart` when the manifest has no `gnpfa`; `InvalidPack` when a part that is there is damaged.
    pub fn load(pack: &Pack, topology: Option<&Arc<Topology>>) -> Result<Self> {
        let config = config(pack)?;
        let (d_z, weight_count) = (config.d_z, pack.manifest().blendshapes.names.len());
        let from_weights = || Mapping::load(pack, "gnpfa.from_weights", weight_count, d_z);
        let from_weights = holds(pack, "gnpfa.from_weights.").then(from_weights).transpose()?;
        let (res, groups, d_out) = (config.res, config.groups, d_z.saturating_mul(2));
        let from_mesh = || Encoder::load(pack, "gnpfa.encoder", EncoderSizes { res, ch: &config.ch, groups, d_out });
        let from_mesh = holds(pack, "gnpfa.encoder.").then(from_mesh).transpose()?;
        Ok(Self { d_z, weight_count, topology: topology.cloned(), from_weights, from_mesh })
    }

    /// Whether [`from_mesh`](Self::from_mesh) takes this mesh: the pack's parts, count, numbers, unit.
    ///
    /// # Errors
    /// As [`from_mesh`](Self::from_mesh).
    pub fn check_mesh(&self, vertices_mm: &[f32]) -> Result<()> {
        self.for_mesh(vertices_mm).map(drop)
    }

    fn for_mesh(&self, vertices_mm: &[f32]) -> Result<(&Encoder, &Chart)> {
        let encoder = self.from_mesh.as_ref().ok_or_else(|| missing("geometry encoder (gnpfa.encoder)"))?;
        let topology = self.topology.as_deref().ok_or_else(|| missing("mesh (topology)"))?;
        let chart = topology.require_chart()?;
        topology.check_mesh("mesh", vertices_mm)?;
        Ok((encoder, chart))
    }

    /// M: blendshape weights [rows, weight_count] → z [rows, d_z].
    ///
    /// # Errors
    /// `MissingPart` without M; `InvalidArgument` for another width or weights that are not finite.
    pub fn from_weights(&self, programs: &Arc<FacePrograms>, weights: &Frames) -> Result<Frames> {
        let mut latents = Frames::default();
        self.read_latents(&mut LatentReader::default(), programs, weights, &mut latents)?;
        Ok(latents)
    }

    /// [`from_weights`](Self::from_weights) into `latents`, with what the reader keeps: it takes no memory after its first call
    /// of a size.
    ///
    /// # Errors
    /// Those of [`from_weights`](Self::from_weights).
    pub fn read_latents(
        &self,
        reader: &mut LatentReader,
        programs: &Arc<FacePrograms>,
        weights: &Frames,
        latents: &mut Frames,
    ) -> Result<()> {
        let mapping = self.mapping()?;
        if weights.width != self.weight_count || weights.data.iter().any(|v| !v.is_finite()) {
            return Err(Error::InvalidArgument(format!("expected finite rows of {} weights", self.weight_count)));
        }
        latents.width = self.d_z;
        latents.data.resize(weights.len() * self.d_z, 0.0);
        let record = |batch| self.record_latents(mapping, batch);
        let runner = reader.0.get_or_insert_with(|| latent_runner(programs));
        runner.run(&record, weights.len(), |i| weights.row(i), &mut latents.data)
    }

    /// Prepares, in bounded parts, what [`from_weights`](Self::from_weights) takes for so many rows.
    ///
    /// # Errors
    /// `MissingPart` without M; those of the backend.
    pub async fn prepare_weights(&self, programs: &Arc<FacePrograms>, rows: usize, unit: &Unit) -> Result<()> {
        let mapping = self.mapping()?;
        let record = |batch| self.record_latents(mapping, batch);
        latent_runner(programs).prepare(&record, rows, unit).await
    }

    fn record_latents(&self, mapping: &Mapping, batch: usize) -> BatchPlan {
        BatchPlan::record("latents", [1, batch, self.weight_count], |plan, x| mapping.record(plan, x))
    }

    /// An error unless there is M.
    pub(crate) fn require_weights(&self) -> Result<()> {
        self.mapping().map(drop)
    }

    fn mapping(&self) -> Result<&Mapping> {
        self.from_weights.as_ref().ok_or_else(|| missing("latents of weights (gnpfa.from_weights)"))
    }

    /// E_geo: a deformed mesh, V × 3 mm without the head pose → `z [d_z]`.
    ///
    /// # Errors
    /// `MissingPart` without E_geo or a charted mesh; `InvalidArgument` for another count or numbers not finite.
    pub fn from_mesh(&self, programs: &Arc<FacePrograms>, vertices_mm: &[f32]) -> Result<Vec<f32>> {
        unit::finish(self.from_mesh_in(programs, vertices_mm, &Unit::default()))
    }

    /// [`from_mesh`](Self::from_mesh) in bounded parts.
    ///
    /// # Errors
    /// Those of [`from_mesh`](Self::from_mesh).
    pub async fn from_mesh_in(
        &self,
        programs: &Arc<FacePrograms>,
        vertices_mm: &[f32],
        unit: &Unit,
    ) -> Result<Vec<f32>> {
        let (encoder, chart) = self.for_mesh(vertices_mm)?;
        let map = chart.map(vertices_mm);
        let mut z = vec![0.0; self.d_z];
        // At inference z is the mean; the logarithms of the variance behind it are left.
        let record = |batch| {
            let network = |plan: &mut _, map| encoder.record(plan, map).cols(0..self.d_z);
            BatchPlan::record("mesh latent", [batch, encoder.res().pow(2), 3], network)
        };
        let mut runner = BatchRunner::new(programs, "mesh latent", 1, Arc::new([]));
        runner.run_in(&record, 1, |_| &map, 1, |plan, run, items| plan.read(run, 0, items, &mut z), unit).await?;
        Ok(z)
    }
}

fn latent_runner(programs: &Arc<FacePrograms>) -> BatchRunner {
    BatchRunner::new(programs, "latents", WEIGHT_ROWS * programs.backend().frames_per_run(), Arc::new([]))
}
