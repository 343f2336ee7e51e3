//! The decoder of a pack: everything that turns motion into a face, loaded and checked.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::pack::Pack;
use crate::plan::{Backend, ops};
use crate::signal::HeadPose;

use super::batch::BatchPlan;
use super::binding::Binding;
use super::generator::Generator;
use super::identity::{Identity, NamedIdentity};
use super::mapping::Mapping;
use super::topology::Topology;
use super::{config, holds, missing};

/// First of an identity's inputs.
pub(super) const NEUTRAL: usize = 0;
/// First output of the faces.
pub(super) const OFFSETS: usize = 0;
/// Second output of the faces, which may be left out.
pub(super) const NORMALS: usize = 1;

/// A pack's way from motion to faces. Immutable; share it between threads, with a
/// [`FaceReader`](super::FaceReader) for each.
#[derive(Debug)]
pub struct FaceDecoder {
    d_z: usize,
    d_pose: usize,
    weight_count: usize,
    topology: Option<Arc<Topology>>,
    generator: Option<Generator>,
    to_weights: Option<Mapping>,
    identities: Vec<NamedIdentity>,
}

impl FaceDecoder {
    /// Loads what the pack holds of topology, generator, M′ and identities.
    ///
    /// # Errors
    /// `MissingPart` when the manifest has no `gnpfa`; `InvalidPack` when a part that is there is damaged or does not fit.
    pub fn load(pack: &Pack) -> Result<Self> {
        let d_z = config(pack)?.d_z;
        let d_pose = pack.manifest().denoiser.as_ref().map_or(0, |denoiser| denoiser.d_pose);
        let generator = holds(pack, "gnpfa.generator.").then(|| Generator::load(pack)).transpose()?;
        let topology = Topology::load(pack)?.map(Arc::new);
        let weight_count = pack.manifest().blendshapes.names.len();
        let to_weights = || Mapping::load(pack, "gnpfa.to_weights", d_z, weight_count);
        let to_weights = holds(pack, "gnpfa.to_weights.").then(to_weights).transpose()?;
        if let (Some(_), Some(Topology { chart: None, .. })) = (&generator, topology.as_deref()) {
            return Err(Error::InvalidPack("tensor topology.gather_index is missing".to_owned()));
        }
        let identities =
            topology.as_ref().map_or_else(|| Ok(Vec::new()), |topology| NamedIdentity::load_all(pack, topology))?;
        Ok(Self { d_z, d_pose, weight_count, topology, generator, to_weights, identities })
    }

    /// Columns of a motion row: z, then the head pose.
    pub fn motion_width(&self) -> usize {
        self.d_z + self.d_pose
    }

    /// Columns of z.
    pub fn d_z(&self) -> usize {
        self.d_z
    }

    /// Columns of the head pose: 6, or 0 in a pack whose head stands still.
    pub fn d_pose(&self) -> usize {
        self.d_pose
    }

    /// Blendshape weights of a frame.
    pub fn weight_count(&self) -> usize {
        self.weight_count
    }

    /// The mesh, where the pack has one.
    pub fn topology(&self) -> Option<&Arc<Topology>> {
        self.topology.as_ref()
    }

    /// Names of the pack's identities.
    pub fn identity_names(&self) -> impl Iterator<Item = &str> {
        self.identities.iter().map(|identity| identity.name.as_str())
    }

    /// An identity of the pack. Costs one run of the generator's identity path.
    ///
    /// # Errors
    /// `InvalidArgument` for an unknown name, `MissingPart` without a topology.
    pub fn identity(&self, backend: &dyn Backend, name: &str) -> Result<Identity> {
        let topology = self.require_topology()?;
        let number = self.number(name)?;
        let (vertices_mm, map) = (self.identities[number].vertices_mm.clone(), self.identities[number].map.clone());
        Identity::new(backend, topology, self.generator.as_ref(), (name, number), vertices_mm, map)
    }

    /// A face between identities of the pack: Σ w·neutral / Σ w over names and weights; of their maps likewise where all of
    /// them bring one.
    ///
    /// # Errors
    /// `InvalidArgument` for an unknown name, no names, weights that are negative, not finite or all 0; `MissingPart`
    /// without a topology.
    pub fn identity_mix(&self, backend: &dyn Backend, name: &str, mix: &[(&str, f32)]) -> Result<Identity> {
        let topology = self.require_topology()?;
        let total: f64 = mix.iter().map(|(_, weight)| f64::from(*weight)).sum();
        if mix.iter().any(|(_, weight)| !weight.is_finite() || *weight < 0.0) || total <= 0.0 {
            let detail = format!("{name}: weights of a mix are finite, at least 0, and not all 0");
            return Err(Error::InvalidArgument(detail));
        }
        let numbers = mix.iter().map(|(name, _)| self.number(name)).collect::<Result<Vec<_>>>()?;
        let share =
            |(number, (_, weight)): (&usize, &(&str, f32))| (&self.identities[*number], f64::from(*weight) / total);
        let parts: Vec<_> = numbers.iter().zip(mix).map(share).collect();
        // The first of equals.
        let most = (0..mix.len()).rev().max_by(|a, b| mix[*a].1.total_cmp(&mix[*b].1)).map_or(0, |at| numbers[at]);
        let sum = |len: usize, values: &dyn Fn(&NamedIdentity, usize) -> f32| -> Vec<f32> {
            (0..len).map(|i| parts.iter().map(|(part, w)| w * f64::from(values(part, i))).sum::<f64>() as f32).collect()
        };
        let vertices_mm = sum(topology.vertices * 3, &|part, i| part.vertices_mm[i]);
        let mapped = parts.iter().map(|(part, _)| part.map.as_ref().map(Vec::len)).min().flatten();
        let map = mapped.map(|texels| sum(texels, &|part, i| part.map.as_ref().map_or(0.0, |map| map[i])));
        Identity::new(backend, topology, self.generator.as_ref(), (name, most), vertices_mm, map)
    }

    /// Binds another mesh to the chart: chart coordinates of its vertices, and, to be checked by, its neutral positions.
    ///
    /// # Errors
    /// Those of [`Binding::new`]; `MissingPart` without a topology.
    pub fn bind(&self, uv: &[[f32; 2]], neutral_mm: Option<&[f32]>) -> Result<Binding> {
        let reference = self.identities.first().map(|identity| identity.vertices_mm.as_slice());
        Binding::new(self.require_topology()?, reference, uv, neutral_mm)
    }

    fn number(&self, name: &str) -> Result<usize> {
        let number = self.identities.iter().position(|identity| identity.name == name);
        number.ok_or_else(|| Error::InvalidArgument(format!("the pack has no identity {name:?}")))
    }

    /// An identity of the host's own: a neutral face of the pack's topology, V × 3 mm, in the pack's space.
    ///
    /// # Errors
    /// `InvalidArgument` for another count, a number that is not finite or another unit, which is named; `MissingPart` without
    /// a topology.
    pub fn identity_from_vertices(&self, backend: &dyn Backend, name: &str, vertices_mm: &[f32]) -> Result<Identity> {
        let topology = self.require_topology()?;
        topology.check_mesh(name, vertices_mm)?;
        Identity::new(backend, topology, self.generator.as_ref(), (name, 0), vertices_mm.to_vec(), None)
    }

    /// The head pose of a motion row; no movement where the pack has no pose columns.
    ///
    /// # Panics
    /// If the row is not [`motion_width`](Self::motion_width) long.
    pub fn head(&self, motion: &[f32]) -> HeadPose {
        assert_eq!(motion.len(), self.motion_width(), "columns of a motion row");
        HeadPose::from_columns(&motion[self.d_z..])
    }

    /// An error unless the identity was made for a mesh and generator of these sizes.
    pub(super) fn check_identity(&self, identity: &Identity) -> Result<()> {
        let shapes = self.identity_shapes(self.require_topology()?);
        if !identity.inputs.iter().map(Vec::len).eq(shapes.iter().map(|[rows, cols]| rows * cols)) {
            let detail = format!("identity {:?} was made for another model", identity.name());
            return Err(Error::InvalidArgument(detail));
        }
        Ok(())
    }

    pub(super) fn require_topology(&self) -> Result<&Topology> {
        self.topology.as_deref().ok_or_else(|| missing("mesh (topology)"))
    }

    /// Whether there is M′.
    pub(super) fn has_weights(&self) -> bool {
        self.to_weights.is_some()
    }

    /// An error unless there is M′.
    pub(crate) fn require_weights(&self) -> Result<()> {
        if self.has_weights() { Ok(()) } else { Err(missing("blendshape weights (gnpfa.to_weights)")) }
    }

    /// Whether there are a generator and a mesh for its maps.
    pub fn has_offsets(&self) -> bool {
        self.generator.is_some() && self.topology.is_some()
    }

    /// The mesh, or an error unless there is a generator for it.
    pub(crate) fn require_offsets(&self) -> Result<&Topology> {
        if self.generator.is_none() {
            return Err(missing("geometry decoder (gnpfa.generator)"));
        }
        self.require_topology()
    }

    /// M′ over a batch of z.
    ///
    /// # Panics
    /// Without it.
    pub(super) fn record_weights(&self, batch: usize) -> BatchPlan {
        let mapping = self.to_weights.as_ref().expect("asked before");
        BatchPlan::record("weights", [1, batch, self.d_z], |plan, z| mapping.record(plan, z))
    }

    /// Shapes of [`Identity::inputs`].
    fn identity_shapes(&self, topology: &Topology) -> Vec<[usize; 2]> {
        let points = topology.rigid.iter().map(|part| [part.vertices.len(), 3]);
        let cache = self.generator.as_ref().map(Generator::cache_shapes).unwrap_or_default();
        std::iter::once([topology.vertices, 3]).chain(points).chain(cache).collect()
    }

    /// Faces over a batch of z, in a section for [`OFFSETS`] and one for [`NORMALS`]: the generator, the gather from its
    /// maps, the parts that follow, and the normals of all that.
    ///
    /// # Panics
    /// Without a generator or a charted mesh.
    pub(super) fn record_faces(&self, batch: usize) -> BatchPlan {
        let (Some(generator), Some(topology)) = (&self.generator, &self.topology) else { panic!("asked before") };
        let chart = topology.chart.as_ref().expect("checked when loaded");
        BatchPlan::record_shared([1, batch, self.d_z], &self.identity_shapes(topology), |plan, z, identity| {
            let (points, cache) = identity[NEUTRAL + 1..].split_at(topology.rigid.len());
            let decode = plan.section("offsets");
            let x = generator.record_frames(plan, cache, z);
            let (offsets_port, offsets) = plan.output("offsets", batch, topology.vertices, 3);
            let (index, weight) = (chart.gather_index.clone(), chart.gather_weight.clone());
            plan.push(ops::Gather { x, index, weight, out: offsets });
            let eyes = topology.eyes.as_ref().zip(self.to_weights.as_ref());
            let eyes = eyes.map(|(eyes, mapping)| {
                let weights = mapping.record(plan, z);
                eyes.record(plan, weights)
            });
            for (part, points) in topology.rigid.iter().zip(points) {
                part.record(plan, *points, eyes, offsets);
            }
            let shade = plan.section("normals");
            let (normals_port, normals) = plan.output("normals", batch, topology.vertices, 3);
            topology.surface.record(plan, identity[NEUTRAL], offsets, normals);
            vec![(decode, offsets_port), (shade, normals_port)]
        })
    }
}
