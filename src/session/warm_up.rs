//! A first run ahead of the first clip: kernels are compiled and the pack is read from disk before anyone waits for it.

use std::pin::pin;
use std::sync::Arc;

use crate::audio::Converter;
use crate::error::{Error, Result};
use crate::limits;
use crate::memory;

use super::clip::{Input, Pending};
use super::job::animate;
use super::options::SessionOptions;
use super::work::Course;
use crate::conditioning::conditions::Conditioning;
use crate::conditioning::style::Style;
use crate::host::model::Model;

const SAMPLE_RATE_HZ: u32 = 16_000;

impl Model {
    /// Animates a hum of this length, once without a style and, if the model takes styles, once with one, and decodes as
    /// many frames as a clip reads at once. On a device it compiles the kernels that such a clip needs, which stay with the
    /// runtime; on the CPU it reads the weights from disk. One denoising step of each plan is run, on the calling thread.
    ///
    /// # Errors
    /// `InvalidArgument` for a length that no clip has, `MissingPart` for a model that animates nothing, and all that a
    /// session's work can answer.
    pub fn warm_up(self: &Arc<Self>, duration_s: f32) -> Result<()> {
        let samples = (f64::from(duration_s) * f64::from(SAMPLE_RATE_HZ)).round();
        if !(1.0..=f64::from(limits::MAX_CLIP_S * SAMPLE_RATE_HZ)).contains(&samples) {
            let most = limits::MAX_CLIP_S;
            return Err(Error::InvalidArgument(format!("a clip of {duration_s} s, at most {most} s can be")));
        }
        let plain = SessionOptions { steps: Some(1), ..SessionOptions::new(SAMPLE_RATE_HZ, 1) };
        self.check(&plain)?;
        self.rehearse(samples as usize, &plain)?;
        if !self.manifest().reads_text() {
            return Ok(());
        }
        let style = Some(Style::Text("calm".to_owned()));
        self.rehearse(samples as usize, &SessionOptions { style, ..plain })
    }

    fn rehearse(self: &Arc<Self>, samples: usize, options: &SessionOptions) -> Result<()> {
        let mut input = Converter::new(SAMPLE_RATE_HZ, 1)?;
        let hum: Vec<f32> = (0..samples).map(|i| 0.01 * (i as f32 * 0.05).sin()).collect();
        input.push_f32(&hum)?;
        let conditioning = Arc::new(Conditioning::new(self, options)?);
        let clip = Pending::new(self, options, &conditioning, Input::Audio(input));
        let (course, options) = (Arc::<Course>::default(), options.for_sampler(self.sampler()?));
        let mut job = pin!(animate(Arc::clone(self), options, vec![clip], Arc::clone(&course)));
        let place = self.runtime().turns.join();
        let animations = loop {
            place.wait();
            if let Some(animations) = course.unit.advance(job.as_mut()) {
                break animations?;
            }
            memory::check("a model's first run")?;
            place.pass();
        };
        drop(place);
        let Some(animation) = animations.into_iter().next().map(Arc::new) else { return Ok(()) };
        if self.manifest().gnpfa.is_none() {
            return Ok(());
        }
        let (fps, mut reader) = (animation.native_fps(), animation.reader()?);
        // Batches of every size: each is an eighth of the one before.
        let largest = self.runtime().backend().frames_per_run();
        let frames = (largest + largest / 8 + 1).min(animation.frame_count(fps)?);
        reader.weights(fps, 0, frames)?;
        if self.topology().is_some() && !self.identity_names().is_empty() {
            reader.offsets_mm(fps, 0, frames)?;
        }
        Ok(())
    }
}
