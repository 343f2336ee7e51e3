//! A screen for programs that draw into a window, where there is none: Xvfb, which draws into memory.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::need::Need;

/// The screen, and what draws on it in three dimensions.
pub(crate) const XVFB: [Need; 2] =
    [Need::Program("Xvfb", "xvfb"), Need::File("/usr/lib/x86_64-linux-gnu/dri/swrast_dri.so", "libgl1-mesa-dri")];

/// It ends when it is dropped.
pub(crate) struct Screen {
    server: Child,
    name: String,
}

impl Screen {
    /// Starts one on a number that is free.
    pub(crate) fn new() -> Result<Self> {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]);
        let mut server = xvfb.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("cannot start Xvfb")?;
        let mut number = String::new();
        let told = server.stdout.take().context("Xvfb tells its number")?;
        BufReader::new(told).read_line(&mut number)?;
        let screen = Self { server, name: format!(":{}", number.trim()) };
        ensure!(screen.name.len() > 1, "Xvfb did not start");
        Ok(screen)
    }

    /// What DISPLAY is to be.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
