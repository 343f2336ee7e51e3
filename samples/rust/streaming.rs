//! A live face: sound is written in blocks of 10 ms, as an audio callback does, and 60 times a second the face of the sample that is
//! heard is shown. After a second and a half somebody interrupts, and for a second the face comes to rest.
//!
//! ```text
//! cargo run --release --example streaming -- MODEL.m2f SPEECH.wav OUT.csv
//! ```
//!
//! Its clock counts samples, not seconds of the wall, and it waits for each face. So every run gives the same numbers. A game would
//! write sound on its audio thread, and show the last face that is ready instead of waiting.

use std::error::Error;
use std::fmt::Write;
use std::thread::sleep;
use std::time::Duration;

use media2face::pack::Pack;
use media2face::{FADE_S, Model, Runtime, RuntimeOptions, Stream, StreamOptions, Underrun};

const BLOCK_MS: usize = 10;
const SHOWN_HZ: u64 = 60;
const INTERRUPT_S: f64 = 1.5;
const REST_S: f64 = 1.0;
const NAP: Duration = Duration::from_millis(1);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, speech, out] = arguments.as_slice() else {
        return Err("usage: streaming MODEL.m2f SPEECH.wav OUT.csv".into());
    };
    let mut wav = hound::WavReader::open(speech)?;
    let (rate_hz, channels) = (wav.spec().sample_rate, usize::from(wav.spec().channels));
    let samples = wav.samples::<i16>().collect::<Result<Vec<_>, _>>()?;

    let runtime = Runtime::new(&RuntimeOptions::default())?;
    let model = Model::new(&runtime, Pack::open(model)?)?;
    // All of its memory is taken here. Where no sound comes, its clock stands: this program always has some.
    let options = StreamOptions { underrun: Underrun::Hold, ..StreamOptions::new(rate_hz, channels as u32) };
    let stream = Stream::new(&model, options)?;

    // Faces are ready so long after their sound was written. A host that plays the sound delays it by as much, and by the time
    // that a window takes to compute.
    let rate = f64::from(rate_hz);
    let latency = (f64::from(stream.state().latency_ms) * 1e-3 * rate) as u64;
    let delay = latency + u64::from(rate_hz) / 10;
    let (interrupt, frames) = ((INTERRUPT_S * rate) as u64, (samples.len() / channels) as u64);
    let end = if frames < interrupt { frames } else { interrupt + (REST_S * rate) as u64 };

    let block = rate_hz as usize * BLOCK_MS / 1000 * channels;
    let silence = vec![0; block];
    let mut weights = vec![0.0; stream.weight_count()];
    let mut csv = format!("sample,{},headX,headY,headZ,headW\n", model.blendshape_names().join(","));
    let (mut interrupted, mut speech, mut written, mut shown, mut heard) = (false, samples.as_slice(), 0, 0, 0);
    while heard < end {
        if !interrupted && heard >= interrupt {
            // What was written and not heard is dropped, and the clock goes on from here.
            let generation = stream.state().generation;
            stream.interrupt(heard, FADE_S)?;
            (interrupted, written, speech) = (true, heard, &[]);
            // A game would go on at once.
            while stream.state().generation == generation {
                sleep(NAP);
            }
        }

        // The audio callback: the next blocks of the speech, and silence after it. No lock, no memory, no waiting.
        while written < heard + delay {
            let sound = if speech.is_empty() { &silence } else { &speech[..block.min(speech.len())] };
            let done = stream.write_i16(sound)?;
            speech = speech.get(done.taken * channels..).unwrap_or_default();
            written = done.first_sample + done.taken as u64;
            // The ring holds seconds. In a callback, what finds no room would be lost.
            if done.taken * channels < sound.len() {
                sleep(NAP);
            }
        }

        // Until all faces are there that can be computed from what was written.
        while !stream.sample(written - latency - 1, None, None)?.ready {
            sleep(NAP);
        }
        let face = stream.sample(heard, Some(&mut weights), None)?;
        write!(csv, "{heard}")?;
        weights.iter().try_for_each(|weight| write!(csv, ",{weight:.4}"))?;
        face.head.rotation.iter().try_for_each(|value| write!(csv, ",{value:.5}"))?;
        csv.push('\n');
        shown += 1;
        heard = shown * u64::from(rate_hz) / SHOWN_HZ;
    }
    std::fs::write(out, csv)?;
    println!("{shown} faces, each {delay} samples after its sound");
    Ok(())
}
