//! Handlers that write a signal's number into a pipe, and a thread that reads it: a handler itself may do next to nothing.

use std::io::{self, PipeWriter, Read};
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

/// The end of the pipe that handlers write to, which is never closed.
static PIPE: AtomicI32 = AtomicI32::new(-1);

extern "C" fn handle(signal: libc::c_int) {
    let errno = Errno::last_raw();
    let byte = signal as u8;
    // SAFETY: write may be called in a handler; the byte lives until it returns, and the descriptor is never closed.
    unsafe { libc::write(PIPE.load(Ordering::Relaxed), (&raw const byte).cast(), 1) };
    Errno::set_raw(errno);
}

/// Calls `arrived` with each signal from now on. One that is ignored stays so: `nohup` asks for that.
pub fn listen(arrived: fn(i32)) -> io::Result<()> {
    let (mut reader, writer): (_, PipeWriter) = io::pipe()?;
    PIPE.store(writer.as_raw_fd(), Ordering::Relaxed);
    std::mem::forget(writer);
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut signal = [0];
        while reader.read_exact(&mut signal).is_ok() {
            arrived(i32::from(signal[0]));
        }
    })?;
    // Calls that a signal came into go on: what waits for long looks for signals itself.
    let action = SigAction::new(SigHandler::Handler(handle), SaFlags::SA_RESTART, SigSet::empty());
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        // SAFETY: the handler does nothing but write to a pipe, which is open from here on.
        let before = unsafe { sigaction(signal, &action) }?;
        if matches!(before.handler(), SigHandler::SigIgn) {
            // SAFETY: it is what was there a moment ago.
            unsafe { sigaction(signal, &before) }?;
        }
    }
    Ok(())
}
