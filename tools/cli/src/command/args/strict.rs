//! What becomes of a style that says nothing to the model.

use std::sync::Arc;

use anyhow::{Result, ensure};
use clap::Args;
use media2face::{Model, PromptReading, Style};

/// Whether a style has to say something.
#[derive(Args)]
pub struct Strict {
    /// Fail where a style says nothing to the model, instead of a warning
    #[arg(long)]
    pub strict: bool,
}

impl Strict {
    /// What a style says to the model. `None` where it says nothing, of which the job warns, and of a pack that does not tell
    /// what its codes say: it has nothing to be strict about.
    pub fn read(&self, model: &Model, style: &Arc<Style>) -> Result<Option<PromptReading>> {
        if model.manifest().style_reader.is_none() {
            return Ok(None);
        }
        let reading = model.read_prompt(style)?;
        let Some(warning) = reading.warning(&style.to_string()) else { return Ok(Some(reading)) };
        ensure!(!self.strict, "{warning}");
        Ok(None)
    }

    /// Refuses a style that says nothing, where that was asked for.
    pub fn check(&self, model: &Model, style: &Arc<Style>) -> Result<()> {
        if self.strict { self.read(model, style).map(drop) } else { Ok(()) }
    }
}
