//! What the networks look at: a picture, or tiles of it, in a square; and the turned square about a face.

use std::borrow::Cow;

use crate::error::Result;
use crate::memory;
use crate::picture::Picture;

use super::detector::Detection;

/// Most samples along a side of a pixel of the square.
const MOST_SAMPLES: usize = 8;

/// A part of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tile {
    corner: [usize; 2],
    sides: [usize; 2],
}

/// Tiles of at most `length` pixels a side that cover a picture of these sides, each overlapping the next by half or more: what is
/// half as long is whole in one of them.
pub(super) fn tiles(sides: [usize; 2], length: usize) -> Vec<Tile> {
    let [columns, rows] = sides.map(|own| {
        let beyond = own.saturating_sub(length);
        let steps = beyond.div_ceil((length / 2).max(1));
        (0..=steps).map(move |i| (i * beyond).checked_div(steps).unwrap_or(0))
    });
    let sides = sides.map(|own| own.min(length));
    rows.flat_map(|y| columns.clone().map(move |x| Tile { corner: [x, y], sides })).collect()
}

/// A tile in the middle of a square, with nothing around it.
pub(super) struct Letterbox {
    tile: Tile,
    /// Pixels of the picture to a pixel of the square, by axis.
    scale: [f32; 2],
    /// Its width and height in the square.
    inner: [usize; 2],
    /// Where the tile begins in the square.
    corner: [usize; 2],
    side: usize,
}

impl Letterbox {
    pub(super) fn of(tile: Tile, side: usize) -> Self {
        let longer = tile.sides[0].max(tile.sides[1]);
        let inner = tile.sides.map(|own| ((own * side + longer / 2) / longer).max(1));
        Self {
            tile,
            scale: [0, 1].map(|axis| tile.sides[axis] as f32 / inner[axis] as f32),
            inner,
            corner: inner.map(|inner| (side - inner) / 2),
            side,
        }
    }

    /// The square's values, −1..1, channels last.
    pub(super) fn draw(&self, picture: &Picture) -> Result<Vec<f32>> {
        let [width, height] = self.inner;
        let small = self.part(picture)?.resized(width, height)?;
        let mut values = vec![-1.0; self.side * self.side * 3];
        for (y, row) in small.rgb.chunks_exact(width * 3).enumerate() {
            let at = ((self.corner[1] + y) * self.side + self.corner[0]) * 3;
            let to = &mut values[at..at + width * 3];
            to.iter_mut().zip(row).for_each(|(value, &level)| *value = f32::from(level) / 127.5 - 1.0);
        }
        Ok(values)
    }

    /// The tile's pixels; a picture that is one tile is not copied.
    fn part<'a>(&self, picture: &'a Picture) -> Result<Cow<'a, Picture>> {
        let Tile { corner: [left, top], sides: [width, height] } = self.tile;
        if [width, height] == [picture.width, picture.height] {
            return Ok(Cow::Borrowed(picture));
        }
        let mut rgb = memory::with_capacity(width * height * 3, "a part of a picture")?;
        for row in picture.rgb.chunks_exact(picture.width * 3).skip(top).take(height) {
            rgb.extend_from_slice(&row[left * 3..(left + width) * 3]);
        }
        Ok(Cow::Owned(Picture::new(width, height, rgb)))
    }

    /// A detection in the square, in pixels of the picture.
    pub(super) fn place(&self, found: &Detection) -> Detection {
        Detection {
            score: found.score,
            middle: self.back(found.middle),
            sides: [0, 1].map(|axis| found.sides[axis] * self.side as f32 * self.scale[axis]),
            points: found.points.map(|point| self.back(point)),
        }
    }

    /// A point of the square, as a share of it, in the picture's pixels.
    fn back(&self, point: [f32; 2]) -> [f32; 2] {
        let inside = [0, 1].map(|axis| point[axis] * self.side as f32 - self.corner[axis] as f32);
        [0, 1].map(|axis| self.tile.corner[axis] as f32 + inside[axis] * self.scale[axis])
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
    /// About a detection in the picture, `margin` times as long as its longer side.
    pub(super) fn about(face: &Detection, margin: f32, side: usize) -> Self {
        let [right, left, ..] = face.points;
        let [x, y] = [left[0] - right[0], left[1] - right[1]];
        let length = libm::hypotf(x, y);
        let along = if length > 0.0 { [x / length, y / length] } else { [1.0, 0.0] };
        Self { middle: face.middle, length: margin * face.sides[0].max(face.sides[1]), along, side }
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
        let letterbox = Letterbox::of(tiles([40, 20], 40)[0], 8);
        let values = letterbox.draw(&picture).expect("memory");
        let rows: Vec<f32> = values.chunks_exact(24).map(|row| row[12]).collect();
        assert_eq!(rows, [-1.0, -1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0]);
        let found = Detection { score: 1.0, middle: [0.5, 0.25], sides: [0.5; 2], points: [[0.0; 2]; 6] };
        let placed = letterbox.place(&found);
        assert_eq!((placed.middle, placed.sides, placed.points[0]), ([20.0, 0.0], [20.0; 2], [0.0, -10.0]));
    }

    #[test]
    fn tiles_cover_the_picture_and_overlap_by_half() {
        for (sides, length, count) in
            [([40, 20], 40, 1), ([40, 20], 20, 3), ([41, 20], 20, 4), ([1, 9], 4, 4), ([1, 1], 1, 1)]
        {
            let tiles = tiles(sides, length);
            assert_eq!(tiles.len(), count, "{sides:?} by {length}");
            let end = |tile: &Tile, axis: usize| tile.corner[axis] + tile.sides[axis];
            assert!(tiles.iter().all(|tile| end(tile, 0) <= sides[0] && end(tile, 1) <= sides[1]));
            assert_eq!(
                (tiles[0].corner, end(&tiles[count - 1], 0), end(&tiles[count - 1], 1)),
                ([0; 2], sides[0], sides[1])
            );
            for pair in tiles.windows(2).filter(|pair| pair[0].corner[1] == pair[1].corner[1]) {
                assert!(pair[1].corner[0] - pair[0].corner[0] <= length.div_ceil(2), "{pair:?}");
            }
        }
    }

    #[test]
    fn tile_is_seen_where_it_is() {
        let rgb = (0..8 * 4).flat_map(|i| [if i % 8 < 4 { 0 } else { 255 }; 3]).collect();
        let (picture, right) = (Picture::new(8, 4, rgb), tiles([8, 4], 4)[2]);
        let letterbox = Letterbox::of(right, 4);
        assert!(letterbox.draw(&picture).expect("memory").iter().all(|&value| value == 1.0));
        assert_eq!(letterbox.back([0.5, 0.5]), [6.0, 2.0]);
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
