//! The data set on disk, as the training's `dataset/write.py` reads it: clips, latents and an index of them.

use std::fs::{self, TryLockError};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, ensure};
use half::f16;
use media2face::signal::{FrameRate, Frames};
use serde::Serialize;
use serde_json::Value;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::emit::npy;
use crate::emit::staged::Staged;
use crate::input::ffmpeg::SOUND_RATE_HZ;
use crate::{input::file, input::text, process::interrupt, process::temporary};

/// Columns of a head pose: axis-angle (rad), translation (mm).
pub const POSE_WIDTH: usize = 6;

/// One clip.
pub struct Clip {
    /// What it was read from.
    pub source: String,
    pub fps: FrameRate,
    /// At [`SOUND_RATE_HZ`].
    pub audio: Vec<i16>,
    /// [frames, 52]
    pub weights: Frames,
    /// [frames, [`POSE_WIDTH`]]
    pub pose: Frames,
    /// [frames, d_z]
    pub latents: Frames,
    /// Whether a frame shows a face; the rows of those that do not are zero.
    pub valid: Vec<bool>,
}

/// A row of the index. A captured clip has no phone times, no text and no known speaker.
#[derive(Serialize)]
struct Row<'a> {
    number: u64,
    split: &'static str,
    text: &'static str,
    language: &'static str,
    source: &'a str,
    fps: f64,
    samples: usize,
    frames: usize,
    valid: usize,
    seconds: f64,
    phones: [(); 0],
}

/// An error for a folder that can be no data set of ours.
pub fn check(folder: &Path) -> Result<()> {
    ensure!(!folder.is_file(), "cannot make the folder {}: it is a file", folder.display());
    let generated = folder.join("dataset.json").exists();
    ensure!(!generated, "{} is a generated data set: choose another folder", folder.display());
    Ok(())
}

/// A folder of clips. Held, no other process adds to it.
pub struct DataSet {
    folder: PathBuf,
    /// Lines of the index with their numbers.
    rows: Vec<(u64, String)>,
    /// Locked as long as it is open.
    _lock: fs::File,
}

impl DataSet {
    /// Opens a folder, or makes one; waits for another process that adds to it.
    pub fn open(folder: &Path) -> Result<Self> {
        let unread = || format!("cannot read {}", folder.display());
        for part in ["clips", "latents"] {
            let part = folder.join(part);
            fs::create_dir_all(&part).with_context(|| format!("cannot make the folder {}", part.display()))?;
        }
        let lock = fs::File::create(folder.join(".lock")).with_context(unread)?;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => thread::sleep(interrupt::PATIENCE),
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("cannot lock {}", folder.display()));
                }
            }
            interrupt::check()?;
        }
        let index = folder.join("index.jsonl");
        let text = if index.exists() { text::read(&index, file::INDEX)? } else { String::new() };
        let row = |(i, line): (usize, &str)| {
            let number = serde_json::from_str::<Value>(line).ok().and_then(|row| row["number"].as_u64());
            let number = number.with_context(|| format!("{} line {}: no row of a clip", index.display(), i + 1))?;
            Ok((number, line.to_owned()))
        };
        let rows = text.lines().enumerate().map(row).collect::<Result<_>>()?;
        Ok(Self { folder: folder.to_owned(), rows, _lock: lock })
    }

    /// Adds a clip, in place of one that has this number; without a number it gets the next. All its files are whole
    /// before the first appears, and the index comes last. Gives the number.
    pub fn add(mut self, clip: &Clip, number: Option<u32>) -> Result<u64> {
        let next = || self.rows.iter().map(|(number, _)| number + 1).max().unwrap_or(0);
        let number = number.map_or_else(next, u64::from);
        let row = serde_json::to_string(&clip.row(number))?;
        match self.rows.iter_mut().find(|(known, _)| *known == number) {
            Some(known) => known.1 = row,
            None => self.rows.push((number, row)),
        }
        let path = |folder: &str, extension: &str| self.folder.join(folder).join(format!("{number:07}.{extension}"));
        let mut arrays = Staged::create(&path("clips", "npz"))?;
        let mut latents = Staged::create(&path("latents", "npy"))?;
        let mut index = Staged::create(&self.folder.join("index.jsonl"))?;
        arrays.write(|out| clip.write_arrays(out))?;
        latents.write(|out| Ok(npy::write(out, &shape(&clip.latents), &halves(&clip.latents))?))?;
        index.write(|out| {
            self.rows.iter().try_for_each(|(_, line)| writeln!(out, "{line}"))?;
            Ok(())
        })?;
        let _naming = temporary::naming();
        interrupt::check()?;
        arrays.persist()?;
        latents.persist()?;
        index.persist()?;
        Ok(number)
    }
}

impl Clip {
    fn row(&self, number: u64) -> Row<'_> {
        let samples = self.audio.len();
        Row {
            number,
            split: "captured",
            text: "",
            language: "",
            source: &self.source,
            fps: self.fps.hz(),
            samples,
            frames: self.valid.len(),
            valid: self.valid.iter().filter(|valid| **valid).count(),
            seconds: (samples as f64 / f64::from(SOUND_RATE_HZ) * 1e3).round() / 1e3,
            phones: [],
        }
    }

    /// A .npz as `numpy.savez` lays it out: arrays in a ZIP file, not compressed.
    fn write_arrays(&self, out: impl Write + Seek) -> Result<()> {
        let mut zip = ZipWriter::new(out);
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file("audio.npy", stored)?;
        npy::write(&mut zip, &[self.audio.len()], &self.audio)?;
        zip.start_file("weights.npy", stored)?;
        npy::write(&mut zip, &shape(&self.weights), &halves(&self.weights))?;
        zip.start_file("pose.npy", stored)?;
        npy::write(&mut zip, &shape(&self.pose), &self.pose.data)?;
        zip.start_file("valid.npy", stored)?;
        npy::write(&mut zip, &[self.valid.len()], &self.valid)?;
        zip.finish()?;
        Ok(())
    }
}

fn shape(frames: &Frames) -> [usize; 2] {
    [frames.len(), frames.width]
}

fn halves(frames: &Frames) -> Vec<f16> {
    frames.data.iter().map(|&value| f16::from_f32(value)).collect()
}
