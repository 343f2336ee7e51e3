//! The allocator of the C library: the host's memory, and a reserve for when the host gives none.
//!
//! Rust asks for small pieces in thousands of places that cannot answer a refusal. These pieces then come out of the reserve, and
//! the call ends at its next [`check`](media2face::internals::memory::check).

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize};

use media2face::internals::memory;

use super::reserve::Reserve;

/// Default size of the reserve, for the small pieces of one call: names, lists, boxes, texts of errors. A sixteenth of it was
/// enough for jobs of the tiny pack and the starter.
const RESERVE_BYTES: usize = 1 << 20;

/// The host's functions.
#[derive(Clone, Copy)]
pub(crate) struct Callbacks {
    pub(crate) allocate: unsafe extern "C" fn(usize, usize, *mut c_void) -> *mut c_void,
    pub(crate) free: unsafe extern "C" fn(*mut c_void, usize, usize, *mut c_void),
    pub(crate) user: *mut c_void,
}

/// Whose memory it is: nobody's yet, the system's, the host's, or just being set.
const UNUSED: u8 = 0;
const SYSTEM: u8 = 1;
const SETTING: u8 = 2;
const HOST: u8 = 3;

/// The one allocator of the process. `media2face-c` makes it the library's.
pub(crate) struct Heap {
    owner: AtomicU8,
    callbacks: UnsafeCell<Option<Callbacks>>,
    reserve_bytes: AtomicUsize,
    reserve: Reserve,
    /// Whether it allocates for this process. In a Rust program that calls the C ABI it does not.
    works: AtomicBool,
    /// Whether `works` is known.
    asked: AtomicBool,
}

// SAFETY: the callbacks are written once, before `owner` says so, and read after; the rest is atomic.
unsafe impl Sync for Heap {}

/// See [`Heap`].
pub(crate) static HEAP: Heap = Heap {
    owner: AtomicU8::new(UNUSED),
    callbacks: UnsafeCell::new(None),
    reserve_bytes: AtomicUsize::new(RESERVE_BYTES),
    reserve: Reserve::new(),
    works: AtomicBool::new(false),
    asked: AtomicBool::new(false),
};

impl Heap {
    /// Sets the host's functions. False if memory was taken before.
    pub(crate) fn set(&self, callbacks: Callbacks, reserve_bytes: usize) -> bool {
        if self.owner.compare_exchange(UNUSED, SETTING, Acquire, Relaxed).is_err() {
            return false;
        }
        // SAFETY: between UNUSED and HOST this thread alone is here.
        unsafe { *self.callbacks.get() = Some(callbacks) };
        if reserve_bytes != 0 {
            self.reserve_bytes.store(reserve_bytes, Relaxed);
        }
        self.owner.store(HOST, Release);
        true
    }

    /// Prepares a call: fills up the reserve.
    ///
    /// # Errors
    /// The number of missing bytes, if the host has no memory for the reserve.
    pub(crate) fn ready(&'static self) -> Result<(), usize> {
        if !self.asked.load(Relaxed) {
            // Before the first piece nobody knows whose allocator this is; one byte, which may be refused, tells.
            let byte = Layout::new::<u8>();
            // SAFETY: not empty, and given back as it was taken.
            unsafe {
                let start = std::hint::black_box(std::alloc::alloc(byte)); // or the compiler would leave both out
                if !start.is_null() {
                    std::alloc::dealloc(start, byte);
                }
            }
            self.asked.store(true, Relaxed);
        }
        if !self.works.load(Relaxed) {
            return Ok(());
        }
        memory::set_reserve(self);
        let bytes = self.reserve_bytes.load(Relaxed);
        if self.reserve.top_up(self, bytes) { Ok(()) } else { Err(bytes) }
    }

    /// Memory of the host, or NULL.
    ///
    /// # Safety
    /// The layout is not empty.
    pub(super) unsafe fn take(&self, layout: Layout, zeroed: bool) -> *mut u8 {
        match self.callbacks() {
            Some(Callbacks { allocate, user, .. }) => {
                // SAFETY: by the docs of m2f_set_memory a function for any thread, and the layout is not empty.
                let start = unsafe { allocate(layout.size(), layout.align(), user) }.cast::<u8>();
                if zeroed && !start.is_null() {
                    // SAFETY: as large as was asked for.
                    unsafe { start.write_bytes(0, layout.size()) };
                }
                start
            }
            // SAFETY: the layout is not empty.
            None if zeroed => unsafe { System.alloc_zeroed(layout) },
            // SAFETY: as above.
            None => unsafe { System.alloc(layout) },
        }
    }

    /// # Safety
    /// It was taken with this layout.
    pub(super) unsafe fn give_back(&self, start: *mut u8, layout: Layout) {
        match self.callbacks() {
            // SAFETY: by the docs of m2f_set_memory a function for any thread; the memory is the host's.
            Some(Callbacks { free, user, .. }) => unsafe { free(start.cast(), layout.size(), layout.align(), user) },
            // SAFETY: the system's, for there are no callbacks, and taken with this layout.
            None => unsafe { System.dealloc(start, layout) },
        }
    }

    /// The host's functions. From the first question on, the answer stays the same.
    fn callbacks(&self) -> Option<Callbacks> {
        loop {
            match self.owner.load(Acquire) {
                // SAFETY: written before.
                HOST => return unsafe { *self.callbacks.get() },
                SYSTEM => return None,
                UNUSED => drop(self.owner.compare_exchange(UNUSED, SYSTEM, Acquire, Relaxed)),
                _ => std::hint::spin_loop(),
            }
        }
    }

    /// Notes that this allocator works. It reads first, because a cache line that all threads write would be passed from core to
    /// core.
    fn works(&self) {
        if !self.works.load(Relaxed) {
            self.works.store(true, Relaxed);
        }
    }

    /// Answers a request that the host refused.
    fn in_need(&self, layout: Layout) -> *mut u8 {
        if memory::may_be_refused() {
            return null_mut();
        }
        let start = self.reserve.take(layout);
        if !start.is_null() {
            memory::refuse(layout.size());
        }
        start
    }
}

impl memory::Reserve for Heap {
    fn hold(&self, bytes: usize) -> bool {
        self.reserve.hold(self, bytes)
    }

    fn let_go(&self, bytes: usize) {
        self.reserve.let_go(self, bytes);
    }

    fn shrinks(&self) -> bool {
        self.callbacks().is_none()
    }
}

/// The allocator as a type, for `#[global_allocator]`.
pub struct HostMemory;

// SAFETY: memory comes from the host, the system or the reserve, and goes back to where it came from.
unsafe impl GlobalAlloc for HostMemory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HEAP.works();
        // SAFETY: nobody asks a global allocator for an empty layout.
        let start = unsafe { HEAP.take(layout, false) };
        if start.is_null() { HEAP.in_need(layout) } else { start }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        HEAP.works();
        // SAFETY: as in `alloc`.
        let start = unsafe { HEAP.take(layout, true) };
        if !start.is_null() {
            return start;
        }
        let start = HEAP.in_need(layout);
        if !start.is_null() {
            // SAFETY: as large as was asked for.
            unsafe { start.write_bytes(0, layout.size()) };
        }
        start
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        if !HEAP.reserve.take_back(start) {
            // SAFETY: not the reserve's, so the host's or the system's.
            unsafe { HEAP.give_back(start, layout) };
        }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if HEAP.callbacks().is_none() && !HEAP.reserve.holds(start) {
            // SAFETY: the system's own, with its layout.
            let moved = unsafe { System.realloc(start, layout, size) };
            if !moved.is_null() {
                return moved;
            }
        }
        // SAFETY: an alignment that was good before, and nobody asks a global allocator for a size that it cannot take.
        let layout_of_new = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: not empty.
        let moved = unsafe { self.alloc(layout_of_new) };
        if !moved.is_null() {
            // SAFETY: both are as large as the smaller one; the old one is given up.
            unsafe {
                moved.copy_from_nonoverlapping(start, layout.size().min(size));
                self.dealloc(start, layout);
            }
        }
        moved
    }
}
