//! What speaks texts.

use clap::Args;

use crate::input::tts::{Speaker, Words};

/// A command that speaks, and how long it may take.
#[derive(Args)]
pub struct Tts {
    /// Command that speaks texts: {text} and {out}, a WAV file, are put in its words, and no shell sees them. Such as
    /// 'espeak-ng -v en -w {out} -- {text}'
    #[arg(long, value_name = "COMMAND")]
    pub tts: Option<Words>,
    /// Longest that a text may take to be spoken, seconds
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = super::value::count(86_400))]
    pub tts_timeout_s: u32,
}

impl Tts {
    /// As texts are given to it; `None` where no command was given.
    pub fn speaker(&self) -> Option<Speaker> {
        let Self { tts, tts_timeout_s } = self;
        tts.as_ref().map(|words| Speaker::new(words.clone(), std::time::Duration::from_secs(u64::from(*tts_timeout_s))))
    }
}
