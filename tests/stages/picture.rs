//! Pictures: edges and hostile files.

use std::sync::Arc;

use media2face::Error;
use media2face::limits::{DEFAULT_PICTURE_PIXELS, MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE};
use media2face::picture::{FaceBox, Picture, PictureFile};
use media2face::{
    BackendChoice, Expression, FacePicture, Keyframe, Model, Runtime, RuntimeOptions, Session, SessionOptions, Style,
};

use crate::session::tiny;
use crate::support::golden::golden;

/// One line that says what is wrong with the picture.
#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    match Picture::decode(bytes) {
        Err(Error::InvalidPicture(line)) => {
            assert!(!line.is_empty() && line.lines().count() == 1, "{line:?}");
            line
        }
        other => panic!("not refused as a picture: {:?}", other.map(|p| (p.width, p.height))),
    }
}

fn file(kind: &str) -> Vec<u8> {
    golden("pictures").bytes(&format!("{kind}.file")).to_vec()
}

/// The PNG with another width and height in its header, whose checksum is set right.
fn png_of_size(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = file("png_rgb");
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// The JPEG with another width and height in its frame header.
fn jpeg_of_size(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = file("jpeg_444");
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a baseline frame");
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

#[test]
fn foreign_bytes_are_refused() {
    assert_eq!(refusal(b""), "the picture file is empty");
    for bytes in [&b"RIFF....WAVEfmt "[..], b"GIF89a", b"\xff", b"<svg/>", &[0; 4096]] {
        assert_eq!(refusal(bytes), "the file is neither a PNG nor a JPEG picture");
    }
}

#[test]
fn huge_header_is_refused_before_decoding() {
    // Their pixels end early: a decoder that had begun would complain of that.
    for (width, height) in [(40_000, 40_000), (1, MAX_PICTURE_SIDE + 1), (16_384, 16_384), (0x7fff_ffff, 0x7fff_ffff)] {
        let line = refusal(&png_of_size(width, height));
        assert!(line.contains("too large"), "{width}×{height}: {line}");
    }
    for (width, height) in [(40_000, 40_000), (65_535, 1), (16_384, 16_384)] {
        let line = refusal(&jpeg_of_size(width, height));
        assert!(line.contains("too large"), "{width}×{height}: {line}");
    }
    assert!(u64::from(MAX_PICTURE_SIDE).pow(2) > MAX_PICTURE_PIXELS, "the third case tests the pixel count");
}

#[test]
fn pixels_past_the_callers_limit_are_refused_on_the_header() {
    let sides = |bytes: &[u8], most| PictureFile::open(bytes, most).map(|file| file.sides());
    for kind in ["png_rgb", "png_interlaced", "jpeg_444", "jpeg_progressive", "jpeg_turned"] {
        let bytes = file(kind);
        let [width, height] = sides(&bytes, DEFAULT_PICTURE_PIXELS).expect(kind);
        let pixels = (width * height) as u64;
        assert_eq!(sides(&bytes, pixels), Ok([width, height]), "{kind}");
        let Err(Error::InvalidPicture(line)) = sides(&bytes, pixels - 1) else { panic!("{kind} was taken") };
        assert!(line.contains("too large") && line.contains(&(pixels - 1).to_string()), "{kind}: {line}");
    }
}

#[test]
fn pixels_that_the_bytes_cannot_hold_are_refused_on_the_header() {
    for bytes in [png_of_size(2000, 2000), jpeg_of_size(2000, 2000)] {
        let Err(error) = PictureFile::open(&bytes, MAX_PICTURE_PIXELS) else { panic!("taken") };
        assert!(error.to_string().contains("bytes do not hold 2000×2000 pixels"), "{error}");
    }
}

/// A model whose runtime takes pictures of so many pixels.
fn model(max_picture_pixels: u64) -> Result<Arc<Model>, Error> {
    let options = RuntimeOptions {
        threads: Some(0),
        backend: BackendChoice::Cpu,
        max_picture_pixels,
        ..RuntimeOptions::default()
    };
    Model::new(&Runtime::new(&options)?, tiny())
}

fn held(file: &[u8], face: Option<FaceBox>) -> SessionOptions {
    let picture = Expression::Picture(FacePicture { file: file.to_vec(), face });
    let keyframe = Keyframe { expression: Some(Arc::new(picture)), ..Keyframe::at(0.0) };
    SessionOptions { keyframes: vec![keyframe], steps: Some(2), ..SessionOptions::new(16_000, 1) }
}

#[test]
fn limit_of_a_runtime_holds_for_styles_and_keyframes() {
    let bytes = png(20, 30, vec![90; 20 * 30 * 4]);
    let too_large = |error: Error| assert!(matches!(&error, Error::InvalidPicture(line) if line.contains("too large")));
    let (less, enough) = (model(599).expect("model"), model(600).expect("model"));
    let style = Arc::new(Style::Picture(bytes.clone()));
    too_large(less.style_code(&style).expect_err("refused"));
    too_large(Session::new(&less, held(&bytes, None)).err().expect("refused"));
    assert!(enough.style_code(&style).is_ok() && Session::new(&enough, held(&bytes, None)).is_ok());
    for pixels in [0, MAX_PICTURE_PIXELS + 1] {
        assert!(
            matches!(model(pixels).err(), Some(Error::InvalidArgument(line)) if line.contains("max_picture_pixels"))
        );
    }
}

#[test]
fn box_is_refused_at_the_call_and_damaged_pixels_by_the_job() {
    let model = model(DEFAULT_PICTURE_PIXELS).expect("model");
    let bytes = png(20, 30, (0..20 * 30 * 4).map(|i| (i * i / 7) as u8).collect());
    let far = FaceBox { x: 20.0, y: 0.0, width: 5.0, height: 5.0 };
    let refused = Session::new(&model, held(&bytes, Some(far))).err();
    assert!(matches!(refused, Some(Error::InvalidArgument(_))), "{refused:?}");

    let cut = &bytes[..bytes.len() / 2];
    let session = Session::new(&model, held(cut, None)).expect("its header is whole");
    session.push_f32(&[0.1; 4000]).expect("push");
    session.finish().expect("finish");
    let error = session.wait(None).and_then(|_| session.pull().map(drop)).expect_err("half a picture");
    assert!(matches!(error, Error::InvalidPicture(_)), "{error:?}");
}

#[test]
fn empty_picture_is_refused() {
    for (width, height) in [(0, 0), (0, 5), (5, 0)] {
        refusal(&png_of_size(width.into(), height.into()));
        refusal(&jpeg_of_size(width, height));
    }
}

#[test]
fn cut_file_is_refused_wherever_it_is_cut() {
    for kind in ["png_rgb", "png_interlaced", "png_palette", "jpeg_444", "jpeg_progressive", "jpeg_cmyk"] {
        let whole = file(kind);
        let footer = if kind.starts_with("png") { 12 } else { 0 };
        for length in 0..whole.len() - footer {
            assert!(Picture::decode(&whole[..length]).is_err(), "{kind} cut to {length} of {} bytes", whole.len());
        }
    }
}

/// A PNG of these pixels.
fn png(width: u32, height: u32, rgba: Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let image = image::RgbaImage::from_raw(width, height, rgba).expect("pixels of its size");
    image.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).expect("a PNG");
    bytes
}

#[test]
fn colours_hidden_under_transparency_do_not_count() {
    let drawn = |hidden: [u8; 3]| {
        let pixel = |at: usize| match at % 3 {
            0 => [200, 10, 30, 255],
            1 => [hidden[0], hidden[1], hidden[2], 0],
            _ => [0, 100, 255, 128],
        };
        Picture::decode(&png(9, 5, (0..45).flat_map(pixel).collect())).expect("picture")
    };
    let white = drawn([255; 3]);
    assert_eq!((drawn([0; 3]), drawn([255, 0, 0])), (white.clone(), white.clone()));
    assert_eq!(white.rgb[..9], [200, 10, 30, 255, 255, 255, 127, 177, 255]);
}

#[test]
fn box_of_a_turned_picture_is_that_of_what_is_seen() {
    let turned = Picture::decode(&file("jpeg_turned")).expect("picture");
    let flat = Picture::decode(&file("jpeg_444")).expect("picture");
    assert_eq!((turned.width, turned.height), (flat.height, flat.width));
    let face = FaceBox { x: 0.0, y: 20.0, width: 9.0, height: 9.0 };
    assert!(
        turned.crop_face(&face, 8).is_ok() && flat.crop_face(&face, 8).is_err(),
        "it lies below what is on its side"
    );
}

#[test]
fn one_pixel_fills_any_crop() {
    let one = Picture::new(1, 1, vec![3, 200, 77]);
    let crop = one.resize_and_crop(224).expect("memory");
    assert_eq!((crop.width, crop.height), (224, 224));
    assert!(crop.rgb.chunks_exact(3).all(|pixel| pixel == [3, 200, 77]));
}

#[test]
fn thinnest_picture_is_cropped() {
    let side = MAX_PICTURE_SIDE as usize;
    for (width, height) in [(1, side), (side, 1)] {
        let crop = Picture::new(width, height, vec![9; side * 3]).resize_and_crop(224).expect("memory");
        assert_eq!(crop, Picture::new(224, 224, vec![9; 224 * 224 * 3]));
    }
}

/// Red counts columns, green rows.
fn ramp(width: usize, height: usize) -> Picture {
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| [x as u8, y as u8, 7]));
    Picture::new(width, height, pixels.flatten().collect())
}

#[test]
fn face_crop_is_the_square_of_1_6_boxes_about_its_middle() {
    // 1.6 · 20 = 32 about (60, 45): columns 44..76, rows 29..61, at their own size.
    let face = FaceBox { x: 55.0, y: 35.0, width: 10.0, height: 20.0 };
    let crop = ramp(120, 90).crop_face(&face, 32).unwrap();
    for (i, pixel) in crop.rgb.chunks_exact(3).enumerate() {
        assert_eq!(pixel, [44 + i as u8 % 32, 29 + (i / 32) as u8, 7]);
    }
    let halved = ramp(120, 90).crop_face(&face, 16).unwrap();
    let cut: Vec<u8> = crop.rgb.clone();
    let resized = Picture::new(32, 32, cut).resize_and_crop(16).expect("memory");
    assert_eq!(halved, resized, "resized as any other picture");
}

#[test]
fn face_crop_repeats_the_borders() {
    let picture = ramp(40, 40);
    let crop = picture.crop_face(&FaceBox::whole(&picture), 64).unwrap();
    assert_eq!(&crop.rgb[..3], [0, 0, 7]);
    let at = |x: usize, y: usize| &crop.rgb[(y * 64 + x) * 3..][..3];
    assert_eq!(at(32, 32), [20, 20, 7]);
    assert_eq!((at(3, 32), at(63, 32), at(32, 63)), (&[0, 20, 7][..], &[39, 20, 7][..], &[20, 39, 7][..]));
    let corner = picture.crop_face(&FaceBox { x: -9.0, y: 35.0, width: 10.0, height: 10.0 }, 16).unwrap();
    assert_eq!(&corner.rgb[..3], [0, 32, 7]);
}

#[test]
fn face_box_without_a_face_is_refused() {
    let picture = ramp(40, 30);
    let [nan, most] = [f32::NAN, MAX_PICTURE_SIDE as f32 + 1.0];
    for (x, y, width, height) in [
        (0.0, 0.0, 0.0, 10.0),
        (0.0, 0.0, 10.0, -1.0),
        (nan, 0.0, 10.0, 10.0),
        (0.0, 0.0, 10.0, nan),
        (0.0, f32::INFINITY, 10.0, 10.0),
        (0.0, 0.0, most, 10.0),
        (40.0, 0.0, 5.0, 5.0),
        (0.0, -5.0, 5.0, 5.0),
    ] {
        let error = picture.crop_face(&FaceBox { x, y, width, height }, 16).unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{x},{y},{width},{height}: {error:?}");
    }
}

#[test]
fn channels_are_planes_of_normalised_values() {
    let picture = Picture::new(2, 1, vec![0, 51, 102, 255, 204, 153]);
    let planes = picture.to_channels([0.5, 0.2, 0.4], [0.5, 0.1, 0.2]);
    let expected = [-1.0, 1.0, 0.0, 6.0, 0.0, 1.0];
    for (found, expected) in planes.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{planes:?}");
    }
}

#[test]
fn mutated_files_never_panic_and_never_hang() {
    let kinds = [
        "png_rgb",
        "png_palette_transparent",
        "png_interlaced",
        "png_rgba_16",
        "png_animated",
        "jpeg_420",
        "jpeg_progressive",
        "jpeg_cmyk",
        "jpeg_ycck",
        "jpeg_restart",
        "jpeg_turned",
    ];
    let files: Vec<_> = kinds.iter().map(|kind| file(kind)).collect();
    let mut random = 1u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (random >> 33) as usize % below
    };
    let mut decoded = 0;
    for round in 0..5_000 {
        let mut bytes = files[round % files.len()].clone();
        // Past the magic, so that a decoder sees it; early bytes are the headers.
        for _ in 0..=next(4) {
            let reach = if next(3) == 0 { bytes.len() } else { bytes.len().min(200) };
            let at = 4 + next(reach - 4);
            bytes[at] = [0, 1, 0x7f, 0xff, next(256) as u8][next(5)];
        }
        // A wrong checksum would end most PNGs at once.
        if bytes[0] == 0x89 {
            let sum = crc32(&bytes[12..29]);
            bytes[29..33].copy_from_slice(&sum.to_be_bytes());
        }
        match Picture::decode(&bytes) {
            Ok(picture) => {
                decoded += 1;
                assert_eq!(picture.rgb.len(), picture.width * picture.height * 3);
            }
            Err(Error::InvalidPicture(line)) => assert_eq!(line.lines().count(), 1, "{line:?}"),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(decoded > 100, "the mutations leave nothing to decode: {decoded}");
}
