//! Styles over time on a device: what is kept of the unstyled motion is kept bit for bit, as on the CPU.

use std::sync::Arc;

use media2face::backend::select::BackendChoice;
use media2face::pack::{self, Size};
use media2face::session::{Model, Runtime, RuntimeOptions, Session, SessionOptions, Style, StyleTrack};
use media2face::signal::Frames;

use crate::network_devices;

fn animate(model: &Arc<Model>, styles: Vec<StyleTrack>, isolate_styles: bool) -> Frames {
    let options = SessionOptions { steps: Some(3), styles, isolate_styles, ..SessionOptions::new(16_000, 1) };
    let session = Session::new(model, options).expect("session");
    session.push_f32(&(0..32_000).map(|i| 0.3 * (i as f32 * 0.06).sin()).collect::<Vec<_>>()).expect("push");
    session.finish().expect("finish");
    assert!(session.wait(None).expect("job"));
    session.pull().expect("job").expect("done").motion().clone()
}

#[test]
fn isolated_styles_leave_the_other_frames_as_they_are() {
    for device in network_devices() {
        let backend = BackendChoice::Vulkan(device.options.clone());
        let runtime = Runtime::new(&RuntimeOptions { threads: Some(1), backend, ..RuntimeOptions::default() });
        let model = Model::new(&runtime.expect("runtime"), pack::random(Size::Tiny, 1).expect("a pack"));
        let model = model.expect("model");
        let style = |prompt: &str, start_s| StyleTrack {
            start_s,
            end_s: start_s + 0.4,
            ramp_s: 0.0,
            ..StyleTrack::new(Style::Text(prompt.to_owned()))
        };
        let styles = vec![style("happy", 0.4), style("sad", 0.6)];
        let plain = animate(&model, Vec::new(), false);
        let (free, isolated) = (animate(&model, styles.clone(), false), animate(&model, styles, true));
        for frame in 0..60 {
            let kept = isolated.row(frame) == plain.row(frame);
            assert_eq!(kept, !(12..30).contains(&frame), "frame {frame} on {}", device.name);
        }
        assert_ne!(free.row(35), plain.row(35), "{}: the window reaches past the range", device.name);
    }
}
