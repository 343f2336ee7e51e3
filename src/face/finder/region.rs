//! What the networks look at: all of a picture in a square, and the turned square about a face.

use crate::error::Result;
use crate::picture::Picture;

use super::detector::Detection;

/// Most samples along a side of a pixel of the square.
const MOST_SAMPLES: usize = 8;

/// A picture in the middle of a square, with nothing around it.
pub(super) struct Letterbox {
    /// Pixels of the picture to a pixel of the square, by axis.
    scale: [f32; 2],
    /// Where the picture begins in the square.
    corner: [usize; 2],
    side: usize,
}

impl Letterbox {
    pub(super) fn of(picture: &Picture, side: usize) -> Self {
        let sides = [picture.width, picture.height];
        let inner = Self::inner(picture, side);
        Self {
            scale: [0, 1].map(|axis| sides[axis] as f32 / inner[axis] as f32),
            corner: inner.map(|inner| (side - inner) / 2),
            side,
        }
    }

    /// Width and height of the picture in the square.
    fn inner(picture: &Picture, side: usize) -> [usize; 2] {
        let longer = picture.width.max(picture.height);
        [picture.width, picture.height].map(|own| ((own * side + longer / 2) / longer).max(1))
    }

    /// The square's values, −1..1, channels last.
    pub(super) fn draw(&self, picture: &Picture) -> Result<Vec<f32>> {
        let [width, height] = Self::inner(picture, self.side);
        let small = picture.resized(width, height)?;
        let mut values = vec![-1.0; self.side * self.side * 3];
        for (y, row) in small.rgb.chunks_exact(width * 3).enumerate() {
            let at = ((self.corner[1] + y) * self.side + self.corner[0]) * 3;
            let to = &mut values[at..at + width * 3];
            to.iter_mut().zip(row).for_each(|(value, &level)| *value = f32::from(level) / 127.5 - 1.0);
        }
        Ok(values)
    }

    /// A point of the square, as a share of it, in the picture's pixels.
    pub(super) fn back(&self, point: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| (point[axis] * self.side as f32 - self.corner[axis] as f32) * self.scale[axis])
    }

    /// Lengths likewise.
    pub(super) fn lengths(&self, sides: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| sides[axis] * self.side as f32 * self.scale[axis])
    }
}

/// A square of a picture that stands as the eyes of a face do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region {
    middle: [f32; 2],
    /// Pixels of the picture.
    length: f32,
    /// Along the square's columns: cosine and sine.
    along: [f32; 2],
    /// Pixels of the square.
    side: usize,
}

impl Region {
    /// About a detection, `margin` times as long as its longer side.
    pub(super) fn about(face: &Detection, letterbox: &Letterbox, margin: f32, side: usize) -> Self {
        let [right, left] = [face.points[0], face.points[1]].map(|point| letterbox.back(point));
        let [x, y] = [left[0] - right[0], left[1] - right[1]];
        let length = libm::hypotf(x, y);
        let along = if length > 0.0 { [x / length, y / length] } else { [1.0, 0.0] };
        let [width, height] = letterbox.lengths(face.sides);
        Self { middle: letterbox.back(face.middle), length: margin * width.max(height), along, side }
    }

    /// The picture's point at a point of the square, both in pixels.
    pub(super) fn back(&self, point: [f32; 2]) -> [f32; 2] {
        let half = 0.5 * self.side as f32;
        let ([u, v], [cos, sin]) = (point.map(|at| (at - half) * self.pixel()), self.along);
        [self.middle[0] + u * cos - v * sin, self.middle[1] + u * sin + v * cos]
    }

    /// Pixels of the picture to one of the square.
    pub(super) fn pixel(&self) -> f32 {
        self.length / self.side as f32
    }

    /// The square's values, 0..1, channels last. Every pixel is the mean of as many samples as it has pixels of the picture
    /// along a side, up to a bound; beyond the picture its border goes on.
    pub(super) fn draw(&self, picture: &Picture) -> Vec<f32> {
        let samples = (self.pixel().round().max(1.0) as usize).min(MOST_SAMPLES);
        let weight = 1.0 / (255 * samples * samples) as f32;
        let mut values = vec![0.0; self.side * self.side * 3];
        for (at, value) in values.chunks_exact_mut(3).enumerate() {
            let corner = [at % self.side, at / self.side];
            for k in 0..samples * samples {
                let inner = [k % samples, k / samples];
                let place = [0, 1].map(|axis| corner[axis] as f32 + (inner[axis] as f32 + 0.5) / samples as f32);
                let levels = bilinear(picture, self.back(place));
                value.iter_mut().zip(levels).for_each(|(value, level)| *value += weight * level);
            }
        }
        values
    }
}

/// The picture's levels at a point, whose whole numbers are the pixels' corners.
fn bilinear(picture: &Picture, point: [f32; 2]) -> [f32; 3] {
    let sides = [picture.width, picture.height];
    let [(x, right, across), (y, below, down)] = [0, 1].map(|axis| {
        let last = sides[axis] - 1;
        let at = (point[axis] - 0.5).clamp(0.0, last as f32);
        (at as usize, (at as usize + 1).min(last), at.fract())
    });
    let level = |x: usize, y: usize, c: usize| f32::from(picture.rgb[(y * picture.width + x) * 3 + c]);
    std::array::from_fn(|c| {
        let upper = level(x, y, c) * (1.0 - across) + level(right, y, c) * across;
        let lower = level(x, below, c) * (1.0 - across) + level(right, below, c) * across;
        upper * (1.0 - down) + lower * down
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_pictures_lie_in_the_middle_of_the_square() {
        let picture = Picture::new(40, 20, vec![255; 40 * 20 * 3]);
        let letterbox = Letterbox::of(&picture, 8);
        let values = letterbox.draw(&picture).expect("memory");
        let rows: Vec<f32> = values.chunks_exact(24).map(|row| row[12]).collect();
        assert_eq!(rows, [-1.0, -1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0]);
        assert_eq!(letterbox.back([0.5, 0.25]), [20.0, 0.0]);
        assert_eq!(letterbox.lengths([0.5, 0.5]), [20.0, 20.0]);
    }

    #[test]
    fn turned_square_shows_the_picture_upright() {
        // A column of white pixels, seen by a face that lies on its side.
        let mut picture = Picture::new(9, 9, vec![0; 9 * 9 * 3]);
        (0..9).for_each(|y| picture.rgb[(y * 9 + 4) * 3..][..3].fill(255));
        let region = Region { middle: [4.5; 2], length: 9.0, along: [0.0, 1.0], side: 9 };
        let values = region.draw(&picture);
        let level = |x: usize, y: usize| values[(y * 9 + x) * 3];
        assert!((0..9).all(|x| (level(x, 4) - 1.0).abs() < 1e-5), "a row of white");
        assert!((0..9).all(|x| level(x, 2).abs() < 1e-5 && level(x, 6).abs() < 1e-5));
        assert_eq!(region.back([4.5, 4.5]), [4.5, 4.5]);
    }

    #[test]
    fn small_squares_see_the_mean_of_their_pixels() {
        let rgb: Vec<u8> = (0..16 * 16).flat_map(|i| [if (i + i / 16) % 2 == 0 { 0 } else { 255 }; 3]).collect();
        let picture = Picture::new(16, 16, rgb);
        let region = Region { middle: [8.0; 2], length: 16.0, along: [1.0, 0.0], side: 4 };
        assert!(region.draw(&picture).iter().all(|value| (value - 0.5).abs() < 1e-4));
    }
}
