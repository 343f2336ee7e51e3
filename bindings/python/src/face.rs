//! Faces as Python gets them: one, or a range of frames.

use media2face::signal::HeadPose;
use numpy::{PyArray1, PyArray2};
use pyo3::prelude::*;

use super::array;

/// A face at one time (`Animation.sample`, `Stream.sample`).
#[pyclass(name = "Face", module = "media2face", frozen, get_all)]
pub(crate) struct PyFace {
    /// Weights `[weights]`, 0..1.
    weights: Py<PyArray1<f32>>,
    /// The head's rotation: a quaternion x, y, z, w `[4]`.
    rotation: Py<PyArray1<f32>>,
    /// The head's translation `[3]`, mm.
    translation_mm: Py<PyArray1<f32>>,
    /// Offsets from the neutral `[V, 3]`, mm, without the head pose; None unless they were asked for.
    offsets_mm: Option<Py<PyArray2<f32>>>,
    /// Of a stream: whether it is the face that was asked for. If it is not ready yet, this is the last one that is.
    ready: bool,
}

impl PyFace {
    pub(crate) fn new(
        py: Python<'_>,
        weights: Vec<f32>,
        head: &HeadPose,
        offsets_mm: Option<Vec<f32>>,
        ready: bool,
    ) -> PyResult<Self> {
        let offsets = |offsets: Vec<f32>| {
            let count = offsets.len() / 3;
            Ok::<_, PyErr>(array::out(py, offsets, [count, 3])?.unbind())
        };
        Ok(Self {
            weights: PyArray1::from_vec(py, weights).unbind(),
            rotation: PyArray1::from_slice(py, &head.rotation).unbind(),
            translation_mm: PyArray1::from_slice(py, &head.translation_mm).unbind(),
            offsets_mm: offsets_mm.map(offsets).transpose()?,
            ready,
        })
    }
}

#[pymethods]
impl PyFace {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let shape = self.weights.bind(py).getattr("shape")?.repr()?;
        Ok(format!("Face(weights {shape}, ready={})", if self.ready { "True" } else { "False" }))
    }
}

/// Frames of an animation at a rate (`Animation.read`).
#[pyclass(name = "Frames", module = "media2face", frozen, get_all)]
pub(crate) struct PyFrames {
    /// Weights `[frames, weights]`, 0..1.
    pub(crate) weights: Py<PyArray2<f32>>,
    /// Rotations of the head: quaternions x, y, z, w `[frames, 4]`.
    pub(crate) rotations: Py<PyArray2<f32>>,
    /// Translations of the head `[frames, 3]`, mm.
    pub(crate) translations_mm: Py<PyArray2<f32>>,
    /// Times of the frames `[frames]`, seconds, float64.
    pub(crate) times_s: Py<PyArray1<f64>>,
}

#[pymethods]
impl PyFrames {
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.times_s.bind(py).len()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let shape = self.weights.bind(py).getattr("shape")?.repr()?;
        Ok(format!("Frames(weights {shape})"))
    }
}
