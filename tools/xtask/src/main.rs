//! The project's own chores: `cargo xtask test` checks everything that runs without a GPU.

mod apt;
mod command;
mod header;
mod sample;
mod shaders;
mod symbols;
mod test;

use clap::{Parser, Subcommand};

/// The project's own chores.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Write include/media2face.h from src/ffi; with --check only compare.
    Header {
        /// Fail when the committed header is not the generated one.
        #[arg(long)]
        check: bool,
    },
    /// Compile shaders/*.comp to shaders/spirv; with --check only compare. Then validate the modules.
    Shaders {
        /// Fail when a committed module is not what its source compiles to.
        #[arg(long)]
        check: bool,
    },
    /// Check everything that runs without a GPU: format, lints, docs, layers, tests, header, symbols, samples.
    Test,
    /// Build and run a sample.
    Sample {
        /// The language.
        language: sample::Language,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().chore {
        Chore::Header { check } => header::run(check),
        Chore::Shaders { check } => shaders::run_all(check),
        Chore::Test => test::run_all(),
        Chore::Sample { language } => sample::sample(language),
    }
}
