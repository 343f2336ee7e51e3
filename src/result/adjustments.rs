//! From an animation to a livelier or calmer one: gains, smoothing, channels, blinks and gaze over the motion
//! [frames, d_z + d_pose], at the model's rate, before anything is decoded. Weights, meshes, bindings, solvers and exports so
//! show the same face.
//!
//! What changes weights goes through the latent: z′ = z + M(w′) − M(w), w = M′(z), so that the mesh follows; frames whose
//! weights do not change keep their z bit for bit. Costs three runs of a mapping net a frame and, with smoothing, its
//! width times the deviation in frames.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::face::FaceReader;
use crate::limits::{MAX_GAIN, MAX_SMOOTHING_S};
use crate::output::{Blinks, Channel, ChannelMap, EyeChannels, Gaze, find_channel, smooth};
use crate::signal::{Frames, HeadPose};

use super::animation::Animation;
use super::latents::LatentMover;
use crate::conditioning::style::past_the_end;
use crate::host::log::LogLevel;
use crate::host::model::Model;
use crate::session::options::SEED_AUTO;

/// What is done to a motion, in this order: gains, smoothing, channels and limits, added blinks and gaze.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjustments {
    /// Decides about added blinks and saccades; [`SEED_AUTO`] is the [animation's own](Animation::seed).
    pub seed: u64,
    /// Factor on the expression about that of the face at rest, 0..[`MAX_GAIN`].
    pub expression_gain: f32,
    /// Factor on the angle and the translation of the head, 0..[`MAX_GAIN`].
    pub head_gain: f32,
    /// Standard deviation of the Gaussian over the expression, seconds, without lag; 0 for none.
    pub smoothing_s: f32,
    /// The same over the head's pose.
    pub head_smoothing_s: f32,
    /// Gain, offset and limits of channels by their names; of one name the last counts.
    pub channels: Vec<(String, Channel)>,
    /// Blinks.
    pub blinks: Blinks,
    /// Gaze.
    pub gaze: Gaze,
}

impl Default for Adjustments {
    /// Changes nothing.
    fn default() -> Self {
        Self {
            seed: SEED_AUTO,
            expression_gain: 1.0,
            head_gain: 1.0,
            smoothing_s: 0.0,
            head_smoothing_s: 0.0,
            channels: Vec::new(),
            blinks: Blinks::default(),
            gaze: Gaze::default(),
        }
    }
}

impl Adjustments {
    /// An [`Adjustments::head_smoothing_s`] that takes the starter's trembling out of a head and leaves its nods: what `m2f
    /// animate` and `m2f scene` do (docs/model-notes/motion.md).
    pub const CALM_HEAD_S: f32 = 0.04;

    /// Checks the numbers, and that the model has what they need: ahead of work whose result is to be adjusted.
    ///
    /// # Errors
    /// `InvalidArgument` for a number out of its range, times that are negative or reversed; `MissingPart` for a blendshape
    /// or network that the pack lacks.
    pub fn check(&self, model: &Model) -> Result<()> {
        self.layers(model).map(drop)
    }

    fn layers(&self, model: &Model) -> Result<Layers> {
        let within = |what: &str, value: f32, most: f32| {
            if (0.0..=most).contains(&value) {
                return Ok(());
            }
            Err(Error::InvalidArgument(format!("{what} of {value}, expected 0 to {most}")))
        };
        within("a gain of the expression", self.expression_gain, MAX_GAIN)?;
        within("a gain of the head", self.head_gain, MAX_GAIN)?;
        within("smoothing in seconds", self.smoothing_s, MAX_SMOOTHING_S)?;
        within("smoothing of the head in seconds", self.head_smoothing_s, MAX_SMOOTHING_S)?;
        self.blinks.check()?;
        self.gaze.check()?;
        let names = model.blendshape_names();
        let find = |name: &str| find_channel(names, name);
        let missing =
            |name: &str, what: &str| Error::MissingPart(format!("the pack has no blendshape {name:?}, which {what}"));
        let mut channels = (!self.channels.is_empty()).then(|| ChannelMap::new(names.len()));
        for (name, channel) in &self.channels {
            let at = find(name).ok_or_else(|| missing(name, "a channel's gain or limit names"))?;
            channels.as_mut().map_or(Ok(()), |map| map.set(at, *channel))?;
        }
        let lid = |name: &str| find(name).ok_or_else(|| missing(name, "blinks need"));
        let lids = || Ok::<_, Error>([lid("eyeBlinkLeft")?, lid("eyeBlinkRight")?]);
        let lids = self.blinks.act().then(lids).transpose()?;
        let eyes = self.gaze.acts().then(|| EyeChannels::find(names)).transpose()?;
        let layers = Layers { channels, lids, eyes };
        if self.expression_gain != 1.0 || layers.act() {
            model.face_encoder()?.require_weights()?;
        }
        if layers.act() {
            model.face()?.require_weights()?;
        }
        Ok(layers)
    }
}

/// What acts on weights, with its channels found.
struct Layers {
    channels: Option<ChannelMap>,
    lids: Option<[usize; 2]>,
    eyes: Option<EyeChannels>,
}

impl Layers {
    fn act(&self) -> bool {
        self.channels.is_some() || self.lids.is_some() || self.eyes.is_some()
    }
}

impl Animation {
    /// Another animation of the same clip, livelier or calmer; this one stays as it is. Where nothing is asked for the motion
    /// is the same bit for bit. Targets of the gaze past the clip's end are cut, with a warning to the runtime's log.
    ///
    /// A weight that is changed comes back from the new latent as M′ ∘ M gives it, with the starter within 0.02.
    ///
    /// # Errors
    /// Those of [`Adjustments::check`]; those of the backend.
    pub fn adjust(self: &Arc<Self>, adjustments: &Adjustments) -> Result<Arc<Self>> {
        let model = self.model();
        let layers = adjustments.layers(model)?;
        let d_z = model.face()?.d_z();
        let mut motion = self.motion().clone();
        let fps = f64::from(self.native_fps());
        if adjustments.expression_gain != 1.0 {
            let weights = Frames::zeros(1, model.blendshape_names().len());
            let rest = model.face_encoder()?.from_weights(&model.programs().faces, &weights)?;
            let gain = |z: &mut f32, rest: f32| *z = rest + (*z - rest) * adjustments.expression_gain;
            (0..motion.len())
                .for_each(|i| motion.row_mut(i)[..d_z].iter_mut().zip(&rest.data).for_each(|(z, r)| gain(z, *r)));
        }
        if adjustments.head_gain != 1.0 {
            (0..motion.len())
                .for_each(|i| motion.row_mut(i)[d_z..].iter_mut().for_each(|c| *c *= adjustments.head_gain));
        }
        let width = motion.width;
        smooth(&mut motion, 0..d_z, f64::from(adjustments.smoothing_s) * fps);
        smooth(&mut motion, d_z..width, f64::from(adjustments.head_smoothing_s) * fps);
        if layers.act() {
            let seed = if adjustments.seed == SEED_AUTO { self.seed() } else { adjustments.seed };
            layers.apply(adjustments, seed, model, &mut motion)?;
            self.warn_of_cuts(&adjustments.gaze);
        }
        Ok(Arc::new(self.with_motion(motion)))
    }

    fn warn_of_cuts(&self, gaze: &Gaze) {
        let log = &self.model().runtime().log;
        let duration_s = self.motion().len() as f64 / f64::from(self.native_fps());
        for (number, target) in gaze.targets.iter().enumerate() {
            if let Some(cut) = past_the_end(target.start_s, target.end_s, duration_s) {
                log.add(LogLevel::Warning, format!("target {number} of the gaze {cut}"));
            }
        }
        log.deliver();
    }
}

impl Layers {
    fn apply(&self, adjustments: &Adjustments, seed: u64, model: &Model, motion: &mut Frames) -> Result<()> {
        let decoder = model.face()?;
        let (fps, d_z, count) = (model.manifest().fps, decoder.d_z(), motion.len());
        let mut reader = FaceReader::new(decoder, &model.programs().faces, None)?;
        let mut own = Frames::try_zeros(count, decoder.weight_count())?;
        reader.weights(motion, &mut own.data)?;
        let mut wanted = own.clone();
        if let Some(channels) = &self.channels {
            channels.apply(&mut wanted.data);
        }
        if let Some(lids) = self.lids {
            let added = adjustments.blinks.added(seed, count, fps);
            for lid in lids {
                let mut closure: Vec<f32> = (0..count).map(|i| wanted.row(i)[lid]).collect();
                adjustments.blinks.cut(&mut closure, fps);
                (0..count).for_each(|i| wanted.row_mut(i)[lid] = closure[i].max(added[i]));
            }
        }
        if let Some(eyes) = &self.eyes {
            let range = adjustments.gaze.range.unwrap_or_else(|| model.eye_range());
            let track = adjustments.gaze.track(range, seed, count, fps);
            for i in 0..count {
                let pose = &mut motion.row_mut(i)[d_z..];
                if !pose.is_empty() {
                    track.turn_head(i, pose);
                }
                track.turn_eyes(i, eyes, &HeadPose::from_columns(pose), wanted.row_mut(i));
            }
        }
        LatentMover::default().apply(model, &mut reader, motion, &own, &wanted)
    }
}
