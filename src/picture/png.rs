//! PNG files: the header, what their bytes can hold, rows.

use std::io::Cursor;

use ::png::{BitDepth, ColorType, Decoder, DecodingError, Info, Limits, Reader, Transformations};

use crate::error::{Error, Result};
use crate::limits::MAX_PNG_EXTRA_BYTES;

use super::room;
use super::turn::Turn;

/// First bytes of every PNG.
pub(super) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Most bytes that a byte of a deflate stream stands for: a copy of 258 bytes takes two bits at least, one for its length
/// and one for its distance (RFC 1951, 3.2).
const MOST_DEFLATED: u64 = 258 * 8 / 2;

/// First column and row of each pass of an interlaced picture, and the steps from one to the next (PNG, 8.2).
const PASSES: [[usize; 4]; 7] =
    [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

/// What the chunks before the pixels say.
pub(super) struct Header {
    pub(super) sides: [usize; 2],
    pub(super) turn: Turn,
    pub(super) animated: bool,
    interlaced: bool,
}

/// Width and height as the first chunk states them, not checked.
pub(super) fn stated_sides(bytes: &[u8]) -> Result<[u32; 2]> {
    let mut decoder = decoder(bytes);
    let info = decoder.read_header_info().map_err(|e| damaged(&e))?;
    Ok([info.width, info.height])
}

impl Header {
    /// Reads the chunks before the pixels; `stated_sides` were checked.
    ///
    /// # Errors
    /// `InvalidPicture` for a damaged file, and one too short for its pixels.
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let reader = reader(bytes)?;
        let info = reader.info();
        let sides = [info.width as usize, info.height as usize];
        let whole = |frame: &::png::FrameControl| (frame.width, frame.height) == (info.width, info.height);
        if !info.frame_control.as_ref().is_none_or(whole) {
            return Err(Error::InvalidPicture(
                "the PNG file is damaged: its still picture is of another size".to_owned(),
            ));
        }
        let most = (bytes.len() as u64).saturating_mul(MOST_DEFLATED);
        if raw_bytes(info) > most {
            let detail = format!("{} bytes do not hold {}×{} pixels", bytes.len(), sides[0], sides[1]);
            return Err(Error::InvalidPicture(format!("the PNG file is damaged: {detail}")));
        }
        Ok(Self {
            sides,
            turn: info.exif_metadata.as_deref().map(Turn::from_exif).unwrap_or_default(),
            animated: info.animation_control.is_some(),
            interlaced: info.interlaced,
        })
    }

    /// Whether rows come whole and in order, so that [`rows`](Self::rows) needs no memory but a row's.
    pub(super) fn streams(&self) -> bool {
        !self.interlaced
    }

    /// Hands on every stored row, RGB.
    pub(super) fn rows(&self, bytes: &[u8], mut take: impl FnMut(&[u8])) -> Result<()> {
        let (mut reader, mut row) = (reader(bytes)?, room(self.sides[0] * 3)?);
        row.resize(self.sides[0] * 3, 0);
        let mut source = row_of(&reader, self.sides[0])?;
        let format = Format::of(&reader);
        // The call that finds no more row reads to the end of the pixels' chunks: a cut file fails there.
        while reader.read_row(&mut source).map_err(|e| damaged(&e))?.is_some() {
            format.to_rgb(&source, &mut row);
            take(&row);
        }
        Ok(())
    }

    /// All stored pixels, RGB.
    pub(super) fn pixels(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let [width, height] = self.sides;
        let mut rgb = room(width * height * 3)?;
        if self.streams() {
            self.rows(bytes, |row| rgb.extend_from_slice(row))?;
            return Ok(rgb);
        }
        rgb.resize(width * height * 3, 0);
        let mut reader = reader(bytes)?;
        let (mut source, mut row) = (row_of(&reader, width)?, room(width * 3)?);
        row.resize(width * 3, 0);
        let format = Format::of(&reader);
        for [left, top, across, down] in PASSES {
            let columns = width.saturating_sub(left).div_ceil(across);
            // A pass without a column has no rows.
            for y in (top..height).step_by(down).take_while(|_| columns > 0) {
                if reader.read_row(&mut source).map_err(|e| damaged(&e))?.is_none() {
                    return Err(Error::InvalidPicture("the PNG file is damaged: it ends early".to_owned()));
                }
                let row = &mut row[..columns * 3];
                format.to_rgb(&source[..columns * format.pixel_bytes()], row);
                let places = (left..width).step_by(across);
                for (pixel, x) in row.chunks_exact(3).zip(places) {
                    rgb[(y * width + x) * 3..][..3].copy_from_slice(pixel);
                }
            }
        }
        reader.read_row(&mut source).map_err(|e| damaged(&e))?;
        Ok(rgb)
    }
}

/// Profiles and texts, which may be deflated, are passed over: no byte of them counts.
fn decoder(bytes: &[u8]) -> Decoder<Cursor<&[u8]>> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MAX_PNG_EXTRA_BYTES });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    decoder
}

/// At the first pixel.
fn reader(bytes: &[u8]) -> Result<Reader<Cursor<&[u8]>>> {
    decoder(bytes).read_info().map_err(|e| damaged(&e))
}

/// Bytes of all rows before they are deflated, each with that of its filter.
fn raw_bytes(info: &Info) -> u64 {
    let [width, height] = [info.width, info.height].map(u64::from);
    let bits = info.bits_per_pixel() as u64;
    let rows = |columns: u64, rows: u64| if columns == 0 { 0 } else { rows * (1 + (columns * bits).div_ceil(8)) };
    if !info.interlaced {
        return rows(width, height);
    }
    let part = |side: u64, first: usize, step: usize| side.saturating_sub(first as u64).div_ceil(step as u64);
    PASSES.iter().map(|&[left, top, across, down]| rows(part(width, left, across), part(height, top, down))).sum()
}

/// Room for the longest row as the decoder gives it.
fn row_of<R: std::io::BufRead + std::io::Seek>(reader: &Reader<R>, width: usize) -> Result<Vec<u8>> {
    let bytes = width * Format::of(reader).pixel_bytes();
    let mut row = room(bytes)?;
    row.resize(bytes, 0);
    Ok(row)
}

/// How the decoder gives pixels: no palette, and no sample of less than a byte.
#[derive(Clone, Copy)]
struct Format {
    channels: usize,
    /// 2 for 16 bits, the upper ones first.
    sample_bytes: usize,
}

impl Format {
    fn of<R: std::io::BufRead + std::io::Seek>(reader: &Reader<R>) -> Self {
        let (color, depth) = reader.output_color_type();
        let channels = match color {
            ColorType::Grayscale => 1,
            ColorType::GrayscaleAlpha => 2,
            ColorType::Rgb | ColorType::Indexed => 3,
            ColorType::Rgba => 4,
        };
        Self { channels, sample_bytes: if depth == BitDepth::Sixteen { 2 } else { 1 } }
    }

    fn pixel_bytes(self) -> usize {
        self.channels * self.sample_bytes
    }

    fn to_rgb(self, source: &[u8], rgb: &mut [u8]) {
        if self.pixel_bytes() == 3 {
            return rgb.copy_from_slice(source);
        }
        for (pixel, rgb) in source.chunks_exact(self.pixel_bytes()).zip(rgb.chunks_exact_mut(3)) {
            rgb.copy_from_slice(&self.pixel(pixel));
        }
    }

    /// Red, green and blue of one pixel, on white.
    fn pixel(self, pixel: &[u8]) -> [u8; 3] {
        let color = |c: usize| pixel[c * self.sample_bytes];
        let opaque = if self.channels < 3 { [color(0); 3] } else { [color(0), color(1), color(2)] };
        if self.channels % 2 == 1 {
            return opaque;
        }
        let alpha = u32::from(color(self.channels - 1));
        opaque.map(|value| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
    }
}

fn damaged(error: &DecodingError) -> Error {
    let detail = error.to_string();
    Error::InvalidPicture(format!("the PNG file is damaged: {}", detail.lines().next().unwrap_or_default()))
}
