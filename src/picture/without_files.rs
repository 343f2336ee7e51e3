//! In the place of the readers of picture files in a build without them.

use std::convert::Infallible;
use std::marker::PhantomData;

use crate::error::{Error, Result};

use super::{FaceBox, Picture};

/// A picture's file whose header was read and checked: none can be.
pub struct PictureFile<'a>(Infallible, PhantomData<&'a [u8]>);

impl<'a> PictureFile<'a> {
    /// # Errors
    /// `Unsupported`.
    pub fn open(_: &'a [u8], _: u64) -> Result<Self> {
        Err(Error::Unsupported("this library was built without picture files".to_owned()))
    }

    /// Width and height in pixels.
    pub fn sides(&self) -> [usize; 2] {
        match self.0 {}
    }

    /// True for an animated PNG.
    pub fn is_animated(&self) -> bool {
        match self.0 {}
    }

    /// The box of all of the picture.
    pub fn whole(&self) -> FaceBox {
        match self.0 {}
    }

    /// # Errors
    /// None.
    pub fn check_face(&self, _: &FaceBox) -> Result<()> {
        match self.0 {}
    }

    /// # Errors
    /// None.
    pub fn decode(&self) -> Result<Picture> {
        match self.0 {}
    }

    /// # Errors
    /// None.
    pub fn resize_and_crop(&self, _: usize) -> Result<Picture> {
        match self.0 {}
    }

    /// # Errors
    /// None.
    pub fn crop_face(&self, _: &FaceBox, _: usize) -> Result<Picture> {
        match self.0 {}
    }
}
