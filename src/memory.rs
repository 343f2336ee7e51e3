//! Memory that may be refused. Rust ends the process where a vector cannot grow; a library inside somebody's game must not.
//! What is large is asked for here and answered with [`Error::OutOfMemory`]. Before foreign code that takes large pieces without
//! asking, [`room`] makes sure of them. All the rest is small, and where the C library is given none it takes it out of a reserve
//! and says so by [`refuse`]; the next [`check`] then ends the call. Rust programs have no reserve and go on as their allocator
//! says.

use std::alloc::{Layout, alloc_zeroed};
use std::cell::Cell;
use std::sync::OnceLock;

use bytemuck::Zeroable;

use crate::error::{Error, Result};
use crate::unit::Unit;

thread_local! {
    /// The allocation under way may fail: no reserve is to be spent on it.
    static ASKED: Cell<bool> = const { Cell::new(false) };
    /// Bytes that were refused since the call began, and came out of the reserve.
    static REFUSED: Cell<usize> = const { Cell::new(0) };
}

/// What stands in where the host gives no memory.
pub trait Reserve: Sync {
    /// Holds so many bytes more until they are let go; false when the host does not give them.
    fn hold(&self, bytes: usize) -> bool;
    /// Lets go of what was held.
    fn let_go(&self, bytes: usize);
    /// Whether memory is made smaller where it is.
    fn shrinks(&self) -> bool;
}

static RESERVE: OnceLock<&'static dyn Reserve> = OnceLock::new();

/// Sets the reserve of the process, once; later ones are not taken.
pub fn set_reserve(reserve: &'static dyn Reserve) {
    let _ = RESERVE.set(reserve);
}

/// For an allocator: whether the allocation under way on this thread was asked for here, and may be refused.
pub fn may_be_refused() -> bool {
    ASKED.get()
}

/// For an allocator: says that so many bytes came out of the reserve.
pub fn refuse(bytes: usize) {
    REFUSED.set(bytes.max(1));
}

/// Begins a call of the host's: what was refused before belongs to another.
pub fn begin() {
    REFUSED.set(0);
}

/// Bytes that were refused to this thread since its call began; 0 for none.
pub fn refused() -> usize {
    REFUSED.get()
}

/// Ends a call that came to the reserve.
///
/// # Errors
/// `OutOfMemory` with the bytes and `purpose`.
pub fn check(purpose: &str) -> Result<()> {
    match REFUSED.get() {
        0 => Ok(()),
        bytes => Err(Error::OutOfMemory(format!("no memory for {bytes} bytes: {purpose}"))),
    }
}

/// Bytes that foreign code may take until this is dropped.
#[must_use = "the bytes are held as long as this lives"]
pub struct Room(usize);

/// Makes sure of `bytes` for foreign code that takes memory without asking.
///
/// # Errors
/// `OutOfMemory` where the reserve cannot hold them, or was come to before.
pub fn room(bytes: usize, purpose: &str) -> Result<Room> {
    check(purpose)?;
    if RESERVE.get().is_none_or(|reserve| reserve.hold(bytes)) {
        return Ok(Room(bytes));
    }
    Err(none_for(bytes, purpose))
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some(reserve) = RESERVE.get() {
            reserve.let_go(self.0);
        }
    }
}

/// `len` zeros.
///
/// # Errors
/// `OutOfMemory`.
pub fn zeros<T: Zeroable>(len: usize, purpose: &str) -> Result<Vec<T>> {
    let layout = Layout::array::<T>(len).map_err(|_| none_for(usize::MAX, purpose))?;
    if layout.size() == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the layout is not empty.
    let start = asking(|| unsafe { alloc_zeroed(layout) }).cast::<T>();
    if start.is_null() {
        return Err(none_for(layout.size(), purpose));
    }
    // SAFETY: memory of the vector's own layout; zeros are values of `T`.
    #[allow(clippy::same_length_and_capacity, reason = "it is full")]
    Ok(unsafe { Vec::from_raw_parts(start, len, len) })
}

/// Room for `len` elements.
///
/// # Errors
/// `OutOfMemory`.
pub fn with_capacity<T>(len: usize, purpose: &str) -> Result<Vec<T>> {
    let mut vec = Vec::new();
    asking(|| vec.try_reserve_exact(len)).map_err(|_| none_for(len.saturating_mul(size_of::<T>()), purpose))?;
    Ok(vec)
}

/// Room for `more` elements behind those that are there; of a vector that grows piece by piece as much again, so that its
/// elements are moved seldom.
///
/// # Errors
/// `OutOfMemory`; nothing has changed then.
pub fn grow<T>(vec: &mut Vec<T>, more: usize, purpose: &str) -> Result<()> {
    let grown = asking(|| vec.try_reserve(more));
    grown.map_err(|_| none_for((vec.len().saturating_add(more)).saturating_mul(size_of::<T>()), purpose))
}

/// All that `items` gives, which knows how many they are.
///
/// # Errors
/// `OutOfMemory`.
pub fn collect<T>(items: impl ExactSizeIterator<Item = T>, purpose: &str) -> Result<Vec<T>> {
    let mut vec = with_capacity(items.len(), purpose)?;
    vec.extend(items);
    Ok(vec)
}

/// A copy.
///
/// # Errors
/// `OutOfMemory`.
pub fn copy<T: Copy>(items: &[T], purpose: &str) -> Result<Vec<T>> {
    let mut vec = with_capacity(items.len(), purpose)?;
    vec.extend_from_slice(items);
    Ok(vec)
}

/// Bytes that are given back at once by [`free`]: the system unmaps them page by page.
pub const FREED_AT_ONCE: usize = 1 << 19;

/// Whether large memory can be given back in parts: by the system's allocator, which shrinks it where it is.
pub fn frees_in_parts() -> bool {
    RESERVE.get().is_none_or(|reserve| reserve.shrinks())
}

/// Gives back memory in bounded parts.
pub async fn free<T>(mut vec: Vec<T>, unit: &Unit) {
    let at_once = (FREED_AT_ONCE / size_of::<T>().max(1)).max(1);
    while frees_in_parts() && vec.capacity() > at_once {
        vec.truncate(vec.capacity() - at_once);
        vec.shrink_to(vec.capacity() - at_once);
        unit.pause().await;
    }
}

/// An allocation that may be refused.
pub(crate) fn asking<T>(allocate: impl FnOnce() -> T) -> T {
    let before = ASKED.replace(true);
    let taken = allocate();
    ASKED.set(before);
    taken
}

fn none_for(bytes: usize, purpose: &str) -> Error {
    Error::OutOfMemory(format!("no memory for {bytes} bytes: {purpose}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_an_error_and_the_rest_is_there() {
        assert_eq!(zeros::<f32>(3, "three").unwrap(), [0.0; 3]);
        assert!(zeros::<u64>(0, "none").unwrap().is_empty());
        for len in [usize::MAX, usize::MAX / 16] {
            let error = zeros::<f64>(len, "a great deal").unwrap_err();
            assert!(matches!(&error, Error::OutOfMemory(text) if text.contains("a great deal")), "{error}");
            assert!(with_capacity::<f64>(len, "").is_err());
        }
        assert_eq!(collect([1, 2].into_iter(), "two").unwrap(), [1, 2]);
        assert!(!may_be_refused());
    }

    #[test]
    fn a_call_that_came_to_the_reserve_ends_at_the_next_check() {
        begin();
        assert!(check("a test").is_ok());
        refuse(12);
        assert_eq!(check("a test"), Err(Error::OutOfMemory("no memory for 12 bytes: a test".to_owned())));
        assert!(room(1, "more").is_err());
        begin();
        assert!(room(1, "more").is_ok(), "a Rust program has no reserve");
    }
}
