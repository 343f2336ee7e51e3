//! The `m2f` command: sound in; CSV, JSON, glTF, contact sheets and films out; films in, data sets out.
//!
//! Exit status: 0; 2 for wrong usage; 3 where lines of a table failed and the others are done; 1 for a failure, with one line that begins with `error:` on stderr; behind that of a
//! script's faults stands a line for each. Ended by a signal, 128 and its number.

// A command has no public API: `pub` says that other modules use it. `reads` is there for fuzz/.
#![allow(unreachable_pub, missing_docs)]

#[cfg(test)]
#[path = "../../../tests/support/counting.rs"]
mod allocations;
mod command;
mod emit;
mod input;
mod process;
pub mod reads;
mod render;

use std::process::ExitCode;
use std::time::Instant;

use command::args::{Cli, Command};
use command::{animate, bake, bench, compare, convert, devices, extract, inspect, live, retarget, scene};
use process::{interrupt, tell};

#[cfg(test)]
#[global_allocator]
static COUNTING: allocations::Counting = allocations::Counting;

/// Does what the arguments of the process say.
pub fn main() -> ExitCode {
    let start = Instant::now();
    let (cli, given) = match Cli::read(std::env::args_os()) {
        Ok(read) => read,
        Err(answer) => return ExitCode::from(tell::usage(&answer)),
    };
    let report = match cli.command {
        Command::Animate(args) => animate::run(&args, &given),
        Command::Bake(args) => bake::run(&args, &given),
        Command::Scene(args) => scene::run(&args, &given),
        Command::Live(args) => live::run(&args),
        Command::Retarget(args) => retarget::run(&args),
        Command::Extract(args) => extract::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Identities(args) => inspect::identities(&args),
        Command::Bench(args) => bench::run(&args, start),
        Command::Devices(args) => devices::run(&args),
        Command::Convert(args) => convert::run(&args),
    };
    match report.and_then(|report| tell::report(&report)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            match error.downcast_ref::<scene::Report>() {
                Some(report) => tell::line(&format!("error: {report}")),
                None => tell::line(&format!("error: {}", format!("{error:#}").replace('\n', " "))),
            }
            let partly = error.is::<bake::Partly>().then_some(bake::Partly::STATUS);
            interrupt::exit_code().or(partly).map_or(ExitCode::FAILURE, ExitCode::from)
        }
    }
}
