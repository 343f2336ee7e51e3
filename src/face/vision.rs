//! E_exp and E_pose: pictures of a face to z and the head's rotation, as the paper's data set M2F-D is made.
//!
//! In: square RGB pictures, each the crop of a face ([`Picture::crop_face`]). Out: z [pictures, d_z], axis-angle
//! [pictures, 3] in rad. Both networks are [`Encoder`]s and share a plan; 10 MFLOP a picture at 64².

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::pack::Pack;
use crate::picture::Picture;
use crate::plan::Executable;
use crate::signal::Frames;
use crate::unit::{self, Unit};

use super::batch::{BatchPlan, BatchRunner, FacePrograms};
use super::encoder::Encoder;
use super::{config, holds, missing};

/// Columns of a rotation.
const ROTATION: usize = 3;
/// Outputs of the plan.
const LATENTS: usize = 0;
const ROTATIONS: usize = 1;

/// A pack's way from pictures to faces. Immutable; share it between threads, with a [`VisionReader`] for each.
#[derive(Debug)]
pub struct VisionEncoder {
    side: usize,
    d_z: usize,
    expression: Encoder,
    pose: Encoder,
}

impl VisionEncoder {
    /// `gnpfa.expression_encoder.*` and `gnpfa.pose_encoder.*`; channels and side are the tensors'.
    ///
    /// # Errors
    /// `MissingPart` for a pack without one of them or without `gnpfa`; `InvalidPack` when one is damaged, or they take
    /// pictures of different sides.
    pub fn load(pack: &Pack) -> Result<Self> {
        let config = config(pack)?;
        let encoder = |name: &str, outputs| {
            let prefix = format!("gnpfa.{name}_encoder");
            if !holds(pack, &format!("{prefix}.")) {
                return Err(missing(&format!("{name} encoder ({prefix}), so it reads no faces from pictures")));
            }
            Encoder::load_any(pack, &prefix, config.groups, outputs)
        };
        let (expression, pose) = (encoder("expression", config.d_z)?, encoder("pose", ROTATION)?);
        let side = expression.res();
        if pose.res() != side {
            let detail = format!("gnpfa.pose_encoder takes pictures of side {}, the other of {side}", pose.res());
            return Err(Error::InvalidPack(detail));
        }
        Ok(Self { side, d_z: config.d_z, expression, pose })
    }

    /// Side of the pictures, pixels.
    pub fn side(&self) -> usize {
        self.side
    }

    fn record(&self, batch: usize) -> BatchPlan {
        BatchPlan::record_shared([batch, self.side * self.side, 3], &[], |plan, pictures, _| {
            let mut network = |name: &str, encoder: &Encoder| {
                let section = plan.section(name);
                let code = encoder.record(plan, pictures);
                let (output, out) = plan.output("output", code.batch, code.rows, code.cols);
                plan.copy(code, out);
                (section, output)
            };
            vec![network("expression", &self.expression), network("head pose", &self.pose)]
        })
    }
}

/// What pictures show.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureCodes {
    /// z, [pictures, d_z].
    pub latents: Frames,
    /// The head's rotation, [pictures, 3], axis-angle in rad.
    pub rotations: Frames,
}

/// Reads faces from pictures. Owns its executables, which are compiled when first needed: one thread at a time.
pub struct VisionReader {
    encoder: Arc<VisionEncoder>,
    runner: BatchRunner,
}

impl VisionReader {
    /// On this backend.
    pub fn new(encoder: &Arc<VisionEncoder>, programs: &Arc<FacePrograms>) -> Self {
        let runner = BatchRunner::new(programs, "pictures", programs.backend().frames_per_run(), Arc::new([]));
        Self { encoder: Arc::clone(encoder), runner }
    }

    /// The networks.
    pub fn encoder(&self) -> &VisionEncoder {
        &self.encoder
    }

    /// z and rotation of every picture; give it many at once.
    ///
    /// # Errors
    /// `InvalidArgument` for a picture that is not [`side`](VisionEncoder::side) × side; `InvalidPack` when the networks
    /// overflow; what the backend reports.
    pub fn read(&mut self, pictures: &[Picture]) -> Result<PictureCodes> {
        unit::finish(self.read_in(pictures, &Unit::default()))
    }

    /// [`read`](Self::read) in bounded parts.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub async fn read_in(&mut self, pictures: &[Picture], unit: &Unit) -> Result<PictureCodes> {
        let Self { encoder, runner } = self;
        let side = encoder.side;
        if let Some(other) = pictures.iter().find(|picture| (picture.width, picture.height) != (side, side)) {
            let detail = format!("a picture of {}×{}, expected {side}×{side}", other.width, other.height);
            return Err(Error::InvalidArgument(detail));
        }
        let inputs: Vec<Vec<f32>> = pictures.iter().map(|picture| scaled(&picture.rgb)).collect();
        let mut latents = Frames::zeros(pictures.len(), encoder.d_z);
        let mut rotations = Frames::zeros(pictures.len(), ROTATION);
        let record = |batch| encoder.record(batch);
        let take = |plan: &BatchPlan, executable: &mut dyn Executable, items: Range<usize>| {
            plan.read(executable, LATENTS, items.clone(), &mut latents.data)?;
            plan.read(executable, ROTATIONS, items, &mut rotations.data)
        };
        runner.run_in(&record, inputs.len(), |i| &inputs[i], 2, take, unit).await?;
        if latents.data.iter().chain(&rotations.data).any(|v| !v.is_finite()) {
            return Err(Error::InvalidPack("the pack's vision encoders give codes that are not finite".to_owned()));
        }
        Ok(PictureCodes { latents, rotations })
    }
}

/// −1..1, channels last as they are.
fn scaled(rgb: &[u8]) -> Vec<f32> {
    rgb.iter().map(|&level| f32::from(level) / 127.5 - 1.0).collect()
}
