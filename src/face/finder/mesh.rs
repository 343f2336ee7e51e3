//! 468 landmarks of a face in the turned square about it, and how likely a face is there at all.

use crate::error::Result;
use crate::pack::Pack;
use crate::pack::finder::FinderConfig;

use super::super::batch::BatchPlan;
use super::detector::sigmoid;
use super::trunk::{Branch, Trunk};

/// The network.
#[derive(Debug)]
pub(super) struct FaceMesh {
    pub(super) trunk: Trunk,
    points: Branch,
    presence: Branch,
    landmarks: usize,
}

impl FaceMesh {
    pub(super) fn load(pack: &Pack, finder: &FinderConfig) -> Result<Self> {
        let config = &finder.mesh;
        let (inputs, texels) = (config.trunk.outputs(), config.texels());
        let branch = |name: &str, config, outputs| {
            Branch::load(pack, &format!("finder.mesh.{name}"), config, inputs, texels, outputs)
        };
        Ok(Self {
            trunk: Trunk::load(pack, "finder.mesh", &config.trunk)?,
            points: branch("points", config.points, 3 * config.landmarks)?,
            presence: branch("presence", config.presence, 1)?,
            landmarks: config.landmarks,
        })
    }

    /// Values that the network gives of a square.
    pub(super) fn len(&self) -> usize {
        3 * self.landmarks + 1
    }

    pub(super) fn record(&self, batch: usize) -> BatchPlan {
        let [texels, columns] = self.trunk.windows();
        BatchPlan::record_shared([batch, texels, columns], &[], |plan, windows, _| {
            let section = plan.section("face mesh");
            let (output, out) = plan.output("output", 1, batch, self.len());
            let map = *self.trunk.record(plan, windows).last().expect("a trunk has blocks");
            let side = self.trunk.config.side_behind(usize::MAX);
            let points = self.points.record(plan, map, side);
            plan.copy(points, out.cols(0..3 * self.landmarks));
            let presence = self.presence.record(plan, map, side);
            plan.copy(presence, out.cols(3 * self.landmarks..self.len()));
            vec![(section, output)]
        })
    }

    /// Landmarks in pixels of the square, and the presence.
    pub(super) fn read<'a>(&self, values: &'a [f32]) -> (&'a [[f32; 3]], f32) {
        let (points, presence) = values.split_at(3 * self.landmarks);
        (points.as_chunks().0, sigmoid(presence[0]))
    }
}
