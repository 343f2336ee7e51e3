//! A PNG or JPEG file → RGB u8, as Pillow's `ImageOps.exif_transpose(open(…)).convert("RGB")` gives it on white.
//!
//! - What is transparent is laid over white, as the towers' training does it: c·a + 255·(1 − a), so that a colour hidden
//!   under it does not count. A palette is looked up; grey is repeated.
//! - The picture stands upright: all eight orientations of an Exif tag are obeyed, and so sides are those that are seen.
//! - Of 16 bits a channel the upper 8 are kept (also of grey, which Pillow clips to nearly white).
//! - CMYK and YCCK JPEGs are read as Adobe stores them, inverted: r = c·k/255.
//! - Colour profiles and gamma are ignored; of an animation the still picture is read.
//!
//! Sides and pixels are checked on the header, before any pixel is decoded. A cut file is an error, also where a decoder
//! would fill the rest with grey.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageResult, Limits, RgbImage};

use crate::error::{Error, Result};
use crate::limits::{MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE, MAX_PNG_EXTRA_BYTES};

use super::{Picture, jpeg};

impl Picture {
    /// True for an animated PNG, of which [`decode`](Self::decode) reads the still picture, as a rule the first frame.
    pub fn is_animated(bytes: &[u8]) -> bool {
        bytes.starts_with(b"\x89PNG") && png(bytes).and_then(|decoder| decoder.is_apng()).unwrap_or(false)
    }

    /// Decodes a PNG or JPEG file.
    ///
    /// # Errors
    /// `InvalidPicture` for another format, a damaged or cut file, and sides or pixels of zero or above
    /// [`MAX_PICTURE_SIDE`] and [`MAX_PICTURE_PIXELS`].
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', ..] => decode(png(bytes).map_err(|e| invalid("PNG", &e))?, "PNG"),
            [0xff, 0xd8, ..] => {
                if !jpeg::is_complete(bytes) {
                    return Err(Error::InvalidPicture("the JPEG file is cut off or damaged".to_owned()));
                }
                decode(JpegDecoder::new(Cursor::new(bytes)).map_err(|e| invalid("JPEG", &e))?, "JPEG")
            }
            [] => Err(Error::InvalidPicture("the picture file is empty".to_owned())),
            _ => Err(Error::InvalidPicture("the file is neither a PNG nor a JPEG picture".to_owned())),
        }
    }
}

/// Reads the chunks before the pixels.
fn png(bytes: &[u8]) -> ImageResult<PngDecoder<Cursor<&[u8]>>> {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_PICTURE_SIDE);
    limits.max_image_height = Some(MAX_PICTURE_SIDE);
    limits.max_alloc = Some(MAX_PNG_EXTRA_BYTES);
    PngDecoder::with_limits(Cursor::new(bytes), limits)
}

fn decode(mut decoder: impl ImageDecoder, format: &str) -> Result<Picture> {
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    // A tag that cannot be read turns nothing.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let color = decoder.color_type();
    let channels = usize::from(color.channel_count());
    let sample_bytes = usize::from(color.bytes_per_pixel()) / channels;
    let mut samples = vec![0; decoder.total_bytes() as usize];
    decoder.read_image(&mut samples).map_err(|e| invalid(format, &e))?;

    if (channels, sample_bytes) != (3, 1) {
        samples = samples.chunks_exact(channels * sample_bytes).flat_map(|p| rgb(p, channels, sample_bytes)).collect();
    }
    Ok(turned(Picture::new(width as usize, height as usize, samples), orientation))
}

/// The picture upright.
fn turned(picture: Picture, orientation: Orientation) -> Picture {
    if orientation == Orientation::NoTransforms {
        return picture;
    }
    let rgb = RgbImage::from_raw(picture.width as u32, picture.height as u32, picture.rgb).expect("it fills its sides");
    let mut image = DynamicImage::ImageRgb8(rgb);
    image.apply_orientation(orientation);
    Picture::new(image.width() as usize, image.height() as usize, image.into_rgb8().into_raw())
}

/// Red, green and blue of one pixel of 1 to 4 channels, on white; 16-bit samples are in the machine's order.
fn rgb(pixel: &[u8], channels: usize, sample_bytes: usize) -> [u8; 3] {
    let upper = if cfg!(target_endian = "little") { sample_bytes - 1 } else { 0 };
    let color = |c: usize| pixel[c * sample_bytes + upper];
    let opaque = if channels < 3 { [color(0); 3] } else { [color(0), color(1), color(2)] };
    if channels % 2 == 1 {
        return opaque;
    }
    let alpha = u32::from(color(channels - 1));
    opaque.map(|value| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
}

fn check_size(width: u32, height: u32) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(Error::InvalidPicture(format!("the picture is empty: {width}×{height}")));
    }
    if width.max(height) > MAX_PICTURE_SIDE || u64::from(width) * u64::from(height) > MAX_PICTURE_PIXELS {
        return Err(too_large());
    }
    Ok(())
}

fn too_large() -> Error {
    Error::InvalidPicture(format!(
        "the picture is too large: a side may have {MAX_PICTURE_SIDE} pixels and the whole {MAX_PICTURE_PIXELS}"
    ))
}

fn invalid(format: &str, error: &ImageError) -> Error {
    if let ImageError::Limits(_) = error {
        return too_large();
    }
    let detail = error.to_string();
    Error::InvalidPicture(format!("the {format} file is damaged: {}", detail.lines().next().unwrap_or_default()))
}
