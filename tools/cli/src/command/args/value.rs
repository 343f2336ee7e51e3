//! Values of options: numbers within the library's limits.

use std::str::FromStr;

use clap::builder::RangedI64ValueParser;
use media2face::limits;
use media2face::signal::FrameRate;

/// A number from 1 on.
pub fn count(most: u32) -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=i64::from(most))
}

/// A number within limits, which NaN is not.
pub fn number(text: &str, low: f32, high: f32) -> Result<f32, String> {
    match f32::from_str(text.trim()) {
        Ok(value) if (low..=high).contains(&value) => Ok(value),
        Ok(_) => Err(format!("not in {low}..={high}")),
        Err(_) => Err(format!("{text:?} is not a number")),
    }
}

/// A part of a whole.
pub fn share(text: &str) -> Result<f32, String> {
    number(text, 0.0, 1.0)
}

/// Seconds behind a sound.
pub fn tail(text: &str) -> Result<f64, String> {
    match f64::from_str(text) {
        Ok(seconds) if (0.0..=limits::MAX_TAIL_S).contains(&seconds) => Ok(seconds),
        Ok(_) => Err(format!("not in 0..={}", limits::MAX_TAIL_S)),
        Err(error) => Err(error.to_string()),
    }
}

/// Frames per second.
pub fn rate(text: &str) -> Result<FrameRate, String> {
    text.parse().map_err(|error: media2face::Error| error.to_string())
}

/// `START-END` or `START-`, seconds.
pub fn range(text: &str) -> Result<(f64, f64), String> {
    let time = |text: &str| match f64::from_str(text.trim()) {
        Ok(time_s) if time_s.is_finite() && time_s >= 0.0 => Ok(time_s),
        _ => Err(format!("{text:?} is not a time: seconds from 0 on")),
    };
    let (start, end) = text.split_once('-').ok_or("expected START-END, such as 1.5-3")?;
    let (start_s, end_s) = (time(start)?, if end.trim().is_empty() { f64::INFINITY } else { time(end)? });
    if start_s < end_s { Ok((start_s, end_s)) } else { Err("it ends before it starts".to_owned()) }
}
