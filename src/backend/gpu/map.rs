//! The op `map` on a device: shaders/map.comp.

use crate::error::Result;
use crate::plan::{Activation, View, ops};

use super::element::{self, GROUP, Shape};
use super::lowering::{Call, Lower, Lowering, Span};
use super::params::params;
use super::{parts, product};

params! {
    struct Params {
        shape: Shape,
        x: Span,
        out: Span,
    }
}

impl Lower for ops::Map {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::Map { x, activation, out } = self;
        for part in parts::rows(lowering, &[*x, *out], 1) {
            let (mut x, mut out) = (part.of(*x), part.of(*out));
            if x.is_contiguous() && out.is_contiguous() {
                (x, out) = (x.reshape(1, 1, x.len()), out.reshape(1, 1, out.len()));
            }
            lower_part(x, *activation, out, lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        let (x, out) = (plan.input("x", 2, 9, 16).1, plan.output("out", 2, 9, 16).1);
        plan.push(Self { x, activation: Activation::Silu, out });
    }
}

/// Constants: workgroup, by four, activation, x half, out half.
fn lower_part(x: View, activation: Activation, out: View, lowering: &mut Lowering) -> Result<()> {
    let mut call = Call::new("map");
    let (x_span, out_span) = (lowering.read(&mut call, "x", x)?, lowering.write(&mut call, "out", out)?);
    let half = |view| u32::from(lowering.is_half(view));
    let four = element::by_four(lowering, &[x, out]);
    let constants = vec![GROUP, u32::from(four), product::activation(activation), half(x), half(out)];
    let params = Params { shape: Shape::of(out), x: x_span, out: out_span };
    let module = lowering.variant("map");
    lowering.dispatch(call, module, constants, &params, element::grid(out, four), 0);
    Ok(())
}
