//! What each thread takes of the heap: a test binary makes [`Counting`] its `#[global_allocator]`.
#![allow(dead_code, unreachable_pub)] // of the binaries that take it in each uses some

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static PIECES: Cell<usize> = const { Cell::new(0) };
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// Counts pieces and bytes of the calling thread: a runtime without threads computes on it, and the harness has its own.
pub struct Counting;

fn count(pieces: usize, bytes: isize) {
    // A thread that ends takes nothing that is counted.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        PEAK.with(|peak| peak.set(peak.get().max(held.get())));
        PIECES.with(|taken| taken.set(taken.get() + pieces));
    });
}

// SAFETY: every call goes to the system's allocator with the same arguments; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as isize);
        // SAFETY: as this is called.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as isize);
        // SAFETY: as this is called.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be held while one is copied into the other.
        count(1, size as isize);
        count(0, -(layout.size() as isize));
        // SAFETY: as this is called.
        unsafe { System.realloc(start, layout, size) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        count(0, -(layout.size() as isize));
        // SAFETY: as this is called.
        unsafe { System.dealloc(start, layout) }
    }
}

/// Most bytes that any input of up to 100 kB may take, beside those that it has.
pub const MOST_BYTES: usize = 64 << 20;

/// Pieces of memory that this thread has taken so far.
pub fn pieces() -> usize {
    PIECES.get()
}

/// Most bytes that this thread holds at once during `work`, beyond those it holds before.
pub fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let result = work();
    (result, (PEAK.get() - before).max(0) as usize)
}
