//! Sinusoidal codes of positions and timesteps: pe[p, 2i] = sin(p·10⁴^(−2i/d)), pe[p, 2i+1] = cos of the same.

/// Writes `pe[p]` into `row`, whose length d is even.
///
/// Frequency and angle are rounded to f32, as the networks were trained: at p = 499 an exact angle differs by 1e-5.
pub(super) fn encode(p: usize, row: &mut [f32]) {
    let slope = (-libm::log(1e4) / row.len() as f64) as f32;
    for (i, pair) in row.chunks_exact_mut(2).enumerate() {
        let angle = p as f32 * libm::expf((2 * i) as f32 * slope);
        let (sin, cos) = libm::sincos(f64::from(angle));
        (pair[0], pair[1]) = (sin as f32, cos as f32);
    }
}

/// pe[0..count], [count, width].
pub(super) fn table(count: usize, width: usize) -> Vec<f32> {
    let mut table = vec![0.0; count * width];
    table.chunks_exact_mut(width).enumerate().for_each(|(p, row)| encode(p, row));
    table
}
