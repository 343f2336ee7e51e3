//! The clips of a sampling: what each is made from, and the part of the common state that is its own.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::plan::DeviceFrames;
use crate::signal::Frames;

use super::edit::Inpaint;
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
        Self { audio, styles: Vec::new(), audio_curve: None, style_curve: None, seed: 0, first_frame: 0, edit: None }
    }
}

/// A checked clip on its place in the state, behind the clips before it.
#[derive(Debug)]
pub(super) struct Track {
    /// Its rows of the state.
    pub(super) rows: Range<usize>,
    pub(super) windows: Windows,
    pub(super) guidance: Guidance,
    /// Rows that its styles have in the table of codes.
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
        let styles = clip.styles.len();
        let edit = clip.edit.map(|edit| edit.standardised(frames, sampler.mean(), sampler.std()));
        let track = Self {
            rows: first_row..first_row + frames,
            windows: Windows::new(frames, config.window, options.hop),
            guidance: Guidance::new(audio_strength, style_strength, clip.styles, frames, config.d_p)?,
            codes: first_code..first_code + styles,
            edit: edit.transpose()?,
            noise: Noise::new(clip.seed),
            first_frame: clip.first_frame,
        };
        Ok((track, audio))
    }

    /// Draws standard normal values for its rows of `state`.
    pub(super) fn draw(&self, draw: Draw, state: &mut Frames) {
        let Self { rows, noise, first_frame, .. } = self;
        rows.clone().zip(*first_frame..).for_each(|(row, frame)| noise.fill(draw, frame, state.row_mut(row)));
    }
}
