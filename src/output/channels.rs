//! Channels: names, and a gain, offset and limit for each.

use crate::error::{Error, Result};

/// Position of a channel among `names`. The case of the first letter does not matter: engines write `jawOpen` and
/// `JawOpen`.
pub fn find_channel<S: AsRef<str>>(names: &[S], name: &str) -> Option<usize> {
    let same = |other: &str| {
        let (mut a, mut b) = (other.chars(), name.chars());
        let first = a.next().map(|c| c.to_ascii_lowercase()) == b.next().map(|c| c.to_ascii_lowercase());
        first && a.as_str() == b.as_str()
    };
    names.iter().position(|other| same(other.as_ref()))
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

    /// Applies the map to whole frames of weights, one behind the other.
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
