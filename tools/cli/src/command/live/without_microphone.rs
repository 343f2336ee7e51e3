//! In the place of the microphone in a build without: it cannot be opened.

use std::sync::Arc;

use anyhow::{Result, bail};

use super::ear::Ear;

/// None there is.
pub enum Microphone {}

impl Microphone {
    pub fn open(_: &str) -> Result<Self> {
        bail!(
            "this m2f was built without a microphone (cargo build -p m2f --features microphone has it): pipe one into the \
             standard input, as in arecord -t raw -f S16_LE -r 16000 -c 1 | m2f live"
        )
    }

    pub fn rate_hz(&self) -> u32 {
        match *self {}
    }

    pub fn channels(&self) -> u32 {
        match *self {}
    }

    pub fn name(&self) -> &str {
        match *self {}
    }

    pub fn run(self, _: &Arc<Ear>) -> Result<()> {
        match self {}
    }
}
