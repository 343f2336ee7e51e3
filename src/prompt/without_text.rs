//! In the place of the tokenizer in a build without prompts.

use crate::error::{Error, Result};

/// Token ids of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Start, the prompt's tokens, end.
    pub ids: Vec<u32>,
    /// True when the prompt had more tokens than the tower's context takes.
    pub truncated: bool,
}

/// Turns no prompt into token ids.
pub struct Tokenizer;

impl Tokenizer {
    /// For any tower.
    ///
    /// # Errors
    /// None.
    #[allow(clippy::unnecessary_wraps, reason = "as the other one")]
    pub fn new(_: usize, _: usize) -> Result<Self> {
        Ok(Self)
    }

    /// Nothing is expected.
    pub fn expect_prompts(&self) {}

    /// # Errors
    /// `Unsupported`.
    pub fn tokenize(&self, _: &str) -> Result<Tokens> {
        Err(Error::Unsupported("this library was built without prompts in words".to_owned()))
    }
}
