//! What the validation layer says about child processes. The layer truncates the log that it is told to write, once per
//! instance, so all processes are given one named pipe, which a thread here drains into target/vulkan/validation.log.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::Command;
use std::thread::JoinHandle;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, output, run, target};
use crate::vulkan::{self, Environment};

/// The pipe and its reader.
struct Log {
    path: PathBuf,
    /// Held open for writing, so that processes may come and go.
    pipe: File,
    reader: JoinHandle<std::io::Result<String>>,
}

/// No message of the layer looks like this line.
const END: &str = "-- end of the log --";

impl Log {
    /// Makes the pipe and begins to read.
    fn open() -> Result<Self> {
        let path = target().join("vulkan/validation.pipe");
        let _ = std::fs::remove_file(&path);
        output(Command::new("mkfifo").arg(&path))?;
        let pipe = File::options().read(true).write(true).open(&path)?;
        let lines = BufReader::new(pipe.try_clone()?).lines();
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            for line in lines {
                let line = line?;
                if line == END {
                    break;
                }
                text = text + &line + "\n";
            }
            Ok(text)
        });
        Ok(Self { path, pipe, reader })
    }

    /// What was said until now.
    fn close(mut self) -> Result<String> {
        write!(self.pipe, "\n{END}\n")?;
        let text = self.reader.join().ok().context("the reader of the validation log")??;
        std::fs::remove_file(self.path)?;
        Ok(text.trim().to_owned())
    }
}

/// Runs a program on all test drivers under the validation layer, with `M2F_TEST_VULKAN=require`: fails when the layer
/// says anything, or when it is blind to a planted hazard.
pub(crate) fn run_silent(program: &mut Command) -> Result<()> {
    let drivers = vulkan::environment()?;
    let devices = vulkan::devices()?;
    println!("   {}", devices.join("\n   "));
    let (ran, said) = listen(&drivers, &mut hazard(&[]))?;
    ran?;
    let reported = said.matches("[ SYNC-HAZARD-").count();
    ensure!(
        reported == devices.len(),
        "the planted hazard was reported on {reported} of {} devices: validation is blind here\n{said}",
        devices.len()
    );
    for program in [&mut hazard(&["barrier"]), program.env("M2F_TEST_VULKAN", "require")] {
        let (ran, said) = listen(&drivers, program)?;
        let path = target().join("vulkan/validation.log");
        std::fs::write(&path, &said)?;
        ran?;
        ensure!(said.is_empty(), "the validation layer spoke; {}:\n{said}", path.display());
    }
    println!("   validation with synchronization checks: the planted hazard, and no other message");
    Ok(())
}

/// tools/hazard, which must be reported without and silent with the argument `barrier`.
fn hazard(arguments: &[&str]) -> Command {
    let mut program = cargo(&["run", "--quiet", "--package", "hazard", "--"]);
    program.args(arguments);
    program
}

/// Runs a program under the layer: how it ended, and what the layer said.
fn listen(drivers: &Environment, program: &mut Command) -> Result<(Result<()>, String)> {
    let log = Log::open()?;
    let environment = [drivers.clone(), vulkan::layer(Some(&log.path))].concat();
    let ran = run(program.envs(environment));
    Ok((ran, log.close()?))
}
