//! Programs and packed weights stay with their model.

use media2face::pack::{self, Size};
use media2face::{BackendChoice, Model, Runtime, RuntimeOptions, SessionOptions, Style};

use super::session::{animate, options, tone};

#[test]
fn second_clip_of_one_length_prepares_nothing() {
    let backend = BackendChoice::Cpu;
    let runtime =
        Runtime::new(&RuntimeOptions { threads: Some(0), backend, ..RuntimeOptions::default() }).expect("runtime");
    let model = Model::new(&runtime, pack::random(Size::Tiny, 1).expect("pack")).expect("model");
    let take = |prompt: &str, guidance: f32, seed: u64, seconds: f32| {
        let style = Some(Style::Text(prompt.to_owned()));
        let options = SessionOptions { style, seed, guidance_audio: Some(guidance), ..options(16_000, 1) };
        let animation = animate(&model, options, &tone(16_000, 1, seconds));
        let mut reader = animation.reader().expect("reader");
        reader.weights(30.0, 0, 9).expect("weights");
        reader.offsets_mm(30.0, 0, 5).expect("offsets");
        (animation.motion().clone(), runtime.prepared())
    };
    let (first, prepared) = take("happy", 2.5, 7, 1.3);
    assert!(prepared.programs > 0 && prepared.weights > 0, "{prepared:?}");
    let (again, now) = take("happy", 2.5, 7, 1.3);
    assert_eq!((&again, now), (&first, prepared), "the same clip");
    // The code of the style is kept, too; another prompt runs the text tower, whose programs are made for its words.
    let (other, now) = take("happy", 1.75, 8, 1.3);
    assert!(other != first && now == prepared, "other guidance and seed: {now:?}");
    let (_, longer) = take("happy", 2.5, 7, 1.6);
    assert!(longer.programs > prepared.programs, "another length is another program");
    assert_eq!(longer.weights, prepared.weights, "of the same weights");
    assert_eq!(take("happy", 2.5, 7, 1.3), (first, longer), "the first length is still there");
}
