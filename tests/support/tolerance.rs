//! Every tolerance of the tests, with its reason.

/// f32 networks against vectors made by torch in f32: torch and onnxruntime differ by up to 1.1e-5 at full size.
pub const NETWORK_F32: f32 = 5e-5;

/// One op in f32 against f64, results near 1: rounding of up to a few thousand additions.
pub const OP_F32: f32 = 1e-5;
/// Winograd's transforms add up and subtract larger numbers than the result.
pub const WINOGRAD_F32: f32 = 5e-5;
/// Instruction sets against each other, relative to the largest value: what the architecture promises.
pub const INSTRUCTION_SETS: f32 = 1e-5;
