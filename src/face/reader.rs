//! Motion to faces, for one identity, on one thread.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::Backend;
use crate::signal::Frames;

use super::batch::BatchRunner;
use super::decoder::FaceDecoder;
use super::identity::Identity;
use super::missing;

/// Rows of a run of a mapping net for each frame of one of the generator: its matrices are small.
pub(super) const WEIGHT_ROWS: usize = 8;

/// Decodes motion. Owns its executables, which are compiled when first needed: a reader of weights alone costs
/// kilobytes, one of offsets two sets of maps.
pub struct FaceReader {
    decoder: Arc<FaceDecoder>,
    identity: Option<Arc<Identity>>,
    weights: Option<BatchRunner>,
    offsets: Option<BatchRunner>,
}

impl FaceReader {
    /// For an identity of this decoder, or for weights and head poses alone.
    ///
    /// # Errors
    /// `InvalidArgument` when the identity was made for another topology or generator.
    pub fn new(
        decoder: &Arc<FaceDecoder>,
        backend: &Arc<dyn Backend>,
        identity: Option<Arc<Identity>>,
    ) -> Result<Self> {
        if let Some(identity) = &identity {
            decoder.check_identity(identity)?;
        }
        let frames = backend.frames_per_run();
        let runner = |frames, shared| BatchRunner::new(backend, frames, shared);
        let weights = decoder.has_weights().then(|| runner(WEIGHT_ROWS * frames, Arc::new([])));
        let charted = identity.as_ref().filter(|_| decoder.has_offsets());
        let offsets = charted.map(|identity| runner(frames, Arc::clone(&identity.cache)));
        Ok(Self { decoder: Arc::clone(decoder), identity, weights, offsets })
    }

    /// The decoder.
    pub fn decoder(&self) -> &Arc<FaceDecoder> {
        &self.decoder
    }

    /// The identity.
    pub fn identity(&self) -> Option<&Arc<Identity>> {
        self.identity.as_ref()
    }

    /// Blendshape weights of every row of `motion`, 0..1, into `weights` [rows, weight_count].
    ///
    /// # Errors
    /// `MissingPart` without M′; `InvalidArgument` for motion of another width, not finite, or another output length.
    pub fn weights(&mut self, motion: &Frames, weights: &mut [f32]) -> Result<()> {
        let runner = self.weights.as_mut().ok_or_else(|| missing("blendshape weights (gnpfa.to_weights)"))?;
        check(&self.decoder, motion, weights, self.decoder.weight_count())?;
        let d_z = self.decoder.d_z();
        let record = |batch| self.decoder.record_weights(batch);
        runner.run(&record, motion.len(), |i| &motion.row(i)[..d_z], weights)?;
        check_finite("weights", weights)?;
        for weight in weights {
            *weight = weight.clamp(0.0, 1.0);
        }
        Ok(())
    }

    /// Offsets from the identity's neutral of every row of `motion`, mm without the head pose, into `offsets_mm`
    /// [rows, V, 3].
    ///
    /// # Errors
    /// `MissingPart` without a generator or topology, `InvalidState` without an identity, `InvalidArgument` as for
    /// [`weights`](Self::weights).
    pub fn offsets_mm(&mut self, motion: &Frames, offsets_mm: &mut [f32]) -> Result<()> {
        let vertices = self.decoder.require_topology()?.vertices;
        if !self.decoder.has_offsets() {
            return Err(missing("geometry decoder (gnpfa.generator)"));
        }
        check(&self.decoder, motion, offsets_mm, vertices * 3)?;
        let (Some(identity), Some(runner)) = (&self.identity, &mut self.offsets) else {
            return Err(Error::InvalidState("offsets need an identity; this reader has none".to_owned()));
        };
        let d_z = self.decoder.d_z();
        let record = |batch| self.decoder.record_offsets(batch);
        runner.run(&record, motion.len(), |i| &motion.row(i)[..d_z], offsets_mm)?;
        let rigid = &self.decoder.require_topology()?.rigid;
        for frame in offsets_mm.chunks_exact_mut(vertices * 3) {
            for (part, centre) in rigid.iter().zip(&identity.part_centres) {
                part.follow(identity.vertices_mm(), *centre, frame);
            }
        }
        check_finite("offsets", offsets_mm)
    }
}

/// Motion and output of a call must fit the decoder and each other.
fn check(decoder: &FaceDecoder, motion: &Frames, output: &[f32], columns: usize) -> Result<()> {
    let expected = decoder.motion_width();
    if motion.width != expected && !motion.is_empty() {
        return Err(Error::InvalidArgument(format!("motion has {} columns, expected {expected}", motion.width)));
    }
    if output.len() != motion.len() * columns {
        let (rows, len) = (motion.len(), output.len());
        return Err(Error::InvalidArgument(format!("output of {len} values for {rows} frames × {columns}")));
    }
    if motion.data.iter().any(|v| !v.is_finite()) {
        return Err(Error::InvalidArgument("motion is not finite".to_owned()));
    }
    Ok(())
}

/// Finite weights and motion can still overflow in a hostile pack's networks.
fn check_finite(what: &str, values: &[f32]) -> Result<()> {
    if values.iter().all(|v| v.is_finite()) {
        return Ok(());
    }
    Err(Error::InvalidPack(format!("the pack's networks give {what} that are not finite")))
}
