//! What this process has used: processor time and memory.

use std::time::Duration;

/// Processor time of all threads so far; `None` where the system does not tell.
pub fn cpu_time() -> Option<Duration> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
    }
    #[cfg(not(unix))]
    None
}

/// Most memory that was resident, bytes; `None` but on Linux.
pub fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn work_takes_processor_time_and_memory() {
        let before = cpu_time().unwrap();
        let sum: f64 = (0..2_000_000).map(|i| f64::from(i).sqrt()).sum();
        assert!(sum > 0.0 && cpu_time().unwrap() > before);
        assert!(peak_memory_bytes().unwrap() > 1 << 20);
    }
}
