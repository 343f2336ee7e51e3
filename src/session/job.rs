//! The work on one clip, or on several in one sampling: styles → speech → motion. Faces are decoded on read.

use std::sync::Arc;

use crate::error::Result;
use crate::motion::{SampleJob, SampleOptions};
use crate::signal::Frames;

use super::clip::{Conditioned, Heard, Pending};
use super::progress::Stage;
use super::work::Course;
use crate::conditioning::conditions::{Conditioning, Unencoded};
use crate::host::model::Model;
use crate::result::animation::Animation;

/// Shares of the whole work, measured on the starter: style, speech; the rest is motion.
const STYLE_SHARE: f32 = 0.02;
const SPEECH_SHARE: f32 = 0.1;

/// Where a job is before any work.
pub(crate) fn first_stage(clips: &[Pending]) -> Stage {
    let waits = clips.iter().any(|clip| clip.conditioning().unencoded().is_some());
    if waits { Stage::Style } else { Stage::Speech }
}

/// Animates clips of one model, by units of bounded work; `options` are theirs but for what a clip says itself. Clips of one
/// sampling share its batches of windows; the motion of each is what it would be alone. A unit ends where a stage does, and
/// where the host may change what the next one is made with.
///
/// # Errors
/// Those of the stages and the backend.
pub(crate) async fn animate(
    model: Arc<Model>,
    options: SampleOptions,
    clips: Vec<Pending>,
    course: Arc<Course>,
) -> Result<Vec<Animation>> {
    let (course, count) = (&*course, clips.len());
    for clip in &clips {
        encode(&model, clip.conditioning(), course).await?;
    }
    let speech = |clips: f32| STYLE_SHARE + SPEECH_SHARE * clips / count as f32;
    course.begin(Stage::Speech, speech(0.0)).await;
    let mut heard: Vec<Heard> = Vec::with_capacity(count);
    for (at, clip) in clips.into_iter().enumerate() {
        let mut show = |part: f32| course.show(Stage::Speech, speech(at as f32 + part));
        heard.push(clip.hear(&course.unit, &mut show).await?);
    }
    course.begin(Stage::Motion, speech(count as f32)).await;
    let mut conditioned: Vec<Conditioned> = Vec::with_capacity(count);
    for clip in heard {
        conditioned.push(condition(&model, clip, course).await?);
    }
    course.unit.end().await;
    let motion = |part: f32| STYLE_SHARE + SPEECH_SHARE + (1.0 - STYLE_SHARE - SPEECH_SHARE) * part;

    // Frames that no style has a weight at are constrained to the motion that the clip has without any.
    let unstyled: Vec<usize> = (0..count).filter(|&clip| conditioned[clip].needs_unstyled()).collect();
    let before = if unstyled.is_empty() { 0.0 } else { 0.5 };
    if !unstyled.is_empty() {
        let show = |part: f32| course.show(Stage::Motion, motion(before * part));
        let motions = sample(&model, &options, &mut conditioned, &unstyled, false, course, &show).await?;
        unstyled.iter().zip(&motions).try_for_each(|(&clip, motion)| conditioned[clip].constrain(motion))?;
    }
    let all: Vec<usize> = (0..count).collect();
    let show = |part: f32| course.show(Stage::Motion, motion(before + (1.0 - before) * part));
    let motions = sample(&model, &options, &mut conditioned, &all, true, course, &show).await?;

    let mut animations = Vec::with_capacity(count);
    for (clip, motion) in conditioned.into_iter().zip(motions) {
        animations.push(clip.finish(motion, &course.unit).await?);
    }
    Ok(animations)
}

/// Encodes the styles and keyframes of a clip that are not yet.
async fn encode(model: &Arc<Model>, conditioning: &Conditioning, course: &Course) -> Result<()> {
    while let Some(unencoded) = conditioning.unencoded() {
        match unencoded {
            Unencoded::Style(style) => {
                let code = model.style_code_in(&style, &course.unit).await?;
                conditioning.set_code(&style, &code);
            }
            Unencoded::Keyframe(number, keyframe) => {
                conditioning.set_values(number, &keyframe, keyframe.encode(model, &course.unit).await?);
            }
        }
        course.unit.end().await;
    }
    Ok(())
}

/// Takes a clip's conditioning as it is now, with what came while the speech was encoded.
async fn condition(model: &Arc<Model>, clip: Heard, course: &Course) -> Result<Conditioned> {
    loop {
        encode(model, clip.conditioning(), course).await?;
        // The host may have added one in between.
        if let Some(conditions) = clip.take_conditions()? {
            return clip.condition(conditions, &course.unit).await;
        }
    }
}

/// One sampling of the clips with these numbers.
async fn sample(
    model: &Model,
    options: &SampleOptions,
    clips: &mut [Conditioned],
    numbers: &[usize],
    styled: bool,
    course: &Course,
    show: &(dyn Fn(f32) + Sync),
) -> Result<Vec<Frames>> {
    let (backend, unit) = (&**model.runtime().backend(), &course.unit);
    let mut sampled = Vec::with_capacity(numbers.len());
    for &clip in numbers {
        sampled.push(clips[clip].sampled(backend, options, styled, unit).await?);
    }
    unit.pause().await;
    let mut job = SampleJob::new(Arc::clone(model.sampler()?), sampled, options)?;
    job.prepare(backend, Some(&model.programs().motion), unit).await?;
    unit.end().await;
    while !job.advance(backend)? {
        show(job.fraction());
        unit.pause().await;
    }
    job.finish_in(unit).await
}
