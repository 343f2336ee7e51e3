//! Least-squares fit of a rigid motion: offsets of some vertices → rotation vector and translation.

/// A little of the identity keeps the fit defined when vertices lie on a line.
const RIDGE: f64 = 1e-6;

/// The matrix [6, 3·n] that takes the offsets d (mm) of vertices at `arms` (mm from the part's centre) to (ω, t) with
/// d ≈ ω × arm + t: (JᵀJ)⁻¹Jᵀ.
pub(super) fn rigid(arms: &[[f32; 3]]) -> Vec<f32> {
    let columns: Vec<[f64; 6]> = arms.iter().flat_map(|arm| jacobian(arm.map(f64::from))).collect();
    let mut normal = [[0.0; 6]; 6];
    for column in &columns {
        for i in 0..6 {
            for j in 0..6 {
                normal[i][j] += column[i] * column[j];
            }
        }
    }
    for i in 0..6 {
        normal[i][i] += RIDGE;
    }
    let solved: Vec<[f64; 6]> = columns.iter().map(|&column| solve(normal, column)).collect();
    (0..6).flat_map(|row| solved.iter().map(move |column| column[row] as f32)).collect()
}

/// ∂d/∂(ω, t), one row for each of d's coordinates.
fn jacobian([x, y, z]: [f64; 3]) -> [[f64; 6]; 3] {
    [[0.0, z, -y, 1.0, 0.0, 0.0], [-z, 0.0, x, 0.0, 1.0, 0.0], [y, -x, 0.0, 0.0, 0.0, 1.0]]
}

/// A⁻¹·b by elimination; A is symmetric and positive definite, so that no pivoting is needed.
fn solve(mut a: [[f64; 6]; 6], mut b: [f64; 6]) -> [f64; 6] {
    for i in 0..6 {
        for row in i + 1..6 {
            let factor = a[row][i] / a[i][i];
            for column in i..6 {
                a[row][column] -= factor * a[i][column];
            }
            b[row] -= factor * b[i];
        }
    }
    for i in (0..6).rev() {
        for column in i + 1..6 {
            b[i] -= a[i][column] * b[column];
        }
        b[i] /= a[i][i];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::rigid;

    #[test]
    fn offsets_of_a_small_rotation_and_a_shift_give_them_back() {
        let arms = [[10.0, -4.0, 30.0], [-12.0, 3.0, 25.0], [1.0, -20.0, 28.0], [5.0, 9.0, 11.0]];
        let (w, t) = ([0.02, -0.01, 0.03], [1.0, -2.0, 0.5]);
        let offsets: Vec<f32> = arms
            .iter()
            .flat_map(|a| {
                [w[1] * a[2] - w[2] * a[1] + t[0], w[2] * a[0] - w[0] * a[2] + t[1], w[0] * a[1] - w[1] * a[0] + t[2]]
            })
            .collect();
        let matrix = rigid(&arms);
        let found: Vec<f32> =
            matrix.chunks(offsets.len()).map(|row| row.iter().zip(&offsets).map(|(m, d)| m * d).sum()).collect();
        for (found, expected) in found.iter().zip(w.iter().chain(&t)) {
            assert!((found - expected).abs() < 1e-4, "{found} for {expected}");
        }
    }
}
