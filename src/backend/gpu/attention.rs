//! The op `attention` on a device: shaders/attention.comp.

use crate::error::{Error, Result};
use crate::plan::{Mask, View, ops};

use super::element;
use super::lowering::{Call, Lower, Lowering, Span};
use super::params::params;
use super::parts;

/// Invocations of a workgroup.
const GROUP: usize = 128;

/// Queries of a workgroup and keys of a tile, the best first.
const BLOCKS: [Block; 6] = [
    Block { queries: 32, keys: 32 },
    Block { queries: 32, keys: 16 },
    Block { queries: 16, keys: 32 },
    Block { queries: 16, keys: 16 },
    Block { queries: 8, keys: 16 },
    Block { queries: 4, keys: 8 },
];
/// Workgroups that fill a large device: below, smaller blocks are better.
const FILLING_GROUPS: usize = 264;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    queries: usize,
    keys: usize,
}

impl Block {
    /// Shared memory of a workgroup.
    fn bytes(self, head_cols: usize) -> usize {
        let vectors = head_cols.div_ceil(4) | 1;
        (self.queries + self.keys) * vectors * 16 + (self.keys * self.queries + GROUP + self.queries) * 4
    }

    /// The best that fits into `bytes`; where that leaves a device idle, the best of few queries.
    fn choose(bytes: usize, head_cols: usize, heads: usize, queries: usize) -> Option<Self> {
        let fitting = || BLOCKS.into_iter().filter(move |block| block.bytes(head_cols) <= bytes);
        let filling = |block: &Self| heads * queries.div_ceil(block.queries) >= FILLING_GROUPS || block.queries <= 16;
        fitting().find(filling).or_else(|| fitting().next())
    }
}

params! {
    struct Params {
        batch: u32,
        heads: u32,
        queries: u32,
        keys: u32,
        width: u32,
        scale: f32,
        q: Span,
        k: Span,
        v: Span,
        out: Span,
    }
}

/// Of one op, what its parts share.
#[derive(Clone, Copy)]
struct Attention {
    heads: usize,
    scale: f32,
    mask: Mask,
    block: Block,
}

impl Lower for ops::Attention {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::Attention { q, k, v, heads, scale, mask, out } = self;
        let (bytes, head_cols) = (lowering.caps().max_shared_bytes as usize, q.cols / heads);
        let block = Block::choose(bytes, head_cols, q.batch * heads, q.rows).filter(|_| head_cols <= 4 * GROUP);
        let refused = || Error::Unsupported(format!("attention over heads of {head_cols} columns"));
        let op = Attention { heads: *heads, scale: *scale, mask: *mask, block: block.ok_or_else(refused)? };
        let views = [*q, *k, *v, *out];
        for items in parts::items(lowering, &views) {
            lower_part(views.map(|view| view.batch(items.clone())), op, lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        let (x, out) = (plan.input("x", 2, 9, 16).1, plan.output("out", 2, 9, 16).1);
        plan.push(Self { q: x, k: x, v: x, heads: 2, scale: 0.5, mask: Mask::Band { width: 3 }, out });
    }
}

/// Constants: workgroup, by four, q half, k half, v half, out half, mask, columns of a head, queries of a block, keys of a
/// tile.
fn lower_part(views: [View; 4], op: Attention, lowering: &mut Lowering) -> Result<()> {
    let [q, k, v, out] = views;
    let mut call = Call::new("attention");
    let q_span = lowering.read(&mut call, "q", q)?;
    let k_span = lowering.read(&mut call, "k", k)?;
    let v_span = lowering.read(&mut call, "v", v)?;
    let out_span = lowering.write(&mut call, "out", out)?;
    let head_cols = q.cols / op.heads;
    let four = head_cols.is_multiple_of(4) && element::by_four(lowering, &views);
    let (mask, width) = match op.mask {
        Mask::None => (0, 0),
        Mask::Causal => (1, 0),
        Mask::Band { width } => (2, width),
    };
    let mut constants = vec![GROUP as u32, u32::from(four)];
    constants.extend(views.map(|view| u32::from(lowering.is_half(view))));
    constants.extend([mask, head_cols as u32, op.block.queries as u32, op.block.keys as u32]);
    let params = Params {
        batch: q.batch as u32,
        heads: op.heads as u32,
        queries: q.rows as u32,
        keys: k.rows as u32,
        // Wide enough is as wide as any.
        width: width.min(q.rows + k.rows) as u32,
        scale: op.scale,
        q: q_span,
        k: k_span,
        v: v_span,
        out: out_span,
    };
    let blocks = q.rows.div_ceil(op.block.queries);
    let flops = 4 * (q.len() * k.rows) as u64;
    let module = lowering.variant("attention");
    lowering.dispatch(call, module, constants, &params, [q.batch * op.heads * blocks, 1, 1], flops);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_shared_memory_serves_heads_of_128_columns() {
        let block = Block::choose(16 << 10, 128, 1, 1000).expect("a block");
        assert_eq!(block, Block { queries: 8, keys: 16 });
    }

    #[test]
    fn blocks_grow_once_the_device_is_full() {
        let queries = |heads| Block::choose(32 << 10, 64, heads, 320).expect("a block").queries;
        assert_eq!([queries(8), queries(64)], [16, 32]);
    }
}
