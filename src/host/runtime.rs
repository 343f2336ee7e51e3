//! Threads, backend and log.

use std::sync::Arc;

use crate::backend::cpu::CpuOptions;
use crate::backend::select::{BackendChoice, Selected};
use crate::backend::vulkan::{HostDevice, ProfileEntry, VulkanBackend};
use crate::error::{Error, Result};
use crate::limits;
use crate::plan::{Backend, Prepared, Tensor};

use super::log::{Log, LogLevel, LogSink};
use super::turns::Turns;
use crate::clock::{Duration, Instant, deadline};
use crate::session::jobs::Jobs;
use crate::stream::ensemble::{Ensemble, Step};

/// How a runtime works.
#[derive(Clone)]
pub struct RuntimeOptions {
    /// Threads that compute; `None` for one on every second core, which leaves the rest to the host; 0 for none of our own: work runs only on threads that call
    /// [`Session::step`](crate::Session::step) or [`Session::wait`](crate::Session::wait).
    pub threads: Option<usize>,
    /// On the CPU, leave instruction set extensions unused.
    pub portable: bool,
    /// What computes.
    pub backend: BackendChoice,
    /// Most pixels of a picture of a style or a keyframe, 1 to [`limits::MAX_PICTURE_PIXELS`]; one of more is refused on its
    /// header. Decoding takes at most 13 bytes a pixel.
    pub max_picture_pixels: u64,
    /// Messages up to this level are told.
    pub log_level: LogLevel,
    /// Receives messages; `None` to ask for them by [`Runtime::next_log`].
    pub log: Option<LogSink>,
}

impl Default for RuntimeOptions {
    fn default() -> Self {
        Self {
            threads: None,
            portable: false,
            backend: BackendChoice::default(),
            max_picture_pixels: limits::DEFAULT_PICTURE_PIXELS,
            log_level: LogLevel::Warning,
            log: None,
        }
    }
}

/// Device memory of a runtime.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GpuMemory {
    /// What plans, weights and results take.
    pub used_bytes: u64,
    /// What was taken from the driver for that, in larger blocks.
    pub reserved_bytes: u64,
}

/// Threads, backend and log of the sessions made on it.
pub struct Runtime {
    backend: Arc<dyn Backend>,
    vulkan: Option<Arc<VulkanBackend>>,
    reason: String,
    threads: usize,
    max_picture_pixels: u64,
    pub(crate) turns: Turns,
    pub(crate) ensemble: Ensemble,
    made: Instant,
    /// Of sessions, on a runtime without threads.
    pub(crate) jobs: Jobs,
    pub(crate) log: Log,
}

impl Runtime {
    /// Opens the device, or finds the instruction set and starts the threads, which sleep until there is work.
    ///
    /// # Errors
    /// `InvalidArgument` for a thread count or pixels past the limit or Vulkan options out of range, `OutOfMemory` when threads
    /// cannot be started; with [`BackendChoice::Vulkan`] also `Unsupported` and `InvalidArgument` for what this machine
    /// does not have.
    pub fn new(options: &RuntimeOptions) -> Result<Arc<Self>> {
        let threads = thread_count(options)?;
        check_pixels(options)?;
        let cpu = CpuOptions { threads: threads.max(1), portable: options.portable };
        Ok(Self::on(options, threads, Selected::new(&options.backend, &cpu)?))
    }

    /// On a host's device; of `options.backend` the budget, the memory cap and the pipeline cache are used.
    ///
    /// # Safety
    /// As [`HostDevice`] says: its handles belong together, and outlive the runtime and all that is made from it.
    ///
    /// # Errors
    /// `InvalidArgument` for options out of range or a choice of the CPU; `Unsupported` for a device that cannot;
    /// `OutOfMemory`.
    pub unsafe fn adopt(options: &RuntimeOptions, host: &HostDevice) -> Result<Arc<Self>> {
        let threads = thread_count(options)?;
        check_pixels(options)?;
        let vulkan = match &options.backend {
            BackendChoice::Auto(vulkan) | BackendChoice::Vulkan(vulkan) => vulkan,
            BackendChoice::Cpu => {
                let detail = "the backend is the CPU: it computes on no device of a host's".to_owned();
                return Err(Error::InvalidArgument(detail));
            }
        };
        // SAFETY: the caller's word.
        Ok(Self::on(options, threads, unsafe { Selected::adopt(host, vulkan) }?))
    }

    fn on(options: &RuntimeOptions, threads: usize, selected: Selected) -> Arc<Self> {
        let Selected { backend, vulkan, reason } = selected;
        let log = Log::new(options.log.clone(), options.log_level);
        let &RuntimeOptions { max_picture_pixels, .. } = options;
        let (turns, ensemble, made) = (Turns::default(), Ensemble::default(), Instant::now());
        let runtime = Arc::new(Self {
            backend,
            vulkan,
            reason,
            threads,
            max_picture_pixels,
            turns,
            ensemble,
            made,
            jobs: Jobs::default(),
            log,
        });
        runtime.log.add(LogLevel::Info, format!("computing on {}: {}", runtime.backend_name(), runtime.reason));
        runtime.log.deliver();
        runtime
    }

    /// What is computed on, such as `cpu avx2, 8 threads` or `vulkan`, the device and its tier.
    pub fn backend_name(&self) -> String {
        match (&self.vulkan, self.threads) {
            (Some(vulkan), _) => vulkan.name(),
            (None, threads) => {
                format!("{}, {threads} thread{}", self.backend.name(), if threads == 1 { "" } else { "s" })
            }
        }
    }

    /// Why it is computed on that, in one line: `asked for`, or what keeps a GPU from being used.
    pub fn backend_reason(&self) -> &str {
        &self.reason
    }

    /// Device memory of everything made on the runtime; nothing on the CPU.
    pub fn gpu_memory(&self) -> GpuMemory {
        self.vulkan.as_ref().map_or_else(GpuMemory::default, |vulkan| GpuMemory {
            used_bytes: vulkan.memory_bytes(),
            reserved_bytes: vulkan.reserved_bytes(),
        })
    }

    /// Hands back device memory that nothing uses.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn trim(&self) -> Result<()> {
        self.vulkan.as_ref().map_or(Ok(()), |vulkan| vulkan.trim())
    }

    /// Most milliseconds of one submission from now on.
    ///
    /// # Errors
    /// `InvalidArgument` unless it is above zero, `Unsupported` on the CPU.
    pub fn set_gpu_budget_ms(&self, budget_ms: f32) -> Result<()> {
        self.gpu()?.set_budget_ms(budget_ms)
    }

    /// Compiled pipelines, for the `pipeline_cache` of a later runtime on the same device and driver.
    ///
    /// # Errors
    /// `Unsupported` on the CPU, `OutOfMemory`.
    pub fn pipeline_cache(&self) -> Result<Vec<u8>> {
        self.gpu()?.pipeline_cache()
    }

    /// A host's storage buffer as memory for [`Reader::export`](crate::Reader::export).
    ///
    /// # Safety
    /// As for [`VulkanBackend::adopt_buffer`].
    ///
    /// # Errors
    /// `Unsupported` on the CPU.
    pub unsafe fn adopt_buffer(&self, buffer: u64, bytes: u64) -> Result<Tensor> {
        // SAFETY: the caller's word.
        Ok(unsafe { self.gpu()?.adopt_buffer(buffer, bytes) })
    }

    /// Times of all ops so far on a device that was opened with [`VulkanOptions::profile`]; nothing otherwise.
    ///
    /// [`VulkanOptions::profile`]: crate::backend::vulkan::VulkanOptions::profile
    pub fn profile(&self) -> Vec<ProfileEntry> {
        self.vulkan.as_ref().map_or_else(Vec::new, |vulkan| vulkan.profile())
    }

    /// Shows the oldest message that waits to `take`, and lets go of it when that returns true beside its answer; `None` when none
    /// waits. At most 256 wait, the oldest go first; with a [log](RuntimeOptions::log) none does.
    pub fn next_log<T>(&self, take: impl FnOnce(LogLevel, &str) -> (T, bool)) -> Option<T> {
        self.log.next(take)
    }

    /// Test hooks: what is submitted, and the loss of the device.
    #[doc(hidden)]
    pub fn vulkan(&self) -> Option<&VulkanBackend> {
        self.vulkan.as_deref()
    }

    fn gpu(&self) -> Result<&VulkanBackend> {
        let cpu = || Error::Unsupported(format!("this runtime computes on the CPU ({})", self.reason));
        self.vulkan.as_deref().ok_or_else(cpu)
    }

    /// Threads that compute; 0 when work runs only on the caller's.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Most pixels of a picture.
    pub(crate) fn max_picture_pixels(&self) -> u64 {
        self.max_picture_pixels
    }

    /// Programs and weights that were prepared on it so far: with kept programs a second clip adds none.
    pub fn prepared(&self) -> Prepared {
        self.backend.prepared()
    }

    /// Works on all streams and sessions that are due on the calling thread, the most urgent first: streams by their deadlines, then
    /// sessions in turns. Takes about `budget`, and at least one unit; true while more is due. For a runtime without threads; one
    /// with threads does nothing here.
    pub fn step(&self, budget: Duration) -> bool {
        let until = deadline(budget);
        let mut more = self.threads == 0;
        while more {
            more = self.ensemble.step(self, self.now_ns()) == Step::Worked || self.jobs.advance();
            if Instant::now() >= until {
                break;
            }
        }
        self.log.deliver();
        more
    }

    /// For tests: one unit of streams at a time of a clock of their own, nanoseconds; `Err` says when the next is due.
    #[doc(hidden)]
    pub fn step_at(&self, now_ns: u64) -> std::result::Result<(), Option<u64>> {
        match self.ensemble.step(self, now_ns) {
            Step::Worked => Ok(()),
            Step::Wait(until) => Err(Some(until)),
            Step::Empty => Err(None),
        }
    }

    /// The clock of streams: nanoseconds since it was made.
    pub(crate) fn now_ns(&self) -> u64 {
        self.made.elapsed().as_nanos() as u64
    }

    /// The backend of all plans.
    pub(crate) fn backend(&self) -> &Arc<dyn Backend> {
        &self.backend
    }
}

fn check_pixels(options: &RuntimeOptions) -> Result<()> {
    let (pixels, most) = (options.max_picture_pixels, limits::MAX_PICTURE_PIXELS);
    match (1..=most).contains(&pixels) {
        true => Ok(()),
        false => Err(Error::InvalidArgument(format!("max_picture_pixels is {pixels}, expected 1 to {most}"))),
    }
}

fn thread_count(options: &RuntimeOptions) -> Result<usize> {
    let half = || match cfg!(target_family = "wasm") {
        // Modules of WebAssembly start no threads: their hosts step.
        true => 0,
        false => {
            (std::thread::available_parallelism().map_or(1, usize::from) / 2).clamp(1, limits::MAX_THREADS as usize)
        }
    };
    let threads = options.threads.unwrap_or_else(half);
    if threads > limits::MAX_THREADS as usize {
        return Err(Error::InvalidArgument(format!("{threads} threads, at most {}", limits::MAX_THREADS)));
    }
    Ok(threads)
}
