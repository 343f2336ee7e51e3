//! Runs of sample bytes in a WAV file (RIFF, RIFX, RF64, BW64), by what is there: sizes of a header are believed only where
//! the file bears them out.
//!
//! - A data chunk of no size, of one that writers leave in place until they know (0xFFFFFFFF, 0x7FFFFFFF …), or of one that
//!   passes the end of the file goes on to the end.
//! - A header in the middle (files laid end to end, or sent piece by piece) begins a new run.
//! - Behind a data chunk that is too small go on whatever bytes are no chunk, if there are more than a moment's.
//! - A chunk of odd size is followed by a pad byte, as it should be, or by none.

use anyhow::Result;

use super::format::Format;
use super::kind;
use super::source::Source;

/// Of a header: `RIFF`, a size, `WAVE`.
const HEADER_BYTES: usize = 12;
/// Most bytes of a `fmt ` chunk that are looked at.
const MOST_FORMAT_BYTES: usize = 64;
/// Bytes that are looked at together.
const LOOK_BYTES: usize = 1 << 14;
/// From here on a size is taken for a placeholder where it passes the end.
const PLACEHOLDER: u64 = 0x7FFF_0000;
/// Bytes behind the last chunk that cannot be a tag any more: half a second, or this.
const STRAY_BYTES: usize = 1 << 16;
/// Chunks that are often there: with these names a byte more or less decides where a chunk begins.
const KNOWN: [&[u8; 4]; 24] = [
    b"fmt ", b"data", b"fact", b"LIST", b"RIFF", b"JUNK", b"junk", b"PAD ", b"FLLR", b"bext", b"iXML", b"id3 ",
    b"ID3 ", b"cue ", b"smpl", b"inst", b"plst", b"axml", b"chna", b"PEAK", b"_PMX", b"C2PA", b"ds64", b"levl",
];

/// Goes from run to run.
pub struct Walker {
    source: Source,
    big_endian: bool,
    /// Chunks follow; none in an AU file.
    chunked: bool,
    /// Size of the data chunk by an RF64 header of its own.
    long_size: Option<u64>,
    format: Option<Format>,
    fact_frames: Option<u64>,
    run: Run,
    /// A chunk of odd size ended last.
    odd: bool,
    /// Runs so far.
    runs: usize,
    /// What the headers said otherwise than it is.
    pub notes: Vec<Note>,
}

/// Where headers and files differ, in bytes of samples of a format.
#[derive(Debug, PartialEq)]
pub enum Note {
    /// The last run ends so much before its header says.
    Missing(Format, u64),
    /// There is more than the header counts.
    Uncounted,
}

#[derive(Clone, Copy)]
enum Run {
    None,
    /// So many bytes are left, of so many, as far as the header knows.
    Bytes(u64, u64),
    /// All that comes.
    Rest,
}

impl Walker {
    /// At the first header.
    pub fn new(source: Source) -> Self {
        let (long_size, format, fact_frames) = (None, None, None);
        let (run, notes) = (Run::None, Vec::new());
        let (big_endian, chunked, odd, runs) = (false, true, false, 0);
        Self { source, big_endian, chunked, long_size, format, fact_frames, run, odd, runs, notes }
    }

    /// At the head of an AU file; its samples are the one run.
    pub fn of_au(source: Source) -> Result<Self> {
        let mut walker = Self::new(source);
        (walker.chunked, walker.big_endian) = (false, true);
        let head = walker.source.peek(24)?;
        let word = |at: usize| head.get(at..at + 4).map_or(0, |b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
        let (start, size) = (word(4), u64::from(word(8)));
        walker.format = Some(Format::of_au([word(12), word(16), word(20)])?);
        walker.source.skip(u64::from(start.max(24)))?;
        walker.run = walker.sized(size);
        Ok(walker)
    }

    /// How the samples of this run lie.
    pub fn format(&self) -> Option<&Format> {
        self.format.as_ref()
    }

    /// Frames of this run by its header, where it packs them so that bytes do not tell.
    pub fn fact_frames(&self) -> Option<u64> {
        self.fact_frames
    }

    /// Bytes of the run that are to come, where that is known.
    pub fn run_bytes(&self) -> Option<u64> {
        match (self.run, self.source.left()) {
            (Run::None, _) => Some(0),
            (Run::Bytes(bytes, _), Some(left)) => Some(bytes.min(left)),
            (Run::Bytes(bytes, size), None) => (size < PLACEHOLDER).then_some(bytes),
            (Run::Rest, left) => left,
        }
    }

    /// The next bytes of the run, `count` or more, fewer only at its end.
    pub fn peek(&mut self, count: usize) -> Result<&[u8]> {
        let most = match self.run {
            Run::None => 0,
            Run::Bytes(bytes, _) => usize::try_from(bytes).unwrap_or(usize::MAX),
            Run::Rest => usize::MAX,
        };
        if most == 0 {
            return Ok(&[]);
        }
        let wanted = count.max(LOOK_BYTES) + HEADER_BYTES;
        let there = self.source.peek(wanted)?.len();
        let all = self.source.ended() && there <= wanted;
        let there = there.min(wanted);
        // A header that begins in these bytes may end behind them.
        let sure = if all || there > most { there.min(most) } else { there - (HEADER_BYTES - 1) };
        let ahead = self.source.peek(there)?;
        let end = if self.chunked { header_in(&ahead[..there]).unwrap_or(sure).min(sure) } else { sure };
        Ok(&ahead[..end])
    }

    /// Takes bytes that were looked at.
    pub fn advance(&mut self, count: usize) {
        self.source.advance(count);
        if let Run::Bytes(left, _) = &mut self.run {
            *left -= count as u64;
        }
    }

    fn end_run(&mut self) {
        if let (Run::Bytes(left @ 1.., ..PLACEHOLDER), Some(format)) = (self.run, self.format)
            && self.source.left() == Some(0)
        {
            self.notes.push(Note::Missing(format, left));
        }
        self.run = Run::None;
    }

    /// Goes to the next run, over what is left of this one; false behind the last.
    pub fn next_run(&mut self) -> Result<bool> {
        let mut ran = false;
        while !matches!(self.run, Run::None) {
            let there = self.peek(1)?.len();
            ran = true;
            if there == 0 {
                self.end_run();
            }
            self.advance(there);
        }
        if !self.chunked {
            return Ok(false);
        }
        loop {
            self.pad()?;
            if is_header(self.source.peek(HEADER_BYTES)?) {
                self.begin_file()?;
                continue;
            }
            let head = self.source.peek(8)?;
            let Some(name) = head.first_chunk::<4>().copied() else { return Ok(false) };
            if !is_name(name) {
                if self.stray(std::mem::take(&mut ran))? {
                    return Ok(true);
                }
                if self.source.peek(HEADER_BYTES)?.is_empty() {
                    return Ok(false);
                }
                continue;
            }
            let Some(size) = head[4..].first_chunk::<4>().copied() else { return Ok(false) };
            let size = self.word(&size);
            self.source.advance(8);
            if &name == b"data" {
                if self.data(u64::from(size))? {
                    return Ok(true);
                }
                continue;
            }
            let mut left = u64::from(size);
            if matches!(&name, b"fmt " | b"ds64" | b"fact") {
                let wanted = (size as usize).min(MOST_FORMAT_BYTES);
                let there = self.source.peek(wanted)?;
                let chunk = there[..wanted.min(there.len())].to_vec();
                self.source.advance(chunk.len());
                left -= chunk.len() as u64;
                self.note_chunk(name, &chunk)?;
            }
            self.source.skip(left)?;
            self.odd = size % 2 == 1;
        }
    }

    /// A data chunk begins; whether it holds anything.
    fn data(&mut self, size: u64) -> Result<bool> {
        let size = match self.long_size.take() {
            Some(long) if size == u64::from(u32::MAX) => long,
            _ => size,
        };
        if size == 0 {
            let next = self.source.peek(8)?;
            let empty = next.is_empty() || next.first_chunk::<4>().is_some_and(|name| KNOWN.contains(&name));
            self.run = if empty { Run::None } else { Run::Rest };
            self.runs += usize::from(!empty);
            return Ok(!empty);
        }
        self.odd = size % 2 == 1;
        self.run = self.sized(size);
        self.runs += 1;
        Ok(true)
    }

    /// A run of a size that is believed where the file bears it out.
    fn sized(&mut self, size: u64) -> Run {
        let passes = |left: u64| size > left && size >= PLACEHOLDER;
        match self.source.left() {
            _ if size == 0 || size == u64::from(u32::MAX) => Run::Rest,
            Some(left) if passes(left) => Run::Rest,
            _ => Run::Bytes(size, size),
        }
    }

    fn note_chunk(&mut self, name: [u8; 4], chunk: &[u8]) -> Result<()> {
        match (&name, chunk) {
            (b"fmt ", chunk) => match Format::of_wave(chunk, self.big_endian) {
                // Of a file behind others: what is there of them is read.
                Err(_) if self.runs > 0 => self.format = None,
                format => self.format = Some(format?),
            },
            (b"ds64", chunk) => {
                let size = chunk.get(8..16).map(|b| u64::from_le_bytes(b.try_into().expect("eight bytes")));
                self.long_size = size;
            }
            (_, chunk) => self.fact_frames = chunk.get(..4).map(|b| u64::from(self.word(b))).filter(|count| *count > 0),
        }
        Ok(())
    }

    fn word(&self, bytes: &[u8]) -> u32 {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    /// At a header: nothing that was said holds any more.
    fn begin_file(&mut self) -> Result<()> {
        self.big_endian = self.source.peek(HEADER_BYTES)?.starts_with(b"RIFX");
        self.source.advance(HEADER_BYTES);
        (self.format, self.fact_frames, self.long_size, self.odd) = (None, None, None, false);
        Ok(())
    }

    /// Takes the pad byte behind a chunk of odd size, where there is one.
    fn pad(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.odd) {
            return Ok(());
        }
        let next = self.source.peek(HEADER_BYTES + 1)?;
        let name_at = |at: usize| next.get(at..).and_then(|rest| rest.first_chunk::<4>());
        let missing = match (name_at(0), name_at(1)) {
            (Some(name), _) if KNOWN.contains(&name) => true,
            (_, Some(name)) if KNOWN.contains(&name) => false,
            (Some(name), _) => is_name(*name),
            (None, _) => false,
        };
        if !missing && !next.is_empty() {
            self.source.advance(1);
        }
        Ok(())
    }

    /// At bytes that are no chunk: behind samples these are more of them, if they are many; else they are passed over, to
    /// the next header or to the end.
    fn stray(&mut self, behind_samples: bool) -> Result<bool> {
        let moment = self.format.map_or(STRAY_BYTES, |format| {
            let frame = format.frames_in(format.block_bytes()).unwrap_or(0).max(1);
            let second = u64::from(format.rate_hz) * format.block_bytes() as u64 / frame as u64;
            usize::try_from(second / 2).unwrap_or(STRAY_BYTES).min(STRAY_BYTES)
        });
        let next = self.source.peek(STRAY_BYTES)?;
        let many = next.len() >= moment && next.iter().any(|&byte| byte != 0);
        if behind_samples && many && matches!(kind::of(next), kind::Kind::Unknown) {
            self.run = Run::Rest;
            self.notes.push(Note::Uncounted);
            return Ok(true);
        }
        let there = next.len();
        let step = header_in(next).unwrap_or(if there < STRAY_BYTES { there } else { there - HEADER_BYTES });
        self.source.advance(step);
        Ok(false)
    }
}

/// Whether these are the first bytes of a WAV file.
pub fn is_header(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER_BYTES
        && matches!(&bytes[..4], b"RIFF" | b"RIFX" | b"RF64" | b"BW64")
        && &bytes[8..HEADER_BYTES] == b"WAVE"
}

/// Where a header begins.
fn header_in(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == b'R' || byte == b'B')?;
        if is_header(&bytes[at..]) {
            return Some(at);
        }
        at += 1;
    }
}

/// Whether a chunk may be called so.
fn is_name(name: [u8; 4]) -> bool {
    name.iter().all(|byte| (0x20..0x7F).contains(byte)) && name != *b"    "
}
