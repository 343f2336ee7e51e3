//! The bytes of a sound: a file, a pipe or the standard input, read once and forwards, with a look ahead.

use std::fs::File;
use std::io::{self, Cursor, ErrorKind, IsTerminal, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, ensure};

use crate::{input::file, process::interrupt};

/// Bytes that are read at once.
const BLOCK_BYTES: usize = 1 << 16;
/// Most bytes of a stream that are laid aside to be read out of order, as MP4 asks for.
const MOST_SPOOLED_BYTES: u64 = 4 << 30;

/// Bytes, and how many of them there are where that is known.
pub struct Source {
    input: Input,
    /// What was read; that before `at` was taken.
    ahead: Vec<u8>,
    at: usize,
    ended: bool,
    /// Bytes that were taken.
    taken: u64,
    /// All bytes of a regular file.
    length: Option<u64>,
}

enum Input {
    File(File),
    Stream(Box<dyn Read + Send + Sync>),
}

impl Source {
    /// A file or a pipe at a path; the standard input for `-`.
    pub fn open(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            let stdin = io::stdin();
            ensure!(!stdin.is_terminal(), "cannot read -: the standard input is a terminal: pipe a sound into it");
            return Ok(Self::stream(Patient::new(|| Ok(stdin))?));
        }
        let unread = || format!("cannot read {}", path.display());
        let kind = std::fs::metadata(path).with_context(unread)?.file_type();
        if kind.is_file() {
            let file = File::open(path).with_context(unread)?;
            let length = file.metadata().with_context(unread)?.len();
            return Ok(Self::new(Input::File(file), Some(length)));
        }
        let name = file::name(kind);
        ensure!(!matches!(name, "a folder" | "a device"), "cannot read {}: it is {name}", path.display());
        // Opening a pipe waits for whoever writes to it.
        let path = path.to_owned();
        Ok(Self::stream(Patient::new(move || File::open(path))?))
    }

    /// Bytes that come from elsewhere, as many as there are.
    pub fn stream(bytes: impl Read + Send + Sync + 'static) -> Self {
        Self::new(Input::Stream(Box::new(bytes)), None)
    }

    fn new(input: Input, length: Option<u64>) -> Self {
        Self { input, ahead: Vec::new(), at: 0, ended: false, taken: 0, length }
    }

    /// The next bytes, `count` or more, fewer only at the end; they stay.
    pub fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.ahead.len() - self.at < count && !self.ended {
            self.ahead.drain(..self.at);
            self.at = 0;
            let start = self.ahead.len();
            self.ahead.resize(start + BLOCK_BYTES, 0);
            let read = match &mut self.input {
                Input::File(file) => file.read(&mut self.ahead[start..]),
                Input::Stream(stream) => stream.read(&mut self.ahead[start..]),
            };
            self.ahead.truncate(start + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(count) => self.ended = count == 0,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&self.ahead[self.at..])
    }

    /// Takes bytes that were looked at.
    pub fn advance(&mut self, count: usize) {
        debug_assert!(self.at + count <= self.ahead.len(), "only what was looked at");
        self.at += count;
        self.taken += count as u64;
    }

    /// Takes bytes, or all where there are fewer; gives their number.
    pub fn skip(&mut self, count: u64) -> io::Result<u64> {
        let mut left = count;
        while left > 0 {
            let there = self.peek(1)?.len();
            if there == 0 {
                break;
            }
            let step = left.min(there as u64);
            self.advance(step as usize);
            left -= step;
        }
        Ok(count - left)
    }

    /// Whether everything that is to come lies ahead already.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Bytes that are to come, where that is known.
    pub fn left(&self) -> Option<u64> {
        if self.ended {
            return Some((self.ahead.len() - self.at) as u64);
        }
        self.length.map(|length| length.saturating_sub(self.taken))
    }

    /// All of the bytes as a file, from the first on: the file itself, or a temporary one with all that a pipe gives.
    pub fn into_file(mut self) -> Result<File> {
        if let Input::File(mut file) = self.input {
            file.seek(SeekFrom::Start(0))?;
            return Ok(file);
        }
        ensure!(self.taken == 0, "the first bytes of the stream are gone");
        let mut file = tempfile::tempfile().context("cannot make a temporary file")?;
        let mut bytes = 0;
        loop {
            let there = self.peek(1)?;
            if there.is_empty() {
                break;
            }
            file.write_all(there).context("cannot write a temporary file")?;
            let count = there.len();
            bytes += count as u64;
            ensure!(bytes <= MOST_SPOOLED_BYTES, "it is longer than {} GiB: save it first", MOST_SPOOLED_BYTES >> 30);
            self.advance(count);
        }
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}

/// Bytes that may be long in coming: a thread waits for them, so that a signal meanwhile ends the work.
struct Patient {
    /// Only ever had as a whole; the library asks for what threads can share.
    blocks: Mutex<Receiver<io::Result<Vec<u8>>>>,
    block: Cursor<Vec<u8>>,
}

impl Patient {
    fn new<R: Read>(open: impl FnOnce() -> io::Result<R> + Send + 'static) -> io::Result<Self> {
        let (sender, blocks) = mpsc::sync_channel(1);
        let read = move || {
            let mut input = match open() {
                Ok(input) => input,
                Err(error) => return drop(sender.send(Err(error))),
            };
            loop {
                let mut block = vec![0; BLOCK_BYTES];
                let read = match input.read(&mut block) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    read => read,
                };
                let last = !matches!(read, Ok(1..));
                let sent = sender.send(read.map(|count| {
                    block.truncate(count);
                    block
                }));
                if last || sent.is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("input".to_owned()).spawn(read)?;
        Ok(Self { blocks: Mutex::new(blocks), block: Cursor::default() })
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.block.position() == self.block.get_ref().len() as u64 {
            interrupt::check().map_err(io::Error::other)?;
            let blocks = self.blocks.get_mut().unwrap_or_else(PoisonError::into_inner);
            match blocks.recv_timeout(interrupt::PATIENCE) {
                Ok(block) => self.block = Cursor::new(block?),
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
            if self.block.get_ref().is_empty() {
                return Ok(0);
            }
        }
        self.block.read(buffer)
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let there = self.peek(1)?;
        let count = buffer.len().min(there.len());
        buffer[..count].copy_from_slice(&there[..count]);
        self.advance(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, as a pipe may.
    struct Drops(Vec<u8>);

    impl Read for Drops {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(3).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            Ok(count)
        }
    }

    #[test]
    fn bytes_that_come_in_drops_are_all_there() {
        let bytes: Vec<u8> = (0..100).collect();
        let mut source = Source::stream(Drops(bytes.clone()));
        assert_eq!(source.peek(10).unwrap()[..10], bytes[..10]);
        assert_eq!((source.left(), source.skip(7).unwrap()), (None, 7));
        let mut rest = Vec::new();
        source.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, bytes[7..]);
        assert_eq!((source.left(), source.skip(5).unwrap(), source.peek(4).unwrap().len()), (Some(0), 0, 0));
    }

    #[test]
    fn stream_becomes_a_file_with_what_was_looked_at() {
        let bytes: Vec<u8> = (0..100).collect();
        let mut source = Source::stream(Drops(bytes.clone()));
        source.peek(10).unwrap();
        let mut all = Vec::new();
        source.into_file().unwrap().read_to_end(&mut all).unwrap();
        assert_eq!(all, bytes);
    }

    #[test]
    fn bytes_of_a_thread_and_its_errors_are_handed_on() {
        let bytes: Vec<u8> = (0..200_000).map(|i| i as u8).collect();
        let own = bytes.clone();
        let mut all = Vec::new();
        Patient::new(move || Ok(Cursor::new(own))).unwrap().read_to_end(&mut all).unwrap();
        assert!(all == bytes);
        let failed = Patient::new(|| Err::<File, _>(ErrorKind::PermissionDenied.into())).unwrap().read(&mut [0]);
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::PermissionDenied);
    }
}
