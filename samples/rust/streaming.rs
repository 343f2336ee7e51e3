//! A live face: one thread writes sound in blocks of 10 ms, another shows the face of the sample that is heard. After a second and
//! a half somebody interrupts.
//!
//! ```text
//! cargo run --release --example streaming -- MODEL.m2f SPEECH.wav
//! ```

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use media2face::pack::Pack;
use media2face::{FADE_S, Model, Runtime, RuntimeOptions, Stream, StreamOptions};

const BLOCK: Duration = Duration::from_millis(10);
const SHOWN: Duration = Duration::from_micros(16_667);
const INTERRUPT_S: f64 = 1.5;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, speech] = arguments.as_slice() else { return Err("usage: streaming MODEL.m2f SPEECH.wav".into()) };
    let mut wav = hound::WavReader::open(speech)?;
    let (rate_hz, channels) = (wav.spec().sample_rate, wav.spec().channels);
    let samples = wav.samples::<i16>().collect::<Result<Vec<_>, _>>()?;

    let runtime = Runtime::new(&RuntimeOptions::default())?;
    let model = Model::new(&runtime, Pack::open(model)?)?;
    // All of its memory is taken here.
    let stream = Stream::new(&model, StreamOptions::new(rate_hz, u32::from(channels)))?;
    let jaw = model.blendshape_names().iter().position(|name| name == "jawOpen").ok_or("the model has no jawOpen")?;

    // Faces are ready so long after their sound was written, and once a window is computed: sound that is played is delayed by as much.
    let delay_s = f64::from(stream.state().latency_ms) / 1e3 + 0.1;
    let (start, interrupted) = (Instant::now(), AtomicBool::new(false));
    let duration_s = samples.len() as f64 / f64::from(channels) / f64::from(rate_hz);
    std::thread::scope(|scope| -> Result<(), media2face::Error> {
        scope.spawn(|| {
            let block = (BLOCK.as_secs_f64() * f64::from(rate_hz)) as usize * usize::from(channels);
            for block in samples.chunks(block) {
                // No lock and no memory: an audio callback would do the same.
                if interrupted.load(Ordering::Relaxed) || stream.write_i16(block).is_err() {
                    return;
                }
                std::thread::sleep(BLOCK);
            }
        });
        let mut weights = vec![0.0; stream.weight_count()];
        loop {
            let heard_s = start.elapsed().as_secs_f64() - delay_s;
            if heard_s > duration_s {
                return Ok(());
            }
            let heard = (heard_s.max(0.0) * f64::from(rate_hz)) as u64;
            if heard_s > INTERRUPT_S && !interrupted.swap(true, Ordering::Relaxed) {
                stream.interrupt(heard, FADE_S)?;
            }
            let face = stream.sample(heard, Some(&mut weights), None)?;
            println!("{heard_s:6.2} s  {} jawOpen {:.2}", if face.ready { " " } else { "…" }, weights[jaw]);
            std::thread::sleep(SHOWN);
        }
    })?;
    println!("{:?}", stream.state());
    Ok(())
}
