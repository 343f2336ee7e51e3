//! The Vulkan devices that tests run on, each with what is taken away from it.

use std::cell::Cell;
use std::sync::{Arc, OnceLock};

use media2face::internals::backend::vulkan::{self, DeviceChoice, Mask, VulkanBackend, VulkanOptions};

use super::extent::{CASES_IN_FULL, NO_DEVICE, is_full, left_out};

/// A device as a test sees it.
pub struct Device {
    pub name: &'static str,
    pub backend: Arc<VulkanBackend>,
    pub options: VulkanOptions,
    /// Products of up to so many operations are run on it: SwiftShader gives 0.3 GFLOP a second.
    pub most_flops: u64,
    /// Runs networks, too: for the kernels of a GPU a processor's driver compiles half a minute each.
    pub networks: bool,
    /// Keeps intermediates in half precision.
    pub half: bool,
    /// Multiplies halves: whatever x is, a product reads it so.
    pub matrix: bool,
}

/// Name, part of the driver's device name, mask, most operations: the first alone unless everything is tested.
fn wanted() -> Vec<(&'static str, &'static str, Mask, u64)> {
    let none = Mask::default();
    let packed = Mask { no_half: true, least_workgroup: true, no_direct: true, ..none };
    let mut all = vec![
        ("fp16, mapped", "llvmpipe", none, u64::MAX),
        ("fp16, staged, as on a GPU", "llvmpipe", Mask { hardware: true, no_direct: true, ..none }, 1 << 30),
        ("packed, staged", "llvmpipe", packed, 1 << 30),
        ("packed, as on a GPU", "llvmpipe", Mask { hardware: true, ..packed }, 1 << 28),
        ("SwiftShader", "SwiftShader", none, 1 << 23),
    ];
    all.truncate(if is_full() { all.len() } else { 1 });
    all
}

/// The devices, opened once. None unless `M2F_TEST_VULKAN` is set; with `require` a missing one is a failure; `best` tests
/// the one device that the library would choose, whatever it is.
pub fn devices() -> &'static [Device] {
    static DEVICES: OnceLock<Vec<Device>> = OnceLock::new();
    let Some(wish) = wish() else { return &[] };
    DEVICES.get_or_init(|| {
        let found = vulkan::devices().unwrap_or_default();
        if wish == "best" {
            // One device, whatever it is: a newer driver or a GPU, as it is and as less than it is.
            return vec![
                (Mask::default(), "as it is"),
                (Mask { no_matrix: true, ..Mask::default() }, "without matrices"),
            ]
            .into_iter()
            .map(|(mask, name)| open(name, DeviceChoice::Best, mask, u64::MAX))
            .collect();
        }
        let one = |(name, driver, mask, most_flops): (_, &str, _, _)| {
            let Some(info) = found.iter().find(|info| info.name.contains(driver)) else {
                assert!(wish != "require", "no {driver} among the Vulkan devices {found:?}");
                return None;
            };
            Some(open(name, DeviceChoice::Index(info.index), mask, most_flops))
        };
        wanted().into_iter().filter_map(one).collect()
    })
}

/// Cases of a test of one op that run on its device each time: a driver compiles kernels again for each case's sizes.
const CASES_EACH_TIME: usize = 2;

/// The devices for one more case of this test: none past the first ones, unless everything is tested or the device is no test's.
pub fn devices_for_a_case() -> &'static [Device] {
    thread_local! {
        static CASES: Cell<usize> = const { Cell::new(0) };
    }
    let case = CASES.replace(CASES.get() + 1);
    if case < CASES_EACH_TIME || is_full() || wish().is_some_and(|wish| wish == "best") {
        return devices();
    }
    left_out(CASES_IN_FULL);
    &[]
}

/// `M2F_TEST_VULKAN`; a test that asks and is told nothing has left its devices out.
fn wish() -> Option<String> {
    let wish = std::env::var("M2F_TEST_VULKAN").ok();
    if wish.is_none() {
        left_out(NO_DEVICE);
    }
    wish
}

impl Device {
    /// The same device opened once more, with other options.
    pub fn open(&self, change: impl FnOnce(&mut VulkanOptions)) -> VulkanBackend {
        let mut options = self.options.clone();
        change(&mut options);
        VulkanBackend::new(&options).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// The same device for one test alone.
    pub fn reopened(&self) -> Self {
        open(self.name, self.options.device.clone(), self.options.mask, self.most_flops)
    }
}

fn open(name: &'static str, device: DeviceChoice, mask: Mask, most_flops: u64) -> Device {
    let options = VulkanOptions { device, mask, ..VulkanOptions::default() };
    let backend = VulkanBackend::new(&options).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (half, matrix) = (backend.caps().half, backend.caps().matrix.is_some());
    Device { name, backend: Arc::new(backend), options, most_flops, networks: !mask.hardware, half, matrix }
}

/// For tests of whole runtimes: Mesa's device, or with `best` the best one. None unless `M2F_TEST_VULKAN` is set.
pub fn options() -> Option<VulkanOptions> {
    let wish = wish()?;
    let found = vulkan::devices().unwrap_or_default();
    let mesa = found.iter().find(|info| info.name.contains("llvmpipe")).map(|info| DeviceChoice::Index(info.index));
    let device = if wish == "best" { Some(DeviceChoice::Best) } else { mesa };
    assert!(device.is_some() || wish != "require", "no llvmpipe among the Vulkan devices {found:?}");
    device.map(|device| VulkanOptions { device, ..VulkanOptions::default() })
}
