//! A face that speaks live.

use std::sync::Arc;
use std::time::{Duration, Instant};

use media2face::signal::try_zeros;
use media2face::{FADE_S, Latency, SEED_AUTO, Stream, StreamOptions, StreamState, StyleHandle, Underrun};
use numpy::PyArrayMethods;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyTuple};

use super::animation::PyAnimation;
use super::array::{self, Samples};
use super::face::PyFace;
use super::failure::{Failure, detached};
use super::identity::PyIdentity;
use super::model::PyModel;
use super::options::Keywords;
use super::runtime::{duration, tell};
use super::session::{Handle, check_channels};
use super::style::{PyPreparedStyle, source};

/// How long a wait sleeps before it looks again.
const POLL: Duration = Duration::from_millis(2);

/// A face that speaks live: sound is written while it is spoken, and the face of any sample is asked for. `Model.stream` makes it.
///
/// Options: `latency` "careful" or "fast", `hop` and `look_ahead` (frames), `style` (whatever `Style()` takes, or a PreparedStyle),
/// `style_strength`, `seed`, `identity`, `steps`, `noise_scale`, `guidance_audio`, `guidance_style`, `default_style`,
/// `pack_adjustments`, `underrun` "idle" or "hold", `ring_ms`, `keep_ms`. docs/live.md has the rest.
///
/// One thread writes, one commands, any sample. Writing takes no lock of the library's and does not wait, but any call of Python's
/// waits for Python's lock: where sound must never be late, write it from a thread of another language.
#[pyclass(name = "Stream", module = "media2face", frozen)]
pub(crate) struct PyStream {
    model: PyModel,
    stream: Handle<Stream>,
}

#[pymethods]
impl PyStream {
    /// Takes as many frames of sound as there is room for: `[frames]` or `[frames, channels]`, int16, or floats from -1 to 1.
    /// Gives (number of the first on the stream's clock, frames taken). What is not finite becomes silence.
    fn write(&self, samples: &Bound<'_, PyAny>) -> PyResult<(u64, usize)> {
        let (sound, channels) = array::samples(samples)?;
        let stream = self.stream.get()?;
        check_channels(channels, stream.channel_count())?;
        let written = match &sound {
            Samples::F32(sound) => stream.write_f32(sound.try_readonly()?.as_slice()?),
            Samples::I16(sound) => stream.write_i16(sound.try_readonly()?.as_slice()?),
        };
        let written = written.map_err(Failure::from)?;
        Ok((written.first_sample, written.taken))
    }

    /// The face of a sample. It never waits: past the last face that is ready it is that one, with `ready` False. With `offsets`
    /// its mesh is decoded, too. InvalidArgumentError for a sample that is not kept any more.
    #[pyo3(signature = (sample, *, offsets = false))]
    fn sample(&self, py: Python<'_>, sample: u64, offsets: bool) -> PyResult<PyFace> {
        let (weights, sampled, mesh) = self.stream.detached(py, |stream| {
            let mut weights = try_zeros(1, stream.weight_count())?;
            let mut mesh = offsets.then(|| try_zeros(1, stream.offset_count())).transpose()?;
            let sampled = stream.sample(sample, Some(&mut weights), mesh.as_deref_mut())?;
            Ok((weights, sampled, mesh))
        })?;
        PyFace::new(py, weights, &sampled.head, mesh, sampled.ready)
    }

    /// Waits until the face of a sample is ready, at most `timeout_s` seconds; True when it is. Without its sound and what it
    /// looks ahead it never is, unless `flush()` ends the utterance. On a runtime without threads it does the work. Ctrl-C ends it.
    #[pyo3(signature = (sample, timeout_s = None))]
    fn wait(&self, py: Python<'_>, sample: u64, timeout_s: Option<f64>) -> PyResult<bool> {
        let timeout = timeout_s.map(|timeout_s| duration(timeout_s, "timeout_s")).transpose()?;
        let begun = Instant::now();
        loop {
            if self.stream.get()?.state().ready_sample > sample {
                return Ok(true);
            }
            if timeout.is_some_and(|timeout| begun.elapsed() >= timeout) {
                return Ok(false);
            }
            detached(py, || {
                match self.model.runtime().threads() {
                    0 if self.model.runtime().step(POLL) => {}
                    _ => std::thread::sleep(POLL),
                }
                Ok(())
            })?;
            self.stream.detached(py, Stream::check)?;
            tell(py, self.model.runtime())?;
            py.check_signals()?;
        }
    }

    /// Where it is.
    #[getter]
    fn state(&self) -> PyResult<PyStreamState> {
        Ok(self.stream.get()?.state().into())
    }

    /// What was written so far is animated without waiting for more sound; the stream goes on.
    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        self.stream.detached(py, Stream::flush)
    }

    /// Barge-in: sound and motion from a sample on are dropped, and the mouth comes to rest within `fade_s` seconds.
    #[pyo3(signature = (sample, fade_s = FADE_S))]
    fn interrupt(&self, py: Python<'_>, sample: u64, fade_s: f32) -> PyResult<()> {
        self.stream.detached(py, |stream| stream.interrupt(sample, fade_s))
    }

    /// As new, from sample 0 on. `keep_voice` keeps the loudness that the encoder has got used to; without a seed it is the one so far.
    #[pyo3(signature = (seed = None, keep_voice = false))]
    fn reset(&self, py: Python<'_>, seed: Option<u64>, keep_voice: bool) -> PyResult<()> {
        self.stream.detached(py, |stream| stream.reset(seed.unwrap_or(SEED_AUTO), keep_voice))
    }

    /// Another style from the next window on, or none. A PreparedStyle costs nothing; others are encoded first.
    #[pyo3(signature = (style, strength = 1.0))]
    fn set_style(&self, py: Python<'_>, style: Option<&Bound<'_, PyAny>>, strength: f32) -> PyResult<()> {
        let style = style.map(|style| prepared(py, &self.model, style)).transpose()?;
        self.stream.detached(py, |stream| stream.set_style(style.as_ref(), strength))
    }

    /// Other strengths of the guidance from the next window on; None is that of the options.
    #[pyo3(signature = (audio = None, style = None))]
    fn set_guidance(&self, py: Python<'_>, audio: Option<f32>, style: Option<f32>) -> PyResult<()> {
        self.stream.detached(py, |stream| stream.set_guidance(audio, style))
    }

    /// Whether the face listens to somebody: it nods now and then, raises its brows, and looks at who speaks.
    fn set_listening(&self, py: Python<'_>, listens: bool) -> PyResult<()> {
        self.stream.detached(py, |stream| stream.set_listening(listens))
    }

    /// Ends the stream; what it keeps of its motion is an Animation. Faces can be sampled further.
    fn take_result(&self, py: Python<'_>) -> PyResult<PyAnimation> {
        Ok(PyAnimation::new(self.stream.detached(py, Stream::take_result)?))
    }

    /// Lets go of all that the stream holds. Twice is fine; other calls then raise InvalidStateError.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let Some(stream) = self.stream.close() else { return Ok(()) };
        Ok(detached(py, move || {
            drop(stream);
            Ok(())
        })?)
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self) -> String {
        match self.stream.get() {
            Ok(stream) => {
                let state = stream.state();
                format!("Stream(ready to {}, written to {})", state.ready_sample, state.next_sample)
            }
            Err(_) => "Stream(closed)".to_owned(),
        }
    }
}

impl Drop for PyStream {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.close() {
            Python::attach(|py| py.detach(move || drop(stream)));
        }
    }
}

impl PyStream {
    pub(crate) fn new(
        py: Python<'_>,
        model: PyModel,
        rate: u32,
        channels: u32,
        keywords: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let given = Keywords::new(keywords)?;
        let defaults = StreamOptions::new(rate, channels);
        let word = |name: &str, choices: [&str; 2]| -> PyResult<Option<usize>> {
            let Some(word) = given.value::<String>(name)? else { return Ok(None) };
            let [first, second] = choices;
            let unknown = || Failure::argument(format!("{name} is {word:?}, expected {first:?} or {second:?}"));
            Ok(Some(choices.iter().position(|choice| *choice == word).ok_or_else(unknown)?))
        };
        let latency = word("latency", ["careful", "fast"])?;
        let underrun = word("underrun", ["idle", "hold"])?;
        let identity = given.take("identity")?.map(|identity| PyIdentity::resolve(&identity, model.model()));
        let options = StreamOptions {
            seed: given.value("seed")?.unwrap_or(defaults.seed),
            identity: identity.transpose()?,
            latency: [Latency::Careful, Latency::Fast][latency.unwrap_or(0)],
            hop: given.value("hop")?,
            look_ahead: given.value("look_ahead")?,
            steps: given.value("steps")?,
            noise_scale: given.value("noise_scale")?,
            guidance_audio: given.value("guidance_audio")?,
            guidance_style: given.value("guidance_style")?,
            style: given.take("style")?.map(|style| prepared(py, &model, &style)).transpose()?,
            style_strength: given.value("style_strength")?.unwrap_or(defaults.style_strength),
            default_style: given.value("default_style")?.unwrap_or(defaults.default_style),
            pack_adjustments: given.value("pack_adjustments")?.unwrap_or(defaults.pack_adjustments),
            underrun: [Underrun::Idle, Underrun::Hold][underrun.unwrap_or(0)],
            ring_ms: given.value("ring_ms")?.unwrap_or(defaults.ring_ms),
            keep_ms: given.value("keep_ms")?.unwrap_or(defaults.keep_ms),
            ..defaults
        };
        given.finish("stream")?;
        let stream = detached(py, || Ok(Stream::new(model.model(), options)?));
        tell(py, model.runtime())?;
        Ok(Self { model, stream: Handle::new(stream?, "stream") })
    }
}

fn prepared(py: Python<'_>, model: &PyModel, style: &Bound<'_, PyAny>) -> PyResult<Arc<StyleHandle>> {
    if let Ok(prepared) = style.cast::<PyPreparedStyle>() {
        return Ok(Arc::clone(&prepared.get().0));
    }
    let style = source(style)?;
    let prepared = detached(py, || Ok(model.model().prepare_style(&style)?));
    tell(py, model.runtime())?;
    Ok(prepared?)
}

/// Where a stream is. Samples are numbers on its clock: frames of sound at its rate.
#[pyclass(name = "StreamState", module = "media2face", frozen, get_all)]
pub(crate) struct PyStreamState {
    /// Grows with every interruption and reset that was obeyed.
    generation: u32,
    /// What the motion is drawn from.
    seed: u64,
    /// Number of the next frame of sound that is written.
    next_sample: u64,
    /// The first sample whose face is kept.
    first_sample: u64,
    /// The first sample whose face is not ready.
    ready_sample: u64,
    /// Frames of sound that found no room.
    dropped: u64,
    /// Frames that were not finite and became silence.
    silenced: u64,
    /// Frames of silence that went in where sound was missing.
    idled: u64,
    /// Times that sound was missing when a face was asked for.
    underruns: u64,
    /// Windows so far.
    windows: u64,
    /// Those that were done more than a hop after they could begin.
    late_windows: u64,
    /// Sound that must be written after a sample, at worst, until its face can be computed, ms.
    latency_ms: f32,
    /// How long the last window took, ms.
    window_ms: f32,
}

#[pymethods]
impl PyStreamState {
    fn __repr__(&self) -> String {
        let Self { generation, first_sample, ready_sample, next_sample, .. } = self;
        format!(
            "StreamState(generation={generation}, first_sample={first_sample}, ready_sample={ready_sample}, \
             next_sample={next_sample})"
        )
    }
}

impl From<StreamState> for PyStreamState {
    fn from(state: StreamState) -> Self {
        Self {
            generation: state.generation,
            seed: state.seed,
            next_sample: state.next_sample,
            first_sample: state.first_sample,
            ready_sample: state.ready_sample,
            dropped: state.dropped,
            silenced: state.silenced,
            idled: state.idled,
            underruns: state.underruns,
            windows: state.windows,
            late_windows: state.late_windows,
            latency_ms: state.latency_ms,
            window_ms: state.window_ms,
        }
    }
}
