//! What a job gives.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use media2face::signal::{FrameRate, HeadPose, try_zeros};
use media2face::{Animation, Part, Reader, Session};
use numpy::{PyArray1, PyArray2, PyArray3};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::adjustments::adjustments;
use super::array;
use super::binding::{PyBinding, PySolver};
use super::face::{PyFace, PyFrames};
use super::failure::{Failure, detached};
use super::identity::PyIdentity;
use super::model::PyModel;
use super::options::{Keywords, session_options};
use super::runtime::tell;
use super::session::PySession;

/// The motion of one clip; faces are decoded when they are read.
///
/// `weights`, `rotations`, `translations_mm` and `times_s` are its frames at the model's own rate: made once, read-only. The
/// methods read any range at any rate (`fps`: a number, a Fraction or a pair; None is the model's own) into new arrays. Lengths
/// are mm, axes are right-handed: +Y up, +Z out of the face, +X the character's left. Offsets and vertices are without the head pose.
///
/// It keeps its model alive and does not change. Any thread may use it: reads of one animation wait for each other, without
/// Python's lock.
#[pyclass(name = "Animation", module = "media2face", frozen)]
pub(crate) struct PyAnimation {
    animation: Arc<Animation>,
    /// One read at a time uses it; the first makes it.
    reader: Mutex<Option<Reader>>,
    native: OnceLock<Native>,
}

/// The frames at the model's own rate.
struct Native {
    weights: Py<PyArray2<f32>>,
    rotations: Py<PyArray2<f32>>,
    translations_mm: Py<PyArray2<f32>>,
    times_s: Py<PyArray1<f64>>,
}

/// Frames that a call asks for.
#[derive(Clone, Copy)]
struct Range {
    fps: FrameRate,
    first: usize,
    count: usize,
}

#[pymethods]
impl PyAnimation {
    /// Weights `[frames, weights]`, 0..1, in the order of `names`; read-only.
    #[getter]
    fn weights(&self, py: Python<'_>) -> PyResult<Py<PyArray2<f32>>> {
        Ok(self.native(py)?.weights.clone_ref(py))
    }

    /// Rotations of the head: quaternions x, y, z, w `[frames, 4]`; read-only.
    #[getter]
    fn rotations(&self, py: Python<'_>) -> PyResult<Py<PyArray2<f32>>> {
        Ok(self.native(py)?.rotations.clone_ref(py))
    }

    /// Translations of the head `[frames, 3]`, mm; read-only.
    #[getter]
    fn translations_mm(&self, py: Python<'_>) -> PyResult<Py<PyArray2<f32>>> {
        Ok(self.native(py)?.translations_mm.clone_ref(py))
    }

    /// Times of the frames `[frames]`, seconds, float64; read-only.
    #[getter]
    fn times_s(&self, py: Python<'_>) -> PyResult<Py<PyArray1<f64>>> {
        Ok(self.native(py)?.times_s.clone_ref(py))
    }

    /// The motion as the networks have it `[frames, d_z + d_pose]`: latents, then axis-angle (rad) and translation (mm).
    fn motion<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let motion = self.animation.motion();
        array::out(py, motion.data.clone(), [motion.len(), motion.width])
    }

    /// Names of the weights, in their order.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.animation.model().blendshape_names().to_vec()
    }

    /// Frames a second of the motion.
    #[getter]
    fn fps(&self) -> f32 {
        self.animation.native_fps()
    }

    /// Length of the clip, seconds.
    #[getter]
    fn duration_s(&self) -> f64 {
        self.animation.duration_s()
    }

    /// The seed that it was made with: with it the take can be made again.
    #[getter]
    fn seed(&self) -> u64 {
        self.animation.seed()
    }

    /// The model.
    #[getter]
    fn model(&self) -> PyModel {
        PyModel::of(Arc::clone(self.animation.model()))
    }

    /// Whose face it is.
    #[getter]
    fn identity(&self, py: Python<'_>) -> PyResult<PyIdentity> {
        Ok(PyIdentity::new(detached(py, || Ok(self.animation.identity()?))?))
    }

    /// Number of frames at a rate.
    #[pyo3(signature = (fps = None))]
    fn frame_count(&self, fps: Option<&Bound<'_, PyAny>>) -> PyResult<usize> {
        let fps = array::rate(fps, self.animation.native_fps())?;
        Ok(self.animation.frame_count(fps).map_err(Failure::from)?)
    }

    fn __len__(&self) -> usize {
        self.animation.motion().len()
    }

    /// Weights and head poses of frames `first` to `first + count` (None: to the end) at a rate.
    #[pyo3(signature = (fps = None, first = 0, count = None))]
    fn read(
        &self,
        py: Python<'_>,
        fps: Option<&Bound<'_, PyAny>>,
        first: usize,
        count: Option<usize>,
    ) -> PyResult<PyFrames> {
        let range = self.range(fps, first, count)?;
        let (weights, heads) = self.with_reader(py, |reader| faces(reader, range))?;
        let (width, (rotations, translations)) = (self.weight_count(), array::split(&heads));
        Ok(PyFrames {
            weights: array::out(py, weights, [range.count, width])?.unbind(),
            rotations: array::out(py, rotations, [range.count, 4])?.unbind(),
            translations_mm: array::out(py, translations, [range.count, 3])?.unbind(),
            times_s: PyArray1::from_vec(py, range.times_s()).unbind(),
        })
    }

    /// Offsets from the identity's neutral `[count, V, 3]`, mm.
    #[pyo3(signature = (fps = None, first = 0, count = None))]
    fn offsets_mm<'py>(
        &self,
        py: Python<'py>,
        fps: Option<&Bound<'py, PyAny>>,
        first: usize,
        count: Option<usize>,
    ) -> PyResult<Bound<'py, PyArray3<f32>>> {
        let range = self.range(fps, first, count)?;
        self.points(py, range, Reader::offset_count, |reader, to| reader.offsets_mm_into(range.fps, range.first, to))
    }

    /// Vertices of the decoded face `[count, V, 3]`, mm: the identity's neutral plus the offsets.
    #[pyo3(signature = (fps = None, first = 0, count = None))]
    fn vertices_mm<'py>(
        &self,
        py: Python<'py>,
        fps: Option<&Bound<'py, PyAny>>,
        first: usize,
        count: Option<usize>,
    ) -> PyResult<Bound<'py, PyArray3<f32>>> {
        let range = self.range(fps, first, count)?;
        self.points(py, range, Reader::offset_count, |reader, to| {
            let identity = reader.animation().identity()?;
            reader.offsets_mm_into(range.fps, range.first, to)?;
            let neutral = identity.vertices_mm();
            to.chunks_exact_mut(neutral.len())
                .for_each(|frame| frame.iter_mut().zip(neutral).for_each(|(offset, at)| *offset += at));
            Ok(())
        })
    }

    /// Unit normals of the vertices `[count, V, 3]`.
    #[pyo3(signature = (fps = None, first = 0, count = None))]
    fn normals<'py>(
        &self,
        py: Python<'py>,
        fps: Option<&Bound<'py, PyAny>>,
        first: usize,
        count: Option<usize>,
    ) -> PyResult<Bound<'py, PyArray3<f32>>> {
        let range = self.range(fps, first, count)?;
        self.points(py, range, Reader::offset_count, |reader, to| reader.normals_into(range.fps, range.first, to))
    }

    /// Offsets of a bound mesh `[count, n, 3]`, mm.
    #[pyo3(signature = (binding, fps = None, first = 0, count = None))]
    fn bound_offsets_mm<'py>(
        &self,
        py: Python<'py>,
        binding: &PyBinding,
        fps: Option<&Bound<'py, PyAny>>,
        first: usize,
        count: Option<usize>,
    ) -> PyResult<Bound<'py, PyArray3<f32>>> {
        let range = self.range(fps, first, count)?;
        let width = |_: &Reader| Ok(binding.0.vertices() * 3);
        self.points(py, range, width, |reader, to| reader.bound_offsets_mm_into(&binding.0, range.fps, range.first, to))
    }

    /// Weights 0..1 of your own blendshapes `[count, shapes]` that come nearest to the decoded face. Smoothing looks at the
    /// frames of one call: read a clip in one call.
    #[pyo3(signature = (solver, fps = None, first = 0, count = None))]
    fn solved_weights<'py>(
        &self,
        py: Python<'py>,
        solver: &PySolver,
        fps: Option<&Bound<'py, PyAny>>,
        first: usize,
        count: Option<usize>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let range = self.range(fps, first, count)?;
        let solver = &solver.0;
        let width = solver.names().len();
        let weights = self.with_reader(py, |reader| {
            let mut weights = try_zeros(range.count, width)?;
            reader.solved_weights_into(solver, range.fps, range.first, &mut weights)?;
            Ok(weights)
        })?;
        array::out(py, weights, [range.count, width])
    }

    /// The face at any time, cut to the clip. With `offsets` its mesh is decoded, too.
    #[pyo3(signature = (time_s, *, offsets = false))]
    fn sample(&self, py: Python<'_>, time_s: f64, offsets: bool) -> PyResult<PyFace> {
        let (weights, head, offsets) = self.with_reader(py, |reader| {
            let mut weights = try_zeros(1, reader.weight_count())?;
            let mut mesh = offsets.then(|| try_zeros(1, reader.offset_count()?)).transpose()?;
            let head = reader.sample_into(time_s, Some(&mut weights), mesh.as_deref_mut())?;
            Ok((weights, head, mesh))
        })?;
        PyFace::new(py, weights, &head, offsets, true)
    }

    /// The same motion on another face: an Identity or what `Model.identity` takes. Only meshes differ.
    fn on(&self, py: Python<'_>, identity: &Bound<'_, PyAny>) -> PyResult<Self> {
        let identity = PyIdentity::resolve(identity, self.animation.model())?;
        Ok(Self::new(detached(py, || Ok(self.animation.on(&identity)?))?))
    }

    /// A livelier or calmer animation of the same clip; this one stays.
    ///
    /// In this order: `expression_gain`, `head_gain` (0..4); `smoothing_s`, `head_smoothing_s`; `channels`
    /// `{name: (gain, offset, minimum, maximum)}`; `blink_limit` (0 turns own blinks off), `blinks_per_minute`; `gaze_gain`,
    /// `gaze_limit_rad`, `saccades_per_minute`, `saccade_rad`, `targets` (a list of GazeTarget), `eye_range_rad` (in, out, up,
    /// down). `seed` decides about added blinks and saccades.
    #[pyo3(signature = (**options))]
    fn adjust(&self, py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let adjustments = adjustments(options)?;
        let adjusted = detached(py, || Ok(self.animation.adjust(&adjustments)?));
        tell(py, self.animation.model().runtime())?;
        Ok(Self::new(adjusted?))
    }

    /// A session that makes the range from `start_s` to `end_s` (seconds) again, with the options of `animate`; styles and
    /// keyframes have the times of the whole clip. It takes no sound: call `finish()`. Frames outside the range keep their bits.
    #[pyo3(signature = (start_s, end_s, **options))]
    fn revision(
        &self,
        py: Python<'_>,
        start_s: f64,
        end_s: f64,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<PySession> {
        let (keywords, model) = (Keywords::new(options)?, self.model());
        // A revision takes no sound; its form is of no effect.
        let options = session_options(model.model(), 16_000, 1, &keywords)?;
        keywords.finish("revise")?;
        let session = detached(py, || Ok(Session::revise(&self.animation, start_s, end_s, options)?))?;
        Ok(PySession::new(model, session))
    }

    /// The same, worked out: the animation of `revision()`.
    #[pyo3(signature = (start_s, end_s, *, progress = None, **options))]
    fn revise(
        &self,
        py: Python<'_>,
        start_s: f64,
        end_s: f64,
        progress: Option<&Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let session = self.revision(py, start_s, end_s, options)?;
        session.begin(py)?;
        session.complete(py, progress)
    }

    /// Joins animations, or parts of them (animation, start_s, end_s), of one model; each goes over into the next within
    /// `blend_s` seconds. Join the sound in the same way.
    #[staticmethod]
    #[pyo3(signature = (parts, blend_s = 0.2))]
    fn compose(py: Python<'_>, parts: &Bound<'_, PyAny>, blend_s: f64) -> PyResult<Self> {
        let part = |given: PyResult<Bound<'_, PyAny>>| -> PyResult<Part> {
            let given = given?;
            if let Ok(whole) = given.cast::<Self>() {
                return Ok(Part::whole(Arc::clone(&whole.get().animation)));
            }
            let (animation, start_s, end_s): (Bound<'_, PyAny>, f64, f64) = given.cast::<PyTuple>()?.extract()?;
            let animation = Arc::clone(&animation.cast::<Self>()?.get().animation);
            Ok(Part { animation, start_s, end_s })
        };
        let parts = parts.try_iter()?.map(part).collect::<PyResult<Vec<_>>>()?;
        Ok(Self::new(detached(py, move || Ok(Animation::compose(&parts, blend_s)?))?))
    }

    fn __repr__(&self) -> String {
        let (frames, fps) = (self.animation.motion().len(), self.animation.native_fps());
        format!("Animation({frames} frames at {fps}, {:.2} s, seed {})", self.duration_s(), self.seed())
    }
}

impl PyAnimation {
    pub(crate) fn new(animation: Arc<Animation>) -> Self {
        Self { animation, reader: Mutex::new(None), native: OnceLock::new() }
    }

    fn weight_count(&self) -> usize {
        self.animation.model().blendshape_names().len()
    }

    /// Reads with the one reader, without Python's lock.
    fn with_reader<T: Send>(
        &self,
        py: Python<'_>,
        read: impl FnOnce(&mut Reader) -> media2face::Result<T> + Send,
    ) -> PyResult<T> {
        let read = || {
            // A read that panicked leaves a reader that nobody trusts.
            let mut place = self.reader.lock().unwrap_or_else(|poison| {
                self.reader.clear_poison();
                let mut place = PoisonError::into_inner(poison);
                *place = None;
                place
            });
            let reader = match &mut *place {
                Some(reader) => reader,
                none => none.insert(self.animation.reader()?),
            };
            Ok(read(reader)?)
        };
        Ok(detached(py, read)?)
    }

    fn native(&self, py: Python<'_>) -> PyResult<&Native> {
        if let Some(native) = self.native.get() {
            return Ok(native);
        }
        let range = self.range(None, 0, None)?;
        let (weights, heads) = self.with_reader(py, |reader| faces(reader, range))?;
        let (width, (rotations, translations)) = (self.weight_count(), array::split(&heads));
        let native = Native {
            weights: array::shared(py, weights, [range.count, width])?,
            rotations: array::shared(py, rotations, [range.count, 4])?,
            translations_mm: array::shared(py, translations, [range.count, 3])?,
            times_s: array::shared(py, range.times_s(), [range.count])?,
        };
        // Where another thread was faster, its own counts.
        let _ = self.native.set(native);
        self.native.get().ok_or_else(|| Failure::state("nothing was read").into())
    }

    /// The frames of a call. Refuses those that do not exist.
    fn range(&self, fps: Option<&Bound<'_, PyAny>>, first: usize, count: Option<usize>) -> PyResult<Range> {
        let fps = array::rate(fps, self.animation.native_fps())?;
        let frames = self.animation.frame_count(fps).map_err(Failure::from)?;
        let count = count.unwrap_or_else(|| frames.saturating_sub(first));
        match first.checked_add(count) {
            Some(end) if end <= frames => Ok(Range { fps, first, count }),
            _ => {
                let detail = format!("{count} frames from {first} on, of {frames}");
                Err(Failure::argument(detail).into())
            }
        }
    }

    /// Points of a mesh, three numbers each.
    fn points<'py>(
        &self,
        py: Python<'py>,
        range: Range,
        width: impl FnOnce(&Reader) -> media2face::Result<usize> + Send,
        read: impl FnOnce(&mut Reader, &mut [f32]) -> media2face::Result<()> + Send,
    ) -> PyResult<Bound<'py, PyArray3<f32>>> {
        let (points, width) = self.with_reader(py, |reader| {
            let width = width(reader)?;
            let mut points = try_zeros(range.count, width)?;
            read(reader, &mut points)?;
            Ok((points, width))
        })?;
        array::out(py, points, [range.count, width / 3, 3])
    }
}

impl Range {
    fn times_s(self) -> Vec<f64> {
        (self.first..self.first + self.count).map(|frame| self.fps.time_s(frame)).collect()
    }
}

/// Weights and head poses.
fn faces(reader: &mut Reader, Range { fps, first, count }: Range) -> media2face::Result<(Vec<f32>, Vec<HeadPose>)> {
    let mut weights = try_zeros(count, reader.weight_count())?;
    reader.weights_into(fps, first, &mut weights)?;
    Ok((weights, reader.heads(fps, first, count)?))
}
