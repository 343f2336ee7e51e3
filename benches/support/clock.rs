//! The processor's clock of all threads.

use std::time::Instant;

/// Seconds that all threads of this process have computed; where the system is not known, seconds on the clock.
#[cfg(target_os = "linux")]
pub(crate) fn cpu_seconds(_start: Instant) -> f64 {
    // The standard library links the C library but does not offer this clock.
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
    }
    const CLOCK_PROCESS_CPUTIME_ID: i32 = 2;
    let mut time = [0; 2];
    // SAFETY: a timespec is two 64-bit numbers on 64-bit Linux.
    assert_eq!(unsafe { clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &raw mut time) }, 0);
    time[0] as f64 + time[1] as f64 * 1e-9
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn cpu_seconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64()
}
