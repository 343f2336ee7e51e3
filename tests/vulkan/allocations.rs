//! What is recorded runs without memory of ours; what it costs in time is told by `cargo bench --bench submissions`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use media2face::internals::plan::Backend;

use crate::{copy, network_devices, sampling};

/// Counts what each thread allocates; a driver's own memory is not taken here.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn allocations() -> usize {
    ALLOCATIONS.with(Cell::get)
}

#[test]
fn write_advance_and_read_allocate_nothing() {
    for device in network_devices() {
        let (plan, x_port, y_port, sections) = copy();
        let mut executable = device.backend.compile(plan).expect("compiles");
        let mut state = executable.create_state().expect("state");
        let mut found = [0.0; 6];
        let mut once = || {
            executable.write(x_port, &[3.0; 6]).expect("fits");
            assert_eq!(executable.advance(&sections, &mut state), Ok(2));
            executable.read(y_port, &mut found).expect("fits");
        };
        once();
        let before = allocations();
        (0..20).for_each(|_| once());
        assert_eq!(allocations() - before, 0, "{}", device.name);
        assert_eq!(found, [3.0; 6]);
    }
}

#[test]
fn submitting_a_recorded_sampling_allocates_nothing() {
    for device in network_devices() {
        let backend = &device.open(|options| options.budget_ms = 60_000.0);
        let mut job = sampling(backend, 10).expect("job");
        assert_eq!(job.advance(backend), Ok(false), "the first call compiles");
        let before = allocations();
        assert_eq!(job.advance(backend), Ok(true), "one submission");
        assert_eq!(allocations() - before, 0, "{}", device.name);
    }
}
