//! A range of a finished animation made again: the windows over it are sampled again with the rest of the motion known, so
//! that the cost follows the range and not the clip.

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::signal::Frames;

use super::calm::Calm;
use crate::conditioning::conditions::Conditions;
use crate::conditioning::constraint::Constraint;
use crate::conditioning::style::check_range;
use crate::host::model::Model;
use crate::result::animation::Animation;

/// Least known motion that the sampling sees on either side of the range, seconds.
const CONTEXT_S: f32 = 1.0;
/// How long the old motion fades at either end, inside the range, seconds; at most a quarter of the range.
const RAMP_S: f32 = 0.2;

/// What is made again of which animation.
pub(crate) struct Revision {
    base: Arc<Animation>,
    features: Arc<Frames>,
    /// The frames that may change.
    changed: Range<usize>,
    /// The frames that are sampled for it.
    sampled: Range<usize>,
}

impl Revision {
    /// Of the frames from `start_s` to `end_s`, that one included; past the end it is cut.
    pub(crate) fn new(model: &Arc<Model>, base: &Arc<Animation>, start_s: f64, end_s: f64) -> Result<Self> {
        check_range("a revision", start_s, end_s)?;
        let features = base.features().ok_or_else(|| {
            Error::InvalidState("the result did not keep its audio features: its session was not editable".to_owned())
        })?;
        let (frames, fps) = (base.motion().len(), f64::from(base.native_fps()));
        let frame = |time_s: f64| (time_s * fps).round().min(frames as f64) as usize;
        let changed = frame(start_s)..frame(end_s).saturating_add(1).min(frames);
        if changed.is_empty() {
            let duration_s = base.duration_s();
            return Err(Error::InvalidArgument(format!(
                "a revision from {start_s} s on of a clip of {duration_s:.2} s"
            )));
        }
        let window = model.sampler()?.denoiser().config().window;
        let context = (CONTEXT_S * base.native_fps()) as usize;
        let length = (changed.len() + 2 * context).max(window).min(frames);
        let middle = changed.start + changed.len() / 2;
        let start = middle.saturating_sub(length / 2).min(frames - length);
        let features = Arc::clone(features);
        Ok(Self { base: Arc::clone(base), features, changed, sampled: start..start + length })
    }

    /// The animation that is revised.
    pub(crate) fn base(&self) -> &Arc<Animation> {
        &self.base
    }

    /// Audio features of the whole clip.
    pub(crate) fn features(&self) -> &Arc<Frames> {
        &self.features
    }

    /// First frame that is sampled.
    pub(crate) fn first_frame(&self) -> usize {
        self.sampled.start
    }

    /// Where the frames that are sampled come to rest.
    pub(crate) fn calm(&self) -> Option<Calm> {
        self.base.calm().map(|calm| calm.cut(self.sampled.clone()))
    }

    /// Audio features of the frames that are sampled.
    pub(crate) fn sampled_features(&self) -> &[f32] {
        let width = self.features.width;
        &self.features.data[self.sampled.start * width..self.sampled.end * width]
    }

    /// The conditioning of the whole clip becomes that of the frames that are sampled. What was is known outside of the
    /// range and fades inside of it; nothing else is isolated.
    pub(crate) fn narrow(&self, conditions: Conditions) -> Result<Conditions> {
        let Conditions { mut styles, default_code, audio_curve, style_curve, constraint: keyframes, winks, .. } =
            conditions;
        let range = self.sampled.clone();
        let part = |values: Vec<f32>| values[range.clone()].to_vec();
        styles.iter_mut().for_each(|style| style.weights = style.weights.take().map(part));
        let motion = self.base.motion();
        let d_z = self.base.model().sampler()?.denoiser().config().d_z;
        let mut constraint = Constraint::free(range.len(), motion.width, d_z)?;
        let old = |constraint: &mut Constraint, hard: bool| {
            for (i, frame) in range.clone().enumerate() {
                let m = self.mask(frame);
                if hard == (m == 1.0) {
                    constraint.add_row(i, motion.row(frame), m);
                }
            }
        };
        // What may not change hides keyframes; where it fades, these come first.
        old(&mut constraint, true);
        keyframes.iter().for_each(|keyframes| constraint.add_all(&keyframes.cut(range.clone())));
        old(&mut constraint, false);
        let [audio_curve, style_curve, winks] = [audio_curve, style_curve, winks].map(|values| values.map(part));
        Ok(Conditions {
            styles,
            default_code,
            audio_curve,
            style_curve,
            unstyled: None,
            constraint: Some(constraint),
            winks,
        })
    }

    /// Weight of the old motion at a frame: 1 outside of the range, falling inside of it, where it does not begin or end with
    /// the clip.
    fn mask(&self, frame: usize) -> f32 {
        let Range { start, end } = self.changed;
        if !self.changed.contains(&frame) {
            return 1.0;
        }
        let ramp = (RAMP_S * self.base.native_fps()).min(0.25 * self.changed.len() as f32);
        let fall = |inside: usize| (1.0 - (inside + 1) as f32 / (ramp + 1.0)).max(0.0);
        let from_start = if start > 0 { fall(frame - start) } else { 0.0 };
        let from_end = if end < self.base.motion().len() { fall(end - 1 - frame) } else { 0.0 };
        from_start.max(from_end)
    }

    /// The whole motion, with the sampled frames in their place.
    pub(crate) fn place(&self, sampled: &Frames) -> Frames {
        let mut motion = self.base.motion().clone();
        self.changed.clone().for_each(|frame| {
            motion.row_mut(frame).copy_from_slice(sampled.row(frame - self.sampled.start));
        });
        motion
    }
}
