//! Ctrl-C, Ctrl-Break and the closing of the console, as far as the system tells of them.

use std::io;

/// Calls `arrived` with the number of SIGINT at each of them from now on.
pub fn listen(arrived: fn(i32)) -> io::Result<()> {
    ctrlc::set_handler(move || arrived(2)).map_err(io::Error::other)
}
