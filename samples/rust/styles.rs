//! Styles over time: the first half of a WAV is said sadly, the second happily, and the end more strongly.
//!
//! ```text
//! cargo run --release --example styles -- MODEL.m2f SPEECH.wav OUT.csv
//! ```

use std::error::Error;
use std::fmt::Write;

use media2face::pack::Pack;
use media2face::{Curve, Guidance, Model, Runtime, RuntimeOptions, Session, SessionOptions, Style, StyleTrack};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, speech, out] = arguments.as_slice() else {
        return Err("usage: styles MODEL.m2f SPEECH.wav OUT.csv".into());
    };
    let mut wav = hound::WavReader::open(speech)?;
    let (form, half_s) = (wav.spec(), 0.5 * f64::from(wav.duration()) / f64::from(wav.spec().sample_rate));
    let samples = wav.samples::<i16>().collect::<Result<Vec<_>, _>>()?;

    let runtime = Runtime::new(&RuntimeOptions::default())?;
    let model = Model::new(&runtime, Pack::open(model)?)?;
    let session = Session::new(&model, SessionOptions::new(form.sample_rate, u32::from(form.channels)))?;

    // Where the two meet their ramps cross, and their weights sum to one. Infinity means the clip's end.
    let words = |words: &str, start_s, end_s| {
        let track = StyleTrack::new(Style::Text(words.to_owned()));
        session.add_style(StyleTrack { start_s, end_s, ramp_s: 0.3, ..track })
    };
    words("sad", 0.0, half_s)?;
    let happy = words("happy", half_s, 2.0 * half_s)?;

    // s_P rises from the middle on: the style grows stronger.
    session.set_guidance_curve(Guidance::Style, Some(Curve::new(vec![(half_s, 1.0), (2.0 * half_s, 2.0)])?))?;

    session.push_i16(&samples)?;
    // Until the work begins, everything may still change.
    session.set_style_strength(happy, 1.2)?;
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
