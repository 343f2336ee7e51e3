//! A network that reads the strengths of its guidance, against one that hears them in its audio.

use std::sync::Arc;

use media2face::internals::motion::{
    Clip, Inpaint, InpaintMode, LiveMotion, LiveWindow, SampleJob, SampleOptions, Sampler, Style,
};
use media2face::internals::plan::Backend;
use media2face::internals::unit::{self, Unit};
use media2face::pack::Manifest;
use media2face::signal::Frames;

use super::motion::{audio, style};
use super::support::{assert_close, backends, denoiser, upload};

fn reads() -> Arc<Sampler> {
    Arc::new(Sampler::load(&denoiser::pack_that_reads()).expect("load"))
}

/// The same network with a guidance of its own.
fn hears() -> Arc<Sampler> {
    let whole = |manifest: &mut Manifest| manifest.diffusion.distilled = true;
    Arc::new(Sampler::load(&denoiser::pack_with("den_tiny", false, whole)).expect("load"))
}

fn options() -> SampleOptions {
    SampleOptions { steps: 3, guidance_style: 1.0, ..reads().defaults().clone() }
}

/// Audio to which the strengths of each frame are added.
fn told(mut audio: Frames, strengths: impl Fn(usize) -> [f32; 2]) -> Frames {
    let width = audio.width;
    for (frame, row) in audio.data.chunks_exact_mut(width).enumerate() {
        row.iter_mut().zip(strengths(frame)).for_each(|(value, strength)| *value += strength);
    }
    audio
}

fn run(sampler: &Arc<Sampler>, backend: &dyn Backend, clips: Vec<Clip>) -> Vec<Frames> {
    let mut job = SampleJob::new(Arc::clone(sampler), clips, &options()).expect("job");
    while !job.advance(backend).expect("advance") {}
    job.finish().expect("complete")
}

#[test]
fn strengths_reach_every_frame_of_every_window_and_clip() {
    let curve = |frames: usize, pace: f32| (0..frames).map(|i| (i as f32 * pace).sin().abs()).collect::<Vec<f32>>();
    let strong = |frames, strength| {
        let (audio_curve, style_curve) = (Some(curve(frames, 0.1)), Some(curve(frames, 0.13)));
        (Style { strength, ..style(None) }, audio_curve, style_curve)
    };
    for backend in backends() {
        let mut of_reads = Vec::new();
        let mut of_hears = Vec::new();
        // Windows at even distances and a last one that is not, a short clip, and a style of double strength.
        for (frames, strength) in [(90, 1.0), (15, 2.0)] {
            let (style, audio_curve, style_curve) = strong(frames, strength);
            let of = |audio| Clip { styles: vec![style.clone()], ..Clip::new(upload(&*backend, &audio)) };
            of_reads.push(Clip { audio_curve, style_curve, ..of(audio(frames)) });
            let (a, s) = (curve(frames, 0.1), curve(frames, 0.13));
            let mut plain = of(told(audio(frames), |i| [a[i] + s[i], s[i] * strength]));
            plain.styles[0].strength = 1.0;
            of_hears.push(plain);
        }
        let found = run(&reads(), &*backend, of_reads);
        for (clip, (found, plain)) in found.iter().zip(run(&hears(), &*backend, of_hears)).enumerate() {
            assert_close(&format!("clip {clip} on {}", backend.name()), &found.data, &plain.data, 2e-5);
        }
    }
}

#[test]
fn without_a_style_it_is_told_the_strength_of_the_default_one() {
    let code = style(None).code;
    for backend in backends() {
        let bare = || Clip { default_code: Some(code.clone()), ..Clip::new(upload(&*backend, &audio(30))) };
        let audio = told(audio(30), |_| [options().guidance_audio + 1.0, 1.0]);
        let plain = Clip { default_code: Some(code.clone()), ..Clip::new(upload(&*backend, &audio)) };
        let (found, plain) = (run(&reads(), &*backend, vec![bare()]), run(&hears(), &*backend, vec![plain]));
        assert_close(&backend.name(), &found[0].data, &plain[0].data, 2e-5);
    }
}

#[test]
fn window_of_a_stream_is_told_its_own() {
    let (sampler, unit, frames) = (reads(), Unit::default(), 20);
    let (backend, options) = (backends().remove(0), options());
    let (known, mask) = (vec![0.25; frames * 22], vec![0.5; frames * 2]);
    let live = LiveMotion::new(&sampler, &*backend, None, &options, frames, None, &unit);
    let mut live = unit::finish(live).expect("live");
    let (features, code) = (audio(frames).data, style(None).code);
    for (guidance, styled) in
        [([1.75, 1.5], Some(1.0)), ([0.5, 1.0], Some(2.0)), ([0.5, 1.0], None), ([2.0, 1.0], Some(0.0))]
    {
        let own = styled.map(|strength| (&code[..], strength));
        let window = LiveWindow {
            features: &features,
            known: &known,
            mask: &mask,
            style: own,
            guidance,
            seed: 5,
            first_frame: 3,
        };
        let mut found = vec![0.0; known.len()];
        unit::finish(live.sample(&window, &unit, &mut found)).expect("window");
        let styles = styled.map(|strength| Style { strength, ..style(None) });
        let clip = Clip {
            styles: styles.into_iter().collect(),
            seed: 5,
            first_frame: 3,
            audio_curve: Some(vec![guidance[0]; frames]),
            style_curve: Some(vec![guidance[1]; frames]),
            edit: Some(Inpaint {
                known: Frames::new(22, known.clone()),
                mask: Frames::new(2, mask.clone()),
                mode: InpaintMode::Inpaint,
            }),
            ..Clip::new(upload(&*backend, &audio(frames)))
        };
        assert_eq!(found, run(&sampler, &*backend, vec![clip])[0].data, "{guidance:?}, {styled:?}");
    }
}
