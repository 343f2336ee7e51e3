//! How a long clip is cut: windows of one length, each of which keeps the frames in its middle.
//!
//! A clip up to one window runs whole. In a longer one every window has the same length, so that one plan serves them
//! all: the first starts at the clip's start, the last is moved back to end at the clip's end, and a cut edge keeps its
//! distance, the context, from every frame that is kept.

use std::ops::Range;

/// The windows of one clip, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Chunks {
    frames: usize,
    window: usize,
    context: usize,
    kept: usize,
}

/// One window and the frames of the clip that are kept from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    /// First frame of the window.
    pub(super) start: usize,
    /// Inside the window; the chunks' ranges follow each other.
    pub(super) kept: Range<usize>,
}

impl Chunks {
    /// For a clip of `frames`, keeping `core` frames of a window and dropping `context` on each side.
    pub(super) fn new(frames: usize, core: usize, context: usize) -> Self {
        assert!(frames > 0 && core > 0, "empty clip or chunk");
        Self { frames, window: frames.min(core + 2 * context), context, kept: 0 }
    }

    /// Length of every window, frames.
    pub(super) fn window(&self) -> usize {
        self.window
    }

    /// True when the clip fits in one window.
    pub(super) fn is_whole(&self) -> bool {
        self.window == self.frames
    }

    /// Frames of the clip.
    pub(super) fn frames(&self) -> usize {
        self.frames
    }
}

impl Iterator for Chunks {
    type Item = Chunk;

    /// The next window; none after the clip's end.
    fn next(&mut self) -> Option<Chunk> {
        if self.kept == self.frames {
            return None;
        }
        let start = self.kept.saturating_sub(self.context).min(self.frames - self.window);
        let end = start + self.window;
        let kept = self.kept..if end == self.frames { end } else { end - self.context };
        self.kept = kept.end;
        Some(Chunk { start, kept })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clip_of_one_window_is_whole() {
        let chunks = Chunks::new(14, 10, 2);
        assert!(chunks.is_whole());
        assert_eq!(chunks.collect::<Vec<_>>(), [Chunk { start: 0, kept: 0..14 }]);
    }

    #[test]
    fn every_frame_is_kept_once_and_far_from_cut_edges() {
        for (frames, core, context) in [(15, 10, 2), (1000, 7, 3), (100, 1, 0), (101, 10, 20), (64, 16, 16)] {
            let chunks = Chunks::new(frames, core, context);
            let window = chunks.window();
            assert!(!chunks.is_whole());
            let mut next = 0;
            for Chunk { start, kept } in chunks {
                let end = start + window;
                assert!(end <= frames && kept.start == next && kept.end > kept.start);
                assert!(start == 0 || kept.start >= start + context, "left context");
                assert!(end == frames || kept.end + context <= end, "right context");
                next = kept.end;
            }
            assert_eq!(next, frames);
        }
    }
}
