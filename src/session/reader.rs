//! Faces of an animation at any time and rate.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::face::FaceReader;
use crate::output::{Channel, ChannelMap, MotionSampler, vertex_normals};
use crate::signal::{FaceFrame, Frames, HeadPose};

use super::animation::Animation;
use super::model::Identity;

/// Decodes one animation, on one thread at a time. Networks are prepared at the first read that needs them: weights and
/// head poses need neither the generator nor an identity.
pub struct Reader {
    animation: Arc<Animation>,
    weights: FaceReader,
    offsets: Option<FaceReader>,
    channels: ChannelMap,
}

impl Reader {
    pub(super) fn new(animation: Arc<Animation>) -> Result<Self> {
        let model = animation.model();
        let weights = FaceReader::new(model.face()?, model.runtime().backend(), None)?;
        let channels = ChannelMap::new(model.blendshape_names().len());
        Ok(Self { animation, weights, offsets: None, channels })
    }

    /// The animation.
    pub fn animation(&self) -> &Arc<Animation> {
        &self.animation
    }

    /// Floats of the weights of one frame.
    pub fn weight_count(&self) -> usize {
        self.weights.decoder().weight_count()
    }

    /// Floats of the offsets of one frame, vertices × 3; 0 without a mesh.
    pub fn offset_count(&self) -> usize {
        self.animation.model().topology().map_or(0, |topology| topology.vertices * 3)
    }

    /// Sets gain, offset and limits of one blendshape channel for all later reads.
    ///
    /// # Errors
    /// `InvalidArgument` for a channel that is not there or numbers that make no sense.
    pub fn set_channel(&mut self, index: usize, channel: Channel) -> Result<()> {
        self.channels.set(index, channel)
    }

    /// Blendshape weights, [count, weight_count].
    ///
    /// # Errors
    /// `InvalidArgument` for a rate out of limits; `MissingPart` without M′.
    pub fn weights(&mut self, fps: f32, first: usize, count: usize) -> Result<Vec<f32>> {
        let rows = self.rows(fps, first, count)?;
        self.decode_weights(&rows)
    }

    /// Head poses.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate out of limits.
    pub fn heads(&mut self, fps: f32, first: usize, count: usize) -> Result<Vec<HeadPose>> {
        let rows = self.rows(fps, first, count)?;
        Ok((0..count).map(|i| self.weights.decoder().head(rows.row(i))).collect())
    }

    /// Offsets from the identity's neutral, [count, vertices, 3], mm, without the head pose.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate out of limits; `MissingPart` without a generator, mesh or identity.
    pub fn offsets_mm(&mut self, fps: f32, first: usize, count: usize) -> Result<Vec<f32>> {
        let rows = self.rows(fps, first, count)?;
        self.decode_offsets(&rows)
    }

    /// Unit vertex normals, [count, vertices, 3], before the head pose.
    ///
    /// # Errors
    /// As [`offsets_mm`](Self::offsets_mm).
    pub fn normals(&mut self, fps: f32, first: usize, count: usize) -> Result<Vec<f32>> {
        let mut values = self.offsets_mm(fps, first, count)?;
        let identity = self.animation.identity()?;
        let triangles = &self.animation.model().topology().ok_or_else(no_mesh)?.triangles;
        let mut normals = vec![0.0; self.offset_count()];
        for frame in values.chunks_exact_mut(normals.len()) {
            vertex_normals(identity.vertices_mm(), frame, triangles, &mut normals);
            frame.copy_from_slice(&normals);
        }
        Ok(values)
    }

    /// The face at any time, cut to the clip; parts that are not asked for stay empty.
    ///
    /// # Errors
    /// `InvalidArgument` for a time that is not a number; `MissingPart` for a part that the pack lacks.
    pub fn frame_at(&mut self, time_s: f64, weights: bool, offsets: bool) -> Result<FaceFrame> {
        let motion = self.animation.motion();
        let mut row = Frames::zeros(1, motion.width);
        self.sampler()?.row_at(time_s, row.row_mut(0))?;
        Ok(FaceFrame {
            weights: if weights { self.decode_weights(&row)? } else { Vec::new() },
            offsets_mm: if offsets { self.decode_offsets(&row)? } else { Vec::new() },
            head: self.weights.decoder().head(row.row(0)),
        })
    }

    fn sampler(&self) -> Result<MotionSampler<'_>> {
        MotionSampler::new(self.animation.motion(), self.animation.native_fps(), self.weights.decoder().d_z())
    }

    fn rows(&self, fps: f32, first: usize, count: usize) -> Result<Frames> {
        self.sampler()?.rows(fps, first, count)
    }

    fn decode_weights(&mut self, rows: &Frames) -> Result<Vec<f32>> {
        let mut weights = vec![0.0; rows.len() * self.weight_count()];
        self.weights.weights(rows, &mut weights)?;
        self.channels.apply(&mut weights);
        Ok(weights)
    }

    fn decode_offsets(&mut self, rows: &Frames) -> Result<Vec<f32>> {
        if self.offsets.is_none() {
            let identity: Arc<Identity> = self.animation.identity()?;
            let model = self.animation.model();
            self.offsets = Some(FaceReader::new(model.face()?, model.runtime().backend(), Some(identity))?);
        }
        let mut offsets = vec![0.0; rows.len() * self.offset_count()];
        self.offsets.as_mut().ok_or_else(no_mesh)?.offsets_mm(rows, &mut offsets)?;
        Ok(offsets)
    }
}

fn no_mesh() -> Error {
    Error::MissingPart("the pack has no mesh (topology)".to_owned())
}
