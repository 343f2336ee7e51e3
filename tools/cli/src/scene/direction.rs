//! Styles and keyframes of a line: read, with the files that they name, and moved from the line's time to the scene's.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use media2face::pack::ARKIT_NAMES;
use media2face::picture::Picture;
use media2face::session::{Model, Session, SessionOptions, Style, StyleTrack};

use super::faults::Faults;
use super::script;
use crate::keyframe::{Expression, HeadTurn, Keyframe, Target};

/// A keyframe whose files are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Pose {
    /// Seconds.
    pub start_s: f64,
    /// Seconds.
    pub end_s: f64,
    pub expression: Option<Arc<Target>>,
    pub head: Option<HeadTurn>,
    pub hold: f32,
    pub ramp_s: f64,
}

/// Styles of a line or a character, in the time of a line. What is wrong with one is told with its number.
pub fn styles(
    tables: &[toml::Value],
    place: &str,
    folder: &Path,
    model: Option<&Arc<Model>>,
    faults: &mut Faults,
) -> Vec<StyleTrack> {
    let mut tracks = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let place = format!("{place}, styles {}", number + 1);
        let Some(style) = script::read::<script::Style>(table.clone(), &place, faults) else { continue };
        let track = style_track(style, folder).and_then(|track| {
            // A session knows best what the model takes.
            let fits = |model| Session::new(model, SessionOptions { styles: vec![track.clone()], ..heard() });
            model.map(fits).transpose()?;
            Ok(track)
        });
        tracks.extend(faults.take(&place, track));
    }
    tracks
}

/// Options of a session for the sound of scenes.
pub fn heard() -> SessionOptions {
    SessionOptions::new(media2face::audio::RATE_HZ, 1)
}

fn style_track(style: script::Style, folder: &Path) -> Result<StyleTrack> {
    let what = match (style.text, style.picture, style.preset) {
        (Some(text), None, None) => Style::Text(text),
        (None, Some(path), None) => {
            let path = folder.join(path);
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read the picture {}", path.display()))?;
            Picture::decode(&bytes).with_context(|| path.display().to_string())?;
            Style::Picture(bytes)
        }
        (None, None, Some(name)) => Style::Preset(name),
        _ => bail!("expected one of text, picture and preset"),
    };
    let mut track = StyleTrack::new(what);
    track.start_s = style.start_s.unwrap_or(track.start_s);
    track.end_s = style.end_s.unwrap_or(track.end_s);
    track.strength = style.strength.unwrap_or(track.strength);
    track.ramp_s = style.ramp_s.unwrap_or(track.ramp_s);
    Ok(track)
}

/// Styles in the time of the scene, cut at the end of their line; what is cut is told to `warn`.
pub fn spoken_styles(styles: &[StyleTrack], (start_s, end_s): (f64, f64), warn: impl Fn(String)) -> Vec<StyleTrack> {
    let duration_s = end_s - start_s;
    let mut moved = Vec::with_capacity(styles.len());
    for (number, style) in styles.iter().enumerate() {
        let number = number + 1;
        if style.start_s >= duration_s {
            warn(format!(
                "style {number} begins at {} s, the line ends at {duration_s:.2} s: no effect",
                style.start_s
            ));
            continue;
        }
        if style.end_s.is_finite() && style.end_s > duration_s {
            warn(format!("style {number} ends at {} s, the line at {duration_s:.2} s: it was cut", style.end_s));
        }
        let end_s = start_s + style.end_s.min(duration_s);
        moved.push(StyleTrack { start_s: start_s + style.start_s, end_s, ..style.clone() });
    }
    moved
}

/// Keyframes of a line, in its time.
pub fn poses(
    tables: &[toml::Value],
    place: &str,
    folder: &Path,
    model: Option<&Arc<Model>>,
    faults: &mut Faults,
) -> Vec<Pose> {
    // Without a model at hand the files are read all the same.
    let arkit: Vec<String> = ARKIT_NAMES.iter().map(ToString::to_string).collect();
    let names = model.map_or(&arkit[..], |model| model.blendshape_names());
    let mut poses = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let place = format!("{place}, keyframes {}", number + 1);
        let Some(table) = script::read::<script::Keyframe>(table.clone(), &place, faults) else { continue };
        let pose = keyframe(table, folder).and_then(|keyframe| read(&keyframe, names));
        poses.extend(faults.take(&place, pose));
    }
    poses
}

fn keyframe(table: script::Keyframe, folder: &Path) -> Result<Keyframe> {
    let expression = match (table.expression, table.weights, table.file) {
        (None, None, None) => None,
        (Some(name), None, None) => Some(Expression::named(&name)?),
        (None, Some(weights), None) => Some(Expression::Weights(weights)),
        (None, None, Some(path)) => Some(Expression::File(folder.join(path))),
        _ => bail!("expected one of expression, weights and file"),
    };
    let (start_s, end_s) = (table.start_s, table.end_s.unwrap_or(table.start_s));
    let (hold, ramp_s) = (table.hold.unwrap_or(Keyframe::HOLD), table.ramp_s.unwrap_or(Keyframe::RAMP_S));
    Ok(Keyframe { start_s, end_s, expression, head: table.head, hold, ramp_s })
}

/// Reads what a keyframe names, for a model with these channels.
fn read(keyframe: &Keyframe, names: &[String]) -> Result<Pose> {
    keyframe.check()?;
    let expression = keyframe.expression.as_ref().map(|expression| expression.read(names)).transpose()?.map(Arc::new);
    let &Keyframe { start_s, end_s, head, hold, ramp_s, .. } = keyframe;
    Ok(Pose { start_s, end_s, expression, head, hold, ramp_s })
}

/// Keyframes in the time of the scene; one past its line's end is a fault.
pub fn spoken_poses(poses: &[Pose], (start_s, end_s): (f64, f64)) -> Result<Vec<Pose>> {
    let moved = |pose: &Pose| {
        let duration_s = end_s - start_s;
        ensure!(pose.end_s <= duration_s, "a keyframe at {} s, the line ends at {duration_s:.2} s", pose.end_s);
        Ok(Pose { start_s: start_s + pose.start_s, end_s: start_s + pose.end_s, ..pose.clone() })
    };
    poses.iter().map(moved).collect()
}

/// Adds a fault for every two keyframes that hold the same frames to different poses.
pub fn refuse_clashes(poses: &[Pose], fps: f32, place: &str, faults: &mut Faults) {
    let frame = |time_s: f64| (time_s * f64::from(fps)).round() as u64;
    let hard = |pose: &Pose| pose.hold >= 1.0;
    for (number, pose) in poses.iter().enumerate() {
        for (before, other) in poses[..number].iter().enumerate() {
            let meet = frame(pose.start_s) <= frame(other.end_s) && frame(other.start_s) <= frame(pose.end_s);
            let differ = |a: bool, b: bool, same: bool| a && b && !same;
            let expressions =
                differ(pose.expression.is_some(), other.expression.is_some(), pose.expression == other.expression);
            let heads = differ(pose.head.is_some(), other.head.is_some(), pose.head == other.head);
            if meet && hard(pose) && hard(other) && (expressions || heads) {
                let (number, before, at_s) = (number + 1, before + 1, pose.start_s.max(other.start_s));
                let text =
                    format!("keyframes {before} and {number} hold different poses at {at_s:.2} s: lower one's hold");
                faults.add(place, text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pose(start_s: f64, end_s: f64, weight: f32) -> Pose {
        let expression = Some(Arc::new(Target::Weights(vec![weight])));
        Pose { start_s, end_s, expression, head: None, hold: 1.0, ramp_s: 0.2 }
    }

    fn clashes(poses: &[Pose]) -> usize {
        let mut faults = Faults::default();
        refuse_clashes(poses, 30.0, "line 1", &mut faults);
        faults.report("a").map_or_else(|report| report.to_string().lines().count() - 1, |()| 0)
    }

    #[test]
    fn keyframes_clash_where_both_hold_a_frame_to_another_pose() {
        assert_eq!(clashes(&[pose(0.0, 1.0, 0.2), pose(1.01, 2.0, 0.4)]), 1, "the same frame");
        assert_eq!(clashes(&[pose(0.0, 1.0, 0.2), pose(1.1, 2.0, 0.4)]), 0, "one behind the other");
        assert_eq!(clashes(&[pose(0.0, 1.0, 0.2), pose(0.5, 2.0, 0.2)]), 0, "the same pose");
        assert_eq!(clashes(&[pose(0.0, 1.0, 0.2), Pose { hold: 0.5, ..pose(0.5, 2.0, 0.4) }]), 0, "one gives way");
        let head = Some(HeadTurn::default());
        assert_eq!(clashes(&[pose(0.0, 1.0, 0.2), Pose { expression: None, head, ..pose(0.0, 1.0, 0.4) }]), 0);
    }

    #[test]
    fn styles_move_with_their_line_and_end_with_it() {
        let style = |start_s, end_s| StyleTrack { start_s, end_s, ..StyleTrack::new(Style::Text("sad".to_owned())) };
        let told = std::cell::RefCell::new(Vec::new());
        let all = [style(0.0, f64::INFINITY), style(0.5, 1.0), style(0.5, 9.0), style(3.0, 4.0)];
        let moved = spoken_styles(&all, (10.0, 12.0), |warning| told.borrow_mut().push(warning));
        let times: Vec<(f64, f64)> = moved.iter().map(|style| (style.start_s, style.end_s)).collect();
        assert_eq!(times, [(10.0, 12.0), (10.5, 11.0), (10.5, 12.0)]);
        let told = told.into_inner();
        assert!(told.len() == 2 && told[0].contains("style 3") && told[1].contains("no effect"), "{told:?}");
    }
}
