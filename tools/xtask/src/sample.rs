//! Builds and runs the samples.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::command::{cargo, command, root, run, target};
use crate::need::{Need, need};
use crate::release;

/// Languages with samples.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Language {
    /// C99, with the static library.
    C,
}

/// How the library is built.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// As the tests are: nothing is compiled for it alone.
    Dev,
    /// As a host gets it.
    Release,
}

impl Profile {
    /// Builds the library.
    pub(crate) fn build(self) -> Result<()> {
        match self {
            Self::Dev => run(&mut cargo(&["build", "--workspace"])),
            Self::Release => release::build_library(),
        }
    }

    /// Where it lies.
    pub(crate) fn folder(self) -> PathBuf {
        match self {
            Self::Dev => target().join("debug"),
            Self::Release => release::folder(),
        }
    }
}

/// Programs in samples/c.
const C_SAMPLES: [&str; 3] = ["minimal", "styles", "streaming"];

/// Builds the samples of a language and runs each on the sample audio with the starter model.
pub(crate) fn sample(language: Language, profile: Profile) -> Result<()> {
    match language {
        Language::C => {
            for name in C_SAMPLES {
                let program = build_c(name, profile)?;
                let csv = target().join(format!("samples/{name}.csv"));
                let _ = std::fs::remove_file(&csv);
                let (model, audio) = (root().join("models/starter.m2f"), root().join("samples/audio/hello.wav"));
                run(std::process::Command::new(&program).arg(model).arg(audio).arg(&csv))?;
                let rows = std::fs::read_to_string(&csv)?.lines().count();
                if rows < 30 {
                    bail!("{} has {rows} rows", csv.display());
                }
                println!("samples/c/{name}: {rows} rows in {}", csv.display());
            }
            Ok(())
        }
    }
}

/// Compiles samples/c/{name}.c as strictly as C99 can be.
pub(crate) fn build_c(name: &str, profile: Profile) -> Result<PathBuf> {
    compile_c(&format!("samples/c/{name}.c"), "-std=c99", profile)
}

/// Compiles a program of the repository with the static library, without a warning.
pub(crate) fn compile_c(source: &str, standard: &str, profile: Profile) -> Result<PathBuf> {
    need(Need::Program("gcc", "gcc"))?;
    profile.build()?;
    let folder = target().join("samples");
    std::fs::create_dir_all(&folder)?;
    let program = folder.join(Path::new(source).file_stem().unwrap_or_default());
    let library = profile.folder().join("libmedia2face.a");
    let (program_text, library_text) = (program.to_string_lossy(), library.to_string_lossy());
    let strict = [standard, "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-O1", "-g"];
    let link = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];
    let mut gcc = command("gcc", &strict);
    gcc.args(["-Iinclude", source, "-o", &program_text, &library_text]).args(link);
    run(&mut gcc)?;
    Ok(program)
}
