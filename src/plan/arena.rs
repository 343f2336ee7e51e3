//! Places for buffers: intermediates share one arena by lifetime, first fit, largest first.

use std::ops::Range;

use super::builder::BufferInfo;
use super::ops::Op;
use super::view::{Storage, View};

/// Elements that every buffer's start is a multiple of: one cache line.
const ALIGNMENT: usize = 16;

/// Rounds up to the alignment.
pub(super) fn align(len: usize) -> usize {
    len.next_multiple_of(ALIGNMENT)
}

/// Sets the offsets of all buffers but constants; returns the lengths of arena and state.
///
/// # Panics
/// If an intermediate is read before it is written in the same section: a bug of the recording network.
pub(super) fn place(buffers: &mut [BufferInfo], ops: &[Op], sections: &[(String, Range<usize>)]) -> (usize, usize) {
    let (mut arena_len, mut state_len) = (0, 0);
    for buffer in buffers.iter_mut() {
        let end = match buffer.storage {
            Storage::Input | Storage::Output => &mut arena_len,
            Storage::State => &mut state_len,
            Storage::Scratch | Storage::Constant => continue,
        };
        buffer.offset = *end;
        *end += align(buffer.len);
    }
    let fixed = arena_len;

    let lifetimes = lifetimes(buffers, ops, sections);
    let mut order: Vec<usize> =
        (0..buffers.len()).filter(|&b| buffers[b].storage == Storage::Scratch && lifetimes[b].is_some()).collect();
    order.sort_by_key(|&b| (std::cmp::Reverse(buffers[b].len), b));
    let mut placed: Vec<usize> = Vec::with_capacity(order.len());
    for b in order {
        let (first, last) = lifetimes[b].expect("filtered");
        let mut taken: Vec<Range<usize>> = placed
            .iter()
            .filter(|&&p| lifetimes[p].is_some_and(|(f, l)| f <= last && first <= l))
            .map(|&p| buffers[p].offset..buffers[p].offset + align(buffers[p].len))
            .collect();
        taken.sort_by_key(|range| range.start);
        let mut offset = fixed;
        for range in taken {
            if offset + align(buffers[b].len) <= range.start {
                break;
            }
            offset = offset.max(range.end);
        }
        buffers[b].offset = offset;
        arena_len = arena_len.max(offset + align(buffers[b].len));
        placed.push(b);
    }
    (arena_len, state_len)
}

/// First writing and last touching op of every intermediate.
fn lifetimes(buffers: &[BufferInfo], ops: &[Op], sections: &[(String, Range<usize>)]) -> Vec<Option<(usize, usize)>> {
    let mut lifetimes: Vec<Option<(usize, usize)>> = vec![None; buffers.len()];
    for (name, range) in sections {
        for (at, op) in ops.iter().enumerate().take(range.end).skip(range.start) {
            let mut touch = |view: &View, writes: bool| {
                let b = view.buffer.index();
                match &mut lifetimes[b] {
                    Some((first, last)) => {
                        let scratch = buffers[b].storage == Storage::Scratch;
                        assert!(!scratch || *first >= range.start, "{}: crosses into section {name}", buffers[b].label);
                        *last = at;
                    }
                    None if writes || buffers[b].storage != Storage::Scratch => lifetimes[b] = Some((at, at)),
                    None => panic!("{}: {} is read before it is written", op.stem(), buffers[b].label),
                }
            };
            op.inputs().iter().for_each(|view| touch(view, false));
            touch(&op.output(), true);
        }
    }
    lifetimes
}

#[cfg(test)]
mod tests {
    use super::super::{Activation, PlanBuilder};
    use crate::tensor::Weight;

    #[test]
    fn long_chain_reuses_its_first_buffers() {
        let weight = Weight::from_f32("w", &[8, 8], &[0.0; 64]);
        let mut builder = PlanBuilder::new();
        let (_, mut x) = builder.input("x", 1, 4, 8);
        for _ in 0..20 {
            x = builder.linear("h", x, &weight, None, Activation::None);
        }
        let (_, out) = builder.output("y", 1, 4, 8);
        builder.copy(x, out);
        assert_eq!(builder.finish().arena_len(), 4 * 32, "input, output and two alternating intermediates");
    }

    #[test]
    #[should_panic(expected = "read before it is written")]
    fn unwritten_intermediate_is_refused() {
        let mut builder = PlanBuilder::new();
        let x = builder.scratch("x", 1, 1, 1);
        let (_, out) = builder.output("y", 1, 1, 1);
        builder.copy(x, out);
        builder.finish();
    }
}
