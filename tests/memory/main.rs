//! Memory of long work, in a process of its own.
#![allow(missing_docs)]

use media2face::pack::{self, Size};
use media2face::session::{Model, Runtime, RuntimeOptions, Session, SessionOptions};

/// Peak resident memory of this process, MB.
fn peak_mb() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
    line.split_whitespace().nth(1).expect("a number").parse::<usize>().expect("kB") / 1024
}

/// An hour is 230 MB of samples at 16 kHz, twice while it is handed over, and 55 MB of features and motion of the tiny pack.
#[cfg(target_os = "linux")]
#[test]
fn hour_of_silence_is_animated_in_bounded_memory() {
    let runtime = Runtime::new(&RuntimeOptions { threads: Some(2), ..RuntimeOptions::default() }).expect("runtime");
    let model = Model::new(&runtime, pack::random(Size::Tiny, 1).expect("pack")).expect("model");
    let options = SessionOptions { steps: Some(2), ..SessionOptions::new(16_000, 1) };
    let session = Session::new(&model, options).expect("session");
    let second = vec![0i16; 16_000];
    (0..3600).for_each(|_| session.push_i16(&second).expect("push"));
    session.finish().expect("finish");
    assert!(session.wait(None).expect("job"));
    let animation = session.pull().expect("job").expect("done");
    assert_eq!(animation.frame_count(30.0).expect("rate"), 108_000);
    let weights = animation.reader().expect("reader").weights(30.0, 107_000, 1000).expect("weights");
    assert!(weights.iter().all(|w| (0.0..=1.0).contains(w)));
    let peak = peak_mb();
    assert!(peak < 800, "peak memory {peak} MB");
}
