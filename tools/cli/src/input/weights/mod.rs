//! Weights over time as files have them: what this program wrote, and what others did. A file is known by what is in it, not by its
//! name.
//!
//! | file | known by |
//! |---|---|
//! | JSON of `m2f animate`, of Audio2Face | a brace at its beginning |
//! | CSV of Live Link Face | a first column `Timecode` |
//! | table of `m2f animate` | a first column `time_s` |

mod json;
mod rows;

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use media2face::limits::MAX_SHAPES;
use media2face::output::{EyeRange, check_weights, find_channel};
use media2face::pack::ARKIT_NAMES;
use media2face::signal::{FrameRate, HeadPose};

use crate::emit::track::Track;
use crate::input::{file, text};

/// A weight above this is none that went a little too far: the file counts otherwise.
const MOST_WEIGHT: f32 = 2.0;

/// Channels that a warning names.
const NAMED: usize = 4;

/// What a file has.
pub struct Recorded {
    pub track: Track,
    /// Of the take, where the file tells it.
    pub seed: Option<u64>,
}

/// As the file says it.
#[derive(Debug, Default)]
struct Raw {
    fps: Option<FrameRate>,
    drop_frame: bool,
    names: Vec<String>,
    /// [frames, names].
    weights: Vec<f32>,
    /// One a frame, or none.
    heads: Vec<HeadPose>,
    seed: Option<u64>,
}

/// Reads a file, of frames at the rate that it tells or, where one is given, at that. Gives warnings to `warn`: weights outside
/// 0 to 1, which are brought into it, and frames without a face, which have the one before.
///
/// # Errors
/// A file of another kind, one that is cut off or malformed (the text names the line, or the frame), numbers that are not finite,
/// weights that count to 100, or no rate.
pub fn read(path: &Path, fps: Option<FrameRate>, warn: &dyn Fn(&str)) -> Result<Recorded> {
    let text = text::read(path, file::TRACK)?;
    let warn = |message: &str| warn(&format!("{}: {message}", path.display()));
    let raw = match text.trim_start().as_bytes().first() {
        Some(b'{') => json::read(&text),
        _ => rows::read(&text, &warn),
    };
    raw.and_then(|raw| raw.checked(fps, &warn)).with_context(|| format!("cannot read {}", path.display()))
}

impl Raw {
    fn checked(mut self, fps: Option<FrameRate>, warn: &dyn Fn(&str)) -> Result<Recorded> {
        check_names(&self.names)?;
        let fps = fps.or(self.fps).ok_or_else(|| anyhow!("it tells no rate: say --fps"))?;
        let frames = self.weights.len() / self.names.len();
        ensure!(frames > 0, "it has no frames");
        self.heads.resize(frames, HeadPose::default());
        self.clamp(warn)?;
        // Timecode leaves numbers out at two rates alone.
        let drop_frame = self.drop_frame && crate::emit::timecode::check_drop_frame(fps).is_ok();
        let (names, weights, heads) = (self.names, self.weights, self.heads);
        let track = Track { fps, drop_frame, names, weights, heads, eye_range: EyeRange::default() };
        Ok(Recorded { track, seed: self.seed })
    }

    /// Brings all weights into 0 to 1.
    fn clamp(&mut self, warn: &dyn Fn(&str)) -> Result<()> {
        let width = self.names.len();
        let (mut count, mut first) = (0usize, None);
        for (at, weight) in self.weights.iter_mut().enumerate() {
            let (frame, name) = (at / width, &self.names[at % width]);
            ensure!(weight.is_finite(), "frame {frame}: {name} is not finite");
            if !(0.0..=1.0).contains(weight) {
                if weight.abs() > MOST_WEIGHT {
                    // The library's own words for weights that count to 100.
                    check_weights(&[name], &[*weight]).with_context(|| format!("frame {frame}"))?;
                }
                count += 1;
                first.get_or_insert((at, *weight));
                *weight = weight.clamp(0.0, 1.0);
            }
        }
        if let Some((at, value)) = first {
            let (name, frame) = (&self.names[at % width], at / width);
            let first = format!("the first {name} {value} in frame {frame}");
            warn(&format!("{count} weights are outside 0 to 1 and were brought into it, {first}"));
        }
        Ok(())
    }
}

/// An error unless a face can be made from these channels of a file; a warning of those that none is made from.
pub fn check_arkit(names: &[String], path: &Path, warn: &dyn Fn(&str)) -> Result<()> {
    let strange: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| find_channel(&ARKIT_NAMES, name).is_none()).collect();
    let some = strange[..strange.len().min(NAMED)].join(", ");
    let more = if strange.len() > NAMED { " …" } else { "" };
    ensure!(
        strange.len() < names.len(),
        "{}: none of its channels is one of ARKit's, which rigs are made from: {some}{more}",
        path.display()
    );
    if !strange.is_empty() {
        let (count, path) = (strange.len(), path.display());
        warn(&format!("{path}: {count} channels are none of ARKit's and are left out: {some}{more}"));
    }
    Ok(())
}

fn check_names(names: &[String]) -> Result<()> {
    ensure!(!names.is_empty(), "it has no channels");
    ensure!(names.len() <= MAX_SHAPES, "it has {} channels, at most {MAX_SHAPES} are read", names.len());
    let twice = (1..names.len()).find(|&at| names[..at].contains(&names[at]));
    ensure!(twice.is_none(), "it has the channel {:?} twice", names[twice.unwrap_or_default()]);
    Ok(())
}

#[cfg(test)]
mod tests;
