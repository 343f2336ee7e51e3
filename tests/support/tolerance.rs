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
/// One op in f32 against f64, results near 1: rounding of up to a few thousand additions.
pub const OP_F32: f32 = 1e-5;
/// One op with its intermediates in half precision, values near 1: a few roundings of 5e-4.
pub const OP_F16: f32 = 2e-3;
/// Winograd's transforms add up and subtract larger numbers than the result.
pub const WINOGRAD_F32: f32 = 5e-5;
/// Instruction sets against each other, relative to the largest value: what the architecture promises.
pub const INSTRUCTION_SETS: f32 = 1e-5;
/// Wav2Vec2 with f16 weights against torch in f32, on networks of a few thousand weights: twice what rounding shows.
pub const WAV2VEC2_F16: f32 = 5e-3;

/// Log-mel rows, computed in f64 and stored in f32, against numpy in f64: the last bit of values up to 14.
pub const MEL: f32 = 2e-6;

/// The same arithmetic in another grouping or order, on values of size 1 to 10.
pub const ROUNDING: f32 = 1e-5;

/// Speech of 7 s in chunks of 2 s with 1 s of context against the whole, largest difference over root mean square, for
/// the tiny random Wav2Vec2s, whose untrained attention spreads over the whole clip: measured 2.7e-3, rms 7e-4. (With
/// the norm over time taken chunk by chunk the base variant would show 0.76.)
pub const SPEECH_CHUNKS: f32 = 1e-2;
