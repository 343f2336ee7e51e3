//! The edit list of an MP4 file: where in a track its sound begins, and how long it is. Encoders put up to 50 ms before it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// How deep boxes lie in each other, here.
const MOST_DEPTH: usize = 4;
/// Bytes of a box that are looked at.
const LOOK_BYTES: u64 = 64;

/// The first stretch of a track that is to be heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edit {
    pub start_s: f64,
    /// Where it is told.
    pub duration_s: Option<f64>,
}

/// What was read so far.
#[derive(Default)]
struct Movie {
    ticks: u32,
    tracks: Vec<Trak>,
}

#[derive(Default)]
struct Trak {
    id: u32,
    ticks: u32,
    /// Duration in ticks of the movie, start in those of the track.
    edit: Option<(u64, u64)>,
}

/// The edits of the tracks that have one, by their numbers; the file is at its start again.
pub fn read(file: &mut File) -> io::Result<HashMap<u32, Edit>> {
    let length = file.metadata()?.len();
    let mut movie = Movie::default();
    boxes(&mut BufReader::new(&mut *file), 0, length, 0, &mut movie)?;
    file.seek(SeekFrom::Start(0))?;
    let edits = movie.tracks.iter().filter_map(|track| {
        let (duration, start) = track.edit.filter(|_| track.ticks > 0)?;
        let duration_s = (duration > 0 && movie.ticks > 0).then(|| duration as f64 / f64::from(movie.ticks));
        Some((track.id, Edit { start_s: start as f64 / f64::from(track.ticks), duration_s }))
    });
    Ok(edits.collect())
}

/// The boxes between two places.
fn boxes<R: Read + Seek>(file: &mut R, mut at: u64, end: u64, depth: usize, movie: &mut Movie) -> io::Result<()> {
    while end.saturating_sub(at) >= 8 {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        let there = read_all(file, &mut head)?;
        let number =
            |place: usize, count: usize| head[place..place + count].iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        let (bytes, start) = match number(0, 4) {
            0 => (end - at, 8),
            1 if there == 16 => (number(8, 8), 16),
            bytes => (bytes, 8),
        };
        let next = at.saturating_add(bytes).min(end);
        // A box is as long as its head at least.
        if bytes < start || next <= at {
            return Ok(());
        }
        let inside = at + start;
        match &head[4..8] {
            b"moov" | b"trak" | b"mdia" | b"edts" if depth < MOST_DEPTH => {
                if &head[4..8] == b"trak" {
                    movie.tracks.push(Trak::default());
                }
                boxes(file, inside, next, depth + 1, movie)?;
            }
            name @ (b"mvhd" | b"tkhd" | b"mdhd" | b"elst") => {
                file.seek(SeekFrom::Start(inside))?;
                let mut body = [0; LOOK_BYTES as usize];
                // A long head may pass the end of the box around it.
                let wanted = next.saturating_sub(inside).min(LOOK_BYTES) as usize;
                let there = read_all(file, &mut body[..wanted])?;
                note(name, &body[..there], movie);
            }
            _ => {}
        }
        at = next;
    }
    Ok(())
}

fn read_all(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut there = 0;
    while there < buffer.len() {
        match file.read(&mut buffer[there..])? {
            0 => break,
            count => there += count,
        }
    }
    Ok(there)
}

/// Takes what is wanted of a box, whose first byte is its version: 1 has longer numbers.
fn note(name: &[u8], body: &[u8], movie: &mut Movie) {
    let long = body.first() == Some(&1);
    let number = |at: usize, count: usize| {
        body.get(at..at + count).map(|bytes| bytes.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte)))
    };
    let ticks = number(if long { 20 } else { 12 }, 4).unwrap_or(0) as u32;
    match (name, movie.tracks.last_mut()) {
        (b"mvhd", _) => movie.ticks = ticks,
        (b"mdhd", Some(track)) => track.ticks = ticks,
        (b"tkhd", Some(track)) => track.id = ticks,
        (b"elst", Some(track)) => {
            let width = if long { 8 } else { 4 };
            let entries = number(4, 4).unwrap_or(0).min(4) as usize;
            let entry = (0..entries).find_map(|entry| {
                let at = 8 + entry * (2 * width + 4);
                let (duration, start) = (number(at, width)?, number(at + width, width)?);
                // An empty stretch, before the sound begins, has a start of −1.
                let empty = start >> (8 * width - 1) == 1;
                (!empty).then_some((duration, start))
            });
            track.edit = track.edit.or(entry);
        }
        _ => {}
    }
}
