//! An opened pack, and what it makes.

use std::ffi::OsString;
use std::sync::{Arc, OnceLock};

use media2face::pack::Pack;
use media2face::{Model, Runtime, Session, Topology};
use numpy::{PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::animation::PyAnimation;
use super::array::{self, OwnSamples};
use super::binding::{PyBinding, PySolver};
use super::defaults::{default_model, default_runtime};
use super::failure::{Failure, detached};
use super::identity::{PyIdentity, kept};
use super::options::{Keywords, session_options};
use super::runtime::{PyRuntime, tell};
use super::session::PySession;
use super::stream::PyStream;
use super::style::{PyPreparedStyle, PyPromptReading, source};

/// The starter pack. Its pages are read when they are used and shared with other processes, as those of a mapped file.
static STARTER: &[u8] = include_bytes!("../../../models/starter.m2f");

/// What finds faces in pictures that come without a box.
static FACE_FINDER: &[u8] = include_bytes!("../../../models/face-finder.m2f");

/// The networks of a pack. Sessions, streams and identities are made from it and keep it alive.
///
/// `pack` is a path, the bytes of a pack, or None for the starter that comes with the package. A file is mapped and must not
/// change while the model lives. Without a `runtime` it works on the process's own. Any thread may use it.
#[pyclass(name = "Model", module = "media2face", frozen)]
pub(crate) struct PyModel {
    model: Arc<Model>,
    triangles: Arc<OnceLock<Py<PyArray2<u32>>>>,
    uv: Arc<OnceLock<Py<PyArray2<f32>>>>,
}

#[pymethods]
impl PyModel {
    #[new]
    #[pyo3(signature = (pack = None, *, runtime = None))]
    fn new(py: Python<'_>, pack: Option<&Bound<'_, PyAny>>, runtime: Option<&PyRuntime>) -> PyResult<Self> {
        let source = PackSource::of(pack)?;
        let runtime = runtime.map_or_else(|| default_runtime(py), |own| Ok(Arc::clone(&own.0)))?;
        let model = detached(py, || Ok(source.load(&runtime)?))?;
        tell(py, &runtime)?;
        Ok(Self::of(model))
    }

    /// The runtime that it works on.
    #[getter(runtime)]
    fn own_runtime(&self) -> PyRuntime {
        PyRuntime(Arc::clone(self.model.runtime()))
    }

    /// Name of the pack.
    #[getter]
    fn name(&self) -> &str {
        &self.model.manifest().name
    }

    /// Version of the pack.
    #[getter]
    fn version(&self) -> &str {
        &self.model.manifest().version
    }

    /// Licence of the pack, an SPDX expression.
    #[getter]
    fn licence(&self) -> &str {
        &self.model.manifest().licence
    }

    /// Frames a second of its motion.
    #[getter]
    fn fps(&self) -> f32 {
        self.model.manifest().fps
    }

    /// Names of the weights, in their order.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.model.blendshape_names().to_vec()
    }

    /// Names of its identities.
    #[getter]
    fn identity_names(&self) -> Vec<String> {
        self.model.identity_names().to_vec()
    }

    /// Names of its presets, for `Style.preset`.
    #[getter]
    fn preset_names(&self) -> Vec<String> {
        self.model.preset_names().to_vec()
    }

    /// Vertices of its mesh. MissingPartError for a pack without one, as all that is about the mesh.
    #[getter]
    fn vertex_count(&self) -> PyResult<usize> {
        Ok(self.topology()?.vertices)
    }

    /// Triangles of its mesh `[T, 3]`, counter-clockwise from outside, uint32; read-only.
    #[getter]
    fn triangles(&self, py: Python<'_>) -> PyResult<Py<PyArray2<u32>>> {
        let topology = self.topology()?;
        let count = topology.triangles.len();
        kept(py, &self.triangles, || array::shared(py, topology.triangles.as_flattened().to_vec(), [count, 3]))
    }

    /// Chart coordinates of its vertices `[V, 2]`, v downwards, (-1, -1) off the chart; read-only.
    #[getter]
    fn uv(&self, py: Python<'_>) -> PyResult<Py<PyArray2<f32>>> {
        let topology = self.topology()?;
        let count = topology.uv.len();
        kept(py, &self.uv, || array::shared(py, topology.uv.as_flattened().to_vec(), [count, 2]))
    }

    /// Where its vertices lie on the textures of their parts `[V, 2]`, v downwards; MissingPartError for a pack without textures.
    fn texcoord<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let texcoord = self.topology()?.texcoord.as_ref();
        let texcoord = texcoord.ok_or_else(|| media2face::Error::MissingPart("the pack has no textures".to_owned()));
        let texcoord = texcoord.map_err(Failure::from)?;
        array::out(py, texcoord.as_flattened().to_vec(), [texcoord.len(), 2])
    }

    /// A texture by its name (`Identity.worn`): a JPEG or PNG file.
    fn texture<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyBytes>> {
        let file = self.model.texture(name).map_err(Failure::from)?;
        Ok(PyBytes::new(py, file.as_ref()))
    }

    /// Parts of its mesh by name: (first vertex, one past the last, first triangle, one past the last).
    #[getter]
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let parts = PyDict::new(py);
        for part in &self.topology()?.parts {
            let ([first, end], [first_triangle, end_triangle]) = (part.vertices, part.triangles);
            parts.set_item(&part.name, (first, end, first_triangle, end_triangle))?;
        }
        Ok(parts)
    }

    /// The point that the head turns about, mm.
    #[getter]
    fn head_pivot_mm(&self) -> PyResult<[f32; 3]> {
        Ok(self.topology()?.head_pivot)
    }

    /// How far a look weight of 1 turns an eye, rad: (in, out, up, down).
    #[getter]
    fn eye_range_rad(&self, py: Python<'_>) -> PyResult<(f32, f32, f32, f32)> {
        let range = detached(py, || Ok(self.model.eye_range()))?;
        Ok((range.in_rad, range.out_rad, range.up_rad, range.down_rad))
    }

    /// An identity: by its name, a mix of names `{"amara": 3, "bruno": 1}`, or a neutral mesh `[V, 3]` mm on the model's topology;
    /// None is the pack's first.
    #[pyo3(signature = (what = None))]
    fn identity(&self, py: Python<'_>, what: Option<&Bound<'_, PyAny>>) -> PyResult<PyIdentity> {
        let identity = match what {
            Some(what) => PyIdentity::resolve(what, &self.model)?,
            None => detached(py, || Ok(self.model.default_identity()?))?,
        };
        Ok(PyIdentity::new(identity))
    }

    /// What a style says to the model, before any work.
    fn read_prompt(&self, py: Python<'_>, style: &Bound<'_, PyAny>) -> PyResult<PyPromptReading> {
        let style = source(style)?;
        let reading = detached(py, || Ok(self.model.read_prompt(&style)?))?;
        PyPromptReading::new(py, &reading, &style)
    }

    /// The code of a style `[d_p]`, which `Style()` takes again.
    fn style_code<'py>(&self, py: Python<'py>, style: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArray1<f32>>> {
        let style = source(style)?;
        let code = detached(py, || Ok(self.model.style_code(&style)?));
        tell(py, self.model.runtime())?;
        let code = code?;
        let width = code.len();
        array::out(py, code, [width])
    }

    /// Encodes a style for streams, so that `Stream.set_style` costs nothing.
    fn prepare_style(&self, py: Python<'_>, style: &Bound<'_, PyAny>) -> PyResult<PyPreparedStyle> {
        let style = source(style)?;
        let prepared = detached(py, || Ok(self.model.prepare_style(&style)?));
        tell(py, self.model.runtime())?;
        Ok(PyPreparedStyle(prepared?))
    }

    /// A first run, so that no clip waits for what is prepared once: `duration_s` seconds of sound in one step.
    #[pyo3(signature = (duration_s = 10.0))]
    fn warm_up(&self, py: Python<'_>, duration_s: f32) -> PyResult<()> {
        Ok(detached(py, || Ok(self.model.warm_up(duration_s)?))?)
    }

    /// A session for sound of `rate` Hz. The options are those of `animate`.
    #[pyo3(signature = (rate, channels = 1, **options))]
    fn session(
        &self,
        py: Python<'_>,
        rate: u32,
        channels: u32,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<PySession> {
        let keywords = Keywords::new(options)?;
        let options = session_options(&self.model, rate, channels, &keywords)?;
        keywords.finish("session")?;
        let session = detached(py, || Ok(Session::new(&self.model, options)?))?;
        Ok(PySession::new(self.clone(), session))
    }

    /// Animates a clip: as `media2face.animate`, with this model.
    #[pyo3(signature = (samples, rate, *, progress = None, **options))]
    pub(crate) fn animate(
        &self,
        py: Python<'_>,
        samples: &Bound<'_, PyAny>,
        rate: u32,
        progress: Option<&Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<PyAnimation> {
        let keywords = Keywords::new(options)?;
        let (sound, channels) = array::samples(samples)?;
        let options = session_options(&self.model, rate, channels, &keywords)?;
        keywords.finish("animate")?;
        let sound = sound.own()?;
        let session = detached(py, || {
            let session = Session::new(&self.model, options)?;
            match &sound {
                OwnSamples::F32(sound) => session.push_f32(sound)?,
                OwnSamples::I16(sound) => session.push_i16(sound)?,
            }
            session.finish()?;
            Ok(session)
        });
        tell(py, self.model.runtime())?;
        PySession::new(self.clone(), session?).complete(py, progress)
    }

    /// A live stream for sound of `rate` Hz. See Stream for the options.
    #[pyo3(signature = (rate, channels = 1, **options))]
    fn stream(
        &self,
        py: Python<'_>,
        rate: u32,
        channels: u32,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<PyStream> {
        PyStream::new(py, self.clone(), rate, channels, options)
    }

    /// Binds another mesh: `uv` `[n, 2]` are its vertices' coordinates in the model's chart, v downwards, (-1, -1) off it.
    /// `vertices_mm` `[n, 3]`, the mesh at rest, finds wrong units, axes and flipped coordinates.
    #[pyo3(signature = (uv, vertices_mm = None))]
    fn binding(
        &self,
        py: Python<'_>,
        uv: &Bound<'_, PyAny>,
        vertices_mm: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyBinding> {
        let uv = array::rows(uv, 2, "uv")?;
        let vertices = vertices_mm.map(|vertices| array::rows(vertices, 3, "vertices_mm")).transpose()?;
        let bound = detached(py, || Ok(self.model.bind(uv.as_chunks::<2>().0, vertices.as_deref())?))?;
        Ok(PyBinding(bound))
    }

    /// Prepares your own blendshapes: `names`, and `offsets_mm` `[names, n, 3]` from the neutral at weight 1, on the model's mesh
    /// or on a bound one.
    #[pyo3(signature = (names, offsets_mm, *, binding = None, smoothing_s = 0.02, sparsity = 0.005))]
    fn solver(
        &self,
        py: Python<'_>,
        names: Vec<String>,
        offsets_mm: &Bound<'_, PyAny>,
        binding: Option<&PyBinding>,
        smoothing_s: f32,
        sparsity: f32,
    ) -> PyResult<PySolver> {
        let (offsets, _) = array::floats(offsets_mm, "offsets_mm")?;
        let (binding, options) = (binding.map(|binding| &binding.0), (smoothing_s, sparsity));
        PySolver::new(py, &self.model, binding, names, &offsets, options)
    }

    fn __repr__(&self) -> String {
        let manifest = self.model.manifest();
        format!("Model({:?} {}, {})", manifest.name, manifest.version, self.model.runtime().backend_name())
    }
}

impl PyModel {
    pub(crate) fn of(model: Arc<Model>) -> Self {
        Self { model, triangles: Arc::default(), uv: Arc::default() }
    }

    pub(crate) fn model(&self) -> &Arc<Model> {
        &self.model
    }

    pub(crate) fn runtime(&self) -> &Arc<Runtime> {
        self.model.runtime()
    }

    fn topology(&self) -> Result<&Topology, Failure> {
        let missing = || media2face::Error::MissingPart("this model has no mesh (topology)".to_owned());
        Ok(self.model.topology().ok_or_else(missing)?)
    }
}

impl Clone for PyModel {
    fn clone(&self) -> Self {
        let (triangles, uv) = (Arc::clone(&self.triangles), Arc::clone(&self.uv));
        Self { model: Arc::clone(&self.model), triangles, uv }
    }
}

/// Where a pack comes from.
pub(crate) enum PackSource {
    Starter,
    File(OsString),
    Bytes(Vec<u8>),
}

impl PackSource {
    fn of(given: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let Some(given) = given else { return Ok(Self::Starter) };
        match given.cast::<PyBytes>() {
            Ok(bytes) => Ok(Self::Bytes(bytes.as_bytes().to_vec())),
            Err(_) => Ok(Self::File(given.extract::<std::path::PathBuf>()?.into_os_string())),
        }
    }

    /// The model, with the face finder of the package unless its pack has its own.
    pub(crate) fn load(self, runtime: &Arc<Runtime>) -> media2face::Result<Arc<Model>> {
        let pack = self.open()?;
        match pack.manifest().finder {
            Some(_) => Model::new(runtime, pack),
            None => Model::with_face_finder(runtime, pack, &Pack::from_shared(Arc::new(FACE_FINDER))?),
        }
    }

    fn open(self) -> media2face::Result<Pack> {
        match self {
            Self::Starter => Pack::from_shared(Arc::new(STARTER)),
            Self::File(path) => Pack::open(path),
            Self::Bytes(bytes) => Pack::from_bytes(bytes),
        }
    }
}

/// Animates a clip of speech.
///
/// `samples` is `[frames]` or `[frames, channels]`, int16, or floats from -1 to 1, at `rate` Hz. The result is an Animation.
/// Python's lock is released while it works; Ctrl-C ends it with KeyboardInterrupt, and the job with it. `progress` is called
/// with a Progress now and then, on the calling thread; what it raises ends the job.
///
/// `style`: a text (words or one emoji), a picture (path or bytes), a style code, a Style with a range, a list of them, or a mix
/// `{"happy": .7, "surprised": .3}`. `seed`: the same seed gives the same bytes; without one it follows from the sound.
/// `keyframes`: a list of Keyframe. `identity`: an Identity or what `Model.identity` takes. `guidance_audio`, `guidance_style`:
/// strengths, or curves of pairs (seconds, value). `steps`, `eta`, `noise_scale`, `tail_s`, `default_style`, `isolate_styles`,
/// `repaint_loops`, `pack_adjustments`, `editable`: see docs/python.md.
#[pyfunction]
#[pyo3(signature = (samples, rate, *, model = None, progress = None, **options))]
pub(crate) fn animate(
    py: Python<'_>,
    samples: &Bound<'_, PyAny>,
    rate: u32,
    model: Option<&PyModel>,
    progress: Option<&Bound<'_, PyAny>>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<PyAnimation> {
    match model {
        Some(model) => model.animate(py, samples, rate, progress, options),
        None => default_model(py)?.animate(py, samples, rate, progress, options),
    }
}
