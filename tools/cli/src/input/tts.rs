//! Texts that another program speaks into a WAV file.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempPath;

use crate::process::temporary::{self, Temporary};
use crate::process::{interrupt, messages};

/// How often a program that speaks is looked after.
const LOOK: Duration = Duration::from_millis(5);

/// The words of a command, two of which have the marks `{text}` and `{out}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    line: String,
    words: Vec<String>,
}

impl Words {
    /// As it was given.
    pub fn line(&self) -> &str {
        &self.line
    }
}

impl FromStr for Words {
    type Err = String;

    /// Split as a shell splits words, quotes and all; no shell is asked.
    fn from_str(line: &str) -> Result<Self, String> {
        let words = shlex::split(line).filter(|words| !words.is_empty());
        let words = words.ok_or("it is no command: a quote is left open, or it is empty")?;
        for mark in ["{text}", "{out}"] {
            if !words[1..].iter().any(|word| word.contains(mark)) {
                return Err(format!("{mark} is missing: expected such as espeak-ng -v en -w {{out}} -- {{text}}"));
            }
        }
        Ok(Self { line: line.to_owned(), words })
    }
}

/// A command that speaks texts.
#[derive(Clone)]
pub struct Speaker {
    words: Words,
    timeout: Duration,
}

impl Speaker {
    /// One that may take so long for a text.
    pub fn new(words: Words, timeout: Duration) -> Self {
        Self { words, timeout }
    }

    /// A text as a temporary sound in a folder.
    ///
    /// # Errors
    /// For a program that cannot be started, fails, takes too long or writes nothing.
    pub fn spoken(&self, text: &str, folder: &Path) -> Result<Spoken> {
        let make = || {
            let file = tempfile::Builder::new().prefix("m2f-").suffix(".wav").tempfile_in(folder)?;
            Ok(file.into_temp_path())
        };
        let (path, temporary) =
            temporary::make(make, |path| path).with_context(|| format!("cannot write in {}", folder.display()))?;
        self.speak(text, &path)?;
        Ok(Spoken { path, _temporary: temporary })
    }

    /// Has a text spoken into a file.
    fn speak(&self, text: &str, out: &Path) -> Result<()> {
        let path = out.to_str().context("the path of the temporary sound is not in UTF-8")?;
        // The text last: it may have the other mark in it.
        let filled = |word: &String| word.replace("{out}", path).replace("{text}", text);
        let program = &self.words.words[0];
        let mut command = Command::new(program);
        command.args(self.words.words[1..].iter().map(filled));
        let mut said = tempfile::tempfile().context("cannot make a temporary file")?;
        let mut running = Running::start(&mut command, program, &said)?;
        let begun = Instant::now();
        let status = loop {
            interrupt::check()?;
            if let Some(status) = running.0.try_wait().context("cannot wait for the program that speaks")? {
                break status;
            }
            let timeout_s = self.timeout.as_secs();
            ensure!(
                begun.elapsed() < self.timeout,
                "{program} speaks for more than {timeout_s} s, and was ended: --tts-timeout-s gives it longer"
            );
            std::thread::sleep(LOOK);
        };
        ensure!(status.success(), "{program} failed ({status}): {}", messages::read(&mut said));
        let length = std::fs::metadata(out).map_or(0, |metadata| metadata.len());
        ensure!(length > 0, "{program} wrote nothing into {{out}}: {}", messages::read(&mut said));
        Ok(())
    }
}

/// A text as sound, as long as this lives.
pub struct Spoken {
    path: TempPath,
    _temporary: Temporary,
}

impl Spoken {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// What a line is told that is a text, where nothing speaks.
pub const NO_SPEAKER: &str = "a text needs something that speaks it: --tts COMMAND";

/// A running program; dropped, it is ended with all that it started.
struct Running(Child);

impl Running {
    fn start(command: &mut Command, program: &str, said: &File) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let said = || said.try_clone().context("cannot make a temporary file");
        match command.stdin(Stdio::null()).stdout(said()?).stderr(said()?).spawn() {
            Ok(child) => Ok(Self(child)),
            Err(error) if error.kind() == ErrorKind::NotFound => bail!("there is no program {program}"),
            Err(error) => Err(error).with_context(|| format!("cannot start {program}")),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        // All of these fail for programs that have ended.
        #[cfg(unix)]
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(self.0.id() as i32), nix::sys::signal::SIGKILL);
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_has_its_marks_behind_the_program() {
        assert!("espeak-ng -w {out} -- {text}".parse::<Words>().is_ok());
        for (line, reason) in [
            ("", "it is empty"),
            ("say 'a", "a quote is left open"),
            ("espeak-ng {text}", "{out} is missing"),
            ("{text} {out}", "{text} is missing"),
        ] {
            let error = line.parse::<Words>().unwrap_err();
            assert!(error.contains(reason), "{line:?}: {error}");
        }
    }

    #[cfg(unix)]
    fn speaker(line: &str, timeout: Duration) -> Speaker {
        Speaker::new(line.parse().unwrap(), timeout)
    }

    #[cfg(unix)]
    #[test]
    fn words_stay_whole_and_no_shell_sees_them() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("o.wav");
        let text = "it's {out} \"$(id)\"; `x` *";
        let speaker = speaker("sh -c 'printf %s \"$2\" > \"$1\"' name {out} {text}", Duration::from_secs(600));
        speaker.speak(text, &out).unwrap();
        assert_eq!(std::fs::read_to_string(&out).unwrap(), text);
    }

    #[cfg(unix)]
    #[test]
    fn programs_that_fail_hang_or_write_nothing_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("o.wav");
        let error = |line: &str, timeout| format!("{:#}", speaker(line, timeout).speak("a", &out).unwrap_err());
        let long = Duration::from_secs(600);
        let failed = error("sh -c 'echo no voice >&2; exit 3' x {out} {text}", long);
        assert!(failed.starts_with("sh failed") && failed.ends_with("no voice"), "{failed}");
        assert!(error("true {out} {text}", long).starts_with("true wrote nothing into {out}"));
        assert_eq!(error("no-such-program {out} {text}", long), "there is no program no-such-program");
        let hung = error("sh -c 'sleep 900 & sleep 900' x {out} {text}", Duration::from_millis(50));
        assert!(hung.contains("--tts-timeout-s gives it longer"), "{hung}");
    }
}
