//! The op `depthwise2d` on a device: shaders/depthwise2d.comp.

use crate::error::Result;
use crate::plan::{View, ops};

use super::element::{self, GROUP, Shape};
use super::lowering::{Call, Lower, Lowering, Span};
use super::params::params;
use super::parts;
use super::weights::Layout;

params! {
    struct Params {
        shape: Shape,
        source_rows: u32,
        source_cols: u32,
        kernel: u32,
        stride: u32,
        pad: u32,
        x: Span,
        out: Span,
    }
}

impl Lower for ops::Depthwise2d {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        for items in parts::items(lowering, &[self.x, self.out]) {
            lower_part(self, self.x.batch(items.clone()), self.out.batch(items), lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        use super::tests::weight;

        for (stride, texels) in [(1, 16), (2, 4)] {
            let (x, out) = (plan.input("x", 2, 16, 8).1, plan.output("out", 2, texels, 8).1);
            let (weight, bias) = (weight(&[8, 3, 3]), weight(&[8]));
            plan.push(Self { x, height: 4, width: 4, weight, bias, stride, pad: 2 - stride, out });
        }
    }
}

/// Constants: workgroup, by four, x half, out half.
fn lower_part(op: &ops::Depthwise2d, x: View, out: View, lowering: &mut Lowering) -> Result<()> {
    let mut call = Call::new("depthwise2d");
    let x_span = lowering.read(&mut call, "x", x)?;
    lowering.weight(&mut call, "weight", &op.weight, Layout::Taps)?;
    lowering.weight(&mut call, "bias", &op.bias, Layout::Vector)?;
    let out_span = lowering.write(&mut call, "out", out)?;
    let half = |view| u32::from(lowering.is_half(view));
    let four = element::by_four(lowering, &[x, out]);
    let constants = vec![GROUP, u32::from(four), half(x), half(out)];
    let params = Params {
        shape: Shape::of(out),
        source_rows: op.height as u32,
        source_cols: op.width as u32,
        kernel: op.weight.shape()[1] as u32,
        stride: op.stride as u32,
        pad: op.pad as u32,
        x: x_span,
        out: out_span,
    };
    let flops = 2 * (op.weight.len() * out.batch * out.rows) as u64;
    let module = lowering.variant("depthwise2d");
    lowering.dispatch(call, module, constants, &params, element::grid(out, four), flops);
    Ok(())
}
