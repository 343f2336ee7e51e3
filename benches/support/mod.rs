//! What the benchmarks share: the words of the command line, the backend under test, its clock, its values.

mod clock;

pub(crate) use clock::cpu_seconds;

use std::time::Instant;

use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::backend::vulkan::{self, DeviceChoice, VulkanBackend, VulkanOptions};
use media2face::internals::plan::Backend;

/// The command line: Cargo's own `--bench`, switches, and words that filter.
pub(crate) struct Words(Vec<String>);

impl Words {
    pub(crate) fn from_command_line() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    pub(crate) fn has(&self, switch: &str) -> bool {
        self.0.iter().any(|word| word == switch)
    }

    /// Whether something of this name is wanted: it holds one of the words, or there are none.
    pub(crate) fn want(&self, name: &str) -> bool {
        let mut words = self.0.iter().filter(|word| !word.starts_with("--")).peekable();
        words.peek().is_none() || words.any(|word| name.contains(word.as_str()))
    }
}

/// The backend under test.
pub(crate) enum Subject {
    Cpu(CpuBackend),
    Vulkan(VulkanBackend),
}

impl Subject {
    /// The CPU on one thread; with `--vulkan` the device that the library would choose, with `--vulkan=NAME` the one
    /// whose name holds that.
    pub(crate) fn open(words: &Words) -> Self {
        let name = words.0.iter().find_map(|word| word.strip_prefix("--vulkan="));
        let device = match name {
            None if words.has("--vulkan") => DeviceChoice::Best,
            None => return Self::Cpu(CpuBackend::new(&CpuOptions::default()).expect("CPU backend")),
            Some(name) => {
                let devices = vulkan::devices().expect("Vulkan devices");
                let found = devices.iter().find(|info| info.name.contains(name)).expect("a device of this name");
                DeviceChoice::Index(found.index)
            }
        };
        let options = VulkanOptions { device, ..VulkanOptions::default() };
        Self::Vulkan(VulkanBackend::new(&options).expect("Vulkan backend"))
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        match self {
            Self::Cpu(backend) => backend,
            Self::Vulkan(backend) => backend,
        }
    }

    /// Whether the work is done by something other than this machine's processor.
    pub(crate) fn is_hardware(&self) -> bool {
        matches!(self, Self::Vulkan(backend) if !backend.caps().software)
    }

    /// Which time [`seconds`](Self::seconds) tells.
    pub(crate) fn clock(&self) -> &'static str {
        match self {
            Self::Cpu(_) => "CPU time of one thread",
            Self::Vulkan(_) if self.is_hardware() => "wall time",
            Self::Vulkan(_) => "CPU time of all threads",
        }
    }

    /// Seconds so far: what the processor computed, or where it does not compute, what went by since `start`.
    pub(crate) fn seconds(&self, start: Instant) -> f64 {
        if self.is_hardware() { start.elapsed().as_secs_f64() } else { cpu_seconds(start) }
    }
}

/// Values of mean 0 and variance 1, the same ones for the same `seed`: a processor that computes with zeros draws less
/// power and runs faster.
pub(crate) fn values(len: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32 * 12f32.sqrt()
    };
    (0..len).map(|_| next()).collect()
}
