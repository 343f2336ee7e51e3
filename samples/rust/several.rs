//! Several voices at once over one runtime and one model: two clips that are animated together, and meanwhile two streams that speak
//! live. Each has its own face and its own style.
//!
//! ```text
//! cargo run --release --example several -- MODEL.m2f SPEECH.wav OUT.csv
//! ```
//!
//! As in streaming.rs, the clock counts samples and the program waits for each face, so that every run gives the same numbers.

use std::error::Error;
use std::fmt::Write;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use media2face::pack::Pack;
use media2face::{
    Identity, Model, Runtime, RuntimeOptions, Session, SessionOptions, Stream, StreamOptions, Style, Underrun,
};

const BLOCK_MS: usize = 10;
const CLIPS: [&str; 2] = ["happy", "sad"];
const STREAMS: [&str; 2] = ["angry", "calm"];
const SHOWN: [&str; 2] = ["jawOpen", "mouthSmileLeft"];
const NAP: Duration = Duration::from_millis(1);

/// 16-bit samples of interleaved channels.
struct Sound {
    samples: Vec<i16>,
    rate_hz: u32,
    channels: usize,
}

impl Sound {
    fn frames(&self) -> usize {
        self.samples.len() / self.channels
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, speech, out] = arguments.as_slice() else {
        return Err("usage: several MODEL.m2f SPEECH.wav OUT.csv".into());
    };
    let mut wav = hound::WavReader::open(speech)?;
    let (rate_hz, channels) = (wav.spec().sample_rate, usize::from(wav.spec().channels));
    let sound = Sound { samples: wav.samples().collect::<Result<_, _>>()?, rate_hz, channels };

    let runtime = Runtime::new(&RuntimeOptions::default())?;
    let model = Model::new(&runtime, Pack::open(model)?)?;
    let frame_count = (sound.frames() as f64 * f64::from(model.manifest().fps) / f64::from(rate_hz)) as usize;
    let faces = model.identity_names().iter().map(|name| model.identity(name)).take(CLIPS.len() + STREAMS.len());
    let faces = faces.collect::<Result<Vec<_>, _>>()?;

    // The clips: one job, whose windows share batches. Its work begins on the runtime's threads.
    let sessions = CLIPS.iter().zip(&faces).map(|(style, face)| make_session(&model, face, style, &sound));
    let sessions = sessions.collect::<Result<Vec<_>, _>>()?;
    Session::finish_together(&sessions.iter().collect::<Vec<_>>())?;

    // The streams, which come before clips wherever both have work.
    let streams = STREAMS.iter().zip(&faces[CLIPS.len()..]);
    let streams =
        streams.map(|(style, face)| make_stream(&model, face, style, &sound)).collect::<Result<Vec<_>, _>>()?;
    let live = speak(&streams, model.manifest().fps, &sound, frame_count)?;

    // By now the clips may be done, too.
    let mut voices = Vec::new();
    for session in &sessions {
        session.wait(None)?;
        let animation = session.pull()?.ok_or("the job is not done")?;
        voices.push(animation.reader()?.weights(animation.native_fps(), 0, frame_count)?);
    }
    voices.extend(live);
    write(out, &model, &voices, frame_count)
}

fn make_session(model: &Arc<Model>, face: &Arc<Identity>, style: &str, sound: &Sound) -> media2face::Result<Session> {
    let options = SessionOptions::new(sound.rate_hz, sound.channels as u32);
    let style = Some(Style::Text(style.to_owned()));
    let session = Session::new(model, SessionOptions { style, identity: Some(Arc::clone(face)), ..options })?;
    session.push_i16(&sound.samples)?;
    Ok(session)
}

/// A stream that speaks in a style from its start on.
fn make_stream(model: &Arc<Model>, face: &Arc<Identity>, style: &str, sound: &Sound) -> media2face::Result<Stream> {
    let style = Some(model.prepare_style(&Arc::new(Style::Text(style.to_owned())))?);
    let options = StreamOptions::new(sound.rate_hz, sound.channels as u32);
    let (underrun, identity) = (Underrun::Hold, Some(Arc::clone(face)));
    Stream::new(model, StreamOptions { underrun, style, identity, ..options })
}

/// Writes the sound to all streams and samples their faces: a list of rows of weights for each.
fn speak(streams: &[Stream], fps: f32, sound: &Sound, frame_count: usize) -> media2face::Result<Vec<Vec<f32>>> {
    let (rate, fps) = (f64::from(sound.rate_hz), f64::from(fps));
    let latency = (f64::from(streams[0].state().latency_ms) * 1e-3 * rate) as u64;
    let delay = latency + u64::from(sound.rate_hz) / 10;
    let block = sound.rate_hz as usize * BLOCK_MS / 1000 * sound.channels;
    let silence = vec![0; block];
    let (mut speech, mut written) = (sound.samples.as_slice(), 0);
    let weight_count = streams[0].weight_count();
    let mut faces = vec![vec![0.0; frame_count * weight_count]; streams.len()];
    for frame in 0..frame_count {
        let heard = (frame as f64 * rate / fps) as u64;
        while written < heard + delay {
            let (sound_now, rest) = match speech.is_empty() {
                true => (silence.as_slice(), speech),
                false => speech.split_at(block.min(speech.len())),
            };
            for stream in streams {
                let mut left = sound_now;
                while !left.is_empty() {
                    left = &left[stream.write_i16(left)?.taken * sound.channels..];
                    // The ring holds seconds; while it is full, wait.
                    if !left.is_empty() {
                        sleep(NAP);
                    }
                }
            }
            speech = rest;
            written += (sound_now.len() / sound.channels) as u64;
        }
        for (stream, faces) in streams.iter().zip(&mut faces) {
            while !stream.sample(written - latency - 1, None, None)?.ready {
                sleep(NAP);
            }
            stream.sample(heard, Some(&mut faces[frame * weight_count..][..weight_count]), None)?;
        }
    }
    Ok(faces)
}

/// A file of what is shown of each voice, and its means on the standard output.
fn write(out: &str, model: &Model, voices: &[Vec<f32>], frame_count: usize) -> Result<(), Box<dyn Error>> {
    let names = model.blendshape_names();
    let column = |name: &str| names.iter().position(|known| known == name).ok_or(format!("the model has no {name}"));
    let shown = [column(SHOWN[0])?, column(SHOWN[1])?];
    let styles = || CLIPS.iter().chain(&STREAMS);
    let mut csv = "frame".to_owned();
    for style in styles() {
        SHOWN.iter().try_for_each(|name| write!(csv, ",{style}.{name}"))?;
    }
    csv.push('\n');
    for frame in 0..frame_count {
        write!(csv, "{frame}")?;
        for voice in voices {
            shown.iter().try_for_each(|weight| write!(csv, ",{:.4}", voice[frame * names.len() + weight]))?;
        }
        csv.push('\n');
    }
    std::fs::write(out, csv)?;
    for (number, (style, voice)) in styles().zip(voices).enumerate() {
        let kind = if number < CLIPS.len() { "clip" } else { "stream" };
        let rows = voice.chunks_exact(names.len());
        let [jaw, smile] = shown.map(|at| rows.clone().map(|row| f64::from(row[at])).sum::<f64>() / frame_count as f64);
        println!("{style} ({kind}): {} {jaw:.4}, {} {smile:.4} on average", SHOWN[0], SHOWN[1]);
    }
    Ok(())
}
