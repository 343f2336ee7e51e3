//! Texels → colour: a warm key light, a cool fill, a rim and the sky, in linear light; 2 × 2 texels a pixel.

use std::sync::LazyLock;

use media2face::pack::Part;

use crate::render::mesh::Mesh;
use crate::render::occlusion;
use crate::render::raster::{Raster, Seen};
use crate::render::texture::Texture;
use crate::render::vector::{Vec3, add, cross, dot, scale, sub, unit};

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

/// How deep the deepest fold is, mm.
const FOLD_MM: f32 = 0.9;
/// Share of the colour that is lost in it.
const FOLD_SHADE: f32 = 0.35;
/// Less of one is not drawn.
const FAINTEST_FOLD: f32 = 0.01;
/// Between places of a picture whose brightness is compared.
const FOLD_STEP: f32 = 1.0 / 512.0;

/// Over the left shoulder of the viewer, warm.
const KEY: Light = Light { towards: [-0.5199, 0.5299, 0.6699], colour: [1.95, 1.78, 1.58] };
/// From the right, cool and weak.
const FILL: Light = Light { towards: [0.8617, 0.0802, 0.501], colour: [0.34, 0.42, 0.56] };
/// From behind and above: parts the head from the background.
const RIM: Light = Light { towards: [0.6198, 0.5499, -0.5599], colour: [0.85, 0.95, 1.1] };
const SKY: Vec3 = [0.27, 0.30, 0.35];
const GROUND: Vec3 = [0.15, 0.11, 0.09];

/// How a part takes the light.
struct Surface<'a> {
    colour: Vec3,
    texture: Option<&'a Texture>,
    folds: Option<&'a Texture>,
    /// How far the light of each colour reaches past the terminator: skin lets red through.
    wrap: Vec3,
    /// What that takes of it: 1/(1 + wrap)².
    softening: Vec3,
    gloss: f32,
    /// Half the power of the cosine.
    sharpness: u32,
    /// Lit through the lips alone.
    in_mouth: bool,
    /// Share of the light that its inner side gets.
    inside: f32,
}

impl<'a> Surface<'a> {
    fn of(mesh: &'a Mesh, part: &Part) -> Self {
        let name = part.name.as_str();
        let begins = |stems: &[&str]| stems.iter().any(|stem| name.starts_with(stem));
        let (wrap, gloss, sharpness) = match name {
            name if name.starts_with("eye") => ([0.15; 3], 0.9, 80),
            // Flat discs: a strong highlight would cover them whole.
            name if name.starts_with("iris") || name.starts_with("pupil") => ([0.15; 3], 0.15, 30),
            _ if begins(&["teeth", "tongue", "gums"]) => ([0.15; 3], 0.25, 25),
            _ if begins(&["brow", "lashes"]) => ([0.4; 3], 0.0, 1),
            _ if begins(&["hair"]) => ([0.2; 3], 0.10, 9),
            _ if begins(&["jersey"]) => ([0.25; 3], 0.0, 1),
            _ => ([0.38, 0.2, 0.14], 0.16, 11),
        };
        let in_mouth = begins(&["teeth", "tongue", "gums"]);
        let softening = wrap.map(|wrap: f32| (1.0 + wrap).powi(-2));
        // The inner side of skin is the mouth's or the skull's: little light comes there. A hair has no inner side.
        let inside = if begins(&["brow", "lashes"]) { 1.0 } else { 0.25 };
        let texture = part.texture.as_ref().and_then(|name| mesh.textures.get(name));
        let folds = part.folds.as_ref().and_then(|folds| mesh.textures.get(&folds.texture));
        Self { colour: part.colour, texture, folds, wrap, softening, gloss, sharpness, in_mouth, inside }
    }

    /// The light that goes from a place to the eye; `tint` is what the texture does to the colour there.
    fn lit(&self, n: Vec3, inside: bool, to_eye: Vec3, open: f32, tint: Vec3) -> Vec3 {
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
        let side = if inside { self.inside } else { 1.0 };
        let diffuse = std::array::from_fn(|channel| self.colour[channel] * tint[channel] * light[channel]);
        add(scale(diffuse, side), scale(shine, tint[1]))
    }
}

/// Colour and coverage (0..1) of every pixel: sRGB, row by row, a picture of `raster`'s size / [`SUPERSAMPLING`].
pub fn resolve(raster: &Raster, mesh: &Mesh) -> Vec<([u8; 3], f32)> {
    let shader = Shader {
        raster,
        surfaces: mesh.parts.iter().map(|part| Surface::of(mesh, part)).collect(),
        texcoord: &mesh.textures.texcoord,
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
    surfaces: Vec<Surface<'a>>,
    /// One a vertex, where there are textures.
    texcoord: &'a [[f32; 2]],
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
        let place = || self.place([a, b, c], point.shares);
        let mut tint = surface.texture.map_or([1.0; 3], |texture| texture.at(place()));
        let mut normal = point.normal;
        if let Some(lines) = surface.folds {
            let depth = dot([raster.folds[a], raster.folds[b], raster.folds[c]], point.shares);
            let line = depth * (1.0 - lines.brightness(place()));
            if line > FAINTEST_FOLD {
                tint = scale(tint, 1.0 - FOLD_SHADE * line);
                normal = unit(sub(normal, scale(self.slope(lines, [a, b, c], place()), FOLD_MM * depth)));
            }
        }
        surface.lit(normal, side.inside, to_eye, open, tint).map(|linear| self.curves.tone(linear))
    }

    /// Where a point of a triangle lies on the picture of its part.
    fn place(&self, corners: [usize; 3], shares: [f32; 3]) -> [f32; 2] {
        let [a, b, c] = corners.map(|vertex| self.texcoord[vertex]);
        std::array::from_fn(|axis| dot([a[axis], b[axis], c[axis]], shares))
    }

    /// How a picture's brightness rises over a triangle at a place of the picture, in camera space, a mm.
    fn slope(&self, picture: &Texture, corners: [usize; 3], [u, v]: [f32; 2]) -> Vec3 {
        let at = |du: f32, dv: f32| picture.brightness([u + du, v + dv]);
        let rise = [at(FOLD_STEP, 0.0) - at(-FOLD_STEP, 0.0), at(0.0, FOLD_STEP) - at(0.0, -FOLD_STEP)];
        let rise = rise.map(|rise| rise / (2.0 * FOLD_STEP));
        if rise == [0.0; 2] {
            return [0.0; 3];
        }
        let [a, b, c] = corners.map(|vertex| {
            let corner = self.raster.corners[vertex];
            self.raster.position(corner.x, corner.y, corner.inverse_depth)
        });
        let (first, second) = (sub(b, a), sub(c, a));
        let normal = cross(first, second);
        let [from, one, other] = corners.map(|vertex| self.texcoord[vertex]);
        // The gradient of what rises by so much along two edges.
        let along = |to: [f32; 2]| rise[0] * (to[0] - from[0]) + rise[1] * (to[1] - from[1]);
        let gradient = add(scale(cross(second, normal), along(one)), scale(cross(normal, first), along(other)));
        scale(gradient, 1.0 / dot(normal, normal).max(1e-6))
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
            surfaces: mesh.parts.iter().map(|part| Surface::of(&mesh, part)).collect(),
            texcoord: &[],
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
