//! The Python package `media2face`: a file for each noun, each method a few lines over the public Rust API.
//!
//! Whatever takes a lock of the library's or lasts longer than some microseconds runs without Python's lock
//! (`failure::detached`). Waits are cut in parts, between which Python sees signals. Nothing here calls Python from a thread
//! of the library's.

mod adjustments;
mod animation;
mod array;
mod binding;
mod defaults;
mod face;
mod failure;
mod identity;
mod keyframe;
mod model;
mod options;
mod runtime;
mod session;
mod stream;
mod style;

use pyo3::prelude::*;

/// Names of expressions that a Keyframe takes.
#[pyfunction]
fn expression_names() -> Vec<&'static str> {
    media2face::output::expression_names().collect()
}

/// What the package media2face is made of.
#[pymodule]
mod _media2face {
    use super::{Bound, PyModule, PyResult};
    use pyo3::types::PyModuleMethods;

    #[pymodule_export]
    use super::{
        adjustments::PyGazeTarget,
        animation::PyAnimation,
        binding::{PyBinding, PySolver},
        defaults::default_model,
        expression_names,
        face::{PyFace, PyFrames},
        identity::PyIdentity,
        keyframe::PyKeyframe,
        model::{PyModel, animate},
        runtime::{PyDevice, PyRuntime, devices},
        session::{PyProgress, PySession, finish_together},
        stream::{PyStream, PyStreamState},
        style::{PyPreparedStyle, PyPromptReading, PyStyle},
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        // The library prints nothing: a panic becomes an exception with its text.
        std::panic::set_hook(Box::new(|_| {}));
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
