//! A kernel by its name and constants, and what every kernel keeps within.

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
    /// A kernel that takes these parameters.
    pub(super) fn new<P: Params>(module: String, constants: Vec<u32>) -> Self {
        #[cfg(debug_assertions)]
        {
            let mut names = Vec::new();
            P::names("", &mut names);
            let words = super::modules::words(&module).unwrap_or_else(|| panic!("no shader module {module}"));
            assert_eq!(super::modules::members(&words), names, "parameters of {module}");
        }
        Self { module, constants }
    }
}
