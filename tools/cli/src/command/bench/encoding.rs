//! What the code of a style costs: from a prompt or a picture's file to P, by the towers that the pack has.

use std::sync::Arc;

use anyhow::Result;
use media2face::{Model, Style};

use super::stopwatch::{StageTime, Stopwatch, gpu_ms};
use crate::render::canvas::{Area, Canvas};

/// Side of the picture, pixels: more than towers take, so that it is resized as pictures are.
const SIDE: usize = 256;

/// Encodes a prompt and a picture. Those of every `number` are others, since a model keeps the codes of those it knows.
pub fn encode(model: &Model, number: u32) -> Result<Vec<StageTime>> {
    let clip = model.manifest().clip.as_ref();
    let gpu = || gpu_ms(&model.runtime().profile());
    let mut times = Vec::new();
    let mut time = |name, style: Style| {
        let style = Arc::new(style);
        let watch = Stopwatch::start(name, &gpu);
        model.style_code(&style)?;
        times.extend(watch.stop());
        anyhow::Ok(())
    };
    if model.manifest().reads_text() {
        time("prompt", Style::Text(format!("a very happy and excited face {number}")))?;
    }
    if clip.is_some_and(|clip| clip.vision.is_some()) {
        time("picture", Style::Picture(picture(number)?))?;
    }
    Ok(times)
}

/// A PNG with a slope of colours, which the number shifts.
fn picture(number: u32) -> Result<Vec<u8>> {
    let shade = (number % 256) as u8;
    let mut canvas = Canvas::new(SIDE, SIDE, [shade, 40, 90]);
    let area = Area { x: SIDE / 8, y: SIDE / 8, width: SIDE * 3 / 4, height: SIDE * 3 / 4 };
    canvas.panel(area, SIDE as f32 / 3.0, [250, 210, shade], [200, shade, 60]);
    let mut file = Vec::new();
    canvas.write_png(&mut file)?;
    Ok(file)
}
