//! Resize and centre crop, byte for byte as Pillow and CLIP's preprocessing do it.
//!
//! The filter is the bicubic of Keys with a = −½, widened by the scale when shrinking (antialiased), applied along x, then
//! along y, with weights of 22 fractional bits and rounding to 8 bits between the two passes (Pillow up to 12; later ones
//! take some pictures along y first, which changes single levels). Only pixels that the crop
//! keeps are computed: a picture of 1×16384 costs no more than its own rows times the side. A window that reaches past
//! the borders sees their pixels again and again.

use std::ops::Range;

use super::Picture;

/// Fractional bits of a weight: 32 less 8 for the pixel and 2 for overshoot.
const PRECISION_BITS: u32 = 32 - 8 - 2;

/// Half-width of the filter at scale 1.
const SUPPORT: f64 = 2.0;

impl Picture {
    /// The shorter side resized to `side`, the longer in proportion (rounded down), then the middle `side × side`.
    ///
    /// # Panics
    /// If `side` is zero.
    #[must_use]
    pub fn resize_and_crop(&self, side: usize) -> Self {
        assert!(side > 0, "empty crop");
        let shorter = self.width.min(self.height);
        let columns = Axis::new(self.width, side * self.width / shorter, side);
        let rows = Axis::new(self.height, side * self.height / shorter, side);
        self.resample(&columns, &rows, [0, 0])
    }

    /// Applies taps of an axis each, which read a window of the picture whose corner is `[left, top]`.
    pub(super) fn resample(&self, columns: &Axis, rows: &Axis, [left, top]: [isize; 2]) -> Self {
        let (width, height) = (columns.taps.len(), rows.taps.len());
        let within = |at: usize, first: isize, len: usize| (at as isize + first).clamp(0, len as isize - 1) as usize;
        let source_rows = rows.sources();

        let mut wide = Vec::with_capacity(source_rows.len() * width * 3);
        for y in source_rows.clone() {
            let row = &self.rgb[within(y, top, self.height) * self.width * 3..][..self.width * 3];
            for tap in &columns.taps {
                wide.extend((0..3).map(|c| tap.apply(|x| row[within(x, left, self.width) * 3 + c])));
            }
        }
        let mut rgb = Vec::with_capacity(height * width * 3);
        for tap in &rows.taps {
            rgb.extend((0..width * 3).map(|i| tap.apply(|y| wide[(y - source_rows.start) * width * 3 + i])));
        }
        Self::new(width, height, rgb)
    }
}

/// The resampling of one axis.
pub(super) struct Axis {
    /// One per kept output pixel.
    taps: Vec<Tap>,
}

/// The source pixels of one output pixel.
struct Tap {
    first: usize,
    weights: Vec<i32>,
}

impl Axis {
    /// From `source` pixels to `target`, of which the middle `kept` are wanted.
    pub(super) fn new(source: usize, target: usize, kept: usize) -> Self {
        // Python's round(): a half goes to the even side.
        let margin = target - kept;
        let start = margin / 2 + usize::from(margin % 4 == 3);
        Self { taps: (start..start + kept).map(|i| Tap::new(source, target, i)).collect() }
    }

    /// Source pixels that any tap reads.
    fn sources(&self) -> Range<usize> {
        let first = self.taps.iter().map(|t| t.first).min().unwrap_or(0);
        first..self.taps.iter().map(|t| t.first + t.weights.len()).max().unwrap_or(first)
    }
}

impl Tap {
    fn new(source: usize, target: usize, index: usize) -> Self {
        let scale = source as f64 / target as f64;
        let widening = scale.max(1.0);
        let support = SUPPORT * widening;
        let center = (index as f64 + 0.5) * scale;
        // Truncation toward zero, as in C; a negative start means the first pixel.
        let first = (center - support + 0.5) as usize;
        let end = ((center + support + 0.5) as usize).min(source);

        let weights: Vec<f64> = (first..end).map(|x| bicubic((x as f64 - center + 0.5) * widening.recip())).collect();
        let sum: f64 = weights.iter().sum();
        let fixed = |w: f64| (w / sum * f64::from(1u32 << PRECISION_BITS)).round() as i32;
        Self { first, weights: weights.into_iter().map(fixed).collect() }
    }

    /// The weighted sum of `pixel(x)`, rounded and clamped.
    fn apply(&self, pixel: impl Fn(usize) -> u8) -> u8 {
        let half = 1 << (PRECISION_BITS - 1);
        let terms = self.weights.iter().zip(self.first..).map(|(w, x)| w * i32::from(pixel(x)));
        (terms.fold(half, |sum, term| sum + term) >> PRECISION_BITS).clamp(0, 255) as u8
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
