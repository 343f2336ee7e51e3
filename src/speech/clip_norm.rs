//! The norm over time of a clip that is too long for one window, folded into the convolution before it.
//!
//! A convolution of one input channel gives `y_t = w·u_t + b`, u_t the window of samples that it sees. Its mean over the
//! clip is `w·m + b` and its variance `wᵀ·C·w`, where m and C are mean and covariance of the windows: a few numbers, taken
//! once, make the norm of every chunk that of the whole clip. Cost: kernel²/2 products for each of the layer's frames.

use crate::error::Result;
use crate::tensor::Weight;

/// Sums over the windows of a clip.
pub(super) struct WindowMoments {
    count: f64,
    /// Σ u
    sum: Vec<f64>,
    /// Σ u·uᵀ, the upper triangle of a kernel × kernel matrix.
    products: Vec<f64>,
}

impl WindowMoments {
    /// Of all whole windows of `kernel` samples, `stride` apart, of a clip of at least `kernel` samples.
    pub(super) fn of(kernel: usize, stride: usize, samples: usize, sample: impl Fn(usize) -> f32) -> Self {
        let frames = (samples - kernel) / stride + 1;
        let (mut sum, mut products) = (vec![0.0; kernel], vec![0.0; kernel * kernel]);
        let mut window = vec![0.0; kernel];
        for frame in 0..frames {
            for (i, u) in window.iter_mut().enumerate() {
                *u = f64::from(sample(frame * stride + i));
            }
            for (i, u) in window.iter().enumerate() {
                sum[i] += u;
                let row = &mut products[i * kernel + i..(i + 1) * kernel];
                row.iter_mut().zip(&window[i..]).for_each(|(sum, v)| *sum += u * v);
            }
        }
        Self { count: frames as f64, sum, products }
    }

    /// Kernel and bias of a convolution whose output is the norm of `weight`'s [channels, 1, kernel] over the clip, scaled
    /// by `gain` and shifted by `shift`. The convolution's own bias would move nothing: the norm removes it.
    pub(super) fn fold(&self, weight: &Weight, gain: &Weight, shift: &Weight, eps: f32) -> Result<(Weight, Weight)> {
        let kernel = self.sum.len();
        let (mut taps, mut biases) = (weight.to_f32()?, shift.to_f32()?);
        let mean: Vec<f64> = self.sum.iter().map(|sum| sum / self.count).collect();
        for ((taps, bias), gain) in taps.chunks_exact_mut(kernel).zip(&mut biases).zip(gain.to_f32()?) {
            let w: Vec<f64> = taps.iter().map(|w| f64::from(*w)).collect();
            let level: f64 = w.iter().zip(&mean).map(|(w, m)| w * m).sum();
            let mut variance = 0.0;
            for (i, j) in (0..kernel).flat_map(|i| (i..kernel).map(move |j| (i, j))) {
                let covariance = self.products[i * kernel + j] / self.count - mean[i] * mean[j];
                variance += if i == j { 1.0 } else { 2.0 } * w[i] * w[j] * covariance;
            }
            let scale = f64::from(gain) / (variance.max(0.0) + f64::from(eps)).sqrt();
            taps.iter_mut().zip(&w).for_each(|(tap, w)| *tap = (w * scale) as f32);
            *bias = (f64::from(*bias) - level * scale) as f32;
        }
        Ok((
            Weight::try_from_f32(weight.name(), weight.shape(), &taps)?,
            Weight::try_from_f32(shift.name(), shift.shape(), &biases)?,
        ))
    }
}
