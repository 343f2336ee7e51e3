//! Options of a session, from Python's keywords.

use std::sync::Arc;

use media2face::{InpaintMode, Model, SessionOptions};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyDictMethods};

use super::identity::PyIdentity;
use super::keyframe::keyframes;
use super::style::{Strength, tracks};

/// Keywords of a call; each is taken once, and what is left is refused.
pub(crate) struct Keywords<'py>(Option<Bound<'py, PyDict>>);

impl<'py> Keywords<'py> {
    pub(crate) fn new(given: Option<&Bound<'py, PyDict>>) -> PyResult<Self> {
        Ok(Self(given.map(PyDictMethods::copy).transpose()?))
    }

    /// A keyword that is given, and not as None.
    pub(crate) fn take(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(own) = &self.0 else { return Ok(None) };
        let Some(value) = own.get_item(name)? else { return Ok(None) };
        own.del_item(name)?;
        Ok(Some(value).filter(|value| !value.is_none()))
    }

    /// The same as a value of Rust's.
    pub(crate) fn value<T>(&self, name: &str) -> PyResult<Option<T>>
    where
        T: for<'a> FromPyObject<'a, 'py, Error = PyErr>,
    {
        let named = |error: PyErr, py| {
            let named = PyTypeError::new_err(format!("{name}: {}", error.value(py)));
            if error.is_instance_of::<PyTypeError>(py) { named } else { error }
        };
        let value = self.take(name)?;
        value.map(|value| value.extract().map_err(|error| named(error, value.py()))).transpose()
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self, call: &str) -> PyResult<()> {
        let Some(own) = self.0.filter(|own| !own.is_empty()) else { return Ok(()) };
        let name = own.keys().get_item(0)?;
        Err(PyTypeError::new_err(format!("{call}() got an unexpected keyword argument {}", name.repr()?)))
    }
}

/// The options of a session for sound of this form, but for their keywords' end.
pub(crate) fn session_options(
    model: &Arc<Model>,
    sample_rate_hz: u32,
    channels: u32,
    given: &Keywords<'_>,
) -> PyResult<SessionOptions> {
    let mut options = SessionOptions::new(sample_rate_hz, channels);
    let defaults = options.clone();
    if let Some(style) = given.take("style")? {
        options.styles = tracks(&style)?;
    }
    if let Some(frames) = given.take("keyframes")? {
        options.keyframes = keyframes(&frames, model)?;
    }
    let strength = |name: &str| given.take(name)?.map(|value| Strength::of(&value, name)).transpose();
    match strength("guidance_audio")? {
        Some(Strength::Constant(value)) => options.guidance_audio = Some(value),
        Some(Strength::Curve(curve)) => options.audio_curve = Some(curve),
        None => {}
    }
    match strength("guidance_style")? {
        Some(Strength::Constant(value)) => options.guidance_style = Some(value),
        Some(Strength::Curve(curve)) => options.style_curve = Some(curve),
        None => {}
    }
    options.edit_mode = match given.value::<usize>("repaint_loops")? {
        None | Some(0) => InpaintMode::Inpaint,
        Some(loops) => InpaintMode::Repaint { loops },
    };
    if let Some(identity) = given.take("identity")? {
        options.identity = Some(PyIdentity::resolve(&identity, model)?);
    }
    Ok(SessionOptions {
        seed: given.value("seed")?.unwrap_or(defaults.seed),
        steps: given.value("steps")?,
        eta: given.value("eta")?,
        noise_scale: given.value("noise_scale")?,
        default_style: given.value("default_style")?.unwrap_or(defaults.default_style),
        isolate_styles: given.value("isolate_styles")?.unwrap_or(defaults.isolate_styles),
        tail_s: given.value("tail_s")?.unwrap_or(defaults.tail_s),
        pack_adjustments: given.value("pack_adjustments")?.unwrap_or(defaults.pack_adjustments),
        editable: given.value("editable")?.unwrap_or(defaults.editable),
        ..options
    })
}
