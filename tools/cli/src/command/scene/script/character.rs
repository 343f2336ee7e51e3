//! `[[character]]`: who is there, where, and what its motion is adjusted by.

use std::collections::BTreeMap;
use std::path::PathBuf;

use media2face::output::{self, Blinks, Gaze, GazeTarget};
use serde::Deserialize;
use toml::Value;

/// `[[character]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Character {
    pub name: String,
    /// As `m2f animate --identity` takes it.
    pub identity: Option<String>,
    pub mesh: Option<PathBuf>,
    /// As `m2f animate --shapes` takes it.
    pub shapes: Option<PathBuf>,
    pub position_m: [f32; 3],
    #[serde(default)]
    pub facing_deg: f32,
    /// Of the lines that have none of their own.
    #[serde(default)]
    pub styles: Vec<Value>,
    #[serde(default)]
    pub adjustments: Adjustments,
}

/// `adjustments` of a character.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Adjustments {
    pub expression_gain: Option<f32>,
    pub head_gain: Option<f32>,
    pub smoothing_s: Option<f32>,
    pub head_smoothing_s: Option<f32>,
    /// By their names.
    pub channels: BTreeMap<String, Channel>,
    /// Of the motion's own gaze.
    pub gaze_gain: Option<f32>,
    pub gaze_limit_deg: Option<f32>,
    pub saccades_per_minute: Option<f32>,
    pub saccade_deg: Option<f32>,
    pub blink_limit: Option<f32>,
    pub blinks_per_minute: Option<f32>,
    /// Whether eyes and head turn to others, and the head's part of that.
    pub looks: Option<bool>,
    pub head_share: Option<f32>,
}

impl Adjustments {
    /// As the library takes it, for somebody who would look at these targets.
    pub fn settings(&self, seed: u64, mut targets: Vec<GazeTarget>) -> media2face::Adjustments {
        let Self {
            expression_gain,
            head_gain,
            smoothing_s,
            head_smoothing_s,
            channels,
            gaze_gain,
            gaze_limit_deg,
            saccades_per_minute,
            saccade_deg,
            blink_limit,
            blinks_per_minute,
            looks,
            head_share,
        } = self;
        targets.retain(|_| looks.unwrap_or(true));
        targets.iter_mut().for_each(|target| target.head_share = head_share.unwrap_or(target.head_share));
        let kept = media2face::Adjustments::default();
        media2face::Adjustments {
            seed,
            expression_gain: expression_gain.unwrap_or(kept.expression_gain),
            head_gain: head_gain.unwrap_or(kept.head_gain),
            smoothing_s: smoothing_s.unwrap_or(kept.smoothing_s),
            head_smoothing_s: head_smoothing_s.unwrap_or(media2face::Adjustments::CALM_HEAD_S),
            channels: channels.iter().map(|(name, channel)| (name.clone(), channel.settings())).collect(),
            blinks: Blinks {
                limit: blink_limit.unwrap_or(kept.blinks.limit),
                added_per_minute: blinks_per_minute.unwrap_or(kept.blinks.added_per_minute),
            },
            gaze: Gaze {
                gain: gaze_gain.unwrap_or(kept.gaze.gain),
                limit_rad: gaze_limit_deg.map_or(kept.gaze.limit_rad, f32::to_radians),
                saccades_per_minute: saccades_per_minute.unwrap_or(kept.gaze.saccades_per_minute),
                saccade_rad: saccade_deg.map_or(kept.gaze.saccade_rad, f32::to_radians),
                targets,
                ..kept.gaze
            },
        }
    }
}

/// What is done to one channel.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Channel {
    pub gain: Option<f32>,
    pub offset: Option<f32>,
    pub min: Option<f32>,
    pub max: Option<f32>,
}

impl Channel {
    /// As the library takes it.
    fn settings(self) -> output::Channel {
        let Self { gain, offset, min, max } = self;
        let kept = output::Channel::default();
        output::Channel {
            gain: gain.unwrap_or(kept.gain),
            offset: offset.unwrap_or(kept.offset),
            min: min.unwrap_or(kept.min),
            max: max.unwrap_or(kept.max),
        }
    }
}
