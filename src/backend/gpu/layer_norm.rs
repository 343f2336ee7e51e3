//! The op `layer_norm` on a device: shaders/layer_norm.comp.

use crate::backend::device::Tier;
use crate::error::Result;
use crate::plan::{Activation, View, ops};
use crate::tensor::Weight;

use super::caps::Caps;
use super::element::{self, Shape};
use super::lowering::{Call, Lower, Lowering, Span};
use super::params::params;
use super::weights::Layout;
use super::{parts, product};

/// Fewest and most invocations that share a row: a subgroup, and what every device has or most have.
const MIN_GROUP: usize = 32;
const MAX_GROUP: usize = 256;
const MAX_GROUP_PACKED: usize = 128;

params! {
    struct Params {
        shape: Shape,
        eps: f32,
        x: Span,
        out: Span,
    }
}

struct Affine<'a> {
    weight: &'a Weight,
    bias: &'a Weight,
    eps: f32,
    activation: Activation,
}

impl Lower for ops::LayerNorm {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::LayerNorm { x, weight, bias, eps, activation, out } = self;
        let affine = Affine { weight, bias, eps: *eps, activation: *activation };
        for part in parts::rows(lowering, &[*x, *out], 1) {
            lower_part(part.of(*x), &affine, part.of(*out), lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        use super::tests::weight;

        let (x, out) = (plan.input("x", 2, 9, 16).1, plan.output("out", 2, 9, 16).1);
        let (weight, bias) = (weight(&[16]), weight(&[16]));
        plan.push(Self { x, weight, bias, eps: 1e-5, activation: Activation::None, out });
    }
}

/// Constants: workgroup, by four, activation, x half, out half, vectors of an invocation.
fn lower_part(x: View, affine: &Affine, out: View, lowering: &mut Lowering) -> Result<()> {
    let mut call = Call::new("layer_norm");
    let x_span = lowering.read(&mut call, "x", x)?;
    lowering.weight(&mut call, "weight", affine.weight, Layout::Vector)?;
    lowering.weight(&mut call, "bias", affine.bias, Layout::Vector)?;
    let out_span = lowering.write(&mut call, "out", out)?;
    let half = |view| u32::from(lowering.is_half(view));
    let four = element::by_four(lowering, &[x, out]);
    let vectors = if four { out.cols / 4 } else { out.cols };
    let group = group(lowering.caps(), vectors);
    let constants = vec![
        group as u32,
        u32::from(four),
        product::activation(affine.activation),
        half(x),
        half(out),
        vectors.div_ceil(group) as u32,
    ];
    let params = Params { shape: Shape::of(out), eps: affine.eps, x: x_span, out: out_span };
    let module = lowering.variant("layer_norm");
    lowering.dispatch(call, module, constants, &params, [out.batch * out.rows, 1, 1], 0);
    Ok(())
}

/// Invocations for a row: a power of two, since sums are halved.
fn group(caps: &Caps, vectors: usize) -> usize {
    let most = if caps.tier() == Tier::Packed { MAX_GROUP_PACKED } else { MAX_GROUP };
    vectors.next_power_of_two().clamp(MIN_GROUP, most.min(caps.max_invocations as usize))
}
