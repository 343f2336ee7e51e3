//! A kernel by its name and constants, and what every kernel keeps within.

use super::modules::interface;
use super::params::Params;

/// Storage buffers that a kernel binds at most.
pub(crate) const MAX_BINDINGS: u32 = 8;
/// Bytes of parameters that every device takes with a call.
pub(crate) const PUSH_BYTES: u32 = 128;
/// Most workgroups along one dimension of a dispatch that every device takes.
pub(crate) const MAX_GROUPS: u32 = 65_535;

/// A kernel with its specialization constants; constant 0 is the size of a workgroup.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Kernel {
    pub(crate) module: String,
    pub(crate) constants: Vec<u32>,
}

impl Kernel {
    /// A kernel that takes these parameters and binds these buffers, each with whether it is written. Builds with debug
    /// assertions compare both with the compiled module, which keeps the names of its source: a shader and its lowering that
    /// differ in order or count stop at the first call, not in wrong numbers.
    pub(super) fn new<P: Params>(
        module: String,
        constants: Vec<u32>,
        bindings: impl Iterator<Item = (&'static str, bool)>,
    ) -> Self {
        if cfg!(debug_assertions) {
            let compiled = interface(&module).unwrap_or_else(|| panic!("no shader module {module}"));
            let mut params = Vec::new();
            P::names("", &mut params);
            assert_eq!(compiled.params, params, "parameters of {module}");
            let bindings: Vec<_> = bindings.collect();
            let expected = compiled.bindings.iter().map(|(name, writes)| (name.as_str(), *writes));
            assert!(expected.eq(bindings.iter().copied()), "bindings of {module}: {bindings:?}, not {compiled:?}");
        }
        Self { module, constants }
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::super::lowering::Span;
    use super::super::params::params;
    use super::*;

    params! {
        struct Front {
            batch: u32,
            rows: u32,
            cols: u32,
        }
    }

    params! {
        struct MapParams {
            front: Front,
            x: Span,
            out: Span,
        }
    }

    params! {
        struct Turned {
            front: Front,
            out: Span,
            x: Span,
        }
    }

    fn map<P: Params>(_: P, bindings: &[(&'static str, bool)]) -> Kernel {
        Kernel::new::<P>("map.half".to_owned(), vec![128], bindings.iter().copied())
    }

    #[test]
    fn what_the_module_takes_passes() {
        assert_eq!(map(MapParams::default(), &[("x", false), ("out", true)]).constants, [128]);
    }

    #[test]
    #[should_panic(expected = "bindings of map.half")]
    fn bindings_in_another_order_stop() {
        map(MapParams::default(), &[("out", true), ("x", false)]);
    }

    #[test]
    #[should_panic(expected = "bindings of map.half")]
    fn binding_that_is_missing_stops() {
        map(MapParams::default(), &[("x", false)]);
    }

    #[test]
    #[should_panic(expected = "bindings of map.half")]
    fn binding_that_is_written_unsaid_stops() {
        map(MapParams::default(), &[("x", false), ("out", false)]);
    }

    #[test]
    #[should_panic(expected = "parameters of map.half")]
    fn parameters_in_another_order_stop() {
        map(Turned::default(), &[("x", false), ("out", true)]);
    }
}
