//! Texels → colour: a warm key light, a cool fill, a rim and the sky, in linear light; 2 × 2 texels a pixel.

use media2face::pack::Part;

use crate::render::raster::{Occlusion, Raster, Texel};
use crate::vector::{Vec3, add, dot, scale, unit};

/// Texels a pixel has in each direction.
pub const SUPERSAMPLING: usize = 2;
/// Reach of the occlusion: a nose's, not a head's.
const OCCLUSION_MM: f32 = 22.0;

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
    gloss: f32,
    sharpness: i32,
    /// Lit through the lips alone.
    in_mouth: bool,
}

impl Surface {
    fn of(part: &Part) -> Self {
        let (wrap, gloss, sharpness) = match part.name.as_str() {
            name if name.starts_with("eye") => ([0.15; 3], 0.9, 160),
            // Flat discs: a strong highlight would cover them whole.
            name if name.starts_with("iris") || name.starts_with("pupil") => ([0.15; 3], 0.15, 60),
            name if name.starts_with("teeth") || name.starts_with("tongue") => ([0.15; 3], 0.25, 50),
            name if name.starts_with("brow") => ([0.1; 3], 0.0, 1),
            _ => ([0.38, 0.2, 0.14], 0.16, 22),
        };
        let in_mouth = part.name.starts_with("teeth") || part.name.starts_with("tongue");
        Self { colour: part.colour, wrap, gloss, sharpness, in_mouth }
    }

    fn lit(&self, texel: &Texel, to_eye: Vec3, open: f32) -> Vec3 {
        let n = texel.normal;
        let mut light = [0.0; 3];
        let mut shine = [0.0; 3];
        // Light that grazes a crease is stopped by its walls.
        let reaching = open.sqrt();
        for Light { towards, colour } in [KEY, FILL, RIM] {
            let cosine = dot(n, towards);
            for channel in 0..3 {
                let wrap = self.wrap[channel];
                light[channel] += colour[channel] * reaching * ((cosine + wrap) / (1.0 + wrap).powi(2)).max(0.0);
            }
            if cosine > 0.0 {
                let half = unit(add(towards, to_eye));
                let strength = self.gloss * open * dot(n, half).max(0.0).powi(self.sharpness) * cosine;
                shine = add(shine, scale(colour, strength));
            }
        }
        let up = 0.5 + 0.5 * n[1];
        let sky = add(scale(SKY, up), scale(GROUND, 1.0 - up));
        light = add(light, scale(sky, open));
        // The inner side is the mouth's or the skull's: little light comes there.
        let side = if texel.inside { 0.25 } else { 1.0 };
        let colour = [0, 1, 2].map(|channel| self.colour[channel] * light[channel] * side);
        add(colour, shine)
    }
}

/// Colour and coverage (0..1) of every pixel: sRGB, row by row, a picture of `raster`'s size / [`SUPERSAMPLING`].
pub fn resolve(raster: &Raster, parts: &[Part]) -> Vec<([u8; 3], f32)> {
    let surfaces: Vec<Surface> = parts.iter().map(Surface::of).collect();
    let (width, height) = (raster.width / SUPERSAMPLING, raster.height / SUPERSAMPLING);
    let occlusion = Occlusion::new(OCCLUSION_MM);
    let samples = (SUPERSAMPLING * SUPERSAMPLING) as f32;
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let mut sum = [0.0; 3];
            let mut covered = 0.0f32;
            for sample in 0..SUPERSAMPLING * SUPERSAMPLING {
                let (tx, ty) = (x * SUPERSAMPLING + sample % SUPERSAMPLING, y * SUPERSAMPLING + sample / SUPERSAMPLING);
                let texel = &raster.texels[ty * raster.width + tx];
                if texel.depth_mm.is_finite() {
                    let to_eye = unit(scale(raster.position(tx, ty, texel.depth_mm), -1.0));
                    let surface = &surfaces[usize::from(texel.part)];
                    let mouth = if surface.in_mouth { mouth_light(raster.teeth_mm, texel.depth_mm) } else { 1.0 };
                    let open = occlusion.openness(raster, tx, ty) * mouth;
                    let colour = surface.lit(texel, to_eye, open);
                    sum = add(sum, colour.map(tone));
                    covered += 1.0;
                }
            }
            pixels.push((scale(sum, 1.0 / covered.max(1.0)).map(encode), covered / samples));
        }
    }
    pixels
}

/// Share of the light that comes through the lips to a depth. The lips shade even the front teeth.
fn mouth_light(teeth_mm: f32, depth_mm: f32) -> f32 {
    let behind = if teeth_mm.is_finite() { (depth_mm - teeth_mm).max(0.0) } else { 0.0 };
    0.5 * (-behind / MOUTH_MM).exp()
}

/// Bends highlights towards white instead of cutting them off.
fn tone(linear: f32) -> f32 {
    let bent = 1.0 - (-linear).exp();
    bent.clamp(0.0, 1.0)
}

/// Linear 0..1 → sRGB 0..255.
fn encode(linear: f32) -> u8 {
    let curve = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (curve * 255.0 + 0.5) as u8
}
