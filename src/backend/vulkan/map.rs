//! The op `map` on a device: shaders/map.comp.

use bytemuck::NoUninit;

use crate::error::Result;
use crate::plan::Op;

use super::lowering::{Lowering, Span};

/// Invocations of a workgroup.
const GROUP: u32 = 64;

#[derive(Clone, Copy, NoUninit)]
#[repr(C)]
struct Params {
    batch: u32,
    rows: u32,
    cols: u32,
    x: Span,
    out: Span,
}

/// Bindings: x, out. Constants: workgroup, x half, out half, activation, vector.
pub(super) fn lower(op: &Op, lowering: &mut Lowering) -> Result<()> {
    let Op::Map { x, activation, out } = op else { unreachable!("map") };
    let mut call = lowering.call("map");
    let (x_span, out_span) = (lowering.read(&mut call, *x)?, lowering.write(&mut call, *out)?);
    let half = |view| u32::from(lowering.is_half(view));
    let vector = lowering.is_vector(*x) && lowering.is_vector(*out);
    let constants = vec![GROUP, half(*x), half(*out), super::product::activation(*activation), u32::from(vector)];
    let [batch, rows, cols] = out.shape().map(|n| n as u32);
    let params = Params { batch, rows, cols, x: x_span, out: out_span };
    let invocations = out.len().div_ceil(if vector { 4 } else { 1 });
    let module = lowering.variant("map");
    lowering.dispatch(call, module, constants, &params, [invocations.div_ceil(GROUP as usize), 1, 1], 0)
}
