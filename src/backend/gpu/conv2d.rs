//! The op `conv2d` on a device: shaders/conv2d.comp.
//!
//! On a doubled map each output texel sees only 2×2 sources, by kernels that are sums of the 3×3 taps falling on the same
//! source: 4/9 of the products, one group for each of the four places in a source texel.

use crate::error::Result;
use crate::plan::{View, ops};

use super::lowering::{Lower, Lowering};
use super::parts;
use super::product::{self, Add, Geometry, Product};
use super::weights::Layout;

impl Lower for ops::Conv2d {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::Conv2d { x, height, width, weight, bias, stride, upsample, add, activation, out } = self;
        let (layout, groups, taps) =
            if *upsample { (Layout::Phases, 4, 4) } else { (Layout::Matrix { groups: 1 }, 1, 9) };
        let (rows, out_cols) = if *upsample { (height * width, *width) } else { (out.rows, width.div_ceil(*stride)) };
        let mut views = vec![*out, *x];
        views.extend(add);
        for items in parts::items(lowering, &views) {
            let part = |view: View| view.batch(items.clone());
            let product = Product {
                stem: "conv2d",
                x: part(*x),
                weight,
                layout,
                bias: bias.as_ref(),
                activation: *activation,
                add: add.map_or(Add::Nothing, |add| Add::Before(part(add))),
                out: part(*out),
                groups,
                cols: out.cols,
                inputs: x.cols,
                taps,
                rows,
                geometry: Geometry {
                    source_rows: *height as u32,
                    source_cols: *width as u32,
                    out_cols: out_cols as u32,
                    stride: *stride as u32,
                    ..Geometry::default()
                },
                constant: u32::from(*upsample),
            };
            product::lower(product, lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        use super::tests::weight;
        use crate::plan::Activation;

        for (upsample, texels) in [(false, 9), (true, 36)] {
            let (x, out) = (plan.input("x", 2, 9, 16).1, plan.output("out", 2, texels, 8).1);
            plan.push(Self {
                x,
                height: 3,
                width: 3,
                weight: weight(&[8, 16, 3, 3]),
                bias: upsample.then(|| weight(&[8])),
                stride: 1,
                upsample,
                add: upsample.then_some(out),
                activation: Activation::Silu,
                out,
            });
        }
    }
}
