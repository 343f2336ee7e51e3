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

use crate::error::{Error, Result};
use crate::limits::MAX_PICTURE_SIDE;
use crate::memory;

use super::resize::{Axis, Resampler};
use super::turn::Turn;
use super::{FaceBox, Picture, jpeg, png, room};

/// Memory that decoders take besides pixels; measured 640 kB.
const TABLES_BYTES: usize = 1 << 20;

/// A picture's file whose header was read and checked.
pub struct PictureFile<'a> {
    bytes: &'a [u8],
    kind: Kind,
}

enum Kind {
    Png(png::Header),
    Jpeg(jpeg::Header),
}

impl<'a> PictureFile<'a> {
    /// Reads what is before the pixels of a PNG or JPEG file; of a JPEG also where its scans end.
    ///
    /// # Errors
    /// `InvalidPicture` for another format, a damaged header, a cut JPEG, sides of zero or above [`MAX_PICTURE_SIDE`], more
    /// than `max_pixels`, and more pixels than the file's bytes can hold.
    pub fn open(bytes: &'a [u8], max_pixels: u64) -> Result<Self> {
        let _room = memory::room(TABLES_BYTES, "the header of a picture")?;
        let kind = match bytes {
            [] => return Err(Error::InvalidPicture("the picture file is empty".to_owned())),
            _ if bytes.starts_with(&png::SIGNATURE[..4]) => {
                check_size(png::stated_sides(bytes)?, max_pixels)?;
                Kind::Png(png::Header::read(bytes)?)
            }
            _ if bytes.starts_with(&jpeg::START) => {
                let header = jpeg::Header::read(bytes)?;
                check_size(header.sides.map(|side| side as u32), max_pixels)?;
                header.check_room(bytes)?;
                Kind::Jpeg(header)
            }
            _ => return Err(Error::InvalidPicture("the file is neither a PNG nor a JPEG picture".to_owned())),
        };
        Ok(Self { bytes, kind })
    }

    /// Width and height in pixels, as the picture is seen.
    pub fn sides(&self) -> [usize; 2] {
        self.turn().sides(self.stored_sides())
    }

    /// True for an animated PNG, of which the still picture is read, as a rule the first frame.
    pub fn is_animated(&self) -> bool {
        matches!(&self.kind, Kind::Png(header) if header.animated)
    }

    /// The box of all of the picture.
    pub fn whole(&self) -> FaceBox {
        let [width, height] = self.sides();
        FaceBox::of_size(width, height)
    }

    /// Whether [`crop_face`](Self::crop_face) takes this box; nothing is decoded for it.
    ///
    /// # Errors
    /// `InvalidArgument`, as [`Picture::crop_face`] says.
    pub fn check_face(&self, face: &FaceBox) -> Result<()> {
        face.check(self.sides())
    }

    /// All of its pixels.
    ///
    /// # Errors
    /// `InvalidPicture` for a damaged or cut file; `OutOfMemory`.
    pub fn decode(&self) -> Result<Picture> {
        let (turn, stored) = (self.turn(), self.stored_sides());
        let [width, height] = self.sides();
        let pixels = self.pixels()?;
        if turn.is_none() {
            return Ok(Picture::new(width, height, pixels));
        }
        let mut rgb = room(pixels.len())?;
        rgb.resize(pixels.len(), 0);
        let rows = rgb.chunks_exact_mut(width * 3).enumerate();
        rows.for_each(|(y, row)| turn.row(&pixels, stored, y, row));
        Ok(Picture::new(width, height, rgb))
    }

    /// [`Picture::resize_and_crop`] of its pixels, which are not all kept where they come row by row.
    ///
    /// # Errors
    /// Those of [`decode`](Self::decode).
    ///
    /// # Panics
    /// If `side` is zero.
    pub fn resize_and_crop(&self, side: usize) -> Result<Picture> {
        self.resample(&Axis::middle(self.sides(), side)?)
    }

    /// [`Picture::crop_face`] of its pixels, likewise.
    ///
    /// # Errors
    /// Those of [`check_face`](Self::check_face) and [`decode`](Self::decode).
    ///
    /// # Panics
    /// If `side` is zero.
    pub fn crop_face(&self, face: &FaceBox, side: usize) -> Result<Picture> {
        self.resample(&face.axes(self.sides(), side)?)
    }

    fn resample(&self, axes: &[Axis; 2]) -> Result<Picture> {
        let (turn, mut resampler) = (self.turn(), Resampler::new(axes)?);
        match &self.kind {
            Kind::Png(header) if header.streams() && turn.is_none() => {
                let _room = self.room()?;
                header.rows(self.bytes, |row| resampler.push(row))?;
            }
            _ => {
                let (pixels, stored) = (self.pixels()?, self.stored_sides());
                let [width, height] = self.sides();
                let mut row = room(width * 3)?;
                row.resize(width * 3, 0);
                for y in 0..height {
                    turn.row(&pixels, stored, y, &mut row);
                    resampler.push(&row);
                }
            }
        }
        Ok(resampler.finish())
    }

    fn stored_sides(&self) -> [usize; 2] {
        match &self.kind {
            Kind::Png(header) => header.sides,
            Kind::Jpeg(header) => header.sides,
        }
    }

    fn turn(&self) -> Turn {
        match &self.kind {
            Kind::Png(header) => header.turn,
            Kind::Jpeg(header) => header.turn,
        }
    }

    /// What the decoder takes of its own: tables, and of a JPEG 10 bytes a pixel; measured 9.6, of a progressive
    /// one of four colours.
    fn room(&self) -> Result<memory::Room> {
        let [width, height] = self.stored_sides();
        let pixels = if matches!(self.kind, Kind::Jpeg(_)) { width * height } else { width };
        memory::room(TABLES_BYTES + 10 * pixels, "the pixels of a picture")
    }

    /// Stored pixels, RGB.
    fn pixels(&self) -> Result<Vec<u8>> {
        let _room = self.room()?;
        match &self.kind {
            Kind::Png(header) => header.pixels(self.bytes),
            Kind::Jpeg(header) => header.pixels(self.bytes),
        }
    }
}

fn check_size([width, height]: [u32; 2], max_pixels: u64) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(Error::InvalidPicture(format!("the picture is empty: {width}×{height}")));
    }
    if width.max(height) > MAX_PICTURE_SIDE || u64::from(width) * u64::from(height) > max_pixels {
        return Err(Error::InvalidPicture(format!(
            "the picture is too large: {width}×{height}; a side may have {MAX_PICTURE_SIDE} pixels and the whole \
             {max_pixels} (max_picture_pixels)"
        )));
    }
    Ok(())
}
