//! What the system does for a process meanwhile.

/// Pages that it mapped for this process, and times that it took the processor from it.
#[cfg(target_os = "linux")]
pub(crate) fn faults() -> [i64; 2] {
    // The standard library links the C library but does not offer this call.
    unsafe extern "C" {
        fn getrusage(who: i32, usage: *mut [i64; 18]) -> i32;
    }
    const RUSAGE_SELF: i32 = 0;
    let mut usage = [0; 18];
    // SAFETY: a rusage is two times of two numbers and fourteen numbers, of 64 bits each on 64-bit Linux.
    assert_eq!(unsafe { getrusage(RUSAGE_SELF, &raw mut usage) }, 0);
    [usage[8], usage[17]] // ru_minflt, ru_nivcsw
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn faults() -> [i64; 2] {
    [0; 2]
}
