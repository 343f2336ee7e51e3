//! Several clips in one sampling: each moves as it would alone, and windows of several share a batch.

use media2face::error::Error;
use media2face::internals::motion::{Clip, Inpaint, InpaintMode, SampleJob, SampleOptions, Style};
use media2face::internals::plan::Backend;
use media2face::signal::Frames;

use super::motion::{clip, run, sampler, style, three_steps};
use super::support::backends;
use super::support::reference::Reference;
use super::watched::Watched;

/// Another style, on a ramp.
fn ramp(frames: usize) -> Style {
    let weights = (0..frames).map(|frame| frame as f32 / frames as f32).collect();
    Style { code: (0..16).map(|i| (i as f32).sin()).collect(), strength: 0.8, weights: Some(weights) }
}

/// Long and short, one of exactly a window and two of one length, without a style, with one and with two, some of whose
/// windows have none, with curves, with known motion under masks of one and two columns.
fn scene(backend: &dyn Backend) -> Vec<Clip> {
    let late = Style { weights: Some((0..70).map(|frame| f32::from(frame > 50)).collect()), ..style(None) };
    let known = |frames: usize, columns: usize| {
        let mask = Frames::new(columns, (0..frames * columns).map(|i| [0.0, 0.5, 1.0][i % 3]).collect());
        Some(Inpaint { known: Frames::new(22, vec![0.3; frames * 22]), mask, mode: InpaintMode::Inpaint })
    };
    let clips = vec![
        clip(backend, 90, vec![]),
        Clip { first_frame: 7, ..clip(backend, 44, vec![style(None)]) },
        clip(backend, 15, vec![ramp(15)]),
        Clip { edit: known(20, 1), ..clip(backend, 20, vec![style(None), ramp(20)]) },
        Clip { edit: known(46, 2), audio_curve: Some(vec![1.5; 46]), ..clip(backend, 46, vec![ramp(46)]) },
        clip(backend, 15, vec![]),
        Clip { style_curve: Some((0..70).map(|i| i as f32 / 30.0).collect()), ..clip(backend, 70, vec![late]) },
        clip(backend, 1, vec![style(None)]),
    ];
    clips.into_iter().zip(1..).map(|(clip, seed)| Clip { seed, ..clip }).collect()
}

fn bits(motion: &Frames) -> Vec<u32> {
    motion.data.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn clips_sampled_together_are_those_sampled_alone_bit_for_bit() {
    // The oracle would take its time; tests/parity has it.
    for backend in &backends()[1..] {
        for (eta, state_bytes) in [(0.0, usize::MAX), (1.0, 60_000)] {
            let options = SampleOptions { eta, state_bytes, ..three_steps() };
            let together = run(&**backend, scene(&**backend), &options);
            for (at, clip) in scene(&**backend).into_iter().enumerate() {
                let alone = run(&**backend, vec![clip], &options).remove(0);
                assert_eq!(bits(&together[at]), bits(&alone), "clip {at}, η {eta}, on {}", backend.name());
            }
        }
    }
}

#[test]
fn part_of_a_clip_starts_from_the_noise_of_its_place() {
    let start = |frames, first_frame| {
        let clip = Clip { seed: 9, first_frame, ..clip(&Reference, frames, vec![]) };
        let mut job = SampleJob::new(sampler(), vec![clip], &three_steps()).expect("job");
        job.state().expect("noise")
    };
    assert_eq!(start(44, 30).data, start(90, 0).data[30 * 22..74 * 22]);
}

#[test]
fn windows_of_several_clips_share_a_batch_whatever_their_styles() {
    let steps = |clips: Vec<Clip>| {
        let watched = Watched::default();
        run(&watched, clips, &SampleOptions { steps: 1, ..three_steps() });
        watched.runs("step")
    };
    let of = |frames, styles| clip(&Reference, frames, styles);
    assert_eq!(steps(vec![of(20, vec![style(None)]), of(44, vec![ramp(44)])]), [(4, 3)], "a style each");
    assert_eq!(steps(vec![of(20, vec![]), of(20, vec![style(None)]), of(20, vec![])]), [(2, 2), (1, 3)]);
    assert_eq!(
        steps(vec![of(15, vec![]), of(44, vec![]), of(15, vec![]), of(14, vec![])]),
        [(2, 2), (2, 2), (1, 2), (1, 2)]
    );
    let voiceless = Clip { audio_curve: Some(vec![0.0; 20]), ..of(20, vec![style(None)]) };
    assert_eq!(steps(vec![of(20, vec![]), voiceless]), [(2, 2)], "the audio alone beside a style alone");
}

#[test]
fn clip_that_does_not_fit_is_named() {
    let refused = |clips| match SampleJob::new(sampler(), clips, &three_steps()).err() {
        Some(Error::InvalidArgument(text)) => text,
        other => panic!("{other:?}"),
    };
    refused(vec![]);
    let short = || Clip { audio_curve: Some(vec![1.0; 4]), ..clip(&Reference, 5, vec![]) };
    assert!(refused(vec![clip(&Reference, 5, vec![]), short()]).starts_with("clip 1: "));
    assert!(!refused(vec![short()]).contains("clip 0"), "there is no other");
    let edit = Some(Inpaint { known: Frames::zeros(4, 22), mask: Frames::zeros(4, 1), mode: InpaintMode::Inpaint });
    assert!(
        refused(vec![Clip { edit, ..clip(&Reference, 5, vec![]) }, clip(&Reference, 4, vec![])]).starts_with("clip 0")
    );
}
