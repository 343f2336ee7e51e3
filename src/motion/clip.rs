//! The clips of a sampling: what each is made from, and the part of the common state that is its own.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::plan::DeviceFrames;

use super::edit::{Inpaint, InpaintMode};
use super::guidance::{Guidance, Strength, Style};
use super::noise::{Draw, Noise};
use super::sampler::{SampleOptions, Sampler};
use super::windows::Windows;

/// One clip that is to be sampled, alone or beside others.
pub struct Clip {
    /// Features A, [frames, d_a], at the pack's rate, in the memory of the backend that the job will be advanced on.
    pub audio: DeviceFrames,
    /// What it is drawn to.
    pub styles: Vec<Style>,
    /// Code of the style that stands in the place of no style, d_p values; `None` is the paper's form, where the audio alone
    /// decides.
    pub default_code: Option<Vec<f32>>,
    /// s_A of each frame, in place of the options'.
    pub audio_curve: Option<Vec<f32>>,
    /// s_P of each frame, in place of the options'.
    pub style_curve: Option<Vec<f32>>,
    /// The same seed gives the same noise everywhere.
    pub seed: u64,
    /// The number that its first frame has for the noise: a part of a longer clip gets the noise of its place there.
    pub first_frame: usize,
    /// What is known of the motion.
    pub edit: Option<Inpaint>,
}

impl Clip {
    /// A clip of seed 0 without style or edit.
    pub fn new(audio: DeviceFrames) -> Self {
        let (default_code, audio_curve, style_curve, edit) = (None, None, None, None);
        Self { audio, styles: Vec::new(), default_code, audio_curve, style_curve, seed: 0, first_frame: 0, edit }
    }
}

/// A checked clip on its place in the state, behind the clips before it.
#[derive(Debug)]
pub(super) struct Track {
    /// Its rows of the state.
    pub(super) rows: Range<usize>,
    pub(super) windows: Windows,
    pub(super) guidance: Guidance,
    /// Rows that its styles and its default style have in the table of codes.
    pub(super) codes: Range<usize>,
    /// Standardised.
    pub(super) edit: Option<Inpaint>,
    noise: Noise,
    first_frame: usize,
}

impl Track {
    /// Checks a clip and gives it the place behind another; its audio is given back.
    pub(super) fn new(
        sampler: &Sampler,
        clip: Clip,
        options: &SampleOptions,
        before: Option<&Self>,
    ) -> Result<(Self, DeviceFrames)> {
        let config = sampler.denoiser().config();
        let audio = clip.audio;
        let frames = audio.rows;
        if audio.width != config.d_a || frames == 0 {
            return Err(Error::InvalidArgument(format!(
                "audio features of {} columns and {frames} frames, the model takes {} columns",
                audio.width, config.d_a
            )));
        }
        let audio_strength = Strength::new("guidance_audio", options.guidance_audio, clip.audio_curve, frames)?;
        let style_strength = Strength::new("guidance_style", options.guidance_style, clip.style_curve, frames)?;
        // The first row of the table of codes stands for no style.
        let (first_row, first_code) = before.map_or((0, 1), |track| (track.rows.end, track.codes.end));
        let edit = clip.edit.map(|edit| edit.standardised(frames, sampler.mean(), sampler.std()));
        let mut guidance =
            Guidance::new(audio_strength, style_strength, clip.styles, clip.default_code, frames, config.d_p)?;
        guidance.taken_in = sampler.taken_in();
        let track = Self {
            rows: first_row..first_row + frames,
            windows: Windows::new(frames, config.window, options.hop)?,
            codes: first_code..first_code + guidance.codes().count(),
            guidance,
            edit: edit.transpose()?,
            noise: Noise::new(clip.seed),
            first_frame: clip.first_frame,
        };
        Ok((track, audio))
    }

    /// Times that each of its steps is taken.
    pub(super) fn loops(&self) -> usize {
        self.edit.as_ref().map_or(1, Inpaint::loops)
    }

    /// Whether known motion is painted into its state.
    pub(super) fn repaints(&self) -> bool {
        self.edit.as_ref().is_some_and(|edit| matches!(edit.mode, InpaintMode::Repaint { .. }))
    }

    /// Whether known motion stands in its state as it is.
    pub(super) fn is_given(&self) -> bool {
        self.edit.as_ref().is_some_and(Inpaint::is_given)
    }

    /// Draws standard normal values for some of its rows of the state, `width` values each.
    pub(super) fn draw(&self, draw: Draw, rows: Range<usize>, width: usize, values: &mut [f32]) {
        let frames = self.first_frame + rows.start - self.rows.start..;
        values.chunks_exact_mut(width).zip(frames).for_each(|(row, frame)| self.noise.fill(draw, frame, row));
    }
}
