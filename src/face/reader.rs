//! Motion to faces, for one identity, on one thread.

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::{Executable, VertexSource};
use crate::signal::Frames;
use crate::unit::Unit;

use super::batch::{BatchPlan, BatchRunner, FacePrograms};
use super::decoder::{FaceDecoder, NEUTRAL, NORMALS, OFFSETS};
use super::export::ExportTarget;
use super::identity::Identity;
use super::missing;

/// Rows of a run of a mapping net for each frame of one of the generator: its matrices are small.
pub(super) const WEIGHT_ROWS: usize = 8;

/// Decodes motion. Owns its executables, which are made when first needed: a reader of weights alone costs
/// kilobytes, one of offsets two sets of maps.
pub struct FaceReader {
    decoder: Arc<FaceDecoder>,
    identity: Option<Arc<Identity>>,
    weights: Option<BatchRunner>,
    faces: Option<BatchRunner>,
}

impl FaceReader {
    /// For an identity of this decoder, or for weights and head poses alone.
    ///
    /// # Errors
    /// `InvalidArgument` when the identity was made for another topology or generator.
    pub fn new(
        decoder: &Arc<FaceDecoder>,
        programs: &Arc<FacePrograms>,
        identity: Option<Arc<Identity>>,
    ) -> Result<Self> {
        if let Some(identity) = &identity {
            decoder.check_identity(identity)?;
        }
        let frames = programs.backend().frames_per_run();
        let runner = |name, frames, shared| BatchRunner::new(programs, name, frames, shared);
        let weights = decoder.has_weights().then(|| runner("weights", WEIGHT_ROWS * frames, Arc::new([])));
        let charted = identity.as_ref().filter(|_| decoder.has_offsets());
        let faces = charted.map(|identity| runner("faces", frames, Arc::clone(&identity.inputs)));
        Ok(Self { decoder: Arc::clone(decoder), identity, weights, faces })
    }

    /// The decoder.
    pub fn decoder(&self) -> &Arc<FaceDecoder> {
        &self.decoder
    }

    /// The identity.
    pub fn identity(&self) -> Option<&Arc<Identity>> {
        self.identity.as_ref()
    }

    /// Prepares, in bounded parts, what [`weights`](Self::weights) takes for so many rows.
    ///
    /// # Errors
    /// `MissingPart` without M′; those of the backend.
    pub async fn prepare_weights(&mut self, rows: usize, unit: &Unit) -> Result<()> {
        let runner = self.weights.as_mut().ok_or_else(|| missing("blendshape weights (gnpfa.to_weights)"))?;
        let record = |batch| self.decoder.record_weights(batch);
        runner.prepare(&record, rows, unit).await
    }

    /// Blendshape weights of every row of `motion`, 0..1, into `weights` [rows, weight_count].
    ///
    /// # Errors
    /// `MissingPart` without M′; `InvalidArgument` for motion of another width, not finite, or another output length.
    pub fn weights(&mut self, motion: &Frames, weights: &mut [f32]) -> Result<()> {
        let runner = self.weights.as_mut().ok_or_else(|| missing("blendshape weights (gnpfa.to_weights)"))?;
        check_motion(&self.decoder, motion)?;
        check_output(motion, weights, self.decoder.weight_count())?;
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
        self.read(motion, OFFSETS, offsets_mm)?;
        check_finite("offsets", offsets_mm)
    }

    /// Unit vertex normals of every row of `motion`, before the head pose, into `normals` [rows, V, 3].
    ///
    /// # Errors
    /// As for [`offsets_mm`](Self::offsets_mm).
    pub fn normals(&mut self, motion: &Frames, normals: &mut [f32]) -> Result<()> {
        self.read(motion, NORMALS, normals)?;
        check_finite("normals", normals)
    }

    /// Offsets and normals of every row of `motion` in one decode.
    ///
    /// # Errors
    /// As for [`offsets_mm`](Self::offsets_mm).
    pub fn offsets_and_normals(&mut self, motion: &Frames, offsets_mm: &mut [f32], normals: &mut [f32]) -> Result<()> {
        let columns = self.decoder.require_topology()?.vertices * 3;
        check_output(motion, offsets_mm, columns)?;
        check_output(motion, normals, columns)?;
        self.decode(motion, NORMALS + 1, |plan, executable, items| {
            plan.read(executable, OFFSETS, items.clone(), offsets_mm)?;
            plan.read(executable, NORMALS, items, normals)
        })?;
        check_finite("offsets", offsets_mm)?;
        check_finite("normals", normals)
    }

    /// Faces of every row of `motion` into a target where the backend computes; the host sees none of it. What a hostile
    /// pack's networks give that is not finite is written as it is.
    ///
    /// # Errors
    /// As for [`offsets_mm`](Self::offsets_mm) and [`Executable::export`];
    /// `InvalidArgument` for motion without rows. After an error some frames may have been written; nothing is signalled.
    pub fn export(&mut self, motion: &Frames, target: &mut ExportTarget) -> Result<()> {
        let (count, vertices) = (motion.len(), self.decoder.require_topology()?.vertices);
        if count == 0 {
            return Err(Error::InvalidArgument("no frames to write".to_owned()));
        }
        // Said now, not after the frames before the last.
        if target.signal.is_some() && self.faces.as_ref().is_some_and(|faces| !faces.signals()) {
            return Err(Error::Unsupported("timeline semaphores are not enabled on this device".to_owned()));
        }
        let outputs = if target.normals.is_some() { NORMALS + 1 } else { OFFSETS + 1 };
        self.decode(motion, outputs, |plan, executable, items| {
            let source =
                |output: usize, base| VertexSource { port: plan.output(output), base, vertices, items: 0..items.len() };
            let points = source(OFFSETS, target.positions.then(|| plan.shared(NEUTRAL)));
            let signal = target.signal.filter(|_| items.end == count);
            let after_points = signal.filter(|_| target.normals.is_none());
            executable.export(&points, target.tensor, &target.points, items.start, after_points)?;
            let Some(layout) = &target.normals else { return Ok(()) };
            executable.export(&source(NORMALS, None), target.tensor, layout, items.start, signal)
        })
    }

    fn read(&mut self, motion: &Frames, output: usize, values: &mut [f32]) -> Result<()> {
        check_output(motion, values, self.decoder.require_topology()?.vertices * 3)?;
        self.decode(motion, output + 1, |plan, executable, items| plan.read(executable, output, items, values))
    }

    /// Computes the first `outputs` outputs of the faces, batch by batch; `take` is called with the rows of each.
    fn decode(
        &mut self,
        motion: &Frames,
        outputs: usize,
        take: impl FnMut(&BatchPlan, &mut dyn Executable, Range<usize>) -> Result<()>,
    ) -> Result<()> {
        self.decoder.require_offsets()?;
        check_motion(&self.decoder, motion)?;
        let Some(runner) = &mut self.faces else {
            return Err(Error::InvalidState("offsets need an identity; this reader has none".to_owned()));
        };
        let d_z = self.decoder.d_z();
        let record = |batch| self.decoder.record_faces(batch);
        runner.run_with(&record, motion.len(), |i| &motion.row(i)[..d_z], outputs, take)
    }
}

/// Motion must fit the decoder.
fn check_motion(decoder: &FaceDecoder, motion: &Frames) -> Result<()> {
    let expected = decoder.motion_width();
    if motion.width != expected && !motion.is_empty() {
        return Err(Error::InvalidArgument(format!("motion has {} columns, expected {expected}", motion.width)));
    }
    if motion.data.iter().any(|v| !v.is_finite()) {
        return Err(Error::InvalidArgument("motion is not finite".to_owned()));
    }
    Ok(())
}

/// The output of a call must fit its motion.
fn check_output(motion: &Frames, output: &[f32], columns: usize) -> Result<()> {
    if output.len() != motion.len() * columns {
        let (rows, len) = (motion.len(), output.len());
        return Err(Error::InvalidArgument(format!("output of {len} values for {rows} frames × {columns}")));
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
