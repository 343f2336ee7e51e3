//! A model's face finder: where the faces are in pictures that come without a box.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::face::{FaceFinder, FoundFace};
use crate::picture::{FaceBox, Picture, PictureFile};
use crate::unit::Unit;

use super::log::LogLevel;
use super::model::Model;

impl Model {
    /// What finds faces in pictures; one per thread.
    ///
    /// # Errors
    /// `MissingPart` for a model without a face finder.
    pub fn face_finder(&self) -> Result<FaceFinder> {
        let none = || Error::MissingPart("no face finder is loaded (models/face-finder.m2f)".to_owned());
        Ok(FaceFinder::new(self.finder_networks().ok_or_else(none)?))
    }

    /// Whether faces can be found.
    pub fn finds_faces(&self) -> bool {
        self.finder_networks().is_some()
    }

    /// The faces in a PNG or JPEG file, the largest first.
    ///
    /// # Errors
    /// `MissingPart` for a model without a face finder; `InvalidPicture`; `OutOfMemory`; what the backend reports.
    pub fn find_faces(&self, file: &[u8]) -> Result<Vec<FoundFace>> {
        let mut finder = self.face_finder()?;
        finder.find(&PictureFile::open(file, self.runtime().max_picture_pixels())?.decode()?)
    }

    /// The box of the one face that is read, the largest; `None` where none is found. What is odd about it is a warning; `what`
    /// names the picture there.
    pub(crate) async fn find_face_in(&self, picture: &Picture, what: &str, unit: &Unit) -> Result<Option<FaceBox>> {
        let found = self.face_finder()?.find_in(picture, unit).await?;
        if let Some(odd) = FoundFace::oddities(&found) {
            self.runtime().log.add(LogLevel::Warning, format!("{what}: {odd}"));
        }
        Ok(found.first().map(|found| found.face))
    }

    /// The square of a picture that the vision encoders look at: about `face`, else about the face that is found, else all of it.
    ///
    /// # Errors
    /// `InvalidPicture` where a finder finds no face; those of the file and the backend.
    pub(crate) async fn crop_face_in(
        self: &Arc<Self>,
        file: &PictureFile<'_>,
        face: Option<FaceBox>,
        side: usize,
        unit: &Unit,
    ) -> Result<Picture> {
        if let Some(face) = face {
            return file.crop_face(&face, side);
        }
        if !self.finds_faces() {
            let message = "no face finder is loaded: the whole picture was taken as the face's box";
            self.runtime().log.add(LogLevel::Warning, message);
            return file.crop_face(&file.whole(), side);
        }
        let picture = file.decode()?;
        unit.pause().await;
        match self.find_face_in(&picture, "the keyframe's picture", unit).await? {
            Some(face) => picture.crop_face(&face, side),
            None => Err(Error::InvalidPicture("no face was found in the picture; say where it is".to_owned())),
        }
    }

    /// A picture as a style tower looks at it: its middle, or the square about a face that is a part of it.
    pub(crate) async fn style_square_in(&self, file: &PictureFile<'_>, side: usize, unit: &Unit) -> Result<Picture> {
        if !self.finds_faces() {
            return file.resize_and_crop(side);
        }
        let picture = file.decode()?;
        unit.pause().await;
        let face = self.find_face_in(&picture, "the style picture", unit).await?;
        let shorter = picture.width.min(picture.height) as f32;
        match face.filter(|face| face.crop_side() < shorter) {
            Some(face) => picture.crop_face(&face, side),
            None => picture.resize_and_crop(side),
        }
    }
}
