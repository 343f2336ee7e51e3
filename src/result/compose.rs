//! Sequential composition: parts of finished animations one after another, each blended into the next.
//!
//! In: motions [frames, d_z + d_pose] of one model, and a range of each. Out: one motion, whose neighbouring parts overlap
//! by the blend: z goes over linearly, the head by slerp. That is the first take; a [revision](crate::Session::revise) of
//! the range of a blend is the second, in which the denoiser makes the transition itself.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::limits;
use crate::signal::{Frames, HeadPose};

use super::animation::{Animation, SAMPLE_RATE_HZ};
use crate::conditioning::style::check_range;
use crate::session::calm::Calm;

/// A range of an animation.
#[derive(Clone)]
pub struct Part {
    /// The animation.
    pub animation: Arc<Animation>,
    /// Where it begins, seconds.
    pub start_s: f64,
    /// Where it ends, seconds; infinity is the clip's end, and past that it is cut.
    pub end_s: f64,
}

impl Part {
    /// All of an animation.
    pub fn whole(animation: Arc<Animation>) -> Self {
        Self { animation, start_s: 0.0, end_s: f64::INFINITY }
    }

    /// First frame and number of frames.
    fn frames(&self, number: usize) -> Result<(usize, usize)> {
        let &Self { start_s, end_s, .. } = self;
        check_range(format_args!("part {number}"), start_s, end_s)?;
        let (count, fps) = (self.animation.motion().len(), f64::from(self.animation.native_fps()));
        let frame = |time_s: f64| (time_s * fps).round().min(count as f64) as usize;
        let (first, end) = (frame(start_s), frame(end_s));
        if first >= end {
            let duration_s = self.animation.duration_s();
            return Err(Error::InvalidArgument(format!(
                "part {number} from {start_s} s to {end_s} s has no frame of its clip of {duration_s:.2} s"
            )));
        }
        Ok((first, end - first))
    }
}

impl Animation {
    /// Parts one after another; each overlaps the next by `blend_s`, so that part k begins where those before it end, less
    /// k times the blend. The face is the first part's. The parts' audio is the caller's to join in the same way; where all
    /// parts kept their audio features, those are blended likewise and the result can be revised.
    ///
    /// # Errors
    /// `InvalidArgument` for no parts or too many, times that make no sense, parts of different models, or a part that is
    /// shorter than its blends; `OutOfMemory`.
    pub fn compose(parts: &[Part], blend_s: f64) -> Result<Arc<Self>> {
        let fault = |detail: String| Err(Error::InvalidArgument(detail));
        let Some(first) = parts.first().filter(|_| parts.len() <= limits::MAX_PARTS) else {
            return fault(format!("{} parts, expected 1 to {}", parts.len(), limits::MAX_PARTS));
        };
        let model = first.animation.model();
        if parts.iter().any(|part| !Arc::ptr_eq(part.animation.model(), model)) {
            return fault("the parts are of different models".to_owned());
        }
        if !(0.0..=limits::MAX_RAMP_S).contains(&blend_s) {
            return fault(format!("a blend of {blend_s} s, expected 0 to {}", limits::MAX_RAMP_S));
        }
        let ranges = parts.iter().enumerate().map(|(k, part)| part.frames(k)).collect::<Result<Vec<_>>>()?;
        let fps = f64::from(first.animation.native_fps());
        let blend = (blend_s * fps).round() as usize;
        for (k, (_, frames)) in ranges.iter().enumerate() {
            let blends = usize::from(k > 0) + usize::from(k + 1 < parts.len());
            if *frames < blends * blend {
                let (length_s, blend_s) = (*frames as f64 / fps, blend as f64 / fps);
                return fault(format!("part {k} has {length_s:.2} s, less than its {blends} blends of {blend_s:.2} s"));
            }
        }
        let d_z = model.sampler()?.denoiser().config().d_z;
        let motions: Vec<&Frames> = parts.iter().map(|part| part.animation.motion()).collect();
        let motion = join(&motions, &ranges, blend, |row, next, share| mix_motion(row, next, share, d_z))?;
        let features: Option<Vec<&Frames>> = parts.iter().map(|part| part.animation.features().map(|f| &**f)).collect();
        let features = features.map(|features| join(&features, &ranges, blend, mix_linear)).transpose()?.map(Arc::new);
        let calm = parts.iter().any(|part| part.animation.calm().is_some());
        let calm = calm.then(|| join_calm(parts, &ranges, blend)).transpose()?.map(Arc::new);
        let identity = first.animation.own_identity().cloned();
        let sample_count = (motion.len() as f64 / fps * SAMPLE_RATE_HZ).round() as usize;
        let seed = first.animation.seed();
        Ok(Arc::new(Self::new(model, identity, motion, features, calm, sample_count, seed)))
    }
}

/// Where the parts come to rest, for what is made again of them.
fn join_calm(parts: &[Part], ranges: &[(usize, usize)], blend: usize) -> Result<Calm> {
    let of = |part: &Part| match part.animation.calm() {
        Some(calm) => Ok(Arc::clone(calm)),
        None => Calm::none(part.animation.motion().len()).map(Arc::new),
    };
    let all = parts.iter().map(of).collect::<Result<Vec<_>>>()?;
    let shares: Vec<&Frames> = all.iter().map(|calm| calm.shares()).collect();
    Ok(Calm::of(join(&shares, ranges, blend, mix_linear)?))
}

/// Rows of all ranges, those of a blend mixed: the share of the next part grows from 1/(blend + 1) to blend/(blend + 1).
fn join(
    sources: &[&Frames],
    ranges: &[(usize, usize)],
    blend: usize,
    mix: impl Fn(&mut [f32], &[f32], f32),
) -> Result<Frames> {
    let frames = ranges.iter().map(|(_, frames)| frames).sum::<usize>() - (ranges.len() - 1) * blend;
    let mut joined = Frames::try_zeros(frames, sources[0].width)?;
    let mut at = 0;
    for (k, (source, &(first, frames))) in sources.iter().zip(ranges).enumerate() {
        at -= if k > 0 { blend } else { 0 };
        for i in 0..frames {
            let row = source.row(first + i);
            if k > 0 && i < blend {
                mix(joined.row_mut(at + i), row, (i + 1) as f32 / (blend + 1) as f32);
            } else {
                joined.row_mut(at + i).copy_from_slice(row);
            }
        }
        at += frames;
    }
    Ok(joined)
}

fn mix_linear(row: &mut [f32], next: &[f32], part: f32) {
    row.iter_mut().zip(next).for_each(|(a, b)| *a += (b - *a) * part);
}

fn mix_motion(row: &mut [f32], next: &[f32], part: f32, d_z: usize) {
    let (z, head) = row.split_at_mut(d_z);
    mix_linear(z, &next[..d_z], part);
    let pose = HeadPose::from_columns(head).interpolate(HeadPose::from_columns(&next[d_z..]), part);
    head.copy_from_slice(&pose.to_columns()[..head.len()]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blends_mix_the_end_of_one_part_with_the_start_of_the_next() {
        let parts = [(0.0, 3), (4.0, 4), (8.0, 2)].map(|(value, frames)| Frames::new(1, vec![value; frames]));
        let joined = join(&parts.each_ref(), &[(0, 3), (1, 3), (0, 2)], 1, mix_linear);
        assert_eq!(joined.unwrap().data, [0.0, 0.0, 2.0, 4.0, 6.0, 8.0]);
    }

    #[test]
    fn motion_of_a_still_head_is_mixed_too() {
        let mut row = [1.0, 2.0];
        mix_motion(&mut row, &[3.0, 4.0], 0.5, 2);
        assert_eq!(row, [2.0, 3.0]);
    }
}
