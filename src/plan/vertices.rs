//! Points on their way out of a plan into memory of a host's own layout, such as a vertex buffer.

use std::ops::Range;

use crate::error::{Error, Result};

use super::builder::Port;

/// How one vertex is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VertexFormat {
    /// x, y, z as f32: 12 bytes.
    F32x3,
    /// x, y, z, w as f32: 16 bytes.
    F32x4,
    /// x, y, z, w as f16: 8 bytes. From 128 mm on a step is an eighth of a millimetre: fit for offsets and normals.
    F16x4,
}

impl VertexFormat {
    /// Bytes of a vertex.
    pub fn bytes(self) -> u64 {
        match self {
            Self::F32x3 => 12,
            Self::F32x4 => 16,
            Self::F16x4 => 8,
        }
    }
}

/// Where one attribute of the vertices of all frames lies in a buffer; all that lies between is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VertexLayout {
    /// Of each vertex.
    pub format: VertexFormat,
    /// Bytes before vertex 0 of frame 0.
    pub offset_bytes: u64,
    /// Bytes from a vertex to the next; at least those of the format.
    pub vertex_stride_bytes: u64,
    /// Bytes from a frame to the next; at least those of its vertices. Without a meaning for a single frame.
    pub frame_stride_bytes: u64,
}

impl VertexLayout {
    /// The bytes from the first to the last that some frames touch in a buffer of `bytes`.
    ///
    /// # Errors
    /// `InvalidArgument` for an offset or stride that is no multiple of 4, for vertices or frames that overlap, and for
    /// frames that are not inside.
    pub fn range(&self, vertices: usize, frames: Range<usize>, bytes: u64) -> Result<Range<u64>> {
        let refuse = |what: &str| Err(Error::InvalidArgument(format!("vertex layout: {what}")));
        let strides = [self.vertex_stride_bytes, self.frame_stride_bytes];
        if ![self.offset_bytes, strides[0], strides[1]].iter().all(|n| n.is_multiple_of(4)) {
            return refuse("offset and strides must be multiples of 4 bytes");
        }
        let size = self.format.bytes();
        let frame = strides[0].checked_mul(vertices.saturating_sub(1) as u64).and_then(|n| n.checked_add(size));
        let Some(frame) = frame else { return refuse("a frame past every buffer") };
        if vertices > 1 && strides[0] < size {
            return refuse("vertices overlap");
        }
        if frames.len() > 1 && strides[1] < frame {
            return refuse("frames overlap");
        }
        if vertices == 0 || frames.is_empty() {
            return Ok(self.offset_bytes..self.offset_bytes);
        }
        let start = |f: usize| strides[1].checked_mul(f as u64)?.checked_add(self.offset_bytes);
        let end = start(frames.end - 1).and_then(|last| last.checked_add(frame)).filter(|&end| end <= bytes);
        match (start(frames.start), end) {
            (Some(start), Some(end)) => Ok(start..end),
            _ => refuse("frames past the end of the buffer"),
        }
    }
}

/// Points of an output port: items of [V, 3].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VertexSource {
    /// The output.
    pub port: Port,
    /// An input of [V, 3], as it was at the last run, that is added to every item. With it a w is 1: these are positions. Without, it is 0: offsets
    /// and directions.
    pub base: Option<Port>,
    /// V
    pub vertices: usize,
    /// Which items.
    pub items: Range<usize>,
}

impl VertexSource {
    /// The values of the items in an output of `len`.
    ///
    /// # Errors
    /// `InvalidArgument` for no items, no vertices, or items that are not inside.
    pub fn range(&self, len: usize) -> Result<Range<usize>> {
        let item = self.vertices.checked_mul(3).filter(|&item| item > 0 && len.is_multiple_of(item));
        let items = Some(&self.items).filter(|items| !items.is_empty());
        match (item, items) {
            (Some(item), Some(items)) if items.end <= len / item => Ok(items.start * item..items.end * item),
            _ => Err(Error::InvalidArgument(format!(
                "items {:?} of {} vertices in an output of {len} values",
                self.items, self.vertices
            ))),
        }
    }

    /// The frames that the items become, from `first` on.
    ///
    /// # Errors
    /// `InvalidArgument` past every count.
    pub fn frames(&self, first: usize) -> Result<Range<usize>> {
        let end = first.checked_add(self.items.len());
        let end = end.ok_or_else(|| Error::InvalidArgument(format!("frames from {first} on")))?;
        Ok(first..end)
    }
}

/// A timeline semaphore that reaches a value when what was submitted is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimelineSignal {
    /// `VkSemaphore` of the device that computes, of timeline type; it outlives the call.
    pub semaphore: u64,
    /// Above its current one.
    pub value: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: VertexLayout =
        VertexLayout { format: VertexFormat::F32x3, offset_bytes: 8, vertex_stride_bytes: 20, frame_stride_bytes: 100 };

    #[test]
    fn range_ends_at_the_last_byte_of_the_last_vertex() {
        assert_eq!(LAYOUT.range(5, 0..1, 100).expect("fits"), 8..100);
        assert_eq!(LAYOUT.range(5, 2..4, 400).expect("fits"), 208..400);
        assert!(LAYOUT.range(5, 2..4, 399).is_err(), "one byte less");
        assert_eq!(LAYOUT.range(5, 2..2, 0).expect("nothing"), 8..8);
    }

    #[test]
    fn overlaps_odd_bytes_and_overflows_are_refused() {
        let wide = VertexLayout { format: VertexFormat::F32x4, ..LAYOUT };
        assert!(wide.range(5, 0..2, 1 << 20).is_ok());
        let refused = [
            VertexLayout { vertex_stride_bytes: 12, ..wide },
            VertexLayout { frame_stride_bytes: 92, ..wide },
            VertexLayout { offset_bytes: 6, ..wide },
            VertexLayout { vertex_stride_bytes: 22, ..wide },
            VertexLayout { frame_stride_bytes: 102, ..wide },
            VertexLayout { vertex_stride_bytes: u64::MAX - 3, ..wide },
            VertexLayout { frame_stride_bytes: u64::MAX - 3, ..wide },
            VertexLayout { offset_bytes: u64::MAX - 3, ..wide },
        ];
        for layout in refused {
            assert!(matches!(layout.range(5, 0..2, u64::MAX), Err(Error::InvalidArgument(_))), "{layout:?}");
        }
    }
}
