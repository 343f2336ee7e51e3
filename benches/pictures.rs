//! What pictures cost that ask for more than they are: `cargo bench --bench pictures` prints a row for each file of
//! `tests/pictures/nasty.rs`, CPU time of one thread, the least of a few runs, ms: header and checks, all pixels, the square of a style, the
//! dearest of the squares about boxes that reach far past the picture. What is refused says so in few words. Then an
//! ordinary picture.

#[path = "../tests/pictures/nasty.rs"]
mod nasty;
#[allow(dead_code)]
mod support;

use std::time::Instant;

use media2face::limits::{DEFAULT_PICTURE_PIXELS, MAX_PICTURE_SIDE};
use media2face::picture::{FaceBox, PictureFile};
use support::cpu_seconds;

/// Runs of each; the least is told, since others share the machine.
const RUNS: usize = 5;
/// Side of the squares, as CLIP's towers take them.
const SIDE: usize = 224;

fn main() {
    println!("{:<44} {:>7} {:>8} {:>8} {:>8} {:>8}", "file", "bytes", "open", "decode", "resize", "crop");
    for (name, bytes) in nasty::files() {
        row(name, &bytes);
    }
    row("an ordinary picture of 1000 × 750", &ordinary());
}

fn row(name: &str, bytes: &[u8]) {
    let open = || PictureFile::open(bytes, DEFAULT_PICTURE_PIXELS);
    let opened = ms(|| drop(open()));
    match open() {
        Err(error) => println!("{name:<44} {:>7} {opened:8.2} {error}", bytes.len()),
        Ok(file) => {
            let most = MAX_PICTURE_SIDE as f32;
            let [right, bottom] = file.sides().map(|side| side as f32 - 1.0);
            let square = |x: f32, y: f32| FaceBox { x, y, width: most, height: most };
            let boxes = [file.whole(), square(1.0 - most, 1.0 - most), square(0.0, 0.0), square(right, bottom)];
            let crops = boxes.map(|face| ms(|| drop(file.crop_face(&face, SIDE))));
            let crop = crops.into_iter().fold(0.0, f64::max);
            let (decode, resize) = (ms(|| drop(file.decode())), ms(|| drop(file.resize_and_crop(SIDE))));
            let error = file.decode().err().map(|error| error.to_string()).unwrap_or_default();
            println!("{name:<44} {:>7} {opened:8.2} {decode:8.2} {resize:8.2} {crop:8.2} {error}", bytes.len());
        }
    }
}

fn ms(work: impl Fn()) -> f64 {
    let start = Instant::now();
    let once = || {
        let before = cpu_seconds(start);
        work();
        cpu_seconds(start) - before
    };
    (0..RUNS).map(|_| once() * 1e3).fold(f64::INFINITY, f64::min)
}

/// A PNG of a gradient.
fn ordinary() -> Vec<u8> {
    let (width, height, mut bytes) = (1000, 750, Vec::new());
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("header");
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| [x as u8, y as u8, (x * y / 977) as u8]));
    writer.write_image_data(&pixels.flatten().collect::<Vec<u8>>()).expect("pixels");
    writer.finish().expect("end");
    bytes
}
