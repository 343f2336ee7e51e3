//! Styles to codes: what a model checks of a style before any work, and the codes that it keeps, so that a prompt is
//! encoded once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use crate::limits;
use crate::picture::PictureFile;
use crate::prompt::{PromptReading, StyleCode};
use crate::unit::{self, Unit};

use super::log::LogLevel;
use super::model::Model;
use crate::conditioning::style::Style;

/// Codes of the prompts and pictures that were encoded last, the newest first; bounded by number and by the bytes of what
/// they were encoded from.
#[derive(Default)]
pub(crate) struct KeptCodes(Mutex<VecDeque<(Arc<Style>, StyleCode)>>);

impl KeptCodes {
    fn find(&self, style: &Style) -> Option<StyleCode> {
        self.lock().iter().find(|(known, _)| **known == *style).map(|(_, code)| code.clone())
    }

    /// Keeps a code as the newest, once; what alone is past the bound is not kept.
    fn keep(&self, style: &Arc<Style>, code: &StyleCode) {
        if size(style) > limits::KEPT_STYLE_BYTES {
            return;
        }
        let mut kept = self.lock();
        kept.retain(|(known, _)| known != style);
        kept.push_front((Arc::clone(style), code.clone()));
        let bytes = |kept: &VecDeque<(Arc<Style>, StyleCode)>| kept.iter().map(|(style, _)| size(style)).sum::<usize>();
        while kept.len() > limits::KEPT_STYLE_CODES || bytes(&kept) > limits::KEPT_STYLE_BYTES {
            kept.pop_back();
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Arc<Style>, StyleCode)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size(style: &Style) -> usize {
    match style {
        Style::Text(text) | Style::Preset(text) => text.len(),
        Style::Picture(file) => file.len(),
        Style::Code(code) => size_of_val(code.as_slice()),
    }
}

impl Model {
    /// Names of the pack's presets.
    pub fn preset_names(&self) -> &[String] {
        &self.manifest().presets.names
    }

    /// The code of a style, `d_p` values. That of a prompt or a picture is kept: the same one again costs nothing. What was
    /// not read of it is told as a warning.
    ///
    /// # Errors
    /// `MissingPart` without the tower that it takes, and for an unknown preset; `InvalidPicture`; `InvalidArgument` for a
    /// code of another width; what the backend reports.
    pub fn style_code(&self, style: &Arc<Style>) -> Result<Vec<f32>> {
        unit::finish(self.style_code_in(style, &Unit::default()))
    }

    /// [`style_code`](Self::style_code) in bounded parts.
    ///
    /// # Errors
    /// Those of [`style_code`](Self::style_code).
    pub(crate) async fn style_code_in(&self, style: &Arc<Style>, unit: &Unit) -> Result<Vec<f32>> {
        let code = self.code_of(style, unit).await?;
        let warn = |message: String| self.runtime().log.add(LogLevel::Warning, message);
        if code.truncated {
            warn("the style prompt is longer than the text tower's context; its end was not read".to_owned());
        }
        if code.animated {
            warn("the style picture is animated; its first frame was read".to_owned());
        }
        let reading = self.reading(style, &code.values);
        reading.and_then(|reading| reading.warning(&style.to_string())).into_iter().for_each(warn);
        Ok(code.values)
    }

    /// What a style says to the model: shares of emotions and head acts, how strong, how sure. Encodes it, at most once.
    ///
    /// # Errors
    /// `MissingPart` where the pack does not tell what its codes say; those of [`style_code`](Self::style_code).
    pub fn read_prompt(&self, style: &Arc<Style>) -> Result<PromptReading> {
        let missing =
            || Error::MissingPart("the pack does not say what its style codes mean (style_reader)".to_owned());
        self.manifest().style_reader.as_ref().ok_or_else(missing)?;
        let code = unit::finish(self.code_of(style, &Unit::default()))?;
        self.reading(style, &code.values).ok_or_else(missing)
    }

    fn reading(&self, style: &Style, code: &[f32]) -> Option<PromptReading> {
        match style {
            Style::Text(prompt) => self.styles().read(code, Some(prompt)),
            Style::Picture(_) => self.styles().read(code, None),
            // They are no words, and were not misunderstood.
            Style::Preset(_) | Style::Code(_) => {
                let reading = self.styles().read(code, Some(""))?;
                Some(PromptReading { says_nothing: false, nearest_words: Vec::new(), ..reading })
            }
        }
    }

    /// The code of a style; that of a prompt or a picture is kept.
    async fn code_of(&self, style: &Arc<Style>, unit: &Unit) -> Result<StyleCode> {
        self.check_style(style)?;
        let (backend, styles) = (&**self.runtime().backend(), self.styles());
        let code = match (&**style, self.kept_codes().find(style)) {
            (Style::Code(code), _) => {
                return Ok(StyleCode { values: code.clone(), truncated: false, animated: false });
            }
            (Style::Preset(name), _) => return styles.preset(name),
            (_, Some(kept)) => kept,
            (Style::Text(prompt), None) => styles.encode_text_in(backend, prompt, unit).await?,
            (Style::Picture(file), None) => {
                let file = PictureFile::open(file, self.runtime().max_picture_pixels())?;
                let square = self.style_square_in(&file, styles.picture_side()?, unit).await?;
                let code = styles.encode_square_in(backend, &square, unit).await?;
                StyleCode { animated: file.is_animated(), ..code }
            }
        };
        self.kept_codes().keep(style, &code);
        Ok(code)
    }

    /// Checks that the pack has what a style takes, and the width of a raw code.
    pub(crate) fn check_style(&self, style: &Style) -> Result<()> {
        let clip = self.manifest().clip.as_ref();
        let tower = |what: &str, there: bool| match there {
            true => Ok(()),
            false => Err(Error::MissingPart(format!("this model has no {what} tower, so it takes no style {what}"))),
        };
        match style {
            Style::Text(_) => {
                tower("text", self.manifest().reads_text())?;
                self.styles().expect_text(); // here, on the host's time, rather than inside a unit of a job
                Ok(())
            }
            Style::Picture(_) => tower("picture", clip.is_some_and(|clip| clip.vision.is_some())),
            Style::Preset(name) => self.styles().preset(name).map(drop),
            Style::Code(code) => {
                let width = self.sampler()?.denoiser().config().d_p;
                if code.len() != width || code.iter().any(|v| !v.is_finite()) {
                    let detail = format!("a style code of {} values, expected {width} finite ones", code.len());
                    return Err(Error::InvalidArgument(detail));
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Arc<Style> {
        Arc::new(Style::Text(text.to_owned()))
    }

    fn code(value: f32) -> StyleCode {
        StyleCode { values: vec![value], truncated: false, animated: false }
    }

    #[test]
    fn code_that_was_not_used_longest_goes_first() {
        let kept = KeptCodes::default();
        for i in 0..limits::KEPT_STYLE_CODES {
            kept.keep(&text(&i.to_string()), &code(i as f32));
        }
        kept.keep(&text("0"), &code(0.0));
        kept.keep(&text("new"), &code(-1.0));
        assert_eq!(kept.find(&text("1")), None);
        assert_eq!(kept.find(&text("0")), Some(code(0.0)), "the oldest, but used again");
        assert_eq!(kept.find(&Style::Picture(b"0".to_vec())), None, "the same bytes are another style");
    }

    #[test]
    fn bytes_of_what_is_kept_are_bounded() {
        let kept = KeptCodes::default();
        let picture = |byte: u8, len: usize| Arc::new(Style::Picture(vec![byte; len]));
        let pictures = [1, 2, 3].map(|byte| picture(byte, limits::KEPT_STYLE_BYTES / 2));
        pictures.iter().for_each(|picture| kept.keep(picture, &code(1.0)));
        kept.keep(&picture(0, limits::KEPT_STYLE_BYTES + 1), &code(0.0));
        assert_eq!(pictures.map(|picture| kept.find(&picture).is_some()), [false, true, true]);
    }
}
