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

/// When an intermediate holds values: its section, and the first and last op that touch it.
#[derive(Debug, Clone, Copy)]
struct Lifetime {
    section: usize,
    first: usize,
    last: usize,
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
    let mut order: Vec<(usize, Lifetime)> =
        lifetimes.iter().enumerate().filter_map(|(b, lifetime)| Some((b, (*lifetime)?))).collect();
    order.sort_by_key(|(b, lifetime)| (lifetime.section, std::cmp::Reverse(buffers[*b].len), *b));
    // Sections run apart, so each has the arena to itself.
    for section in order.chunk_by(|(_, a), (_, b)| a.section == b.section) {
        for (at, (b, lifetime)) in section.iter().enumerate() {
            let overlaps = |other: &Lifetime| other.first <= lifetime.last && lifetime.first <= other.last;
            let mut taken: Vec<Range<usize>> = section[..at]
                .iter()
                .filter(|(_, other)| overlaps(other))
                .map(|(p, _)| buffers[*p].offset..buffers[*p].offset + align(buffers[*p].len))
                .collect();
            taken.sort_by_key(|range| range.start);
            let mut offset = fixed;
            for range in taken {
                if offset + align(buffers[*b].len) <= range.start {
                    break;
                }
                offset = offset.max(range.end);
            }
            buffers[*b].offset = offset;
            arena_len = arena_len.max(offset + align(buffers[*b].len));
        }
    }
    (arena_len, state_len)
}

/// Lifetimes of the intermediates that are used, by buffer.
fn lifetimes(buffers: &[BufferInfo], ops: &[Op], sections: &[(String, Range<usize>)]) -> Vec<Option<Lifetime>> {
    let mut lifetimes: Vec<Option<Lifetime>> = vec![None; buffers.len()];
    for (section, (name, range)) in sections.iter().enumerate() {
        for (at, op) in ops.iter().enumerate().take(range.end).skip(range.start) {
            let mut touch = |view: &View, writes: bool| {
                let b = view.buffer.index();
                if buffers[b].storage != Storage::Scratch {
                    return;
                }
                match &mut lifetimes[b] {
                    Some(lifetime) => {
                        assert!(lifetime.section == section, "{}: crosses into section {name}", buffers[b].label);
                        lifetime.last = at;
                    }
                    None if writes => lifetimes[b] = Some(Lifetime { section, first: at, last: at }),
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
    fn sections_use_the_same_memory() {
        let mut builder = PlanBuilder::new();
        let (_, x) = builder.input("x", 1, 4, 8);
        let (_, out) = builder.output("y", 1, 4, 8);
        for _ in 0..3 {
            builder.section("copy");
            let between = builder.scratch("between", 1, 4, 8);
            builder.copy(x, between);
            builder.copy(between, out);
        }
        assert_eq!(builder.finish().arena_len(), 3 * 32, "input, output and one intermediate");
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
