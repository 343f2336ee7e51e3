//! The op `linear` on a device: shaders/linear.comp.

use crate::error::Result;
use crate::plan::ops;

use super::lowering::{Lower, Lowering};
use super::parts;
use super::product::{self, Add, Geometry, Product};
use super::weights::Layout;

impl Lower for ops::Linear {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::Linear { x, weight, bias, activation, residual, out } = self;
        let mut views = vec![*out, *x];
        views.extend(residual);
        for part in parts::rows(lowering, &views, 1) {
            let out = part.of(*out);
            let product = Product {
                stem: "linear",
                x: part.of(*x),
                weight,
                layout: Layout::Matrix { groups: 1 },
                bias: bias.as_ref(),
                activation: *activation,
                add: residual.map_or(Add::Nothing, |residual| Add::After(part.of(residual))),
                out,
                groups: 1,
                cols: out.cols,
                inputs: x.cols,
                taps: 1,
                rows: out.rows,
                geometry: Geometry::default(),
                constant: 0,
            };
            product::lower(product, lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        use super::tests::weight;
        use crate::plan::Activation;

        for full in [false, true] {
            let (x, out) = (plan.input("x", 2, 9, 16).1, plan.output("out", 2, 9, 8).1);
            let (bias, residual) = (full.then(|| weight(&[8])), full.then_some(out));
            plan.push(Self { x, weight: weight(&[8, 16]), bias, activation: Activation::Gelu, residual, out });
        }
    }
}
