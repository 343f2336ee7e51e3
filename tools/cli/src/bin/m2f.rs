//! The `m2f` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    m2f::main()
}
