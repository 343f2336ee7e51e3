//! The op `max_pool2d` on a device: shaders/max_pool2d.comp.

use crate::error::Result;
use crate::plan::{View, ops};

use super::element::{self, GROUP, Shape};
use super::lowering::{Call, Lower, Lowering, Span};
use super::params::params;
use super::parts;

params! {
    struct Params {
        shape: Shape,
        source_cols: u32,
        x: Span,
        out: Span,
    }
}

impl Lower for ops::MaxPool2d {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        for items in parts::items(lowering, &[self.x, self.out]) {
            lower_part(self.x.batch(items.clone()), self.width, self.out.batch(items), lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        let (x, out) = (plan.input("x", 2, 16, 8).1, plan.output("out", 2, 4, 8).1);
        plan.push(Self { x, height: 4, width: 4, out });
    }
}

/// Constants: workgroup, by four, x half, out half.
fn lower_part(x: View, width: usize, out: View, lowering: &mut Lowering) -> Result<()> {
    let mut call = Call::new("max_pool2d");
    let (x_span, out_span) = (lowering.read(&mut call, "x", x)?, lowering.write(&mut call, "out", out)?);
    let half = |view| u32::from(lowering.is_half(view));
    let four = element::by_four(lowering, &[x, out]);
    let constants = vec![GROUP, u32::from(four), half(x), half(out)];
    let params = Params { shape: Shape::of(out), source_cols: width as u32, x: x_span, out: out_span };
    let module = lowering.variant("max_pool2d");
    lowering.dispatch(call, module, constants, &params, element::grid(out, four), 0);
    Ok(())
}
