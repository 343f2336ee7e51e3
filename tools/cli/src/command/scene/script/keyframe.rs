//! An entry of `keyframes`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde::Deserialize;

use crate::input::keyframe::{self, Expression, Head, HeadTurn};

/// An entry of `keyframes`; times from the line's start on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyframe {
    pub start_s: f64,
    pub end_s: Option<f64>,
    /// A name of the table.
    pub expression: Option<String>,
    pub weights: Option<BTreeMap<String, f32>>,
    pub file: Option<PathBuf>,
    pub head: Option<HeadTurn>,
    pub head_picture: Option<PathBuf>,
    pub hold: Option<f32>,
    pub ramp_s: Option<f64>,
}

impl Keyframe {
    /// As on the command line; its paths begin at the folder.
    pub fn written(self, folder: &Path) -> Result<keyframe::Keyframe> {
        let Self { start_s, end_s, expression, weights, file, head, head_picture, hold, ramp_s } = self;
        let expression = match (expression, weights, file) {
            (None, None, None) => None,
            (Some(name), None, None) => Some(Expression::named(&name)?),
            (None, Some(weights), None) => Some(Expression::Weights(weights)),
            (None, None, Some(path)) => Some(Expression::File(folder.join(path))),
            _ => bail!("expected one of expression, weights and file"),
        };
        let head = match (head, head_picture) {
            (None, None) => None,
            (Some(turn), None) => Some(Head::Turn(turn)),
            (None, Some(path)) => Some(Head::Picture(folder.join(path))),
            _ => bail!("expected one of head and head_picture"),
        };
        Ok(keyframe::Keyframe {
            start_s,
            end_s: end_s.unwrap_or(start_s),
            expression,
            head,
            hold: hold.unwrap_or(keyframe::Keyframe::HOLD),
            ramp_s: ramp_s.unwrap_or(keyframe::Keyframe::RAMP_S),
        })
    }
}
