//! Every bound on what the library accepts, in one place.

/// Lowest sample rate of input audio, Hz.
pub const MIN_SAMPLE_RATE_HZ: u32 = 4_000;
/// Highest sample rate of input audio, Hz.
pub const MAX_SAMPLE_RATE_HZ: u32 = 768_000;
/// Most channels of input audio.
pub const MAX_CHANNELS: u32 = 64;
/// Longest clip of an offline session, seconds.
pub const MAX_CLIP_S: u32 = 4 * 3600;
/// Most sound that may wait for a stream's worker, ms.
pub const MAX_RING_MS: u32 = 600_000;
/// Most of the past that a stream keeps, ms.
pub const MAX_KEEP_MS: u32 = 4 * 3_600_000;
/// Lowest output rate, frames per second.
pub const MIN_FPS: f32 = 1.0;
/// Highest output rate, frames per second.
pub const MAX_FPS: f32 = 1000.0;
/// Most threads of one runtime.
pub const MAX_THREADS: u32 = 256;
/// Most sessions that are finished as one job.
pub const MAX_SESSIONS_TOGETHER: usize = 4096;
/// Most bytes of a pipeline cache that a host gives.
pub const MAX_PIPELINE_CACHE_BYTES: usize = 1 << 30;
/// Most denoising steps.
pub const MAX_STEPS: u32 = 1000;
/// Most resampling loops of a denoising step.
pub const MAX_RESAMPLING: usize = 32;
/// Longest window of the denoiser, frames.
pub const MAX_WINDOW_FRAMES: usize = 4096;
/// Largest absolute guidance strength.
pub const MAX_GUIDANCE: f32 = 100.0;

/// Longest pack header, bytes.
pub const MAX_PACK_HEADER_BYTES: u64 = 16 << 20;
/// Longest manifest inside it, bytes.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;
/// Most names in a manifest's list.
pub const MAX_NAMES: usize = 1 << 16;
/// Most emoji in a pack's table; Unicode 16 has under 4000 with all their sequences.
pub const MAX_EMOJI: usize = 8192;
/// Largest dimension, layer count or list length that a manifest may state.
pub const MAX_DIMENSION: usize = 1 << 20;
/// Most network layers or blocks.
pub const MAX_LAYERS: usize = 256;
/// Most dimensions of a tensor.
pub const MAX_RANK: usize = 8;
/// Longest side of a geometry map, texels, and of a picture tower's input, pixels.
pub const MAX_MAP_SIDE: usize = 4096;
/// Most levels of a map network.
pub const MAX_MAP_LEVELS: usize = 12;
/// Most rows that the log-mel network sees to each side: the sum of its dilations.
pub const MAX_CONTEXT: usize = 2000;
/// Most convolutions on the waveform, which are recorded again for each tile of a window.
pub const MAX_CONV_LAYERS: usize = 16;
/// Longest kernel before a norm over time, whose moments over a long clip cost the square of that.
pub const MAX_GROUP_KERNEL: usize = 64;
/// Least hop of the speech encoder's convolutions, samples: 1000 frames a second.
pub const MIN_HOP: usize = 16;
/// Largest hop and receptive field of the speech encoder's convolutions, samples: one second.
pub const MAX_HOP: usize = 16_000;
/// Least speech that is kept from one window, seconds.
pub const MIN_CHUNK_S: f32 = 0.02;
/// Most speech that is kept from one window, and that is dropped at each of its cut edges, seconds.
pub const MAX_CHUNK_S: f32 = 600.0;
/// Most training timesteps of a diffusion.
pub const MAX_TIMESTEPS: usize = 100_000;
/// Most vertices of a topology.
pub const MAX_VERTICES: usize = 1 << 20;
/// Furthest from the skin that a vertex may lie in the chart and still move with it, sides of the square: more than the
/// strip beside the chart's cut, whose triangles have corners on both sides.
pub const MAX_CHART_DISTANCE: f64 = 0.1;
/// Largest side of a mesh over the model's own face, either way, that is taken for millimetres.
pub const MAX_MESH_RATIO: f32 = 3.0;
/// Most blendshapes that a host's weights are solved for.
pub const MAX_SHAPES: usize = 1024;
/// Longest time constant of the smoothing of solved weights, and deviation of that of a motion, seconds.
pub const MAX_SMOOTHING_S: f32 = 10.0;
/// Most weight on sparsity of solved weights: at 1 a shape alone does not pay for itself any more.
pub const MAX_SPARSITY: f32 = 1.0;
/// Most bytes of a name (part, identity, blendshape, tensor).
pub const MAX_NAME_BYTES: usize = 256;

/// Most bytes of a picture's file.
pub const MAX_PICTURE_BYTES: usize = 256 << 20;
/// Largest side of a picture, pixels.
pub const MAX_PICTURE_SIDE: u32 = 16_384;
/// Most pixels of a picture where nobody asks for more: its memory is at most 13 bytes a pixel and a few rows.
pub const DEFAULT_PICTURE_PIXELS: u64 = 4 << 20;
/// Most pixels of a picture that may be asked for.
pub const MAX_PICTURE_PIXELS: u64 = 64 << 20;
/// Most scans of a JPEG file, each of which costs a walk over the picture; encoders write 1 to 20.
pub const MAX_JPEG_SCANS: usize = 32;
/// Most memory for a row and the side chunks (Exif) of a PNG, bytes.
pub const MAX_PNG_EXTRA_BYTES: usize = 64 << 20;
/// Side of the pictures that a face finder's network takes.
pub const MAX_FINDER_SIDE: usize = 512;
/// Side of the kernel that such a network begins with.
pub const MAX_FINDER_KERNEL: usize = 7;
/// Channels of such a network.
pub const MAX_FINDER_CHANNELS: usize = 4096;
/// Landmarks of a found face.
pub const FACE_LANDMARKS: usize = 468;
/// Faces that are found in one picture, the largest ones.
pub const MAX_FACES: usize = 16;
/// Longest prompt that is looked at, bytes; the tokenizer cuts at the tower's context anyway.
pub const MAX_PROMPT_BYTES: usize = 1 << 20;
/// Bytes of a prompt that are compared with the words that a model knows.
pub const MAX_READ_PROMPT_BYTES: usize = 4096;
/// Emotions that a model tells apart; `M2F_MAX_EMOTIONS` of the C ABI.
pub const MAX_EMOTIONS: usize = 32;
/// Head acts that a model tells apart; `M2F_MAX_HEAD_ACTS` of the C ABI.
pub const MAX_HEAD_ACTS: usize = 32;

/// Most styles of a clip.
pub const MAX_STYLES: usize = 64;
/// Most keyframes of a clip.
pub const MAX_KEYFRAMES: usize = 4096;
/// Furthest that a keyframe moves the head along an axis, mm.
pub const MAX_HEAD_MM: f32 = 1000.0;
/// Most motions that are composed to one.
pub const MAX_PARTS: usize = 4096;
/// Most points of a curve over time.
pub const MAX_CURVE_POINTS: usize = 1 << 16;
/// Longest ramp at the edges of a style or a gaze, seconds.
pub const MAX_RAMP_S: f64 = 3600.0;
/// Largest gain of a motion's expression, head and gaze.
pub const MAX_GAIN: f32 = 4.0;
/// Shortest pause that a pack may have the mouth close in, seconds: a stop consonant holds for half of that.
pub const MIN_PAUSE_S: f32 = 0.2;
/// Longest, seconds.
pub const MAX_PAUSE_S: f32 = 60.0;
/// Longest way from rest at a clip's start, seconds.
pub const MAX_EASE_S: f32 = 10.0;
/// Most play of a head, degrees.
pub const MAX_PLAY_DEG: f32 = 5.0;
/// Longest silence that is added behind a clip, seconds.
pub const MAX_TAIL_S: f64 = 10.0;
/// Most blinks that are added, a minute; they do not overlap at any rate.
pub const MAX_BLINKS_PER_MINUTE: f32 = 120.0;
/// Most saccades that are added, a minute: as many as keep their least time apart.
pub const MAX_SACCADES_PER_MINUTE: f32 = 400.0;
/// Largest deviation of added saccades, rad.
pub const MAX_SACCADE_RAD: f32 = 0.35;
/// Furthest that a gaze goes to either side, up or down, rad: a right angle, rounded up.
pub const MAX_LOOK_RAD: f32 = 1.571;
/// What a look weight of 1 may turn an eye by in a pack, degrees.
pub const EYE_DEGREES: std::ops::RangeInclusive<f32> = 1.0..=60.0;
/// Most targets of a clip's gaze.
pub const MAX_GAZE_TARGETS: usize = 4096;
/// Prompts and pictures whose style codes a model keeps.
pub const KEPT_STYLE_CODES: usize = 64;
/// Bytes of prompts and picture files that are kept with their codes; larger ones are encoded again each time.
pub const KEPT_STYLE_BYTES: usize = 16 << 20;

/// Most memory of one plan, bytes: its arena, one state, and what a backend adds for its ops.
pub const MAX_PLAN_BYTES: u64 = 4 << 30;
/// Memory of the programs that a model keeps of each of its networks, bytes; the last one stays whatever it takes.
pub const KEPT_PROGRAM_BYTES: usize = 16 << 20;
/// Memory for the per-window state of a sampling (keys and values of the condition); above it they are computed
/// again at each step.
pub const SAMPLER_STATE_BYTES: usize = 64 << 20;
