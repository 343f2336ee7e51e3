//! The lines that a control socket takes.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use media2face::{Model, Style};
use serde_json::json;

use super::super::ear::Ear;
use crate::input::guidance::strength;

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// A style and its strength, or none.
    Style(Option<(String, f32)>),
    Listen(bool),
    /// Of the audio and of the style; `None` is the pack's, or the options'.
    Guidance([Option<f32>; 2]),
    Interrupt,
    Flush,
    Reset,
    State,
}

const FORMS: &str =
    "style TEXT [@STRENGTH], style -, listen on|off, guidance AUDIO STYLE, interrupt, flush, reset, state";

impl FromStr for Order {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        match (word, rest) {
            ("style", "") => Err("style what? style TEXT [@STRENGTH], or style - for none".to_owned()),
            ("style", "-") => Ok(Self::Style(None)),
            ("style", text) => style(text).map(|style| Self::Style(Some(style))),
            ("listen", "on") => Ok(Self::Listen(true)),
            ("listen", "off") => Ok(Self::Listen(false)),
            ("listen", _) => Err("listen on, or listen off".to_owned()),
            ("guidance", values) => guidance(values).map(Self::Guidance),
            ("interrupt", "") => Ok(Self::Interrupt),
            ("flush", "") => Ok(Self::Flush),
            ("reset", "") => Ok(Self::Reset),
            ("state", "") => Ok(Self::State),
            _ => Err(format!("{line:?} is no command: {FORMS}")),
        }
    }
}

/// `TEXT [@STRENGTH]`.
fn style(text: &str) -> Result<(String, f32), String> {
    match text.rsplit_once('@') {
        Some((words, number)) if words.ends_with(char::is_whitespace) && !words.trim().is_empty() => {
            Ok((words.trim().to_owned(), strength(number)?))
        }
        _ => Ok((text.to_owned(), 1.0)),
    }
}

/// Two numbers, or - for the one of the options.
fn guidance(values: &str) -> Result<[Option<f32>; 2], String> {
    let value = |text: &str| if text == "-" { Ok(None) } else { strength(text).map(Some) };
    match values.split_whitespace().collect::<Vec<_>>()[..] {
        [audio, style] => Ok([value(audio)?, value(style)?]),
        _ => Err("guidance AUDIO STYLE: two numbers, or - for the one at the start".to_owned()),
    }
}

impl Order {
    /// Does it; the answer.
    ///
    /// # Errors
    /// For a style that cannot be encoded; those of the stream.
    pub fn obey(self, ear: &Ear, model: &Arc<Model>) -> Result<String> {
        let stream = ear.stream();
        match self {
            Self::Style(None) => stream.set_style(None, 1.0)?,
            Self::Style(Some((text, strength))) => {
                let style = model.prepare_style(&Arc::new(Style::Text(text)))?;
                stream.set_style(Some(&style), strength)?;
            }
            Self::Listen(on) => stream.set_listening(on)?,
            Self::Guidance([audio, style]) => stream.set_guidance(audio, style)?,
            Self::Interrupt => ear.interrupt()?,
            Self::Flush => stream.flush()?,
            Self::Reset => ear.reset()?,
            Self::State => return Ok(state(ear)),
        }
        Ok("ok".to_owned())
    }
}

/// A line of JSON.
fn state(ear: &Ear) -> String {
    let state = ear.stream().state();
    json!({
        "heard_sample": ear.heard_at(Instant::now()) as u64,
        "next_sample": state.next_sample,
        "first_sample": state.first_sample,
        "ready_sample": state.ready_sample,
        "generation": state.generation,
        "seed": state.seed,
        "latency_ms": state.latency_ms,
        "delay_ms": ear.delay_s() * 1e3,
        "window_ms": state.window_ms,
        "windows": state.windows,
        "late_windows": state.late_windows,
        "underruns": state.underruns,
        "dropped": state.dropped,
        "silenced": state.silenced,
        "idled": state.idled,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let style = |text: &str, strength| Ok(Order::Style(Some((text.to_owned(), strength))));
        for (line, expected) in [
            ("style happy", style("happy", 1.0)),
            ("style very happy @0.8", style("very happy", 0.8)),
            ("style  sad  @ -1", style("sad", -1.0)),
            ("style mail@example", style("mail@example", 1.0)),
            ("style @", style("@", 1.0)),
            ("style -", Ok(Order::Style(None))),
            ("listen on", Ok(Order::Listen(true))),
            ("guidance 2 -", Ok(Order::Guidance([Some(2.0), None]))),
            ("interrupt", Ok(Order::Interrupt)),
            ("state", Ok(Order::State)),
        ] {
            assert_eq!(line.parse(), expected, "{line}");
        }
        for line in
            ["", "style", "style a @x", "style a @1e9", "listen", "guidance 1", "guidance nan 1", "stop", "flush now"]
        {
            assert!(line.parse::<Order>().is_err(), "{line}");
        }
    }
}
