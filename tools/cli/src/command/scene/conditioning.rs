//! Styles and keyframes of a line, moved from its time to the scene's.

use media2face::StyleTrack;

use super::faults::Faults;

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

/// Keyframes in the time of the scene, cut at the end of their line; what is cut is told to `warn`.
pub fn spoken_keyframes(
    keyframes: &[media2face::Keyframe],
    (start_s, end_s): (f64, f64),
    warn: impl Fn(String),
) -> Vec<media2face::Keyframe> {
    let duration_s = end_s - start_s;
    let mut moved = Vec::with_capacity(keyframes.len());
    for (number, keyframe) in keyframes.iter().enumerate() {
        let number = number + 1;
        if keyframe.start_s > duration_s {
            warn(format!(
                "keyframe {number} is at {} s, the line ends at {duration_s:.2} s: no effect",
                keyframe.start_s
            ));
            continue;
        }
        if keyframe.end_s > duration_s {
            warn(format!("keyframe {number} ends at {} s, the line at {duration_s:.2} s: it was cut", keyframe.end_s));
        }
        let end_s = start_s + keyframe.end_s.min(duration_s);
        moved.push(media2face::Keyframe { start_s: start_s + keyframe.start_s, end_s, ..keyframe.clone() });
    }
    moved
}

/// Adds a fault for every two keyframes of a character that hold the same frames to different poses.
pub fn refuse_contradictions(keyframes: &[media2face::Keyframe], fps: f32, place: &str, faults: &mut Faults) {
    for (number, keyframe) in keyframes.iter().enumerate() {
        for other in keyframes[..number].iter().filter(|other| keyframe.contradicts(other, fps)) {
            let at_s = keyframe.start_s.max(other.start_s);
            faults.add(place, format!("two keyframes hold different poses at {at_s:.2} s: lower the hold of one"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media2face::Style;

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
