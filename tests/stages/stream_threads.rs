//! Streams on a runtime's own worker, many at once, and on a clock that every window is charged to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use media2face::pack::{self, Size};
use media2face::signal::noise::Philox;
use media2face::{
    BackendChoice, Error, Model, Runtime, RuntimeOptions, Session, SessionOptions, Stream, StreamOptions, Style,
};

use crate::live_speech::voice;
use crate::starter;
use crate::stream::{Clock, RATE_HZ, model, options, tiny};
use crate::support::extent;

fn with_threads(threads: usize) -> Arc<Model> {
    let options = RuntimeOptions { threads: Some(threads), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
    let runtime = Runtime::new(&options).expect("runtime");
    Model::new(&runtime, pack::random(Size::Tiny, 3).expect("pack")).expect("model")
}

/// Until a stream has made so many frames.
fn wait_for(stream: &Stream, frames: u64) {
    while stream.state().ready_sample * 30 / 16_000 < frames {
        std::thread::yield_now();
    }
}

#[test]
fn worker_makes_what_steps_make_beside_sessions_on_one_thread_and_two() {
    let samples = voice(2.0, 4);
    let stepped = Stream::new(&tiny(), options()).expect("stream");
    Clock::new(stepped.model()).speak(&stepped, &samples, &[160]);
    let frames = stepped.state().ready_sample * 30 / 16_000;
    let expected = stepped.take_result().expect("result");
    for threads in [1, 2] {
        let model = with_threads(threads);
        let session = Session::new(&model, SessionOptions::new(RATE_HZ, 1)).expect("session");
        session.push_f32(&voice(4.0, 1)).expect("push");
        session.finish().expect("finish");
        let streams = [0, 1, 2].map(|_| Stream::new(&model, options()).expect("stream"));
        for block in samples.chunks(320) {
            streams.iter().for_each(|stream| assert_eq!(stream.write_f32(block).expect("written").taken, block.len()));
        }
        streams.iter().for_each(|stream| wait_for(stream, frames));
        session.wait(None).expect("job");
        for stream in &streams {
            assert_eq!(stream.take_result().expect("result").motion(), expected.motion(), "{threads} threads");
        }
        // A stream whose result was taken, and one that is not, end at any time.
        let late = Stream::new(&model, options()).expect("stream");
        late.write_f32(&samples).expect("written");
        drop((streams, late));
    }
}

#[test]
fn ten_thousand_writes_beside_readers_and_commands_lose_nothing() {
    let model = with_threads(1);
    let stream = Stream::new(&model, StreamOptions { ring_ms: 1000, ..options() }).expect("stream");
    let (done, philox) = (AtomicBool::new(false), Philox::new(1));
    let sound = voice(1.0, 1);
    std::thread::scope(|scope| {
        let reader = || {
            let mut weights = vec![0.0; stream.weight_count()];
            let mut last = 0;
            while !done.load(Ordering::Relaxed) {
                let state = stream.state();
                assert!(state.ready_sample >= last && state.ready_sample <= state.next_sample, "{state:?}");
                last = state.ready_sample;
                match stream.sample(state.ready_sample.saturating_sub(1), Some(&mut weights), None) {
                    Ok(_) => assert!(weights.iter().all(|weight| (0.0..=1.0).contains(weight))),
                    Err(error) => assert_eq!(error, Error::NotKept),
                }
            }
        };
        scope.spawn(reader);
        scope.spawn(reader);
        let (mut taken, mut offered) = (0u64, 0u64);
        for number in 0..10_000u32 {
            let [share, _] = philox.uniforms([number, 0, 0, 99]);
            let frames = 1 + (share * 4095.0) as usize;
            let written = stream.write_f32(&sound[..frames]).expect("written");
            assert_eq!(written.first_sample, taken, "nothing goes in between");
            taken += written.taken as u64;
            offered += frames as u64;
            if number % 1000 == 0 {
                stream.set_guidance(Some(1.0 + number as f32 / 1e4), None).expect("command");
            }
        }
        let state = stream.state();
        assert_eq!((state.next_sample, state.dropped), (taken, offered - taken));
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn second_writer_is_told_and_harms_nothing() {
    let model = with_threads(1);
    let stream = Stream::new(&model, StreamOptions { ring_ms: 60_000, ..options() }).expect("stream");
    let sound = voice(1.0, 1);
    let write = || {
        let (mut taken, mut refused) = (0, 0);
        for _ in 0..2_000 {
            match stream.write_f32(&sound[..160]) {
                Ok(written) => taken += written.taken as u64,
                Err(error) => {
                    assert_eq!(error, Error::TwoThreads);
                    refused += 1;
                }
            }
        }
        (taken, refused)
    };
    let counts = std::thread::scope(|scope| {
        let other = scope.spawn(write);
        let own = write();
        [own, other.join().expect("writer")]
    });
    assert_eq!(counts.iter().map(|(taken, _)| taken).sum::<u64>(), stream.state().next_sample);
}

#[test]
fn streams_come_and_go_on_several_threads_whoever_is_the_last() {
    let model = with_threads(1);
    let sound = voice(0.5, 1);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for number in 0..12 {
                    let stream = Stream::new(&model, options()).expect("stream");
                    stream.write_f32(&sound).expect("written");
                    if number % 3 == 0 {
                        wait_for(&stream, 1);
                    }
                }
            });
        }
    });
}

/// Sixteen characters for so many seconds on a clock that is charged `cost_s` for every window.
fn sixteen(model: &Arc<Model>, steps: usize, hop: usize, seconds: f64, cost_s: f64) -> Vec<Stream> {
    const BLOCK_S: f64 = 0.01;
    let options = || StreamOptions { steps: Some(steps), hop: Some(hop), ..options() };
    let streams: Vec<Stream> = (0..16).map(|_| Stream::new(model, options()).expect("stream")).collect();
    let width = model.manifest().denoiser.as_ref().expect("denoiser").d_p;
    let styles: Vec<_> = (0..4)
        .map(|kind| {
            let code = (0..width).map(|i| ((i * (kind + 2)) as f32 * 0.37).sin()).collect();
            model.prepare_style(&Arc::new(Style::Code(code))).expect("style")
        })
        .collect();
    let (philox, sound) = (Philox::new(7), voice(20.0, 3));
    let (mut now_ns, mut windows) = (0u64, 0);
    let block = (BLOCK_S * f64::from(RATE_HZ)) as usize;
    for number in 0..(seconds / BLOCK_S) as usize {
        for (character, stream) in streams.iter().enumerate() {
            let at = (number * block + character * 7919) % (sound.len() - block);
            assert_eq!(stream.write_f32(&sound[at..at + block]).expect("written").taken, block);
            let [event, which] = philox.uniforms([number as u32, character as u32, 0, 99]);
            let state = stream.state();
            match (event * 4000.0) as u32 {
                0 => stream.interrupt(state.ready_sample, 0.2).expect("interrupt"),
                1 => stream.reset((which * 1e6) as u64, false).expect("reset"),
                2 | 3 => stream.set_style(Some(&styles[(which * 4.0) as usize]), 1.0).expect("style"),
                4 => stream.set_style(None, 1.0).expect("style"),
                5 => stream.flush().expect("flush"),
                6 => stream.set_listening(which < 0.5).expect("listening"),
                _ => {}
            }
        }
        let until = ((number + 1) as f64 * BLOCK_S * 1e9) as u64;
        loop {
            match model.runtime().step_at(now_ns) {
                Ok(()) => {
                    let so_far: u64 = streams.iter().map(|stream| stream.state().windows).sum();
                    now_ns += ((so_far - windows) as f64 * cost_s * 1e9) as u64;
                    windows = so_far;
                }
                Err(Some(due)) if due <= until => now_ns = now_ns.max(due),
                Err(_) => break,
            }
            if now_ns > until {
                break;
            }
        }
        now_ns = now_ns.max(until);
    }
    streams
}

/// That sixteen characters lose nothing at half load: a window of each takes half of a hop.
fn half_load(model: &Arc<Model>, steps: usize, hop: usize, seconds: f64) {
    let hop_s = hop as f64 / 30.0;
    for stream in sixteen(model, steps, hop, seconds, hop_s / 2.0 / 16.0) {
        let state = stream.state();
        assert_eq!((state.late_windows, state.dropped, state.idled), (0, 0, 0), "{state:?}");
        let behind = (state.next_sample - state.ready_sample) as f64 / f64::from(RATE_HZ);
        assert!(behind <= f64::from(state.latency_ms) / 1e3 + hop_s + 0.01, "{behind} s behind: {state:?}");
    }
}

#[test]
fn sixteen_characters_lose_no_frame_and_are_never_late_at_half_load() {
    // As much as the tests have time for; the bench runs an hour.
    let model = tiny();
    half_load(&model, 4, 6, 15.0);
    // The same at more than a whole load is late, and says so.
    let late: u64 = sixteen(&model, 4, 6, 4.0, 0.25 / 16.0).iter().map(|stream| stream.state().late_windows).sum();
    assert!(late > 0);
}

#[test]
fn sixteen_characters_of_the_starter_do_so_for_five_minutes() {
    if !extent::is_full() {
        extent::left_out(extent::IN_FULL);
        return;
    }
    // One step and half a second at once: the clock is charged alike, and four steps in a fifth of a second would take an hour.
    half_load(&model(starter::pack()), 1, 15, 300.0);
}
