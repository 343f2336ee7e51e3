//! Lines for the user on stdout and stderr. A full or closed end of them is no reason to stop, and none to panic as `eprintln!`
//! does: what cannot be told is lost, and the exit status tells the rest.

use std::io::{ErrorKind, Write};

use anyhow::{Context, Result};

/// A line on stderr.
pub fn line(text: &str) {
    // In one piece, so that lines of several processes stay whole.
    let _ = std::io::stderr().write_all(format!("{text}\n").as_bytes());
}

/// Tells the user of something that was done otherwise than asked.
pub fn warning(message: &str) {
    line(&format!("warning: {message}"));
}

/// What a command was asked for, on stdout; nothing where that has gone out before.
pub fn report(text: &str) -> Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        // A reader that closed its end has what it wanted.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to stdout"),
    }
}

/// Help, or what is wrong with the command line: the exit status.
pub fn usage(answer: &clap::Error) -> u8 {
    match (answer.print(), answer.exit_code()) {
        (Err(error), 0) if error.kind() != ErrorKind::BrokenPipe => 1,
        (_, code) => code as u8,
    }
}
