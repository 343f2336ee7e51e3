//! The way back, from pictures of a talking face: what a data set of captured speech is made with.

use std::sync::Arc;

use crate::error::Result;
use crate::face::{FaceFinder, FaceReader, FoundFace, VisionReader};
use crate::picture::{FaceBox, Picture};
use crate::signal::Frames;
use crate::unit::{self, Unit};

use crate::host::model::Model;

/// What a run of pictures shows; a row a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// z, [pictures, d_z].
    pub latents: Frames,
    /// Blendshape weights 0..1, [pictures, weight count]: M′ of z, in the order of the pack's names.
    pub weights: Frames,
    /// The head's rotation, [pictures, 3]: axis-angle in rad, right-handed, +Y up, +Z out of the face.
    pub rotations: Frames,
}

/// Reads faces from pictures, on one thread at a time; it keeps its model alive. The caller says where the face is, or has it found.
pub struct Extractor {
    model: Arc<Model>,
    pictures: VisionReader,
    weights: FaceReader,
    finder: Option<FaceFinder>,
}

impl Model {
    /// What reads this model's faces from pictures; one per thread.
    ///
    /// # Errors
    /// `MissingPart` for a pack without `gnpfa.expression_encoder` or `gnpfa.pose_encoder`; `InvalidPack` when one is
    /// damaged.
    pub fn extractor(self: &Arc<Self>) -> Result<Extractor> {
        let programs = &self.programs().faces;
        let pictures = VisionReader::new(self.vision_encoder()?, programs);
        let weights = FaceReader::new(self.face()?, programs, None)?;
        let finder = self.finds_faces().then(|| self.face_finder()).transpose()?;
        Ok(Extractor { model: Arc::clone(self), pictures, weights, finder })
    }
}

impl Extractor {
    /// The model.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Side of the crops, pixels.
    pub fn side(&self) -> usize {
        self.pictures.encoder().side()
    }

    /// The faces of a picture, the largest first.
    ///
    /// # Errors
    /// `MissingPart` for a model without a face finder; what the backend reports.
    pub fn find(&mut self, picture: &Picture) -> Result<Vec<FoundFace>> {
        match &mut self.finder {
            Some(finder) => finder.find(picture),
            None => self.model.face_finder()?.find(picture),
        }
    }

    /// What the networks look at: [`Picture::crop_face`] of their side.
    ///
    /// # Errors
    /// As [`Picture::crop_face`].
    pub fn crop(&self, picture: &Picture, face: &FaceBox) -> Result<Picture> {
        picture.crop_face(face, self.side())
    }

    /// Latents, weights and rotations of crops; give it many at once.
    ///
    /// # Errors
    /// `InvalidArgument` for pictures that are no [`crop`](Self::crop)s; `MissingPart` without M′; `InvalidPack` when the
    /// networks overflow; what the backend reports.
    pub fn extract(&mut self, crops: &[Picture]) -> Result<Extracted> {
        unit::finish(self.extract_in(crops, &Unit::default()))
    }

    /// [`extract`](Self::extract), whose pictures are read in bounded parts.
    ///
    /// # Errors
    /// Those of [`extract`](Self::extract).
    pub(crate) async fn extract_in(&mut self, crops: &[Picture], unit: &Unit) -> Result<Extracted> {
        let codes = self.pictures.read_in(crops, unit).await?;
        let decoder = self.weights.decoder();
        let mut weights = Frames::zeros(crops.len(), decoder.weight_count());
        let mut motion = Frames::zeros(crops.len(), decoder.motion_width());
        let width = codes.latents.width;
        (0..crops.len()).for_each(|i| motion.row_mut(i)[..width].copy_from_slice(codes.latents.row(i)));
        self.weights.weights(&motion, &mut weights.data)?;
        Ok(Extracted { latents: codes.latents, weights, rotations: codes.rotations })
    }
}
