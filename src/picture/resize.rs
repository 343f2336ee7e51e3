//! Resize and centre crop, byte for byte as Pillow and CLIP's preprocessing do it.
//!
//! The filter is the bicubic of Keys with a = −½, widened by the scale when shrinking (antialiased), applied along x, then
//! along y, with weights of 22 fractional bits and rounding to 8 bits between the two passes (Pillow up to 12; later ones
//! take some pictures along y first, which changes single levels). Only pixels that the crop
//! keeps are computed: a picture of 1×16384 costs no more than its own rows times the side. A window that reaches past
//! the borders sees their pixels again and again; what it weighs them with is added up first, so that it costs what the
//! picture's own pixels cost.
//!
//! Rows come one after the other from the top, and only those that the next row of the result reads are kept: four rows
//! of the result's scale, 12 bytes times the longer side.

use crate::error::Result;

use super::{Picture, room};

/// Fractional bits of a weight: 32 less 8 for the pixel and 2 for overshoot.
const PRECISION_BITS: u32 = 32 - 8 - 2;

/// Half-width of the filter at scale 1.
const SUPPORT: f64 = 2.0;

impl Picture {
    /// The shorter side resized to `side`, the longer in proportion (rounded down), then the middle `side × side`.
    ///
    /// # Errors
    /// `OutOfMemory`.
    ///
    /// # Panics
    /// If `side` is zero.
    pub fn resize_and_crop(&self, side: usize) -> Result<Self> {
        self.resample(&Axis::middle([self.width, self.height], side)?)
    }

    /// Resized to these sides.
    ///
    /// # Errors
    /// `OutOfMemory`.
    ///
    /// # Panics
    /// If a side is zero.
    pub fn resized(&self, width: usize, height: usize) -> Result<Self> {
        let axis = |own: usize, side: usize| Axis::window(0, own, side, own);
        self.resample(&[axis(self.width, width)?, axis(self.height, height)?])
    }

    pub(super) fn resample(&self, axes: &[Axis; 2]) -> Result<Self> {
        let mut resampler = Resampler::new(axes)?;
        self.rgb.chunks_exact(self.width * 3).for_each(|row| resampler.push(row));
        Ok(resampler.finish())
    }
}

/// The resampling of one axis.
pub(super) struct Axis {
    /// One per kept output pixel, in order: neither their firsts nor their ends go down.
    taps: Vec<Tap>,
}

/// The source pixels of one output pixel.
struct Tap {
    first: usize,
    weights: Vec<i32>,
}

impl Axis {
    /// Columns and rows of [`Picture::resize_and_crop`] for a picture of width and height.
    pub(super) fn middle(sides: [usize; 2], side: usize) -> Result<[Self; 2]> {
        assert!(side > 0, "empty crop");
        let shorter = sides[0].min(sides[1]);
        let axis = |own: usize| {
            let target = side * own / shorter;
            // Python's round(): a half goes to the even side.
            let margin = target - side;
            let start = margin / 2 + usize::from(margin % 4 == 3);
            Self::new(start..start + side, |i| Tap::new(own, target, i, 0, own))
        };
        Ok([axis(sides[0])?, axis(sides[1])?])
    }

    /// All of a window of `length` pixels to `side`; it begins at the pixel `corner` of the picture's `own`.
    pub(super) fn window(corner: isize, length: usize, side: usize, own: usize) -> Result<Self> {
        assert!(side > 0, "empty crop");
        Self::new(0..side, |i| Tap::new(length, side, i, corner, own))
    }

    fn new(kept: std::ops::Range<usize>, tap: impl Fn(usize) -> Result<Tap>) -> Result<Self> {
        let mut taps = room(kept.len())?;
        for i in kept {
            taps.push(tap(i)?);
        }
        Ok(Self { taps })
    }

    /// Most source pixels of a tap.
    fn reach(&self) -> usize {
        self.taps.iter().map(|tap| tap.weights.len()).max().unwrap_or(0)
    }
}

impl Tap {
    /// Of the output pixel `index` of `target` from `source` pixels, the first of which lies at `corner` of a picture of
    /// `own` pixels; what lies past its ends counts as they do.
    fn new(source: usize, target: usize, index: usize, corner: isize, own: usize) -> Result<Self> {
        let scale = source as f64 / target as f64;
        let widening = scale.max(1.0);
        let support = SUPPORT * widening;
        let center = (index as f64 + 0.5) * scale;
        // Truncation toward zero, as in C; a negative start means the first pixel.
        let first = (center - support + 0.5) as usize;
        let end = ((center + support + 0.5) as usize).min(source);

        let weight = |x: usize| bicubic((x as f64 - center + 0.5) * widening.recip());
        let sum: f64 = (first..end).map(weight).sum();
        let fixed = |w: f64| (w / sum * f64::from(1u32 << PRECISION_BITS)).round() as i32;

        let within = |x: usize| (corner + x as isize).clamp(0, own as isize - 1) as usize;
        let lowest = within(first);
        let len = within(end - 1) - lowest + 1;
        let mut weights = room(len)?;
        weights.resize(len, 0);
        (first..end).for_each(|x| weights[within(x) - lowest] += fixed(weight(x)));
        Ok(Self { first: lowest, weights })
    }

    fn end(&self) -> usize {
        self.first + self.weights.len()
    }
}

/// A sum, before it is rounded.
const HALF: i32 = 1 << (PRECISION_BITS - 1);

/// A sum of weighted levels, rounded and clamped.
fn level(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}

/// Takes a picture's rows and gives the resampled picture.
pub(super) struct Resampler<'a> {
    axes: &'a [Axis; 2],
    /// Rows that went through the first pass, as many as a tap reads; row y lies at y modulo their number.
    wide: Vec<u8>,
    sums: Vec<i32>,
    /// Rows that came.
    rows: usize,
    /// Rows of the result that are done.
    done: usize,
    rgb: Vec<u8>,
}

impl<'a> Resampler<'a> {
    /// For pictures that the columns and rows were made for.
    pub(super) fn new(axes: &'a [Axis; 2]) -> Result<Self> {
        let (width, height) = (axes[0].taps.len() * 3, axes[1].taps.len());
        let (mut wide, mut sums, mut rgb) = (room(axes[1].reach() * width)?, room(width)?, room(height * width)?);
        wide.resize(wide.capacity(), 0);
        sums.resize(width, 0);
        rgb.resize(height * width, 0);
        Ok(Self { axes, wide, sums, rows: 0, done: 0, rgb })
    }

    /// The next row, RGB of the picture's width. What is below the last row that counts is not looked at.
    pub(super) fn push(&mut self, row: &[u8]) {
        let Self { axes: [columns, rows], wide, sums, .. } = self;
        let Some(next) = rows.taps.get(self.done) else { return };
        let y = self.rows;
        self.rows += 1;
        if y < next.first {
            return;
        }
        let (width, kept) = (columns.taps.len() * 3, rows.reach());
        let place = |y: usize| (y % kept) * width..(y % kept + 1) * width;
        for (pixel, tap) in wide[place(y)].chunks_exact_mut(3).zip(&columns.taps) {
            let mut sum = [HALF; 3];
            let pixels = row[tap.first * 3..tap.end() * 3].chunks_exact(3);
            for (source, weight) in pixels.zip(&tap.weights) {
                (0..3).for_each(|c| sum[c] += weight * i32::from(source[c]));
            }
            pixel.copy_from_slice(&sum.map(level));
        }
        for tap in rows.taps[self.done..].iter().take_while(|tap| tap.end() == y + 1) {
            sums.fill(HALF);
            for (source, weight) in (tap.first..).zip(&tap.weights) {
                let levels = &wide[place(source)];
                sums.iter_mut().zip(levels).for_each(|(sum, value)| *sum += weight * i32::from(*value));
            }
            let out = &mut self.rgb[self.done * width..][..width];
            out.iter_mut().zip(&*sums).for_each(|(value, sum)| *value = level(*sum));
            self.done += 1;
        }
    }

    /// The picture; all rows came.
    pub(super) fn finish(self) -> Picture {
        let [columns, rows] = self.axes;
        debug_assert_eq!(self.done, rows.taps.len(), "rows are missing");
        Picture::new(columns.taps.len(), rows.taps.len(), self.rgb)
    }
}

/// Keys' cubic with a = −½.
fn bicubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}
