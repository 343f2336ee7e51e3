//! Where the sound comes from, and the pace at which it is written.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::ear::Ear;
use super::microphone::Microphone;
use crate::command::args::{Format, Heard};
use crate::input::sound::{Sound, Source};
use crate::process::tell;

/// Bytes that are read at once.
const READ_BYTES: usize = 1 << 14;
/// Sound that comes later than this has paused; less is made up for.
const CATCH_UP: Duration = Duration::from_millis(200);

/// Sound that is yet to be read.
pub struct Input {
    kind: Kind,
    paced: bool,
}

enum Kind {
    Pcm { bytes: Source, format: Format, rate_hz: u32, channels: u32 },
    File { sound: Sound, name: String },
    Microphone(Microphone),
}

impl Input {
    /// Opens what the arguments name.
    ///
    /// # Errors
    /// For what is not there, or is no sound.
    pub fn open(heard: &Heard) -> Result<Self> {
        let Heard { format, rate, channels, wav, mic, fast_forward } = heard;
        let kind = match (wav, mic) {
            (Some(path), _) => Kind::File { sound: Sound::open(path)?, name: path.display().to_string() },
            (None, Some(name)) => Kind::Microphone(Microphone::open(name)?),
            (None, None) => {
                Kind::Pcm { bytes: Source::open(Path::new("-"))?, format: *format, rate_hz: *rate, channels: *channels }
            }
        };
        Ok(Self { kind, paced: !fast_forward })
    }

    /// Samples a second of each channel.
    pub fn rate_hz(&self) -> u32 {
        match &self.kind {
            Kind::Pcm { rate_hz, .. } => *rate_hz,
            Kind::File { sound, .. } => sound.sample_rate_hz(),
            Kind::Microphone(microphone) => microphone.rate_hz(),
        }
    }

    /// Interleaved channels.
    pub fn channels(&self) -> u32 {
        match &self.kind {
            Kind::Pcm { channels, .. } => *channels,
            Kind::File { sound, .. } => sound.channel_count(),
            Kind::Microphone(microphone) => microphone.channels(),
        }
    }

    /// Whether it is heard at its own pace.
    pub fn is_paced(&self) -> bool {
        self.paced
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        match &self.kind {
            Kind::Pcm { .. } => "the standard input",
            Kind::File { name, .. } => name,
            Kind::Microphone(microphone) => microphone.name(),
        }
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// Of reading, a signal, the stream's failure.
    pub fn run(self, ear: &Arc<Ear>) -> Result<()> {
        let channels = self.channels() as usize;
        let mut pace = Pace { due: None, block: ear.block(), channels, rate_hz: self.rate_hz(), paced: self.paced };
        match self.kind {
            Kind::Pcm { bytes, format, .. } => read(bytes, format, channels, |piece| pace.write(ear, piece)),
            // Pieces may hold a hundred frames or a million.
            Kind::File { sound, .. } => sound.stream(&tell::warning, |piece| pace.write(ear, piece)),
            Kind::Microphone(microphone) => microphone.run(ear),
        }
    }
}

/// Gives sound when it is due: what a host writes in one burst takes its time.
struct Pace {
    due: Option<Instant>,
    block: usize,
    channels: usize,
    rate_hz: u32,
    paced: bool,
}

impl Pace {
    fn write(&mut self, ear: &Ear, piece: &[f32]) -> Result<()> {
        for block in piece.chunks(self.block * self.channels) {
            if ear.is_stopped() {
                return Ok(());
            }
            if self.paced {
                self.wait(block.len() / self.channels);
            }
            ear.write(block)?;
        }
        Ok(())
    }

    fn wait(&mut self, frames: usize) {
        let now = Instant::now();
        let due = self.due.map_or(now, |due| due.max(now.checked_sub(CATCH_UP).unwrap_or(now)));
        sleep(due.saturating_duration_since(now));
        self.due = Some(due + Duration::from_secs_f64(frames as f64 / f64::from(self.rate_hz)));
    }
}

/// Hands samples without a head to `take`, whole frames as soon as they are there. The rest of one at the end is left out, with
/// a warning.
fn read(
    mut bytes: impl Read,
    format: Format,
    channels: usize,
    mut take: impl FnMut(&[f32]) -> Result<()>,
) -> Result<()> {
    let frame = channels * format.bytes();
    let (mut buffer, mut held) = (vec![0; READ_BYTES.max(frame)], 0);
    let (mut piece, mut any) = (Vec::new(), false);
    loop {
        let read = bytes.read(&mut buffer[held..]).context("cannot read the standard input")?;
        held += read;
        let whole = held - held % frame;
        piece.clear();
        format.samples(&buffer[..whole], &mut piece);
        any |= whole > 0;
        if whole > 0 {
            take(&piece)?;
        }
        buffer.copy_within(whole..held, 0);
        held -= whole;
        if read == 0 {
            break;
        }
    }
    if held > 0 {
        tell::warning(&format!(
            "the standard input ends within a frame of sound: its last {held} bytes are left out (a frame has {frame}: \
             --format and --channels say so)"
        ));
    }
    if !any {
        tell::warning("no sound came on the standard input");
    }
    Ok(())
}

impl Format {
    fn bytes(self) -> usize {
        match self {
            Self::S16le => 2,
            Self::F32le => 4,
        }
    }

    /// Appends whole samples, −1..1.
    fn samples(self, bytes: &[u8], out: &mut Vec<f32>) {
        match self {
            Self::S16le => {
                out.extend(bytes.as_chunks().0.iter().map(|two| f32::from(i16::from_le_bytes(*two)) / 32768.0))
            }
            Self::F32le => out.extend(bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives three bytes at a time, as a pipe may.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(3).min(buffer.len());
            let (taken, rest) = self.0.split_at(count);
            buffer[..count].copy_from_slice(taken);
            self.0 = rest;
            Ok(count)
        }
    }

    #[test]
    fn samples_that_come_in_drops_are_whole_frames() {
        for (format, channels) in [(Format::S16le, 1), (Format::S16le, 2), (Format::F32le, 1), (Format::F32le, 3)] {
            let samples: Vec<f32> = (0..12).map(|i| i as f32 / 16.0).collect();
            let mut bytes: Vec<u8> = match format {
                Format::S16le => samples.iter().flat_map(|s| ((s * 32768.0) as i16).to_le_bytes()).collect(),
                Format::F32le => samples.iter().flat_map(|s| s.to_le_bytes()).collect(),
            };
            bytes.push(7);
            let mut all = Vec::new();
            read(Drops(&bytes), format, channels, |piece| {
                assert_eq!(piece.len() % channels, 0);
                all.extend_from_slice(piece);
                Ok(())
            })
            .unwrap();
            assert_eq!(all, samples);
        }
    }
}
