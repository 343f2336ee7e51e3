//! A folder of files from elsewhere, where one is given: `M2F_SOUNDS=folder cargo test -p m2f given -- --nocapture` tells what
//! is read of each.

use std::path::PathBuf;

use super::{Sound, heard_of};

#[test]
fn given_files_are_read_or_named() {
    let Some(folder) = std::env::var_os("M2F_SOUNDS").map(PathBuf::from) else {
        println!("M2F_SOUNDS names no folder: no files from elsewhere are read");
        return;
    };
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let base = Sound::open(&folder.join("base.wav")).and_then(heard_of).ok();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let heard = match Sound::open(&path).and_then(heard_of) {
            Ok(heard) => heard,
            Err(error) => {
                let error = format!("{error:#}");
                assert!(error.contains("ffmpeg"), "{name}: {error}");
                println!("{name:24} {error}");
                continue;
            }
        };
        let frames = heard.samples.len() / heard.channels as usize;
        let mono: Vec<f64> = heard
            .samples
            .chunks(heard.channels as usize)
            .map(|frame| frame.iter().map(|sample| f64::from(*sample)).sum::<f64>() / frame.len() as f64)
            .collect();
        let likeness = base.as_ref().map_or_else(String::new, |base| {
            let (mut xy, mut xx, mut yy, mut most) = (0.0, 0.0, 0.0, 0.0f64);
            for (x, y) in base.samples.iter().map(|x| f64::from(*x)).zip(&mono) {
                (xy, xx, yy, most) = (xy + x * y, xx + x * x, yy + y * y, most.max((x - y).abs()));
            }
            format!("r {:.5}, most {:.1} of 32768", xy / (xx * yy).sqrt(), most * 32768.0)
        });
        println!("{name:24} {} Hz × {}, {frames} frames, {likeness}  {}", heard.rate_hz, heard.channels, heard.notes);
    }
}
