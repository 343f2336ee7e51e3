//! JSON: what `m2f animate` writes, and what Audio2Face exports. They differ in the names of their keys; all others are passed over.

use anyhow::{Context, Result, ensure};
use media2face::signal::{FrameRate, HeadPose};
use serde::Deserialize;

use super::Raw;

#[derive(Deserialize)]
struct Document {
    #[serde(alias = "exportFps")]
    fps: Option<f64>,
    /// The same, exactly.
    frame_rate: Option<[u32; 2]>,
    #[serde(alias = "facsNames")]
    names: Option<Vec<String>>,
    #[serde(alias = "weightMat")]
    weights: Option<Vec<Vec<f32>>>,
    #[serde(alias = "numFrames")]
    frames: Option<usize>,
    head: Option<Vec<Head>>,
    seed: Option<u64>,
}

#[derive(Deserialize)]
struct Head {
    rotation: [f32; 4],
    translation_mm: [f32; 3],
}

/// Reads a document; errors of its form name line and column.
pub fn read(text: &str) -> Result<Raw> {
    let Document { fps, frame_rate, names, weights, frames, head, seed } = serde_json::from_str(text)?;
    let names = names.context("it has neither names nor facsNames")?;
    let rows = weights.context("it has neither weights nor weightMat")?;
    let fps = match (frame_rate, fps) {
        (Some([numerator, denominator]), _) => Some(FrameRate::new(numerator, denominator).context("frame_rate")?),
        (None, Some(fps)) => Some(fps.to_string().parse().context("fps")?),
        (None, None) => None,
    };
    if let Some(frames) = frames {
        ensure!(rows.len() == frames, "it has {} frames, and says {frames}", rows.len());
    }
    for (frame, row) in rows.iter().enumerate() {
        ensure!(row.len() == names.len(), "frame {frame} has {} weights for {} names", row.len(), names.len());
    }
    let heads: Vec<HeadPose> = head.into_iter().flatten().map(Head::pose).collect();
    ensure!(heads.is_empty() || heads.len() == rows.len(), "it has {} heads for {} frames", heads.len(), rows.len());
    if let Some(frame) = heads.iter().position(|head| !is_pose(head)) {
        let reason = "its rotation is no unit quaternion, or its translation not finite";
        anyhow::bail!("the head in frame {frame}: {reason}");
    }
    Ok(Raw { fps, drop_frame: false, names, weights: rows.concat(), heads, seed })
}

impl Head {
    fn pose(self) -> HeadPose {
        HeadPose { rotation: self.rotation, translation_mm: self.translation_mm }
    }
}

/// Whether a head can stand like that.
pub fn is_pose(head: &HeadPose) -> bool {
    let square: f32 = head.rotation.iter().map(|c| c * c).sum();
    (square - 1.0).abs() < 0.01 && head.translation_mm.iter().all(|c| c.is_finite())
}
