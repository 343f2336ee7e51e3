//! What a recorded sampling costs the thread that submits it: time, and no memory of ours.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use media2face::plan::Backend;

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

/// Processor time of this thread: waiting is not in it.
#[cfg(target_os = "linux")]
fn thread_time() -> Duration {
    #[repr(C)]
    struct Time {
        seconds: i64,
        nanoseconds: i64,
    }
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut Time) -> i32;
    }
    const CLOCK_THREAD_CPUTIME_ID: i32 = 3;
    let mut time = Time { seconds: 0, nanoseconds: 0 };
    // SAFETY: the C library's timespec on 64-bit Linux, alive during the call.
    assert_eq!(unsafe { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &raw mut time) }, 0);
    Duration::new(time.seconds as u64, time.nanoseconds as u32)
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

/// A shared machine takes time from its guests in the middle of a submission and counts it as theirs: the cost is what
/// the least disturbed of so many takes.
const TRIES: usize = 60;

#[test]
#[cfg(target_os = "linux")]
fn submitting_a_recorded_sampling_takes_little_time_and_no_memory() {
    let watched = std::env::var_os("VK_INSTANCE_LAYERS").is_some();
    for device in network_devices() {
        let backend = &device.open(|options| options.budget_ms = 60_000.0);
        // The validation layer looks at every command of a submission; without it nobody does.
        let bar = if watched { Duration::MAX } else { Duration::from_micros(100) };
        let mut least = Duration::MAX;
        for _ in 0..TRIES {
            let mut job = sampling(backend, 10).expect("job");
            assert_eq!(job.advance(backend), Ok(false), "the first call compiles");
            let (time, memory) = (thread_time(), allocations());
            assert_eq!(job.advance(backend), Ok(true), "one submission");
            assert_eq!(allocations() - memory, 0, "{}", device.name);
            least = least.min(thread_time().abs_diff(time));
            if least < bar {
                break;
            }
        }
        println!("{}: {least:?} of the submitting thread", device.name);
        assert!(least < bar, "{}: {least:?} of the submitting thread", device.name);
    }
}
