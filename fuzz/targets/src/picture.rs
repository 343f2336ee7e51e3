//! Pictures: a box of four floats, then a file. What is decoded is as large as it says, and its crops as large as they were
//! asked for.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use media2face::picture::{FaceBox, PictureFile};

use crate::world::well;

/// Largest picture that is decoded: time follows from pixels.
const MOST_PIXELS: u64 = 1 << 20;

pub(crate) fn run(input: &[u8]) {
    let Some((place, file)) = input.split_first_chunk::<16>() else { return };
    let Some(file) = well(PictureFile::open(file, MOST_PIXELS)) else { return };
    let Some(picture) = well(file.decode()) else { return };
    assert_eq!([picture.width, picture.height], file.sides());
    assert_eq!(picture.rgb.len(), picture.width * picture.height * 3);
    let crop = well(file.resize_and_crop(32)).expect("it was decoded");
    assert_eq!(crop, picture.resize_and_crop(32).expect("memory"), "by rows and at once");
    assert_eq!((crop.width, crop.height, crop.to_channels([0.5; 3], [0.2; 3]).len()), (32, 32, 3 * 32 * 32));
    let number = |i: usize| f32::from_le_bytes([place[i], place[i + 1], place[i + 2], place[i + 3]]);
    let asked = FaceBox { x: number(0), y: number(4), width: number(8), height: number(12) };
    for face in [asked, file.whole()] {
        let crop = well(file.crop_face(&face, 16));
        assert_eq!(crop.is_some(), well(file.check_face(&face)).is_some(), "checked as it is cropped");
        assert_eq!(crop, well(picture.crop_face(&face, 16)), "by rows and at once");
    }
}

/// A picture of these sides.
fn drawn(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| image::Rgb([(x * 9) as u8, (y * 7) as u8, (x * y) as u8]))
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("an encoded picture");
    bytes.into_inner()
}

/// A PNG file.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(&drawn(width, height).into(), ImageFormat::Png)
}

/// PNG and JPEG files of every kind of pixel that the encoder writes.
fn files() -> Vec<Vec<u8>> {
    let colours: DynamicImage = drawn(24, 17).into();
    let clear = RgbaImage::from_fn(9, 9, |x, y| image::Rgba([200, 100, 50, (x * y * 3) as u8]));
    let pictures = [
        colours.clone(),
        clear.into(),
        colours.to_luma8().into(),
        colours.to_luma_alpha8().into(),
        colours.to_rgb16().into(),
        drawn(1, 1).into(),
    ];
    let jpegs = [colours.clone(), colours.to_luma8().into()];
    let mut files: Vec<_> = pictures.iter().map(|picture| encoded(picture, ImageFormat::Png)).collect();
    files.extend(jpegs.iter().map(|picture| encoded(picture, ImageFormat::Jpeg)));
    let turned: Vec<_> = files[files.len() - 2..].iter().map(|jpeg| with_exif(jpeg)).collect();
    files.extend(turned);
    files
}

/// A JPEG that says it lies on its side.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    [&jpeg[..2], exif, &jpeg[2..]].concat()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let place: Vec<u8> = [3.0f32, -2.5, 10.0, 8.0].iter().flat_map(|number| number.to_le_bytes()).collect();
    files().into_iter().map(|file| [&place[..], &file].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_pictures() {
        assert!(files().iter().all(|file| PictureFile::open(file, MOST_PIXELS).and_then(|file| file.decode()).is_ok()));
    }
}
