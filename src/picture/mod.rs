//! Pictures: untrusted bytes → RGB → what a network takes.
//!
//! Off the data path: [`prompt`](crate::prompt) and [`face`](crate::face) read pictures with it.
//!
//! | step | in | out |
//! |---|---|---|
//! | [`PictureFile::open`] | a PNG or JPEG file | its header, checked: sides, turn, whether it is animated |
//! | [`PictureFile::decode`] | the file | RGB u8 [height, width, 3] |
//! | [`PictureFile::resize_and_crop`] | the file, or a [`Picture`] | RGB u8 [side, side, 3], shorter side resized, centre cropped |
//! | [`PictureFile::crop_face`] | the file or a [`Picture`], a face's box | RGB u8 [side, side, 3], the square of 1.6 times the box |
//! | [`Picture::to_channels`] | RGB u8 | f32 [3, height, width], (x/255 − mean)/std |
//!
//! Every step gives the bytes that Pillow gives (JPEG within a few levels: its decoders may differ), because the towers
//! were trained on pictures prepared by it.
//!
//! A header's word is neither memory nor time: its pixels are compared with the limit that the caller sets and with what
//! the file's bytes can hold before any is decoded. A PNG goes row by row into the reduced size and takes a few rows; an
//! interlaced or a turned one is held once, 3 bytes a pixel; a JPEG once, and 2 bytes a sample more where its scans hold
//! parts of it (progressive ones). Resizing costs taps by the source's pixels.

mod crop;
#[cfg(feature = "pictures")]
mod file;
#[cfg(not(feature = "pictures"))]
#[path = "without_files.rs"]
mod file;
#[cfg(feature = "pictures")]
mod jpeg;
#[cfg(feature = "pictures")]
mod png;
mod resize;
#[cfg(feature = "pictures")]
mod turn;

use crate::error::Result;
use crate::limits::DEFAULT_PICTURE_PIXELS;
use crate::memory;

pub use crop::FaceBox;
pub use file::PictureFile;

/// A picture in memory: RGB, 8 bits a channel, rows from the top, no padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels of a row; at least 1.
    pub width: usize,
    /// Rows; at least 1.
    pub height: usize,
    /// `height · width · 3` values.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// Wraps pixels.
    ///
    /// # Panics
    /// If they do not fill the shape, or the shape is empty.
    pub fn new(width: usize, height: usize, rgb: Vec<u8>) -> Self {
        assert!(width > 0 && height > 0 && rgb.len() == width * height * 3, "{width}×{height} of {} values", rgb.len());
        Self { width, height, rgb }
    }

    /// Decodes a PNG or JPEG file of at most [`DEFAULT_PICTURE_PIXELS`]; [`PictureFile::open`] takes another limit.
    ///
    /// # Errors
    /// Those of [`PictureFile::open`] and [`PictureFile::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        PictureFile::open(bytes, DEFAULT_PICTURE_PIXELS)?.decode()
    }

    /// Planes of `(x/255 − mean[c])/std[c]`: f32 [3, height, width].
    pub fn to_channels(&self, mean: [f32; 3], std: [f32; 3]) -> Vec<f32> {
        let plane =
            |c: usize| self.rgb.iter().skip(c).step_by(3).map(move |&v| (f32::from(v) / 255.0 - mean[c]) / std[c]);
        (0..3).flat_map(plane).collect()
    }
}

/// An empty list with room for `count`.
fn room<T>(count: usize) -> Result<Vec<T>> {
    memory::with_capacity(count, "a picture")
}
