//! Which dispatches must wait for earlier ones.

use super::dispatch::{Binding, Memory};

/// What was touched since the last barrier.
#[derive(Default)]
pub(super) struct Hazards(Vec<Binding>);

impl Hazards {
    /// Takes the next dispatch's bindings in; true when it needs a barrier before it, which forgets all earlier ones.
    pub(super) fn admit(&mut self, bindings: &[Binding]) -> bool {
        let conflicts = |new: &Binding| self.0.iter().any(|old| conflict(old, new));
        let waits = bindings.iter().any(conflicts);
        if waits {
            self.0.clear();
        }
        self.0.extend(bindings.iter().filter(|b| !matches!(b.memory, Memory::Weight(_) | Memory::Constants)).cloned());
        waits
    }
}

fn conflict(a: &Binding, b: &Binding) -> bool {
    (a.writes || b.writes) && a.memory == b.memory && a.range.start < b.range.end && b.range.start < a.range.end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(memory: Memory, range: std::ops::Range<u64>, writes: bool) -> Binding {
        Binding { name: "x", memory, range, writes }
    }

    #[test]
    fn only_touching_what_was_written_or_writing_what_was_read_waits() {
        let mut hazards = Hazards::default();
        let read = |range| binding(Memory::Arena, range, false);
        let write = |range| binding(Memory::Arena, range, true);
        assert!(!hazards.admit(&[read(0..64), write(64..128)]));
        assert!(!hazards.admit(&[read(0..64), write(128..192)]), "two readers, writers apart");
        assert!(!hazards.admit(&[binding(Memory::State, 64..128, false)]), "other memory");
        assert!(hazards.admit(&[read(100..101), write(192..256)]), "read after write");
        assert!(!hazards.admit(&[read(64..128), write(0..32)]), "the barrier settled what came before it");
        assert!(hazards.admit(&[write(64..80)]), "write after read");
    }
}
