//! The op `rigid_motion` on a device: shaders/rigid_motion.comp.

use crate::error::Result;
use crate::plan::{View, ops};

use super::element::{self, GROUP, Shape};
use super::lowering::{Call, Lower, Lowering, Span};
use super::params::params;
use super::parts;

params! {
    struct Params {
        shape: Shape,
        motion: Span,
        points: Span,
        out: Span,
    }
}

impl Lower for ops::RigidMotion {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::RigidMotion { motion, points, out } = self;
        for items in parts::items(lowering, &[*motion, *out]) {
            lower_part(motion.batch(items.clone()), *points, out.batch(items), lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        let (motion, points) = (plan.input("motion", 2, 1, 6).1, plan.input("points", 1, 4, 3).1);
        let (_, out) = plan.output("out", 2, 4, 3);
        plan.push(Self { motion, points, out });
    }
}

/// Constants: workgroup, by four, motion half, points half, out half.
fn lower_part(motion: View, points: View, out: View, lowering: &mut Lowering) -> Result<()> {
    let mut call = Call::new("rigid_motion");
    let motion_span = lowering.read(&mut call, "motion", motion)?;
    let points_span = lowering.read(&mut call, "points", points)?;
    let out_span = lowering.write(&mut call, "out", out)?;
    let half = |view| u32::from(lowering.is_half(view));
    let constants = vec![GROUP, 0, half(motion), half(points), half(out)];
    let params = Params { shape: Shape::of(out), motion: motion_span, points: points_span, out: out_span };
    let module = lowering.variant("rigid_motion");
    lowering.dispatch(call, module, constants, &params, element::row_grid(out), 0);
    Ok(())
}
