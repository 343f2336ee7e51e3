//! Keyframes: a face, a head pose or both, that a clip is held at.

use std::sync::Arc;

use media2face::output::find_channel;
use media2face::picture::FaceBox;
use media2face::signal::HeadPose;
use media2face::{Expression, FacePicture, Head, Keyframe, Model};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::array;
use super::failure::Failure;
use super::style::picture;

/// A face, a head pose or both that the motion is held at, from `time_s` to `end_s` (seconds; one frame without an end).
///
/// At most one of these gives the face: `weights` (0..1, an array in the order of `Model.names` or a dict by name), `expression`
/// (a name of `expression_names()`), `latent`, `mesh_mm` (vertices `[V, 3]`, without the head pose), `picture` (a path or the
/// bytes of a PNG or JPEG file, with `picture_box` = x, y, width, height in pixels; without it the largest face is found). `rotation` (quaternion x, y, z, w) and
/// `translation_mm` give the head; `picture_parts` says what a picture gives: "expression", "head" or "both".
///
/// `hold` 1 is met to the bit, less is drawn to; it fades over `ramp_s` seconds on either side. Immutable.
#[pyclass(name = "Keyframe", module = "media2face", frozen)]
pub(crate) struct PyKeyframe {
    keyframe: Keyframe,
    /// Weights by name, until a model says where they stand.
    named: Option<Vec<(String, f32)>>,
}

#[pymethods]
impl PyKeyframe {
    #[new]
    #[pyo3(signature = (
        time_s, end_s = None, *, weights = None, expression = None, latent = None, mesh_mm = None, picture = None,
        picture_box = None, picture_parts = "expression", rotation = None, translation_mm = None, hold = 1.0,
        ramp_s = Keyframe::RAMP_S
    ))]
    fn new(
        time_s: f64,
        end_s: Option<f64>,
        weights: Option<&Bound<'_, PyAny>>,
        expression: Option<String>,
        latent: Option<&Bound<'_, PyAny>>,
        mesh_mm: Option<&Bound<'_, PyAny>>,
        picture: Option<&Bound<'_, PyAny>>,
        picture_box: Option<&Bound<'_, PyAny>>,
        picture_parts: &str,
        rotation: Option<&Bound<'_, PyAny>>,
        translation_mm: Option<&Bound<'_, PyAny>>,
        hold: f32,
        ramp_s: f64,
    ) -> PyResult<Self> {
        let (of_face, of_head) = match picture_parts {
            "expression" => (true, false),
            "head" => (false, true),
            "both" => (true, true),
            other => {
                let detail = format!("picture_parts is {other:?}, expected \"expression\", \"head\" or \"both\"");
                return Err(Failure::argument(detail).into());
            }
        };
        let picture = picture.map(|given| face_picture(given, picture_box)).transpose()?;
        let named = weights.and_then(|weights| weights.cast::<PyDict>().ok()).map(named).transpose()?;
        let in_order = weights.filter(|_| named.is_none());
        let faces = [
            latent.map(|latent| array::vector(latent, "latent")).transpose()?.map(Expression::Latent),
            in_order.map(|weights| array::vector(weights, "weights")).transpose()?.map(Expression::Weights),
            named.as_ref().map(|_| Expression::Weights(Vec::new())),
            expression.map(Expression::Named),
            mesh_mm.map(|mesh| array::rows(mesh, 3, "mesh_mm")).transpose()?.map(Expression::Mesh),
            picture.clone().filter(|_| of_face).map(Expression::Picture),
        ];
        let expression = only("weights, expression, latent, mesh_mm and picture", faces)?;
        let heads = [pose(rotation, translation_mm)?, picture.filter(|_| of_head).map(Head::Picture)];
        let head = only("a head pose and a picture's head", heads)?;
        let (expression, head) = (expression.map(Arc::new), head.map(Arc::new));
        let end_s = end_s.unwrap_or(time_s);
        Ok(Self { keyframe: Keyframe { expression, head, start_s: time_s, end_s, hold, ramp_s }, named })
    }

    /// Where it begins, seconds.
    #[getter]
    fn time_s(&self) -> f64 {
        self.keyframe.start_s
    }

    /// Where it ends, seconds.
    #[getter]
    fn end_s(&self) -> f64 {
        self.keyframe.end_s
    }

    /// How firmly it holds, 0..1.
    #[getter]
    fn hold(&self) -> f32 {
        self.keyframe.hold
    }

    /// How long it fades on either side, seconds.
    #[getter]
    fn ramp_s(&self) -> f64 {
        self.keyframe.ramp_s
    }

    fn __repr__(&self) -> String {
        let Keyframe { start_s, end_s, hold, ramp_s, .. } = &self.keyframe;
        format!("Keyframe({start_s}, {end_s}, hold={hold}, ramp_s={ramp_s})")
    }
}

impl PyKeyframe {
    /// The keyframe for a model, which knows where named weights stand.
    pub(crate) fn on(&self, model: &Model) -> Result<Keyframe, Failure> {
        let mut keyframe = self.keyframe.clone();
        if let Some(named) = &self.named {
            let names = model.blendshape_names();
            let mut weights = vec![0.0; names.len()];
            for (name, weight) in named {
                let missing = || media2face::Error::MissingPart(format!("the pack has no blendshape {name:?}"));
                weights[find_channel(names, name).ok_or_else(missing)?] = *weight;
            }
            keyframe.expression = Some(Arc::new(Expression::Weights(weights)));
        }
        Ok(keyframe)
    }
}

fn named(weights: &Bound<'_, PyDict>) -> PyResult<Vec<(String, f32)>> {
    weights.iter().map(|(name, weight)| Ok((name.extract()?, weight.extract()?))).collect()
}

fn face_picture(given: &Bound<'_, PyAny>, place: Option<&Bound<'_, PyAny>>) -> PyResult<FacePicture> {
    let none = || pyo3::exceptions::PyTypeError::new_err("picture is neither a path nor bytes");
    let file = picture(given)?.ok_or_else(none)?;
    let place = place.map(|place| array::fixed(place, "picture_box")).transpose()?;
    let face = place.map(|[x, y, width, height]| FaceBox { x, y, width, height });
    Ok(FacePicture { file, face })
}

fn pose(rotation: Option<&Bound<'_, PyAny>>, translation_mm: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Head>> {
    if rotation.is_none() && translation_mm.is_none() {
        return Ok(None);
    }
    let mut pose = HeadPose::default();
    if let Some(rotation) = rotation {
        pose.rotation = array::fixed(rotation, "rotation")?;
    }
    if let Some(translation_mm) = translation_mm {
        pose.translation_mm = array::fixed(translation_mm, "translation_mm")?;
    }
    Ok(Some(Head::Pose(pose)))
}

fn only<T, const N: usize>(names: &str, sources: [Option<T>; N]) -> PyResult<Option<T>> {
    let mut given = sources.into_iter().flatten();
    match (given.next(), given.next()) {
        (first, None) => Ok(first),
        _ => Err(Failure::argument(format!("give at most one of {names}")).into()),
    }
}

/// Keyframes as they are given: one, or several.
pub(crate) fn keyframes(given: &Bound<'_, PyAny>, model: &Model) -> PyResult<Vec<Keyframe>> {
    if let Ok(one) = given.cast::<PyKeyframe>() {
        return Ok(vec![one.get().on(model)?]);
    }
    let each = |each: PyResult<Bound<'_, PyAny>>| Ok(each?.cast::<PyKeyframe>()?.get().on(model)?);
    given.try_iter()?.map(each).collect()
}
