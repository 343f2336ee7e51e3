//! Texels → colour: a warm key light, a cool fill, a rim and the sky, in linear light; 2 × 2 texels a pixel.

use std::sync::LazyLock;

use media2face::pack::Part;

use crate::render::occlusion;
use crate::render::raster::{Raster, Seen};
use crate::render::vector::{Vec3, add, dot, scale, unit};

/// Texels a pixel has in each direction.
pub const SUPERSAMPLING: usize = 2;
/// Texels of a pixel are one surface, and shaded once, where their distances differ by less than this share.
const SAME_SURFACE: f32 = 0.004;

struct Light {
    /// Unit length.
    towards: Vec3,
    colour: Vec3,
}

/// Depth behind the front teeth at which a third of the light is left.
const MOUTH_MM: f32 = 9.0;

/// Over the left shoulder of the viewer, warm.
const KEY: Light = Light { towards: [-0.5199, 0.5299, 0.6699], colour: [1.95, 1.78, 1.58] };
/// From the right, cool and weak.
const FILL: Light = Light { towards: [0.8617, 0.0802, 0.501], colour: [0.34, 0.42, 0.56] };
/// From behind and above: parts the head from the background.
const RIM: Light = Light { towards: [0.6198, 0.5499, -0.5599], colour: [0.85, 0.95, 1.1] };
const SKY: Vec3 = [0.27, 0.30, 0.35];
const GROUND: Vec3 = [0.15, 0.11, 0.09];

/// How a part takes the light.
struct Surface {
    colour: Vec3,
    /// How far the light of each colour reaches past the terminator: skin lets red through.
    wrap: Vec3,
    /// What that takes of it: 1/(1 + wrap)².
    softening: Vec3,
    gloss: f32,
    /// Half the power of the cosine.
    sharpness: u32,
    /// Lit through the lips alone.
    in_mouth: bool,
}

impl Surface {
    fn of(part: &Part) -> Self {
        let (wrap, gloss, sharpness) = match part.name.as_str() {
            name if name.starts_with("eye") => ([0.15; 3], 0.9, 80),
            // Flat discs: a strong highlight would cover them whole.
            name if name.starts_with("iris") || name.starts_with("pupil") => ([0.15; 3], 0.15, 30),
            name if name.starts_with("teeth") || name.starts_with("tongue") => ([0.15; 3], 0.25, 25),
            name if name.starts_with("brow") => ([0.1; 3], 0.0, 1),
            _ => ([0.38, 0.2, 0.14], 0.16, 11),
        };
        let in_mouth = part.name.starts_with("teeth") || part.name.starts_with("tongue");
        let softening = wrap.map(|wrap: f32| (1.0 + wrap).powi(-2));
        Self { colour: part.colour, wrap, softening, gloss, sharpness, in_mouth }
    }

    fn lit(&self, n: Vec3, inside: bool, to_eye: Vec3, open: f32) -> Vec3 {
        let mut light = [0.0; 3];
        let mut shine = [0.0; 3];
        // Light that grazes a crease is stopped by its walls.
        let reaching = open.sqrt();
        for Light { towards, colour } in [KEY, FILL, RIM] {
            let cosine = dot(n, towards);
            for channel in 0..3 {
                let wrap = self.wrap[channel];
                light[channel] += colour[channel] * reaching * ((cosine + wrap) * self.softening[channel]).max(0.0);
            }
            if cosine > 0.0 && self.gloss > 0.0 {
                let half = add(towards, to_eye);
                let along = dot(n, half).max(0.0);
                // The cosine between them, squared.
                let squared = along * along / dot(half, half).max(1e-6);
                let strength = self.gloss * open * power(squared, self.sharpness) * cosine;
                shine = add(shine, scale(colour, strength));
            }
        }
        let up = 0.5 + 0.5 * n[1];
        let sky = add(scale(SKY, up), scale(GROUND, 1.0 - up));
        light = add(light, scale(sky, open));
        // The inner side is the mouth's or the skull's: little light comes there.
        let side = if inside { 0.25 } else { 1.0 };
        let [r, g, b] = self.colour;
        add(scale([r * light[0], g * light[1], b * light[2]], side), shine)
    }
}

/// Colour and coverage (0..1) of every pixel: sRGB, row by row, a picture of `raster`'s size / [`SUPERSAMPLING`].
pub fn resolve(raster: &Raster, parts: &[Part]) -> Vec<([u8; 3], f32)> {
    let shader = Shader {
        raster,
        surfaces: parts.iter().map(Surface::of).collect(),
        curves: &CURVES,
        openness: occlusion::openness(raster),
    };
    let (width, height) = (raster.width / SUPERSAMPLING, raster.height / SUPERSAMPLING);
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        pixels.extend((0..width).map(|x| shader.pixel(x, y)));
    }
    pixels
}

struct Shader<'a> {
    raster: &'a Raster<'a>,
    /// One a part.
    surfaces: Vec<Surface>,
    /// One a vertex.
    openness: Vec<f32>,
    curves: &'static Curves,
}

impl Shader<'_> {
    fn pixel(&self, x: usize, y: usize) -> ([u8; 3], f32) {
        const SAMPLES: usize = SUPERSAMPLING * SUPERSAMPLING;
        let (left, top) = (x * SUPERSAMPLING, y * SUPERSAMPLING);
        let texel = |sample: usize| (left + sample % SUPERSAMPLING, top + sample / SUPERSAMPLING);
        let seen: [Option<Seen>; SAMPLES] = std::array::from_fn(|sample| {
            let (x, y) = texel(sample);
            self.raster.seen(x, y)
        });
        if seen.iter().all(Option::is_none) {
            return ([0; 3], 0.0);
        }
        if let Some(whole) = self.one_surface(&seen, texel) {
            let middle = SUPERSAMPLING as f32 / 2.0;
            let colour = self.colour(whole, left as f32 + middle, top as f32 + middle);
            return (colour.map(|linear| self.curves.encode(linear)), 1.0);
        }
        let mut sum = [0.0; 3];
        let mut covered = 0.0f32;
        for (sample, seen) in seen.into_iter().enumerate() {
            let Some(seen) = seen else { continue };
            let (x, y) = texel(sample);
            sum = add(sum, self.colour(seen, x as f32 + 0.5, y as f32 + 0.5));
            covered += 1.0;
        }
        (scale(sum, 1.0 / covered).map(|linear| self.curves.encode(linear)), covered / SAMPLES as f32)
    }

    /// The triangle that stands for all texels of a pixel, where they see one surface.
    fn one_surface(&self, seen: &[Option<Seen>], texel: impl Fn(usize) -> (usize, usize)) -> Option<Seen> {
        let first = seen[0]?;
        if seen[1..].iter().all(|other| *other == seen[0]) {
            return Some(first);
        }
        let side = self.raster.side(first);
        let (mut near, mut far) = (0.0f32, f32::INFINITY);
        for (sample, other) in seen.iter().enumerate() {
            let other = (*other)?;
            if self.raster.side(other) != side {
                return None;
            }
            let (x, y) = texel(sample);
            let inverse_depth = self.raster.inverse_depth(x, y);
            (near, far) = (near.max(inverse_depth), far.min(inverse_depth));
        }
        (near - far < SAME_SURFACE * near).then_some(first)
    }

    /// Linear 0..1, of a triangle at a place on the picture.
    fn colour(&self, seen: Seen, x: f32, y: f32) -> Vec3 {
        let raster = self.raster;
        let point = raster.point(seen, x, y);
        let to_eye = unit(scale(raster.position(x, y, point.inverse_depth), -1.0));
        let side = raster.side(seen);
        let surface = &self.surfaces[usize::from(side.part)];
        let [a, b, c] = raster.vertices(seen);
        let corners = [self.openness[a], self.openness[b], self.openness[c]];
        let mut open = dot(corners, point.shares);
        if surface.in_mouth {
            open *= mouth_light(raster.teeth_mm, 1.0 / point.inverse_depth);
        }
        surface.lit(point.normal, side.inside, to_eye, open).map(|linear| self.curves.tone(linear))
    }
}

/// Share of the light that comes through the lips to a depth. The lips shade even the front teeth.
fn mouth_light(teeth_mm: f32, depth_mm: f32) -> f32 {
    let behind = if teeth_mm.is_finite() { (depth_mm - teeth_mm).max(0.0) } else { 0.0 };
    0.5 * (-behind / MOUTH_MM).exp()
}

/// `base` to a whole power.
fn power(mut base: f32, mut exponent: u32) -> f32 {
    let mut power = 1.0;
    while exponent > 0 {
        if exponent & 1 == 1 {
            power *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    power
}

/// Curves of light, as tables.
struct Curves {
    /// Of linear light up to [`Self::BRIGHTEST`].
    tone: [f32; Self::STEPS + 2],
    /// Of linear light up to 1.
    encode: [u8; Self::LEVELS + 1],
}

static CURVES: LazyLock<Curves> = LazyLock::new(|| Curves {
    tone: std::array::from_fn(|i| 1.0 - (-(i as f32) * Curves::BRIGHTEST / Curves::STEPS as f32).exp()),
    encode: std::array::from_fn(|i| {
        let linear = i as f32 / Curves::LEVELS as f32;
        let curve = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
        (curve * 255.0 + 0.5) as u8
    }),
});

impl Curves {
    const BRIGHTEST: f32 = 8.0;
    const STEPS: usize = 1024;
    const LEVELS: usize = 16_384;

    /// Bends highlights towards white instead of cutting them off.
    fn tone(&self, linear: f32) -> f32 {
        let place = if linear > 0.0 { linear.min(Self::BRIGHTEST) } else { 0.0 };
        let place = place * (Self::STEPS as f32 / Self::BRIGHTEST);
        let low = place as usize;
        self.tone[low] + (self.tone[low + 1] - self.tone[low]) * (place - low as f32)
    }

    /// Linear 0..1 → sRGB 0..255.
    fn encode(&self, linear: f32) -> u8 {
        self.encode[(linear.clamp(0.0, 1.0) * Self::LEVELS as f32 + 0.5) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::mesh::tests::ball;
    use crate::render::raster::tests::{SIDE, drawn};

    #[test]
    fn tables_are_the_curves() {
        for step in 0..4000 {
            let linear = step as f32 * 0.0025;
            assert!((CURVES.tone(linear) - (1.0 - (-linear).exp())).abs() < 4e-4, "{linear}");
        }
        assert_eq!([-1.0, f32::NAN].map(|linear| CURVES.tone(linear)), [0.0; 2]);
        assert_eq!([0.0, 0.002, 0.21, 1.0, 2.0].map(|linear| CURVES.encode(linear)), [0, 7, 126, 255, 255]);
        assert!([1, 22, 60, 160].iter().all(|&n| (power(0.97, n) / 0.97f32.powi(n as i32) - 1.0).abs() < 1e-4));
    }

    #[test]
    fn shading_a_pixel_once_is_as_good_as_shading_its_texels() {
        let mesh = ball();
        let raster = drawn(&mesh);
        let shader = Shader {
            raster: &raster,
            surfaces: mesh.parts.iter().map(Surface::of).collect(),
            curves: &CURVES,
            openness: occlusion::openness(&raster),
        };
        let (mut shaded_once, mut apart) = (0, 0.0);
        for (x, y) in (0..SIDE / 2).flat_map(|y| (0..SIDE / 2).map(move |x| (x, y))) {
            let texel = |sample: usize| (2 * x + sample % 2, 2 * y + sample / 2);
            let seen: [_; 4] = std::array::from_fn(|sample| raster.seen(texel(sample).0, texel(sample).1));
            let Some(whole) = shader.one_surface(&seen, texel) else { continue };
            let once = shader.colour(whole, 2.0 * x as f32 + 1.0, 2.0 * y as f32 + 1.0);
            let mut mean = [0.0; 3];
            for sample in 0..4 {
                let (x, y) = texel(sample);
                let colour = shader.colour(seen[sample].unwrap(), x as f32 + 0.5, y as f32 + 0.5);
                mean = add(mean, scale(colour, 0.25));
            }
            // The cube's corners are rounded by their normals: a glint there is smaller than a pixel.
            assert!(once.iter().zip(mean).all(|(a, b)| (a - b).abs() < 0.05), "{once:?} for {mean:?} at {x}, {y}");
            apart += once.iter().zip(mean).map(|(a, b)| (a - b).abs()).sum::<f32>() / 3.0;
            shaded_once += 1;
        }
        assert!(shaded_once > 1500, "{shaded_once} pixels");
        assert!(apart / (shaded_once as f32) < 0.001, "{} on average", apart / shaded_once as f32);
    }
}
