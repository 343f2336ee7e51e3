//! Faces of an animation at any time and rate.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::face::ExportTarget;
use crate::output::Channel;
use crate::signal::{FaceFrame, FrameRate, HeadPose};

use super::animation::Animation;
use super::binding::{Binding, Solver};
use super::decoding::Decoding;

/// Frames that are decoded at once on their way to another mesh or to weights.
const CHUNK_FRAMES: usize = 32;

/// Decodes one animation, on one thread at a time. Networks are prepared at the first read that needs them: weights and
/// head poses need neither the generator nor an identity. The `_into` reads take no memory after the first of their size.
pub struct Reader {
    decoding: Decoding,
    /// Decoded offsets on their way to another mesh.
    decoded: Vec<f32>,
    /// Offsets on their way to a host's weights, what the solver makes of them, and its room.
    fitted: Vec<f32>,
    products: Vec<f64>,
    room: Vec<f64>,
}

impl Reader {
    pub(crate) fn new(animation: Arc<Animation>) -> Result<Self> {
        let (decoded, fitted, products, room) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Ok(Self { decoding: Decoding::new(animation)?, decoded, fitted, products, room })
    }

    /// The animation.
    pub fn animation(&self) -> &Arc<Animation> {
        &self.decoding.animation
    }

    /// Floats of the weights of one frame.
    pub fn weight_count(&self) -> usize {
        self.decoding.weights.decoder().weight_count()
    }

    /// Floats of the offsets of one frame, vertices × 3.
    ///
    /// # Errors
    /// `MissingPart` without a mesh.
    pub fn offset_count(&self) -> Result<usize> {
        Ok(self.animation().model().topology().ok_or_else(no_mesh)?.vertices * 3)
    }

    /// Sets gain, offset and limits of one blendshape channel for all later reads.
    ///
    /// # Errors
    /// `InvalidArgument` for a channel that is not there or numbers that make no sense.
    pub fn set_channel(&mut self, index: usize, channel: Channel) -> Result<()> {
        self.decoding.channels.set(index, channel)
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
        self.decoding.at_rate(fps, first, count)?;
        self.decoding.weights(weights)
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
        self.decoding.at_rate(fps, first, count)?;
        (0..count).for_each(|i| take(self.decoding.head(i)));
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
        self.decoding.at_rate(fps, first, count)?;
        self.decoding.offsets_mm(offsets_mm)
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
        let (fps, own) = (fps.into(), self.offset_count()?);
        frames_in(offsets_mm, binding.vertices() * 3);
        bound_offsets(&mut self.decoding, &mut self.decoded, own, binding, fps, first, offsets_mm)
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
        let (fps, own) = (fps.into(), self.offset_count()?);
        solver.check(self.animation().model())?;
        self.products.clear();
        for at in (0..count).step_by(CHUNK_FRAMES) {
            let frames = CHUNK_FRAMES.min(count - at);
            self.fitted.resize(frames * width, 0.0);
            if let Some(binding) = &solver.binding {
                let (decoded, first) = (&mut self.decoded, first + at);
                bound_offsets(&mut self.decoding, decoded, own, binding, fps, first, &mut self.fitted)?;
            } else {
                self.decoding.at_rate(fps, first + at, frames)?;
                self.decoding.offsets_mm(&mut self.fitted)?;
            }
            solver.shapes.project(&self.fitted, &mut self.products);
        }
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
        self.decoding.at_rate(fps, first, count)?;
        self.decoding.normals(normals)
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
        self.decoding.at_rate(fps, first, count)?;
        self.decoding.offsets_and_normals(offsets_mm, normals)
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
        self.decoding.at_rate(fps, first, count)?;
        self.decoding.export(target)
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
        self.decoding.at_time(time_s)?;
        weights.map_or(Ok(()), |weights| self.decoding.weights(weights))?;
        offsets_mm.map_or(Ok(()), |offsets| self.decoding.offsets_mm(offsets))?;
        Ok(self.decoding.head(0))
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
}

/// Offsets of a bound mesh, of faces that are decoded some at a time; `own` floats each.
fn bound_offsets(
    decoding: &mut Decoding,
    decoded: &mut Vec<f32>,
    own: usize,
    binding: &Binding,
    fps: FrameRate,
    first: usize,
    offsets_mm: &mut [f32],
) -> Result<()> {
    binding.check(decoding.animation.model())?;
    let (width, mut first) = (binding.vertices() * 3, first);
    for bound in offsets_mm.chunks_mut(CHUNK_FRAMES * width) {
        let count = bound.len() / width;
        decoded.resize(count * own, 0.0);
        decoding.at_rate(fps, first, count)?;
        decoding.offsets_mm(decoded)?;
        binding.apply(decoded, bound);
        first += count;
    }
    Ok(())
}

fn frames_in(buffer: &[f32], width: usize) -> usize {
    assert!(width > 0 && buffer.len().is_multiple_of(width), "{} floats in frames of {width}", buffer.len());
    buffer.len() / width
}

fn no_mesh() -> Error {
    Error::MissingPart("the pack has no mesh (topology)".to_owned())
}
