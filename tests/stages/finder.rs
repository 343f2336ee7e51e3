//! Faces in pictures: where they are, several, none, and what keyframes and styles do without a box.

use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, Mutex};

use image::{ImageFormat, RgbImage};
use media2face::pack::{FinderConfig, Pack, Size, random};
use media2face::picture::{FaceBox, Picture};
use media2face::{
    BackendChoice, Error, FacePicture, FoundFace, Head, Keyframe, LogLevel, Model, Runtime, RuntimeOptions,
};
use media2face::{Session, SessionOptions, Style};

use crate::support::golden::golden;

/// Side of the golden face.
const SIDE: usize = 64;
/// Its true box there, of the film's `boxes.csv`: the middle and the longer side.
const TRUE: [f32; 3] = [31.1, 35.0, 44.6];

fn finder() -> Pack {
    Pack::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/face-finder.m2f")).expect("the finder's pack")
}

/// A runtime on the CPU and the warnings that it gives.
fn runtime() -> (Arc<Runtime>, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&told);
    let options = RuntimeOptions {
        backend: BackendChoice::Cpu,
        log_level: LogLevel::Warning,
        log: Some(Arc::new(move |_, message: &str| log.lock().expect("log").push(message.to_owned()))),
        ..RuntimeOptions::default()
    };
    (Runtime::new(&options).expect("runtime"), told)
}

fn model() -> (Arc<Model>, Arc<Mutex<Vec<String>>>) {
    let (runtime, told) = runtime();
    let tiny = random(Size::Tiny, 1).expect("tiny pack");
    (Model::with_face_finder(&runtime, tiny, &finder()).expect("model"), told)
}

/// The golden face with a side of so many pixels.
fn face(side: usize) -> Picture {
    let rgb = golden("finder").bytes("face.picture").to_vec();
    Picture::new(SIDE, SIDE, rgb).resized(side, side).expect("memory")
}

/// A grey picture with faces: side, left and upper edge of each.
fn scene(width: usize, height: usize, faces: &[[usize; 3]]) -> Picture {
    let mut scene = Picture::new(width, height, vec![110; width * height * 3]);
    for &[side, left, top] in faces {
        for (y, row) in face(side).rgb.chunks_exact(side * 3).enumerate() {
            scene.rgb[((top + y) * width + left) * 3..][..side * 3].copy_from_slice(row);
        }
    }
    scene
}

fn find(model: &Model, picture: &Picture) -> Vec<FoundFace> {
    model.face_finder().expect("a finder").find(picture).expect("faces")
}

/// Panics unless the found box is that of a golden face of this side at this place, within 5 % of its side.
fn check(found: &FoundFace, [side, left, top]: [usize; 3]) {
    let scale = side as f32 / SIDE as f32;
    let FaceBox { x, y, width, height } = found.face;
    let expected = [left as f32 + TRUE[0] * scale, top as f32 + TRUE[1] * scale, TRUE[2] * scale];
    let place = [x + 0.5 * width, y + 0.5 * height, width];
    let far = place.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(width == height && far < 0.05 * expected[2], "{place:?}, expected {expected:?}");
}

#[test]
fn faces_are_found_where_they_are_whatever_their_size_and_the_pictures() {
    let (model, _) = model();
    for (size, place) in [([480, 360], [300, 90, 30]), ([200, 700], [150, 20, 400]), ([1200, 900], [400, 700, 450])] {
        let found = find(&model, &scene(size[0], size[1], &[place]));
        assert_eq!(found.len(), 1, "{size:?}");
        check(&found[0], place);
        let FoundFace { score, presence, turn_rad, points, landmarks, .. } = &found[0];
        assert!(*score > 0.7 && *presence > 0.9 && turn_rad.abs() < 0.2, "{score} {presence} {turn_rad}");
        assert_eq!(landmarks.len(), 468);
        let [right, left, nose, mouth, ..] = points;
        assert!(right[0] < nose[0] && nose[0] < left[0] && nose[1] < mouth[1] && right[1] < nose[1], "{points:?}");
        assert!((landmarks[1][0] - nose[0]).abs() < 0.1 * place[0] as f32, "both know the tip of the nose");
    }
}

#[test]
fn small_faces_are_found_where_no_large_one_is() {
    let (model, _) = model();
    for (size, place) in [([1280, 720], [100, 900, 400]), ([2000, 900], [110, 30, 700])] {
        let found = find(&model, &scene(size[0], size[1], &[place]));
        assert_eq!(found.len(), 1, "{size:?}");
        check(&found[0], place);
    }
}

#[test]
fn largest_of_several_faces_comes_first_and_that_is_said() {
    let (model, _) = model();
    let places = [[200, 10, 60], [300, 330, 30]];
    let found = find(&model, &scene(680, 400, &places));
    assert_eq!(found.len(), 2);
    check(&found[0], places[1]);
    check(&found[1], places[0]);
    assert!(FoundFace::oddities(&found).expect("something odd").contains("2 faces"));
    assert_eq!(FoundFace::oddities(&found[..1]), None);
    let side = FoundFace { turn_rad: -1.0, ..found[0].clone() };
    assert!(FoundFace::oddities(&[side]).expect("something odd").contains("57°"));
}

#[test]
fn no_face_is_found_where_there_is_none() {
    let (model, _) = model();
    let noise = Picture::new(SIDE, SIDE, golden("finder").bytes("noise.picture").to_vec());
    for picture in
        [scene(300, 200, &[]), noise.resized(400, 300).expect("memory"), scene(1, 1, &[]), scene(1, 900, &[])]
    {
        assert_eq!(find(&model, &picture), [], "{}×{}", picture.width, picture.height);
    }
}

fn png(picture: &Picture) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let image = RgbImage::from_raw(picture.width as u32, picture.height as u32, picture.rgb.clone()).expect("fits");
    image.write_to(&mut file, ImageFormat::Png).expect("encoded");
    file.into_inner()
}

/// A session with one keyframe, run to its end.
fn held(model: &Arc<Model>, file: Vec<u8>, face: Option<FaceBox>) -> Result<Vec<f32>, Error> {
    let session = Session::new(model, SessionOptions { seed: 1, ..SessionOptions::new(16_000, 1) })?;
    let head = Some(Arc::new(Head::Picture(FacePicture { file, face })));
    session.add_keyframe(Keyframe { head, ..Keyframe::at(0.2) })?;
    session.push_f32(&[0.0; 16_000])?;
    session.finish()?;
    session.wait(None)?;
    let animation = session.pull()?.expect("a clip");
    Ok(animation.reader()?.heads(30.0, 6, 1)?[0].rotation.to_vec())
}

#[test]
fn keyframes_find_the_face_themselves() {
    let (model, told) = model();
    let place = [200, 240, 60];
    let picture = scene(480, 320, &[place]);
    let found = find(&model, &picture)[0].face;
    let by_box = held(&model, png(&picture), Some(found)).expect("a clip");
    assert_eq!(held(&model, png(&picture), None).expect("a clip"), by_box);
    assert!(told.lock().expect("log").is_empty());
    held(&model, png(&scene(680, 400, &[[200, 10, 60], [300, 330, 30]])), None).expect("a clip");
    assert!(told.lock().expect("log")[0].contains("the keyframe's picture: 2 faces"), "{told:?}");
    let error = held(&model, png(&scene(300, 200, &[])), None).expect_err("no face");
    assert!(matches!(&error, Error::InvalidPicture(text) if text.contains("no face was found")), "{error}");
}

#[test]
fn without_a_finder_the_whole_picture_is_taken_and_that_is_said() {
    let (runtime, told) = runtime();
    let model = Model::new(&runtime, random(Size::Tiny, 1).expect("tiny pack")).expect("model");
    assert!(matches!(model.face_finder().err(), Some(Error::MissingPart(_))) && !model.finds_faces());
    let picture = face(SIDE);
    let whole = held(&model, png(&picture), Some(FaceBox::whole(&picture))).expect("a clip");
    assert!(told.lock().expect("log").is_empty());
    assert_eq!(held(&model, png(&picture), None).expect("a clip"), whole);
    assert!(told.lock().expect("log")[0].contains("no face finder"), "{told:?}");
}

#[test]
fn style_pictures_are_read_about_the_face_that_is_a_part_of_them() {
    let (model, _) = model();
    let code = |picture: &Picture| model.style_code(&Arc::new(Style::Picture(png(picture)))).expect("a code");
    let picture = scene(900, 500, &[[200, 500, 100]]);
    let found = find(&model, &picture)[0].face;
    let length = found.crop_side() as usize;
    let about = picture.crop_face(&found, length).expect("a crop");
    let far = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let (near, middle) = (code(&about), code(&scene(900, 500, &[])));
    let found = code(&picture);
    assert!(far(&found, &near) < 0.3 * far(&found, &middle), "{} {}", far(&found, &near), far(&found, &middle));
}

#[test]
fn packs_with_keys_that_do_not_fit_are_refused() {
    let pack = finder();
    let with = |change: fn(&mut FinderConfig)| {
        let mut manifest = pack.manifest().clone();
        change(manifest.finder.as_mut().expect("a finder"));
        Pack::from_parts(manifest, pack.tensors().clone()).check().expect_err("refused").to_string()
    };
    for (change, reason) in [
        ((|c| c.detector.trunk.side = 100_000) as fn(&mut FinderConfig), "finder.detector.side"),
        (|c| c.detector.trunk.kernel = 9, "finder.detector.kernel"),
        (|c| c.detector.trunk.channels[3] = 0, "finder.detector.channels"),
        (|c| c.detector.trunk.channels[3] = 99, "channels fall"),
        (|c| c.detector.trunk.channels = vec![24], "channels' length"),
        (|c| c.detector.trunk.halves = vec![5, 2], "does not rise"),
        (|c| c.mesh.trunk.side = 194, "evenly"),
        (|c| c.mesh.trunk.halves = vec![0, 1, 2, 3, 4], "odd side"),
        (|c| c.detector.scales[0].block = 16, "scales' block"),
        (|c| c.detector.scales[0].anchors = 0, "scales' anchors"),
        (|c| c.detector.scales[1].anchors = 5, "finder.detector.heads.1"),
        (|c| c.mesh.points.blocks = 2, "finder.mesh.points.blocks.2.slope"),
        (|c| c.mesh.landmarks = 467, "finder.mesh.landmarks"),
        (|c| c.score = f32::NAN, "finder.score"),
        (|c| c.margin = 0.0, "finder.margin"),
        (|c| c.r#box.scale = 0.0, "finder.box.scale"),
    ] {
        let error = with(change);
        assert!(error.contains(reason), "{reason}: {error}");
    }
    let (runtime, _) = runtime();
    let tiny = || random(Size::Tiny, 1).expect("tiny pack");
    let none = Model::with_face_finder(&runtime, tiny(), &tiny()).err();
    assert!(matches!(none, Some(Error::MissingPart(text)) if text.contains("face finder")));
}
