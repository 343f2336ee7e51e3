//! The work on one clip as a row of bounded units: style → input → speech → motion. Faces are decoded on read.

use std::sync::Arc;

use crate::audio::Converter;
use crate::error::{Error, Result};
use crate::motion::{SampleJob, SampleOptions};
use crate::speech::EncodeJob;

use super::animation::Animation;
use super::log::LogLevel;
use super::model::{Identity, Model};
use super::options::{SessionOptions, Style};
use super::session::Stage;

/// Shares of the whole work, measured on the starter: style, speech; the rest is motion.
const STYLE_SHARE: f32 = 0.02;
const SPEECH_SHARE: f32 = 0.1;

/// A job between two of its units.
pub(super) struct Job {
    model: Arc<Model>,
    identity: Option<Arc<Identity>>,
    style: Option<Style>,
    style_strength: f32,
    code: Option<Vec<f32>>,
    sample_options: SampleOptions,
    sample_count: usize,
    part: Part,
}

enum Part {
    Input(Converter),
    Speech(EncodeJob),
    Motion(Box<SampleJob>),
    Ended,
}

impl Job {
    /// Of everything that was pushed; nothing is computed yet.
    pub(super) fn new(model: &Arc<Model>, options: &SessionOptions, input: Converter) -> Result<Self> {
        Ok(Self {
            model: Arc::clone(model),
            identity: options.identity.clone(),
            style: options.style.clone(),
            style_strength: options.style_strength,
            code: None,
            sample_options: options.for_sampler(model.sampler()?),
            sample_count: 0,
            part: Part::Input(input),
        })
    }

    /// Where it is.
    pub(super) fn stage(&self) -> Stage {
        match &self.part {
            _ if self.style.is_some() => Stage::Style,
            Part::Input(_) | Part::Speech(_) => Stage::Speech,
            Part::Motion(_) => Stage::Motion,
            Part::Ended => Stage::Done,
        }
    }

    /// Share of the whole work that is done.
    pub(super) fn fraction(&self) -> f32 {
        match &self.part {
            _ if self.style.is_some() => 0.0,
            Part::Input(_) => STYLE_SHARE,
            Part::Speech(job) => STYLE_SHARE + SPEECH_SHARE * job.fraction(),
            Part::Motion(job) => STYLE_SHARE + SPEECH_SHARE + (1.0 - STYLE_SHARE - SPEECH_SHARE) * job.fraction(),
            Part::Ended => 1.0,
        }
    }

    /// Does one unit of work; the animation when it was the last.
    pub(super) fn advance(&mut self) -> Result<Option<Animation>> {
        if let Some(style) = self.style.take() {
            self.code = Some(self.encode_style(style)?);
            return Ok(None);
        }
        let backend = &**self.model.runtime().backend();
        match &mut self.part {
            Part::Input(_) => {
                let Part::Input(input) = std::mem::replace(&mut self.part, Part::Ended) else {
                    unreachable!("matched above")
                };
                let samples = input.finish()?;
                self.sample_count = samples.len();
                self.part = Part::Speech(EncodeJob::new(Arc::clone(self.model.speech()?), samples)?);
                Ok(None)
            }
            Part::Speech(job) => {
                if !job.advance(backend)? {
                    return Ok(None);
                }
                let Part::Speech(job) = std::mem::replace(&mut self.part, Part::Ended) else {
                    unreachable!("matched above")
                };
                let strength = self.style_strength;
                let style = self.code.take().map(|code| crate::motion::Style { code, strength, weights: None });
                let sampler = Arc::clone(self.model.sampler()?);
                let job = SampleJob::new(sampler, job.finish()?, style.into_iter().collect(), &self.sample_options)?;
                self.part = Part::Motion(Box::new(job));
                Ok(None)
            }
            Part::Motion(job) => {
                if !job.advance(backend)? {
                    return Ok(None);
                }
                let Part::Motion(job) = std::mem::replace(&mut self.part, Part::Ended) else {
                    unreachable!("matched above")
                };
                let motion = job.finish()?;
                Ok(Some(Animation::new(&self.model, self.identity.clone(), motion, self.sample_count)))
            }
            Part::Ended => Err(Error::InvalidState("the job has ended".to_owned())),
        }
    }

    fn encode_style(&self, style: Style) -> Result<Vec<f32>> {
        let backend = &**self.model.runtime().backend();
        let styles = self.model.styles();
        let code = match style {
            Style::Text(prompt) => styles.encode_text(backend, &prompt)?,
            Style::Picture(file) => styles.encode_picture(backend, &file)?,
            Style::Code(code) => return Ok(code),
        };
        if code.truncated {
            let message = "the style prompt is longer than the text tower's context; its end was not read";
            self.model.runtime().log.add(LogLevel::Warning, message);
        }
        Ok(code.values)
    }
}
