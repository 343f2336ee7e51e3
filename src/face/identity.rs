//! Identities: a neutral mesh, and what the generator computes from it once.

use std::sync::Arc;

use crate::error::Result;
use crate::pack::Pack;
use crate::plan::{Backend, PlanBuilder};

use super::generator::Generator;
use super::lists::finite;
use super::topology::Topology;

/// A face that motion can be decoded for. Immutable; share it between threads.
#[derive(Debug)]
pub struct Identity {
    name: String,
    vertices_mm: Vec<f32>,
    /// Whose look it has, by the number in the pack.
    look: usize,
    /// What the plan of the faces takes of it: the neutral face, the points of each part that follows the skin, and the
    /// generator's bottom and skips, which are none when the pack has no generator.
    pub(super) inputs: Arc<[Vec<f32>]>,
}

impl Identity {
    /// Computes the cache: one run of the generator's identity path (0.5 GFLOP at 128², 9 at 256²). The mesh and the
    /// map have been checked.
    pub(super) fn new(
        backend: &dyn Backend,
        topology: &Topology,
        generator: Option<&Generator>,
        (name, look): (&str, usize),
        vertices_mm: Vec<f32>,
        map: Option<Vec<f32>>,
    ) -> Result<Self> {
        let cache = match (generator, &topology.chart) {
            (Some(generator), Some(chart)) => {
                compute_cache(backend, generator, &map.unwrap_or_else(|| chart.map(&vertices_mm)))?
            }
            _ => Vec::new(),
        };
        let points = topology.rigid.iter().map(|part| part.points(&vertices_mm));
        let inputs = std::iter::once(vertices_mm.clone()).chain(points).chain(cache).collect();
        Ok(Self { name: name.to_owned(), vertices_mm, look, inputs })
    }

    /// Name in the pack, or the host's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whose look it has, by the number in the pack: its own, that of the greatest share of a mix, or the first of all.
    pub fn look(&self) -> usize {
        self.look
    }

    /// The neutral face, V × 3 mm.
    pub fn vertices_mm(&self) -> &[f32] {
        &self.vertices_mm
    }
}

fn compute_cache(backend: &dyn Backend, generator: &Generator, map: &[f32]) -> Result<Vec<Vec<f32>>> {
    let mut plan = PlanBuilder::new();
    let section = plan.section("identity");
    let (input, neutral) = plan.input("neutral map", 1, generator.res().pow(2), 3);
    let mut ports = Vec::new();
    for view in generator.record_identity(&mut plan, neutral) {
        let (port, out) = plan.output("identity cache", 1, view.rows, view.cols);
        plan.copy(view, out);
        ports.push((port, view.len()));
    }
    let mut executable = backend.compile(Arc::new(plan.finish()))?;
    let mut state = executable.create_state()?;
    executable.write(input, map)?;
    executable.run(section, &mut state)?;
    let mut read = |(port, len)| {
        let mut values = vec![0.0; len];
        executable.read(port, &mut values).map(|()| values)
    };
    ports.into_iter().map(&mut read).collect()
}

/// An identity of the pack, checked.
#[derive(Debug)]
pub(super) struct NamedIdentity {
    pub(super) name: String,
    pub(super) vertices_mm: Vec<f32>,
    /// [res², 3], where the pack brings it.
    pub(super) map: Option<Vec<f32>>,
}

impl NamedIdentity {
    /// `identities.{i}.{vertices,map}` of every name in the manifest.
    pub(super) fn load_all(pack: &Pack, topology: &Topology) -> Result<Vec<Self>> {
        let names = &pack.manifest().identities.names;
        names.iter().enumerate().map(|(i, name)| Self::load(pack, topology, i, name)).collect()
    }

    fn load(pack: &Pack, topology: &Topology, i: usize, name: &str) -> Result<Self> {
        let map_name = format!("identities.{i}.map");
        let map = match &topology.chart {
            Some(chart) if pack.has(&map_name) => {
                let channels = finite(pack, &map_name, &[3, chart.res, chart.res])?;
                let texels = chart.res * chart.res;
                Some((0..3 * texels).map(|at| channels[at % 3 * texels + at / 3]).collect())
            }
            _ => None,
        };
        let vertices_mm = finite(pack, &format!("identities.{i}.vertices"), &[topology.vertices, 3])?;
        Ok(Self { name: name.to_owned(), vertices_mm, map })
    }
}
