//! The `m2f` command: sound in; CSV, JSON, glTF, contact sheets and films out; films in, data sets out.
//!
//! Exit status: 0; 2 for wrong usage; 1 for a failure, with one line that begins with `error:` on stderr; behind that of a
//! script's faults stands a line for each. Ended by a signal, 128 and its number.

// A command has no public API: `pub` says that other modules use it. `reads` is there for fuzz/.
#![allow(unreachable_pub, missing_docs)]

#[cfg(test)]
#[path = "../../../tests/support/counting.rs"]
mod allocations;
mod animate;
mod args;
mod bench;
mod compare;
mod convert;
mod devices;
mod emit;
mod envelope;
mod extract;
mod face;
mod ffmpeg;
mod file;
mod generate;
mod inspect;
mod interrupt;
mod keyframe;
mod mesh;
mod model;
mod obj;
mod order;
mod output;
mod placement;
mod profile;
mod progress;
pub mod reads;
mod recording;
mod render;
mod scene;
mod sound;
mod summary;
mod tell;
mod temporary;
mod text;
mod track;
mod usage;
mod vector;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use args::{Cli, Command};

#[cfg(test)]
#[global_allocator]
static COUNTING: allocations::Counting = allocations::Counting;

/// Does what the arguments of the process say.
pub fn main() -> ExitCode {
    let start = Instant::now();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return ExitCode::from(tell::usage(&answer)),
    };
    let report = match cli.command {
        Command::Animate(args) => animate::run(&args),
        Command::Scene(args) => scene::run(&args),
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
            interrupt::exit_code().map_or(ExitCode::FAILURE, ExitCode::from)
        }
    }
}
