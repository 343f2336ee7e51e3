//! Bilinear schemes for 3×3 convolutions: fewer products for more additions, `y = Aᵀ[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]A`.
//!
//! Each scheme makes a tile of outputs from the window of inputs that the tile sees; the matrices of one dimension are
//! applied to columns, then to rows. Products an output, against 9 of the definition:
//!
//! | scheme | window → tile | products |
//! |---|---|---|
//! | [`Plain`]: Winograd's F(4×4, 3×3) (Lavin and Gray, arXiv 1509.09308) | 6 → 4 | 36/16 |
//! | [`Down`]: stride 2, the taps on odd texels by F(2, 2) | 5 → 2 | 25/4 |
//! | [`Up`]: of the nearest-neighbour double, whose texels are equal in pairs | 4 → 4 | 36/16 |

use super::simd::Simd;

/// The largest side of a window, of its transform, of a tile.
pub(super) const SIDE: usize = 6;

/// Which scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Plain,
    Down,
    Up,
}

impl Kind {
    /// Elements of a transformed window or kernel.
    pub(super) fn elements(self) -> usize {
        self.kernel_matrix().len().pow(2)
    }

    /// G
    fn kernel_matrix(self) -> &'static [[f64; 3]] {
        match self {
            Self::Plain => Plain::G,
            Self::Down => Down::G,
            Self::Up => Up::G,
        }
    }

    /// An element of G·g·Gᵀ.
    pub(super) fn transform_kernel(self, kernel: &[f32], element: usize) -> f32 {
        let g = self.kernel_matrix();
        let (row, column) = (&g[element / g.len()], &g[element % g.len()]);
        (0..9).map(|t| row[t / 3] * column[t % 3] * f64::from(kernel[t])).sum::<f64>() as f32
    }
}

/// One dimension of a scheme. Arrays are filled up to the sides named here.
pub(super) trait Scheme: Send + Sync + 'static {
    const KIND: Kind;
    /// Texels of a window's side; the window begins one texel before its tile.
    const WINDOW: usize;
    /// Elements of a transformed side.
    const ELEMENTS: usize = Self::G.len();
    /// Outputs of a tile's side.
    const TILE: usize;
    /// Texels from a window to the next.
    const STEP: usize;
    /// Kernel transform.
    const G: &'static [[f64; 3]];

    /// Bᵀ·d
    ///
    /// # Safety
    /// The processor has `S`.
    unsafe fn window<S: Simd>(d: [S::V; SIDE]) -> [S::V; SIDE];

    /// Aᵀ·m
    ///
    /// # Safety
    /// The processor has `S`.
    unsafe fn tile<S: Simd>(m: [S::V; SIDE]) -> [S::V; SIDE];
}

/// F(4×4, 3×3), stride 1, points 0, ±1, ±2, ∞.
pub(super) struct Plain;

impl Scheme for Plain {
    const KIND: Kind = Kind::Plain;
    const WINDOW: usize = 6;
    const TILE: usize = 4;
    const STEP: usize = 4;
    const G: &'static [[f64; 3]] = &[
        [1.0 / 4.0, 0.0, 0.0],
        [-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
        [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
        [1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
        [1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
        [0.0, 0.0, 1.0],
    ];

    #[inline(always)]
    unsafe fn window<S: Simd>(d: [S::V; SIDE]) -> [S::V; SIDE] {
        // SAFETY: as for the caller.
        unsafe {
            let [two, four, five] = [2.0, 4.0, 5.0].map(|v| S::splat(v));
            let even = S::sub(d[4], S::mul(four, d[2]));
            let odd = S::sub(d[3], S::mul(four, d[1]));
            let near = S::sub(d[4], d[2]);
            let far = S::mul(two, S::sub(d[3], d[1]));
            [
                S::mul_add(four, d[0], S::sub(d[4], S::mul(five, d[2]))),
                S::add(even, odd),
                S::sub(even, odd),
                S::add(near, far),
                S::sub(near, far),
                S::mul_add(four, d[1], S::sub(d[5], S::mul(five, d[3]))),
            ]
        }
    }

    #[inline(always)]
    unsafe fn tile<S: Simd>(m: [S::V; SIDE]) -> [S::V; SIDE] {
        // SAFETY: as for the caller.
        unsafe {
            let [zero, two, four, eight] = [0.0, 2.0, 4.0, 8.0].map(|v| S::splat(v));
            let (near_sum, near_difference) = (S::add(m[1], m[2]), S::sub(m[1], m[2]));
            let (far_sum, far_difference) = (S::add(m[3], m[4]), S::sub(m[3], m[4]));
            [
                S::add(m[0], S::add(near_sum, far_sum)),
                S::mul_add(two, far_difference, near_difference),
                S::mul_add(four, far_sum, near_sum),
                S::add(S::mul_add(eight, far_difference, near_difference), m[5]),
                zero,
                zero,
            ]
        }
    }
}

/// Stride 2: the middle tap falls on even texels and is left alone, the outer two on odd ones.
pub(super) struct Down;

impl Scheme for Down {
    const KIND: Kind = Kind::Down;
    const WINDOW: usize = 5;
    const TILE: usize = 2;
    const STEP: usize = 4;
    const G: &'static [[f64; 3]] =
        &[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    #[inline(always)]
    unsafe fn window<S: Simd>(d: [S::V; SIDE]) -> [S::V; SIDE] {
        // SAFETY: as for the caller.
        unsafe { [S::sub(d[0], d[2]), d[1], d[2], d[3], S::sub(d[2], d[4]), d[5]] }
    }

    #[inline(always)]
    unsafe fn tile<S: Simd>(m: [S::V; SIDE]) -> [S::V; SIDE] {
        // SAFETY: as for the caller.
        unsafe {
            let zero = S::splat(0.0);
            [S::add(S::add(m[0], m[1]), m[2]), S::sub(S::add(m[2], m[3]), m[4]), zero, zero, zero, zero]
        }
    }
}

/// The doubled map: with s = k₀ + k₁ + k₂ an output beside texel x is s·x and one outer tap times the step to the
/// neighbour, so that neighbouring outputs share s·x.
pub(super) struct Up;

impl Scheme for Up {
    const KIND: Kind = Kind::Up;
    const WINDOW: usize = 4;
    const TILE: usize = 4;
    const STEP: usize = 2;
    const G: &'static [[f64; 3]] =
        &[[1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 1.0]];

    #[inline(always)]
    unsafe fn window<S: Simd>(d: [S::V; SIDE]) -> [S::V; SIDE] {
        // SAFETY: as for the caller.
        unsafe { [S::sub(d[0], d[1]), d[1], S::sub(d[2], d[1]), S::sub(d[1], d[2]), d[2], S::sub(d[3], d[2])] }
    }

    #[inline(always)]
    unsafe fn tile<S: Simd>(m: [S::V; SIDE]) -> [S::V; SIDE] {
        // SAFETY: as for the caller.
        unsafe {
            let zero = S::splat(0.0);
            [S::add(m[0], m[1]), S::add(m[1], m[2]), S::add(m[3], m[4]), S::add(m[4], m[5]), zero, zero]
        }
    }
}
