//! Tolerances of ops, networks and whole jobs on a device, each with its reason. Tests of stages have theirs beside the assertion.

/// What a backend keeps in half precision, whatever a pack holds; each keeps what the one before does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// Nothing.
    F32,
    /// Weights of products.
    F16Weights,
    /// Intermediates, too.
    F16,
}

/// How far a network may be from vectors made by torch in f32, by what is kept in half precision.
#[derive(Clone, Copy)]
pub struct Bar {
    pub f32: f32,
    pub f16_weights: f32,
    pub f16: f32,
}

impl Bar {
    pub fn of(&self, precision: Precision) -> f32 {
        match precision {
            Precision::F32 => self.f32,
            Precision::F16Weights => self.f16_weights,
            Precision::F16 => self.f16,
        }
    }
}

/// f32 networks against vectors made by torch in f32: torch and onnxruntime differ by up to 1.1e-5 at full size.
pub const NETWORK_F32: f32 = 5e-5;

/// Tiny denoiser: rounding alone shows 6e-4 with weights in f16, 1.5e-3 with intermediates, too.
pub const DENOISER: Bar = Bar { f32: NETWORK_F32, f16_weights: 2e-3, f16: 5e-3 };
/// The same after guidance, whose weights add up to 7 in absolute value: 9e-4 and 3.6e-3.
pub const DENOISER_GUIDED: Bar = Bar { f32: NETWORK_F32, f16_weights: 3e-3, f16: 1.2e-2 };
/// The same over ten DDIM steps: 5e-4 and 3.8e-3.
pub const SAMPLING: Bar = Bar { f32: NETWORK_F32, f16_weights: 2e-3, f16: 1.2e-2 };
/// The projections of the tiny CLIP: twice what the f64 twins show, 1.43e-3 and 2.18e-3. So are the bars below.
pub const CLIP: Bar = Bar { f32: NETWORK_F32, f16_weights: 2.9e-3, f16: 4.4e-3 };
/// Its hidden states: 1.37e-3 and 3.42e-3.
pub const CLIP_HIDDEN: Bar = Bar { f32: NETWORK_F32, f16_weights: 2.9e-3, f16: 6.9e-3 };
/// Hidden states and features of the tiny Wav2Vec2s: 3.8e-3 (the bar of the packs, which is less than twice) and 5.7e-3.
pub const WAV2VEC2: Bar = Bar { f32: NETWORK_F32, f16_weights: 5e-3, f16: 1.1e-2 };
/// Rows of the tiny log-mel encoder: 1.30e-3 and 2.88e-3.
pub const MEL_FEATURES: Bar = Bar { f32: NETWORK_F32, f16_weights: 2.6e-3, f16: 5.8e-3 };
/// Bottom and skips of the tiny generator: 5.6e-4 and 8.4e-4.
pub const IDENTITY: Bar = Bar { f32: NETWORK_F32, f16_weights: 1.1e-3, f16: 1.7e-3 };
/// Its offsets: 1.22e-3 and 1.72e-3.
pub const OFFSETS: Bar = Bar { f32: NETWORK_F32, f16_weights: 2.4e-3, f16: 3.4e-3 };
/// Codes of the tiny face encoder: 5.1e-4 and 7.4e-4.
pub const CODES: Bar = Bar { f32: NETWORK_F32, f16_weights: 1e-3, f16: 1.5e-3 };
/// What the face finder's detector says of a picture, as shares of its side: TFLite has halves too. 4.8e-7 and 5.8e-4.
pub const DETECTIONS: Bar = Bar { f32: NETWORK_F32, f16_weights: NETWORK_F32, f16: 1.2e-3 };
/// Landmarks of its mesh, as shares of the picture's side, where the pack alone has halves: 1.53e-4 and 3.5e-4.
pub const LANDMARKS: Bar = Bar { f32: 3e-4, f16_weights: 3e-4, f16: 7e-4 };
/// The mapping nets: 7.6e-5 and 9.7e-5.
pub const MAPPING: Bar = Bar { f32: NETWORK_F32, f16_weights: 1.5e-4, f16: 1.9e-4 };
/// Decoded JPEG pixels against libjpeg, levels: two decoders round the cosine transform and the colours differently.
pub const JPEG_LEVELS: u8 = 3;

/// One op in f32 against f64, results near 1: rounding of up to a few thousand additions.
pub const OP_F32: f32 = 1e-5;
/// One op with its intermediates in half precision, values near 1: a few roundings of 5e-4.
pub const OP_F16: f32 = 2e-3;
/// Winograd's transforms add up and subtract larger numbers than the result.
pub const WINOGRAD_F32: f32 = 5e-5;
/// Instruction sets against each other, relative to the largest value: what the architecture promises.
pub const INSTRUCTION_SETS: f32 = 1e-5;

/// Log-mel rows, computed in f64 and stored in f32, against numpy in f64: the last bit of values up to 14.
pub const MEL: f32 = 2e-6;

/// The same arithmetic in another grouping or order, on values of size 1 to 10.
pub const ROUNDING: f32 = 1e-5;

/// Speech of 7 s in chunks of 2 s with 1 s of context against the whole, largest difference over root mean square, for
/// the tiny random Wav2Vec2s, whose untrained attention spreads over the whole clip: measured 2.7e-3, rms 7e-4. (With
/// the norm over time taken chunk by chunk the base variant would show 0.76.)
pub const SPEECH_CHUNKS: f32 = 1e-2;
/// The whole job on a device against the CPU: blendshape weights, 999 of 1000 (measured 0.0018) and the largest of 12,000, which
/// follows the lengths of a driver's vectors (0.009 and 0.020).
pub const JOB_WEIGHTS: [f32; 2] = [0.003, 0.03];
/// The same for decoded vertices, mm: mean, 99.9th percentile, largest.
pub const JOB_VERTICES_MM: [f32; 3] = [0.02, 0.1, 0.3];
/// The same for the head's quaternion: half a degree.
pub const JOB_ANGLE: f32 = 4e-3;
/// The same for the head's translation, mm: that of a vertex.
pub const JOB_TRANSLATION_MM: f32 = 0.3;
