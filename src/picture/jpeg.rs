//! JPEG files: the markers, what their bytes can hold, pixels.
//!
//! The markers are followed from the start of the image to its end before anything is decoded (ITU T.81, B.1): the decoder
//! fills what a cut file lacks with grey, and a style taken from half a picture would pass unnoticed. It is handed a copy of
//! the segments that count, so that it sees the frame and the scans that were checked, and no other.

use ::zune_jpeg::JpegDecoder;
use ::zune_jpeg::errors::DecodeErrors;
use ::zune_jpeg::zune_core::bytestream::ZCursor;
use ::zune_jpeg::zune_core::colorspace::ColorSpace;
use ::zune_jpeg::zune_core::options::DecoderOptions;

use crate::error::{Error, Result};
use crate::limits::{MAX_JPEG_SCANS, MAX_PICTURE_SIDE};

use super::room;
use super::turn::Turn;

/// First bytes of every JPEG.
pub(super) const START: [u8; 2] = [0xff, 0xd8];

const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;
const EXIF: &[u8] = b"Exif\0\0";

/// What the markers say.
pub(super) struct Header {
    pub(super) sides: [usize; 2],
    pub(super) turn: Turn,
    frame: Frame,
    /// Bytes of the segments that the decoder is given.
    kept: usize,
}

/// A start of frame.
#[derive(Clone, Copy)]
struct Frame {
    sides: [u16; 2],
    progressive: bool,
    /// Blocks of 8 × 8 samples of all components, without those that only fill a unit of several components.
    blocks: u64,
}

impl Header {
    /// Follows the markers.
    ///
    /// # Errors
    /// `InvalidPicture` for a cut or damaged file.
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let (mut frame, mut scans, mut turn, mut kept, mut complete) = (None, 0, Turn::default(), START.len(), false);
        for segment in Segments::of(bytes) {
            match segment.marker {
                END_OF_IMAGE => complete = true,
                START_OF_SCAN => scans += 1,
                0xe1 if scans == 0 => {
                    turn = segment.body.get(2..).and_then(|body| body.strip_prefix(EXIF)).map_or(turn, Turn::from_exif);
                }
                marker if is_frame(marker) => {
                    if frame.is_some() || scans > 0 {
                        return Err(damaged("it has two frames"));
                    }
                    frame = Some(Frame::read(segment).ok_or_else(|| damaged("its frame cannot be read"))?);
                }
                _ => {}
            }
            kept += segment.kept_bytes();
        }
        let frame = frame.filter(|_| complete && scans > 0);
        let frame = frame.ok_or_else(|| Error::InvalidPicture("the JPEG file is cut off or damaged".to_owned()))?;
        if scans > MAX_JPEG_SCANS {
            return Err(Error::InvalidPicture(format!("the JPEG file has {scans} scans, at most {MAX_JPEG_SCANS}")));
        }
        Ok(Self { sides: frame.sides.map(usize::from), turn, frame, kept })
    }

    /// Compares the pixels with what the bytes can hold. The codes of a block take two bits at least: one for its mean and
    /// one that ends it; in a progressive file one, as what ends thousands of blocks at once may be a single code. Blocks
    /// that are not coded do not exist: every component has a scan over all of its blocks.
    ///
    /// # Errors
    /// `InvalidPicture`.
    pub(super) fn check_room(&self, bytes: &[u8]) -> Result<()> {
        let least_bits = self.frame.blocks * if self.frame.progressive { 1 } else { 2 };
        if least_bits > bytes.len() as u64 * 8 {
            let [width, height] = self.sides;
            return Err(damaged(&format!("{} bytes do not hold {width}×{height} pixels", bytes.len())));
        }
        Ok(())
    }

    /// All stored pixels, RGB.
    pub(super) fn pixels(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let pixels = self.sides[0] * self.sides[1];
        let file = self.copy(bytes)?;
        let mut decoder = decoder(&file, ColorSpace::RGB);
        decoder.decode_headers().map_err(|e| unreadable(&e))?;
        let color = match decoder.input_colorspace() {
            Some(ColorSpace::Luma) => ColorSpace::Luma,
            _ => ColorSpace::RGB,
        };
        if decoder.dimensions() != Some((self.sides[0], self.sides[1])) {
            return Err(damaged("its frame cannot be read"));
        }
        let mut decoder = self::decoder(&file, color);
        let mut samples = room(pixels * color.num_components())?;
        samples.resize(pixels * color.num_components(), 0);
        decoder.decode_into(&mut samples).map_err(|e| unreadable(&e))?;
        if color != ColorSpace::Luma {
            return Ok(samples);
        }
        let mut rgb = room(pixels * 3)?;
        samples.iter().for_each(|grey| rgb.extend([*grey; 3]));
        Ok(rgb)
    }

    /// The file with the segments that count alone, one after another.
    fn copy(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut file = room(self.kept)?;
        file.extend(START);
        for segment in Segments::of(bytes).filter(Segment::counts) {
            file.extend([0xff, segment.marker]);
            file.extend_from_slice(segment.body);
        }
        Ok(file)
    }
}

fn decoder(file: &[u8], color: ColorSpace) -> JpegDecoder<ZCursor<&[u8]>> {
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(MAX_PICTURE_SIDE as usize)
        .set_max_height(MAX_PICTURE_SIDE as usize)
        .jpeg_set_max_scans(MAX_JPEG_SCANS)
        .jpeg_set_out_colorspace(color);
    JpegDecoder::new_with_options(ZCursor::new(file), options)
}

/// Any start of frame, those that no decoder here reads among them.
fn is_frame(marker: u8) -> bool {
    // 0xc4, 0xc8 and 0xcc lie between them and are none.
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

impl Frame {
    fn read(segment: Segment) -> Option<Self> {
        let (&[_, _, _, h1, h0, w1, w0, count], components) = segment.body.split_first_chunk::<8>()?;
        let sides = [u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0])];
        let components = components.get(..usize::from(count) * 3)?;
        let factors = || components.chunks_exact(3).map(|c| [u64::from(c[1] >> 4), u64::from(c[1] & 15)]);
        let most = factors().fold([1, 1], |[h, v], [ch, cv]: [u64; 2]| [h.max(ch), v.max(cv)]);
        let across = |side: usize, factor: u64| (u64::from(sides[side]) * factor).div_ceil(8 * most[side]);
        let blocks = factors().map(|[h, v]| across(0, h) * across(1, v)).sum();
        Some(Self { sides, progressive: segment.marker == 0xc2, blocks })
    }
}

/// A marker and what belongs to it.
#[derive(Clone, Copy)]
struct Segment<'a> {
    marker: u8,
    /// The length and what it counts, with a scan its data; nothing for the end of the image.
    body: &'a [u8],
}

impl Segment<'_> {
    /// Whether the decoder looks at it: frame, tables, restarts, scans, and of the applications' segments those that tell
    /// the colours (APP14) or leave out tables (APP0).
    fn counts(&self) -> bool {
        matches!(self.marker, 0xc0..=0xcf | 0xd9..=0xdb | 0xdd | 0xe0 | 0xee)
    }

    fn kept_bytes(&self) -> usize {
        if self.counts() { 2 + self.body.len() } else { 0 }
    }
}

/// The segments of a file up to the end of its image. A cut one is not among them, and nothing is behind it.
struct Segments<'a> {
    bytes: &'a [u8],
    at: Option<usize>,
}

impl<'a> Segments<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: Some(START.len()) }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        const TEMPORARY: u8 = 0x01;
        let mut at = self.at.take()?;
        loop {
            let marker = next_marker(self.bytes, &mut at)?;
            match marker {
                END_OF_IMAGE => return Some(Segment { marker, body: &[] }),
                // Without a segment: restarts, a second start of image.
                TEMPORARY | 0xd0..=0xd8 => {}
                _ => {
                    let length = self.bytes.get(at..)?.first_chunk::<2>()?;
                    let mut end = at + usize::from(u16::from_be_bytes(*length)).max(2);
                    if marker == START_OF_SCAN {
                        skip_scan(self.bytes, &mut end);
                    }
                    let body = self.bytes.get(at..end)?;
                    self.at = Some(end);
                    return Some(Segment { marker, body });
                }
            }
        }
    }
}

/// The next marker's code; `at` goes behind it. Bytes that are not part of a marker are skipped, as decoders do.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    let rest = bytes.get(*at..)?;
    let found = rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff))?;
    *at += found + 2;
    Some(rest[found + 1])
}

/// Moves `at` to the first marker after a scan's data, in which 0xff is followed by 0 or by a restart marker.
fn skip_scan(bytes: &[u8], at: &mut usize) {
    let rest = bytes.get(*at..).unwrap_or_default();
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff | 0xd0..=0xd7);
    *at += rest.windows(2).position(ends).unwrap_or(rest.len());
}

fn damaged(detail: &str) -> Error {
    Error::InvalidPicture(format!("the JPEG file is damaged: {detail}"))
}

fn unreadable(error: &DecodeErrors) -> Error {
    let detail = error.to_string();
    damaged(detail.lines().next().unwrap_or_default())
}
