//! The op `interpolate` on a device: shaders/interpolate.comp.

use crate::error::Result;
use crate::plan::{View, ops};

use super::element::{self, GROUP, Shape};
use super::lowering::{Call, Lower, Lowering, Span};
use super::params::params;
use super::parts;

params! {
    struct Params {
        shape: Shape,
        x_rows: u32,
        x: Span,
        positions: Span,
        out: Span,
    }
}

impl Lower for ops::Interpolate {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::Interpolate { x, positions, out } = self;
        for items in parts::items(lowering, &[*x, *out]) {
            lower_part(x.batch(items.clone()), *positions, out.batch(items), lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        let (x, positions) = (plan.input("x", 2, 9, 16).1, plan.input("positions", 1, 5, 2).1);
        let (_, out) = plan.output("out", 2, 5, 16);
        plan.push(Self { x, positions, out });
    }
}

/// Constants: workgroup, by four, x half, out half.
fn lower_part(x: View, positions: View, out: View, lowering: &mut Lowering) -> Result<()> {
    assert!(!lowering.is_half(positions), "positions are counted in f32");
    let mut call = Call::new("interpolate");
    let x_span = lowering.read(&mut call, "x", x)?;
    let positions_span = lowering.read(&mut call, "positions", positions)?;
    let out_span = lowering.write(&mut call, "out", out)?;
    let half = |view| u32::from(lowering.is_half(view));
    let four = element::by_four(lowering, &[x, out]);
    let constants = vec![GROUP, u32::from(four), half(x), half(out)];
    let (shape, x_rows) = (Shape::of(out), x.rows as u32);
    let params = Params { shape, x_rows, x: x_span, positions: positions_span, out: out_span };
    let module = lowering.variant("interpolate");
    lowering.dispatch(call, module, constants, &params, element::grid(out, four), 0);
    Ok(())
}
