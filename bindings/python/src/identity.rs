//! Faces of people.

use std::sync::{Arc, OnceLock};

use media2face::{Identity, Model};
use numpy::PyArray2;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::array;
use super::failure::{Failure, detached};

/// A neutral face of one model (`Model.identity`). It keeps the model alive. Immutable: any thread may use it.
#[pyclass(name = "Identity", module = "media2face", frozen)]
pub(crate) struct PyIdentity {
    identity: Arc<Identity>,
    vertices_mm: OnceLock<Py<PyArray2<f32>>>,
}

#[pymethods]
impl PyIdentity {
    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        self.identity.name()
    }

    /// The neutral face `[V, 3]`, mm; read-only.
    #[getter]
    fn vertices_mm(&self, py: Python<'_>) -> PyResult<Py<PyArray2<f32>>> {
        kept(py, &self.vertices_mm, || {
            let vertices = self.identity.vertices_mm().to_vec();
            let count = vertices.len() / 3;
            array::shared(py, vertices, [count, 3])
        })
    }

    /// How it wears the parts of `Model.parts`, by name: (colour as linear RGB, name of the texture or None). Without those that it
    /// goes without, such as another person's hair.
    #[getter]
    fn worn<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let worn = PyDict::new(py);
        for part in self.identity.parts().into_iter().filter(media2face::pack::Part::is_worn) {
            let [r, g, b] = part.colour;
            worn.set_item(part.name, ((r, g, b), part.texture))?;
        }
        Ok(worn)
    }

    /// What each weight does to this face at 1, `[weights, V, 3]`, mm: morph targets for an engine, in the order of
    /// `Model.names`. Decodes a face for each; the lock of Python is released.
    fn blendshapes_mm<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, numpy::PyArray3<f32>>> {
        let model = self.identity.model();
        let offsets = detached(py, || Ok(model.blendshape_offsets_mm(&self.identity)?))?;
        array::out(py, offsets, [model.blendshape_names().len(), self.identity.vertices_mm().len() / 3, 3])
    }

    fn __repr__(&self) -> String {
        format!("Identity({:?})", self.name())
    }
}

impl PyIdentity {
    pub(crate) fn new(identity: Arc<Identity>) -> Self {
        Self { identity, vertices_mm: OnceLock::new() }
    }

    /// An identity as it is given: itself, a name, a mix of names, or a neutral mesh.
    pub(crate) fn resolve(given: &Bound<'_, PyAny>, model: &Arc<Model>) -> PyResult<Arc<Identity>> {
        if let Ok(identity) = given.cast::<Self>() {
            return Ok(Arc::clone(&identity.get().identity));
        }
        let py = given.py();
        if given.is_instance_of::<PyString>() {
            let name: String = given.extract()?;
            return Ok(detached(py, || Ok(model.identity(&name)?))?);
        }
        if let Ok(mix) = given.cast::<PyDict>() {
            let part = |(name, weight): (Bound<'_, PyAny>, Bound<'_, PyAny>)| Ok((name.extract()?, weight.extract()?));
            let mix = mix.iter().map(part).collect::<PyResult<Vec<(String, f32)>>>()?;
            let parts: Vec<(&str, f32)> = mix.iter().map(|(name, weight)| (&**name, *weight)).collect();
            return Ok(detached(py, || Ok(model.identity_mix("mix", &parts)?))?);
        }
        let vertices = array::rows(given, 3, "an identity's vertices")?;
        Ok(detached(py, || Ok(model.identity_from_vertices("own", &vertices)?))?)
    }
}

/// What is made once and then given again.
pub(crate) fn kept<T>(
    py: Python<'_>,
    place: &OnceLock<Py<T>>,
    make: impl FnOnce() -> PyResult<Py<T>>,
) -> PyResult<Py<T>> {
    if let Some(kept) = place.get() {
        return Ok(kept.clone_ref(py));
    }
    let made = make()?;
    // Where another thread was faster, its own counts.
    let _ = place.set(made);
    place.get().map(|kept| kept.clone_ref(py)).ok_or_else(|| Failure::state("nothing was kept").into())
}
