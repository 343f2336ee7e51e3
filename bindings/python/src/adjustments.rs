//! What `Animation.adjust` does.

use media2face::Adjustments;
use media2face::output::{Blinks, Channel, EyeRange, Gaze, GazeTarget};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::array;
use super::options::Keywords;

/// A direction to look at for a while, from straight ahead of the body: it stays where it is while the head moves.
///
/// `yaw_rad` is to the character's left, `pitch_rad` down. The head turns by `head_share` of the angle within `ramp_s` seconds,
/// and further where the eyes do not reach. Immutable.
#[pyclass(name = "GazeTarget", module = "media2face", frozen)]
pub(crate) struct PyGazeTarget(GazeTarget);

#[pymethods]
impl PyGazeTarget {
    #[new]
    #[pyo3(signature = (
        yaw_rad, pitch_rad, *, start_s = 0.0, end_s = f64::INFINITY, head_share = GazeTarget::HEAD_SHARE,
        ramp_s = GazeTarget::RAMP_S
    ))]
    fn new(yaw_rad: f32, pitch_rad: f32, start_s: f64, end_s: f64, head_share: f32, ramp_s: f64) -> Self {
        Self(GazeTarget { start_s, end_s, yaw_rad, pitch_rad, head_share, ramp_s })
    }

    fn __repr__(&self) -> String {
        let GazeTarget { start_s, end_s, yaw_rad, pitch_rad, head_share, ramp_s } = self.0;
        format!(
            "GazeTarget({yaw_rad}, {pitch_rad}, start_s={start_s}, end_s={end_s}, head_share={head_share}, \
             ramp_s={ramp_s})"
        )
    }
}

/// Adjustments of keywords.
pub(crate) fn adjustments(options: Option<&Bound<'_, PyDict>>) -> PyResult<Adjustments> {
    let given = Keywords::new(options)?;
    let defaults = Adjustments::default();
    let number = |name: &str, default: f32| Ok::<_, PyErr>(given.value(name)?.unwrap_or(default));
    let adjustments = Adjustments {
        seed: given.value("seed")?.unwrap_or(defaults.seed),
        expression_gain: number("expression_gain", defaults.expression_gain)?,
        head_gain: number("head_gain", defaults.head_gain)?,
        smoothing_s: number("smoothing_s", defaults.smoothing_s)?,
        head_smoothing_s: number("head_smoothing_s", defaults.head_smoothing_s)?,
        channels: given.take("channels")?.map(|given| channels(&given)).transpose()?.unwrap_or_default(),
        blinks: Blinks {
            limit: number("blink_limit", defaults.blinks.limit)?,
            added_per_minute: number("blinks_per_minute", defaults.blinks.added_per_minute)?,
        },
        gaze: Gaze {
            gain: number("gaze_gain", defaults.gaze.gain)?,
            limit_rad: number("gaze_limit_rad", defaults.gaze.limit_rad)?,
            saccades_per_minute: number("saccades_per_minute", defaults.gaze.saccades_per_minute)?,
            saccade_rad: number("saccade_rad", defaults.gaze.saccade_rad)?,
            targets: given.take("targets")?.map(|given| targets(&given)).transpose()?.unwrap_or_default(),
            range: given.take("eye_range_rad")?.map(|given| range(&given)).transpose()?,
        },
    };
    given.finish("adjust")?;
    Ok(adjustments)
}

fn channels(given: &Bound<'_, PyAny>) -> PyResult<Vec<(String, Channel)>> {
    let channel = |(name, channel): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
        let [gain, offset, min, max] = array::fixed(&channel, "a channel (gain, offset, minimum, maximum)")?;
        Ok((name.extract()?, Channel { gain, offset, min, max }))
    };
    given.cast::<PyDict>()?.iter().map(channel).collect()
}

fn targets(given: &Bound<'_, PyAny>) -> PyResult<Vec<GazeTarget>> {
    if let Ok(one) = given.cast::<PyGazeTarget>() {
        return Ok(vec![one.get().0]);
    }
    given.try_iter()?.map(|target| Ok(target?.cast::<PyGazeTarget>()?.get().0)).collect()
}

fn range(given: &Bound<'_, PyAny>) -> PyResult<EyeRange> {
    let [in_rad, out_rad, up_rad, down_rad] = array::fixed(given, "eye_range_rad")?;
    Ok(EyeRange { in_rad, out_rad, up_rad, down_rad })
}
