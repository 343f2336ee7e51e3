//! Every tolerance of the tests, with its reason.

/// f32 networks against vectors made by torch in f32: torch and onnxruntime differ by up to 1.1e-5 at full size.
pub const NETWORK_F32: f32 = 5e-5;

/// Tiny denoiser with weights rounded to f16 against f32 weights: measured 6e-4.
pub const DENOISER_F16: f32 = 2e-3;
/// The same after guidance, whose weights add up to 7 in absolute value: measured 9e-4.
pub const DENOISER_F16_GUIDED: f32 = 3e-3;
/// The same over ten DDIM steps: measured 5e-4.
pub const SAMPLING_F16: f32 = 2e-3;
/// Decoded JPEG pixels against libjpeg, levels: two decoders round the cosine transform and the colours differently.
pub const JPEG_LEVELS: u8 = 3;

/// The tiny CLIP's projections with matrices in f16 against f32: twice the 1.44e-3 that the f64 oracle shows.
pub const CLIP_F16: f32 = 2.9e-3;
