//! Memory: what a run, a frame and an hour take. In a process of its own, on one test thread at a time.
#![allow(missing_docs)]

#[path = "../support/counting.rs"]
mod counting;

use std::sync::Mutex;

use counting::{Counting, MOST_BYTES, peak_of, pieces};
use media2face::audio::Resampler;
use media2face::pack::{self, Size};
use media2face::{BackendChoice, Model, Runtime, RuntimeOptions, Session, SessionOptions};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[global_allocator]
static COUNTING: Counting = Counting;

fn session(threads: usize, steps: usize) -> Session {
    let options = RuntimeOptions { threads: Some(threads), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
    let runtime = Runtime::new(&options).expect("runtime");
    let model = Model::new(&runtime, pack::random(Size::Tiny, 1).expect("pack")).expect("model");
    Session::new(&model, SessionOptions { steps: Some(steps), ..SessionOptions::new(16_000, 1) }).expect("session")
}

#[test]
fn no_step_and_no_frame_takes_memory() {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let session = session(0, 12);
    session.push_f32(&vec![0.1; 32_000]).expect("push");
    session.finish().expect("finish");
    // Input, speech and the first steps prepare; from then on a step takes nothing, until the last two make the result
    // and adjust it.
    let mut counts = Vec::new();
    loop {
        let before = pieces();
        let done = session.step(std::time::Duration::ZERO).expect("job");
        counts.push(pieces() - before);
        if done {
            break;
        }
    }
    let steady = &counts[counts.len() - 10..counts.len() - 2];
    assert!(steady.iter().all(|&count| count == 0), "allocations of the steps: {counts:?}");

    let animation = session.pull().expect("job").expect("done");
    let mut reader = animation.reader().expect("reader");
    let mut weights = vec![0.0; reader.weight_count()];
    let mut offsets = vec![0.0; reader.offset_count().expect("mesh")];
    let mut read = |i: usize| {
        reader.sample_into(i as f64 * 0.021, Some(&mut weights), Some(&mut offsets)).expect("sample");
        reader.weights_into(30.0, i, &mut weights).expect("weights");
        reader.offsets_mm_into(30.0, i, &mut offsets).expect("offsets");
    };
    read(0);
    let before = pieces();
    (1..20).for_each(&mut read);
    assert_eq!(pieces() - before, 0, "allocations of 19 frames");
}

#[test]
fn resampler_takes_memory_once_and_little() {
    // What src/audio/resample.rs makes sure of before.
    let rates = [
        (4_000, 28_928),
        (8_000, 57_856),
        (44_100, 164_160),
        (255_999, 245_760),
        (511_999, 262_144),
        (767_999, 393_216),
    ];
    for (rate_hz, most) in rates {
        let (resampler, taken) = peak_of(|| Resampler::new(rate_hz));
        println!("{rate_hz} Hz: {taken} bytes");
        assert!(taken <= most, "{rate_hz} Hz: {taken} bytes");
        let mut resampler = resampler.expect("a rate");
        let before = pieces();
        for _ in 0..2 {
            for i in 0..rate_hz / 4 {
                resampler.push(f64::from(i % 7), &mut |_| ()).expect("goes on");
            }
            resampler.finish(&mut |_| ()).expect("ends");
            resampler.reset().expect("as new");
        }
        assert_eq!(pieces() - before, 0, "{rate_hz} Hz");
    }
}

/// Peak resident memory of this process, MB.
#[cfg(target_os = "linux")]
fn peak_mb() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
    line.split_whitespace().nth(1).expect("a number").parse::<usize>().expect("kB") / 1024
}

/// An hour is 230 MB of samples at 16 kHz, twice while they grow, and 55 MB of features and motion of the tiny pack.
#[cfg(target_os = "linux")]
#[test]
fn hour_of_silence_is_animated_in_bounded_memory() {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let session = session(2, 2);
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

/// A pack's file of this manifest and these tensors of no bytes.
fn pack_of(manifest: &str, tensors: &[String]) -> Vec<u8> {
    let manifest = serde_json::to_string(manifest).expect("text");
    let of = |name: &String| format!(r#","{name}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#);
    let tensors = tensors.iter().map(of).collect::<String>();
    let json = format!(r#"{{"__metadata__": {{"media2face": {manifest}}}{tensors}}}"#);
    [&(json.len() as u64).to_le_bytes()[..], json.as_bytes()].concat()
}

#[test]
fn hostile_pack_takes_memory_by_its_bytes() {
    let names = |count: usize, name: &dyn Fn(usize) -> String| (0..count).map(name).collect::<Vec<_>>();
    let manifest = |more: &str| format!(r#"{{"format": "media2face/1"{more}}}"#);
    let keys = names(80_000, &|i| format!(r#","{i:x}":[]"#)).concat();
    let deep = format!(r#","x":{}{}"#, "[".repeat(100), "]".repeat(100));
    let listed = |key: &str| manifest(&format!(r#","{key}":{{"names":[{}""]}}"#, r#""","#.repeat(250_000)));
    let required = manifest(&format!(r#","requires":[{}""]"#, r#""","#.repeat(250_000)));
    let files = [
        ("unknown keys", pack_of(&manifest(&keys), &[])),
        ("unknown lists in lists", pack_of(&manifest(&deep), &[])),
        ("names of weights", pack_of(&listed("blendshapes"), &[])),
        ("names of people", pack_of(&listed("identities"), &[])),
        ("needs", pack_of(&required, &[])),
        ("tensors", pack_of(&manifest(""), &names(8_000, &|i| format!("{i:x}")))),
    ];
    for (name, bytes) in files {
        let (len, copied) = (bytes.len(), bytes.clone());
        let (opened, taken) = peak_of(|| pack::Pack::from_bytes(bytes).map(drop));
        println!("{name}: {len} bytes, {taken} taken: {opened:?}");
        assert!(taken <= 12 * len + (1 << 16), "{name}: {taken} bytes of {len}");
        let mut read = |at: u64, to: &mut [u8]| {
            to.copy_from_slice(&copied[at as usize..at as usize + to.len()]);
            Ok(to.len())
        };
        let (_, taken) = peak_of(|| pack::Pack::from_reader(&mut read, len as u64).map(drop));
        assert!(taken <= 13 * len + (1 << 16), "{name} by a callback: {taken} bytes of {len}");
        assert!(len > 100_000 || taken <= MOST_BYTES, "{name}: {taken} bytes");
    }
}
