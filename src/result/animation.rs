//! The result of a job: the motion of one clip.

use std::sync::Arc;

use crate::audio::RATE_HZ;
use crate::error::{Error, Result};
use crate::face;
use crate::signal::{FrameRate, Frames};

use super::reader::Reader;
use crate::host::model::{Identity, Model};
use crate::session::calm::Calm;

/// Rate of the audio that the stages work on, Hz.
pub(crate) const SAMPLE_RATE_HZ: f64 = 16_000.0;

/// The motion of one clip; faces are decoded when they are read. It keeps the model alive.
pub struct Animation {
    model: Arc<Model>,
    identity: Option<Arc<Identity>>,
    motion: Frames,
    /// A, [frames, d_a], where the session kept them.
    features: Option<Arc<Frames>>,
    /// Where it comes to rest, for what is made again of it.
    calm: Option<Arc<Calm>>,
    sample_count: usize,
    seed: u64,
}

impl Animation {
    pub(crate) fn new(
        model: &Arc<Model>,
        identity: Option<Arc<Identity>>,
        motion: Frames,
        features: Option<Arc<Frames>>,
        calm: Option<Arc<Calm>>,
        sample_count: usize,
        seed: u64,
    ) -> Self {
        Self { model: Arc::clone(model), identity, motion, features, calm, sample_count, seed }
    }

    /// The same clip of the same face with another motion of as many frames.
    pub(crate) fn with_motion(&self, motion: Frames) -> Self {
        let (features, calm) = (self.features.clone(), self.calm.clone());
        Self::new(&self.model, self.identity.clone(), motion, features, calm, self.sample_count, self.seed)
    }

    /// The model.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Whose face it is: the session's identity, or the pack's first.
    ///
    /// # Errors
    /// `MissingPart` when the pack has no identity.
    pub fn identity(&self) -> Result<Arc<Identity>> {
        self.identity.clone().map_or_else(|| self.model.default_identity(), Ok)
    }

    /// The same motion on another face: weights and head poses stay as they are, and offsets are those of the other face.
    ///
    /// # Errors
    /// `InvalidArgument` for another model's identity.
    pub fn on(&self, identity: &Arc<Identity>) -> Result<Arc<Self>> {
        if !Arc::ptr_eq(identity.model(), &self.model) {
            return Err(Error::InvalidArgument("the identity was made for another model".to_owned()));
        }
        let mut other = self.with_motion(self.motion.clone());
        other.identity = Some(Arc::clone(identity));
        Ok(Arc::new(other))
    }

    /// The session's identity, where it had one.
    pub(crate) fn own_identity(&self) -> Option<&Arc<Identity>> {
        self.identity.as_ref()
    }

    /// The identity's face, as the decoder takes it.
    pub(crate) fn face(&self) -> Result<Arc<face::Identity>> {
        self.identity.as_ref().map_or_else(|| self.model.first_face(), |identity| Ok(Arc::clone(&identity.face)))
    }

    /// Length of the clip, seconds.
    pub fn duration_s(&self) -> f64 {
        self.sample_count as f64 / SAMPLE_RATE_HZ
    }

    /// The seed that the clip was made with: the session's, or what [`SEED_AUTO`](crate::SEED_AUTO) became, with which the take
    /// can be made again. A revised animation keeps that of the whole clip, a composed one has its first part's.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Frames per second of the motion.
    pub fn native_fps(&self) -> f32 {
        self.model.manifest().fps
    }

    /// The motion [frames, d_z + d_pose] at the native rate.
    pub fn motion(&self) -> &Frames {
        &self.motion
    }

    /// Audio features A, [frames, d_a], where the session kept them.
    pub(crate) fn features(&self) -> Option<&Arc<Frames>> {
        self.features.as_ref()
    }

    /// Where it comes to rest; `None` where nothing says so.
    pub(crate) fn calm(&self) -> Option<&Arc<Calm>> {
        self.calm.as_ref()
    }

    /// Samples at the rate of the stages.
    pub(crate) fn sample_count(&self) -> usize {
        self.sample_count
    }

    /// Number of frames at a rate: round(duration · fps), at least 1.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate out of limits.
    pub fn frame_count(&self, fps: impl Into<FrameRate>) -> Result<usize> {
        Ok(fps.into().checked()?.frame_count(self.sample_count, RATE_HZ))
    }

    /// What decodes this motion; one per thread.
    ///
    /// # Errors
    /// `MissingPart` when the pack has no face networks.
    pub fn reader(self: &Arc<Self>) -> Result<Reader> {
        Reader::new(Arc::clone(self))
    }
}
