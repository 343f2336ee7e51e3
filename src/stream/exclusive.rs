//! A value that one thread uses at a time; another one is told so at once, and never waits.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

/// A mutex that is only ever tried.
pub(crate) struct Exclusive<T> {
    entered: AtomicBool,
    value: UnsafeCell<T>,
}

/// The value, until it is dropped.
pub(crate) struct Entered<'a, T>(&'a Exclusive<T>);

// SAFETY: `entered` lets one thread at the value at a time, and hands its writes on to the next.
unsafe impl<T: Send> Sync for Exclusive<T> {}

impl<T> Exclusive<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { entered: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// The value; `None` while another thread has it.
    pub(crate) fn enter(&self) -> Option<Entered<'_, T>> {
        let free = self.entered.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed);
        // Made only where it is free: its end frees the value.
        free.is_ok().then(|| Entered(self))
    }
}

impl<T> Deref for Entered<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this is the only one that entered.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for Entered<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this is the only one that entered.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T> Drop for Entered<'_, T> {
    fn drop(&mut self) {
        self.0.entered.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_thread_is_told_and_never_waits() {
        let value = Exclusive::new(1);
        let mut first = value.enter().expect("free");
        (0..3).for_each(|_| assert!(value.enter().is_none(), "whoever was told does not free it"));
        *first += 1;
        drop(first);
        assert_eq!(*value.enter().expect("free again"), 2);
    }
}
