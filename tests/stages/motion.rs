//! Sampling motion: what runs and what does not, memory, seeds, edges and hostile packs.

use std::sync::Arc;

use media2face::error::Error;
use media2face::internals::motion::{Clip, Inpaint, InpaintMode, SampleJob, SampleOptions, Sampler, Shape, Style};
use media2face::internals::plan::{Backend, Op};
use media2face::internals::tensor::Weight;
use media2face::pack::{Concat, Manifest, Pack};
use media2face::signal::Frames;

use super::support::reference::Reference;
use super::support::{assert_close, backends, denoiser, upload};
use super::watched::{Call, Watched};

pub(super) fn sampler() -> Arc<Sampler> {
    sampler_of("den_tiny")
}

fn sampler_of(name: &str) -> Arc<Sampler> {
    Arc::new(Sampler::load(&denoiser::pack(name, false)).expect("load"))
}

/// Smooth features without meaning.
pub(super) fn audio(frames: usize) -> Frames {
    Frames::new(24, (0..frames * 24).map(|i| (i as f32 * 0.7).sin()).collect())
}

pub(super) fn style(weights: Option<Vec<f32>>) -> Style {
    Style { code: (0..16).map(|i| (i as f32).cos()).collect(), strength: 1.0, weights }
}

pub(super) fn three_steps() -> SampleOptions {
    SampleOptions { steps: 3, ..sampler().defaults().clone() }
}

pub(super) fn clip(backend: &dyn Backend, frames: usize, styles: Vec<Style>) -> Clip {
    Clip { styles, ..Clip::new(upload(backend, &audio(frames))) }
}

/// Of one clip without styles on the oracle.
fn job(frames: usize) -> SampleJob {
    SampleJob::new(sampler(), vec![clip(&Reference, frames, vec![])], &three_steps()).expect("job")
}

/// The motions of some clips in one sampling.
pub(super) fn run(backend: &dyn Backend, clips: Vec<Clip>, options: &SampleOptions) -> Vec<Frames> {
    let mut job = SampleJob::new(sampler(), clips, options).expect("job");
    while !job.advance(backend).expect("advance") {}
    job.finish().expect("complete")
}

fn sample(backend: &dyn Backend, frames: usize, styles: Vec<Style>, options: &SampleOptions) -> Vec<f32> {
    run(backend, vec![clip(backend, frames, styles)], options).remove(0).data
}

#[test]
fn seed_decides_the_noise_whatever_the_windows_and_batches() {
    let start = |seed, hop, state_bytes| {
        let options = SampleOptions { hop, state_bytes, ..three_steps() };
        let clip = Clip { seed, ..clip(&Reference, 90, vec![]) };
        let mut job = SampleJob::new(sampler(), vec![clip], &options).expect("job");
        job.state().expect("noise")
    };
    assert_eq!(start(5, 12, usize::MAX), start(5, 7, 0));
    assert_ne!(start(5, 12, usize::MAX), start(6, 12, usize::MAX));
}

#[test]
fn noise_scale_draws_motion_to_the_mean_of_all_seeds() {
    let of = |seed, noise_scale| {
        let options = SampleOptions { noise_scale, ..three_steps() };
        run(&Reference, vec![Clip { seed, ..clip(&Reference, 44, vec![]) }], &options).remove(0).data
    };
    let start = |noise_scale| {
        let options = SampleOptions { noise_scale, ..three_steps() };
        let clip = Clip { seed: 1, ..clip(&Reference, 44, vec![]) };
        SampleJob::new(sampler(), vec![clip], &options).expect("job").state().expect("noise").data
    };
    assert!(start(0.5).iter().zip(start(1.0)).all(|(half, whole)| *half == 0.5 * whole));
    let apart = |scale| super::support::max_difference(&of(1, scale), &of(2, scale));
    assert_eq!(three_steps().noise_scale, 1.0);
    assert_eq!(of(1, 0.0), of(2, 0.0));
    let (half, whole) = (apart(0.5), apart(1.0));
    assert!(0.0 < half && half < whole, "{half} at half the noise, {whole} at all of it");
}

/// Without a style G(A) alone, with one (1 − ŝ)·G(A) + ŝ·G(A, P), whatever s_A is asked for: what eq. 9 gives with s_A = 1 − ŝ.
#[test]
fn distilled_network_moves_as_eq_9_without_its_empty_branch() {
    let whole = |manifest: &mut Manifest| manifest.diffusion.distilled = true;
    let distilled = Arc::new(Sampler::load(&denoiser::pack_with("den_tiny", false, whole)).expect("load"));
    for (styles, guidance_style, guidance_audio) in
        [(vec![], 1.0, 1.0), (vec![style(None)], 1.0, 0.0), (vec![style(None)], 0.25, 0.75)]
    {
        for backend in backends() {
            let of = |sampler: &Arc<Sampler>, guidance_audio| {
                let options = SampleOptions { guidance_audio, guidance_style, ..three_steps() };
                let clips = vec![clip(&*backend, 44, styles.clone())];
                let mut job = SampleJob::new(sampler.clone(), clips, &options).expect("job");
                while !job.advance(&*backend).expect("advance") {}
                job.finish().expect("complete").remove(0).data
            };
            let plain = of(&sampler(), guidance_audio);
            assert!(of(&distilled, 2.5) == plain, "{} styles at {guidance_style}", styles.len());
            assert!(of(&sampler(), 2.5) != plain);
        }
    }
}

#[test]
fn batches_and_recomputed_keys_leave_every_byte_as_it_is() {
    // Fresh noise at every step, and a style that leaves some windows.
    let weights = (0..90).map(|frame| if frame < 40 { frame as f32 / 40.0 } else { 0.0 }).collect();
    let styles = vec![style(Some(weights))];
    for backend in backends() {
        let run = |state_bytes| {
            let options = SampleOptions { eta: 1.0, state_bytes, ..three_steps() };
            sample(&*backend, 90, styles.clone(), &options)
        };
        let kept = run(usize::MAX);
        assert!(kept == run(0), "one window at a time on {}", backend.name());
        assert!(kept == run(60_000), "two windows at a time on {}", backend.name());
    }
}

#[test]
fn keys_and_values_are_computed_once_when_they_fit_and_each_step_when_not() {
    let kept = Watched::default();
    sample(&kept, 90, vec![], &three_steps());
    assert_eq!(kept.runs("condition"), [(4, 1), (2, 1), (1, 1)]);
    assert_eq!(kept.runs("step"), [(4, 2), (2, 2), (1, 2)].repeat(3));

    let shared = Watched::default();
    sample(&shared, 90, vec![], &SampleOptions { state_bytes: 0, ..three_steps() });
    assert_eq!(shared.runs("condition"), [(1, 1)].repeat(7 * 3));
}

#[test]
fn sampling_is_handed_on_whole_unless_every_step_has_fresh_noise() {
    let handed = |eta| {
        let watched = Watched { at_once: true, ..Watched::default() };
        let options = SampleOptions { eta, ..three_steps() };
        let motion = sample(&watched, 90, vec![], &options);
        assert_eq!(motion, sample(&Reference, 90, vec![], &options), "the same motion section by section");
        let calls = watched.calls.lock().unwrap();
        let handed = calls.iter().filter_map(|call| if let Call::Advance(n) = call { Some(*n) } else { None });
        handed.collect::<Vec<_>>()
    };
    // The start; three steps of three batches with their select and blend, the first with three conditions; the motion.
    assert_eq!(handed(0.0), [1 + 8 + 5 + 5 + 1]);
    assert_eq!(handed(1.0), [1, 8, 5, 5, 1]);
}

#[test]
fn keys_and_values_of_a_long_clip_stay_within_their_memory() {
    let (watched, state_bytes) = (Watched::default(), 400_000);
    sample(&watched, 600, vec![style(None)], &SampleOptions { steps: 1, state_bytes, ..three_steps() });
    let taken = watched.state_bytes();
    assert!(taken <= state_bytes && taken > state_bytes / 2, "{taken} bytes");
    assert!(watched.runs("condition").len() > 2);
}

#[test]
fn branch_without_weight_is_not_run() {
    let runs = |guidance_audio, styles| {
        let watched = Watched::default();
        sample(&watched, 15, styles, &SampleOptions { steps: 1, guidance_audio, ..three_steps() });
        watched.runs("step")
    };
    assert_eq!(runs(2.5, vec![style(None)]), [(1, 3)]);
    assert_eq!(runs(2.5, vec![]), [(1, 2)], "no style, no style branch");
    assert_eq!(runs(2.5, vec![style(Some(vec![0.0; 15]))]), [(1, 2)], "a style of no weight");
    assert_eq!(runs(1.0, vec![]), [(1, 1)], "the audio alone");
    assert_eq!(runs(0.0, vec![]), [(1, 1)], "nothing but the unconditional branch");
}

#[test]
fn style_of_some_windows_runs_in_those_alone() {
    let watched = Watched::default();
    let weights = (0..44).map(|frame| if frame < 5 { 1.0 } else { 0.0 }).collect();
    sample(&watched, 44, vec![style(Some(weights))], &SampleOptions { steps: 1, ..three_steps() });
    assert_eq!(watched.runs("step"), [(1, 3), (2, 2)]);
}

#[test]
fn style_of_no_weight_changes_nothing() {
    let with = sample(&Reference, 44, vec![style(Some(vec![0.0; 44]))], &three_steps());
    assert_eq!(with, sample(&Reference, 44, vec![], &three_steps()));
}

#[test]
fn failed_unit_can_be_advanced_again() {
    let expected = sample(&Reference, 44, vec![], &three_steps());
    let failing = Watched { fails: true, ..Watched::default() };
    let mut job = job(44);
    let mut failures = 0;
    loop {
        match job.advance(&failing) {
            Ok(true) => break,
            Ok(false) => (),
            Err(error) => {
                assert_eq!(error, Error::DeviceLost("on purpose".to_owned()));
                failures += 1;
            }
        }
    }
    assert!(failures > 1);
    assert_eq!(job.finish().expect("complete")[0].data, expected);
}

#[test]
fn step_runs_what_depends_on_motion_and_branch_and_nothing_else() {
    // N frames and a time token; layer 0 has one self-attention and one set of queries for all branches.
    let (n, rows, d, ff, d_x, branches, layers) = (20, 21, 32, 64, 22, 3, 2);
    let self_attention = rows * 4 * d * d + 2 * rows * rows * d;
    let queries = rows * d * d;
    let cross_attention = 2 * rows * n * d + rows * d * d;
    let feed_forward = 2 * rows * d * ff;
    let time_and_input = 2 * d * d + n * d_x * d;
    let layer_0 = self_attention + queries + branches * (cross_attention + feed_forward);
    let layer = branches * (self_attention + queries + cross_attention + feed_forward);
    let expected = 2 * (time_and_input + layer_0 + (layers - 1) * layer + branches * n * d * d_x);

    let shape = Shape { windows: 1, frames: n, unconditional: true, conditions: 2 };
    let flops = |name: &str| {
        let network = sampler_of(name);
        let plan = network.denoiser().record(shape);
        plan.plan.ops(plan.step).iter().map(Op::flops).sum::<u64>()
    };
    assert_eq!(flops("den_tiny"), expected as u64);

    // With align = 1 only the time token asks: queries, attention and projection of n rows fall away.
    let aligned = 2 * ((layers - 1) * branches + 1) * n * d * d + 2 * layers * branches * (2 * n * n * d + n * d * d);
    assert_eq!(flops("den_tiny_align1"), (expected - aligned) as u64);
}

#[test]
fn fraction_rises_from_none_to_all() {
    let mut job = job(44);
    let mut fractions = vec![job.fraction()];
    while !job.advance(&Reference).expect("advance") {
        fractions.push(job.fraction());
    }
    fractions.push(job.fraction());
    assert_eq!((fractions[0], fractions[fractions.len() - 1]), (0.0, 1.0));
    assert!(fractions.is_sorted());
    assert_eq!(job.advance(&Reference), Ok(true), "more advancing does nothing");
}

#[test]
fn job_moves_between_threads_and_a_sampler_is_shared() {
    let sampler = sampler();
    let job = |sampler: &Arc<Sampler>| {
        SampleJob::new(Arc::clone(sampler), vec![clip(&Reference, 30, vec![])], &three_steps()).expect("job")
    };
    let run = |mut job: SampleJob| {
        while !job.advance(&Reference).expect("advance") {}
        job.finish().expect("complete")
    };
    let (first, second) = (job(&sampler), job(&sampler));
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| run(first));
        (run(second), other.join().expect("no panic"))
    });
    assert_eq!(first, second);
}

#[test]
fn one_frame_is_a_clip() {
    let motion = sample(&Reference, 1, vec![], &three_steps());
    assert_eq!(motion.len(), 22);
}

#[test]
fn known_frames_come_out_in_the_units_of_the_model() {
    let tiny = denoiser::pack("den_tiny", false);
    let mut tensors = tiny.tensors().clone();
    for (name, value) in [("denoiser.mean", 3.0), ("denoiser.std", 0.25)] {
        tensors.insert(name.to_owned(), Weight::from_f32(name, &[22], &[value; 22]));
    }
    let sampler = Arc::new(Sampler::load(&Pack::from_parts(tiny.manifest().clone(), tensors)).expect("load"));
    let known = Frames::new(22, (0..30 * 22).map(|i| 2.0 + (i % 7) as f32 * 0.3).collect());
    // Expression is known in the first ten frames, the pose in frame 20.
    let mask = (0..30).flat_map(|frame| [f32::from(frame < 10), f32::from(frame == 20)]).collect();
    let edit = Some(Inpaint { known: known.clone(), mask: Frames::new(2, mask), mode: InpaintMode::Inpaint });
    let clip = Clip { edit, ..clip(&Reference, 30, vec![]) };
    let mut job = SampleJob::new(sampler, vec![clip], &three_steps()).expect("job");
    while !job.advance(&Reference).expect("advance") {}
    let motion = job.finish().expect("complete").remove(0);
    for frame in 0..10 {
        assert_close("expression", &motion.row(frame)[..16], &known.row(frame)[..16], 1e-6);
    }
    assert_close("pose", &motion.row(20)[16..], &known.row(20)[16..], 1e-6);
    assert!(super::support::max_difference(motion.row(15), known.row(15)) > 1e-3, "the rest is the network's");
}

#[test]
fn input_that_does_not_fit_is_refused() {
    let refuse = |audio: Frames, styles: Vec<Style>, options: SampleOptions| {
        let clip = Clip { styles, ..Clip::new(upload(&Reference, &audio)) };
        let error = SampleJob::new(sampler(), vec![clip], &options).err();
        assert!(matches!(error, Some(Error::InvalidArgument(_))), "{error:?} of {options:?}");
    };
    let options = three_steps();
    refuse(Frames::zeros(0, 24), vec![], options.clone());
    refuse(Frames::zeros(5, 23), vec![], options.clone());
    refuse(audio(5), vec![Style { code: vec![0.0; 15], strength: 1.0, weights: None }], options.clone());
    refuse(audio(5), vec![style(Some(vec![1.0; 4]))], options.clone());
    for wrong in [
        SampleOptions { steps: 0, ..options.clone() },
        SampleOptions { steps: 501, ..options.clone() },
        SampleOptions { eta: -0.1, ..options.clone() },
        SampleOptions { eta: f32::NAN, ..options.clone() },
        SampleOptions { noise_scale: -0.1, ..options.clone() },
        SampleOptions { noise_scale: 1.1, ..options.clone() },
        SampleOptions { noise_scale: f32::NAN, ..options.clone() },
        SampleOptions { guidance_audio: f32::INFINITY, ..options.clone() },
        SampleOptions { guidance_style: f32::NAN, ..options.clone() },
        SampleOptions { hop: 0, ..options.clone() },
        SampleOptions { hop: 21, ..options.clone() },
    ] {
        refuse(audio(5), vec![], wrong);
    }
    assert!(matches!(job(5).finish(), Err(Error::InvalidState(_))));
}

#[test]
fn impossible_configuration_is_refused() {
    let changes: [fn(&mut Manifest); 16] = [
        |m| m.diffusion.noise_scale = f32::NAN,
        |m| m.denoiser.as_mut().unwrap().d_x = 23,
        |m| m.denoiser.as_mut().unwrap().d_pose = 5,
        |m| m.denoiser.as_mut().unwrap().d = 0,
        |m| m.denoiser.as_mut().unwrap().d = usize::MAX,
        |m| m.denoiser.as_mut().unwrap().d = 64,
        |m| m.denoiser.as_mut().unwrap().heads = 5,
        |m| m.denoiser.as_mut().unwrap().layers = 3,
        |m| m.denoiser.as_mut().unwrap().layers = usize::MAX,
        |m| m.denoiser.as_mut().unwrap().window = 1 << 40,
        |m| m.denoiser.as_mut().unwrap().d_p = usize::MAX,
        |m| m.denoiser.as_mut().unwrap().concat = Concat::Token,
        |m| m.diffusion.timesteps = 0,
        |m| m.diffusion.steps = 0,
        |m| m.diffusion.hop = 21,
        |m| m.diffusion.guidance_audio = f32::NAN,
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let error = Sampler::load(&denoiser::pack_with("den_tiny", false, change)).err();
        assert!(matches!(error, Some(Error::InvalidPack(_))), "change {at}: {error:?}");
    }
    let banded = denoiser::pack_with("den_tiny_token", false, |m| m.denoiser.as_mut().unwrap().align = 1);
    assert!(matches!(Sampler::load(&banded), Err(Error::InvalidPack(_))));
    let linear = denoiser::pack_with("den_tiny", false, |m| m.diffusion.schedule = "linear".to_owned());
    assert!(matches!(Sampler::load(&linear), Err(Error::Unsupported(_))));
    let absent = denoiser::pack_with("den_tiny", false, |m| m.denoiser = None);
    assert!(matches!(Sampler::load(&absent), Err(Error::MissingPart(_))));
}

#[test]
fn missing_or_misshapen_tensor_is_named() {
    let tiny = denoiser::pack("den_tiny", false);
    for name in tiny.tensors().keys() {
        let mut tensors = tiny.tensors().clone();
        tensors.remove(name);
        let missing = Sampler::load(&Pack::from_parts(tiny.manifest().clone(), tensors.clone())).err();
        tensors.insert(name.clone(), Weight::from_f32(name, &[1, 2, 3], &[0.0; 6]));
        let misshapen = Sampler::load(&Pack::from_parts(tiny.manifest().clone(), tensors)).err();
        for error in [missing, misshapen] {
            assert!(
                matches!(&error, Some(Error::InvalidPack(text)) if text.contains(name.as_str())),
                "{name}: {error:?}"
            );
        }
    }
}

#[test]
fn weights_that_overflow_give_an_error_and_no_motion() {
    let tiny = denoiser::pack("den_tiny", false);
    let mut tensors = tiny.tensors().clone();
    for (name, value) in [("denoiser.out_proj.bias", 3e38), ("denoiser.std", 10.0)] {
        tensors.insert(name.to_owned(), Weight::from_f32(name, &[22], &[value; 22]));
    }
    let sampler = Arc::new(Sampler::load(&Pack::from_parts(tiny.manifest().clone(), tensors)).expect("load"));
    let clip = clip(&Reference, 5, vec![]);
    let mut job = SampleJob::new(sampler, vec![clip], &three_steps()).expect("job");
    while !job.advance(&Reference).expect("advance") {}
    assert!(matches!(job.finish(), Err(Error::InvalidPack(_))));
}
