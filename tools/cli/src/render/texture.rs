//! Pictures on parts: as files take them, and what one does to a colour at a place.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use media2face::Model;
use media2face::limits::DEFAULT_PICTURE_PIXELS;
use media2face::pack::Bytes;
use media2face::picture::{Picture, PictureFile};

use crate::render::vector::Vec3;

/// The textures of a model by their names.
#[derive(Default)]
pub struct Textures {
    /// Where each vertex lies on the picture of its part, v downwards; empty without textures.
    pub texcoord: Vec<[f32; 2]>,
    by_name: BTreeMap<String, Texture>,
}

/// A picture.
pub struct Texture {
    /// A JPEG or PNG file.
    pub file: Bytes,
    picture: Picture,
}

impl Textures {
    /// Those of a model; none where it has no mesh.
    pub fn of(model: &Model) -> Result<Self> {
        let stated = model.manifest().topology.as_ref().map_or(&[][..], |topology| &topology.textures);
        let texcoord = model.topology().and_then(|topology| topology.texcoord.clone()).unwrap_or_default();
        let read = |name: &String| {
            let file = model.texture(name)?;
            let picture = PictureFile::open(file.as_ref(), DEFAULT_PICTURE_PIXELS).and_then(|opened| opened.decode());
            let picture = picture.with_context(|| format!("the model's texture {name:?}"))?;
            Ok((name.clone(), Texture { file, picture }))
        };
        Ok(Self { texcoord, by_name: stated.iter().map(read).collect::<Result<_>>()? })
    }

    /// By name.
    pub fn get(&self, name: &str) -> Option<&Texture> {
        self.by_name.get(name)
    }
}

impl Texture {
    /// MIME type of the file.
    pub fn media_type(&self) -> &'static str {
        if self.file.as_ref().starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" }
    }

    /// What it does to a colour at a place, linear 0..1; between four pixels, at the border the border's.
    pub fn at(&self, place: [f32; 2]) -> Vec3 {
        let near = self.near(place);
        [0, 1, 2].map(|channel| self.mixed(&near, channel))
    }

    /// Its brightness at a place, of a picture that is grey.
    pub fn brightness(&self, place: [f32; 2]) -> f32 {
        self.mixed(&self.near(place), 1)
    }

    /// The four pixels about a place, by their first bytes, and their shares.
    fn near(&self, [u, v]: [f32; 2]) -> [(usize, f32); 4] {
        let Picture { width, height, .. } = self.picture;
        let split = |share: f32, count: usize| {
            // What is no number is at the border.
            let share = if share > 0.0 { share.min(1.0) } else { 0.0 };
            let place = (share * count as f32 - 0.5).clamp(0.0, (count - 1) as f32);
            let first = place as usize;
            ([first, (first + 1).min(count - 1)], place - first as f32)
        };
        let (([left, right], x), ([top, bottom], y)) = (split(u, width), split(v, height));
        let pixel = |row: usize, column: usize| (row * width + column) * 3;
        [
            (pixel(top, left), (1.0 - x) * (1.0 - y)),
            (pixel(top, right), x * (1.0 - y)),
            (pixel(bottom, left), (1.0 - x) * y),
            (pixel(bottom, right), x * y),
        ]
    }

    fn mixed(&self, near: &[(usize, f32); 4], channel: usize) -> f32 {
        near.iter().map(|&(first, share)| share * LINEAR[usize::from(self.picture.rgb[first + channel])]).sum()
    }
}

/// sRGB of 8 bits → linear.
static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|code| {
        let value = code as f32 / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
});

#[cfg(test)]
pub mod tests {
    use super::*;

    /// One picture of four pixels, on which all of so many vertices lie in the middle.
    pub fn single(name: &str, vertices: usize) -> Textures {
        let rgb = [[0u8; 3], [255; 3], [255; 3], [0; 3]].concat();
        let texture = Texture { file: Bytes::from(&b"\x89PNG"[..]), picture: Picture::new(2, 2, rgb) };
        Textures { texcoord: vec![[0.5; 2]; vertices], by_name: BTreeMap::from([(name.to_owned(), texture)]) }
    }

    #[test]
    fn places_between_pixels_are_mixed_and_borders_held() {
        let textures = single("four", 0);
        let texture = textures.get("four").unwrap();
        let at = |u, v| texture.at([u, v])[0];
        assert_eq!([at(0.0, 0.0), at(0.25, 0.25), at(1.0, 0.0), at(9.0, -9.0)], [0.0, 0.0, 1.0, 1.0]);
        assert!([at(0.5, 0.25), at(0.5, 0.5), at(0.25, 0.5)].iter().all(|mixed| (mixed - 0.5).abs() < 1e-6));
        assert_eq!(texture.at([f32::NAN, 0.0])[0], 0.0);
        assert_eq!(texture.media_type(), "image/png");
    }
}
