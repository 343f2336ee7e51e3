//! Memory: what a run, a frame and an hour take. In a process of its own, on one test thread at a time.
#![allow(missing_docs)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;

use media2face::pack::{self, Size};
use media2face::session::{BackendChoice, Model, Runtime, RuntimeOptions, Session, SessionOptions};

/// Counts what each thread takes.
struct Counting;

thread_local! {
    static TAKEN: Cell<usize> = const { Cell::new(0) };
}
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn count_one() {
    // A thread that ends takes nothing that is counted.
    let _ = TAKEN.try_with(|taken| taken.set(taken.get() + 1));
}

// SAFETY: hands every call on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_one();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) };
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count_one();
        // SAFETY: the caller's promise.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn session(threads: usize, steps: usize) -> Session {
    let options = RuntimeOptions { threads: Some(threads), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
    let runtime = Runtime::new(&options).expect("runtime");
    let model = Model::new(&runtime, pack::random(Size::Tiny, 1).expect("pack")).expect("model");
    Session::new(&model, SessionOptions { steps: Some(steps), ..SessionOptions::new(16_000, 1) }).expect("session")
}

#[test]
fn no_step_and_no_frame_takes_memory() {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let session = session(0, 12);
    session.push_f32(&vec![0.1; 32_000]).expect("push");
    session.finish().expect("finish");
    // Input, speech and the first steps prepare; from then on a step takes nothing, until the last two make the result
    // and adjust it.
    let mut counts = Vec::new();
    loop {
        let before = TAKEN.get();
        let done = session.step(std::time::Duration::ZERO).expect("job");
        counts.push(TAKEN.get() - before);
        if done {
            break;
        }
    }
    let steady = &counts[counts.len() - 10..counts.len() - 2];
    assert!(steady.iter().all(|&count| count == 0), "allocations of the steps: {counts:?}");

    let animation = session.pull().expect("job").expect("done");
    let mut reader = animation.reader().expect("reader");
    let mut weights = vec![0.0; reader.weight_count()];
    let mut offsets = vec![0.0; reader.offset_count().expect("mesh")];
    let mut read = |i: usize| {
        reader.sample_into(i as f64 * 0.021, Some(&mut weights), Some(&mut offsets)).expect("sample");
        reader.weights_into(30.0, i, &mut weights).expect("weights");
        reader.offsets_mm_into(30.0, i, &mut offsets).expect("offsets");
    };
    read(0);
    let before = TAKEN.get();
    (1..20).for_each(&mut read);
    assert_eq!(TAKEN.get() - before, 0, "allocations of 19 frames");
}

/// Peak resident memory of this process, MB.
#[cfg(target_os = "linux")]
fn peak_mb() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
    line.split_whitespace().nth(1).expect("a number").parse::<usize>().expect("kB") / 1024
}

/// An hour is 230 MB of samples at 16 kHz, twice while they grow, and 55 MB of features and motion of the tiny pack.
#[cfg(target_os = "linux")]
#[test]
fn hour_of_silence_is_animated_in_bounded_memory() {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let session = session(2, 2);
    let second = vec![0i16; 16_000];
    (0..3600).for_each(|_| session.push_i16(&second).expect("push"));
    session.finish().expect("finish");
    assert!(session.wait(None).expect("job"));
    let animation = session.pull().expect("job").expect("done");
    assert_eq!(animation.frame_count(30.0).expect("rate"), 108_000);
    let weights = animation.reader().expect("reader").weights(30.0, 107_000, 1000).expect("weights");
    assert!(weights.iter().all(|w| (0.0..=1.0).contains(w)));
    let peak = peak_mb();
    assert!(peak < 800, "peak memory {peak} MB");
}
