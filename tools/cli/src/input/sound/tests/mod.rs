//! What is read of sound as people have it, against the samples that went in.

mod costs;
mod damage;
mod files;
mod given;
mod headers;
mod joined;

use std::cell::RefCell;
use std::io::{Cursor, Write};
use std::path::Path;

use super::Sound;

/// A rate that no test chooses otherwise.
const RATE_HZ: u32 = 16_000;

/// What was read of a sound.
#[derive(Debug, PartialEq)]
struct Heard {
    rate_hz: u32,
    channels: u32,
    samples: Vec<f32>,
    /// All warnings, a line each.
    notes: String,
}

fn heard_of(sound: Sound) -> anyhow::Result<Heard> {
    let (rate_hz, channels) = (sound.sample_rate_hz(), sound.channel_count());
    let notes = RefCell::new(Vec::new());
    let mut samples = Vec::new();
    let warn = |note: &str| notes.borrow_mut().push(note.to_owned());
    sound.stream(&warn, |piece| {
        samples.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(Heard { rate_hz, channels, samples, notes: notes.into_inner().join("\n") })
}

/// What is read of these bytes in a file, which is what is read of them through a pipe; errors as one line.
fn heard(bytes: &[u8]) -> Result<Heard, String> {
    let piped = Sound::of_stream(Path::new("a.wav"), Cursor::new(bytes.to_vec())).and_then(heard_of);
    let piped = piped.map_err(|error| format!("{error:#}"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    let read = Sound::open(&path).and_then(heard_of).map_err(|error| format!("{error:#}"));
    let place = format!("{}", folder.path().join("").display());
    let read = match read {
        Ok(heard) => Ok(Heard { notes: heard.notes.replace(&place, ""), ..heard }),
        Err(error) => Err(error.replace(&place, "")),
    };
    assert_eq!(read, piped, "a file and a pipe");
    read
}

/// A stretch of the sample sound, with a pause in it.
fn voice() -> Vec<i16> {
    let hello = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/audio/hello.wav");
    let mut wav = hound::WavReader::open(hello).unwrap();
    let samples: Vec<i16> = wav.samples().map(Result::unwrap).collect();
    samples[12_800..18_800].to_vec()
}

fn floats(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|&sample| f32::from(sample) / 32768.0).collect()
}

fn pcm(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// A chunk with its pad byte.
fn chunk(name: &[u8], body: &[u8]) -> Vec<u8> {
    let mut chunk = sized(name, body.len() as u32, body);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// A chunk that says it is so long.
fn sized(name: &[u8], size: u32, body: &[u8]) -> Vec<u8> {
    [name, &size.to_le_bytes(), body].concat()
}

/// Tag, channels, rate, bits: with the block and byte rate that belong to them.
fn fmt(tag: u16, channels: u16, rate_hz: u32, bits: u16) -> Vec<u8> {
    let block = channels * bits.div_ceil(8);
    let head = [tag.to_le_bytes(), channels.to_le_bytes()].concat();
    let rates = [rate_hz.to_le_bytes(), (rate_hz * u32::from(block)).to_le_bytes()].concat();
    [head, rates, block.to_le_bytes().to_vec(), bits.to_le_bytes().to_vec()].concat()
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WAVE".to_vec(), chunks.concat()].concat();
    sized(b"RIFF", body.len() as u32, &body)
}

/// 16 bits, mono.
fn plain(samples: &[i16]) -> Vec<u8> {
    riff(&[chunk(b"fmt ", &fmt(1, 1, RATE_HZ, 16)), chunk(b"data", &pcm(samples))])
}
