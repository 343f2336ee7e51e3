//! What a recorded sampling costs the thread that submits it, with the tiny random pack on a Vulkan device: processor
//! time of that thread, without what it waits. The project's bar is 100 microseconds, on a device that nothing watches.
//!
//! `cargo bench --bench submissions`; `--vulkan=NAME` takes a device by its name.

use std::sync::Arc;

use media2face::internals::backend::vulkan::{self, DeviceChoice, VulkanBackend, VulkanOptions};
use media2face::internals::motion::{Clip, SampleJob, SampleOptions, Sampler, Style};
use media2face::internals::plan::{Backend, DeviceFrames};
use media2face::pack::{self, Size};

/// A shared machine takes time from its guests in the middle of a submission and counts it as theirs: the least of so
/// many is the cost.
const TAKES: usize = 60;
/// The tiny pack's frames, and steps of the sampling.
const FRAMES: usize = 44;
const STEPS: usize = 10;

fn main() {
    let name = std::env::args().find_map(|word| word.strip_prefix("--vulkan=").map(str::to_owned));
    let devices = vulkan::devices().unwrap_or_default();
    let device = match &name {
        None => DeviceChoice::Best,
        Some(name) => {
            DeviceChoice::Index(devices.iter().find(|info| info.name.contains(name)).expect("a device").index)
        }
    };
    // One submission for the whole.
    let options = VulkanOptions { device, budget_ms: 60_000.0, ..VulkanOptions::default() };
    let backend = match VulkanBackend::new(&options) {
        Ok(backend) => backend,
        Err(error) => return println!("nothing to measure: {error}"),
    };
    let pack = pack::random(Size::Tiny, 1).expect("a pack");
    let sampler = Arc::new(Sampler::load(&pack).expect("a sampler"));
    let mut takes: Vec<f64> = (0..TAKES).map(|_| submission_us(&backend, &sampler)).collect();
    takes.sort_by(f64::total_cmp);
    println!(
        "{}: least {:.0} µs, median {:.0} µs of the submitting thread",
        backend.name(),
        takes[0],
        takes[TAKES / 2]
    );
}

/// Microseconds of this thread for the one submission of a sampling.
fn submission_us(backend: &VulkanBackend, sampler: &Arc<Sampler>) -> f64 {
    let config = sampler.denoiser().config();
    let audio = DeviceFrames::upload(backend, config.d_a, &values(FRAMES * config.d_a)).expect("memory");
    let styles = vec![Style { code: values(config.d_p), strength: 1.0, weights: None }];
    let options = SampleOptions { steps: STEPS, ..sampler.defaults().clone() };
    let clips = vec![Clip { styles, ..Clip::new(audio) }];
    let mut job = SampleJob::new(Arc::clone(sampler), clips, &options).expect("a job");
    assert_eq!(job.advance(backend), Ok(false), "the first call compiles");
    let begun = thread_seconds();
    assert_eq!(job.advance(backend), Ok(true), "one submission");
    (thread_seconds() - begun) * 1e6
}

fn values(len: usize) -> Vec<f32> {
    (0..len).map(|i| (i as f32 * 0.7).sin()).collect()
}

/// Seconds that this thread has computed.
#[cfg(target_os = "linux")]
fn thread_seconds() -> f64 {
    // The standard library links the C library but does not offer this clock.
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
    }
    const CLOCK_THREAD_CPUTIME_ID: i32 = 3;
    let mut time = [0; 2];
    // SAFETY: a timespec is two 64-bit numbers on 64-bit Linux.
    assert_eq!(unsafe { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &raw mut time) }, 0);
    time[0] as f64 + time[1] as f64 * 1e-9
}

/// Seconds on the clock, where the system is not known.
#[cfg(not(target_os = "linux"))]
fn thread_seconds() -> f64 {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed().as_secs_f64()
}
