//! The ring between the thread that writes sound and the worker: mono at the pushed rate, one writer, one reader.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rtrb::{Consumer, Producer, RingBuffer};

use super::shared::Shared;

/// The writer's end.
pub(crate) struct SoundWriter {
    ring: Producer<f32>,
    channels: usize,
    shared: Arc<Shared>,
}

/// Frames that a write took, and the number of the first on the stream's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// On the stream's clock: frames of sound at the pushed rate.
    pub first_sample: u64,
    /// The rest found no room.
    pub taken: usize,
}

impl SoundWriter {
    /// A ring of so many frames.
    pub(crate) fn new(frames: usize, channels: usize, shared: &Arc<Shared>) -> (Self, Consumer<f32>) {
        let (ring, consumer) = RingBuffer::new(frames);
        (Self { ring, channels, shared: Arc::clone(shared) }, consumer)
    }

    /// Takes as many whole frames of interleaved samples as there is room for. Channels are averaged; what is not finite
    /// becomes silence.
    pub(crate) fn write<T: Copy>(&mut self, interleaved: &[T], amplitude: impl Fn(T) -> f64) -> Written {
        let offered = interleaved.len() / self.channels;
        let taken = offered.min(self.ring.slots());
        let mut silenced = 0;
        if let Ok(chunk) = self.ring.write_chunk_uninit(taken) {
            let frames = interleaved.chunks_exact(self.channels).take(taken);
            chunk.fill_from_iter(frames.map(|frame| {
                // Set, not added to zero, for the first channel: 0 + −0 would lose a sign.
                let sum = frame.iter().map(|sample| amplitude(*sample)).reduce(|sum, sample| sum + sample);
                let mono = (sum.unwrap_or(0.0) / self.channels as f64) as f32;
                silenced += u64::from(!mono.is_finite());
                if mono.is_finite() { mono } else { 0.0 }
            }));
        }
        let first_sample = self.shared.claim(taken as u64);
        self.shared.dropped.fetch_add((offered - taken) as u64, Ordering::Relaxed);
        self.shared.silenced.fetch_add(silenced, Ordering::Relaxed);
        Written { first_sample, taken }
    }
}
