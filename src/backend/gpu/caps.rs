//! What a device can do, as far as kernels and engine ask.

use crate::backend::device::Tier;

/// Size of a cooperative matrix product, f16 × f16 → f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MatrixShape {
    /// Rows of A and of the result.
    pub m: u32,
    /// Columns of B and of the result.
    pub n: u32,
    /// Columns of A, rows of B.
    pub k: u32,
}

/// What a device can do.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that a device may lack")]
pub struct Caps {
    /// Half arithmetic and 16-bit storage buffers.
    pub half: bool,
    /// Arithmetic over subgroups in compute shaders.
    pub subgroups: bool,
    /// Invocations of a subgroup.
    pub subgroup_size: u32,
    /// Cooperative matrices.
    pub matrix: Option<MatrixShape>,
    /// A processor that runs shaders: no caches of its own to fill, no workgroups to hide latency.
    pub software: bool,
    /// Invocations of a workgroup.
    pub max_invocations: u32,
    /// Shared memory of a workgroup, bytes.
    pub max_shared_bytes: u32,
    /// Largest binding of a storage buffer, bytes.
    pub max_storage_bytes: u64,
    /// What the start of a binding is a multiple of, bytes.
    pub storage_alignment: u64,
    /// Device memory is mapped, coherent and cached: no staging.
    pub direct: bool,
    /// Nanoseconds of a timestamp's tick; 0 when there are none.
    pub timestamp_ns: f32,
    /// Timeline semaphores.
    pub timeline: bool,
}

impl Caps {
    /// The tier of the hot kernels.
    pub fn tier(&self) -> Tier {
        match (self.matrix, self.half) {
            (Some(_), _) => Tier::Matrix,
            (None, true) => Tier::Half,
            (None, false) => Tier::Packed,
        }
    }
}
