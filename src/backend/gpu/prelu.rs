//! The op `prelu` on a device: shaders/prelu.comp.

use crate::error::Result;
use crate::plan::{View, ops};
use crate::tensor::Weight;

use super::element::{self, GROUP, Shape};
use super::lowering::{Call, Lower, Lowering, Span};
use super::params::params;
use super::parts;
use super::weights::Layout;

params! {
    struct Params {
        shape: Shape,
        add_cols: u32,
        x: Span,
        add: Span,
        out: Span,
    }
}

impl Lower for ops::Prelu {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::Prelu { x, add, slope, out } = self;
        // With nothing to add, x is bound in its place and no column of it counts.
        let add = add.unwrap_or_else(|| x.cols(0..0));
        for part in parts::rows(lowering, &[*x, add, *out], 1) {
            lower_part(part.of(*x), part.of(add), slope, part.of(*out), lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        use super::tests::weight;

        for add in [false, true] {
            let (x, sum) = (plan.input("x", 2, 9, 16).1, plan.input("add", 2, 9, 8).1);
            let (add, out) = (add.then_some(sum), plan.output("out", 2, 9, 16).1);
            plan.push(Self { x, add, slope: weight(&[16]), out });
        }
    }
}

/// Constants: workgroup, by four, x half, add half, out half.
fn lower_part(x: View, add: View, slope: &Weight, out: View, lowering: &mut Lowering) -> Result<()> {
    let mut call = Call::new("prelu");
    let x_span = lowering.read(&mut call, "x", x)?;
    let add_span = if add.is_empty() {
        call.without("add");
        x_span
    } else {
        lowering.read(&mut call, "add", add)?
    };
    lowering.weight(&mut call, "slope", slope, Layout::Vector)?;
    let out_span = lowering.write(&mut call, "out", out)?;
    let half = |view| u32::from(lowering.is_half(view));
    let four = element::by_four(lowering, &[x, add, out]);
    let constants = vec![GROUP, u32::from(four), half(x), half(add), half(out)];
    let params = Params { shape: Shape::of(out), add_cols: add.cols as u32, x: x_span, add: add_span, out: out_span };
    let module = lowering.variant("prelu");
    lowering.dispatch(call, module, constants, &params, element::grid(out, four), 0);
    Ok(())
}
