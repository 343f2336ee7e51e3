//! Styles: how a clip is to be spoken, and when.

use std::path::PathBuf;
use std::sync::Arc;

use media2face::{Curve, PromptReading, Style, StyleHandle, StyleTrack};
use numpy::PyUntypedArray;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use super::array;
use super::failure::Failure;

/// A style over a range of the clip.
///
/// `what` is a text (words or one emoji, str), a picture (a path, or the bytes of a PNG or JPEG file) or a raw style code (a
/// float array). The weight of the style is 1 from `start_s` to `end_s` (seconds; infinity is the clip's end) and 0 outside,
/// with a ramp of `ramp_s` seconds centred on either end. `strength` 0 is the pack's default style, 1 the style, up to 2 more
/// of it. Immutable.
#[pyclass(name = "Style", module = "media2face", frozen)]
pub(crate) struct PyStyle(StyleTrack);

#[pymethods]
impl PyStyle {
    #[new]
    #[pyo3(signature = (what, *, start_s = 0.0, end_s = f64::INFINITY, strength = 1.0, ramp_s = StyleTrack::RAMP_S))]
    fn new(what: &Bound<'_, PyAny>, start_s: f64, end_s: f64, strength: f32, ramp_s: f64) -> PyResult<Self> {
        Ok(Self(StyleTrack { style: source(what)?, strength, start_s, end_s, ramp_s }))
    }

    /// A style code of the pack, by its name (`Model.preset_names`).
    #[staticmethod]
    #[pyo3(signature = (name, *, start_s = 0.0, end_s = f64::INFINITY, strength = 1.0, ramp_s = StyleTrack::RAMP_S))]
    fn preset(name: String, start_s: f64, end_s: f64, strength: f32, ramp_s: f64) -> Self {
        Self(StyleTrack { style: Arc::new(Style::Preset(name)), strength, start_s, end_s, ramp_s })
    }

    /// Where it begins, seconds.
    #[getter]
    fn start_s(&self) -> f64 {
        self.0.start_s
    }

    /// Where it ends, seconds.
    #[getter]
    fn end_s(&self) -> f64 {
        self.0.end_s
    }

    /// How far it goes from the pack's default style.
    #[getter]
    fn strength(&self) -> f32 {
        self.0.strength
    }

    /// Length of each ramp, seconds.
    #[getter]
    fn ramp_s(&self) -> f64 {
        self.0.ramp_s
    }

    fn __repr__(&self) -> String {
        let StyleTrack { style, strength, start_s, end_s, ramp_s } = &self.0;
        format!("Style({style}, start_s={start_s}, end_s={end_s}, strength={strength}, ramp_s={ramp_s})")
    }
}

/// One style, whenever it applies.
pub(crate) fn source(given: &Bound<'_, PyAny>) -> PyResult<Arc<Style>> {
    if let Ok(style) = given.cast::<PyStyle>() {
        return Ok(Arc::clone(&style.get().0.style));
    }
    let style = if given.is_instance_of::<PyString>() {
        Style::Text(given.extract()?)
    } else if let Some(file) = picture(given)? {
        Style::Picture(file)
    } else if given.cast::<PyUntypedArray>().is_ok() {
        Style::Code(array::vector(given, "a style code")?)
    } else {
        let kind = given.get_type().name()?;
        let detail = format!("a style of type {kind}, expected str, path, bytes, array or Style");
        return Err(PyTypeError::new_err(detail));
    };
    Ok(Arc::new(style))
}

/// The bytes of a picture's file: themselves, or those that a path leads to.
pub(crate) fn picture(given: &Bound<'_, PyAny>) -> PyResult<Option<Vec<u8>>> {
    if let Ok(bytes) = given.cast::<PyBytes>() {
        return Ok(Some(bytes.as_bytes().to_vec()));
    }
    if given.is_instance_of::<PyString>() || !given.hasattr("__fspath__")? {
        return Ok(None);
    }
    let path: PathBuf = given.extract()?;
    let read = |error: std::io::Error| media2face::Error::Io(format!("{}: {error}", path.display()));
    Ok(Some(std::fs::read(&path).map_err(read).map_err(Failure::from)?))
}

/// Styles over time: one, several, or a mix `{"happy": .7, "surprised": .3}` of strengths over the whole clip.
pub(crate) fn tracks(given: &Bound<'_, PyAny>) -> PyResult<Vec<StyleTrack>> {
    if let Ok(mix) = given.cast::<PyDict>() {
        let part = |(what, strength): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            Ok(StyleTrack { strength: strength.extract()?, ..track(&what)? })
        };
        return mix.iter().map(part).collect();
    }
    if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() {
        return given.try_iter()?.map(|each| track(&each?)).collect();
    }
    Ok(vec![track(given)?])
}

/// One style with its range.
pub(crate) fn track(given: &Bound<'_, PyAny>) -> PyResult<StyleTrack> {
    match given.cast::<PyStyle>() {
        Ok(style) => Ok(style.get().0.clone()),
        Err(_) => Ok(StyleTrack::new(source(given)?)),
    }
}

/// A strength of the guidance: a number, or a curve of pairs (seconds, value).
pub(crate) enum Strength {
    Constant(f32),
    Curve(Curve),
}

impl Strength {
    pub(crate) fn of(given: &Bound<'_, PyAny>, what: &str) -> PyResult<Self> {
        if let Ok(value) = given.extract::<f32>() {
            return Ok(Self::Constant(value));
        }
        let pairs = given.try_iter().and_then(|pairs| {
            let pairs: PyResult<Vec<_>> = pairs.map(|pair| pair?.extract::<Vec<f64>>()).collect();
            pairs?.into_iter().map(|pair| <[f64; 2]>::try_from(pair).map_err(|_| not_a_pair(what))).collect()
        });
        let pairs: Vec<[f64; 2]> = pairs.map_err(|_| not_a_pair(what))?;
        let points = pairs.into_iter().map(|[time_s, value]| (time_s, value as f32)).collect();
        Ok(Self::Curve(Curve::new(points).map_err(Failure::from)?))
    }
}

fn not_a_pair(what: &str) -> PyErr {
    PyTypeError::new_err(format!("{what} is neither a number nor a curve of pairs (seconds, value)"))
}

/// A style that a model has encoded, for streams (`Model.prepare_style`). Immutable.
#[pyclass(name = "PreparedStyle", module = "media2face", frozen)]
pub(crate) struct PyPreparedStyle(pub(crate) Arc<StyleHandle>);

/// What a style says to a model (`Model.read_prompt`).
///
/// Shares of `emotions` sum to 1; what is left of 1 of the shares of `head_acts` is no act. `str()` of it is one line that
/// explains it.
#[pyclass(name = "PromptReading", module = "media2face", frozen, get_all)]
pub(crate) struct PyPromptReading {
    /// Every emotion that the model knows with its share, 0..1, the neutral one first.
    emotions: Py<PyDict>,
    /// Every head act that the model knows with its share, 0..1.
    head_acts: Py<PyDict>,
    /// The likeliest emotion.
    emotion: String,
    /// The likeliest head act, or None where none is likelier.
    head_act: Option<String>,
    /// How strong the emotion is, 0..1.
    strength: f32,
    /// How strong the head act is, 0..1.
    head_strength: f32,
    /// How likely the reading is right, 0..1.
    confidence: f32,
    /// True where nothing was read: the face will be the neutral one.
    says_nothing: bool,
    /// Words that the model knows, near to those of a prompt that says nothing.
    nearest_words: Vec<String>,
    /// One line about all of it; for a prompt that says nothing, why.
    explanation: String,
}

impl PyPromptReading {
    pub(crate) fn new(py: Python<'_>, reading: &PromptReading, style: &Style) -> PyResult<Self> {
        let shares = |shares: &[media2face::Share]| -> PyResult<Py<PyDict>> {
            let dict = PyDict::new(py);
            shares.iter().try_for_each(|share| dict.set_item(&share.name, share.share))?;
            Ok(dict.unbind())
        };
        Ok(Self {
            emotions: shares(&reading.emotions)?,
            head_acts: shares(&reading.head_acts)?,
            emotion: reading.emotion().name.clone(),
            head_act: reading.head_act().map(|act| act.name.clone()),
            strength: reading.strength,
            head_strength: reading.head_strength,
            confidence: reading.confidence,
            says_nothing: reading.says_nothing,
            nearest_words: reading.nearest_words.clone(),
            explanation: reading.explanation(&style.to_string()),
        })
    }
}

#[pymethods]
impl PyPromptReading {
    fn __str__(&self) -> &str {
        &self.explanation
    }

    fn __repr__(&self) -> String {
        format!("PromptReading({:?})", self.explanation)
    }
}
