//! Rows of an animation at any time and rate, and what they look like.

use std::sync::Arc;

use crate::error::Result;
use crate::face::{ExportTarget, FaceReader};
use crate::output::{ChannelMap, MotionSampler};
use crate::signal::{FrameRate, Frames, HeadPose};

use super::animation::Animation;

/// The networks of a [`Reader`](crate::Reader), prepared when a read first needs them.
pub(crate) struct Decoding {
    pub(crate) animation: Arc<Animation>,
    pub(crate) weights: FaceReader,
    faces: Option<FaceReader>,
    pub(crate) channels: ChannelMap,
    /// Motion rows of the read under way.
    rows: Frames,
}

impl Decoding {
    /// # Errors
    /// `MissingPart` when the pack has no face networks.
    pub(crate) fn new(animation: Arc<Animation>) -> Result<Self> {
        let model = animation.model();
        let weights = FaceReader::new(model.face()?, &model.programs().faces, None)?;
        let channels = ChannelMap::new(model.blendshape_names().len());
        let rows = Frames::zeros(0, animation.motion().width);
        Ok(Self { animation, weights, faces: None, channels, rows })
    }

    /// The rows of frames at a rate become those of the read under way.
    pub(crate) fn at_rate(&mut self, fps: impl Into<FrameRate>, first: usize, count: usize) -> Result<()> {
        let fps = fps.into();
        self.rows.data.resize(count * self.rows.width, 0.0);
        let sampler = sampler(&self.animation, &self.weights)?;
        (0..count).try_for_each(|i| sampler.row(fps, first + i, self.rows.row_mut(i)))
    }

    /// The row at a time becomes that of the read under way.
    pub(crate) fn at_time(&mut self, time_s: f64) -> Result<()> {
        self.rows.data.resize(self.rows.width, 0.0);
        sampler(&self.animation, &self.weights)?.row_at(time_s, self.rows.row_mut(0))
    }

    /// Head pose of a row.
    pub(crate) fn head(&self, row: usize) -> HeadPose {
        self.weights.decoder().head(self.rows.row(row))
    }

    pub(crate) fn weights(&mut self, weights: &mut [f32]) -> Result<()> {
        self.weights.weights(&self.rows, weights)?;
        self.channels.apply(weights);
        Ok(())
    }

    pub(crate) fn offsets_mm(&mut self, offsets_mm: &mut [f32]) -> Result<()> {
        faces(&mut self.faces, &self.animation)?.offsets_mm(&self.rows, offsets_mm)
    }

    pub(crate) fn normals(&mut self, normals: &mut [f32]) -> Result<()> {
        faces(&mut self.faces, &self.animation)?.normals(&self.rows, normals)
    }

    pub(crate) fn offsets_and_normals(&mut self, offsets_mm: &mut [f32], normals: &mut [f32]) -> Result<()> {
        faces(&mut self.faces, &self.animation)?.offsets_and_normals(&self.rows, offsets_mm, normals)
    }

    pub(crate) fn export(&mut self, target: &mut ExportTarget) -> Result<()> {
        faces(&mut self.faces, &self.animation)?.export(&self.rows, target)
    }
}

fn sampler<'a>(animation: &'a Animation, weights: &FaceReader) -> Result<MotionSampler<'a>> {
    MotionSampler::new(animation.motion(), animation.native_fps(), weights.decoder().d_z())
}

/// What decodes the identity's face, made at its first use.
fn faces<'a>(reader: &'a mut Option<FaceReader>, animation: &Animation) -> Result<&'a mut FaceReader> {
    match reader {
        Some(reader) => Ok(reader),
        none => {
            let model = animation.model();
            Ok(none.insert(FaceReader::new(model.face()?, &model.programs().faces, Some(animation.face()?))?))
        }
    }
}
