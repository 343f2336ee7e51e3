//! What a host brings of its own: other meshes and other blendshapes.

use std::sync::Arc;

use media2face::output::SolverOptions;
use media2face::{Binding, Model, Solver};
use pyo3::prelude::*;

use super::failure::{Failure, detached};

/// A mesh of another topology that follows the model's (`Model.binding`). It keeps the model alive. Immutable.
#[pyclass(name = "Binding", module = "media2face", frozen)]
pub(crate) struct PyBinding(pub(crate) Arc<Binding>);

#[pymethods]
impl PyBinding {
    /// Its vertices.
    #[getter]
    fn vertex_count(&self) -> usize {
        self.0.vertices()
    }

    /// Whether a vertex is on the chart, and moves.
    fn is_bound(&self, vertex: usize) -> PyResult<bool> {
        let count = self.0.vertices();
        match vertex < count {
            true => Ok(self.0.is_bound(vertex)),
            false => Err(Failure::argument(format!("vertex {vertex} is not below {count}")).into()),
        }
    }

    fn __repr__(&self) -> String {
        format!("Binding({} vertices)", self.0.vertices())
    }
}

/// Your own blendshapes (`Model.solver`). It keeps the model alive. Immutable.
#[pyclass(name = "Solver", module = "media2face", frozen)]
pub(crate) struct PySolver(pub(crate) Arc<Solver>);

#[pymethods]
impl PySolver {
    /// Names of the shapes, in the order of the weights.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.0.names().to_vec()
    }

    fn __repr__(&self) -> String {
        format!("Solver({} shapes)", self.0.names().len())
    }
}

impl PySolver {
    pub(crate) fn new(
        py: Python<'_>,
        model: &Arc<Model>,
        binding: Option<&Arc<Binding>>,
        names: Vec<String>,
        offsets_mm: &[f32],
        (smoothing_s, sparsity): (f32, f32),
    ) -> PyResult<Self> {
        let options = SolverOptions { smoothing_s, sparsity };
        Ok(Self(detached(py, || Ok(model.solver(binding, names, offsets_mm, options)?))?))
    }
}
