//! Builds and runs the samples.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::apt;
use crate::command::{cargo, command, root, run, target};

/// Languages with samples.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Language {
    /// C99, with the static library.
    C,
}

/// Builds the samples of a language and runs `minimal` on the sample audio with the starter model.
pub(crate) fn sample(language: Language) -> Result<()> {
    match language {
        Language::C => {
            let program = build_c()?;
            let csv = target().join("samples/hello.csv");
            let _ = std::fs::remove_file(&csv);
            let (model, audio) = (root().join("models/starter.m2f"), root().join("samples/audio/hello.wav"));
            run(std::process::Command::new(&program).arg(model).arg(audio).arg(&csv))?;
            let rows = std::fs::read_to_string(&csv)?.lines().count();
            if rows < 30 {
                bail!("{} has {rows} rows", csv.display());
            }
            println!("samples/c/minimal: {rows} rows in {}", csv.display());
            Ok(())
        }
    }
}

/// Compiles samples/c/minimal.c as strictly as C99 can be.
pub(crate) fn build_c() -> Result<PathBuf> {
    apt::need("gcc", "gcc")?;
    run(&mut cargo(&["build", "--release", "--package", "media2face"]))?;
    let folder = target().join("samples");
    std::fs::create_dir_all(&folder)?;
    let program = folder.join("minimal");
    let library = target().join("release/libmedia2face.a");
    let (program_text, library_text) = (program.to_string_lossy(), library.to_string_lossy());
    let strict = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-O1", "-g"];
    let link = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];
    let mut gcc = command("gcc", &strict);
    gcc.args(["-Iinclude", "samples/c/minimal.c", "-o", &program_text, &library_text]).args(link);
    run(&mut gcc)?;
    Ok(program)
}
