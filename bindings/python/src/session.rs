//! One clip while it is made.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use media2face::{Guidance, Progress, SEED_AUTO, Session};
use pyo3::prelude::*;

use super::animation::PyAnimation;
use super::array::{OwnSamples, samples};
use super::failure::{Failure, detached};
use super::keyframe::PyKeyframe;
use super::model::PyModel;
use super::runtime::{duration, tell};
use super::style::{Strength, track};

/// How long a wait lasts before signals are looked at.
const POLL: Duration = Duration::from_millis(50);

/// An object that its host may close: what it held is let go of then, or when the last call ends that uses it.
pub(crate) struct Handle<T>(Mutex<Option<Arc<T>>>, &'static str);

impl<T: Send + Sync> Handle<T> {
    pub(crate) fn new(value: T, name: &'static str) -> Self {
        Self(Mutex::new(Some(Arc::new(value))), name)
    }

    /// What it holds.
    pub(crate) fn get(&self) -> Result<Arc<T>, Failure> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().map(Arc::clone).ok_or_else(|| Failure::state(format!("the {} is closed", self.1)))
    }

    /// Lets go of it.
    pub(crate) fn close(&self) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Works with it, without Python's lock.
    pub(crate) fn detached<R: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&T) -> media2face::Result<R> + Send,
    ) -> PyResult<R> {
        let held = self.get()?;
        Ok(detached(py, move || Ok(work(&held)?))?)
    }
}

/// Where a job is.
#[pyclass(name = "Progress", module = "media2face", frozen, get_all)]
pub(crate) struct PyProgress {
    /// "input", "style", "speech", "motion" or "done".
    stage: &'static str,
    /// Share of the whole work that is done, 0..1.
    fraction: f32,
}

impl From<Progress> for PyProgress {
    fn from(progress: Progress) -> Self {
        Self { stage: progress.stage.name(), fraction: progress.fraction }
    }
}

#[pymethods]
impl PyProgress {
    fn __repr__(&self) -> String {
        format!("Progress({:?}, {})", self.stage, self.fraction)
    }
}

/// One clip: takes sound, works, gives an Animation. `Model.session` makes it.
///
/// Push and finish from one thread at a time; all else from any. Styles, keyframes and guidance may change until the motion
/// begins. In a `with` block it is closed at the end.
#[pyclass(name = "Session", module = "media2face", frozen)]
pub(crate) struct PySession {
    model: PyModel,
    session: Handle<Session>,
    channels: u32,
}

#[pymethods]
impl PySession {
    /// Hands over sound: `[frames]` or `[frames, channels]`, int16, or floats from -1 to 1.
    ///
    /// InvalidAudioError for samples that are not finite and for a clip that is too long; nothing of the call is taken then.
    fn push(&self, py: Python<'_>, samples: &Bound<'_, PyAny>) -> PyResult<()> {
        let samples = own_samples(samples, self.channels)?;
        self.session.detached(py, |session| match &samples {
            OwnSamples::F32(samples) => session.push_f32(samples),
            OwnSamples::I16(samples) => session.push_i16(samples),
        })
    }

    /// Ends the input; the work begins.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        self.session.detached(py, Session::finish)
    }

    /// Waits until the work is done, at most `timeout_s` seconds; True when it is. On a runtime without threads it does the
    /// work. Ctrl-C ends it with KeyboardInterrupt; the job goes on then.
    #[pyo3(signature = (timeout_s = None))]
    fn wait(&self, py: Python<'_>, timeout_s: Option<f64>) -> PyResult<bool> {
        self.wait_with(py, timeout_s, |_| Ok(()))
    }

    /// Works for about `budget_s` seconds, at least one unit; True when the job is done. On a runtime with threads it waits that
    /// long.
    #[pyo3(signature = (budget_s = 0.005))]
    fn step(&self, py: Python<'_>, budget_s: f64) -> PyResult<bool> {
        let budget = duration(budget_s, "budget_s")?;
        let done = self.session.detached(py, |session| session.step(budget));
        tell(py, self.model.runtime())?;
        done
    }

    /// Where the job is.
    #[getter]
    fn progress(&self) -> PyResult<PyProgress> {
        Ok(self.session.get()?.progress().into())
    }

    /// Asks the job to stop; waits then raise CancelledError.
    fn cancel(&self, py: Python<'_>) -> PyResult<()> {
        self.session.detached(py, |session| {
            session.cancel();
            Ok(())
        })
    }

    /// The animation: waits for it, as `wait()`, after `finish()`.
    fn result(&self, py: Python<'_>) -> PyResult<PyAnimation> {
        self.wait(py, None)?;
        self.pull(py)?.ok_or_else(|| Failure::state("the job is not done").into())
    }

    /// The animation of a job that is done; None while it works.
    fn pull(&self, py: Python<'_>) -> PyResult<Option<PyAnimation>> {
        let animation = self.session.detached(py, Session::pull);
        tell(py, self.model.runtime())?;
        Ok(animation?.map(PyAnimation::new))
    }

    /// Adds a style; its number. Whatever `Style()` takes, or a Style with a range.
    fn add_style(&self, py: Python<'_>, style: &Bound<'_, PyAny>) -> PyResult<usize> {
        let track = track(style)?;
        self.session.detached(py, |session| session.add_style(track))
    }

    /// Puts another style in the place of one.
    fn set_style(&self, py: Python<'_>, number: usize, style: &Bound<'_, PyAny>) -> PyResult<()> {
        let track = track(style)?;
        self.session.detached(py, |session| session.set_style(number, track))
    }

    /// Changes the strength of a style; 0 leaves it out.
    fn set_style_strength(&self, py: Python<'_>, number: usize, strength: f32) -> PyResult<()> {
        self.session.detached(py, |session| session.set_style_strength(number, strength))
    }

    /// Adds a keyframe; its number.
    fn add_keyframe(&self, py: Python<'_>, keyframe: &PyKeyframe) -> PyResult<usize> {
        let keyframe = keyframe.on(self.model.model())?;
        self.session.detached(py, |session| session.add_keyframe(keyframe))
    }

    /// Puts another keyframe in the place of one.
    fn set_keyframe(&self, py: Python<'_>, number: usize, keyframe: &PyKeyframe) -> PyResult<()> {
        let keyframe = keyframe.on(self.model.model())?;
        self.session.detached(py, |session| session.set_keyframe(number, keyframe))
    }

    /// Lets the strength of the audio or of the style follow a curve of pairs (seconds, value), in the order of time; None is
    /// the constant of the options.
    #[pyo3(signature = (which, curve))]
    fn set_guidance(&self, py: Python<'_>, which: &str, curve: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let guidance = match which {
            "audio" => Guidance::Audio,
            "style" => Guidance::Style,
            other => {
                let detail = format!("guidance {other:?}, expected \"audio\" or \"style\"");
                return Err(Failure::argument(detail).into());
            }
        };
        let curve = match curve.map(|curve| Strength::of(curve, "a curve")).transpose()? {
            None => None,
            Some(Strength::Curve(curve)) => Some(curve),
            Some(Strength::Constant(value)) => Some(media2face::Curve::new(vec![(0.0, value)]).map_err(Failure::from)?),
        };
        self.session.detached(py, |session| session.set_guidance_curve(guidance, curve))
    }

    /// Whether frames where no style applies keep the unstyled motion to the bit.
    fn isolate_styles(&self, py: Python<'_>, isolate: bool) -> PyResult<()> {
        self.session.detached(py, |session| session.isolate_styles(isolate))
    }

    /// Cancels the work and lets go of all that the session holds. Twice is fine; other calls then raise InvalidStateError.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let Some(session) = self.session.close() else { return Ok(()) };
        Ok(detached(py, move || {
            session.cancel();
            drop(session); // which waits for the unit under way
            Ok(())
        })?)
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, pyo3::types::PyTuple>) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self) -> String {
        match self.session.get() {
            Ok(session) => format!("Session({})", PyProgress::from(session.progress()).__repr__()),
            Err(_) => "Session(closed)".to_owned(),
        }
    }
}

impl PySession {
    pub(crate) fn new(model: PyModel, session: Session) -> Self {
        let channels = session.channel_count();
        Self { model, session: Handle::new(session, "session"), channels }
    }

    /// Ends the input.
    pub(crate) fn begin(&self, py: Python<'_>) -> PyResult<()> {
        self.finish(py)
    }

    /// Waits in short parts; between them Python sees signals, and `each` what it likes.
    fn wait_with(
        &self,
        py: Python<'_>,
        timeout_s: Option<f64>,
        each: impl Fn(PyProgress) -> PyResult<()>,
    ) -> PyResult<bool> {
        let timeout = timeout_s.map(|timeout_s| duration(timeout_s, "timeout_s")).transpose()?;
        let begun = Instant::now();
        loop {
            let left = timeout.map(|timeout| timeout.saturating_sub(begun.elapsed()));
            let part = left.map_or(POLL, |left| left.min(POLL));
            let done = self.session.detached(py, |session| session.wait(Some(part)));
            tell(py, self.model.runtime())?;
            if done? {
                return Ok(true);
            }
            py.check_signals()?;
            each(self.session.get()?.progress().into())?;
            if timeout.is_some_and(|timeout| begun.elapsed() >= timeout) {
                return Ok(false);
            }
        }
    }

    /// The whole way from a finished input to the animation. What ends it ends the job: an interruption, an error of `progress`.
    pub(crate) fn complete(&self, py: Python<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<PyAnimation> {
        let each = |told: PyProgress| progress.map_or(Ok(()), |progress| progress.call1((told,)).map(drop));
        let waited = self.wait_with(py, None, each);
        let animation = waited.and_then(|_| self.result(py));
        self.close(py)?;
        animation
    }
}

impl Drop for PySession {
    fn drop(&mut self) {
        if let Some(session) = self.session.close() {
            Python::attach(|py| py.detach(move || drop(session)));
        }
    }
}

/// Sound of so many channels, copied.
fn own_samples(given: &Bound<'_, PyAny>, channels: u32) -> PyResult<OwnSamples> {
    let (samples, own) = samples(given)?;
    check_channels(own, channels)?;
    samples.own()
}

pub(crate) fn check_channels(own: u32, channels: u32) -> Result<(), Failure> {
    match own == channels {
        true => Ok(()),
        false => Err(Failure::argument(format!("samples of {own} channels, expected {channels}"))),
    }
}

/// Ends the input of several sessions of one model; they work as one job, whose windows share batches.
///
/// Each gives the same animation as alone, to the bit on the CPU. They end together: what fails or cancels one does so to all.
#[pyfunction]
pub(crate) fn finish_together(py: Python<'_>, sessions: Vec<Py<PySession>>) -> PyResult<()> {
    let held: Vec<Arc<Session>> =
        sessions.iter().map(|session| session.get().session.get()).collect::<Result<_, Failure>>()?;
    Ok(detached(py, move || {
        let sessions: Vec<&Session> = held.iter().map(|session| &**session).collect();
        Ok(Session::finish_together(&sessions)?)
    })?)
}

const _: () = assert!(SEED_AUTO == u64::MAX, "no seed of Python's is taken for it by chance");
