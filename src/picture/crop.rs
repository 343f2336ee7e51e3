//! The square that a network sees of a face.

use crate::error::{Error, Result};
use crate::limits::MAX_PICTURE_SIDE;

use super::Picture;
use super::resize::Axis;

/// Side of the crop over the longer side of the face's box.
const MARGIN: f32 = 1.6;

/// Where a face is in a picture, pixels from the upper left corner; it may reach past the borders.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaceBox {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Above zero.
    pub width: f32,
    /// Above zero.
    pub height: f32,
}

impl FaceBox {
    /// All of a picture.
    pub fn whole(picture: &Picture) -> Self {
        Self::of_size(picture.width, picture.height)
    }

    /// All of a picture of this width and height.
    pub(super) fn of_size(width: usize, height: usize) -> Self {
        Self { x: 0.0, y: 0.0, width: width as f32, height: height as f32 }
    }

    /// Side of [`Picture::crop_face`] in the picture, pixels.
    pub fn crop_side(&self) -> f32 {
        (MARGIN * self.width.max(self.height)).round().max(1.0)
    }

    /// Whether it fits a picture of this width and height; nothing is cropped for it.
    pub(super) fn check(&self, [picture_width, picture_height]: [usize; 2]) -> Result<()> {
        let Self { x, y, width, height } = *self;
        let invalid =
            |detail: &str| Err(Error::InvalidArgument(format!("the face box {x},{y},{width},{height} {detail}")));
        let most = MAX_PICTURE_SIDE as f32;
        let fits = |side: f32| side > 0.0 && side <= most;
        if !(x.is_finite() && y.is_finite() && fits(width) && fits(height)) {
            return invalid(&format!("needs a width and a height above 0 and up to {MAX_PICTURE_SIDE}"));
        }
        if x + width <= 0.0 || y + height <= 0.0 || x >= picture_width as f32 || y >= picture_height as f32 {
            return invalid(&format!("is outside the picture of {picture_width}×{picture_height}"));
        }
        Ok(())
    }

    /// Columns and rows of [`Picture::crop_face`] for a picture of this width and height.
    pub(super) fn axes(&self, sides: [usize; 2], side: usize) -> Result<[Axis; 2]> {
        self.check(sides)?;
        let length = self.crop_side();
        let axis = |start: f32, extent: f32, own: usize| {
            let corner = (start + 0.5 * (extent - length)).round() as isize;
            Axis::window(corner, length as usize, side, own)
        };
        Ok([axis(self.x, self.width, sides[0])?, axis(self.y, self.height, sides[1])?])
    }
}

impl Picture {
    /// The square of 1.6 times the box's longer side about its middle, in whole pixels, resized to `side × side`. Where it
    /// reaches past the picture, the border's pixels are repeated.
    ///
    /// # Errors
    /// `InvalidArgument` for a box that is empty, not finite, larger than [`MAX_PICTURE_SIDE`], or outside the picture;
    /// `OutOfMemory`.
    ///
    /// # Panics
    /// If `side` is zero.
    pub fn crop_face(&self, face: &FaceBox, side: usize) -> Result<Self> {
        self.resample(&face.axes([self.width, self.height], side)?)
    }
}
