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
}

/// Bindings: x, positions, out. Constants: workgroup, by four, x half, out half.
fn lower_part(x: View, positions: View, out: View, lowering: &mut Lowering) -> Result<()> {
    assert!(!lowering.is_half(positions), "positions are counted in f32");
    let mut call = Call::new("interpolate");
    let (x_span, positions_span) = (lowering.read(&mut call, x)?, lowering.read(&mut call, positions)?);
    let out_span = lowering.write(&mut call, out)?;
    let half = |view| u32::from(lowering.is_half(view));
    let four = element::by_four(lowering, &[x, out]);
    let constants = vec![GROUP, u32::from(four), half(x), half(out)];
    let (shape, x_rows) = (Shape::of(out), x.rows as u32);
    let params = Params { shape, x_rows, x: x_span, positions: positions_span, out: out_span };
    let module = lowering.variant("interpolate");
    lowering.dispatch(call, module, constants, &params, element::grid(out, four), 0)
}
