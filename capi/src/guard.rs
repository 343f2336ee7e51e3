//! The frame of every exported function: a panic becomes a status, a failure becomes the last error.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use media2face::internals::memory;

use super::error::{Failure, m2f_status, remember};
use super::heap::HEAP;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// How the names of the library's own threads begin.
const OWN_THREADS: &str = "m2f-";

/// Silences the panic messages of the library's own threads and of calls through the C ABI. Every other panic goes to the host's
/// own hook.
fn silence_own_panics() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let host = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if cfg!(panic = "abort") {
                // Nothing will catch it. A host that survives, as one of a WebAssembly module does, can still ask why.
                remember(format_args!("internal error: {info}"));
            }
            let own = std::thread::current().name().is_some_and(|name| name.starts_with(OWN_THREADS));
            if !own && !INSIDE.try_with(Cell::get).unwrap_or(false) {
                host(info);
            }
        }));
    });
}

/// Runs the body of an exported function. If the body used the reserve of memory, the call ends as OUT_OF_MEMORY. So a body
/// writes its outputs at its end, after [`check_memory`].
pub(super) fn guard(body: impl FnOnce() -> Result<(), Failure>) -> m2f_status {
    memory::begin();
    if let Err(bytes) = HEAP.ready() {
        remember(format_args!("no memory for {bytes} bytes: what the library keeps for a call"));
        return m2f_status::M2F_STATUS_OUT_OF_MEMORY;
    }
    inside(body)
}

/// Makes sure that nothing is handed out that was made from the reserve.
pub(super) fn check_memory() -> Result<(), Failure> {
    Ok(memory::check("this call")?)
}

fn inside(body: impl FnOnce() -> Result<(), Failure>) -> m2f_status {
    silence_own_panics();
    let outer = INSIDE.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(body));
    INSIDE.set(outer);
    let failure = match outcome {
        Ok(Ok(())) => return m2f_status::M2F_STATUS_OK,
        Ok(Err(failure)) => failure,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            Failure::new(m2f_status::M2F_STATUS_INTERNAL, format!("internal error: {}", text.unwrap_or("unknown")))
        }
    };
    if failure.status == m2f_status::M2F_STATUS_NOT_READY {
        return failure.status;
    }
    // What failed otherwise may have done so for want of memory: a file that could not be opened, a thread not started.
    let failure = match memory::refused() {
        0 => failure,
        _ if failure.status == m2f_status::M2F_STATUS_OUT_OF_MEMORY => failure,
        bytes => {
            remember(format_args!("no memory for {bytes} bytes: {}", failure.detail));
            return m2f_status::M2F_STATUS_OUT_OF_MEMORY;
        }
    };
    remember(format_args!("{}", failure.detail));
    failure.status
}

/// The frame of a function that an audio thread may call: no memory, no lock, no text of an error, and nothing of the thread's
/// own, which some systems take memory for. A status is all that it tells.
pub(super) fn bare(body: impl FnOnce() -> Result<(), m2f_status>) -> m2f_status {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => m2f_status::M2F_STATUS_OK,
        Ok(Err(status)) => status,
        Err(_) => m2f_status::M2F_STATUS_INTERNAL,
    }
}

/// An argument that must be given: the object behind a handle, or the place for an output.
pub(super) fn given<T>(argument: Option<T>, name: &str) -> Result<T, Failure> {
    argument.ok_or_else(|| Failure::argument(format!("{name} is NULL")))
}

/// The same for an argument that stays a pointer.
pub(super) fn not_null<T>(pointer: *const T, name: &str) -> Result<(), Failure> {
    given((!pointer.is_null()).then_some(()), name)
}

/// Writes one value of the object behind a handle.
pub(super) fn get<H, T>(
    handle: Option<&H>,
    name: &str,
    out: Option<&mut MaybeUninit<T>>,
    value: impl FnOnce(&H) -> Result<T, Failure>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        out.write(value(given(handle, name)?)?);
        Ok(())
    })
}

/// Hands an object to the caller, unless it was made from the reserve.
pub(super) fn give<T>(value: T, out: &mut MaybeUninit<*mut T>) -> Result<(), Failure> {
    let handle = Box::new(value);
    check_memory()?;
    out.write(Box::into_raw(handle));
    Ok(())
}

/// Ends an object that [`give`] handed out. NULL does nothing.
pub(super) fn destroy<T>(handle: Option<Box<T>>) {
    if let Some(handle) = handle {
        // With or without memory.
        memory::begin();
        inside(|| {
            drop(handle);
            Ok(())
        });
    }
}
