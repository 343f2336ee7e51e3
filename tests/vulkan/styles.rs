//! Styles over time on a device: what is kept of the unstyled motion is kept bit for bit, as on the CPU.

use media2face::{SessionOptions, Style, StyleTrack};

use crate::{animate, network_models};

#[test]
fn isolated_styles_leave_the_other_frames_as_they_are() {
    for (name, model) in network_models() {
        let style = |prompt: &str, start_s| StyleTrack {
            start_s,
            end_s: start_s + 0.4,
            ramp_s: 0.0,
            ..StyleTrack::new(Style::Text(prompt.to_owned()))
        };
        let styles = vec![style("happy", 0.5), style("sad", 1.2)];
        let of = |styles, isolate_styles| {
            let options = SessionOptions { styles, isolate_styles, ..SessionOptions::new(16_000, 1) };
            animate(&model, options).motion().clone()
        };
        let (plain, free, isolated) = (of(Vec::new(), true), of(styles.clone(), false), of(styles, true));
        for frame in 0..60 {
            let styled = (15..27).contains(&frame) || (36..48).contains(&frame);
            assert_eq!(isolated.row(frame) == plain.row(frame), !styled, "{name}: frame {frame}");
        }
        assert_ne!(free.row(5), plain.row(5), "{name}: windows reach past the range");
    }
}
