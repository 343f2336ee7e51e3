//! Offsets to a host's own blendshapes: known weights come back, within 0..1, smoother and sparser when asked for.

use media2face::Error;
use media2face::output::{ShapeSolver, SolverOptions};

const SHAPES: usize = 12;
const VERTICES: usize = 40;
const FRAMES: usize = 60;
const NONE: SolverOptions = SolverOptions { smoothing_s: 0.0, sparsity: 0.0 };

fn names() -> Vec<String> {
    (0..SHAPES).map(|i| format!("shape {i}")).collect()
}

/// Numbers between −1 and 1 that look like noise.
fn noise(i: usize) -> f32 {
    let bits = (i as u32).wrapping_mul(2_654_435_769).wrapping_add(40_503).wrapping_mul(2_246_822_519);
    (bits >> 8) as f32 / (1 << 23) as f32 - 1.0
}

/// Shapes that overlap: each shares a half of itself with the next, and the last moves nothing.
fn shapes() -> Vec<f32> {
    let own = |j: usize, at: usize| noise(j * VERTICES * 3 + at);
    let value = |j: usize, at: usize| 4.0 * (own(j, at) + 0.5 * own(j + 1, at));
    let moved = (0..SHAPES - 1).flat_map(|j| (0..VERTICES * 3).map(move |at| value(j, at)));
    moved.chain([0.0; VERTICES * 3]).collect()
}

/// Smooth weights that rest at 0 and at 1 now and then; 0 for the last shape.
fn known(frames: usize) -> Vec<f32> {
    let weight =
        |t: usize, j: usize| (0.5 + 0.8 * (t as f32 * 0.11 * (1.0 + j as f32 * 0.1) + j as f32).sin()).clamp(0.0, 1.0);
    (0..frames).flat_map(|t| (0..SHAPES).map(move |j| if j + 1 < SHAPES { weight(t, j) } else { 0.0 })).collect()
}

/// Σ w·D of every frame, mm, with this much noise.
fn mesh(weights: &[f32], noise_mm: f32) -> Vec<f32> {
    let shapes = shapes();
    let (width, mut seed) = (VERTICES * 3, 1 << 20);
    let mut frames = Vec::new();
    for weights in weights.chunks_exact(SHAPES) {
        for at in 0..width {
            seed += 1;
            let sum: f32 = weights.iter().enumerate().map(|(j, w)| w * shapes[j * width + at]).sum();
            frames.push(sum + noise_mm * noise(seed));
        }
    }
    frames
}

fn solve(options: SolverOptions, offsets_mm: &[f32]) -> Vec<f32> {
    let solver = ShapeSolver::new(names(), VERTICES, &shapes(), options).expect("solver");
    let mut products = Vec::new();
    // In two parts, as a reader hands them on.
    let (first, second) = offsets_mm.split_at(offsets_mm.len() / 2 / (VERTICES * 3) * VERTICES * 3);
    solver.project(first, &mut products);
    solver.project(second, &mut products);
    let mut weights = vec![f32::NAN; products.len()];
    solver.solve(&products, 30.0, &mut weights, &mut Vec::new());
    assert!(weights.iter().all(|w| (0.0..=1.0).contains(w)));
    weights
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let all: Vec<f32> = values.collect();
    all.iter().sum::<f32>() / all.len() as f32
}

/// Mean |second difference| over time.
fn roughness(weights: &[f32]) -> f32 {
    let bends = weights.iter().zip(&weights[SHAPES..]).zip(&weights[2 * SHAPES..]);
    mean(bends.map(|((a, b), c)| (a - 2.0 * b + c).abs()))
}

#[test]
fn known_weights_come_back() {
    let expected = known(FRAMES);
    let found = solve(NONE, &mesh(&expected, 0.0));
    let worst = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    // Sweeps end when no weight moves by a millionth; overlapping shapes leave some of such steps.
    assert!(worst < 1e-4, "{worst}");
    assert!(found.chunks_exact(SHAPES).all(|row| row[SHAPES - 1] == 0.0), "a shape that moves nothing is not used");
}

#[test]
fn faces_that_the_shapes_cannot_make_stay_within_bounds_and_fit_best() {
    // Twice as far as full weights, and backwards.
    let beyond: Vec<f32> = known(8).iter().enumerate().map(|(i, w)| if i % 3 == 0 { -w } else { 2.0 * w }).collect();
    let offsets = mesh(&beyond, 0.0);
    let found = solve(NONE, &offsets);
    let error =
        |weights: &[f32]| mesh(weights, 0.0).iter().zip(&offsets).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
    let best = error(&found);
    for i in 0..found.len() {
        for step in [-0.01, 0.01] {
            let mut other = found.clone();
            other[i] = (other[i] + step).clamp(0.0, 1.0);
            assert!(error(&other) >= best - 1e-3, "weight {i} by {step} is better");
        }
    }
}

#[test]
fn smoothing_takes_the_tremble_without_a_lag() {
    let expected = known(FRAMES);
    let offsets = mesh(&expected, 8.0);
    let rough = solve(NONE, &offsets);
    let smooth = solve(SolverOptions { smoothing_s: 0.05, ..NONE }, &offsets);
    assert!(roughness(&smooth) < 0.5 * roughness(&rough), "{} of {}", roughness(&smooth), roughness(&rough));
    let error = |found: &[f32], shift: usize| {
        let rows = found[shift * SHAPES..].iter().zip(&expected);
        mean(rows.map(|(a, b)| (a - b).abs()))
    };
    assert!(error(&smooth, 0) < error(&rough, 0), "nearer to the truth");
    assert!(error(&smooth, 0) < error(&smooth, 1), "no later than it");
    // Backwards in time the same weights come out.
    let backwards =
        |rows: &[f32], width: usize| rows.chunks_exact(width).rev().flatten().copied().collect::<Vec<f32>>();
    let reversed = solve(SolverOptions { smoothing_s: 0.05, ..NONE }, &backwards(&offsets, VERTICES * 3));
    let difference = backwards(&reversed, SHAPES).iter().zip(&smooth).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(difference < 1e-4, "{difference}");
}

#[test]
fn sparsity_leaves_fewer_shapes_in_use() {
    let expected: Vec<f32> =
        known(FRAMES).iter().enumerate().map(|(i, w)| if i % SHAPES < 3 { *w } else { 0.0 }).collect();
    let offsets = mesh(&expected, 4.0);
    let used = |weights: &[f32]| weights.iter().filter(|w| **w > 1e-3).count();
    let (all, few) = (solve(NONE, &offsets), solve(SolverOptions { sparsity: 0.15, ..NONE }, &offsets));
    assert!(used(&few) * 3 < used(&all) * 2, "{} of {}", used(&few), used(&all));
    let error = |found: &[f32]| mean(found.iter().zip(&expected).map(|(a, b)| (a - b).abs()));
    assert!(error(&few) < 0.1, "{}", error(&few));
}

#[test]
fn nothing_moves_nothing() {
    assert!(solve(SolverOptions::default(), &[0.0; 4 * VERTICES * 3]).iter().all(|w| *w == 0.0));
}

#[test]
fn shapes_that_cannot_be_are_named() {
    let refused = |names: Vec<String>, vertices, offsets: &[f32], options, reason: &str| {
        let error = ShapeSolver::new(names, vertices, offsets, options).expect_err(reason);
        assert!(matches!(error, Error::InvalidArgument(_)) && error.to_string().contains(reason), "{error}");
    };
    let all = shapes();
    refused(Vec::new(), VERTICES, &[], NONE, "0 shapes");
    refused(names(), 0, &[], NONE, "0 vertices");
    refused(names(), VERTICES, &all[1..], NONE, "expected 12 shapes × 40 vertices × 3");
    let mut spoilt = all.clone();
    spoilt[2 * VERTICES * 3 + 4] = f32::NAN;
    refused(names(), VERTICES, &spoilt, NONE, "shape \"shape 2\": vertex 1 is not finite");
    let mut twice = names();
    twice[7] = twice[3].clone();
    refused(twice, VERTICES, &all, NONE, "shape \"shape 3\" is named twice");
    refused(names(), VERTICES, &vec![0.0; all.len()], NONE, "no shape moves any vertex");
    for (smoothing_s, sparsity) in [(-0.1, 0.0), (f32::NAN, 0.0), (99.0, 0.0), (0.0, -1.0), (0.0, f32::INFINITY)] {
        refused(names(), VERTICES, &all, SolverOptions { smoothing_s, sparsity }, "smoothing of");
    }
}
