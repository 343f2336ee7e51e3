//! Threads, backends and devices; messages on their way to Python's logging.

use std::sync::Arc;
use std::time::Duration;

use media2face::vulkan::{self, DeviceChoice, DeviceInfo, VulkanOptions};
use media2face::{BackendChoice, LogLevel, Runtime, RuntimeOptions};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::failure::{Failure, detached};

/// Threads and the backend that computes: the CPU, or a Vulkan device. One is enough for a process.
///
/// `threads` is their number: None for half of the cores, 0 for none, so that work runs only in `step()` and in calls that wait.
/// `backend` is "auto" (a GPU, else the CPU), "cpu" or "vulkan" (a device or an error). `device` is an index or the UUID of
/// `devices()`. `portable` leaves instruction set extensions unused: every machine gives the same bytes. `gpu_budget_ms` bounds a
/// submission, `gpu_memory_cap_bytes` the device's memory; `pipeline_cache` is what an earlier `pipeline_cache()` gave.
///
/// Any thread may use it. Messages go to the logger "media2face".
#[pyclass(name = "Runtime", module = "media2face", frozen)]
pub(crate) struct PyRuntime(pub(crate) Arc<Runtime>);

#[pymethods]
impl PyRuntime {
    #[new]
    #[pyo3(signature = (
        *, threads = None, backend = "auto", device = None, portable = false, gpu_budget_ms = None, gpu_low_priority = false,
        gpu_memory_cap_bytes = None, pipeline_cache = None, max_picture_pixels = None
    ))]
    fn new(
        py: Python<'_>,
        threads: Option<usize>,
        backend: &str,
        device: Option<&Bound<'_, PyAny>>,
        portable: bool,
        gpu_budget_ms: Option<f32>,
        gpu_low_priority: bool,
        gpu_memory_cap_bytes: Option<u64>,
        pipeline_cache: Option<Vec<u8>>,
        max_picture_pixels: Option<u64>,
    ) -> PyResult<Self> {
        let defaults = VulkanOptions::default();
        let vulkan = VulkanOptions {
            device: device.map_or(Ok(DeviceChoice::Best), choice)?,
            low_priority: gpu_low_priority,
            budget_ms: gpu_budget_ms.unwrap_or(defaults.budget_ms),
            memory_cap_bytes: gpu_memory_cap_bytes.unwrap_or(defaults.memory_cap_bytes),
            pipeline_cache,
            ..defaults
        };
        let backend = match backend {
            "auto" => BackendChoice::Auto(vulkan),
            "cpu" => BackendChoice::Cpu,
            "vulkan" => BackendChoice::Vulkan(vulkan),
            other => {
                let detail = format!("backend is {other:?}, expected \"auto\", \"cpu\" or \"vulkan\"");
                return Err(Failure::argument(detail).into());
            }
        };
        let defaults = RuntimeOptions::default();
        let max_picture_pixels = max_picture_pixels.unwrap_or(defaults.max_picture_pixels);
        // What is told is up to the logger.
        let log_level = LogLevel::Info;
        let options = RuntimeOptions { threads, portable, backend, max_picture_pixels, log_level, ..defaults };
        let runtime = detached(py, || Ok(Runtime::new(&options)?))?;
        tell(py, &runtime)?;
        Ok(Self(runtime))
    }

    /// What it computes on, such as "cpu avx2, 4 threads".
    #[getter]
    fn backend_name(&self) -> String {
        self.0.backend_name()
    }

    /// Why it computes on that.
    #[getter]
    fn backend_reason(&self) -> &str {
        self.0.backend_reason()
    }

    /// Its threads; 0 where work runs only in calls.
    #[getter]
    fn threads(&self) -> usize {
        self.0.threads()
    }

    /// Works on what is due for about `budget_s` seconds, at least one unit; True when more is due. For a runtime without
    /// threads.
    #[pyo3(signature = (budget_s = 0.005))]
    fn step(&self, py: Python<'_>, budget_s: f64) -> PyResult<bool> {
        let budget = duration(budget_s, "budget_s")?;
        let more = detached(py, || Ok(self.0.step(budget)))?;
        tell(py, &self.0)?;
        Ok(more)
    }

    /// Device memory in bytes: (used, reserved). (0, 0) on the CPU.
    fn gpu_memory(&self, py: Python<'_>) -> PyResult<(u64, u64)> {
        let memory = detached(py, || Ok(self.0.gpu_memory()))?;
        Ok((memory.used_bytes, memory.reserved_bytes))
    }

    /// Hands back device memory that nothing uses.
    fn trim(&self, py: Python<'_>) -> PyResult<()> {
        Ok(detached(py, || Ok(self.0.trim()?))?)
    }

    /// Changes the most milliseconds of one submission. UnsupportedError on the CPU.
    fn set_gpu_budget_ms(&self, py: Python<'_>, budget_ms: f32) -> PyResult<()> {
        Ok(detached(py, || Ok(self.0.set_gpu_budget_ms(budget_ms)?))?)
    }

    /// Compiled kernels, for the `pipeline_cache` of a later runtime. UnsupportedError on the CPU.
    fn pipeline_cache<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = detached(py, || Ok(self.0.pipeline_cache()?))?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn __repr__(&self) -> String {
        format!("Runtime({})", self.0.backend_name())
    }
}

/// A span that a host gives in seconds; what is longer than any wait counts as that.
pub(crate) fn duration(seconds: f64, what: &str) -> Result<Duration, Failure> {
    const LONGEST_S: f64 = 1e9;
    match seconds >= 0.0 {
        true => Ok(Duration::from_secs_f64(seconds.min(LONGEST_S))),
        false => Err(Failure::argument(format!("{what} is {seconds}, expected seconds from 0 on"))),
    }
}

fn choice(device: &Bound<'_, PyAny>) -> PyResult<DeviceChoice> {
    if let Ok(index) = device.extract::<usize>() {
        return Ok(DeviceChoice::Index(index));
    }
    let not_one = || PyTypeError::new_err("device is neither an index nor the uuid of a Device, 32 hexadecimal digits");
    let text: String = device.cast::<PyString>().map_err(|_| not_one())?.extract()?;
    let digits: String = text.chars().filter(|digit| *digit != '-').collect();
    let byte = |at: usize| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..16).map(byte).collect();
    let uuid = bytes.filter(|_| digits.len() == 32).and_then(|bytes| bytes.try_into().ok());
    Ok(DeviceChoice::Uuid(uuid.ok_or_else(not_one)?))
}

/// Hands waiting messages of a runtime to the logger "media2face".
pub(crate) fn tell(py: Python<'_>, runtime: &Runtime) -> PyResult<()> {
    let next = || runtime.next_log(|level, message| ((level, message.to_owned()), true));
    let Some(mut message) = next() else { return Ok(()) };
    let logger = py.import("logging")?.call_method1("getLogger", ("media2face",))?;
    loop {
        let (level, text) = message;
        let level = match level {
            LogLevel::Error => "error",
            LogLevel::Warning => "warning",
            LogLevel::Info => "info",
        };
        logger.call_method1(level, ("%s", text))?;
        match next() {
            Some(more) => message = more,
            None => return Ok(()),
        }
    }
}

/// A Vulkan device of this machine.
#[pyclass(name = "Device", module = "media2face", frozen, get_all)]
pub(crate) struct PyDevice {
    /// Its place in the list, for `Runtime(device=…)`. A driver may change it.
    index: usize,
    /// Its name, by its driver.
    name: String,
    /// "integrated", "discrete", "virtual", "software" or "other".
    kind: String,
    /// 32 hexadecimal digits that stay the same, for `Runtime(device=…)`.
    uuid: String,
    /// PCI vendor.
    vendor_id: u32,
    /// Its driver with its version.
    driver: String,
    /// Vulkan version: (major, minor).
    api_version: (u32, u32),
    /// Its own memory, bytes.
    memory_bytes: u64,
    /// How the kernels run on it; None where they cannot.
    tier: Option<String>,
    /// Why it cannot be used, or None.
    fault: Option<String>,
}

#[pymethods]
impl PyDevice {
    fn __repr__(&self) -> String {
        format!("Device({}, {:?}, {})", self.index, self.name, self.kind)
    }
}

impl From<DeviceInfo> for PyDevice {
    fn from(info: DeviceInfo) -> Self {
        Self {
            index: info.index,
            name: info.name,
            kind: info.kind.name().to_owned(),
            uuid: info.uuid.iter().map(|byte| format!("{byte:02x}")).collect(),
            vendor_id: info.vendor_id,
            driver: info.driver,
            api_version: info.api_version,
            memory_bytes: info.memory_bytes,
            tier: info.tier.map(|tier| tier.name().to_owned()),
            fault: info.fault,
        }
    }
}

/// The Vulkan devices of this machine, also those that cannot be used. UnsupportedError where there is no Vulkan loader.
#[pyfunction]
pub(crate) fn devices(py: Python<'_>) -> PyResult<Vec<PyDevice>> {
    let found = detached(py, || Ok(vulkan::devices()?))?;
    Ok(found.into_iter().map(PyDevice::from).collect())
}
