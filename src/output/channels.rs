//! Channels: names, and a gain, offset and limit for each.

use crate::error::{Error, Result};
use crate::pack::ARKIT_NAMES;

/// Position of a channel among `names`, the same letters before the same words: programs write `jawOpen`, `JawOpen`,
/// `jaw_open` and `Jaw Open`, and for `eyeBlinkLeft` also `eyeBlink_L`. Case and separators do not matter where no name is
/// the same without that.
pub fn find_channel<S: AsRef<str>>(names: &[S], name: &str) -> Option<usize> {
    let exact = names.iter().position(|other| other.as_ref() == name);
    let same = |other: &S| words(other.as_ref()).eq(words(name)) && words(name).next().is_some();
    exact.or_else(|| names.iter().position(same))
}

/// Letters and digits of a name in lower case, a side at its end spelt out.
fn words(name: &str) -> impl Iterator<Item = char> {
    let (stem, side) = match name.rsplit_once(['_', ' ', '.', '-']) {
        Some((stem, "L" | "l")) => (stem, "left"),
        Some((stem, "R" | "r")) => (stem, "right"),
        _ => (name, ""),
    };
    stem.chars().filter(|c| c.is_alphanumeric()).chain(side.chars()).map(|c| c.to_ascii_lowercase())
}

/// A channel of ARKit's, or those of both sides.
pub(super) fn sides(channel: &str) -> impl Iterator<Item = String> {
    let whole = ARKIT_NAMES.contains(&channel);
    let endings: &[&str] = if whole { &[""] } else { &["Left", "Right"] };
    endings.iter().map(move |side| format!("{channel}{side}")).collect::<Vec<_>>().into_iter()
}

/// Checks weights that a host gives, in the order of `names`: 0 to 1. Those of programs that count to 100 are told so, for
/// their 1 is a hundredth.
///
/// # Errors
/// `InvalidArgument`, naming the channel.
pub fn check_weights<S: AsRef<str>>(names: &[S], weights: &[f32]) -> Result<()> {
    let Some(at) = weights.iter().position(|weight| !(0.0..=1.0).contains(weight)) else { return Ok(()) };
    let percent =
        weights.iter().all(|weight| (0.0..=100.0).contains(weight)) && weights.iter().any(|weight| *weight >= 2.0);
    let guess = if percent { "; they seem to be percentages: divide all weights by 100" } else { "" };
    let name = names.get(at).map_or("a channel", AsRef::as_ref);
    Err(Error::InvalidArgument(format!("{name} is {}, expected 0 to 1{guess}", weights[at])))
}

/// What is done to one channel: `clamp(weight·gain + offset, min, max)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    /// Factor.
    pub gain: f32,
    /// Added after the factor.
    pub offset: f32,
    /// Lower limit.
    pub min: f32,
    /// Upper limit.
    pub max: f32,
}

impl Default for Channel {
    /// Leaves a weight of 0..1 as it is.
    fn default() -> Self {
        Self { gain: 1.0, offset: 0.0, min: 0.0, max: 1.0 }
    }
}

/// A gain, offset and limit for every channel of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelMap {
    channels: Vec<Channel>,
}

impl ChannelMap {
    /// Leaves all weights as they are.
    pub fn new(count: usize) -> Self {
        Self { channels: vec![Channel::default(); count] }
    }

    /// What is done to each channel.
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// Sets one channel.
    ///
    /// # Errors
    /// `InvalidArgument` for a channel that is not there, numbers that are not finite, or limits in the wrong order.
    pub fn set(&mut self, index: usize, channel: Channel) -> Result<()> {
        let count = self.channels.len();
        let Some(slot) = self.channels.get_mut(index) else {
            return Err(Error::InvalidArgument(format!("channel {index} of {count}")));
        };
        let Channel { gain, offset, min, max } = channel;
        if ![gain, offset, min, max].iter().all(|v| v.is_finite()) || min > max {
            let detail = format!("channel {index}: gain {gain}, offset {offset}, limits {min}..{max}");
            return Err(Error::InvalidArgument(detail));
        }
        *slot = channel;
        Ok(())
    }

    /// Applies the map to whole frames of weights, one after another.
    ///
    /// # Panics
    /// If `weights` is not a whole number of frames.
    pub fn apply(&self, weights: &mut [f32]) {
        let count = self.channels.len().max(1);
        assert!(weights.len().is_multiple_of(count), "{} weights in frames of {count}", weights.len());
        for frame in weights.chunks_exact_mut(count) {
            for (weight, channel) in frame.iter_mut().zip(&self.channels) {
                *weight = (*weight * channel.gain + channel.offset).clamp(channel.min, channel.max);
            }
        }
    }
}
