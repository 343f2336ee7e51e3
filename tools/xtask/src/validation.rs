//! What the validation layer says about child processes. The layer truncates the log that it is told to write, once per
//! instance, so all processes are given one named pipe, which a thread here drains into target/vulkan/validation.log.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::Command;
use std::thread::JoinHandle;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, output, run, target};
use crate::vulkan::{Environment, validation};

/// The pipe and its reader.
pub(crate) struct Log {
    path: PathBuf,
    /// Held open for writing, so that processes may come and go.
    pipe: File,
    reader: JoinHandle<std::io::Result<String>>,
}

/// No message of the layer looks like this line.
const END: &str = "-- end of the log --";

impl Log {
    /// Makes the pipe and begins to read.
    pub(crate) fn open() -> Result<Self> {
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

    /// The validation layer over all instances of a child process, writing to this log.
    pub(crate) fn environment(&self) -> Environment {
        validation(Some(&self.path))
    }

    /// What was said until now.
    pub(crate) fn close(mut self) -> Result<String> {
        write!(self.pipe, "\n{END}\n")?;
        let text = self.reader.join().ok().context("the reader of the validation log")??;
        std::fs::remove_file(self.path)?;
        Ok(text.trim().to_owned())
    }
}

/// Runs `check` with the layer's environment and fails when the layer said anything.
pub(crate) fn silent(drivers: &Environment, check: impl FnOnce(&Environment) -> Result<()>) -> Result<()> {
    let log = Log::open()?;
    let checked = check(&[drivers.clone(), log.environment()].concat());
    let said = log.close()?;
    let path = target().join("vulkan/validation.log");
    std::fs::write(&path, &said)?;
    checked?;
    let messages = said.matches("Validation ").count().max(usize::from(!said.is_empty()));
    ensure!(messages == 0, "{messages} messages of the validation layer, in {}:\n{said}", path.display());
    println!("   validation with synchronization checks: no message");
    Ok(())
}

/// The layer must report a planted hazard on every device, and be silent once a barrier cures it.
pub(crate) fn control(drivers: &Environment, devices: usize) -> Result<()> {
    let hazard = |arguments: &[&str], environment: &Environment| {
        let program = ["run", "--quiet", "--package", "hazard", "--"];
        run(cargo(&program).args(arguments).envs(environment.iter().cloned()))
    };
    let log = Log::open()?;
    let ran = hazard(&[], &[drivers.clone(), log.environment()].concat());
    let said = log.close()?;
    ran?;
    let reported = said.matches("[ SYNC-HAZARD-").count();
    ensure!(
        reported == devices,
        "the planted hazard was reported on {reported} of {devices} devices: validation is blind here\n{said}"
    );
    silent(drivers, |environment| hazard(&["barrier"], environment))
}
