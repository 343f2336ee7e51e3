//! Offsets to the weights of a host's own blendshapes: least squares within 0..1 over whole clips.
//!
//! ```text
//! min over 0 ≤ w ≤ 1 of  Σ_t |Σ_j w_tj·D_j − o_t|²/s + λ·Σ_t |w_t − w_(t−1)|² + 2μ·Σ_t Σ_j w_tj
//! ```
//! D_j are the shapes and o_t the offsets, mm; s is the mean of |D_j|² over shapes that move anything, so that λ and μ have
//! no unit. λ = (τ·fps)² makes the smoothing an exponential to both sides of the time constant τ, at any rate and without
//! lag. The problem is convex; coordinate descent on its normal equations goes over the frames forwards and backwards until
//! no weight moves. A frame costs one product of the shapes with its offsets, and shapes² operations a sweep.

use crate::error::{Error, Result};
use crate::limits::{MAX_SHAPES, MAX_SMOOTHING_S, MAX_SPARSITY, MAX_VERTICES};

/// Sweeps over a clip, at most.
const MOST_SWEEPS: usize = 400;
/// A sweep that moves no weight by more ends the descent.
const SETTLED: f64 = 1e-6;

/// What is asked of weights besides that they fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SolverOptions {
    /// Time constant of the smoothing, seconds; 0 for none.
    pub smoothing_s: f32,
    /// Price of a weight, μ: how much of a mean shape's own effect a shape must explain to be used at all. 0 for none.
    pub sparsity: f32,
}

impl Default for SolverOptions {
    /// Removes the tremble of single frames and weights that explain next to nothing.
    fn default() -> Self {
        Self { smoothing_s: 0.02, sparsity: 0.005 }
    }
}

/// A host's blendshapes, prepared. Immutable; share it between threads.
#[derive(Debug, Clone)]
pub struct ShapeSolver {
    names: Vec<String>,
    /// [shapes, 3·vertices], mm.
    shapes: Vec<f32>,
    width: usize,
    /// DᵀD/s, [shapes, shapes].
    gram: Vec<f64>,
    /// s, mm².
    scale: f64,
    options: SolverOptions,
}

impl ShapeSolver {
    /// For named shapes, each the offsets of all vertices from the neutral at weight 1, `offsets_mm` [names, vertices, 3].
    ///
    /// # Errors
    /// `InvalidArgument` for no shapes or too many, names twice, another length, offsets that are not finite (the text
    /// names the shape), no shape that moves anything, or options out of their range.
    pub fn new(names: Vec<String>, vertices: usize, offsets_mm: &[f32], options: SolverOptions) -> Result<Self> {
        let (count, width) = (names.len(), vertices.saturating_mul(3));
        if !(1..=MAX_SHAPES).contains(&count) || !(1..=MAX_VERTICES).contains(&vertices) {
            return Err(invalid(&format!("{count} shapes of {vertices} vertices, expected 1..={MAX_SHAPES} shapes")));
        }
        if offsets_mm.len() != count * width {
            let detail = format!("{} numbers, expected {count} shapes × {vertices} vertices × 3", offsets_mm.len());
            return Err(invalid(&detail));
        }
        if let Some(at) = offsets_mm.iter().position(|v| !v.is_finite()) {
            return Err(invalid(&format!("shape {:?}: vertex {} is not finite", names[at / width], at % width / 3)));
        }
        if let Some(at) = (1..count).find(|&at| names[..at].contains(&names[at])) {
            return Err(invalid(&format!("shape {:?} is named twice", names[at])));
        }
        let SolverOptions { smoothing_s, sparsity } = options;
        if !(0.0..=MAX_SMOOTHING_S).contains(&smoothing_s) || !(0.0..=MAX_SPARSITY).contains(&sparsity) {
            let detail = format!("smoothing of {smoothing_s} s in 0..={MAX_SMOOTHING_S}, sparsity {sparsity} in 0..=1");
            return Err(invalid(&detail));
        }
        let shape = |at: usize| &offsets_mm[at * width..(at + 1) * width];
        let mut gram: Vec<f64> = vec![0.0; count * count];
        for i in 0..count {
            for j in 0..=i {
                let product = dot(shape(i), shape(j));
                (gram[i * count + j], gram[j * count + i]) = (product, product);
            }
        }
        let norms = || (0..count).map(|i| gram[i * count + i]).filter(|norm| *norm > 0.0);
        let scale = norms().sum::<f64>() / norms().count().max(1) as f64;
        if scale == 0.0 {
            return Err(invalid("no shape moves any vertex"));
        }
        gram.iter_mut().for_each(|product| *product /= scale);
        Ok(Self { names, shapes: offsets_mm.to_vec(), width, gram, scale, options })
    }

    /// The host's names, in the order of the weights.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Vertices of the shapes.
    pub fn vertices(&self) -> usize {
        self.width / 3
    }

    /// What the descent needs of frames [n, vertices, 3], appended to `products` [n, shapes]: Dᵀo/s.
    ///
    /// # Panics
    /// If the offsets are no whole number of frames.
    pub fn project(&self, offsets_mm: &[f32], products: &mut Vec<f64>) {
        assert!(offsets_mm.len().is_multiple_of(self.width), "{} floats in frames of {}", offsets_mm.len(), self.width);
        for frame in offsets_mm.chunks_exact(self.width) {
            products.extend(self.shapes.chunks_exact(self.width).map(|shape| dot(shape, frame) / self.scale));
        }
    }

    /// Weights 0..1 of the frames of `products`, which follow each other at a rate, into `weights` [n, shapes]. A frame's
    /// weights depend on its neighbours where there is smoothing: solve a clip at once. `room` is worked in; its memory serves the
    /// next call.
    ///
    /// # Panics
    /// If `weights` is not as long as `products`.
    pub fn solve(&self, products: &[f64], fps: f32, weights: &mut [f32], room: &mut Vec<f64>) {
        assert_eq!(products.len(), weights.len(), "weights of as many frames");
        let frames = products.len() / self.names.len();
        room.clear();
        room.resize(products.len(), 0.0);
        for sweep in 0..MOST_SWEEPS {
            let mut moved: f64 = 0.0;
            for step in 0..frames {
                let frame = if sweep.is_multiple_of(2) { step } else { frames - 1 - step };
                moved = moved.max(self.descend(products, f64::from(fps), frame, room));
            }
            if moved <= SETTLED {
                break;
            }
        }
        weights.iter_mut().zip(&*room).for_each(|(weight, value)| *weight = *value as f32);
    }

    /// Brings every weight of a frame to its best, one after the other, the others held; the furthest that one moves.
    fn descend(&self, products: &[f64], fps: f64, frame: usize, solved: &mut [f64]) -> f64 {
        let count = self.names.len();
        let (at, last) = (frame * count, products.len() / count - 1);
        let smoothing = (f64::from(self.options.smoothing_s) * fps).powi(2);
        let neighbours = f64::from(u8::from(frame > 0) + u8::from(frame < last));
        let mut furthest: f64 = 0.0;
        for j in 0..count {
            let row = &self.gram[j * count..(j + 1) * count];
            // A shape that moves nothing is not used.
            if row[j] == 0.0 {
                continue;
            }
            let old = solved[at + j];
            let before = if frame > 0 { solved[at - count + j] } else { 0.0 };
            let after = if frame < last { solved[at + count + j] } else { 0.0 };
            let others: f64 = row.iter().zip(&solved[at..at + count]).map(|(g, w)| g * w).sum::<f64>() - row[j] * old;
            let pull = products[at + j] - others + smoothing * (before + after) - f64::from(self.options.sparsity);
            let new = (pull / (row[j] + smoothing * neighbours)).clamp(0.0, 1.0);
            solved[at + j] = new;
            furthest = furthest.max((new - old).abs());
        }
        furthest
    }
}

/// Eight sums side by side, which a processor adds at once; always in this order.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += f64::from(*a) * f64::from(*b));
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| f64::from(*a) * f64::from(*b));
    sums.into_iter().chain(rest).sum()
}

fn invalid(detail: &str) -> Error {
    Error::InvalidArgument(format!("blendshapes: {detail}"))
}
