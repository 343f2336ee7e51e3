//! Faces of an animation at any time and rate.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::face::{ExportTarget, FaceReader};
use crate::output::{Channel, ChannelMap, MotionSampler};
use crate::signal::{FaceFrame, FrameRate, Frames, HeadPose};

use super::animation::Animation;
use super::binding::{Binding, Solver};

/// Frames that are decoded at once on their way to another mesh or to weights.
const CHUNK_FRAMES: usize = 32;

/// Decodes one animation, on one thread at a time. Networks are prepared at the first read that needs them: weights and
/// head poses need neither the generator nor an identity. The `_into` reads take no memory after the first of their size.
pub struct Reader {
    animation: Arc<Animation>,
    weights: FaceReader,
    faces: Option<FaceReader>,
    channels: ChannelMap,
    /// Motion rows of the read under way.
    rows: Frames,
    /// Decoded offsets on their way to another mesh.
    decoded: Vec<f32>,
    /// Offsets on their way to a host's weights, what the solver makes of them, and its room.
    fitted: Vec<f32>,
    products: Vec<f64>,
    room: Vec<f64>,
}

impl Reader {
    pub(super) fn new(animation: Arc<Animation>) -> Result<Self> {
        let model = animation.model();
        let weights = FaceReader::new(model.face()?, &model.programs().faces, None)?;
        let channels = ChannelMap::new(model.blendshape_names().len());
        let rows = Frames::zeros(0, animation.motion().width);
        let (decoded, fitted, products, room) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Ok(Self { animation, weights, faces: None, channels, rows, decoded, fitted, products, room })
    }

    /// The animation.
    pub fn animation(&self) -> &Arc<Animation> {
        &self.animation
    }

    /// Floats of the weights of one frame.
    pub fn weight_count(&self) -> usize {
        self.weights.decoder().weight_count()
    }

    /// Floats of the offsets of one frame, vertices × 3.
    ///
    /// # Errors
    /// `MissingPart` without a mesh.
    pub fn offset_count(&self) -> Result<usize> {
        Ok(self.animation.model().topology().ok_or_else(no_mesh)?.vertices * 3)
    }

    /// Sets gain, offset and limits of one blendshape channel for all later reads.
    ///
    /// # Errors
    /// `InvalidArgument` for a channel that is not there or numbers that make no sense.
    pub fn set_channel(&mut self, index: usize, channel: Channel) -> Result<()> {
        self.channels.set(index, channel)
    }

    /// Blendshape weights of frames `first..` at a rate into `weights`, [count, weight_count].
    ///
    /// # Errors
    /// `InvalidArgument` for a rate out of limits; `MissingPart` without M′.
    ///
    /// # Panics
    /// If `weights` is no whole number of frames.
    pub fn weights_into(&mut self, fps: impl Into<FrameRate>, first: usize, weights: &mut [f32]) -> Result<()> {
        let count = frames_in(weights, self.weight_count());
        self.fill_rows(fps, first, count)?;
        self.decode_weights(weights)
    }

    /// Blendshape weights, [count, weight_count]. As [`weights_into`](Self::weights_into).
    ///
    /// # Errors
    /// As [`weights_into`](Self::weights_into).
    pub fn weights(&mut self, fps: impl Into<FrameRate>, first: usize, count: usize) -> Result<Vec<f32>> {
        let mut weights = vec![0.0; count * self.weight_count()];
        self.weights_into(fps, first, &mut weights)?;
        Ok(weights)
    }

    /// Head poses of frames `first..` at a rate.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate out of limits.
    pub fn heads_into(&mut self, fps: impl Into<FrameRate>, first: usize, heads: &mut [HeadPose]) -> Result<()> {
        let (count, mut at) = (heads.len(), 0);
        self.each_head(fps, first, count, |head| {
            heads[at] = head;
            at += 1;
        })
    }

    /// Gives the head poses of frames `first..first + count` at a rate to `take`, in their order.
    ///
    /// # Errors
    /// As [`heads_into`](Self::heads_into).
    pub fn each_head(
        &mut self,
        fps: impl Into<FrameRate>,
        first: usize,
        count: usize,
        mut take: impl FnMut(HeadPose),
    ) -> Result<()> {
        self.fill_rows(fps, first, count)?;
        (0..count).for_each(|i| take(self.weights.decoder().head(self.rows.row(i))));
        Ok(())
    }

    /// Head poses. As [`heads_into`](Self::heads_into).
    ///
    /// # Errors
    /// As [`heads_into`](Self::heads_into).
    pub fn heads(&mut self, fps: impl Into<FrameRate>, first: usize, count: usize) -> Result<Vec<HeadPose>> {
        let mut heads = vec![HeadPose::default(); count];
        self.heads_into(fps, first, &mut heads)?;
        Ok(heads)
    }

    /// Offsets from the identity's neutral, [count, vertices, 3], mm, without the head pose.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate out of limits; `MissingPart` without a generator, mesh or identity.
    ///
    /// # Panics
    /// If `offsets_mm` is no whole number of frames.
    pub fn offsets_mm_into(&mut self, fps: impl Into<FrameRate>, first: usize, offsets_mm: &mut [f32]) -> Result<()> {
        let count = frames_in(offsets_mm, self.offset_count()?);
        self.fill_rows(fps, first, count)?;
        self.decode_offsets(offsets_mm)
    }

    /// Offsets, [count, vertices, 3]. As [`offsets_mm_into`](Self::offsets_mm_into).
    ///
    /// # Errors
    /// As [`offsets_mm_into`](Self::offsets_mm_into).
    pub fn offsets_mm(&mut self, fps: impl Into<FrameRate>, first: usize, count: usize) -> Result<Vec<f32>> {
        let mut offsets = vec![0.0; count * self.offset_count()?];
        self.offsets_mm_into(fps, first, &mut offsets)?;
        Ok(offsets)
    }

    /// Offsets of a bound mesh, [count, its vertices, 3], mm, without the head pose: the same motion on the same identity,
    /// wherever it is decoded, gathered on the host.
    ///
    /// # Errors
    /// As [`offsets_mm_into`](Self::offsets_mm_into); `InvalidArgument` for another model's binding.
    ///
    /// # Panics
    /// If `offsets_mm` is no whole number of frames.
    pub fn bound_offsets_mm_into(
        &mut self,
        binding: &Binding,
        fps: impl Into<FrameRate>,
        first: usize,
        offsets_mm: &mut [f32],
    ) -> Result<()> {
        binding.check(self.animation.model())?;
        let (fps, own, width) = (fps.into(), self.offset_count()?, binding.vertices() * 3);
        frames_in(offsets_mm, width);
        let (mut decoded, mut first) = (std::mem::take(&mut self.decoded), first);
        let read = offsets_mm.chunks_mut(CHUNK_FRAMES * width).try_for_each(|bound| {
            let count = bound.len() / width;
            decoded.resize(count * own, 0.0);
            self.offsets_mm_into(fps, first, &mut decoded)?;
            binding.apply(&decoded, bound);
            first += count;
            Ok(())
        });
        self.decoded = decoded;
        read
    }

    /// Weights 0..1 of a host's own blendshapes, [count, shapes], that give these frames back as nearly as they can. With
    /// smoothing a frame's weights depend on the other frames of the read: read a clip at once.
    ///
    /// # Errors
    /// As [`bound_offsets_mm_into`](Self::bound_offsets_mm_into); `InvalidArgument` for another model's solver.
    ///
    /// # Panics
    /// If `weights` is no whole number of frames.
    pub fn solved_weights_into(
        &mut self,
        solver: &Solver,
        fps: impl Into<FrameRate>,
        first: usize,
        weights: &mut [f32],
    ) -> Result<()> {
        let (count, width) = (frames_in(weights, solver.names().len()), solver.shapes.vertices() * 3);
        let fps = fps.into();
        solver.check(self.animation.model())?;
        let (mut offsets, mut products) = (std::mem::take(&mut self.fitted), std::mem::take(&mut self.products));
        products.clear();
        let read: Result<()> = (0..count).step_by(CHUNK_FRAMES).try_for_each(|at| {
            offsets.resize(CHUNK_FRAMES.min(count - at) * width, 0.0);
            match &solver.binding {
                Some(binding) => self.bound_offsets_mm_into(binding, fps, first + at, &mut offsets)?,
                None => self.offsets_mm_into(fps, first + at, &mut offsets)?,
            }
            solver.shapes.project(&offsets, &mut products);
            Ok(())
        });
        (self.fitted, self.products) = (offsets, products);
        read?;
        solver.shapes.solve(&self.products, fps.hz() as f32, weights, &mut self.room);
        Ok(())
    }

    /// Unit vertex normals, [count, vertices, 3], before the head pose.
    ///
    /// # Errors
    /// As [`offsets_mm_into`](Self::offsets_mm_into).
    ///
    /// # Panics
    /// If `normals` is no whole number of frames.
    pub fn normals_into(&mut self, fps: impl Into<FrameRate>, first: usize, normals: &mut [f32]) -> Result<()> {
        let count = frames_in(normals, self.offset_count()?);
        self.fill_rows(fps, first, count)?;
        faces(&mut self.faces, &self.animation)?.normals(&self.rows, normals)
    }

    /// Offsets and normals, [count, vertices, 3] each, in one decode: cheaper than one after the other by nearly all of a
    /// decode.
    ///
    /// # Errors
    /// As [`offsets_mm_into`](Self::offsets_mm_into).
    ///
    /// # Panics
    /// If the buffers are no whole number of frames, or of different ones.
    pub fn offsets_and_normals_into(
        &mut self,
        fps: impl Into<FrameRate>,
        first: usize,
        offsets_mm: &mut [f32],
        normals: &mut [f32],
    ) -> Result<()> {
        assert_eq!(offsets_mm.len(), normals.len(), "as many offsets as normals");
        let count = frames_in(offsets_mm, self.offset_count()?);
        self.fill_rows(fps, first, count)?;
        faces(&mut self.faces, &self.animation)?.offsets_and_normals(&self.rows, offsets_mm, normals)
    }

    /// Writes faces of frames `first..first + count` at a rate into memory where the backend computes: they do not visit
    /// the host. Takes no memory after the first of its kind.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate out of limits, no frames, or a layout that does not fit; `Unsupported` for a semaphore
    /// where there are none; `MissingPart` without a generator, mesh or identity.
    pub fn export(
        &mut self,
        fps: impl Into<FrameRate>,
        first: usize,
        count: usize,
        target: &mut ExportTarget,
    ) -> Result<()> {
        self.fill_rows(fps, first, count)?;
        faces(&mut self.faces, &self.animation)?.export(&self.rows, target)
    }

    /// The face at any time, cut to the clip; parts without a buffer are not computed.
    ///
    /// # Errors
    /// `InvalidArgument` for a time that is not a number; `MissingPart` for a part that the pack lacks.
    ///
    /// # Panics
    /// If a buffer is not one frame.
    pub fn sample_into(
        &mut self,
        time_s: f64,
        weights: Option<&mut [f32]>,
        offsets_mm: Option<&mut [f32]>,
    ) -> Result<HeadPose> {
        self.resize_rows(1);
        let mut rows = std::mem::take(&mut self.rows);
        let sampled = self.sampler().and_then(|sampler| sampler.row_at(time_s, rows.row_mut(0)));
        self.rows = rows;
        sampled?;
        weights.map_or(Ok(()), |weights| self.decode_weights(weights))?;
        offsets_mm.map_or(Ok(()), |offsets| self.decode_offsets(offsets))?;
        Ok(self.weights.decoder().head(self.rows.row(0)))
    }

    /// The face at any time, all of it. As [`sample_into`](Self::sample_into).
    ///
    /// # Errors
    /// As [`sample_into`](Self::sample_into).
    pub fn frame_at(&mut self, time_s: f64) -> Result<FaceFrame> {
        let mut weights = vec![0.0; self.weight_count()];
        let mut offsets_mm = vec![0.0; self.offset_count()?];
        let head = self.sample_into(time_s, Some(&mut weights), Some(&mut offsets_mm))?;
        Ok(FaceFrame { weights, offsets_mm, head })
    }

    fn sampler(&self) -> Result<MotionSampler<'_>> {
        MotionSampler::new(self.animation.motion(), self.animation.native_fps(), self.weights.decoder().d_z())
    }

    fn resize_rows(&mut self, count: usize) {
        self.rows.width = self.animation.motion().width;
        self.rows.data.resize(count * self.rows.width, 0.0);
    }

    fn fill_rows(&mut self, fps: impl Into<FrameRate>, first: usize, count: usize) -> Result<()> {
        let fps = fps.into();
        self.resize_rows(count);
        let mut rows = std::mem::take(&mut self.rows);
        let filled = self
            .sampler()
            .and_then(|sampler| (0..count).try_for_each(|i| sampler.row(fps, first + i, rows.row_mut(i))));
        self.rows = rows;
        filled
    }

    fn decode_weights(&mut self, weights: &mut [f32]) -> Result<()> {
        self.weights.weights(&self.rows, weights)?;
        self.channels.apply(weights);
        Ok(())
    }

    fn decode_offsets(&mut self, offsets_mm: &mut [f32]) -> Result<()> {
        faces(&mut self.faces, &self.animation)?.offsets_mm(&self.rows, offsets_mm)
    }
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

fn frames_in(buffer: &[f32], width: usize) -> usize {
    assert!(width > 0 && buffer.len().is_multiple_of(width), "{} floats in frames of {width}", buffer.len());
    buffer.len() / width
}

fn no_mesh() -> Error {
    Error::MissingPart("the pack has no mesh (topology)".to_owned())
}
