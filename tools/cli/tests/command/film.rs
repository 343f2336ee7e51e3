//! `m2f animate`: pictures and films.

use std::fs;
use std::process::Command;

use crate::{Bench, assert_failed, has_ffmpeg, names};

#[test]
fn frames_are_pictures_with_a_box_each() {
    let bench = Bench::new();
    let output = bench.animate("out", &["--emit", "frames", "--size", "64", "--fps", "10"]);
    assert!(output.status.success(), "{output:?}");
    let folder = bench.path("out/hum.frames");
    assert_eq!(names(&bench.path("out")), ["hum.frames", "hum.provenance.json"]);
    let pictures: Vec<String> = (0..8).map(|frame| format!("{frame:07}.png")).collect();
    assert_eq!(names(&folder), [&pictures[..], &["boxes.csv".to_owned()]].concat());

    let file = fs::File::open(folder.join("0000000.png")).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (64, 64));
    let boxes = fs::read_to_string(folder.join("boxes.csv")).unwrap();
    assert_eq!(boxes.lines().count(), 9);
    for (frame, line) in boxes.lines().skip(1).enumerate() {
        let values: Vec<f32> = line.split(',').map(|value| value.parse().unwrap()).collect();
        let [number, x, y, width, height] = values[..] else { panic!("{line}") };
        assert_eq!(number, frame as f32);
        assert!(width > 10.0 && height > 10.0 && x > 0.0 && y > 0.0 && x + width < 64.0 && y + height < 64.0, "{line}");
        // The face is lit, the corners are not.
        let pixel = |x: f32, y: f32| u32::from(pixels[(y as usize * 64 + x as usize) * 3]);
        assert!(frame > 0 || pixel(x + width / 2.0, y + height / 2.0) > 2 * pixel(1.0, 62.0), "{line}");
    }
}

#[test]
fn frames_replace_those_of_an_earlier_run() {
    let bench = Bench::new();
    for (fps, count) in [("10", 8), ("4", 3)] {
        assert!(bench.animate("out", &["--emit", "frames", "--size", "64", "--fps", fps]).status.success());
        assert_eq!(names(&bench.path("out/hum.frames")).len(), count + 1);
        assert_eq!(names(&bench.path("out")), ["hum.frames", "hum.provenance.json"]);
    }
}

#[test]
fn film_has_every_frame_and_the_sound() {
    if !has_ffmpeg() {
        return;
    }
    let bench = Bench::new();
    let output = bench.animate("out", &["--emit", "mp4", "--size", "64"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(names(&bench.path("out")), ["hum.mp4", "hum.provenance.json"]);
    let mut count = Command::new("ffmpeg");
    count.args(["-loglevel", "error", "-i"]).arg(bench.path("out/hum.mp4"));
    let frames = count.args(["-map", "0:v", "-f", "rawvideo", "-pix_fmt", "gray", "-"]).output().unwrap();
    assert_eq!(frames.stdout.len(), 24 * 64 * 64, "{}", String::from_utf8_lossy(&frames.stderr));
    let mut sound = Command::new("ffmpeg");
    sound.args(["-loglevel", "error", "-i"]).arg(bench.path("out/hum.mp4"));
    let sound = sound.args(["-map", "0:a", "-ac", "1", "-ar", "16000", "-f", "s16le", "-"]).output().unwrap();
    let samples: Vec<i16> = sound.stdout.as_chunks::<2>().0.iter().map(|&bytes| i16::from_le_bytes(bytes)).collect();
    assert!((8_000..11_000).contains(&samples.len()), "{} samples", samples.len());
    assert!(samples.iter().any(|sample| sample.abs() > 4_000), "the hum is heard");
}

#[test]
fn film_without_ffmpeg_fails_before_the_work_and_says_how_to_get_it() {
    let bench = Bench::new();
    let animate = ["animate", "hum.wav", "--model", "tiny.m2f", "--out", "out", "--emit"];
    let output = bench.alone(&[&animate[..], &["csv,mp4"]].concat());
    assert_failed(&output, "ffmpeg is not on the PATH; it comes with apt install ffmpeg");
    assert!(!bench.path("out").exists());
    assert!(bench.alone(&[&animate[..], &["csv"]].concat()).status.success());
}

#[test]
fn sides_of_films_are_even_and_within_limits() {
    let bench = Bench::new();
    for side in ["63", "65", "4096", "-2"] {
        assert_eq!(bench.animate("out", &["--emit", "frames", "--size", side]).status.code(), Some(2));
    }
}
