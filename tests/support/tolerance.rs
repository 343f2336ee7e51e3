//! Every tolerance of the tests, with its reason.

/// f32 networks against vectors made by torch in f32: torch and onnxruntime differ by up to 1.1e-5 at full size.
pub const NETWORK_F32: f32 = 5e-5;

/// Decoded JPEG pixels against libjpeg, levels: two decoders round the cosine transform and the colours differently.
pub const JPEG_LEVELS: u8 = 3;

/// The tiny CLIP's projections with matrices in f16 against f32: twice the 1.44e-3 that the f64 oracle shows.
pub const CLIP_F16: f32 = 2.9e-3;
