//! A picture of 8-bit sRGB pixels and what can be drawn on it.

use std::io::Write;

use anyhow::Result;

use crate::render::font;

/// sRGB.
pub type Colour = [u8; 3];

/// A rectangle in pixels.
#[derive(Clone, Copy)]
pub struct Area {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

/// A picture.
pub struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

impl Canvas {
    /// One colour.
    pub fn new(width: usize, height: usize, colour: Colour) -> Self {
        Self { width, height, pixels: vec![colour; width * height] }
    }

    /// Mixes `colour` into a pixel; pixels outside the picture are nobody's.
    pub fn blend(&mut self, x: usize, y: usize, colour: Colour, alpha: f32) {
        if x < self.width && y < self.height && alpha > 0.0 {
            let pixel = &mut self.pixels[y * self.width + x];
            if alpha >= 1.0 {
                *pixel = colour;
                return;
            }
            for (own, new) in pixel.iter_mut().zip(colour) {
                *own = (f32::from(*own) + (f32::from(new) - f32::from(*own)) * alpha + 0.5) as u8;
            }
        }
    }

    /// Fills a part of a row.
    fn row(&mut self, from: usize, to: usize, y: usize, colour: Colour) {
        let to = to.min(self.width);
        if y < self.height && from < to {
            self.pixels[y * self.width + from..y * self.width + to].fill(colour);
        }
    }

    /// Fills an area with rounded corners, from `top` to `bottom`.
    pub fn panel(&mut self, area: Area, radius: f32, top: Colour, bottom: Colour) {
        for y in 0..area.height {
            let share = y as f32 / area.height.max(2).saturating_sub(1) as f32;
            let colour = [0, 1, 2].map(|i| (f32::from(top[i]) * (1.0 - share) + f32::from(bottom[i]) * share) as u8);
            let corner = (radius.ceil() as usize).min(area.width / 2);
            self.row(area.x + corner, area.x + area.width - corner, area.y + y, colour);
            for x in (0..corner).chain(area.width - corner..area.width) {
                self.blend(area.x + x, area.y + y, colour, corner_cover(area, radius, x, y));
            }
        }
    }

    /// Fills an area.
    pub fn fill(&mut self, area: Area, colour: Colour, alpha: f32) {
        for y in area.y..area.y + area.height {
            for x in area.x..area.x + area.width {
                self.blend(x, y, colour, alpha);
            }
        }
    }

    /// Draws the border of an area, inside it.
    pub fn frame(&mut self, area: Area, thickness: usize, colour: Colour) {
        let Area { x, y, width, height } = area;
        for top in [y, y + height - thickness] {
            self.fill(Area { x, y: top, width, height: thickness }, colour, 1.0);
        }
        for left in [x, x + width - thickness] {
            self.fill(Area { x: left, y, width: thickness, height }, colour, 1.0);
        }
    }

    /// Draws a curve through `values` (0..1, bottom to top), stretched over the area, two pixels thick.
    pub fn curve(&mut self, area: Area, values: &[f32], colour: Colour) {
        let Some(last) = values.len().checked_sub(1) else { return };
        let height = (area.height.max(1) - 1) as f32;
        let at = |x: usize| {
            let place = x as f32 / area.width.max(2).saturating_sub(1) as f32 * last as f32;
            let (low, share) = (place as usize, place.fract());
            let value = values[low] * (1.0 - share) + values[(low + 1).min(last)] * share;
            height * (1.0 - value.clamp(0.0, 1.0))
        };
        for x in 0..area.width {
            // A steep step covers every pixel between its ends.
            let (here, next) = (at(x), at((x + 1).min(area.width - 1)));
            let (low, high) = (here.min(next), here.max(next));
            for y in 0..area.height {
                let y_middle = y as f32;
                let distance = (low - y_middle).max(y_middle - high).max(0.0);
                let cover = (1.5 - distance).clamp(0.0, 1.0);
                self.blend(area.x + x, area.y + y, colour, cover);
            }
        }
    }

    /// Writes a line whose upper left corner is (x, y); see [`font`] for the letters.
    pub fn text(&mut self, x: usize, y: usize, size: usize, text: &str, colour: Colour) {
        for (number, letter) in text.chars().enumerate() {
            let left = x + number * font::ADVANCE * size;
            for (row, bits) in font::glyph(letter).into_iter().enumerate() {
                for column in (0..font::WIDTH).filter(|column| bits >> (font::WIDTH - 1 - column) & 1 == 1) {
                    let dot = Area { x: left + column * size, y: y + row * size, width: size, height: size };
                    self.fill(dot, colour, 1.0);
                }
            }
        }
    }

    /// `height × width × 3` values, row by row.
    pub fn rgb(&self) -> &[u8] {
        self.pixels.as_flattened()
    }

    /// Writes the picture as PNG.
    pub fn write_png(&self, out: impl Write) -> Result<()> {
        let mut encoder = png::Encoder::new(out, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        // The next level takes five times as long for a fifth of the size.
        encoder.set_compression(png::Compression::Fast);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.rgb())?;
        writer.finish()?;
        Ok(())
    }
}

/// Share of a pixel that a rounded corner leaves.
fn corner_cover(area: Area, radius: f32, x: usize, y: usize) -> f32 {
    let past = |at: usize, length: usize| {
        let at = at as f32 + 0.5;
        (radius - at).max(at - (length as f32 - radius)).max(0.0)
    };
    let (dx, dy) = (past(x, area.width), past(y, area.height));
    (radius - (dx * dx + dy * dy).sqrt() + 0.5).clamp(0.0, 1.0)
}
