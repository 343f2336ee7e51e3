//! What a host sees of a stream: when faces are ready, interruptions, silence, resets, bad input.

use std::sync::Arc;

use media2face::pack::{self, AdjustmentsConfig, Pack, Size, random_live};
use media2face::{Animation, Error, Latency, Model, SEED_AUTO, Stream, StreamOptions, Underrun};

use crate::live_speech::voice;
use crate::stream::{Clock, RATE_HZ, options, tiny};

/// The first sample of a frame.
fn sample_of(frame: usize) -> u64 {
    (frame as u64 * 16_000).div_ceil(30)
}

/// Weights and head of a frame that is ready.
fn face(stream: &Stream, frame: usize) -> (Vec<f32>, [f32; 4]) {
    let mut weights = vec![0.0; stream.weight_count()];
    let face = stream.sample(sample_of(frame), Some(&mut weights), None).expect("kept");
    assert!(face.ready, "frame {frame}");
    (weights, face.head.rotation)
}

fn ready_frames(stream: &Stream) -> usize {
    (stream.state().ready_sample * 30 / 16_000) as usize
}

fn with_live() -> Arc<Model> {
    let pack = pack::random(Size::Tiny, 3).expect("pack");
    crate::stream::model(random_live(&pack, 12, 4).expect("live network"))
}

#[test]
fn face_is_ready_once_the_stated_latency_of_sound_is_written_and_no_sooner_than_a_millisecond_before() {
    let model = with_live();
    let classes = [(Latency::Careful, 6, 6, 418.0), (Latency::Careful, 3, 6, 318.0), (Latency::Fast, 2, 1, 118.0)];
    for (latency, hop, ahead, most_ms) in classes {
        let options = StreamOptions { latency, hop: Some(hop), look_ahead: Some(ahead), ..options() };
        let stream = Stream::new(&model, options).expect("stream");
        let stated_ms = stream.state().latency_ms;
        assert!(stated_ms <= most_ms, "{latency:?}: {stated_ms} ms");
        let (mut clock, samples, mut worst_ms) = (Clock::new(&model), voice(2.0, 1), 0.0f64);
        let mut ready = 0;
        for (number, block) in samples.chunks(16).enumerate() {
            stream.write_f32(block).expect("written");
            clock.run(1.0);
            let written = (number + 1) * 16;
            while ready < ready_frames(&stream) {
                worst_ms = worst_ms.max((written as f64 - sample_of(ready) as f64) / 16.0);
                ready += 1;
            }
        }
        assert!(ready > 30 && worst_ms <= f64::from(stated_ms) + 1.0, "{latency:?}: {worst_ms}, stated {stated_ms}");
        assert!(worst_ms > f64::from(stated_ms) - 10.0, "{latency:?}: {worst_ms}, stated {stated_ms}");
    }
}

#[test]
fn sound_changes_no_face_that_was_ready_before_it_and_none_further_back_than_the_latency() {
    let model = tiny();
    let (common, other) = (voice(3.0, 1), voice(3.0, 9));
    let unlike_from = 24_000;
    let mut changed = common.clone();
    changed[unlike_from..].copy_from_slice(&other[unlike_from..]);
    let (mut ready_before, mut streams) = (0, Vec::new());
    for samples in [&common, &changed] {
        let stream = Stream::new(&model, options()).expect("stream");
        let mut clock = Clock::new(&model);
        clock.speak(&stream, &samples[..unlike_from], &[160]);
        ready_before = ready_frames(&stream);
        clock.speak(&stream, &samples[unlike_from..], &[160]);
        streams.push(stream);
    }
    let reach = (f64::from(streams[0].state().latency_ms) * 16.0) as usize;
    let ready = ready_frames(&streams[0]);
    let first_other = (0..ready).step_by(3).find(|&frame| face(&streams[0], frame) != face(&streams[1], frame));
    let first_other = first_other.expect("they differ");
    assert!(first_other >= ready_before, "frame {first_other}, of {ready_before} that were ready");
    assert!(sample_of(first_other) as usize + reach >= unlike_from, "frame {first_other} changed");
}

#[test]
fn flush_animates_what_was_written_and_the_stream_goes_on_where_it_was() {
    let model = tiny();
    let (stream, mut clock, samples) =
        (Stream::new(&model, options()).expect("stream"), Clock::new(&model), voice(3.0, 1));
    clock.speak(&stream, &samples[..16_000], &[160]);
    assert!(ready_frames(&stream) < 30);
    stream.flush().expect("flush");
    clock.run(0.1);
    assert_eq!((ready_frames(&stream), stream.state().next_sample), (30, 16_000));
    let before: Vec<_> = (0..30).step_by(3).map(|frame| face(&stream, frame)).collect();
    let written = stream.write_f32(&samples[16_000..32_000]).expect("written");
    assert_eq!((written.first_sample, written.taken), (16_000, 16_000));
    clock.run(1.0);
    assert!(ready_frames(&stream) > 45);
    assert_eq!(before, (0..30).step_by(3).map(|frame| face(&stream, frame)).collect::<Vec<_>>());
}

#[test]
fn interruption_drops_what_was_not_shown_and_the_clock_goes_on_there() {
    let model = tiny();
    let (stream, mut clock, samples) =
        (Stream::new(&model, options()).expect("stream"), Clock::new(&model), voice(6.0, 1));
    stream.write_f32(&samples[..31_000]).expect("written");
    clock.run(1.0);
    stream.write_f32(&samples[31_000..60_000]).expect("written");
    clock.run(1.0);
    let ready = ready_frames(&stream);
    let before: Vec<_> = (0..40).step_by(3).map(|frame| face(&stream, frame)).collect();
    // A face after it was shown already: that one stays.
    stream.interrupt(sample_of(20), 0.2).expect("interrupt");
    let boundary = sample_of(40);
    assert_eq!(stream.state().next_sample, boundary, "frame 39 was asked for");
    clock.run(0.01);
    let state = stream.state();
    assert_eq!((state.generation, state.next_sample), (1, boundary + state.idled), "of {ready} frames");
    assert!((boundary..=boundary + 7000).contains(&state.ready_sample), "idles a little ahead: {state:?}");
    assert_eq!(before, (0..40).step_by(3).map(|frame| face(&stream, frame)).collect::<Vec<_>>());
    // A second one before the worker has seen the first, in the past; then one in the future, which is the next sample.
    let written = stream.write_f32(&samples[60_000..76_000]).expect("written");
    assert_eq!(written.first_sample, state.next_sample);
    stream.interrupt(0, 0.0).expect("interrupt");
    stream.interrupt(u64::MAX, 0.5).expect("interrupt");
    assert_eq!(stream.state().next_sample, boundary);
    clock.run(0.01);
    assert_eq!(stream.state().generation, 3);
    let next = stream.state().next_sample;
    let written = stream.write_f32(&samples[76_000..92_000]).expect("written");
    assert_eq!((written.first_sample, written.taken), (next, 16_000));
    clock.run(1.0);
    assert!(ready_frames(&stream) > 55);
}

#[test]
fn silence_goes_in_where_faces_are_asked_for_and_no_sound_comes_unless_the_clock_is_held() {
    let model = tiny();
    for (underrun, idles) in [(Underrun::Idle, true), (Underrun::Hold, false)] {
        let stream = Stream::new(&model, StreamOptions { underrun, ..options() }).expect("stream");
        let mut clock = Clock::new(&model);
        clock.run(60.0);
        assert_eq!(stream.state().idled, 0, "nobody asks for a face");
        let mut waited = 0;
        for tick in 0..600 {
            waited += u32::from(!stream.sample(tick * 16_000 / 60, None, None).expect("kept").ready);
            clock.run(1.0 / 60.0);
        }
        let state = stream.state();
        assert_eq!(state.idled > 0, idles, "{underrun:?}: {state:?}");
        assert_eq!(state.next_sample, state.idled);
        // Until the first look that finds nothing, a hop; then always in time.
        assert!(if idles { waited < 30 } else { waited == 600 }, "{underrun:?}: {waited} of 600 were not ready");
        let written = stream.write_f32(&voice(1.0, 1)).expect("written");
        assert_eq!(written.first_sample, state.next_sample);
    }
}

#[test]
fn stream_that_is_reset_is_as_new() {
    let model = tiny();
    let stream = Stream::new(&model, options()).expect("stream");
    let (mut clock, samples) = (Clock::new(&model), voice(2.0, 1));
    let mut take = || {
        clock.speak(&stream, &samples, &[480]);
        (0..40).map(|frame| face(&stream, frame)).collect::<Vec<_>>()
    };
    let first = take();
    stream.reset(SEED_AUTO, false).expect("reset");
    let again = take();
    assert!(first == again, "the same seed");
    stream.reset(77, false).expect("reset");
    assert!(first != take());
    assert_eq!((stream.state().seed, stream.state().generation), (77, 2));
}

#[test]
fn seed_of_a_stream_is_its_number_on_the_runtime() {
    let model = tiny();
    let seeds = [0, 1, 2].map(|_| {
        let stream = Stream::new(&model, StreamOptions { seed: SEED_AUTO, ..options() }).expect("stream");
        stream.state().seed
    });
    assert_eq!(seeds, [0, 1, 2]);
}

#[test]
fn result_of_a_stream_is_an_animation_that_can_be_revised() {
    use media2face::{Session, SessionOptions};
    let model = tiny();
    let stream = Stream::new(&model, options()).expect("stream");
    let nothing = Stream::new(&model, options()).expect("stream");
    assert!(matches!(nothing.take_result(), Err(Error::InvalidState(_))));
    Clock::new(&model).speak(&stream, &voice(3.0, 1), &[160]);
    let faces: Vec<_> = (0..60).map(|frame| face(&stream, frame).0).collect();
    let result = stream.take_result().expect("result");
    assert!(matches!(stream.take_result(), Err(Error::Ended)));
    assert!(matches!(stream.write_f32(&[0.0]), Err(Error::Ended)));
    let weights = result.reader().expect("reader").weights(30.0, 0, 60).expect("weights");
    for (frame, row) in weights.chunks_exact(stream.weight_count()).enumerate().step_by(3) {
        assert_eq!(row, faces[frame], "frame {frame}");
    }
    let revision = Session::revise(&result, 0.5, 1.5, SessionOptions::new(RATE_HZ, 1)).expect("revision");
    revision.finish().expect("finish");
    revision.wait(None).expect("job");
    let revised = revision.pull().expect("job").expect("done");
    assert_eq!(revised.motion().len(), result.motion().len());
    assert_eq!(revised.motion().row(3), result.motion().row(3));
}

#[test]
fn heads_of_a_stream_hold_still_within_their_play() {
    let pack = pack::random(Size::Tiny, 3).expect("pack");
    let [free, played] = [0.0, 3.0].map(|head_play_deg| {
        let mut manifest = pack.manifest().clone();
        manifest.adjustments = Some(AdjustmentsConfig { head_play_deg, ..AdjustmentsConfig::default() });
        let model = crate::stream::model(Pack::from_parts(manifest, pack.tensors().clone()));
        let stream = Stream::new(&model, StreamOptions { pack_adjustments: true, ..options() }).expect("stream");
        Clock::new(&model).speak(&stream, &voice(2.0, 1), &[160]);
        stream.take_result().expect("result")
    });
    // By hand, from what was asked for: the play operator.
    let d_z = free.motion().width - 6;
    let turn =
        |frame: usize, of: &Animation| -> [f32; 3] { std::array::from_fn(|axis| of.motion().row(frame)[d_z + axis]) };
    let mut at = turn(0, &free);
    for frame in 0..free.motion().len() {
        let way: [f32; 3] = std::array::from_fn(|axis| turn(frame, &free)[axis] - at[axis]);
        let far = way.iter().map(|w| w * w).sum::<f32>().sqrt();
        let goes = (1.0 - 3.0_f32.to_radians() / far).max(0.0);
        at = std::array::from_fn(|axis| at[axis] + goes * way[axis]);
        let shown = turn(frame, &played);
        assert!((0..3).all(|axis| (shown[axis] - at[axis]).abs() < 1e-5), "frame {frame}: {shown:?}, not {at:?}");
        assert_eq!(free.motion().row(frame)[..d_z], played.motion().row(frame)[..d_z], "expression of frame {frame}");
    }
    assert_ne!(free.motion(), played.motion());
}

#[test]
fn only_the_last_faces_are_kept() {
    let model = tiny();
    let stream = Stream::new(&model, StreamOptions { keep_ms: 1000, ..options() }).expect("stream");
    Clock::new(&model).speak(&stream, &voice(4.0, 1), &[160]);
    let state = stream.state();
    assert_eq!(state.ready_sample - state.first_sample, 16_000);
    assert_eq!(stream.sample(state.first_sample - 1, None, None), Err(Error::NotKept));
    assert!(stream.sample(state.first_sample, None, None).expect("kept").ready);
    assert!(!stream.sample(state.ready_sample, None, None).expect("the last").ready);
    assert_eq!(stream.take_result().expect("result").motion().len(), 30);
}

#[test]
fn what_is_not_finite_becomes_silence_and_what_finds_no_room_is_counted() {
    let model = tiny();
    let stream = Stream::new(&model, StreamOptions { ring_ms: 500, ..options() }).expect("stream");
    let mut samples = voice(1.0, 1);
    (samples[3], samples[4], samples[5]) = (f32::NAN, f32::INFINITY, f32::MAX);
    let written = stream.write_f32(&samples).expect("written");
    assert_eq!(written.taken, 8_000);
    let state = stream.state();
    assert_eq!((state.silenced, state.dropped, state.next_sample), (2, 8_000, 8_000));
    Clock::new(&model).run(1.0);
    assert!(stream.state().ready_sample > 0 && face(&stream, 0).0.iter().all(|weight| weight.is_finite()));
}

#[test]
fn options_out_of_range_are_refused_with_what_is_needed() {
    let model = tiny();
    let refused = |options: StreamOptions, words: &str| {
        let Err(Error::InvalidArgument(text)) = Stream::new(&model, options).map(drop) else {
            panic!("{words}: taken")
        };
        assert!(text.contains(words), "{text}");
    };
    refused(StreamOptions::new(0, 1), "sample rate 0 Hz");
    refused(StreamOptions::new(RATE_HZ, 0), "0 channels");
    refused(StreamOptions { ring_ms: 100, ..options() }, "a hop of 6 frames takes 200");
    refused(StreamOptions { keep_ms: 100, ..options() }, "a window takes 667");
    refused(StreamOptions { hop: Some(0), ..options() }, "at least 1");
    refused(StreamOptions { hop: Some(15), ..options() }, "fewer than the 20 frames of a window");
    refused(StreamOptions { hop: Some(usize::MAX), ..options() }, "fewer than the 20 frames of a window");
    refused(StreamOptions { steps: Some(0), ..options() }, "steps");
    refused(StreamOptions { style_strength: f32::NAN, ..options() }, "strength");
    let missing = Stream::new(&model, StreamOptions { latency: Latency::Fast, ..options() }).map(drop);
    assert!(matches!(missing, Err(Error::MissingPart(_))), "{missing:?}");
}

#[test]
fn pack_that_cannot_stream_says_why() {
    let pack = pack::random(Size::Tiny, 3).expect("pack");
    let mut manifest = pack.manifest().clone();
    manifest.audio.as_mut().expect("audio").mel_norm = pack::MelNorm::Clip;
    let model = crate::stream::model(pack::Pack::from_parts(manifest, pack.tensors().clone()));
    let Err(Error::Unsupported(text)) = Stream::new(&model, options()).map(drop) else { panic!("taken") };
    assert!(text.contains("mel_norm"), "{text}");
}
