//! Points out of a port into a buffer of a host's own layout: shaders/vertices.comp.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::plan::{VertexFormat, VertexLayout};

use super::caps::Caps;
use super::element::GROUP;
use super::kernel::{Kernel, MAX_GROUPS};
use super::lowering::Span;
use super::params::params;
use super::parts;

params! {
    pub(crate) struct Params {
        batch: u32,
        rows: u32,
        cols: u32,
        points: Span,
        base: Span,
        target: Span,
    }
}

/// Where points come from and go to; all ranges are inside their buffers.
pub(crate) struct Job<'a> {
    /// First byte of the first item in the arena.
    pub(crate) points: u64,
    /// First byte of the base in the arena.
    pub(crate) base: Option<u64>,
    pub(crate) vertices: usize,
    pub(crate) layout: &'a VertexLayout,
    /// Of the layout.
    pub(crate) frames: Range<usize>,
}

/// One kernel call.
pub(crate) struct Call {
    /// Bytes of the points and of the base in the arena, and of the target.
    pub(crate) bindings: [Range<u64>; 3],
    pub(crate) params: Params,
    /// Workgroups, along the first dimension.
    pub(crate) groups: u32,
}

/// Kernels that there are: for every format one without and one with a base.
pub(crate) const KERNELS: usize = 6;

/// The kernel of this number.
pub(crate) fn kernel(number: usize) -> Kernel {
    let constants = vec![GROUP, 0, number as u32 / 2, number as u32 % 2];
    let bindings = [("points", false), ("base", false), ("target", true)];
    Kernel::new::<Params>("vertices".to_owned(), constants, bindings.into_iter())
}

impl Job<'_> {
    /// Number of its kernel.
    pub(crate) fn kernel(&self) -> usize {
        let format = match self.layout.format {
            VertexFormat::F32x3 => 0,
            VertexFormat::F32x4 => 1,
            VertexFormat::F16x4 => 2,
        };
        2 * format + usize::from(self.base.is_some())
    }

    fn frame_bytes(&self) -> u64 {
        self.vertices as u64 * 12
    }

    /// Parts of the frames, counted from the first of them, each as many as a binding takes.
    ///
    /// # Errors
    /// `Unsupported` where a binding takes none.
    pub(crate) fn parts(&self, caps: &Caps) -> Result<impl Iterator<Item = Range<usize>> + use<>> {
        let bound = caps.max_storage_bytes;
        let fits = |frames: usize| {
            let target = self.layout.range(self.vertices, 0..frames, u64::MAX).map_or(u64::MAX, |r| r.end - r.start);
            target.max(frames as u64 * self.frame_bytes()).saturating_add(parts::SLACK_BYTES) <= bound
        };
        let step = parts::most(self.frames.len(), fits);
        if !fits(step) {
            return Err(Error::Unsupported(format!("{} MiB of a binding hold no frame of this layout", bound >> 20)));
        }
        Ok(parts::ranges(self.frames.len(), step))
    }

    /// The call for a part of the frames. It takes no memory: a host may export at every frame.
    ///
    /// # Errors
    /// Those of [`VertexLayout::range`].
    pub(crate) fn call(&self, caps: &Caps, part: Range<usize>) -> Result<Call> {
        let (len, frame_bytes) = (part.len(), self.frame_bytes());
        let points = self.points + part.start as u64 * frame_bytes;
        let base = self.base.unwrap_or(points);
        let frames = self.frames.start + part.start..self.frames.start + part.end;
        let target = self.layout.range(self.vertices, frames, u64::MAX)?;
        let mut first_words = [0; 3];
        let mut bindings = [points..points + len as u64 * frame_bytes, base..base + frame_bytes, target];
        for (bytes, first_word) in bindings.iter_mut().zip(&mut first_words) {
            let start = bytes.start / caps.storage_alignment * caps.storage_alignment;
            *first_word = ((bytes.start - start) / 4) as u32;
            bytes.start = start;
        }
        let word = |bytes: u64| (bytes / 4) as u32;
        let VertexLayout { vertex_stride_bytes, frame_stride_bytes, .. } = *self.layout;
        let params = Params {
            batch: len as u32,
            rows: self.vertices as u32,
            cols: 3,
            points: [first_words[0], word(frame_bytes), 3],
            base: [first_words[1], 0, 3],
            target: [first_words[2], word(frame_stride_bytes), word(vertex_stride_bytes)],
        };
        let groups = (len * self.vertices).div_ceil(GROUP as usize).min(MAX_GROUPS as usize) as u32;
        Ok(Call { bindings, params, groups })
    }
}
