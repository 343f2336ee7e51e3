//! What a host's own mesh and rig, and layers over a finished clip cost beside the decoder, on one thread: `cargo bench
//! --bench faces` prints a table of medians, CPU time, for the starter's topology.

#[allow(dead_code)]
mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use media2face::internals::face::FaceDecoder;
use media2face::output::{Blinks, Gaze, ShapeSolver, SolverOptions};
use media2face::pack::Pack;
use media2face::{Adjustments, Animation, BackendChoice, Model, Runtime, RuntimeOptions, Session, SessionOptions};
use support::{cpu_seconds, values};

/// Runs of each row; the median is told.
const RUNS: usize = 21;
/// Frames of a gather and of a solution.
const FRAMES: usize = 30;
/// Shapes of a rig.
const SHAPES: usize = 52;

fn main() {
    let pack = || Pack::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/starter.m2f")).expect("the starter");
    let decoder = FaceDecoder::load(&pack()).expect("decoder");
    let topology = decoder.topology().expect("mesh");
    let vertices = topology.vertices;
    let dense: Vec<[f32; 2]> =
        values(40_000, 1).as_chunks::<2>().0.iter().map(|uv| uv.map(|c| 0.5 + 0.2 * c)).collect();
    for (what, uv) in [("the model's own", &topology.uv), ("dense", &dense)] {
        let name = format!("bind a mesh of {} vertices, {what}", uv.len());
        row(&name, 1, || {
            decoder.bind(uv, None).expect("bound");
        });
        let binding = decoder.bind(uv, None).expect("bound");
        let (offsets, mut bound) = (values(FRAMES * vertices * 3, 2), vec![0.0; FRAMES * uv.len() * 3]);
        row(&format!("gather a frame of {} vertices", uv.len()), FRAMES, || binding.apply(&offsets, &mut bound));
    }

    let (shapes, offsets) = (values(SHAPES * vertices * 3, 3), values(FRAMES * vertices * 3, 4));
    let names = || (0..SHAPES).map(|i| i.to_string()).collect();
    let solver = || ShapeSolver::new(names(), vertices, &shapes, SolverOptions::default()).expect("solver");
    row(&format!("prepare {SHAPES} shapes of {vertices} vertices"), 1, || {
        solver();
    });
    let (solver, mut products, mut weights) = (solver(), Vec::new(), vec![0.0; FRAMES * SHAPES]);
    row(&format!("solve a frame for {SHAPES} shapes"), FRAMES, || {
        products.clear();
        solver.project(&offsets, &mut products);
        solver.solve(&products, 30.0, &mut weights, &mut Vec::new());
    });

    let clip = clip(pack());
    let (gains, head_gain) = (Adjustments { expression_gain: 1.2, ..Adjustments::default() }, 1.2);
    let smooth = Adjustments { head_gain, smoothing_s: 0.05, head_smoothing_s: 0.05, ..Adjustments::default() };
    let blinks = Blinks { added_per_minute: 15.0, ..Blinks::default() };
    let layers = Adjustments { blinks, gaze: Gaze { saccades_per_minute: 20.0, ..Gaze::default() }, ..gains.clone() };
    clip.adjust(&layers).expect("the range of the eyes is measured once");
    for (what, adjustments) in [("gains", gains), ("smoothing", smooth), ("gains, blinks, saccades", layers)] {
        row(&format!("adjust a frame by {what}"), clip.motion().len(), || {
            clip.adjust(&adjustments).expect("adjusted");
        });
    }
}

/// Twenty seconds of silence.
fn clip(pack: Pack) -> Arc<Animation> {
    let options = RuntimeOptions { threads: Some(0), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
    let model = Model::new(&Runtime::new(&options).expect("runtime"), pack).expect("model");
    let options = SessionOptions { steps: Some(1), ..SessionOptions::new(16_000, 1) };
    let session = Session::new(&model, options).expect("session");
    session.push_f32(&vec![0.0; 20 * 16_000]).expect("push");
    session.finish().expect("finish");
    session.wait(None).expect("job");
    session.pull().expect("job").expect("done")
}

/// Prints the median CPU time of a part of `run`.
fn row(name: &str, parts: usize, mut run: impl FnMut()) {
    let start = Instant::now();
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let before = cpu_seconds(start);
            run();
            (cpu_seconds(start) - before) / parts as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{name:<52} {:>9.3} ms", times[RUNS / 2] * 1e3);
}
