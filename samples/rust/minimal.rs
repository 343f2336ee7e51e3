//! The smallest whole use of media2face: a WAV of speech in, a CSV of blendshape weights and head poses out.
//!
//! ```text
//! cargo run --release --example minimal -- MODEL.m2f SPEECH.wav OUT.csv
//! ```

use std::error::Error;
use std::fmt::Write;

use media2face::pack::Pack;
use media2face::{Model, Runtime, RuntimeOptions, Session, SessionOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, speech, out] = arguments.as_slice() else {
        return Err("usage: minimal MODEL.m2f SPEECH.wav OUT.csv".into());
    };
    let mut wav = hound::WavReader::open(speech)?;
    let form = wav.spec();
    let samples = wav.samples::<i16>().collect::<Result<Vec<_>, _>>()?;

    // Runtime and model: once per process.
    let runtime = Runtime::new(&RuntimeOptions::default())?;
    let model = Model::new(&runtime, Pack::open(model)?)?;

    // Session: once per clip.
    let session = Session::new(&model, SessionOptions::new(form.sample_rate, u32::from(form.channels)))?;
    session.push_i16(&samples)?;
    session.finish()?;
    session.wait(None)?;
    let animation = session.pull()?.ok_or("the job is not done")?;

    // The animation: frames at any rate.
    let (fps, names) = (animation.native_fps(), model.blendshape_names());
    let frame_count = animation.frame_count(fps)?;
    let mut reader = animation.reader()?;
    let weights = reader.weights(fps, 0, frame_count)?;
    let heads = reader.heads(fps, 0, frame_count)?;

    let mut csv = format!("frame,{},headX,headY,headZ,headW,headMoveX,headMoveY,headMoveZ\n", names.join(","));
    for (frame, (row, head)) in weights.chunks_exact(names.len()).zip(&heads).enumerate() {
        write!(csv, "{frame}")?;
        row.iter().try_for_each(|weight| write!(csv, ",{weight:.4}"))?;
        head.rotation.iter().chain(&head.translation_mm).try_for_each(|value| write!(csv, ",{value:.5}"))?;
        csv.push('\n');
    }
    std::fs::write(out, csv)?;
    Ok(())
}
