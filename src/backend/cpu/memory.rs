//! Memory of an executable and views resolved into it.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::ops::Range;
use std::ptr::NonNull;

use crate::error::{Error, Result};
use crate::memory;
use crate::plan::{Plan, Storage, View};

/// A cache line.
const ALIGNMENT: usize = 64;

/// Room for f32s that begins at a cache line.
pub(super) struct Room {
    /// Of the allocation, which may lie before the line.
    allocation: NonNull<u8>,
    start: NonNull<f32>,
    len: usize,
}

// SAFETY: it owns its memory as a Vec does.
unsafe impl Send for Room {}
// SAFETY: `&Room` gives out an address alone.
unsafe impl Sync for Room {}

impl Room {
    /// Room for `len` values, which are anything.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(super) fn new(len: usize) -> Result<Self> {
        // SAFETY: the layout has a size above zero.
        Self::with(len, |layout| unsafe { alloc(layout) })
    }

    /// `len` zeros. Large ones come from the system, which need not touch them: it would for an alignment above its own, so
    /// that is made here.
    fn zeroed(len: usize) -> Result<Self> {
        // SAFETY: the layout has a size above zero.
        Self::with(len, |layout| unsafe { alloc_zeroed(layout) })
    }

    fn with(len: usize, allocate: impl FnOnce(Layout) -> *mut u8) -> Result<Self> {
        let none = || Error::OutOfMemory(format!("{len} values"));
        let layout = Self::layout(len).ok_or_else(none)?;
        let allocation = NonNull::new(memory::asking(|| allocate(layout))).ok_or_else(none)?;
        let before_line = allocation.align_offset(ALIGNMENT);
        // SAFETY: the layout has room for this and for the values behind it.
        let start = unsafe { allocation.add(before_line) }.cast::<f32>();
        Ok(Self { allocation, start, len })
    }

    fn layout(len: usize) -> Option<Layout> {
        Layout::from_size_align(len.checked_mul(size_of::<f32>())?.checked_add(ALIGNMENT)?, 16).ok()
    }

    /// Where it begins.
    pub(super) fn as_mut_ptr(&mut self) -> *mut f32 {
        self.start.as_ptr()
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Gives back a part from its end, which is not used any more; true when little is left.
    pub(super) fn free_part(&mut self) -> bool {
        let part = memory::FREED_AT_ONCE / size_of::<f32>();
        if !memory::frees_in_parts() || self.len <= part {
            return true;
        }
        let (old, len) = (Self::layout(self.len).expect("allocated with it"), self.len - part);
        let Some(layout) = Self::layout(len) else { return true };
        // SAFETY: allocated with the old layout; the new size is not 0 and fits its alignment.
        let smaller = unsafe { realloc(self.allocation.as_ptr(), old, layout.size()) };
        let Some(smaller) = NonNull::new(smaller) else { return true };
        // SAFETY: room for this was asked for, and for what is left behind it.
        let start = unsafe { smaller.add(smaller.align_offset(ALIGNMENT)) }.cast::<f32>();
        // Field by field: what was there is not freed once more.
        (self.allocation, self.start, self.len) = (smaller, start, len);
        false
    }

    /// Writes some values, where `at` and behind there is room for them.
    ///
    /// # Panics
    /// If there is not.
    pub(super) fn fill(&mut self, range: Range<usize>, value: f32) {
        assert!(range.start <= range.end && range.end <= self.len, "{range:?} of {}", self.len);
        // SAFETY: the values are inside; zeros in bits are a fill of bytes.
        unsafe {
            let start = self.start.as_ptr().add(range.start);
            match value.to_bits() {
                0 => start.write_bytes(0, range.len()),
                _ => (0..range.len()).for_each(|i| start.add(i).write(value)),
            }
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let layout = Self::layout(self.len).expect("allocated with it");
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.allocation.as_ptr(), layout) }
    }
}

/// f32s that begin at a cache line.
pub(super) struct Aligned(Room);

impl Aligned {
    /// `len` zeros.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(super) fn zeros(len: usize) -> Result<Self> {
        Room::zeroed(len).map(Self)
    }

    /// As [`Room::free_part`].
    pub(super) fn free_part(&mut self) -> bool {
        self.0.free_part()
    }

    pub(super) fn as_slice(&self) -> &[f32] {
        // SAFETY: `len` values, written when made.
        unsafe { std::slice::from_raw_parts(self.0.start.as_ptr(), self.0.len) }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [f32] {
        // SAFETY: `len` values, written when made, and borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.0.start.as_ptr(), self.0.len) }
    }
}

/// Which memory a view lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Region {
    Ports,
    Intermediates,
    State,
    Constants,
}

/// Where the memory of one run begins. Copied into every thread that works on the run.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    pub(super) ports: *mut f32,
    pub(super) intermediates: *mut f32,
    pub(super) state: *mut f32,
    pub(super) constants: *const f32,
    /// What an op keeps from one of its steps to the next.
    pub(super) workspace: *mut f32,
    /// Private memory of the threads, one after another.
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
        let (region, base) = match buffer.storage {
            Storage::Input | Storage::Output => (Region::Ports, 0),
            Storage::Scratch => (Region::Intermediates, plan.ports_len()),
            Storage::State => (Region::State, 0),
            Storage::Constant => (Region::Constants, 0),
        };
        let View { batch, rows, cols, batch_stride, row_stride, .. } = view;
        Self { region, start: buffer.offset - base + view.offset, batch, rows, cols, batch_stride, row_stride }
    }

    /// The row's first element.
    ///
    /// # Safety
    /// `memory` belongs to the plan that this place was made for; `batch` and `row` are inside.
    #[inline]
    pub(super) unsafe fn row(&self, memory: &Memory, batch: usize, row: usize) -> *mut f32 {
        let base = match self.region {
            Region::Ports => memory.ports,
            Region::Intermediates => memory.intermediates,
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

    /// True when the rows of an item follow each other.
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
