//! The runtime and the model that a process has unless it makes its own.

use std::sync::{Arc, Mutex, PoisonError};

use media2face::{LogLevel, Runtime, RuntimeOptions};
use pyo3::prelude::*;

use super::failure::{Failure, detached};
use super::model::{PackSource, PyModel};
use super::runtime::tell;

/// Something of a process, and which that is: a child after a fork has none of its parent's threads.
struct OfProcess<T>(Mutex<Option<(u32, T)>>);

static RUNTIME: OfProcess<Arc<Runtime>> = OfProcess::new();
static MODEL: OfProcess<PyModel> = OfProcess::new();

impl<T: Clone + Send> OfProcess<T> {
    const fn new() -> Self {
        Self(Mutex::new(None))
    }

    fn get(&self, py: Python<'_>, make: impl FnOnce() -> Result<T, Failure> + Send) -> Result<T, Failure> {
        let process = std::process::id();
        let own = |kept: &Option<(u32, T)>| kept.as_ref().filter(|kept| kept.0 == process).map(|kept| kept.1.clone());
        if let Some(own) = own(&self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(own);
        }
        let made = detached(py, make)?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been faster.
        let made = own(&kept).unwrap_or(made);
        // A parent's is not dropped: that would wait for threads that are not here.
        std::mem::forget(kept.replace((process, made.clone())));
        Ok(made)
    }
}

/// A runtime with the defaults, whose messages wait for `tell`.
pub(crate) fn default_runtime(py: Python<'_>) -> PyResult<Arc<Runtime>> {
    let options = RuntimeOptions { log_level: LogLevel::Info, ..RuntimeOptions::default() };
    Ok(RUNTIME.get(py, || Ok(Runtime::new(&options)?))?)
}

/// The starter model on a runtime with the defaults, made at the first call and kept: what `animate` works with.
#[pyfunction]
pub(crate) fn default_model(py: Python<'_>) -> PyResult<PyModel> {
    let runtime = default_runtime(py)?;
    let model = MODEL.get(py, || Ok(PyModel::of(PackSource::Starter.load(&runtime)?)));
    tell(py, &runtime)?;
    Ok(model?)
}
