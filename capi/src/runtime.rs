//! `m2f_runtime`: threads, backend, device memory, log.

use std::ffi::{CString, c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::Duration;

use media2face::BackendChoice;
use media2face::limits;
use media2face::vulkan::{DEFAULT_BUDGET_MS, DeviceChoice, VulkanOptions};
use media2face::{LogLevel, LogSink, Runtime, RuntimeOptions};

use super::buffer::{self, Buffer};
use super::error::{Failure, m2f_status};
use super::guard::{destroy, give, given, guard, not_null};
use super::options::{self, Options};
use super::text;

/// The threads, the backend and the log of the sessions made on it.
pub struct m2f_runtime(pub(super) Arc<Runtime>);

/// `thread_count`: one thread for every second core, at least one.
pub const M2F_THREADS_AUTO: u32 = u32::MAX;

/// `flags`: use no instruction set extensions, so that results are equal on every machine.
pub const M2F_RUNTIME_PORTABLE: u32 = 1;

/// `device_index`: the best device.
pub const M2F_DEVICE_BEST: u32 = u32::MAX;

/// What a runtime computes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum m2f_backend {
    /// The device that you choose, else the best GPU, else the CPU. `m2f_runtime_backend_reason` says why.
    M2F_BACKEND_AUTO = 0,
    /// The CPU.
    M2F_BACKEND_CPU = 1,
    /// A Vulkan device or an error, never the CPU instead.
    M2F_BACKEND_VULKAN = 2,
}

/// How serious a log message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum m2f_log_level {
    /// A job failed.
    M2F_LOG_ERROR = 0,
    /// Something was not done as asked, such as a prompt that was cut to the model's context.
    M2F_LOG_WARNING = 1,
    /// Something was chosen, such as the backend.
    M2F_LOG_INFO = 2,
}

/// Receives a message: its level, one line of UTF-8 that is valid during the call, and `log_user`. The library calls it only
/// inside calls that you make (create, step, wait, pull, adjust), on your thread. It never calls it on its own threads, nor
/// inside a push. The callback must not call into the library.
pub type m2f_log_callback =
    Option<unsafe extern "C" fn(level: m2f_log_level, message: *const c_char, user: *mut c_void)>;

/// Options of [`m2f_runtime_create`]. Fill with [`m2f_runtime_options_init`] first.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_runtime_options {
    /// Size of this struct in bytes. [`m2f_runtime_options_init`] sets it.
    pub struct_size: u32,
    /// Number of threads that compute. 0: none; all work runs inside your calls, such as `m2f_session_step`. `M2F_THREADS_AUTO`
    /// (default): one for every second core, so that you have the others.
    pub thread_count: u32,
    /// `M2F_RUNTIME_…` bits.
    pub flags: u32,
    /// Only messages up to this `m2f_log_level` are reported; default `M2F_LOG_WARNING`.
    pub log_level: u32,
    /// Receives messages. If it is NULL, read them with [`m2f_runtime_next_log`].
    pub log: m2f_log_callback,
    /// Handed to `log`.
    pub log_user: *mut c_void,
    /// An `m2f_backend`; default `M2F_BACKEND_AUTO`. On the CPU, the device and GPU fields below have no effect.
    pub backend: u32,
    /// Chooses a device by its place in the list (see `m2f_device_describe`); default `M2F_DEVICE_BEST`.
    pub device_index: u32,
    /// Chooses a device by its UUID, which is the same on every run. All zero (default): no such choice. Do not set an index as
    /// well.
    pub device_uuid: [u8; 16],
    /// Most milliseconds that one submission may take, so that your frames do not wait behind it; default 50.
    pub gpu_budget_ms: f32,
    /// 1: asks the driver for a queue that yields to others. Default 0.
    pub gpu_low_priority: u32,
    /// Most bytes of device memory; 0 (default) for no cap. Calls that need more answer OUT_OF_MEMORY.
    pub gpu_memory_cap_bytes: u64,
    /// What `m2f_runtime_read_pipeline_cache` gave in an earlier run, or NULL. A cache of another device or driver, or a damaged
    /// one, is ignored. Copied.
    pub pipeline_cache: *const u8,
    /// Number of bytes in `pipeline_cache`.
    pub pipeline_cache_size: u64,
    /// Most pixels of a picture, for a style or a keyframe; 0 (default) for 4 million. At most 64 million: a JPEG file of one
    /// megabyte can have that many pixels, and takes 0.7 GB while it is decoded.
    pub max_picture_pixels: u64,
}

// SAFETY: repr(C), struct_size first; integers, floats, pointers and optional functions of the host's.
unsafe impl Options for m2f_runtime_options {
    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            thread_count: M2F_THREADS_AUTO,
            log_level: m2f_log_level::M2F_LOG_WARNING as u32,
            backend: m2f_backend::M2F_BACKEND_AUTO as u32,
            device_index: M2F_DEVICE_BEST,
            gpu_budget_ms: DEFAULT_BUDGET_MS,
            ..Self::zero()
        }
    }
}

/// Fills `options` with the defaults.
///
/// Parameters: `options`, `size` writable bytes; `size`, sizeof *options.
/// Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE if size is no size of this struct.
/// Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_options_init(options: *mut m2f_runtime_options, size: usize) -> m2f_status {
    // SAFETY: by its docs `options` has `size` writable bytes, or is NULL.
    unsafe { options::init(options, size) }
}

/// Creates a runtime. It opens the device, or finds the CPU's instruction set. It starts the threads, which sleep until there is
/// work.
///
/// Parameters: `options`, or NULL for the defaults; `out`, receives the runtime.
/// Returns: OK; INVALID_ARGUMENT (a field out of range; two devices; with `M2F_BACKEND_VULKAN`, a device that does not exist);
/// INVALID_STRUCT_SIZE; UNSUPPORTED (with `M2F_BACKEND_VULKAN`, no loader or no device that works: the text of `m2f_last_error`
/// says which); OUT_OF_MEMORY (the threads could not be started).
/// Ownership: yours; end it with [`m2f_runtime_destroy`]. Models and sessions keep it alive.
/// Threads: any. Cost: under a millisecond with `M2F_BACKEND_CPU`, else tens to hundreds, because Vulkan's drivers are loaded.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_create(
    options: *const m2f_runtime_options,
    out: Option<&mut MaybeUninit<*mut m2f_runtime>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        // SAFETY: by its docs `options` is as long as it says, or NULL, and its pointers are as its fields say.
        let options = unsafe { convert(&options::read(options)?) }?;
        let runtime = Runtime::new(&options)?;
        give(m2f_runtime(runtime), out)
    })
}

/// Ends a runtime. Models, sessions and results made on it live on until you destroy them.
///
/// Parameters: `runtime`, or NULL for nothing. Threads: any, but not while another call uses this handle.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_runtime_destroy(runtime: Option<Box<m2f_runtime>>) {
    destroy(runtime);
}

/// Reads what the runtime computes on, such as `cpu avx2, 8 threads`, or `vulkan` with the device and the tier of its kernels.
///
/// Parameters: `buffer` with room for `capacity` bytes, or NULL and 0 to query; `count`, receives the number of bytes needed,
/// with the terminating NUL (may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL.
/// Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_backend_name(
    runtime: Option<&m2f_runtime>,
    buffer: *mut c_char,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| text::copy_out(&given(runtime, "runtime")?.0.backend_name(), to))
}

/// Reads why the runtime computes on that, in one line: `asked for`, or why a GPU cannot be used, such as `only software devices:
/// llvmpipe`.
///
/// Parameters, Returns, Threads: as for [`m2f_runtime_backend_name`].
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_backend_reason(
    runtime: Option<&m2f_runtime>,
    buffer: *mut c_char,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| text::copy_out(given(runtime, "runtime")?.0.backend_reason(), to))
}

/// Reads how much device memory everything made on the runtime takes.
///
/// Parameters: `used_bytes`, receives what plans, weights and results use; `reserved_bytes`, receives what was taken from the
/// driver for that, in larger blocks (may be NULL). Both are 0 on the CPU.
/// Returns: OK; INVALID_ARGUMENT. Threads: any. Cost: none.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_gpu_memory(
    runtime: Option<&m2f_runtime>,
    used_bytes: *mut u64,
    reserved_bytes: *mut u64,
) -> m2f_status {
    guard(|| {
        not_null(used_bytes, "used_bytes")?;
        let memory = given(runtime, "runtime")?.0.gpu_memory();
        // SAFETY: writable by their docs, or NULL, which is looked for. They may be one place, so that they stay pointers.
        unsafe {
            used_bytes.write(memory.used_bytes);
            if !reserved_bytes.is_null() {
                reserved_bytes.write(memory.reserved_bytes);
            }
        }
        Ok(())
    })
}

/// Works on the calling thread for a runtime without threads: on all streams and sessions that are due, the most urgent first.
///
/// Parameters: `budget_ms`, such as what is left of a tick; 0 does one unit.
/// Returns: OK when nothing is due any more, also on a runtime with threads; NOT_READY when the time ran out first; INVALID_ARGUMENT.
/// A session's or stream's own failure comes from its own calls.
/// Threads: any but an audio thread, one at a time. Cost: `budget_ms`, and up to one unit of work more: about half a millisecond on
/// the CPU, one submission on a device.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_runtime_step(runtime: Option<&m2f_runtime>, budget_ms: u32) -> m2f_status {
    guard(|| {
        let more = given(runtime, "runtime")?.0.step(Duration::from_millis(budget_ms.into()));
        if more { Err(Failure::not_ready()) } else { Ok(()) }
    })
}

/// Gives back device memory that nothing uses. Call it after you destroy the last session and result of a scene.
///
/// Returns: OK, also when there is nothing to give back; INVALID_ARGUMENT; OUT_OF_MEMORY. Threads: any. Cost: milliseconds.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_runtime_trim(runtime: Option<&m2f_runtime>) -> m2f_status {
    guard(|| Ok(given(runtime, "runtime")?.0.trim()?))
}

/// Sets how many milliseconds one submission may take from now on. Running jobs follow.
///
/// Parameters: `budget_ms`, above 0.
/// Returns: OK; INVALID_ARGUMENT; UNSUPPORTED on the CPU. Threads: any. Cost: none.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_runtime_set_gpu_budget_ms(runtime: Option<&m2f_runtime>, budget_ms: f32) -> m2f_status {
    guard(|| Ok(given(runtime, "runtime")?.0.set_gpu_budget_ms(budget_ms)?))
}

/// Reads the compiled pipelines. Save them and give them to a later runtime on the same device and driver: its first clip then
/// starts without compiling. Read them after a clip or after `m2f_model_warm_up`.
///
/// Parameters: `buffer` with room for `capacity` bytes, or NULL and 0 to query; `count`, receives the number of bytes (may be
/// NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL (also when pipelines were added after the query); UNSUPPORTED on the CPU;
/// OUT_OF_MEMORY.
/// Threads: any. Cost: a copy of some megabytes.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_read_pipeline_cache(
    runtime: Option<&m2f_runtime>,
    buffer: *mut u8,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| to.fill(&given(runtime, "runtime")?.0.pipeline_cache()?))
}

/// Takes the oldest waiting message. This is the log for hosts that cannot give a callback. At most 256 messages wait; the oldest
/// are dropped first. If `log` is set, no message waits here.
///
/// Parameters: `level`, receives an `m2f_log_level`; `buffer` with room for `capacity` bytes, receives one line of UTF-8, or NULL
/// and 0 to query, which leaves the message; `count`, receives the number of bytes with the terminating NUL (may be NULL when
/// there is a buffer).
/// Returns: OK; NOT_READY when no message waits; INVALID_ARGUMENT; BUFFER_TOO_SMALL, which leaves the message.
/// Threads: any but an audio thread. If several threads ask, each message goes to one of them.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_next_log(
    runtime: Option<&m2f_runtime>,
    level: Option<&mut MaybeUninit<u32>>,
    buffer: *mut c_char,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| {
        let level = given(level, "level")?;
        let copied = given(runtime, "runtime")?.0.next_log(|of, message| {
            let copied = text::copy_out(message, to);
            let taken = copied.is_ok() && !buffer.is_null();
            (copied.map(|()| of), taken)
        });
        let of = copied.ok_or_else(Failure::not_ready)??;
        level.write(number(of) as u32);
        Ok(())
    })
}

/// # Safety
/// The pointers of `options` are as its fields say.
pub(super) unsafe fn convert(options: &m2f_runtime_options) -> Result<RuntimeOptions, Failure> {
    if options.flags & !M2F_RUNTIME_PORTABLE != 0 {
        return Err(Failure::argument(format!("flags has unknown bits: {:#x}", options.flags)));
    }
    let log_level = match options.log_level {
        0 => LogLevel::Error,
        1 => LogLevel::Warning,
        2 => LogLevel::Info,
        other => return Err(Failure::argument(format!("log_level is {other}, not an m2f_log_level"))),
    };
    Ok(RuntimeOptions {
        threads: (options.thread_count != M2F_THREADS_AUTO).then_some(options.thread_count as usize),
        portable: options.flags & M2F_RUNTIME_PORTABLE != 0,
        // SAFETY: as for this function.
        backend: unsafe { backend(options) }?,
        log_level,
        log: sink(options.log, options.log_user),
        max_picture_pixels: match options.max_picture_pixels {
            0 => limits::DEFAULT_PICTURE_PIXELS,
            most => most,
        },
    })
}

/// # Safety
/// As for [`convert`].
unsafe fn backend(options: &m2f_runtime_options) -> Result<BackendChoice, Failure> {
    let uuid = Some(options.device_uuid).filter(|uuid| *uuid != [0; 16]);
    let device = match (options.device_index, uuid) {
        (M2F_DEVICE_BEST, None) => DeviceChoice::Best,
        (M2F_DEVICE_BEST, Some(uuid)) => DeviceChoice::Uuid(uuid),
        (index, None) => DeviceChoice::Index(index as usize),
        _ => return Err(Failure::argument("set at most one of device_index and device_uuid")),
    };
    if options.gpu_low_priority > 1 {
        return Err(Failure::argument(format!("gpu_low_priority is {}, not 0 or 1", options.gpu_low_priority)));
    }
    let size = usize::try_from(options.pipeline_cache_size);
    let size = size.map_err(|_| Failure::argument("pipeline_cache_size is too large"))?;
    // SAFETY: by its docs it holds `pipeline_cache_size` bytes.
    let blob =
        unsafe { buffer::input(options.pipeline_cache, size, limits::MAX_PIPELINE_CACHE_BYTES, "pipeline_cache") }?;
    let vulkan = VulkanOptions {
        device,
        low_priority: options.gpu_low_priority == 1,
        budget_ms: options.gpu_budget_ms,
        memory_cap_bytes: if options.gpu_memory_cap_bytes == 0 { u64::MAX } else { options.gpu_memory_cap_bytes },
        pipeline_cache: (!blob.is_empty()).then(|| blob.to_vec()),
        ..VulkanOptions::default()
    };
    match options.backend {
        0 => Ok(BackendChoice::Auto(vulkan)),
        1 => Ok(BackendChoice::Cpu),
        2 => Ok(BackendChoice::Vulkan(vulkan)),
        other => Err(Failure::argument(format!("backend is {other}, not an m2f_backend"))),
    }
}

fn number(level: LogLevel) -> m2f_log_level {
    match level {
        LogLevel::Error => m2f_log_level::M2F_LOG_ERROR,
        LogLevel::Warning => m2f_log_level::M2F_LOG_WARNING,
        LogLevel::Info => m2f_log_level::M2F_LOG_INFO,
    }
}

struct User(*mut c_void);
// SAFETY: the pointer is only handed back to the callback, and only inside calls that the host makes.
unsafe impl Send for User {}
// SAFETY: as above.
unsafe impl Sync for User {}

fn sink(callback: m2f_log_callback, user: *mut c_void) -> Option<LogSink> {
    let callback = callback?;
    let user = User(user);
    Some(Arc::new(move |level, message: &str| {
        let user: &User = &user;
        let text = CString::new(message.replace('\0', " ")).unwrap_or_default();
        // SAFETY: the host's own function, called inside a call of the host's.
        unsafe { callback(number(level), text.as_ptr(), user.0) };
    }))
}
