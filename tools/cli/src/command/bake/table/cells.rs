//! The values of a line, as text, and what they ask of the animation.

use std::collections::BTreeMap;
use std::str::FromStr;

use media2face::limits;
use media2face::signal::FrameRate;

use super::Fault;
use crate::command::args::{self, Sampling, Source, StyleGroup, value};
use crate::input::guidance::{Guidance, strength};

/// All columns that there are.
pub const COLUMNS: [&str; 16] = [
    "id",
    "sound",
    "text",
    "style",
    "preset",
    "strength",
    "emotions",
    "identity",
    "seed",
    "fps",
    "steps",
    "noise_scale",
    "eta",
    "guidance_audio",
    "guidance_style",
    "tail_s",
];

/// Values that are not empty, by their columns.
pub type Cells = BTreeMap<&'static str, String>;

/// The column of a name.
pub fn column(name: &str) -> Option<&'static str> {
    COLUMNS.into_iter().find(|column| *column == name)
}

/// What a line asks for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub styles: Vec<StyleGroup>,
    pub identity: Option<String>,
    pub fps: Option<FrameRate>,
    pub tail_s: Option<f64>,
    seed: Option<u64>,
    steps: Option<u32>,
    noise_scale: Option<f32>,
    eta: Option<f32>,
    guidance_audio: Option<Guidance>,
    guidance_style: Option<Guidance>,
}

impl Asked {
    /// Reads the values; what is wrong with the first that is wrong.
    pub fn of(cells: &Cells) -> Result<Self, Fault> {
        Ok(Self {
            styles: styles(cells)?,
            identity: cells.get("identity").cloned(),
            seed: read(cells, "seed", args::seed, "a whole number from 0 on, or auto")?,
            fps: read(cells, "fps", FrameRate::from_str, "a number such as 60, or a fraction such as 24000/1001")?,
            steps: read(cells, "steps", steps, "a whole number")?,
            noise_scale: read(cells, "noise_scale", value::share, "a number from 0 to 1")?,
            eta: read(cells, "eta", value::share, "a number from 0 to 1")?,
            guidance_audio: read(cells, "guidance_audio", Guidance::from_str, "a number, or a curve 0:2.5,1.5:3")?,
            guidance_style: read(cells, "guidance_style", Guidance::from_str, "a number, or a curve 0:2.5,1.5:3")?,
            tail_s: read(cells, "tail_s", value::tail, "seconds from 0 to 10")?,
        })
    }

    /// The sampling of a line, what it does not state by the command line.
    pub fn sampling(&self, others: &Sampling) -> Sampling {
        let Sampling { seed, steps, noise_scale, eta, guidance_audio, guidance_style } = others.clone();
        Sampling {
            seed: self.seed.unwrap_or(seed),
            steps: self.steps.or(steps),
            noise_scale: self.noise_scale.or(noise_scale),
            eta: self.eta.or(eta),
            guidance_audio: self.guidance_audio.clone().or(guidance_audio),
            guidance_style: self.guidance_style.clone().or(guidance_style),
        }
    }
}

/// A value by its parser; an error says what it is, and what is allowed.
fn read<T, E: std::fmt::Display>(
    cells: &Cells,
    column: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
    allowed: &str,
) -> Result<Option<T>, Fault> {
    let Some(text) = cells.get(column) else { return Ok(None) };
    let fault = |error: E| Fault::of(column, format!("{:?}: {error}; allowed is {allowed}", short(text)));
    parse(text).map(Some).map_err(fault)
}

fn steps(text: &str) -> Result<u32, String> {
    match u32::from_str(text) {
        Ok(count) if (1..=limits::MAX_STEPS).contains(&count) => Ok(count),
        _ => Err(format!("not in 1..={}", limits::MAX_STEPS)),
    }
}

/// At the start of a value, for messages.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// The styles of a line: one for all of it, or keys over time.
fn styles(cells: &Cells) -> Result<Vec<StyleGroup>, Fault> {
    let source = match (cells.get("style"), cells.get("preset"), cells.get("emotions")) {
        (Some(text), None, None) => Some(Source::Text(text.clone())),
        (None, Some(name), None) => Some(Source::Preset(name.clone())),
        (None, None, Some(keys)) => {
            if cells.contains_key("strength") {
                return Err(Fault::of("strength", "emotions have their own, such as 0=happy@0.5"));
            }
            return emotions(keys).map_err(|message| Fault::of("emotions", message));
        }
        (None, None, None) => None,
        _ => {
            let last = if cells.contains_key("emotions") { "emotions" } else { "preset" };
            return Err(Fault::of(last, "there is another style: give one of style, preset and emotions"));
        }
    };
    let strength = read(cells, "strength", strength, "a number; 1 is the style, 2 twice as far")?;
    match (source, strength) {
        (Some(source), strength) => Ok(vec![StyleGroup { source, at: None, strength, ramp_s: None }]),
        (None, None) => Ok(Vec::new()),
        (None, Some(_)) => Err(Fault::of("strength", "it is of a style, and there is none")),
    }
}

/// From when on a style lasts; `None` is none.
struct Key {
    time_s: f64,
    style: Option<(String, Option<f32>)>,
}

/// `TIME=STYLE;TIME=STYLE@STRENGTH;TIME=-`: each lasts until the next one begins, and `-` is none.
fn emotions(text: &str) -> Result<Vec<StyleGroup>, String> {
    let mut keys: Vec<Key> = Vec::new();
    for text in text.split(';').map(str::trim).filter(|text| !text.is_empty()) {
        let key = key(text)?;
        if let Some(Key { time_s, .. }) = keys.last().filter(|before| before.time_s >= key.time_s) {
            return Err(format!("{} s is not behind {time_s} s: times rise", key.time_s));
        }
        keys.push(key);
    }
    if keys.is_empty() {
        return Err(FORM.to_owned());
    }
    let ends: Vec<f64> = keys.iter().skip(1).map(|key| key.time_s).chain([f64::INFINITY]).collect();
    let group = |(key, end_s): (Key, f64)| {
        let (words, strength) = key.style?;
        Some(StyleGroup { source: Source::Text(words), at: Some((key.time_s, end_s)), strength, ramp_s: None })
    };
    Ok(keys.into_iter().zip(ends).filter_map(group).collect())
}

const FORM: &str = "expected TIME=STYLE, such as 0=happy; 1.5=sad@0.5; 3=-";

fn key(text: &str) -> Result<Key, String> {
    let (time, style) = text.split_once('=').ok_or_else(|| format!("{:?}: {FORM}", short(text)))?;
    let time_s = f64::from_str(time.trim()).ok().filter(|time_s| time_s.is_finite() && *time_s >= 0.0);
    let time_s = time_s.ok_or_else(|| format!("{:?} is not a time: seconds from 0 on; {FORM}", short(time)))?;
    let (words, strength) = match style.rsplit_once('@') {
        Some((words, at)) => (words, Some(strength(at).map_err(|error| format!("{:?}: {error}", short(text)))?)),
        None => (style, None),
    };
    match words.trim() {
        "" => Err(format!("{:?} has no style: {FORM}", short(text))),
        "-" => Ok(Key { time_s, style: None }),
        words => Ok(Key { time_s, style: Some((words.to_owned(), strength)) }),
    }
}
