//! Boxes of `m2f extract`: what is read of a table crops a picture, and the crops go through the vision encoders.

use std::cell::RefCell;

use m2f::reads::Boxes;
use media2face::Extractor;
use media2face::picture::Picture;

use crate::folder;
use crate::world::{model, well, well_told};

pub(crate) const WORDS: &[&str] = &[
    "frame,x,y,w,h\n",
    "frame;x;y;w;h\n",
    "\n",
    "\r\n",
    ",",
    ";",
    "\t",
    "\"",
    "\"\"",
    "0,1,2,3,4\n",
    "1,,,,\n",
    "nan",
    "inf",
    "-1",
    "1e38",
    "1e-45",
    "18446744073709551615",
    "0.5",
    "\u{FEFF}",
];

const FRAMES: usize = 4;
/// Largest side of a box: time follows from it.
const MOST_SIDE: f32 = 2048.0;

thread_local! {
    static EXTRACTOR: RefCell<Extractor> = RefCell::new(model().extractor().expect("the tiny pack has vision encoders"));
}

pub(crate) fn run(input: &[u8]) {
    let path = folder::write("boxes.csv", input);
    let Some(boxes) = well_told(Boxes::read(&path)) else { return };
    let _ = well_told(boxes.check_count(FRAMES));
    let picture = Picture::new(48, 64, (0..48 * 64 * 3).map(|i| (i * 7 % 251) as u8).collect());
    EXTRACTOR.with_borrow_mut(|extractor| {
        let faces = (0..FRAMES).filter_map(|frame| boxes.at(frame).given());
        let faces = faces.filter(|face| face.width.max(face.height) <= MOST_SIDE);
        let crops: Vec<_> = faces.filter_map(|face| well(extractor.crop(&picture, &face))).collect();
        if !crops.is_empty() {
            well(extractor.extract(&crops)).expect("crops that were made are read");
        }
    });
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "frame,x,y,w,h\n0,1,2,30,40\n1,,,,\n2,-5,-2.5,20,20\n",
        "\u{feff}frame,x,y,w,h\r\n2,1,2,3,4\r\n",
        "frame;x;y;w;h\n2;1;2;3;4\n",
        "frame\tx\ty\tw\th\n\n3\t1\t2\t3\t4\n",
        "frame,x,y,w,h\n0,\"1\",2,3e1,4\n",
        "frame,x,y,w,h\n0,1,2,3\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}
