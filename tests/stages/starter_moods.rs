//! Moods of the starter on the sample audio: none comes by chance, and one that is asked for grows with its strength.

use std::sync::{Arc, OnceLock};

use media2face::{Animation, Model, SessionOptions, Style};

use super::session::{animate, options};
use super::starter;
use crate::support::extent::{IN_FULL, is_full, left_out};

/// Channels that tell moods apart, and the mean over a clip from which a face is in one.
const MOODS: [(&str, f32); 4] =
    [("browDownLeft", 0.2), ("mouthFrownLeft", 0.15), ("eyeWideLeft", 0.2), ("noseSneerLeft", 0.1)];

fn model() -> &'static Arc<Model> {
    static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
    MODEL.get_or_init(starter::model)
}

/// With the pack's own steps.
fn take(seed: u64, change: impl FnOnce(&mut SessionOptions)) -> Arc<Animation> {
    let mut options = SessionOptions { steps: None, seed, ..options(16_000, 1) };
    change(&mut options);
    animate(model(), options, &starter::hello(4))
}

/// Mean weights over a clip.
fn means(animation: &Arc<Animation>) -> Vec<f32> {
    let frames = animation.frame_count(30.0).expect("rate");
    let weights = animation.reader().expect("reader").weights(30.0, 0, frames).expect("weights");
    (0..52).map(|i| weights.iter().skip(i).step_by(52).sum::<f32>() / frames as f32).collect()
}

fn channel(name: &str) -> usize {
    model().blendshape_names().iter().position(|known| known == name).expect("a channel")
}

#[test]
fn no_mood_comes_by_chance() {
    if !is_full() {
        return left_out(IN_FULL);
    }
    let moods = |default_style: bool| {
        let seeds = 0..12;
        let means = seeds.map(|seed| means(&take(seed, |options| options.default_style = default_style)));
        let in_a_mood = |means: &Vec<f32>| MOODS.iter().any(|(name, least)| means[channel(name)] > *least);
        means.filter(in_a_mood).count()
    };
    let (by_chance, unasked) = (moods(false), moods(true));
    println!("{by_chance} of 12 takes by chance, {unasked} beside the default style");
    assert!(by_chance >= 1, "{by_chance} of 12 takes, so that the measure sees them");
    assert!(unasked <= 1, "{unasked} of 12 takes");
}

#[test]
fn smile_rises_with_the_strength_of_happy() {
    if !is_full() {
        return left_out(IN_FULL);
    }
    let smile = |strength: f32| {
        let of = |seed| {
            let take = take(seed, |options| {
                options.style = Some(Style::Text("happy".to_owned()));
                options.style_strength = strength;
            });
            let means = means(&take);
            f32::midpoint(means[channel("mouthSmileLeft")], means[channel("mouthSmileRight")])
        };
        (0..4).map(of).sum::<f32>() / 4.0
    };
    let smiles = [0.0, 0.5, 1.0, 1.5, 2.0].map(smile);
    assert!(smiles.is_sorted_by(|a, b| a < b), "{smiles:?}");
    assert!(smiles[2] - smiles[1] > 0.03 && smiles[4] - smiles[2] > 0.03, "{smiles:?}");
}
