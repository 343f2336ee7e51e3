//! What one clip is to become.

use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Args, value_parser};
use media2face::{InpaintMode, Model, SessionOptions, limits};

use super::value::count;
use super::{Clip, Sampling, StyleGroup, Styles};
use crate::command::generate;
use crate::input::face;
use crate::input::keyframe::Keyframe;
use crate::input::sound::Sound;

/// What [`SessionOptions`] is made of.
#[derive(Args)]
pub struct Session {
    #[command(flatten)]
    pub sampling: Sampling,
    #[command(flatten)]
    pub identity: Identity,
    #[command(flatten)]
    pub styles: Styles,
    #[command(flatten)]
    pub clip: Clip,
    /// A face or head pose that is met at a time or over a range: 1.2=smile, 0.5-0.9=jawOpen=.6,headYaw=20 (degrees),
    /// 2=face.json (weights 0 to 1 by the names of ARKit, Live Link, MediaPipe or in snake_case), 2=face.obj (a mesh on the
    /// topology), 2=face.png; may be given again
    #[arg(long = "keyframe", value_name = "TIME=WHAT", value_parser = value_parser!(Keyframe))]
    pub keyframes: Vec<Keyframe>,
    /// How firmly keyframes hold: 1 is met exactly, less gives way
    #[arg(long, value_name = "X", default_value_t = Keyframe::HOLD, requires = "keyframes")]
    pub hold: f32,
    /// Length of the way to a keyframe and from it, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Keyframe::RAMP_S, requires = "keyframes")]
    pub keyframe_ramp: f64,
    /// Paint keyframes into the noisy state instead of the estimate, and take each step that often: the rest joins them
    /// better, at that many times the cost
    #[arg(long, value_name = "LOOPS", value_parser = count(limits::MAX_RESAMPLING as u32), allow_negative_numbers = true)]
    pub repaint: Option<u32>,
}

impl Session {
    /// As the library takes it, for a sound; reads the files that it names.
    pub fn options(&self, model: &Arc<Model>, sound: &Sound) -> Result<SessionOptions> {
        let Self {
            sampling,
            identity,
            styles,
            clip: Clip { no_isolate, no_default_style, no_pack_adjustments, tail },
            keyframes,
            hold,
            keyframe_ramp,
            repaint,
        } = self;
        let heard = generate::options(sound);
        let held = |keyframe: &Keyframe| {
            let keyframe = Keyframe { hold: *hold, ramp_s: *keyframe_ramp, ..keyframe.clone() };
            let start_s = keyframe.start_s;
            keyframe.load(model.blendshape_names()).with_context(|| format!("the keyframe at {start_s} s"))
        };
        Ok(SessionOptions {
            styles: styles.0.iter().map(StyleGroup::track).collect::<Result<_>>()?,
            isolate_styles: !no_isolate,
            default_style: !no_default_style,
            keyframes: keyframes.iter().map(held).collect::<Result<_>>()?,
            edit_mode: repaint.map_or(heard.edit_mode, |loops| InpaintMode::Repaint { loops: loops as usize }),
            tail_s: *tail,
            pack_adjustments: !no_pack_adjustments,
            identity: identity.find(model)?,
            ..sampling.over(heard)
        })
    }
}

/// Whose face it is.
#[derive(Args, Clone)]
pub struct Identity {
    /// One of `m2f identities`, or a mix of them: NAME=WEIGHT,NAME=WEIGHT; the first by default
    #[arg(long, value_name = "NAME")]
    pub identity: Option<String>,
}

impl Identity {
    /// Of this model; `None` is its first.
    pub fn find(&self, model: &Arc<Model>) -> Result<Option<Arc<media2face::Identity>>> {
        self.identity.as_deref().map(|wanted| face::identity(model, wanted)).transpose()
    }
}
