//! WAV and AU files: the runs that the walker finds, decoded.

use std::io::{self, Read};

use anyhow::{Result, bail, ensure};

use super::coded::Coded;
use super::format::{Encoding, Format, Int};
use super::packets::Blocks;
use super::pcm;
use super::riff::{Note, Walker};
use super::source::Source;
use super::{Decode, Unread};

/// Bytes that are decoded at once.
const PIECE_BYTES: usize = 1 << 14;

/// A file, at its first run.
pub struct Wave {
    walker: Walker,
    /// Of the first run, and so of the sound.
    format: Format,
    decoder: Decoder,
    /// What is multiplied with to have full scale at ±1, of runs of this format.
    unit: Option<(Format, f32)>,
    /// Samples that wait until the unit is known; those before `given` are gone.
    held: Vec<f32>,
    given: usize,
    /// Frames of the run that are left by its own count.
    left: Option<u64>,
    frames: u64,
    notes: Vec<String>,
    damaged: bool,
}

enum Piece {
    Samples,
    NewRun,
    End,
}

enum Decoder {
    Plain,
    Blocks(Box<Blocks>),
}

/// Opens a WAV file.
pub fn open_wave(source: Source) -> Result<Box<dyn Decode>> {
    let mut walker = Walker::new(source);
    ensure!(walker.next_run()?, "it holds no samples");
    open(walker)
}

/// Opens an AU file.
pub fn open_au(source: Source) -> Result<Box<dyn Decode>> {
    open(Walker::of_au(source)?)
}

fn open(mut walker: Walker) -> Result<Box<dyn Decode>> {
    let Some(&format) = walker.format() else { bail!("it does not say how it stores samples: there is no fmt chunk") };
    if let Encoding::Foreign(foreign) = format.encoding {
        return Err(Unread(foreign.to_string()).into());
    }
    super::check(format.rate_hz, u32::from(format.channels))?;
    while walker.peek(1)?.is_empty() {
        ensure!(walker.next_run()?, "it holds no samples");
    }
    if format.encoding == Encoding::Mp3 {
        let frames = walker.fact_frames();
        return Ok(Box::new(Coded::mp3_in_wave(Bytes(walker), frames)?));
    }
    let (unit, held, notes) = (None, Vec::new(), Vec::new());
    let decoder = Decoder::Plain;
    let mut wave = Wave { walker, format, decoder, unit, held, given: 0, left: None, frames: 0, notes, damaged: false };
    wave.begin(format)?;
    Ok(Box::new(wave))
}

impl Wave {
    /// The run that comes next begins.
    fn begin(&mut self, mut format: Format) -> Result<()> {
        self.left = None;
        match &mut format.encoding {
            Encoding::Int(int) => {
                if std::mem::take(&mut int.maybe_wide) && pcm::lies_wide(*int, whole(self.walker.peek(PIECE_BYTES)?, 4))
                {
                    // In four bytes, of which three count: as integers of 32 bits are cut down to 24.
                    *int = Int { bytes: 4, bits: 24, ..*int };
                }
                self.decoder = Decoder::Plain;
            }
            Encoding::Float { .. } => self.decoder = Decoder::Plain,
            _ => {
                self.decoder = Decoder::Blocks(Box::new(Blocks::new(format)?));
                // The last block is filled up: the header's count tells by how much, where it fits what is there.
                let spare = format.frames_in(format.block_bytes()).unwrap_or(0) as u64;
                let there = self.walker.run_bytes().and_then(|bytes| format.frames(bytes));
                let fits = |count: &u64| there.is_none_or(|there| (*count..count + spare.max(1)).contains(&there));
                self.left = self.walker.fact_frames().filter(fits);
            }
        }
        self.format = format;
        Ok(())
    }

    /// Decodes the next piece of the run, or goes on to the next run.
    fn piece(&mut self, out: &mut Vec<f32>) -> Result<Piece> {
        let block_bytes = self.format.block_bytes();
        let there = self.walker.peek(PIECE_BYTES.max(block_bytes))?.len();
        let partial = matches!(self.decoder, Decoder::Blocks(_));
        let count = if there >= block_bytes {
            (there / block_bytes * block_bytes).min(PIECE_BYTES.next_multiple_of(block_bytes))
        } else if partial {
            there
        } else {
            0
        };
        if count > 0 {
            self.decode(count, out)?;
            return Ok(Piece::Samples);
        }
        Ok(if self.next_run()? { Piece::NewRun } else { Piece::End })
    }

    fn decode(&mut self, count: usize, out: &mut Vec<f32>) -> Result<()> {
        let start = out.len();
        let bytes = &self.walker.peek(count)?[..count];
        match &mut self.decoder {
            Decoder::Plain => pcm::decode(&self.format, bytes, out),
            Decoder::Blocks(blocks) => {
                if !blocks.decode(bytes, out) && !std::mem::replace(&mut self.damaged, true) {
                    self.notes.push("some of its blocks are damaged: they are silent".to_owned());
                }
            }
        }
        self.walker.advance(count);
        let channels = usize::from(self.format.channels);
        if let Some(left) = &mut self.left {
            let most = (*left).min(((out.len() - start) / channels) as u64);
            out.truncate(start + most as usize * channels);
            *left -= most;
        }
        self.frames += ((out.len() - start) / channels) as u64;
        Ok(())
    }

    /// Looks at the first samples of a format, to have full scale at ±1.
    fn settle(&mut self) -> Result<bool> {
        let (format, mut first) = (self.format, Vec::new());
        let mut more = true;
        while more && first.len() < pcm::SETTLED_SAMPLES && self.format == format {
            more = !matches!(self.piece(&mut first)?, Piece::End);
        }
        let unit = pcm::unit(&format, &first);
        if matches!(format.encoding, Encoding::Float { .. }) && unit != 1.0 {
            self.notes.push(format!("its floats are integers of {} bits: they are read as such", 1.0 - unit.log2()));
        }
        self.unit = Some((format, unit));
        first.iter_mut().for_each(|sample| *sample *= unit);
        self.held = first;
        Ok(more || !self.held.is_empty())
    }

    /// Goes on to the next run that goes on with this sound; the others are counted and left out.
    fn next_run(&mut self) -> Result<bool> {
        let (mut seconds, mut unlike) = (0.0, None);
        let found = loop {
            if !self.walker.next_run()? {
                break false;
            }
            let format = self.walker.format().copied();
            let fits = format.is_some_and(|format| {
                format.rate_hz == self.format.rate_hz
                    && format.channels == self.format.channels
                    && !matches!(format.encoding, Encoding::Mp3 | Encoding::Foreign(_))
            });
            if let (true, Some(format)) = (fits, format) {
                self.begin(format)?;
                break true;
            }
            let mut bytes = 0;
            loop {
                let there = self.walker.peek(1)?.len();
                if there == 0 {
                    break;
                }
                bytes += there as u64;
                self.walker.advance(there);
            }
            if let Some(format) = format {
                let frames = format.frames(bytes).unwrap_or(0);
                seconds += frames as f64 / f64::from(format.rate_hz.max(1));
            }
            unlike = Some(format);
        };
        if let Some(unlike) = unlike {
            let at_s = self.frames as f64 / f64::from(self.format.rate_hz);
            let why = match unlike {
                Some(Format { encoding: Encoding::Foreign(foreign), .. }) => format!("they are {foreign}"),
                Some(Format { encoding: Encoding::Mp3, .. }) => "they are MP3".to_owned(),
                Some(Format { rate_hz, channels, .. }) => {
                    let own = (self.format.rate_hz, self.format.channels);
                    format!("they have {channels} channels at {rate_hz} Hz, the first {} at {} Hz", own.1, own.0)
                }
                None => "they do not say how they are stored".to_owned(),
            };
            self.notes
                .push(format!("files are joined in it, and {seconds:.2} s after {at_s:.2} s are left out: {why}"));
        }
        Ok(found)
    }
}

/// As many bytes as fill blocks.
fn whole(bytes: &[u8], block_bytes: usize) -> &[u8] {
    &bytes[..bytes.len() / block_bytes * block_bytes]
}

impl Decode for Wave {
    fn rate_hz(&self) -> u32 {
        self.format.rate_hz
    }

    fn channels(&self) -> u32 {
        u32::from(self.format.channels)
    }

    fn expected_frames(&self) -> Option<u64> {
        self.left.or_else(|| self.format.frames(self.walker.run_bytes()?))
    }

    fn read(&mut self, out: &mut Vec<f32>) -> Result<bool> {
        if self.given < self.held.len() {
            let channels = usize::from(self.format.channels);
            let end = self.held.len().min(self.given + PIECE_BYTES / channels * channels);
            out.extend_from_slice(&self.held[self.given..end]);
            self.given = end;
            if self.given == self.held.len() {
                (self.held, self.given) = (Vec::new(), 0);
            }
            return Ok(true);
        }
        if pcm::is_open(&self.format) && self.unit.is_none_or(|(format, _)| format != self.format) {
            return self.settle();
        }
        let start = out.len();
        match self.piece(out)? {
            Piece::Samples => {}
            Piece::NewRun => return Ok(true),
            Piece::End => return Ok(false),
        }
        let unit = self.unit.filter(|(format, _)| *format == self.format).map_or(1.0, |(_, unit)| unit);
        if let (Encoding::Float { .. }, 1.0) = (self.format.encoding, unit) {
            let late = out[start..].iter().find(|sample| sample.is_finite() && sample.abs() > pcm::MOST_FLOAT);
            if let Some(sample) = late {
                bail!("it has a sample of {sample}: floats go from -1 to 1, and those before it did");
            }
        }
        out[start..].iter_mut().for_each(|sample| *sample *= unit);
        Ok(true)
    }

    fn notes(&mut self) -> Vec<String> {
        for note in self.walker.notes.drain(..) {
            self.notes.push(match note {
                Note::Missing(format, bytes) => match format.frames(bytes) {
                    Some(frames) => {
                        let seconds = frames as f64 / f64::from(format.rate_hz.max(1));
                        format!("it ends {seconds:.2} s before its header says: the rest is missing")
                    }
                    None => format!("it ends {bytes} bytes before its header says: the rest is missing"),
                },
                Note::Uncounted => "it has more samples than its header says: all are read".to_owned(),
            });
        }
        std::mem::take(&mut self.notes)
    }
}

/// The bytes of all runs of MP3, for the library.
pub struct Bytes(Walker);

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let failed = |error: anyhow::Error| io::Error::other(error.to_string());
        loop {
            let there = self.0.peek(1).map_err(failed)?;
            let count = there.len().min(buffer.len());
            if count > 0 {
                buffer[..count].copy_from_slice(&there[..count]);
                self.0.advance(count);
                return Ok(count);
            }
            let more = self.0.next_run().map_err(failed)?;
            if !more || self.0.format().is_none_or(|format| format.encoding != Encoding::Mp3) {
                return Ok(0);
            }
        }
    }
}
