//! Memory of an executable and views resolved into it.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use std::ptr::NonNull;

use crate::error::{Error, Result};
use crate::memory;
use crate::plan::{Plan, Storage, View};

/// f32s that begin at a cache line.
pub(super) struct Aligned {
    start: NonNull<f32>,
    len: usize,
}

// SAFETY: it owns its memory as a Vec does.
unsafe impl Send for Aligned {}
// SAFETY: it gives out `&[f32]` for `&self` only.
unsafe impl Sync for Aligned {}

impl Aligned {
    /// `len` times `value`.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(super) fn filled(len: usize, value: f32) -> Result<Self> {
        let layout = Self::layout(len).ok_or_else(|| Error::OutOfMemory(format!("{len} values")))?;
        // Zeros come from the system, which need not touch them.
        let zero = value.to_bits() == 0;
        #[allow(clippy::cast_ptr_alignment, reason = "the layout asks for a cache line")]
        // SAFETY: the layout has a size above zero.
        let start = memory::asking(|| unsafe { if zero { alloc_zeroed(layout) } else { alloc(layout) } }).cast::<f32>();
        let start = NonNull::new(start).ok_or_else(|| Error::OutOfMemory(format!("{len} values")))?;
        if !zero {
            // SAFETY: `len` values were just allocated there.
            (0..len).for_each(|i| unsafe { start.as_ptr().add(i).write(value) });
        }
        Ok(Self { start, len })
    }

    fn layout(len: usize) -> Option<Layout> {
        Layout::from_size_align(len.max(1).checked_mul(4)?, 64).ok()
    }

    pub(super) fn as_slice(&self) -> &[f32] {
        // SAFETY: `len` values, written when made.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [f32] {
        // SAFETY: `len` values, written when made, and borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Aligned {
    fn drop(&mut self) {
        let layout = Self::layout(self.len).expect("allocated with it");
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.start.as_ptr().cast(), layout) }
    }
}

/// Which memory a view lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Region {
    Arena,
    State,
    Constants,
}

/// Where the memory of one run begins. Copied into every thread that works on the run.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    pub(super) arena: *mut f32,
    pub(super) state: *mut f32,
    pub(super) constants: *const f32,
    /// What an op keeps from one of its steps to the next.
    pub(super) workspace: *mut f32,
    /// Private memory of the threads, one behind the other.
    pub(super) scratch: *mut f32,
}

// SAFETY: the tasks of a step write disjoint elements and read none that another one writes: each step's duty.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

/// A [`View`] with its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    region: Region,
    start: usize,
    pub(super) batch: usize,
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) batch_stride: usize,
    pub(super) row_stride: usize,
}

impl Place {
    /// The place of a view of this plan.
    pub(super) fn new(plan: &Plan, view: View) -> Self {
        let buffer = &plan.buffers()[view.buffer.index()];
        let region = match buffer.storage {
            Storage::Scratch | Storage::Input | Storage::Output => Region::Arena,
            Storage::State => Region::State,
            Storage::Constant => Region::Constants,
        };
        let View { batch, rows, cols, batch_stride, row_stride, .. } = view;
        Self { region, start: buffer.offset + view.offset, batch, rows, cols, batch_stride, row_stride }
    }

    /// The row's first element.
    ///
    /// # Safety
    /// `memory` belongs to the plan that this place was made for; `batch` and `row` are inside.
    #[inline]
    pub(super) unsafe fn row(&self, memory: &Memory, batch: usize, row: usize) -> *mut f32 {
        let base = match self.region {
            Region::Arena => memory.arena,
            Region::State => memory.state,
            Region::Constants => memory.constants.cast_mut(),
        };
        debug_assert!(batch < self.batch && row < self.rows);
        // SAFETY: the builder checked that the view ends inside its buffer.
        unsafe { base.add(self.start + batch * self.batch_stride + row * self.row_stride) }
    }

    /// The row by its number over all batch items.
    ///
    /// # Safety
    /// As for [`Place::row`].
    #[inline]
    pub(super) unsafe fn flat_row(&self, memory: &Memory, row: usize) -> *mut f32 {
        // SAFETY: as for the caller.
        unsafe { self.row(memory, row / self.rows, row % self.rows) }
    }

    /// Rows of all batch items.
    pub(super) fn all_rows(&self) -> usize {
        self.batch * self.rows
    }

    /// True when the rows of an item lie one behind the other.
    pub(super) fn rows_adjoin(&self) -> bool {
        self.rows == 1 || self.row_stride == self.cols
    }

    /// The same elements with as many as possible in a row: copies and functions of single values need no rows.
    pub(super) fn merged(mut self) -> Self {
        if self.rows_adjoin() {
            (self.cols, self.row_stride, self.rows) = (self.rows * self.cols, self.rows * self.cols, 1);
        }
        self
    }
}
