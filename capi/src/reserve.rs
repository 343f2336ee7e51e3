//! Memory that is kept for when the host gives none: a few blocks. Each is filled from the front, and is empty again when all its
//! pieces have come back.

use std::alloc::Layout;
use std::cell::UnsafeCell;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicUsize};

use super::heap::Heap;

/// Most blocks at a time. One is whole between calls. The others hold what outlived its call, or are held for foreign code.
const BLOCKS: usize = 16;
const ALIGNMENT: usize = 64;

#[derive(Clone, Copy)]
struct Block {
    /// 0 if there is no block.
    start: usize,
    len: usize,
    /// Bytes from the front that were given out.
    used: usize,
    /// Number of pieces that are out.
    pieces: usize,
    /// Whether it is for foreign code alone. It is given back afterwards.
    held: bool,
}

const NONE: Block = Block { start: 0, len: 0, used: 0, pieces: 0, held: false };

impl Block {
    fn is_whole(&self) -> bool {
        self.start != 0 && self.used == 0
    }

    fn layout(&self) -> Layout {
        // SAFETY: it was taken with this layout.
        unsafe { Layout::from_size_align_unchecked(self.len, ALIGNMENT) }
    }
}

pub(super) struct Reserve {
    locked: AtomicBool,
    blocks: UnsafeCell<[Block; BLOCKS]>,
    /// Whether a block for the next call is there. Usually it is, and no lock is needed to know.
    is_whole: AtomicBool,
    /// All blocks that ever were are between these two, so that other memory is recognised at once.
    low: AtomicUsize,
    high: AtomicUsize,
}

impl Reserve {
    pub(super) const fn new() -> Self {
        Self {
            locked: AtomicBool::new(false),
            blocks: UnsafeCell::new([NONE; BLOCKS]),
            is_whole: AtomicBool::new(false),
            low: AtomicUsize::new(usize::MAX),
            high: AtomicUsize::new(0),
        }
    }

    /// Makes sure that there is a whole block of at least `len` bytes for any use.
    pub(super) fn top_up(&self, heap: &Heap, len: usize) -> bool {
        if self.is_whole.load(Acquire) {
            return true;
        }
        self.lock(|blocks| {
            let whole = blocks.iter().any(|block| block.is_whole() && !block.held && block.len >= len);
            let ready = whole || self.add(heap, blocks, len, false);
            self.is_whole.store(ready, Release);
            ready
        })
    }

    /// Adds a block of `len` bytes for foreign code.
    pub(super) fn hold(&self, heap: &Heap, len: usize) -> bool {
        self.lock(|blocks| self.add(heap, blocks, len.max(1), true))
    }

    /// Ends [`hold`](Self::hold). Pieces that are still out keep the block until they come back.
    pub(super) fn let_go(&self, heap: &Heap, len: usize) {
        self.lock(|blocks| {
            let held = blocks.iter_mut().find(|block| block.held && block.len == len.max(1));
            if let Some(block) = held {
                block.held = false;
            }
            // One whole block, the longest, is enough.
            let spare = |block: &Block| block.is_whole() && !block.held;
            let longest = (0..BLOCKS).filter(|&at| spare(&blocks[at])).max_by_key(|&at| blocks[at].len);
            for at in (0..BLOCKS).filter(|at| Some(*at) != longest) {
                if spare(&blocks[at]) {
                    // SAFETY: no piece of it is out.
                    unsafe { heap.give_back(blocks[at].start as *mut u8, blocks[at].layout()) };
                    blocks[at] = NONE;
                }
            }
        });
    }

    fn add(&self, heap: &Heap, blocks: &mut [Block; BLOCKS], len: usize, held: bool) -> bool {
        let Some(slot) = blocks.iter_mut().find(|block| block.start == 0) else { return false };
        let Ok(layout) = Layout::from_size_align(len, ALIGNMENT) else { return false };
        // SAFETY: not empty.
        let start = unsafe { heap.take(layout, false) } as usize;
        if start == 0 {
            return false;
        }
        *slot = Block { start, len, used: 0, pieces: 0, held };
        self.low.fetch_min(start, Relaxed);
        self.high.fetch_max(start + len, Relaxed);
        true
    }

    /// Takes a piece; NULL if none is left.
    pub(super) fn take(&self, layout: Layout) -> *mut u8 {
        self.lock(|blocks| {
            for block in blocks.iter_mut().filter(|block| block.start != 0) {
                let from = (block.start + block.used).next_multiple_of(layout.align()) - block.start;
                let Some(end) = from.checked_add(layout.size()).filter(|end| *end <= block.len) else { continue };
                (block.used, block.pieces) = (end, block.pieces + 1);
                self.is_whole.store(false, Release);
                return (block.start + from) as *mut u8;
            }
            null_mut()
        })
    }

    /// Whether this memory is a piece of a block.
    pub(super) fn holds(&self, start: *mut u8) -> bool {
        let inside = |low: usize, high: usize| (low..high).contains(&(start as usize));
        inside(self.low.load(Relaxed), self.high.load(Relaxed))
            && self.lock(|blocks| blocks.iter().any(|block| inside(block.start, block.start + block.len)))
    }

    /// Takes a piece back. False for other memory.
    pub(super) fn take_back(&self, start: *mut u8) -> bool {
        let inside = |low: usize, high: usize| (low..high).contains(&(start as usize));
        if !inside(self.low.load(Relaxed), self.high.load(Relaxed)) {
            return false;
        }
        self.lock(|blocks| {
            let Some(block) = blocks.iter_mut().find(|block| inside(block.start, block.start + block.len)) else {
                return false;
            };
            block.pieces -= 1;
            if block.pieces == 0 {
                block.used = 0;
            }
            true
        })
    }

    /// Locks for a few dozen instructions. There is no system call, except for a block.
    fn lock<T>(&self, work: impl FnOnce(&mut [Block; BLOCKS]) -> T) -> T {
        while self.locked.compare_exchange_weak(false, true, Acquire, Relaxed).is_err() {
            std::hint::spin_loop();
        }
        // SAFETY: the lock is held.
        let done = work(unsafe { &mut *self.blocks.get() });
        self.locked.store(false, Release);
        done
    }
}
