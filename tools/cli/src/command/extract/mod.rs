//! `m2f extract`: pictures of a talking face, and its sound, into a clip of a data set.

pub mod boxes;
mod finding;
mod sound;
mod source;
mod store;

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use media2face::pack::ARKIT_NAMES;
use media2face::picture::{FaceBox, Picture};
use media2face::signal::Frames;
use media2face::{Extractor, Model};

use crate::command::args::Extract;
use crate::emit::staged::Staged;
use crate::input::ffmpeg::SOUND_RATE_HZ;
use crate::process::progress::Progress;
use crate::{input::model, process::interrupt, process::tell};
use boxes::Boxes;
use finding::Finding;
use source::Source;
use store::{Clip, DataSet, POSE_WIDTH};

/// Crops that go through the networks at once.
const BATCH: usize = 32;

const NOWHERE: FaceBox = FaceBox { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };

/// Reads the clip and adds it to the data set; gives the line that sums it up.
pub fn run(args: &Extract) -> Result<String> {
    interrupt::watch();
    store::check(&args.out)?;
    let found = args.found.as_deref().map(Staged::create).transpose()?;
    let boxes = match (&args.r#box, &args.boxes) {
        // A box of zeros is one that is looked for, as in the C API.
        (Some(face), _) if *face == NOWHERE => Boxes::Found,
        (Some(face), _) => Boxes::One(*face),
        (None, Some(path)) => Boxes::read(path)?,
        (None, None) if args.whole => Boxes::Whole,
        (None, None) => Boxes::Found,
    };
    let progress = Arc::new(Progress::new(args.quiet));
    let bar = Arc::clone(&progress);
    let warn = move |message: &str| bar.aside(|| tell::warning(message));
    let model = model::load(args.pack.open()?, args.compute.options()?, warn.clone())?;
    let columns = arkit_columns(&model)?;
    let fps = args.fps.or_native(&model);
    let (mut reading, mut finding) = (Reading::new(model.extractor()?), Finding::new(boxes));

    let source = Source::open(&args.input, fps, args.keep_going, &warn)?;
    progress.show("sound", 0.0);
    let samples = sound::read(&args.input, args.audio.as_deref(), &warn)?;
    if samples.is_none() {
        warn("there is no sound: the clip is silent");
    }
    let of_sound = |samples: &Vec<i16>| (samples.len() as f64 / f64::from(SOUND_RATE_HZ) * f64::from(fps)) as usize;
    let expected = source.expected().or_else(|| samples.as_ref().map(of_sound));

    let goes_on = source.goes_on_after_errors();
    let mut bad = 0;
    for (frame, (name, picture)) in source.enumerate() {
        interrupt::check()?;
        let ends = picture.is_err() && !goes_on;
        let taken = picture.and_then(|picture| {
            let face = finding.at(frame, &picture, &mut reading.extractor)?;
            reading.take(face.map(|face| (&picture, face))).with_context(|| name)
        });
        if let Err(error) = taken {
            if ends || !args.keep_going {
                return Err(error);
            }
            warn(&format!("{error:#}: marked invalid"));
            reading.take(None)?;
            bad += 1;
        }
        reading.advance()?;
        progress.show("frames", expected.map_or(0.0, |count| frame as f32 / count.max(1) as f32));
    }
    let (weights, pose, latents, valid) = reading.finish(&columns)?;
    if let Some(mut found) = found {
        found.write(|out| Ok(out.write_all(finding.table().as_bytes())?))?;
        found.persist()?;
    }
    finding.finish(valid.len(), &warn)?;
    let (frames, shown) = (valid.len(), valid.iter().filter(|valid| **valid).count());
    ensure!(shown > 0, "none of the {frames} frames shows a face");
    if let Some(samples) = &samples {
        match sound::check_length(samples, frames, fps) {
            // A film's own sound belongs to it.
            Err(error) if args.audio.is_none() => {
                warn(&format!("{error:#}: cut to the frames, or filled with silence"))
            }
            checked => checked?,
        }
    }
    let audio = sound::fitted(samples.unwrap_or_default(), frames, fps);
    let source =
        args.input.file_name().map_or_else(|| args.input.display().to_string(), |name| name.to_string_lossy().into());
    let clip = Clip { source, fps, audio, weights, pose, latents, valid };
    interrupt::check()?;
    let number = DataSet::open(&args.out)?.add(&clip, args.number)?;
    let skipped = if bad > 0 { format!(", {bad} could not be read") } else { String::new() };
    Ok(format!("clip {number} in {}: {frames} frames, {shown} with a face{skipped}", args.out.display()))
}

/// The pack's weight for each column of the data set: ARKit's names in alphabetical order.
fn arkit_columns(model: &Model) -> Result<Vec<usize>> {
    let mut names = ARKIT_NAMES;
    names.sort_unstable();
    let column = |name: &str| {
        let own = model.blendshape_names().iter().position(|own| own.eq_ignore_ascii_case(name));
        own.with_context(|| format!("the model has no weight {name}, which the data set holds"))
    };
    names.into_iter().map(column).collect()
}

/// What was read of a clip so far.
struct Reading {
    extractor: Extractor,
    /// Crops that wait for the networks.
    crops: Vec<Picture>,
    valid: Vec<bool>,
    /// Rows of the frames that are valid.
    latents: Vec<f32>,
    weights: Vec<f32>,
    rotations: Vec<f32>,
}

impl Reading {
    fn new(extractor: Extractor) -> Self {
        let (crops, valid) = (Vec::new(), Vec::new());
        Self { extractor, crops, valid, latents: Vec::new(), weights: Vec::new(), rotations: Vec::new() }
    }

    /// The next frame; without a face it is marked invalid. After an error it was not taken.
    fn take(&mut self, face: Option<(&Picture, FaceBox)>) -> Result<()> {
        if let Some((picture, face)) = face {
            self.crops.push(self.extractor.crop(picture, &face)?);
        }
        self.valid.push(face.is_some());
        Ok(())
    }

    /// Hands the crops to the networks when there are enough.
    fn advance(&mut self) -> Result<()> {
        if self.crops.len() == BATCH { self.extract() } else { Ok(()) }
    }

    fn extract(&mut self) -> Result<()> {
        let found = self.extractor.extract(&self.crops)?;
        self.crops.clear();
        self.latents.extend(found.latents.data);
        self.weights.extend(found.weights.data);
        self.rotations.extend(found.rotations.data);
        Ok(())
    }

    /// Weights in the data set's order, poses, latents, and which frames are valid.
    fn finish(mut self, columns: &[usize]) -> Result<(Frames, Frames, Frames, Vec<bool>)> {
        self.extract()?;
        let frames = self.valid.len();
        if frames == 0 {
            bail!("there are no frames");
        }
        let shown = self.valid.iter().filter(|valid| **valid).count();
        let (own, d_z) = (self.weights.len() / shown.max(1), self.latents.len() / shown.max(1));
        let (mut weights, mut pose) = (Frames::zeros(frames, columns.len()), Frames::zeros(frames, POSE_WIDTH));
        let mut latents = Frames::zeros(frames, d_z);
        let places = (0..frames).filter(|&frame| self.valid[frame]);
        for (row, frame) in places.enumerate() {
            for (weight, &column) in weights.row_mut(frame).iter_mut().zip(columns) {
                *weight = self.weights[row * own + column];
            }
            pose.row_mut(frame)[..3].copy_from_slice(&self.rotations[row * 3..][..3]);
            latents.row_mut(frame).copy_from_slice(&self.latents[row * d_z..][..d_z]);
        }
        Ok((weights, pose, latents, self.valid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_of_the_training() {
        let vocabulary = concat!(env!("CARGO_MANIFEST_DIR"), "/../../training/media2face_training/vocabulary.py");
        let text = std::fs::read_to_string(vocabulary).unwrap();
        let list = text.split_once("\nARKIT = ").unwrap().1.split_once(".split()").unwrap().0;
        let names: Vec<&str> = list.split(['(', '"', '\n', ' ']).filter(|word| word.len() > 5).collect();
        let mut sorted = ARKIT_NAMES;
        sorted.sort_unstable();
        let names: Vec<&str> = names.into_iter().filter(|name| *name != "tuple").collect();
        assert_eq!(names, sorted);
    }
}
