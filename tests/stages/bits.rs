//! What a redesign may not change: the bits of a job on plain instructions, whatever the threads.

use media2face::pack::{self, Size};
use media2face::{BackendChoice, Model, Runtime, RuntimeOptions, SessionOptions, Style};

use super::session::{animate, options, tone};
use super::support::fnv::fnv;

/// FNV-1a of weights, head poses and offsets of the tiny pack's job. Only a change of the random pack or of what a step computes
/// may change it, and says so.
const TINY: u64 = 0x409a_df62_50e6_1c01;

#[test]
fn job_of_the_tiny_pack_keeps_its_bits() {
    for threads in [0, 1, 3] {
        let backend = BackendChoice::Cpu;
        let runtime = RuntimeOptions { threads: Some(threads), portable: true, backend, ..RuntimeOptions::default() };
        let runtime = Runtime::new(&runtime).expect("runtime");
        let model = Model::new(&runtime, pack::random(Size::Tiny, 1).expect("tiny pack")).expect("model");
        let style = Some(Style::Text("happy".to_owned()));
        let options = SessionOptions { style, seed: 7, ..options(44_100, 2) };
        let animation = animate(&model, options, &tone(44_100, 2, 1.3));
        let (mut reader, count) = (animation.reader().expect("reader"), animation.frame_count(30.0).expect("rate"));
        let mut values = reader.weights(30.0, 0, count).expect("weights");
        for head in reader.heads(30.0, 0, count).expect("heads") {
            values.extend(head.rotation.iter().chain(&head.translation_mm));
        }
        values.extend(reader.offsets_mm(30.0, 0, 4).expect("offsets"));
        let bytes = values.iter().flat_map(|value| value.to_bits().to_le_bytes());
        let hash = fnv(bytes);
        assert_eq!(hash, TINY, "{hash:#018x} on {threads} threads");
    }
}
