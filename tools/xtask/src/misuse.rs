//! Programs that misuse the C ABI, tests/c: every call answers.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::checks::{library, memcheck, tiny_pack};
use crate::command::run;
use crate::sample;
use crate::test::Extent;

/// NULL, sizes and counts; odd numbers; threads and orders of destruction; streams.
const PROGRAMS: [&str; 4] = ["misuse", "odd", "threads", "streams"];

fn programs(extent: Extent) -> Result<Vec<PathBuf>> {
    let compile = |name| sample::compile_c(&format!("tests/c/{name}.c"), "-std=c99", library(extent));
    PROGRAMS.into_iter().map(compile).collect()
}

pub(crate) fn natively(extent: Extent) -> Result<()> {
    let pack = tiny_pack()?;
    programs(extent)?.iter().try_for_each(|program| run(Command::new(program).arg(&pack)))
}

pub(crate) fn under_memcheck(extent: Extent) -> Result<()> {
    let pack = tiny_pack()?;
    programs(extent)?.iter().try_for_each(|program| run(memcheck().arg(program).arg(&pack)))
}
