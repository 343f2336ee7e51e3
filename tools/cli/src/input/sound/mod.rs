//! Sound as it comes, for `animate`, `scene`, `extract` and `compare`: files, pipes and the standard input as interleaved
//! samples, −1..1.
//!
//! A sound is read once, forwards and in pieces: memory and time follow from the bytes that are there, not from what a header
//! claims. `kind` tells what it is; `riff`, `format`, `pcm` and `packets` read WAV and AU, `coded` everything that symphonia
//! reads; `mix` sees to it that channels do not cancel each other, `level` says when there is little to hear.

mod coded;
mod copy;
mod edits;
mod format;
mod kind;
mod level;
mod mix;
mod packets;
mod pcm;
mod riff;
mod source;
mod vorbis;
mod wave;

use std::fmt;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use media2face::audio::{Converter, RATE_HZ};
use media2face::limits::{MAX_CHANNELS, MAX_CLIP_S, MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ};

use crate::process::interrupt;
pub use copy::{Copied, Copy};
use kind::Kind;
use level::Level;
use mix::Mix;
pub use source::Source;

/// An opened sound.
pub struct Sound {
    name: String,
    decode: Box<dyn Decode>,
}

/// A sound as the model hears it.
pub struct Mono {
    /// 16 kHz.
    pub samples: Vec<f32>,
    /// A number of its own, by the samples before they were resampled.
    pub fingerprint: u64,
}

impl Mono {
    pub fn duration_s(&self) -> f64 {
        self.samples.len() as f64 / f64::from(RATE_HZ)
    }
}

/// What gives samples, piece by piece.
trait Decode: Send {
    fn rate_hz(&self) -> u32;
    fn channels(&self) -> u32;
    /// Frames that are to come, as far as bytes tell.
    fn expected_frames(&self) -> Option<u64>;
    /// Appends the next samples, whole frames, sometimes none; false at the end.
    fn read(&mut self, out: &mut Vec<f32>) -> Result<bool>;
    /// What was otherwise than a header said, or was left out: once.
    fn notes(&mut self) -> Vec<String>;
}

/// Sound that is known and not read: what it is.
#[derive(Debug)]
struct Unread(String);

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is {}, which is not read", self.0)
    }
}

impl std::error::Error for Unread {}

impl Sound {
    /// Opens a file or a pipe; the standard input for `-`.
    ///
    /// # Errors
    /// For what is no sound, is not read (with the way to convert it), or holds no samples.
    pub fn open(path: &Path) -> Result<Self> {
        Self::decoded(path, Source::open(path)?)
    }

    /// Sound in one of these forms from elsewhere, under a name.
    pub fn of_stream(name: &Path, bytes: impl Read + Send + Sync + 'static) -> Result<Self> {
        Self::decoded(name, Source::stream(bytes))
    }

    fn decoded(path: &Path, source: Source) -> Result<Self> {
        let name = path.display().to_string();
        let decode = decoder(source).map_err(|error| match error.downcast_ref::<Unread>() {
            Some(unread) => anyhow!("{name} {unread}: {}", conversion(path)),
            None => error.context(format!("cannot read {name}")),
        })?;
        if let Some(frames) = decode.expected_frames() {
            check_length(&name, frames, decode.rate_hz())?;
        }
        Ok(Self { name, decode })
    }

    /// Samples a second of each channel.
    pub fn sample_rate_hz(&self) -> u32 {
        self.decode.rate_hz()
    }

    /// Interleaved channels.
    pub fn channel_count(&self) -> u32 {
        self.decode.channels()
    }

    /// Samples of each channel, where that is known: of a pipe it often is not.
    pub fn expected_frames(&self) -> Option<u64> {
        self.decode.expected_frames()
    }

    /// Hands all samples to `take`, interleaved, whole frames of all channels in a piece. Where channels cancel each other, all
    /// of them are the loudest. `warn` is told of that, of what was left out, and of a sound that is too quiet or clipped.
    pub fn stream(mut self, warn: &dyn Fn(&str), mut take: impl FnMut(&[f32]) -> Result<()>) -> Result<()> {
        let (rate_hz, channels) = (self.decode.rate_hz(), self.decode.channels());
        let mut level = Level::new(rate_hz, channels);
        let mut mix = Mix::new(rate_hz, channels);
        let mut hear = |piece: &[f32]| {
            level.add(piece);
            take(piece)
        };
        let (mut piece, mut frames) = (Vec::new(), 0u64);
        loop {
            interrupt::check()?;
            piece.clear();
            let more = self.decode.read(&mut piece).with_context(|| format!("cannot read {}", self.name))?;
            if let Some(at) = piece.iter().position(|sample| !sample.is_finite()) {
                bail!("{}: sample {} is not a number", self.name, frames + at as u64 / u64::from(channels));
            }
            frames += piece.len() as u64 / u64::from(channels);
            check_length(&self.name, frames, rate_hz)?;
            mix.add(&piece, &mut hear)?;
            if !more {
                break;
            }
        }
        mix.finish(&mut hear)?;
        ensure!(frames > 0, "cannot read {}: it holds no samples", self.name);
        let notes = self.decode.notes().into_iter().chain(mix.note()).chain(level.notes());
        notes.for_each(|note| warn(&format!("{}: {note}", self.name)));
        Ok(())
    }

    /// All of it as the model hears it: 16 kHz, mono.
    pub fn mono(self, warn: &dyn Fn(&str)) -> Result<Mono> {
        let unheard = format!("cannot use {}", self.name);
        let mut converter =
            Converter::new(self.sample_rate_hz(), self.channel_count()).with_context(|| unheard.clone())?;
        self.stream(warn, |piece| Ok(converter.push_f32(piece)?))?;
        let fingerprint = converter.fingerprint();
        Ok(Mono { samples: converter.finish().context(unheard)?, fingerprint })
    }
}

/// By what the first bytes are.
fn decoder(mut source: Source) -> Result<Box<dyn Decode>> {
    let tag = kind::id3_bytes(source.peek(10)?);
    // Some writers put a tag before everything.
    let skipped = match tag {
        Some(bytes) => source.skip(bytes)?,
        None => 0,
    };
    match kind::of(source.peek(kind::HEAD_BYTES)?) {
        Kind::Wave => wave::open_wave(source),
        Kind::Au => wave::open_au(source),
        Kind::Coded(ending) => Ok(Box::new(coded::Coded::open(source, ending)?)),
        Kind::Foreign(name) => Err(Unread(name.to_owned()).into()),
        Kind::Other(name) => bail!("it is not a sound but {name}"),
        Kind::Unknown => {
            ensure!(skipped > 0 || !source.peek(1)?.is_empty(), "it is empty");
            bail!("it is not a sound of a known kind (WAV, FLAC, MP3, Ogg Vorbis, AAC in MP4, AIFF, CAF, AU)")
        }
    }
}

/// An error for a rate or a number of channels that the library does not take.
fn check(rate_hz: u32, channels: u32) -> Result<()> {
    ensure!(
        (MIN_SAMPLE_RATE_HZ..=MAX_SAMPLE_RATE_HZ).contains(&rate_hz),
        "its sample rate is {rate_hz} Hz, expected {MIN_SAMPLE_RATE_HZ} to {MAX_SAMPLE_RATE_HZ} Hz"
    );
    ensure!((1..=MAX_CHANNELS).contains(&channels), "it has {channels} channels, at most {MAX_CHANNELS} are read");
    Ok(())
}

fn check_length(name: &str, frames: u64, rate_hz: u32) -> Result<()> {
    let most = u64::from(MAX_CLIP_S) * u64::from(rate_hz);
    ensure!(frames <= most, "{name} is longer than {} hours, the most that is read", MAX_CLIP_S / 3600);
    Ok(())
}

/// How a sound is made one that is read.
fn conversion(path: &Path) -> String {
    if path == Path::new("-") {
        return "`ffmpeg -i - -f wav -` in the pipe converts it".to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let was_wav = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("wav"));
    let new = format!("{stem}{}.wav", if was_wav { "-pcm" } else { "" });
    format!("`ffmpeg -i {} {}` converts it", quoted(&path.display().to_string()), quoted(&new))
}

/// As a shell takes it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+,=:@\\".contains(c);
    if name.chars().all(plain) { name.to_owned() } else { format!("'{}'", name.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests;
