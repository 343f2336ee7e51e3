//! What a clip's style is asked for with: styles over time, and strengths that follow a curve.

use std::fmt::Display;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::limits;
use crate::pack::EmojiConfig;

/// Part of a ramp that counts as none of it.
const ROUNDING: f64 = 1e-9;

/// How it is to be spoken.
#[derive(Debug, Clone, PartialEq)]
pub enum Style {
    /// A prompt; one emoji is one too.
    Text(String),
    /// Bytes of a PNG or JPEG file.
    Picture(Vec<u8>),
    /// A raw style code of the model's width.
    Code(Vec<f32>),
    /// Name of a style code of the pack.
    Preset(String),
}

/// What asks for a wink in the languages that the starter's prompts are in, beside words that begin with "wink".
const WINKS: [&str; 8] = ["one eye", "zwinker", "ein auge", "clin d", "un œil", "guiñ", "un ojo", "occhiolin"];

impl Style {
    /// Whether it asks, in words, for one lid to close without the other; an emoji or a preset does by its words.
    pub(crate) fn asks_to_wink(&self, emoji: Option<&EmojiConfig>) -> bool {
        let (Self::Text(text) | Self::Preset(text)) = self else { return false };
        let words = emoji.and_then(|emoji| emoji.find(text)).map_or(&text[..], |(_, words)| words).to_lowercase();
        let mut each = words.split(|c: char| !c.is_alphanumeric());
        each.any(|word| word.starts_with("wink"))
            || WINKS.iter().any(|wink| words.contains(wink))
            || words.contains('😉')
    }
}

/// Letters of a prompt that a message repeats.
const TOLD_LETTERS: usize = 60;

impl Display for Style {
    /// For a message: the words in quotes, cut where they are long, or what it is.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) | Self::Preset(text) => {
                let cut = if text.chars().nth(TOLD_LETTERS).is_some() { "…" } else { "" };
                write!(f, "{:?}", text.chars().take(TOLD_LETTERS).collect::<String>() + cut)
            }
            Self::Picture(_) => f.write_str("picture"),
            Self::Code(_) => f.write_str("code"),
        }
    }
}

/// A style over a range of the clip. Styles may overlap: what they add to the guidance adds up.
///
/// Its weight is 1 from `start_s` to `end_s` and 0 outside. A ramp is centred on either end: half of `ramp_s` before it
/// and half behind, so that two styles that meet blend into each other and their weights sum to one.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleTrack {
    /// The style.
    pub style: Arc<Style>,
    /// Factor on what the guidance of the style, s_P, moves: 0 is the pack's default style, 1 the style, 2 twice the way; without
    /// a default style 0 is no style.
    pub strength: f32,
    /// Where it begins, seconds; from 0 on it has no ramp there.
    pub start_s: f64,
    /// Where it ends, seconds; past the clip's end it is cut, without a ramp. Infinity is the whole rest.
    pub end_s: f64,
    /// Length of the linear ramps, seconds; 0 switches at once.
    pub ramp_s: f64,
}

impl StyleTrack {
    /// Default of [`ramp_s`](Self::ramp_s).
    pub const RAMP_S: f64 = 0.2;

    /// A style over the whole clip, with strength 1.
    pub fn new(style: impl Into<Arc<Style>>) -> Self {
        Self { style: style.into(), strength: 1.0, start_s: 0.0, end_s: f64::INFINITY, ramp_s: Self::RAMP_S }
    }

    /// Checks strength and times.
    pub(crate) fn check(&self) -> Result<()> {
        check_strength("strength of the style", self.strength)?;
        let &Self { start_s, end_s, ramp_s, .. } = self;
        check_range("a style", start_s, end_s)?;
        if !(0.0..=limits::MAX_RAMP_S).contains(&ramp_s) {
            let most = limits::MAX_RAMP_S;
            return Err(Error::InvalidArgument(format!("a ramp of {ramp_s} s, expected 0 to {most}")));
        }
        Ok(())
    }

    /// Weight at each of a clip's frames, 0..1, frame i standing at i/fps; `None` when it is 1 throughout.
    pub(crate) fn weights(&self, frames: usize, fps: f32) -> Option<Vec<f32>> {
        let duration_s = frames as f64 / f64::from(fps);
        let (starts, ends) = (self.start_s > 0.0, self.end_s < duration_s);
        let step = |time_s: f64, at_s: f64| match self.ramp_s {
            0.0 => f64::from(u8::from(time_s >= at_s)),
            // A frame at the very end of a ramp has the weight of what is behind it, however the division rounds.
            ramp_s => match (time_s - at_s) / ramp_s + 0.5 {
                part if part < ROUNDING => 0.0,
                part if part > 1.0 - ROUNDING => 1.0,
                part => part,
            },
        };
        let weight = |frame: usize| {
            let time_s = frame as f64 / f64::from(fps);
            let begun = if starts { step(time_s, self.start_s) } else { 1.0 };
            let ended = if ends { step(time_s, self.end_s) } else { 0.0 };
            (begun - ended).max(0.0) as f32
        };
        (starts || ends).then(|| (0..frames).map(weight).collect())
    }

    /// What is cut of it in a clip of this length, in words.
    pub(crate) fn cut(&self, duration_s: f64) -> Option<String> {
        past_the_end(self.start_s, self.end_s, duration_s)
    }
}

/// Refuses a range that is negative, reversed or empty, and NaN; it may end at infinity.
pub(crate) fn check_range(what: impl Display, start_s: f64, end_s: f64) -> Result<()> {
    if start_s.is_finite() && start_s >= 0.0 && end_s > start_s {
        return Ok(());
    }
    Err(Error::InvalidArgument(format!(
        "{what} from {start_s} s to {end_s} s: it starts at 0 or later and ends after its start"
    )))
}

/// What a clip of this length cuts of a range, in words.
pub(crate) fn past_the_end(start_s: f64, end_s: f64, duration_s: f64) -> Option<String> {
    if start_s >= duration_s {
        return Some(format!("begins at {start_s} s, the clip ends at {duration_s:.2} s: it has no effect"));
    }
    let past = end_s.is_finite() && end_s > duration_s;
    past.then(|| format!("ends at {end_s} s, the clip at {duration_s:.2} s: it was cut"))
}

/// A strength over time: linear between its points, level before the first and after the last. Of two points at one time
/// the later one counts from there on.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve(Vec<(f64, f32)>);

impl Curve {
    /// Points of time (s) and value, in the order of time.
    ///
    /// # Errors
    /// `InvalidArgument` for no points or more than [`limits::MAX_CURVE_POINTS`], times that are negative, not finite or run
    /// backwards, and values past [`limits::MAX_GUIDANCE`].
    pub fn new(points: Vec<(f64, f32)>) -> Result<Self> {
        let fault = |text: String| Err(Error::InvalidArgument(text));
        if !(1..=limits::MAX_CURVE_POINTS).contains(&points.len()) {
            let most = limits::MAX_CURVE_POINTS;
            return fault(format!("a curve of {} points, expected 1 to {most}", points.len()));
        }
        let mut last_s = 0.0;
        for &(time_s, value) in &points {
            if !(time_s.is_finite() && time_s >= last_s) {
                return fault(format!("a curve's point at {time_s} s after one at {last_s} s: times go up from 0"));
            }
            check_strength("value of a curve", value)?;
            last_s = time_s;
        }
        Ok(Self(points))
    }

    /// Its points.
    pub fn points(&self) -> &[(f64, f32)] {
        &self.0
    }

    /// Value at each of a clip's frames, frame i standing at i/fps.
    pub(crate) fn values(&self, frames: usize, fps: f32) -> Vec<f32> {
        (0..frames).map(|frame| self.at(frame as f64 / f64::from(fps))).collect()
    }

    fn at(&self, time_s: f64) -> f32 {
        match self.0.partition_point(|(at_s, _)| *at_s <= time_s) {
            0 => self.0[0].1,
            next if next == self.0.len() => self.0[next - 1].1,
            next => {
                let ((from_s, from), (to_s, to)) = (self.0[next - 1], self.0[next]);
                let part = (time_s - from_s) / (to_s - from_s);
                (f64::from(from) * (1.0 - part) + f64::from(to) * part) as f32
            }
        }
    }
}

/// Refuses a strength past [`limits::MAX_GUIDANCE`], and NaN.
pub(crate) fn check_strength(name: &str, value: f32) -> Result<()> {
    if value.is_finite() && value.abs() <= limits::MAX_GUIDANCE {
        return Ok(());
    }
    let most = limits::MAX_GUIDANCE;
    Err(Error::InvalidArgument(format!("guidance ({name}) is {value}, expected at most {most} either way")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(start_s: f64, end_s: f64, ramp_s: f64) -> StyleTrack {
        StyleTrack { start_s, end_s, ramp_s, ..StyleTrack::new(Style::Text(String::new())) }
    }

    #[test]
    fn weights_are_exactly_zero_outside_the_ramps_and_one_between_them() {
        let weights = track(1.5, 3.0, 0.2).weights(150, 30.0).unwrap();
        for (frame, weight) in weights.iter().enumerate() {
            let time_s = frame as f64 / 30.0;
            match time_s {
                t if t <= 1.4 || t >= 3.1 => assert_eq!(*weight, 0.0, "frame {frame}"),
                t if (1.6..=2.9).contains(&t) => assert_eq!(*weight, 1.0, "frame {frame}"),
                _ => assert!((0.0..=1.0).contains(weight) && *weight != 0.0, "frame {frame}: {weight}"),
            }
        }
        assert!((weights[45] - 0.5).abs() < 1e-6 && (weights[90] - 0.5).abs() < 1e-6, "half way at the asked times");
    }

    #[test]
    fn without_a_ramp_a_style_switches_at_its_frames() {
        let weights = track(1.5, 3.0, 0.0).weights(150, 30.0).unwrap();
        let on: Vec<usize> = (0..150).filter(|&frame| weights[frame] == 1.0).collect();
        assert_eq!(on, (45..90).collect::<Vec<_>>());
        assert!(weights.iter().all(|w| *w == 0.0 || *w == 1.0));
    }

    #[test]
    fn styles_that_meet_sum_to_one() {
        for ramp_s in [0.0, 0.2, 1.0, 5.0] {
            let tracks = [track(0.0, 1.0, ramp_s), track(1.0, 1.3, ramp_s), track(1.3, f64::INFINITY, ramp_s)];
            let weights = tracks.map(|track| track.weights(90, 30.0).unwrap());
            for frame in 0..90 {
                let sum: f32 = weights.iter().map(|w| w[frame]).sum();
                assert!((sum - 1.0).abs() < 1e-6, "ramp {ramp_s}, frame {frame}: {sum}");
            }
        }
    }

    #[test]
    fn ends_of_the_clip_have_no_ramp() {
        assert_eq!(track(0.0, f64::INFINITY, 1.0).weights(30, 30.0), None);
        assert_eq!(track(0.0, 1.0, 1.0).weights(30, 30.0), None, "it ends with the clip");
        assert_eq!(track(0.0, 9.0, 1.0).weights(30, 30.0), None, "it is cut");
        assert_eq!(track(9.0, 10.0, 1.0).weights(30, 30.0), Some(vec![0.0; 30]));
        let (early, late) = (track(0.0, 0.5, 0.2), track(0.5, 2.0, 0.2));
        assert_eq!(early.weights(30, 30.0).unwrap()[0], 1.0);
        assert_eq!(late.weights(30, 30.0).unwrap()[29], 1.0);
    }

    #[test]
    fn cut_names_what_lies_past_the_end() {
        assert_eq!(track(0.0, f64::INFINITY, 0.0).cut(1.0), None);
        assert_eq!(track(0.0, 1.0, 0.0).cut(1.0), None);
        assert!(track(0.5, 4.0, 0.0).cut(1.0).unwrap().contains("cut"));
        assert!(track(1.0, 4.0, 0.0).cut(1.0).unwrap().contains("no effect"));
    }

    #[test]
    fn times_that_cannot_be_are_refused() {
        let (nan, infinite) = (f64::NAN, f64::INFINITY);
        for (start_s, end_s, ramp_s) in [
            (2.0, 1.0, 0.0),
            (1.0, 1.0, 0.0),
            (-1.0, 1.0, 0.0),
            (nan, 1.0, 0.0),
            (0.0, nan, 0.0),
            (infinite, infinite, 0.0),
            (0.0, 1.0, -0.1),
            (0.0, 1.0, nan),
            (0.0, 1.0, infinite),
        ] {
            assert!(track(start_s, end_s, ramp_s).check().is_err(), "{start_s} to {end_s}, ramp {ramp_s}");
        }
        assert!(track(0.0, infinite, 0.0).check().is_ok());
        assert!(StyleTrack { strength: f32::NAN, ..track(0.0, 1.0, 0.0) }.check().is_err());
    }

    #[test]
    fn curve_is_linear_between_its_points_and_level_outside() {
        let curve = Curve::new(vec![(1.0, 2.0), (2.0, 4.0), (2.0, 0.0)]).unwrap();
        assert_eq!(curve.values(6, 2.0), [2.0, 2.0, 2.0, 3.0, 0.0, 0.0]);
    }

    #[test]
    fn curve_that_runs_backwards_is_refused() {
        for points in [
            vec![],
            vec![(1.0, 0.0), (0.5, 0.0)],
            vec![(-1.0, 0.0)],
            vec![(f64::NAN, 0.0)],
            vec![(f64::INFINITY, 0.0)],
            vec![(0.0, f32::NAN)],
            vec![(0.0, 1e9)],
            vec![(0.0, 0.0); limits::MAX_CURVE_POINTS + 1],
        ] {
            assert!(Curve::new(points.clone()).is_err(), "{:?}", points.first());
        }
    }
}
