//! Pictures that ask for more than they are: counted memory of files of at most 100 kB. In a process of its own, for its
//! allocator.
#![allow(missing_docs)]

#[path = "../support/counting.rs"]
mod counting;
mod nasty;

use std::sync::OnceLock;

use counting::{Counting, MOST_BYTES, peak_of};
use media2face::limits::{DEFAULT_PICTURE_PIXELS, MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE};
use media2face::picture::{FaceBox, Picture, PictureFile};

#[global_allocator]
static COUNTING: Counting = Counting;

/// The files, made once.
fn files() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    static FILES: OnceLock<Vec<(&str, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(nasty::files).iter().map(|(name, bytes)| (*name, &bytes[..]))
}

/// The file of this name.
fn file(name: &str) -> &'static [u8] {
    files().find(|(known, _)| *known == name).expect("a file of this name").1
}

/// Boxes that reach as far past a picture as they may.
fn far_boxes(file: &PictureFile) -> [FaceBox; 4] {
    let most = MAX_PICTURE_SIDE as f32;
    let [right, bottom] = file.sides().map(|side| side as f32 - 1.0);
    let square = |x: f32, y: f32| FaceBox { x, y, width: most, height: most };
    let corner = FaceBox { x: right, y: bottom, width: 1e-3, height: 1e-3 };
    [square(1.0 - most, 1.0 - most), square(0.0, 0.0), square(right, bottom), corner]
}

#[test]
fn no_small_file_takes_more_than_64_mb() {
    for (name, bytes) in files() {
        let of = |work: &dyn Fn(&PictureFile)| {
            peak_of(|| PictureFile::open(bytes, DEFAULT_PICTURE_PIXELS).map(|file| work(&file))).1
        };
        let decoded = of(&|file| drop(file.decode()));
        let resized = of(&|file| drop(file.resize_and_crop(224)));
        let cropped = of(&|file| {
            // One that sees all of the picture, and one that reaches far past it.
            for face in [file.whole(), far_boxes(file)[0]] {
                let _ = file.crop_face(&face, 224);
            }
        });
        let kb = [decoded, resized, cropped].map(|bytes| bytes >> 10);
        println!("{name}: {} bytes; decoded, resized, cropped {kb:?} KiB", bytes.len());
        assert!(decoded.max(resized).max(cropped) <= MOST_BYTES, "{name}: {kb:?} KiB");
    }
}

#[test]
fn what_bytes_cannot_hold_takes_nothing_whatever_the_limit() {
    let empty = ["jpeg, 64 Mpx in 968 bytes", "jpeg, 64 Mpx in 968 bytes, progressive", "png, 64 Mpx in 200 bytes"];
    for name in empty {
        let bytes = file(name);
        let mut refused = false;
        let taken = peak_of(|| refused = PictureFile::open(bytes, MAX_PICTURE_PIXELS).is_err()).1;
        assert!(refused && taken < 1 << 20, "{name}: {taken} bytes");
    }
}

#[test]
fn picture_read_by_rows_takes_no_memory_for_its_pixels() {
    for name in ["png, zeros, 16 bits", "png, zeros, 8 bits, flat", "png, zeros, one bit"] {
        let file = PictureFile::open(file(name), DEFAULT_PICTURE_PIXELS).expect("a picture");
        let taken = peak_of(|| file.resize_and_crop(224).expect("resized")).1;
        assert!(taken < 2 << 20, "{name}: {taken} bytes");
    }
}

#[test]
fn box_is_checked_without_pixels() {
    let file = PictureFile::open(file("jpeg, solid"), DEFAULT_PICTURE_PIXELS).expect("a picture");
    let ((), taken) = peak_of(|| {
        far_boxes(&file).iter().for_each(|face| file.check_face(face).expect("it reaches into the picture"));
    });
    assert_eq!(taken, 0);
}

#[test]
fn file_and_its_pixels_give_the_same_crops() {
    for (name, bytes) in files() {
        let Ok(file) = PictureFile::open(bytes, DEFAULT_PICTURE_PIXELS) else { continue };
        let Ok(picture) = file.decode() else { continue };
        assert_eq!([picture.width, picture.height], file.sides(), "{name}");
        assert!(file.resize_and_crop(32).expect(name) == picture.resize_and_crop(32).expect(name), "{name}");
        let far = far_boxes(&file)[2];
        assert!(file.crop_face(&far, 8).expect(name) == picture.crop_face(&far, 8).expect(name), "{name}");
    }
}

#[test]
fn far_box_is_what_the_border_shows_again_and_again() {
    // Three columns in front of a picture of two, one behind it.
    let picture = Picture::new(2, 1, vec![10, 20, 30, 200, 100, 50]);
    let (left, right) = (picture.rgb[..3].to_vec(), picture.rgb[3..].to_vec());
    let face = FaceBox { x: 0.0, y: -1.0, width: 2.5, height: 3.5 };
    // A square of 6 from −1.75, rounded to −2, and −2.25.
    let row: Vec<u8> = [&left, &left, &left, &right, &right, &right].into_iter().flatten().copied().collect();
    let crop = picture.crop_face(&face, 6).expect("a crop");
    assert_eq!(crop, Picture::new(6, 6, row.repeat(6)));
}
