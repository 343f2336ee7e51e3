//! The op `combine` on a device: shaders/combine.comp.

use crate::error::Result;
use crate::plan::ops;

use super::element::{self, GROUP, Shape};
use super::lowering::{Call, Lower, Lowering, Span};
use super::params::params;

params! {
    struct Params {
        shape: Shape,
        branches: u32,
        x: Span,
        weights: Span,
        out: Span,
    }
}

/// Constants: workgroup, by four, x half, weights half, out half.
impl Lower for ops::Combine {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::Combine { x, weights, out } = self;
        let mut call = Call::new("combine");
        let x_span = lowering.read(&mut call, "x", *x)?;
        let weights_span = lowering.read(&mut call, "weights", *weights)?;
        let out_span = lowering.write(&mut call, "out", *out)?;
        let half = |view| u32::from(lowering.is_half(view));
        let four = element::by_four(lowering, &[*x, *out]);
        let constants = vec![GROUP, u32::from(four), half(*x), half(*weights), half(*out)];
        let branches = (x.batch / out.batch) as u32;
        let params = Params { shape: Shape::of(*out), branches, x: x_span, weights: weights_span, out: out_span };
        let module = lowering.variant("combine");
        lowering.dispatch(call, module, constants, &params, element::grid(*out, four), 0);
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        let (x, weights) = (plan.input("x", 2, 9, 16).1, plan.input("weights", 2, 9, 1).1);
        let (_, out) = plan.output("out", 1, 9, 16);
        plan.push(Self { x, weights, out });
    }
}
