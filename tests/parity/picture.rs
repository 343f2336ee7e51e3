//! Pictures against Pillow: decoding, resize and crop.

use std::collections::BTreeSet;

use media2face::picture::Picture;

use crate::support::golden::{Golden, golden};
use crate::support::tolerance;

fn picture(file: &Golden, name: &str) -> Picture {
    let [height, width, 3] = *file.shape(name) else { panic!("{name} is not a picture") };
    Picture::new(width, height, file.bytes(name).to_vec())
}

fn kinds(file: &Golden, suffix: &str) -> BTreeSet<String> {
    file.names().filter_map(|name| name.strip_suffix(suffix)).map(str::to_owned).collect()
}

#[test]
fn clip_preprocessing_matches_pillow_to_the_byte() {
    let file = golden("clip_img");
    let kinds = kinds(&file, ".crop_u8");
    assert_eq!(kinds.len(), 4);
    for kind in kinds {
        let crop = picture(&file, &format!("{kind}.rgb")).resize_and_crop(224).expect("memory");
        assert!(crop == picture(&file, &format!("{kind}.crop_u8")), "{kind}");
    }
}

#[test]
fn odd_shapes_resize_as_pillow_to_the_byte() {
    let file = golden("resize");
    let cases = kinds(&file, ".crop_u8");
    assert_eq!(cases.len(), 11);
    for case in cases {
        let expected = picture(&file, &format!("{case}.crop_u8"));
        let crop = picture(&file, &format!("{case}.rgb")).resize_and_crop(expected.width).expect("memory");
        assert!(crop == expected, "{case}");
    }
}

#[test]
fn every_kind_of_png_decodes_as_pillow_to_the_byte() {
    let file = golden("pictures");
    let kinds = kinds(&file, ".file");
    let kinds: Vec<_> = kinds.iter().filter(|kind| kind.starts_with("png_")).collect();
    assert_eq!(kinds.len(), 17);
    for kind in kinds {
        let decoded = Picture::decode(file.bytes(&format!("{kind}.file"))).unwrap_or_else(|e| panic!("{kind}: {e}"));
        assert!(decoded == picture(&file, &format!("{kind}.rgb")), "{kind}");
    }
}

#[test]
fn every_kind_of_jpeg_decodes_as_pillow_within_rounding() {
    let file = golden("pictures");
    let kinds = kinds(&file, ".file");
    let kinds: Vec<_> = kinds.iter().filter(|kind| kind.starts_with("jpeg_")).collect();
    assert_eq!(kinds.len(), 15);
    for kind in kinds {
        let decoded = Picture::decode(file.bytes(&format!("{kind}.file"))).unwrap_or_else(|e| panic!("{kind}: {e}"));
        let expected = picture(&file, &format!("{kind}.rgb"));
        assert_eq!((decoded.width, decoded.height), (expected.width, expected.height), "{kind}");
        let worst = decoded.rgb.iter().zip(&expected.rgb).map(|(f, e)| f.abs_diff(*e)).max();
        println!("{kind} {worst:?}");
        assert!(worst <= Some(tolerance::JPEG_LEVELS), "{kind}: {worst:?} levels");
    }
}
