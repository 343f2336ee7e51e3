//! `out[b,v] = R(motion[b])·p[v] − p[v] + t(motion[b])`. In f64: a few points a frame, which leave f32 exact.

use crate::error::Result;
use crate::plan::ops;

use super::compiler::{Compile, Compiler};
use super::executable::Step;
use super::memory::{Memory, Place};

struct RigidMotion {
    motion: Place,
    points: Place,
    out: Place,
}

impl Compile for ops::RigidMotion {
    fn compile(&self, compiler: &mut Compiler) -> Result<()> {
        let ops::RigidMotion { motion, points, out } = self;
        let [motion, points, out] = [motion, points, out].map(|view| compiler.place(*view));
        compiler.push(RigidMotion { motion, points, out });
        Ok(())
    }
}

/// One task for each item.
impl Step for RigidMotion {
    fn tasks(&self) -> usize {
        self.out.batch
    }

    fn work(&self) -> usize {
        24 * self.out.all_rows()
    }

    unsafe fn run(&self, task: usize, memory: &Memory, _scratch: *mut f32) {
        // SAFETY: 6 columns, by the builder's word.
        let [rx, ry, rz, tx, ty, tz] = unsafe { *self.motion.row(memory, task, 0).cast::<[f32; 6]>() };
        let (u, w) = half_turn([rx, ry, rz].map(f64::from));
        for v in 0..self.out.rows {
            // SAFETY: 3 columns, by the builder's word; the output row is this task's own.
            unsafe {
                let p = (*self.points.row(memory, 0, v).cast::<[f32; 3]>()).map(f64::from);
                // R·p = p + 2w(u×p) + 2u×(u×p), so that no motion leaves exactly zero.
                let once = cross(u, p);
                let twice = cross(u, once);
                let turned: [f32; 3] = std::array::from_fn(|i| (2.0 * (w * once[i] + twice[i])) as f32);
                *self.out.row(memory, task, v).cast() = [turned[0] + tx, turned[1] + ty, turned[2] + tz];
            }
        }
    }
}

/// The unit quaternion of a rotation vector r: axis·sin(|r|/2) and cos(|r|/2).
fn half_turn(r: [f64; 3]) -> ([f64; 3], f64) {
    let angle = r.iter().map(|c| c * c).sum::<f64>().sqrt();
    // sin(a/2)/a by its series where the quotient loses digits.
    let scale = if angle < 1e-4 { 0.5 - angle * angle / 48.0 } else { (0.5 * angle).sin() / angle };
    (r.map(|c| c * scale), (0.5 * angle).cos())
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
