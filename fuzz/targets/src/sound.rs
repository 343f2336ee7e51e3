//! Sound files: a file and a pipe give the same samples, all of them numbers, and the library takes their rate and channels.

use std::io::Cursor;
use std::path::Path;

use m2f::reads::Sound;
use media2face::{Session, SessionOptions};

use crate::folder;
use crate::world::{file, model, well, well_told};

/// Most samples that are read of one.
const MOST_SAMPLES: usize = 200_000;

pub(crate) fn run(input: &[u8]) {
    let path = folder::write("a.wav", input);
    let read = well_told(Sound::open(&path)).and_then(heard);
    let piped = well_told(Sound::of_stream(Path::new("a.wav"), Cursor::new(input.to_vec()))).and_then(heard);
    assert_eq!(read, piped, "a file and a pipe");
}

/// Rate, channels, samples and a sum of their bits.
fn heard(sound: Sound) -> Option<(u32, u32, usize, u64)> {
    let (rate_hz, channels) = (sound.sample_rate_hz(), sound.channel_count());
    let options = SessionOptions { steps: Some(1), ..SessionOptions::new(rate_hz, channels) };
    let session = well(Session::new(&model(), options));
    let (mut count, mut sum) = (0, 0u64);
    let streamed = sound.stream(&|note| assert!(!note.is_empty()), |piece| {
        assert!(piece.len().is_multiple_of(channels as usize), "a piece of {} for {channels} channels", piece.len());
        count += piece.len();
        for sample in piece {
            assert!(sample.is_finite(), "a sample that is no number");
            sum = sum.rotate_left(5) ^ u64::from(sample.to_bits());
        }
        if let Some(session) = session.as_ref().filter(|_| count <= MOST_SAMPLES) {
            session.push_f32(piece)?;
        }
        if count > MOST_SAMPLES { Err(std::io::Error::other("enough").into()) } else { Ok(()) }
    });
    if count > MOST_SAMPLES {
        return Some((rate_hz, channels, MOST_SAMPLES, 0));
    }
    well_told(streamed)?;
    Some((rate_hz, channels, count, sum))
}

/// A WAV file of this format.
fn wave(tag: u16, channels: u16, bits: u16, data: &[u8]) -> Vec<u8> {
    let block = channels * bits / 8;
    let format = [tag.to_le_bytes(), channels.to_le_bytes(), [0x80, 0x3E], [0; 2]].concat();
    let format = [&format, &(16_000 * u32::from(block)).to_le_bytes()[..]].concat();
    let format = [&format, &block.to_le_bytes()[..], &bits.to_le_bytes()].concat();
    let chunk = |name: &[u8], body: &[u8]| [name, &(body.len() as u32).to_le_bytes(), body].concat();
    let body = [b"WAVE".to_vec(), chunk(b"fmt ", &format), chunk(b"data", data)].concat();
    chunk(b"RIFF", &body)
}

/// A short WAV file.
pub(crate) fn voice() -> Vec<u8> {
    let whole = file("samples/audio/hello.wav");
    wave(1, 1, 16, &whole[44 + 20_000..][..3200])
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let data: Vec<u8> = (0..960u32).map(|i| (i * i / 7) as u8).collect();
    let floats: Vec<u8> = (0..240).flat_map(|i| (i as f32 / 300.0).to_le_bytes()).collect();
    let mut seeds = vec![
        voice(),
        wave(1, 2, 8, &data),
        wave(1, 2, 24, &data),
        wave(1, 1, 32, &data),
        wave(3, 1, 32, &floats),
        wave(3, 1, 64, &data[..0]),
        wave(6, 1, 8, &data),
        wave(7, 2, 8, &data),
        [&b".snd\0\0\0\x18\xFF\xFF\xFF\xFF\0\0\0\x03\0\0\x3E\x80\0\0\0\x01"[..], &data].concat(),
    ];
    let names =
        ["adpcm_ima.wav", "adpcm_ms.wav", "alac.m4a", "mp3.wav", "slice.flac", "slice.m4a", "slice.mp3", "slice.ogg"];
    seeds.extend(names.map(|name| file(&format!("tools/cli/tests/data/sound/{name}"))));
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_sounds() {
        for (number, seed) in seeds().into_iter().enumerate().filter(|(number, _)| *number != 5) {
            let sound = Sound::of_stream(Path::new("a"), Cursor::new(seed)).ok().and_then(heard);
            assert!(sound.is_some_and(|sound| sound.2 > 0), "seed {number}");
        }
    }
}
