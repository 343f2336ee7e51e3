//! `m2f_runtime`: threads, backend, log.

use std::ffi::{CString, c_char, c_void};
use std::sync::Arc;

use crate::session::{LogLevel, LogSink, Runtime, RuntimeOptions};

use super::error::{Failure, m2f_status};
use super::guard::{borrow, destroy, give, guard, writable};
use super::options::{self, Options};
use super::text;

/// Threads, backend and log of the sessions made on it.
pub struct m2f_runtime(pub(super) Arc<Runtime>);

/// `thread_count`: as many threads as the machine has cores.
pub const M2F_THREADS_AUTO: u32 = u32::MAX;

/// `flags`: leave instruction set extensions unused, for results that are equal on every machine.
pub const M2F_RUNTIME_PORTABLE: u32 = 1;

/// How grave a log message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum m2f_log_level {
    /// A job failed.
    M2F_LOG_ERROR = 0,
    /// Something was done otherwise than asked, such as a prompt cut to the model's context.
    M2F_LOG_WARNING = 1,
    /// What was chosen, such as the backend.
    M2F_LOG_INFO = 2,
}

/// Receives a message: level, one line of UTF-8 that is valid during the call, and `log_user`. It is called only inside
/// calls that the host makes (create, step, wait, pull), on their thread, never on a thread of the library's own and
/// never from a push. It must not call back into the library.
pub type m2f_log_callback =
    Option<unsafe extern "C" fn(level: m2f_log_level, message: *const c_char, user: *mut c_void)>;

/// Takes memory for the library: `size` bytes aligned to `alignment`, or NULL.
pub type m2f_allocate_callback =
    Option<unsafe extern "C" fn(size: usize, alignment: usize, user: *mut c_void) -> *mut c_void>;

/// Gives memory of the allocate callback back.
pub type m2f_free_callback =
    Option<unsafe extern "C" fn(memory: *mut c_void, size: usize, alignment: usize, user: *mut c_void)>;

/// Options of [`m2f_runtime_create`]. Fill with [`m2f_runtime_options_init`] first.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_runtime_options {
    /// Bytes of this struct as the caller knows it.
    pub struct_size: u32,
    /// Threads that compute. 0: none, work runs only inside `m2f_session_step` on the caller's thread.
    /// `M2F_THREADS_AUTO` (the default): one per core.
    pub thread_count: u32,
    /// `M2F_RUNTIME_…` bits.
    pub flags: u32,
    /// Messages up to this `m2f_log_level` are delivered; default `M2F_LOG_WARNING`.
    pub log_level: u32,
    /// Receives messages, or NULL.
    pub log: m2f_log_callback,
    /// Handed to `log`.
    pub log_user: *mut c_void,
    /// Memory callbacks: both or none. This version answers `M2F_STATUS_UNSUPPORTED` when they are set.
    pub allocate: m2f_allocate_callback,
    /// See `allocate`.
    pub free: m2f_free_callback,
    /// Handed to `allocate` and `free`.
    pub memory_user: *mut c_void,
}

// SAFETY: repr(C), struct_size first; integers, floats, pointers and optional functions of the host's.
unsafe impl Options for m2f_runtime_options {
    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            thread_count: M2F_THREADS_AUTO,
            flags: 0,
            log_level: m2f_log_level::M2F_LOG_WARNING as u32,
            log: None,
            log_user: std::ptr::null_mut(),
            allocate: None,
            free: None,
            memory_user: std::ptr::null_mut(),
        }
    }
}

/// Fills `options` with the defaults.
///
/// Parameters: `options`, `size` writable bytes; `size`, sizeof *options.
/// Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE when size is no size of this struct.
/// Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_options_init(options: *mut m2f_runtime_options, size: usize) -> m2f_status {
    // SAFETY: the caller's promise.
    guard(|| unsafe { options::init(options, size) })
}

/// Creates a runtime: finds the instruction set and starts the threads, which sleep until there is work.
///
/// Parameters: `options`, or NULL for the defaults; `out`, receives the runtime.
/// Returns: OK; INVALID_ARGUMENT (a count, flag or level out of range); INVALID_STRUCT_SIZE; UNSUPPORTED (memory
/// callbacks); OUT_OF_MEMORY (threads could not be started).
/// Ownership: the caller's; end it with [`m2f_runtime_destroy`]. Models and sessions keep it alive.
/// Threads: any. Cost: under a millisecond.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_create(
    options: *const m2f_runtime_options,
    out: *mut *mut m2f_runtime,
) -> m2f_status {
    guard(|| {
        writable(out, "out")?;
        // SAFETY: the caller's promise.
        let options = unsafe { options::read(options) }?;
        let runtime = Runtime::new(&convert(&options)?)?;
        // SAFETY: checked above.
        unsafe { give(m2f_runtime(runtime), out) };
        Ok(())
    })
}

/// Ends a runtime. Models, sessions and results made on it live on until they are destroyed themselves.
///
/// Parameters: `runtime`, or NULL for nothing. Threads: any, but not while another call uses this handle.
///
/// # Safety
/// `runtime` is NULL or a handle that was not destroyed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_destroy(runtime: *mut m2f_runtime) {
    // SAFETY: the caller's promise.
    unsafe { destroy(runtime) };
}

/// What the runtime computes on, such as `cpu avx2, 8 threads`.
///
/// Parameters: `buffer` with room for `capacity` bytes, or NULL and 0 to query; `count`, receives the bytes needed, the
/// terminating NUL included (may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL.
/// Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_runtime_backend_name(
    runtime: *const m2f_runtime,
    buffer: *mut c_char,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: the caller's promise.
    guard(|| unsafe { text::copy_out(&borrow(runtime, "runtime")?.0.backend_name(), buffer, capacity, count) })
}

fn convert(options: &m2f_runtime_options) -> Result<RuntimeOptions, Failure> {
    if options.allocate.is_some() || options.free.is_some() {
        let detail = "memory callbacks are not supported by this version";
        return Err(Failure::new(m2f_status::M2F_STATUS_UNSUPPORTED, detail));
    }
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
        log_level,
        log: sink(options.log, options.log_user),
    })
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
        let level = match level {
            LogLevel::Error => m2f_log_level::M2F_LOG_ERROR,
            LogLevel::Warning => m2f_log_level::M2F_LOG_WARNING,
            LogLevel::Info => m2f_log_level::M2F_LOG_INFO,
        };
        let text = CString::new(message.replace('\0', " ")).unwrap_or_default();
        // SAFETY: the host's own function, called inside a call of the host's.
        unsafe { callback(level, text.as_ptr(), user.0) };
    }))
}
