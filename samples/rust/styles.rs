//! Styles over time: the first half of a WAV is said sadly, the second happily; what lies between keeps its own motion.
//!
//! ```text
//! cargo run --release --example styles -- MODEL.m2f SPEECH.wav OUT.csv
//! ```

use std::error::Error;
use std::fmt::Write;

use media2face::pack::Pack;
use media2face::{Model, Runtime, RuntimeOptions, Session, SessionOptions, Style, StyleTrack};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, speech, out] = arguments.as_slice() else {
        return Err("usage: styles MODEL.m2f SPEECH.wav OUT.csv".into());
    };

    let mut wav = hound::WavReader::open(speech)?;
    let (form, duration_s) = (wav.spec(), f64::from(wav.duration()) / f64::from(wav.spec().sample_rate));
    let samples = wav.samples::<i16>().collect::<Result<Vec<_>, _>>()?;

    let runtime = Runtime::new(&RuntimeOptions::default())?;
    let model = Model::new(&runtime, Pack::open(model)?)?;
    let words =
        |words: &str, start_s, end_s| StyleTrack { start_s, end_s, ..StyleTrack::new(Style::Text(words.to_owned())) };
    let styles = vec![words("sad", 0.0, 0.4 * duration_s), words("happy", 0.6 * duration_s, f64::INFINITY)];
    let options = SessionOptions { styles, ..SessionOptions::new(form.sample_rate, u32::from(form.channels)) };
    let session = Session::new(&model, options)?;
    session.push_i16(&samples)?;
    session.finish()?;
    session.wait(None)?;
    let animation = session.pull()?.ok_or("the job is not done")?;

    let (fps, names) = (animation.native_fps(), model.blendshape_names());
    let weights = animation.reader()?.weights(fps, 0, animation.frame_count(fps)?)?;
    let column = |name: &str| names.iter().position(|known| known == name).ok_or(format!("the model has no {name}"));
    let (smile, frown) = (column("mouthSmileLeft")?, column("mouthFrownLeft")?);
    let mut csv = "frame,mouthSmileLeft,mouthFrownLeft\n".to_owned();
    for (frame, row) in weights.chunks_exact(names.len()).enumerate() {
        writeln!(csv, "{frame},{:.4},{:.4}", row[smile], row[frown])?;
    }
    std::fs::write(out, csv)?;
    Ok(())
}
