//! The starter's styles on the sample audio: a style over a range sets in and ends when it was asked to.

use std::ops::Range;
use std::sync::Arc;

use media2face::{Animation, SessionOptions, Style, StyleTrack};

use super::session::{animate, options};
use super::starter;
use crate::support::extent::{IN_FULL, is_full, left_out};

/// Most frames between an asked time and the change.
const FRAMES_OFF: usize = 5;
/// Frames that a change is averaged over before its edges are looked for: a syllable hides a style for that long.
const SYLLABLE: usize = 7;
/// Takes that the change is averaged over, for the same reason.
const SEEDS: Range<u64> = 1..5;
/// Channels that a style moves most, of 52.
const MOVED: usize = 6;

/// Blendshape weights at 30 frames per second, frame by frame.
fn weights(animation: &Arc<Animation>) -> Vec<Vec<f32>> {
    let count = animation.frame_count(30.0).expect("rate");
    let weights = animation.reader().expect("reader").weights(30.0, 0, count).expect("weights");
    weights.chunks_exact(52).map(<[f32]>::to_vec).collect()
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len() as f32
}

/// Change of the channels that a style moves most within `range`, of every frame.
fn changes(styled: &[Vec<f32>], plain: &[Vec<f32>], range: &Range<usize>) -> Vec<f32> {
    let change = |frame: usize, channel: usize| (styled[frame][channel] - plain[frame][channel]).abs();
    let within = |channel: usize| range.clone().map(|frame| change(frame, channel)).sum::<f32>();
    let mut channels: Vec<usize> = (0..52).collect();
    channels.sort_by(|a, b| within(*b).total_cmp(&within(*a)));
    let of_frame = |frame| mean(&channels[..MOVED].iter().map(|&channel| change(frame, channel)).collect::<Vec<_>>());
    (0..plain.len()).map(of_frame).collect()
}

/// From the first frame whose change, over a syllable, is half of that within `range`, to the one behind the last.
fn changed(changes: &[f32], range: &Range<usize>) -> Range<usize> {
    let half = mean(&changes[range.clone()]) / 2.0;
    let first = |frame: usize| frame.saturating_sub(SYLLABLE / 2);
    let smooth = |frame: usize| mean(&changes[first(frame)..(frame + SYLLABLE / 2 + 1).min(changes.len())]);
    let over: Vec<usize> = (0..changes.len()).filter(|&frame| smooth(frame) > half).collect();
    over[0]..over[over.len() - 1] + 1
}

#[test]
fn style_over_a_range_sets_in_and_ends_within_five_frames_of_the_asked_times() {
    if !is_full() {
        return left_out(IN_FULL);
    }
    let (model, samples) = (starter::model(), starter::hello(4));
    let take = |seed, styles| {
        let options = SessionOptions { steps: Some(4), seed, styles, ..options(16_000, 1) };
        weights(&animate(&model, options, &samples))
    };
    let plain: Vec<_> = SEEDS.map(|seed| take(seed, Vec::new())).collect();
    for (prompt, [start_s, end_s]) in [("happy", [1.0, 2.5]), ("sad", [1.5, 3.0]), ("surprised", [0.8, 1.8])] {
        let asked = [start_s, end_s].map(|time_s: f64| (time_s * 30.0) as usize);
        let range = asked[0]..asked[1];
        let track = StyleTrack { start_s, end_s, ..StyleTrack::new(Style::Text(prompt.to_owned())) };
        let takes = SEEDS.zip(&plain).map(|(seed, plain)| changes(&take(seed, vec![track.clone()]), plain, &range));
        let takes: Vec<_> = takes.collect();
        let changes: Vec<f32> = (0..plain[0].len())
            .map(|frame| mean(&takes.iter().map(|changes| changes[frame]).collect::<Vec<_>>()))
            .collect();
        let found = changed(&changes, &range);
        let off = [found.start.abs_diff(range.start), found.end.abs_diff(range.end)];
        let moved = mean(&changes[range.clone()]);
        assert!(off.iter().all(|off| *off <= FRAMES_OFF), "{prompt}: {range:?} changed {found:?}");
        assert!(moved > 0.03, "{prompt} moves its channels by {moved} on the mean");
    }
}
