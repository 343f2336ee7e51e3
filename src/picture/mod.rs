//! Pictures: untrusted bytes → RGB → what a network takes.
//!
//! Off the data path: [`prompt`](crate::prompt) and [`face`](crate::face) read pictures with it.
//!
//! | step | in | out |
//! |---|---|---|
//! | [`Picture::decode`] | a PNG or JPEG file | RGB u8 [height, width, 3] |
//! | [`Picture::resize_and_crop`] | RGB u8 | RGB u8 [side, side, 3], shorter side resized, centre cropped |
//! | [`Picture::crop_face`] | RGB u8, a face's box | RGB u8 [side, side, 3], the square of 1.6 times the box |
//! | [`Picture::to_channels`] | RGB u8 | f32 [3, height, width], (x/255 − mean)/std |
//!
//! Every step gives the bytes that Pillow gives (JPEG within a few levels: its decoders may differ), because the towers
//! were trained on pictures prepared by it. Decoding costs time and memory by the picture's pixels, which are bounded
//! before a pixel is decoded; resizing costs taps by the source's pixels, and no memory beyond source rows of one side.

mod crop;
mod decode;
mod jpeg;
mod resize;

pub use crop::FaceBox;

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

    /// Planes of `(x/255 − mean[c])/std[c]`: f32 [3, height, width].
    pub fn to_channels(&self, mean: [f32; 3], std: [f32; 3]) -> Vec<f32> {
        let plane =
            |c: usize| self.rgb.iter().skip(c).step_by(3).map(move |&v| (f32::from(v) / 255.0 - mean[c]) / std[c]);
        (0..3).flat_map(plane).collect()
    }
}
