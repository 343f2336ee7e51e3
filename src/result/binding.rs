//! What a host brings of its own to read a result on: another mesh [vertices, 3] mm, and blendshapes of its own. They stand
//! between the decoded offsets of the face stage and the host, and cost what `face::Binding` and `output::ShapeSolver` do.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::face;
use crate::output::{ShapeSolver, SolverOptions};

use crate::host::model::Model;

/// A mesh of another topology, bound to a model's chart. Immutable; share it between threads. It keeps the model alive.
pub struct Binding {
    model: Arc<Model>,
    face: face::Binding,
}

impl Binding {
    /// Vertices of the bound mesh.
    pub fn vertices(&self) -> usize {
        self.face.vertices()
    }

    /// Whether a vertex is on the chart, and moves.
    ///
    /// # Panics
    /// If there is no such vertex.
    pub fn is_bound(&self, vertex: usize) -> bool {
        self.face.is_bound(vertex)
    }

    /// Offsets of the bound mesh [frames, vertices, 3] from those of the model's own.
    ///
    /// # Panics
    /// If the lengths are not of as many frames.
    pub fn apply(&self, offsets_mm: &[f32], bound_mm: &mut [f32]) {
        self.face.apply(offsets_mm, bound_mm);
    }

    /// An error unless it was made for this model.
    pub(crate) fn check(&self, model: &Arc<Model>) -> Result<()> {
        same_model("binding", &self.model, model)
    }
}

fn same_model(what: &str, own: &Arc<Model>, other: &Arc<Model>) -> Result<()> {
    if Arc::ptr_eq(own, other) {
        return Ok(());
    }
    Err(Error::InvalidArgument(format!("the {what} was made for another model")))
}

/// A host's blendshapes on the model's mesh or on a bound one. Immutable; share it between threads. It keeps
/// the model alive.
pub struct Solver {
    model: Arc<Model>,
    pub(crate) binding: Option<Arc<Binding>>,
    pub(crate) shapes: ShapeSolver,
}

impl Solver {
    /// Names of the shapes, in the order of the weights.
    pub fn names(&self) -> &[String] {
        self.shapes.names()
    }

    /// An error unless it was made for this model.
    pub(crate) fn check(&self, model: &Arc<Model>) -> Result<()> {
        same_model("solver", &self.model, model)
    }
}

impl Model {
    /// Binds a mesh whose vertices have coordinates `uv` in the model's chart, v downwards, (−1, −1) for those that are not
    /// on it. `neutral_mm` [n, 3], the mesh at rest, is there for checks alone and may be left out.
    ///
    /// # Errors
    /// Those of [`face::Binding::new`].
    pub fn bind(self: &Arc<Self>, uv: &[[f32; 2]], neutral_mm: Option<&[f32]>) -> Result<Arc<Binding>> {
        Ok(Arc::new(Binding { face: self.face()?.bind(uv, neutral_mm)?, model: Arc::clone(self) }))
    }

    /// Prepares a host's blendshapes: names, and offsets from the neutral at weight 1, `names × vertices × 3` mm, on the bound
    /// mesh or, with none, on the model's own.
    ///
    /// # Errors
    /// Those of [`ShapeSolver::new`]; `InvalidArgument` for another model's binding, `MissingPart` without a mesh.
    pub fn solver(
        self: &Arc<Self>,
        binding: Option<&Arc<Binding>>,
        names: Vec<String>,
        offsets_mm: &[f32],
        options: SolverOptions,
    ) -> Result<Arc<Solver>> {
        let own = self.topology().map(|topology| topology.vertices);
        let own = own.ok_or_else(|| Error::MissingPart("the pack has no mesh (topology)".to_owned()))?;
        binding.map_or(Ok(()), |binding| binding.check(self))?;
        let vertices = binding.map_or(own, |binding| binding.vertices());
        let shapes = ShapeSolver::new(names, vertices, offsets_mm, options)?;
        Ok(Arc::new(Solver { model: Arc::clone(self), binding: binding.cloned(), shapes }))
    }
}
