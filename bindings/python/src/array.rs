//! Arrays of NumPy's, in and out. What comes in is copied once: another thread of Python may write to it while the library
//! reads. What goes out is the library's own memory, which the array takes over.

use media2face::signal::{FrameRate, HeadPose};
use numpy::ndarray::{Array, Dimension, IntoDimension};
use numpy::{
    Element, IntoPyArray, PyArray, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyUntypedArray,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::failure::Failure;

/// Sound as it is given.
pub(crate) enum Samples<'py> {
    /// 32-bit floats.
    F32(Bound<'py, PyArrayDyn<f32>>),
    /// 16-bit integers.
    I16(Bound<'py, PyArrayDyn<i16>>),
}

/// Sound whose memory is the library's.
pub(crate) enum OwnSamples {
    F32(Vec<f32>),
    I16(Vec<i16>),
}

/// Sound `[frames]` or `[frames, channels]`, contiguous, and its number of channels.
pub(crate) fn samples<'py>(given: &Bound<'py, PyAny>) -> PyResult<(Samples<'py>, u32)> {
    let array = as_array(given, "samples")?;
    let channels = match array.shape() {
        [_] => 1,
        [_, channels @ 1..=64] => *channels as u32,
        [channels @ 1..=64, frames] if *frames > 64 => {
            return Err(Failure::argument(format!(
                "samples of shape ({channels}, {frames}): frames come first; transpose them (samples.T)"
            ))
            .into());
        }
        shape => {
            let detail = format!("samples of shape {shape:?}, expected [frames] or [frames, channels]");
            return Err(Failure::argument(detail).into());
        }
    };
    let (kind, size) = (array.dtype().kind(), array.dtype().itemsize());
    match (kind, size) {
        (b'i', 2) => Ok((Samples::I16(contiguous(&array, "int16")?), channels)),
        (b'f', _) => Ok((Samples::F32(contiguous(&array, "float32")?), channels)),
        _ => {
            let dtype = array.dtype();
            Err(PyTypeError::new_err(format!("samples of dtype {dtype}, expected int16, or floats from -1 to 1")))
        }
    }
}

impl Samples<'_> {
    /// A copy that no other thread can change.
    pub(crate) fn own(&self) -> PyResult<OwnSamples> {
        Ok(match self {
            Self::F32(array) => OwnSamples::F32(array.try_readonly()?.as_slice()?.to_vec()),
            Self::I16(array) => OwnSamples::I16(array.try_readonly()?.as_slice()?.to_vec()),
        })
    }
}

/// Floats of any shape as `[…]` in C order, and their shape.
pub(crate) fn floats(given: &Bound<'_, PyAny>, what: &str) -> PyResult<(Vec<f32>, Vec<usize>)> {
    let array = as_array(given, what)?;
    let dtype = array.dtype();
    if !matches!(dtype.kind(), b'f' | b'i' | b'u') {
        return Err(PyTypeError::new_err(format!("{what} of dtype {dtype}, expected floats")));
    }
    let (array, shape) = (contiguous::<f32>(&array, "float32")?, array.shape().to_vec());
    Ok((array.try_readonly()?.as_slice()?.to_vec(), shape))
}

/// Floats `[n]`.
pub(crate) fn vector(given: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<f32>> {
    let (values, shape) = floats(given, what)?;
    match shape.len() {
        1 => Ok(values),
        _ => Err(Failure::argument(format!("{what} of shape {shape:?}, expected [n]")).into()),
    }
}

/// Floats `[N]`.
pub(crate) fn fixed<const N: usize>(given: &Bound<'_, PyAny>, what: &str) -> PyResult<[f32; N]> {
    let values = vector(given, what)?;
    let count = values.len();
    values.try_into().map_err(|_| Failure::argument(format!("{what} of {count} numbers, expected {N}")).into())
}

/// Floats `[n, width]`, or flat.
pub(crate) fn rows(given: &Bound<'_, PyAny>, width: usize, what: &str) -> PyResult<Vec<f32>> {
    let (values, shape) = floats(given, what)?;
    match shape[..] {
        [_] if values.len().is_multiple_of(width) => Ok(values),
        [_, own] if own == width => Ok(values),
        _ => Err(Failure::argument(format!("{what} of shape {shape:?}, expected [n, {width}]")).into()),
    }
}

fn as_array<'py>(given: &Bound<'py, PyAny>, what: &str) -> PyResult<Bound<'py, PyUntypedArray>> {
    if let Ok(array) = given.cast::<PyUntypedArray>() {
        return Ok(array.clone());
    }
    if given.is_instance_of::<pyo3::types::PyString>() || given.is_none() {
        let kind = given.get_type().name()?;
        return Err(PyTypeError::new_err(format!("{what}: {kind}, expected an array")));
    }
    let array = numpy(given.py())?.call_method1("asarray", (given,))?;
    Ok(array.cast_into::<PyUntypedArray>()?)
}

/// The array itself where it is contiguous and of this type, else a copy.
fn contiguous<'py, T: Element>(array: &Bound<'py, PyUntypedArray>, dtype: &str) -> PyResult<Bound<'py, PyArrayDyn<T>>> {
    if array.is_c_contiguous()
        && let Ok(array) = array.cast::<PyArrayDyn<T>>()
        && array.try_readonly()?.as_slice().is_ok()
    {
        return Ok(array.clone());
    }
    let options = PyDict::new(array.py());
    options.set_item("dtype", dtype)?;
    options.set_item("order", "C")?;
    let copy = numpy(array.py())?.getattr("array")?.call((array,), Some(&options))?;
    Ok(copy.cast_into::<PyArrayDyn<T>>()?)
}

fn numpy(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    py.import("numpy")
}

/// An array over memory of the library's, which it takes over.
pub(crate) fn out<T: Element, S: IntoDimension>(
    py: Python<'_>,
    values: Vec<T>,
    shape: S,
) -> PyResult<Bound<'_, PyArray<T, S::Dim>>>
where
    S::Dim: Dimension,
{
    let array = Array::from_shape_vec(shape, values).map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(array.into_pyarray(py))
}

/// The same, which nobody can write to: what an object gives again each time it is asked.
pub(crate) fn shared<T: Element, S: IntoDimension>(
    py: Python<'_>,
    values: Vec<T>,
    shape: S,
) -> PyResult<Py<PyArray<T, S::Dim>>>
where
    S::Dim: Dimension,
{
    let array = out(py, values, shape)?;
    let options = PyDict::new(py);
    options.set_item("write", false)?;
    array.call_method("setflags", (), Some(&options))?;
    Ok(array.unbind())
}

/// Rotations `[n, 4]` and translations `[n, 3]`.
pub(crate) fn split(heads: &[HeadPose]) -> (Vec<f32>, Vec<f32>) {
    let rotations = heads.iter().flat_map(|head| head.rotation).collect();
    (rotations, heads.iter().flat_map(|head| head.translation_mm).collect())
}

/// Frames a second: a number, a `Fraction` or a pair; `None` is the model's own rate.
pub(crate) fn rate(given: Option<&Bound<'_, PyAny>>, own: f32) -> PyResult<FrameRate> {
    let Some(given) = given else { return Ok(FrameRate::from(own)) };
    let parts = match given.cast::<PyTuple>() {
        Ok(pair) => Some(pair.extract::<(u32, u32)>()?),
        Err(_) if given.hasattr("denominator")? => {
            let part = |name| given.getattr(name)?.extract::<i64>();
            let whole = (part("numerator")?, part("denominator")?);
            // What is no rate is refused by its own words below.
            u32::try_from(whole.0).ok().zip(u32::try_from(whole.1).ok())
        }
        Err(_) => None,
    };
    Ok(match parts {
        Some((numerator, denominator)) => FrameRate::new(numerator, denominator).map_err(Failure::from)?,
        None => FrameRate::from(given.extract::<f64>()? as f32).checked().map_err(Failure::from)?,
    })
}
