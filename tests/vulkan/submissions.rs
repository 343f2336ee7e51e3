//! How much work one submission holds, and that it does not matter to the result.

use media2face::internals::backend::vulkan::Mask;

use crate::support::vulkan::Device;
use crate::support::{assert_close, tolerance};
use crate::{network_devices, sample, sampling};

const STEPS: usize = 10;

/// Submissions of a sampling on a device with this budget, by the calls that made them, and its motion.
fn submissions(device: &Device, budget_ms: f32) -> (Vec<u64>, Vec<f32>) {
    let backend = &*device.backend;
    backend.set_budget_ms(budget_ms).expect("a budget");
    let mut job = sampling(backend, STEPS).expect("job");
    let mut calls = Vec::new();
    assert_eq!(job.advance(backend), Ok(false), "the first call compiles");
    loop {
        let before = backend.submissions();
        let complete = job.advance(backend).expect("advance");
        calls.push(backend.submissions() - before);
        if complete {
            return (calls, job.finish().expect("complete").remove(0).data);
        }
    }
}

#[test]
fn budget_sets_the_number_of_submissions_and_nothing_else() {
    for device in network_devices().map(Device::reopened) {
        let (whole, expected) = submissions(&device, 60_000.0);
        assert_eq!(whole, [1], "{}: a whole sampling is one submission while it fits", device.name);
        let (parts, found) = submissions(&device, 0.01);
        assert!(parts.len() > 8 * STEPS, "{}: {} submissions", device.name, parts.len());
        assert!(parts.iter().all(|count| *count == 1), "{}: a call submits once", device.name);
        assert_eq!(found, expected, "{}", device.name);
        let (default, found) = submissions(&device, 50.0);
        println!("{}: {} submissions of at most 50 ms", device.name, default.len());
        assert!(default.len() < parts.len(), "{}: {} of at most 50 ms", device.name, default.len());
        assert_eq!(found, expected, "{}", device.name);
    }
}

#[test]
fn ops_in_parts_give_the_same_sampling() {
    for device in network_devices() {
        let whole = sample(&*device.backend, 2).expect("samples");
        let small = device.open(|options| options.mask = Mask { storage_range: 16 << 10, ..options.mask });
        let parts = sample(&small, 2).expect("samples");
        assert_close(device.name, &parts, &whole, tolerance::ROUNDING);
    }
}
