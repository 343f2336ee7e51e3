//! The `m2f` command: sound in; CSV, JSON, glTF, contact sheets and films out; films in, data sets out.
//!
//! Exit status: 0; 2 for wrong usage; 1 for a failure, with one line that begins with `error:` on stderr; behind that of a
//! script's faults stands a line for each.

// A command has no public API: `pub` says that other modules use it.
#![allow(unreachable_pub, missing_docs)]

#[cfg(test)]
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
mod recording;
mod render;
mod scene;
mod sound;
mod summary;
mod text;
mod track;
mod usage;
mod vector;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let start = Instant::now();
    let report = match Cli::parse().command {
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
    match report.and_then(|report| print(&report)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            match error.downcast_ref::<scene::Report>() {
                Some(report) => eprintln!("error: {report}"),
                None => eprintln!("error: {}", format!("{error:#}").replace('\n', " ")),
            }
            ExitCode::FAILURE
        }
    }
}

fn print(report: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{report}").and_then(|()| out.flush()) {
        // A reader that closed its end has what it wanted.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to stdout"),
    }
}
