//! Keyframes: faces and head poses that a clip is held at, at a time or over a range, fully or softly.

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::limits;
use crate::output::{check_weights, named_expression};
use crate::picture::{FaceBox, PictureFile};
use crate::signal::pose::POSE_WIDTH;
use crate::signal::{Frames, HeadPose};
use crate::unit::Unit;

use super::style::past_the_end;
use crate::host::log::LogLevel;
use crate::host::model::Model;
use crate::result::extractor::Extracted;

/// A face, a head pose or both, that the motion is held at from `start_s` to `end_s` (paper: keyframes by diffusion
/// inpainting in time).
///
/// Its mask m is `hold` in the range and falls to 0 over `ramp_s` on either side of it: at every step of the
/// sampling x0 ← x0·(1 − m) + known·m. It falls such that the motion lets go evenly over the ramp: every step pulls x0 again,
/// which follows, so that a mask that fell linearly would hold for most of the ramp and let go at its end. Where m is 1 the motion is the keyframe's, exactly, before gains and layers. A
/// hard keyframe hides soft ones; soft ones that overlap weigh by their masks.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyframe {
    /// The face.
    pub expression: Option<Arc<Expression>>,
    /// The head pose.
    pub head: Option<Arc<Head>>,
    /// Where it begins, seconds; the nearest frame counts.
    pub start_s: f64,
    /// Where it ends, seconds, that frame included; the same as `start_s` for one frame. Past the clip's end it is cut.
    pub end_s: f64,
    /// m in the range, 0..1: 1 is met exactly, less is drawn to.
    pub hold: f32,
    /// How long m takes to 0 outside of the range, seconds.
    pub ramp_s: f64,
}

/// A face, without the head pose.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// z, d_z values.
    Latent(Vec<f32>),
    /// Blendshape weights in the order of the pack's names; through M.
    Weights(Vec<f32>),
    /// One of [`expression_names`](crate::output::expression_names); through M.
    Named(String),
    /// A deformed mesh on the topology, V × 3 mm, without the head pose; through E_geo.
    Mesh(Vec<f32>),
    /// A picture of a face; through E_exp.
    Picture(FacePicture),
}

/// A head pose.
#[derive(Debug, Clone, PartialEq)]
pub enum Head {
    /// Rotation and translation.
    Pose(HeadPose),
    /// A picture of a face, whose rotation E_pose reads; no translation.
    Picture(FacePicture),
}

/// A picture and where the face is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct FacePicture {
    /// Bytes of a PNG or JPEG file.
    pub file: Vec<u8>,
    /// The face's box; `None` finds it, or takes the whole picture if the model has no face finder, with a warning.
    pub face: Option<FaceBox>,
}

/// A mask m on the estimate of every step moves a motion by 1 − (1 − m)^k of the way: k is 2.6 to 3.1 at 4 steps, 3.2 to 3.8 at
/// 8, 3.6 to 4.3 at 20, 3.8 to 4.6 at 40 (the starter's head, 25° away, in the lower half of a ramp).
const PULLS: f64 = 3.0;

/// What a keyframe holds, as columns of the motion.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct KeyframeValues {
    /// z, d_z values.
    pub(crate) expression: Option<Vec<f32>>,
    /// Axis-angle (rad), translation (mm).
    pub(crate) head: Option<[f32; POSE_WIDTH]>,
}

impl Keyframe {
    /// Default of [`ramp_s`](Self::ramp_s).
    pub const RAMP_S: f64 = 0.2;

    /// A hard keyframe of one frame, which holds nothing yet.
    pub fn at(time_s: f64) -> Self {
        Self { expression: None, head: None, start_s: time_s, end_s: time_s, hold: 1.0, ramp_s: Self::RAMP_S }
    }

    /// Frames of the range, the last included, of a clip of any length.
    pub(crate) fn range(&self, fps: f32) -> (usize, usize) {
        let frame = |time_s: f64| (time_s * f64::from(fps)).round() as usize;
        (frame(self.start_s), frame(self.end_s))
    }

    /// Frames of a clip of `frames` that m may be above 0 at.
    pub(crate) fn span(&self, frames: usize, fps: f32) -> Range<usize> {
        let (first, last) = self.range(fps);
        let ramp = (self.ramp_s * f64::from(fps)).ceil() as usize;
        first.saturating_sub(ramp).min(frames)..(last + ramp + 1).min(frames)
    }

    /// m at a frame.
    pub(crate) fn mask(&self, frame: usize, fps: f32) -> f32 {
        let (first, last) = self.range(fps);
        let outside = first.saturating_sub(frame).max(frame.saturating_sub(last));
        let ramp = self.ramp_s * f64::from(fps);
        match outside {
            0 => self.hold,
            _ if ramp <= 0.0 => 0.0,
            frames => {
                let gone = (frames as f64 / ramp).min(1.0);
                (f64::from(self.hold) * (1.0 - libm::pow(gone, 1.0 / PULLS))) as f32
            }
        }
    }

    /// Whether both claim a frame with m = 1 for the same part of the motion, and differ there. `fps` is the motion's rate.
    pub fn contradicts(&self, other: &Self, fps: f32) -> bool {
        let ((first, last), (other_first, other_last)) = (self.range(fps), other.range(fps));
        let differ = self.expression.is_some() && other.expression.is_some() && self.expression != other.expression
            || self.head.is_some() && other.head.is_some() && self.head != other.head;
        self.hold == 1.0 && other.hold == 1.0 && differ && first <= other_last && other_first <= last
    }

    /// What is cut of it in a clip of this length, in words.
    pub(crate) fn cut(&self, duration_s: f64) -> Option<String> {
        past_the_end(self.start_s, self.end_s, duration_s)
    }

    /// Checks all that needs no network against the model: times, numbers, widths, parts of the pack, headers of pictures
    /// and boxes in them. Damage behind a header is found by the job.
    pub(crate) fn check(&self, model: &Model) -> Result<()> {
        let fault = |text: String| Err(Error::InvalidArgument(format!("keyframe: {text}")));
        let &Self { start_s, end_s, hold, ramp_s, .. } = self;
        if !(start_s.is_finite() && start_s >= 0.0 && end_s.is_finite() && end_s >= start_s) {
            return fault(format!("from {start_s} s to {end_s} s; it starts at 0 or later and does not end before"));
        }
        if end_s > f64::from(limits::MAX_CLIP_S) {
            return fault(format!("it ends at {end_s} s, no clip is longer than {} s", limits::MAX_CLIP_S));
        }
        if !(0.0..=1.0).contains(&hold) {
            return fault(format!("a hold of {hold}, expected 0 to 1"));
        }
        if !(0.0..=limits::MAX_RAMP_S).contains(&ramp_s) {
            return fault(format!("a ramp of {ramp_s} s, expected 0 to {}", limits::MAX_RAMP_S));
        }
        match (&self.expression, &self.head) {
            (None, None) => fault("it holds neither an expression nor a head pose".to_owned()),
            (expression, head) => {
                expression.iter().try_for_each(|expression| expression.check(model))?;
                head.iter().try_for_each(|head| head.check(model))
            }
        }
    }

    /// Runs the networks that its sources take, in bounded parts. A picture's file is read in one of them.
    pub(crate) async fn encode(&self, model: &Arc<Model>, unit: &Unit) -> Result<KeyframeValues> {
        let mut values = KeyframeValues::default();
        if let Some(expression) = &self.expression {
            values.expression = Some(expression.latent(model, unit).await?);
        }
        if let Some(head) = &self.head {
            values.head = Some(head.columns(model, unit).await?);
        }
        Ok(values)
    }
}

impl Expression {
    fn check(&self, model: &Model) -> Result<()> {
        let numbers = |what: &str, values: &[f32], expected: usize| {
            if values.len() == expected && values.iter().all(|v| v.is_finite()) {
                return Ok(());
            }
            let count = values.len();
            Err(Error::InvalidArgument(format!("keyframe: {what} of {count} values, expected {expected} finite ones")))
        };
        match self {
            Self::Latent(z) => numbers("a latent", z, model.sampler()?.denoiser().config().d_z),
            Self::Weights(weights) => {
                model.face_encoder()?.require_weights()?;
                numbers("weights", weights, model.blendshape_names().len())?;
                check_weights(model.blendshape_names(), weights)
                    .map_err(|error| Error::InvalidArgument(format!("keyframe: {error}")))
            }
            Self::Named(name) => {
                model.face_encoder()?.require_weights()?;
                named_expression(name, model.blendshape_names()).map(drop)
            }
            Self::Mesh(vertices_mm) => model.face_encoder()?.check_mesh(vertices_mm),
            Self::Picture(picture) => picture.check(model),
        }
    }

    async fn latent(&self, model: &Arc<Model>, unit: &Unit) -> Result<Vec<f32>> {
        let programs = &model.programs().faces;
        let weights = match self {
            Self::Latent(z) => return Ok(z.clone()),
            Self::Mesh(vertices_mm) => return model.face_encoder()?.from_mesh_in(programs, vertices_mm, unit).await,
            Self::Picture(picture) => return Ok(picture.read(model, unit).await?.latents.data),
            Self::Weights(weights) => weights.clone(),
            Self::Named(name) => named_expression(name, model.blendshape_names())?,
        };
        model.face_encoder()?.prepare_weights(programs, 1, unit).await?;
        let row = Frames::new(weights.len(), weights);
        Ok(model.face_encoder()?.from_weights(programs, &row)?.data)
    }
}

impl Head {
    fn check(&self, model: &Model) -> Result<()> {
        if model.sampler()?.denoiser().config().d_pose == 0 {
            return Err(Error::MissingPart("keyframe: this pack has no head motion".to_owned()));
        }
        match self {
            Self::Picture(picture) => picture.check(model),
            Self::Pose(HeadPose { rotation, translation_mm }) => {
                let length: f32 = rotation.iter().map(|c| c * c).sum();
                let fits = rotation.iter().chain(translation_mm).all(|v| v.is_finite()) && length > 1e-6;
                if fits && translation_mm.iter().all(|t| t.abs() <= limits::MAX_HEAD_MM) {
                    return Ok(());
                }
                let most = limits::MAX_HEAD_MM;
                let detail = format!("keyframe: a head pose takes a quaternion that is not 0 and at most {most} mm");
                Err(Error::InvalidArgument(detail))
            }
        }
    }

    async fn columns(&self, model: &Arc<Model>, unit: &Unit) -> Result<[f32; POSE_WIDTH]> {
        match self {
            Self::Pose(pose) => Ok(pose.to_columns()),
            Self::Picture(picture) => {
                let rotation = picture.read(model, unit).await?.rotations.data;
                Ok([rotation[0], rotation[1], rotation[2], 0.0, 0.0, 0.0])
            }
        }
    }
}

impl FacePicture {
    fn check(&self, model: &Model) -> Result<()> {
        model.vision_encoder()?;
        let file = self.open(model)?;
        self.face.map_or(Ok(()), |face| file.check_face(&face))
    }

    /// Reads what is before the pixels; these are the job's.
    fn open(&self, model: &Model) -> Result<PictureFile<'_>> {
        PictureFile::open(&self.file, model.runtime().max_picture_pixels())
    }

    async fn read(&self, model: &Arc<Model>, unit: &Unit) -> Result<Extracted> {
        let mut extractor = model.extractor()?;
        let file = self.open(model)?;
        if file.is_animated() {
            let message = "the keyframe's picture is animated; its first frame was read".to_owned();
            model.runtime().log.add(LogLevel::Warning, message);
        }
        let crop = model.crop_face_in(&file, self.face, extractor.side(), unit).await?;
        unit.pause().await;
        extractor.extract_in(&[crop], unit).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(expression: f32, start_s: f64, end_s: f64) -> Keyframe {
        let expression = Some(Arc::new(Expression::Latent(vec![expression])));
        Keyframe { expression, end_s, ..Keyframe::at(start_s) }
    }

    #[test]
    fn mask_is_the_hold_in_the_range_and_falls_to_zero_outside() {
        let keyframe = Keyframe { hold: 0.5, ramp_s: 0.1, ..held(0.0, 1.0, 1.1) };
        let masks: Vec<f32> = (26..38).map(|frame| keyframe.mask(frame, 30.0)).collect();
        // A third of the ramp away half of 1 − ∛⅓, two thirds away half of 1 − ∛⅔.
        let expected = [0.0, 0.0, 0.063_21, 0.153_32, 0.5, 0.5, 0.5, 0.5, 0.153_32, 0.063_21, 0.0, 0.0];
        assert!(masks.iter().zip(expected).all(|(m, e)| (m - e).abs() < 1e-5), "{masks:?}");
        assert_eq!((masks[0], masks[11]), (0.0, 0.0), "exactly");
        assert_eq!((keyframe.span(90, 30.0), keyframe.span(30, 30.0)), (27..37, 27..30));
    }

    #[test]
    fn keyframe_at_a_time_is_the_nearest_frame() {
        let keyframe = Keyframe { ramp_s: 0.0, ..held(0.0, 0.349, 0.349) };
        let masks: Vec<f32> = (8..13).map(|frame| keyframe.mask(frame, 30.0)).collect();
        assert_eq!(masks, [0.0, 0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn only_hard_keyframes_of_other_values_contradict() {
        let (a, b) = (held(1.0, 0.0, 1.0), held(2.0, 0.9, 2.0));
        assert!(a.contradicts(&b, 30.0) && b.contradicts(&a, 30.0));
        assert!(!a.contradicts(&held(1.0, 0.5, 2.0), 30.0), "the same value");
        assert!(!a.contradicts(&Keyframe { hold: 0.9, ..b.clone() }, 30.0), "a soft one");
        assert!(!a.contradicts(&held(2.0, 1.1, 2.0), 30.0), "other frames");
        let head = Some(Arc::new(Head::Pose(HeadPose::default())));
        assert!(!a.contradicts(&Keyframe { expression: None, head, ..b }, 30.0), "another part of the motion");
    }
}
