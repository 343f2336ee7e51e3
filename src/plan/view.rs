//! Buffers of a plan and strided views of them.

use std::ops::Range;

/// A buffer of a plan, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Buffer(pub(super) u32);

impl Buffer {
    /// Position in [`Plan::buffers`](super::Plan::buffers).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a buffer lives and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// In the arena while it is needed within one section.
    Scratch,
    /// In the arena for good: written by the host, kept between runs.
    Input,
    /// In the arena for good: read by the host.
    Output,
    /// In a [`State`](super::State): survives from section to section, one per state.
    State,
    /// Given with the plan.
    Constant,
}

/// Batch × rows × columns of f32 in a buffer; columns are contiguous, strides and offset count elements. A batch or
/// row stride of 0 repeats (for reading only).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// The buffer.
    pub buffer: Buffer,
    /// Elements before the first one.
    pub offset: usize,
    /// Outermost count.
    pub batch: usize,
    /// Rows of each batch item.
    pub rows: usize,
    /// Columns of each row.
    pub cols: usize,
    /// Elements from a batch item to the next.
    pub batch_stride: usize,
    /// Elements from a row to the next.
    pub row_stride: usize,
}

impl View {
    /// [batch, rows, cols].
    pub fn shape(&self) -> [usize; 3] {
        [self.batch, self.rows, self.cols]
    }

    /// Number of elements seen.
    pub fn len(&self) -> usize {
        self.batch * self.rows * self.cols
    }

    /// True when no element is seen.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One past the last element touched, from the buffer's start.
    pub fn end(&self) -> usize {
        if self.is_empty() {
            return self.offset;
        }
        self.offset + (self.batch - 1) * self.batch_stride + (self.rows - 1) * self.row_stride + self.cols
    }

    /// True when the elements follow each other.
    pub fn is_contiguous(&self) -> bool {
        (self.rows == 1 || self.row_stride == self.cols)
            && (self.batch == 1 || self.batch_stride == self.rows * self.cols)
    }

    /// Some of the rows of each batch item.
    ///
    /// # Panics
    /// If the range is not inside.
    #[must_use]
    pub fn rows(mut self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.rows, "rows {range:?} of {}", self.rows);
        self.offset += range.start * self.row_stride;
        self.rows = range.len();
        self
    }

    /// Some of the columns.
    ///
    /// # Panics
    /// If the range is not inside.
    #[must_use]
    pub fn cols(mut self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.cols, "columns {range:?} of {}", self.cols);
        self.offset += range.start;
        self.cols = range.len();
        self
    }

    /// Some of the batch items.
    ///
    /// # Panics
    /// If the range is not inside.
    #[must_use]
    pub fn batch(mut self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.batch, "batch {range:?} of {}", self.batch);
        self.offset += range.start * self.batch_stride;
        self.batch = range.len();
        self
    }

    /// The one batch item seen `count` times.
    ///
    /// # Panics
    /// If there is more than one.
    #[must_use]
    pub fn repeat(self, count: usize) -> Self {
        self.slide(count, 0)
    }

    /// `count` items of the one's shape, each `hop` rows further on: overlapping windows, for reading only.
    ///
    /// # Panics
    /// If there is more than one item.
    #[must_use]
    pub fn slide(mut self, count: usize, hop: usize) -> Self {
        assert_eq!(self.batch, 1, "repeat of a batch");
        self.batch = count;
        self.batch_stride = hop * self.row_stride;
        self
    }

    /// Contiguous elements under another shape.
    ///
    /// # Panics
    /// If they are not contiguous or the counts differ.
    #[must_use]
    pub fn reshape(mut self, batch: usize, rows: usize, cols: usize) -> Self {
        assert!(self.is_contiguous(), "reshape of a strided view");
        assert_eq!(self.len(), batch * rows * cols, "reshape changes the count");
        (self.batch, self.rows, self.cols) = (batch, rows, cols);
        (self.batch_stride, self.row_stride) = (rows * cols, cols);
        self
    }
}
