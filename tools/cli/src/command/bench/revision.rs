//! What it costs to make two seconds of a finished clip again, beside the job that made it.

use std::sync::Arc;

use anyhow::Result;
use media2face::{Animation, Session, SessionOptions};

use super::stopwatch::{StageTime, Stopwatch, WHOLE, gpu_ms};

/// Length of the range, seconds.
const RANGE_S: f64 = 2.0;

/// Two seconds in the middle, with another seed; none for a clip that is not longer.
pub fn revise(animation: &Arc<Animation>, options: &SessionOptions) -> Result<Vec<StageTime>> {
    let start_s = 0.5 * (animation.duration_s() - RANGE_S);
    if start_s <= 0.0 {
        return Ok(Vec::new());
    }
    let options = SessionOptions { seed: animation.seed().wrapping_add(1), ..options.clone() };
    let gpu = || gpu_ms(&animation.model().runtime().profile());
    let watch = Stopwatch::start("revision", &gpu);
    let session = Session::revise(animation, start_s, start_s + RANGE_S, options)?;
    session.finish()?;
    session.wait(None)?;
    Ok(watch.stop())
}

/// The revision's time over that of the job's stages, by the processor's clock where there is one.
pub fn share(revision: &[StageTime], stages: &[StageTime]) -> Option<f64> {
    let time = |time: &StageTime| time.cpu_ms.unwrap_or(time.wall_ms);
    let job: f64 = stages.iter().filter(|stage| !["face", "weights", WHOLE].contains(&stage.name)).map(time).sum();
    revision.first().map(|revision| time(revision) / job)
}
