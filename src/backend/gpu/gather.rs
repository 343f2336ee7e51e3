//! The op `gather` on a device: shaders/gather.comp.

use crate::backend::gather_rows;
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
        terms: u32,
        x: Span,
        out: Span,
    }
}

impl Lower for ops::Gather {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::Gather { x, index, weight, out } = self;
        gather_rows(index, x.rows)?;
        for items in parts::items(lowering, &[*x, *out]) {
            lower_part(x.batch(items.clone()), index, weight, out.batch(items), lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        use super::tests::weight;

        let (x, out) = (plan.input("x", 2, 9, 16).1, plan.output("out", 2, 4, 16).1);
        let index = Weight::from_i32("index", &[4, 2], &[0, 8, 1, 7, 2, 6, 3, 5]);
        plan.push(Self { x, index, weight: weight(&[4, 2]), out });
    }
}

/// Constants: workgroup, by four, x half, out half.
fn lower_part(x: View, index: &Weight, weight: &Weight, out: View, lowering: &mut Lowering) -> Result<()> {
    let mut call = Call::new("gather");
    let x_span = lowering.read(&mut call, "x", x)?;
    lowering.weight(&mut call, "index", index, Layout::List)?;
    lowering.weight(&mut call, "weight", weight, Layout::Vector)?;
    let out_span = lowering.write(&mut call, "out", out)?;
    let half = |view| u32::from(lowering.is_half(view));
    let four = element::by_four(lowering, &[x, out]);
    let constants = vec![GROUP, u32::from(four), half(x), half(out)];
    let terms = index.shape()[1] as u32;
    let params = Params { shape: Shape::of(out), terms, x: x_span, out: out_span };
    let flops = 2 * (weight.len() * out.batch * out.cols) as u64;
    let module = lowering.variant("gather");
    lowering.dispatch(call, module, constants, &params, element::grid(out, four), flops);
    Ok(())
}
