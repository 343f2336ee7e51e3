//! Places for buffers: ports first, then intermediates, which share one arena by lifetime, first fit, largest first.

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

/// When an intermediate holds values: the first and last op of its section that touch it.
#[derive(Debug, Clone, Copy)]
struct Lifetime {
    buffer: usize,
    first: usize,
    last: usize,
}

/// The places of a plan's intermediates, section by section. Sections run apart, so each has the arena to itself.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// By buffer, for intermediates: 1 + the section that they are of; 0 for none yet.
    sections: Vec<u32>,
    count: u32,
    /// Elements that the largest section needs.
    scratch_len: usize,
}

impl Places {
    /// Sets the offsets of a section's intermediates, counted from the first one of all.
    ///
    /// # Panics
    /// If an intermediate is read before it is written in the same section: a bug of the recording network.
    pub(super) fn section(&mut self, name: &str, ops: &[Op], buffers: &mut [BufferInfo]) {
        let mut order = self.lifetimes(name, ops, buffers);
        order.sort_by_key(|lifetime| (std::cmp::Reverse(buffers[lifetime.buffer].len), lifetime.buffer));
        for (at, lifetime) in order.iter().enumerate() {
            let overlaps = |other: &&Lifetime| other.first <= lifetime.last && lifetime.first <= other.last;
            let mut taken: Vec<Range<usize>> = order[..at]
                .iter()
                .filter(overlaps)
                .map(|other| &buffers[other.buffer])
                .map(|other| other.offset..other.offset + align(other.len))
                .collect();
            taken.sort_by_key(|range| range.start);
            let (mut offset, len) = (0, align(buffers[lifetime.buffer].len));
            for range in taken {
                if offset + len <= range.start {
                    break;
                }
                offset = offset.max(range.end);
            }
            buffers[lifetime.buffer].offset = offset;
            self.scratch_len = self.scratch_len.max(offset + len);
        }
    }

    /// Lifetimes of the intermediates of a section.
    fn lifetimes(&mut self, name: &str, ops: &[Op], buffers: &[BufferInfo]) -> Vec<Lifetime> {
        self.count += 1;
        self.sections.resize(buffers.len(), 0);
        let (section, mut lifetimes): (u32, Vec<Lifetime>) = (self.count, Vec::new());
        // A section has few intermediates, the youngest are asked for most.
        let mut touch = |at: usize, stem: &str, view: &View, writes: bool| {
            let buffer = view.buffer.index();
            let BufferInfo { storage: Storage::Scratch, label, .. } = &buffers[buffer] else { return };
            if self.sections[buffer] == 0 {
                assert!(writes, "{stem}: {label} is read before it is written");
                self.sections[buffer] = section;
                lifetimes.push(Lifetime { buffer, first: at, last: at });
                return;
            }
            assert!(self.sections[buffer] == section, "{label}: crosses into section {name}");
            let lifetime = lifetimes.iter_mut().rfind(|lifetime| lifetime.buffer == buffer);
            lifetime.expect("met in this section").last = at;
        };
        for (at, op) in ops.iter().enumerate() {
            op.inputs().iter().for_each(|view| touch(at, op.stem(), view, false));
            touch(at, op.stem(), &op.output(), true);
        }
        lifetimes
    }

    /// Sets the offsets of all buffers but constants; returns the lengths of the ports, of the arena that they begin,
    /// and of the state.
    pub(super) fn finish(&self, buffers: &mut [BufferInfo]) -> (usize, usize, usize) {
        let (mut ports_len, mut state_len) = (0, 0);
        for buffer in buffers.iter_mut() {
            let end = match buffer.storage {
                Storage::Input | Storage::Output => &mut ports_len,
                Storage::State => &mut state_len,
                Storage::Scratch | Storage::Constant => continue,
            };
            buffer.offset = *end;
            *end += align(buffer.len);
        }
        let intermediates = buffers.iter_mut().filter(|buffer| buffer.storage == Storage::Scratch);
        intermediates.for_each(|buffer| buffer.offset += ports_len);
        (ports_len, ports_len + self.scratch_len, state_len)
    }
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
