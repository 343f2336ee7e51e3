/*
 * media2face: speech in, moving face out.
 *
 * Generated from capi/src by cargo xtask header; do not edit.
 *
 * The whole of it in five steps: create a runtime, create a model from a pack, create a session, push audio and
 * finish, wait and pull a result; then read weights, head poses or vertex offsets at any rate. Destroy in any order.
 *
 * Conventions
 *  - Every fallible call returns an m2f_status and writes its outputs only on success. m2f_last_error() has the
 *    detail of the last failure on the calling thread.
 *  - Options structs are filled by their _options_init(options, sizeof *options), then changed, then passed.
 *  - Buffers are pointer, capacity and count; NULL with capacity 0 queries the count.
 *  - Lengths are mm, times are seconds or ms as the names say, angles are quaternions; right-handed, +Y up, +Z out of
 *    the face, +X the character's left.
 *  - A handle is destroyed by its _destroy, which takes NULL. Children keep their parents alive.
 *  - A const parameter means that the call may run at the same time as others on the same handle.
 *  - No callback runs on a thread that the host does not own, but for the lock of a shared queue, see
 *    media2face_vulkan.h. The library never prints and never phones home.
 *  - No call is for an audio thread unless it says so.
 *
 * Licence: MIT OR Apache-2.0.
 */

#ifndef MEDIA2FACE_H
#define MEDIA2FACE_H

#include <stddef.h>
#include <stdint.h>

/* Before each function. With the static library on Windows define M2F_STATIC. */
#ifndef M2F_API
#if defined(_WIN32) && !defined(M2F_STATIC)
#define M2F_API __declspec(dllimport)
#else
#define M2F_API
#endif
#endif

/** Version of this header: changes that break a host. */
#define M2F_VERSION_MAJOR 0

/** Version of this header: what was added. While the major number is 0 a new minor number may break a host, too. */
#define M2F_VERSION_MINOR 2

/** Version of this header: faults were corrected. */
#define M2F_VERSION_PATCH 0

/** reserve_bytes: as many as the library's own small pieces of one call need, 1 MiB. */
#define M2F_RESERVE_DEFAULT 0

/** thread_count: one thread on every second core, at least one. */
#define M2F_THREADS_AUTO UINT32_MAX

/** flags: leave instruction set extensions unused, for results that are equal on every machine. */
#define M2F_RUNTIME_PORTABLE 1

/** device_index: the best device. */
#define M2F_DEVICE_BEST UINT32_MAX

/**
 * seed: one that follows from the clip's own sound, so that every voice has a take of its own. It is a number below 2^32, the
 * same for the same samples rounded to 16 bits: however they were cut, as i16 or f32, whatever their rate.
 * m2f_result_seed tells it.
 */
#define M2F_SEED_AUTO UINT64_MAX

/** timeout_ms: for as long as it takes. */
#define M2F_WAIT_FOREVER UINT32_MAX

/** guidance: s_A, the strength of the audio. */
#define M2F_GUIDANCE_AUDIO 0

/** guidance: s_P, the strength of the style. */
#define M2F_GUIDANCE_STYLE 1

/** Room for the shares of emotions in m2f_prompt_reading. */
#define M2F_MAX_EMOTIONS 32

/** Room for the shares of head acts in m2f_prompt_reading. */
#define M2F_MAX_HEAD_ACTS 32

/** Floats of one head pose: quaternion x, y, z, w, then translation x, y, z in mm. */
#define M2F_HEAD_FLOATS 7

/** picture_parts: the picture gives the expression. */
#define M2F_PICTURE_EXPRESSION 1

/** picture_parts: the picture gives the rotation of the head. */
#define M2F_PICTURE_HEAD 2

/** What a call answers. Numbers are never reused. */
typedef uint32_t m2f_status;
enum {
    /** Done. */
    M2F_STATUS_OK = 0,
    /** No failure: the work is still going on, or the time given ran out first. Call again later. */
    M2F_STATUS_NOT_READY = 1,
    /** An argument is NULL, out of range, or does not fit the others. Correct the call. */
    M2F_STATUS_INVALID_ARGUMENT = 2,
    /** An options struct has a size that this library cannot read, or unknown fields that are set. */
    M2F_STATUS_INVALID_STRUCT_SIZE = 3,
    /** A buffer is too small; the needed count was not written. Query the size first. */
    M2F_STATUS_BUFFER_TOO_SMALL = 4,
    /** Text is not valid UTF-8. */
    M2F_STATUS_INVALID_UTF8 = 5,
    /** Audio is empty, not finite, or too long. */
    M2F_STATUS_INVALID_AUDIO = 6,
    /** A picture cannot be decoded or is larger than the limits. */
    M2F_STATUS_INVALID_PICTURE = 7,
    /** A model pack is damaged or of another format. */
    M2F_STATUS_INVALID_PACK = 8,
    /** The model does not hold the part that was asked for (a style tower, a name). */
    M2F_STATUS_MISSING_PART = 9,
    /** Reading or writing failed. */
    M2F_STATUS_IO = 10,
    /** The call does not fit the object's state, such as a push after the end of the input. */
    M2F_STATUS_INVALID_STATE = 11,
    /** The job was cancelled. */
    M2F_STATUS_CANCELLED = 12,
    /** Memory ran out, or a cap was reached. */
    M2F_STATUS_OUT_OF_MEMORY = 13,
    /** This build, device or model cannot do it. */
    M2F_STATUS_UNSUPPORTED = 14,
    /** The device was lost. Other sessions and the host live on; create a new runtime. */
    M2F_STATUS_DEVICE_LOST = 15,
    /** A bug of this library; please report the text of m2f_last_error. */
    M2F_STATUS_INTERNAL = 16,
};

/** How grave a log message is. */
typedef uint32_t m2f_log_level;
enum {
    /** A job failed. */
    M2F_LOG_ERROR = 0,
    /** Something was done otherwise than asked, such as a prompt cut to the model's context. */
    M2F_LOG_WARNING = 1,
    /** What was chosen, such as the backend. */
    M2F_LOG_INFO = 2,
};

/** What computes. */
typedef uint32_t m2f_backend;
enum {
    /**
     * The chosen device, or without a choice the best GPU; the CPU where there is none or it cannot.
     * m2f_runtime_backend_reason says why.
     */
    M2F_BACKEND_AUTO = 0,
    /** The CPU. */
    M2F_BACKEND_CPU = 1,
    /** A Vulkan device or an error, never the CPU in its place. */
    M2F_BACKEND_VULKAN = 2,
};

/** What kind of device it is. */
typedef uint32_t m2f_device_kind;
enum {
    /** None of the others. */
    M2F_DEVICE_OTHER = 0,
    /** Shares memory with the processor. */
    M2F_DEVICE_INTEGRATED = 1,
    /** Has memory of its own. */
    M2F_DEVICE_DISCRETE = 2,
    /** Part of another machine's. */
    M2F_DEVICE_VIRTUAL = 3,
    /** The processor itself, by a software driver. */
    M2F_DEVICE_SOFTWARE = 4,
};

/** Where a job is. */
typedef uint32_t m2f_stage;
enum {
    /** Takes audio. */
    M2F_STAGE_INPUT = 0,
    /** Encodes the text or picture. */
    M2F_STAGE_STYLE = 1,
    /** Encodes the speech. */
    M2F_STAGE_SPEECH = 2,
    /** Samples the motion. */
    M2F_STAGE_MOTION = 3,
    /** Done, failed or cancelled. */
    M2F_STAGE_DONE = 4,
};

/** How the kernels run on a device. */
typedef uint32_t m2f_tier;
enum {
    /** Not at all. */
    M2F_TIER_NONE = 0,
    /** Halves in memory, products by cooperative matrices. */
    M2F_TIER_MATRIX = 1,
    /** Halves in memory, sums over subgroups. */
    M2F_TIER_HALF = 2,
    /** Weights as packed halves, all else in single precision: any Vulkan 1.1 device. */
    M2F_TIER_PACKED = 3,
};

/** The vertices of a mesh as places of the model's skin. */
typedef struct m2f_binding m2f_binding;

/** A neutral face on the model's topology, with what the decoder computes of it once. */
typedef struct m2f_identity m2f_identity;

/** Networks and face of one pack, shared by all sessions that use it. */
typedef struct m2f_model m2f_model;

/** The motion of one clip. Faces are decoded when they are read, so that a minute costs kilobytes, not 106 MB. */
typedef struct m2f_result m2f_result;

/** Threads, backend and log of the sessions made on it. */
typedef struct m2f_runtime m2f_runtime;

/** One clip: its audio, style and seed, and the job that animates it. */
typedef struct m2f_session m2f_session;

/** A host's blendshapes, prepared. */
typedef struct m2f_solver m2f_solver;

/** Takes memory for the library: size bytes, above 0, aligned to alignment, a power of two; NULL when there is none. */
typedef void *(*m2f_allocate_callback)(size_t size, size_t alignment, void *user);

/** Gives memory of the allocate callback back. */
typedef void (*m2f_free_callback)(void *memory, size_t size, size_t alignment, void *user);

/** A device, as m2f_device_describe fills it in. */
typedef struct m2f_device_info {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** Place in the list; device_index of the runtime's options. */
    uint32_t index;
    /** An m2f_device_kind. */
    uint32_t kind;
    /** An m2f_tier. */
    uint32_t tier;
    /** Same device, same bytes, on every run; device_uuid of the runtime's options. */
    uint8_t uuid[16];
    /** PCI vendor. */
    uint32_t vendor_id;
    /** Vulkan version, first part. */
    uint32_t api_major;
    /** Vulkan version, second part. */
    uint32_t api_minor;
    /** Zero. */
    uint32_t reserved;
    /** Device-local memory. */
    uint64_t memory_bytes;
    /** Name by its driver, UTF-8. */
    char name[256];
    /** Driver with its version, as it describes itself. */
    char driver[512];
    /** Why it cannot be used, one line; empty when it can. */
    char fault[256];
} m2f_device_info;

/**
 * Receives a message: level, one line of UTF-8 that is valid during the call, and log_user. It is called only inside
 * calls that the host makes (create, step, wait, pull, adjust), on their thread, never on a thread of the library's own
 * and never from a push. It must not call back into the library.
 */
typedef void (*m2f_log_callback)(m2f_log_level level, const char *message, void *user);

/** Options of m2f_runtime_create. Fill with m2f_runtime_options_init first. */
typedef struct m2f_runtime_options {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /**
     * Threads that compute. 0: none, work runs only inside m2f_session_step on the caller's thread.
     * M2F_THREADS_AUTO (the default): one on every second core; the host has the others.
     */
    uint32_t thread_count;
    /** M2F_RUNTIME_… bits. */
    uint32_t flags;
    /** Messages up to this m2f_log_level are told; default M2F_LOG_WARNING. */
    uint32_t log_level;
    /** Receives messages, or NULL: m2f_runtime_next_log then has them. */
    m2f_log_callback log;
    /** Handed to log. */
    void *log_user;
    /** An m2f_backend; default M2F_BACKEND_AUTO. The fields below say nothing on the CPU. */
    uint32_t backend;
    /** A device by its place in the list, see m2f_device_describe; default M2F_DEVICE_BEST. */
    uint32_t device_index;
    /** A device by its UUID, the same on every run; all zero (default) for no such choice. Not together with an index. */
    uint8_t device_uuid[16];
    /** Most milliseconds of one submission, so that frames of the host's do not wait behind it; default 50. */
    float gpu_budget_ms;
    /** 1: ask the driver for a queue that yields to others. Default 0. */
    uint32_t gpu_low_priority;
    /** Most bytes of device memory; 0 (default) for no cap. Above it calls answer OUT_OF_MEMORY. */
    uint64_t gpu_memory_cap_bytes;
    /**
     * What m2f_runtime_read_pipeline_cache gave in an earlier run, or NULL. One of another device or driver, or a
     * damaged one, is left unused. Copied.
     */
    const uint8_t *pipeline_cache;
    /** Bytes of pipeline_cache. */
    uint64_t pipeline_cache_size;
    /**
     * Most pixels of a picture, of a style or a keyframe; 0 (default) for 4 million. At most 64 million, which a JPEG file of one
     * megabyte may have and which take 0.7 GB while it is decoded.
     */
    uint64_t max_picture_pixels;
} m2f_runtime_options;

/**
 * Copies size bytes from offset of the pack to buffer and returns 0, or returns anything else on failure. Called
 * only inside m2f_model_create. A host decrypts here.
 */
typedef int32_t (*m2f_read_callback)(uint64_t offset, uint8_t *buffer, size_t size, void *user);

/** Options of m2f_model_create: exactly one of path, data and read is set. */
typedef struct m2f_model_options {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** Zero. */
    uint32_t reserved;
    /** A pack's path, UTF-8. The file is mapped, and must not change while the model lives. */
    const char *path;
    /** A pack in memory; copied. */
    const uint8_t *data;
    /** Bytes of data. */
    uint64_t data_size;
    /** A pack behind a callback. */
    m2f_read_callback read;
    /** Bytes of the pack behind read. */
    uint64_t read_size;
    /** Handed to read. */
    void *read_user;
} m2f_model_options;

/**
 * Options of m2f_identity_create: a name of the pack, or vertices_mm, or a mix of names, or none of them for the
 * pack's first identity.
 */
typedef struct m2f_identity_options {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** Vertices behind vertices_mm; the model's m2f_model_vertex_count. */
    uint32_t vertex_count;
    /** Name of an identity of the pack, UTF-8. */
    const char *name;
    /** A neutral mesh on the topology: x, y, z of every vertex, mm, right-handed, +Y up, +Z out of the face. */
    const float *vertices_mm;
    /** Names of identities of the pack, UTF-8, to be mixed. */
    const char *const *mix_names;
    /** A weight for each, at least 0 and not all 0; they are brought to a sum of 1. */
    const float *mix_weights;
    /** Names and weights of the mix; 0 (default) for no mix. */
    uint32_t mix_count;
    /** 0. */
    uint32_t reserved;
} m2f_identity_options;

/**
 * Options of m2f_session_create. Fill with m2f_session_options_init first. At most one of style_text,
 * style_picture and style_code is set.
 */
typedef struct m2f_session_options {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** Rate of the pushed audio, Hz; default 16000. */
    uint32_t sample_rate_hz;
    /** Interleaved channels of the pushed audio; they are averaged. Default 1. */
    uint32_t channel_count;
    /** Denoising steps; 0 (default) for the pack's. */
    uint32_t step_count;
    /**
     * Same seed, same bytes, on any number of threads. Default M2F_SEED_AUTO; 0 is a seed like any other. Of a session of
     * m2f_result_revise that is the result's.
     */
    uint64_t seed;
    /** Noise added at each step, 0..1; NaN (default) for the pack's. */
    float eta;
    /** Guidance of the audio, s_A; NaN (default) for the pack's. Without effect where the pack's denoiser is distilled. */
    float guidance_audio;
    /** Guidance of the style, s_P; NaN (default) for the pack's. */
    float guidance_style;
    /** Strength of the style, as in m2f_style_options; default 1. */
    float style_strength;
    /** How it is to be spoken, UTF-8: words or one emoji. Over the whole clip; m2f_session_add_style adds more. */
    const char *style_text;
    /** A PNG or JPEG file's bytes. */
    const uint8_t *style_picture;
    /** Bytes of style_picture. */
    uint64_t style_picture_size;
    /** A raw style code. */
    const float *style_code;
    /** Floats of style_code. */
    uint64_t style_code_count;
    /** Whose face; NULL for the pack's first. */
    const struct m2f_identity *identity;
    /**
     * 1 (default): the result keeps the audio features, so that m2f_result_revise can make ranges of it again: 23 KB a
     * second with the starter. 0: it does not.
     */
    uint32_t editable;
    /**
     * How keyframes, and what a style or a revision leaves as it was, are painted in. 0 (default): into the estimate of every
     * step. 1 to 32: into the state, noised as the rest is, and each step is taken that often (RePaint): the rest joins
     * them better, at that many times the cost.
     */
    uint32_t repaint_loops;
    /**
     * Factor on the noise that the motion starts from, 0..1: 1 is the model's own spread, less is nearer to the mean of all
     * takes, and less lively; NaN (default) for the pack's.
     */
    float noise_scale;
    /**
     * 0 (default): where no style is asked for, the pack's default style stands, with the starter the neutral one. 1: the audio
     * alone decides there, as in the paper, and any mood may come.
     */
    uint32_t no_default_style;
    /**
     * 1 (default): the motion is adjusted as the pack states, where it does: gains, a mouth that closes in pauses, lids that move
     * together, a start from rest. What keyframes hold is not. 0: it is left as the networks make it.
     */
    uint32_t pack_adjustments;
    /**
     * Silence behind the last sample in which mouth and head come to rest, seconds, 0 (default) to 10; the result is longer by
     * it. Of no effect in a revision.
     */
    float tail_s;
} m2f_session_options;

/** Progress of a job. */
typedef struct m2f_progress {
    /** An m2f_stage. */
    uint32_t stage;
    /** Share of the whole work that is done, 0..1. */
    float fraction;
} m2f_progress;

/**
 * A style over a range of the clip. Fill with m2f_style_options_init first. Exactly one of text, picture, code
 * and preset is set.
 *
 * The weight of the style is 1 from start_s to end_s and 0 outside. A ramp is centred on either end, so that two
 * styles that meet blend into each other. Styles may overlap: what they add to the guidance adds up.
 */
typedef struct m2f_style_options {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** How far the style goes from the pack's default style: 0 leaves it out, 1 (default) is the style, 2 twice the way. */
    float strength;
    /** Where it begins, seconds; default 0. At 0 there is no ramp. */
    double start_s;
    /** Where it ends, seconds; default infinity, the whole rest. Past the clip's end it is cut, with a warning. */
    double end_s;
    /** Length of the ramps, seconds, half of it inside the range; default 0.2, 0 switches at once. */
    double ramp_s;
    /** How it is to be spoken, UTF-8: words or one emoji. */
    const char *text;
    /** A PNG or JPEG file's bytes. */
    const uint8_t *picture;
    /** Bytes of picture. */
    uint64_t picture_size;
    /** A raw style code. */
    const float *code;
    /** Floats of code. */
    uint64_t code_count;
    /** Name of a preset of the pack, UTF-8. */
    const char *preset;
} m2f_style_options;

/** What a text or a picture says to a model, as m2f_model_read_prompt fills it in. */
typedef struct m2f_prompt_reading {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** 1 where neither an emotion nor a head act is read, and no word asks for the neutral face: it will be neutral. */
    uint32_t says_nothing;
    /** How likely the reading is right, 0..1. */
    float confidence;
    /** How strong the likeliest emotion is, 0..1; 0 for the neutral one. */
    float strength;
    /** How strong the likeliest head act is, 0..1; 0 where none is likelier. */
    float head_strength;
    /** Emotions that the model knows. */
    uint32_t emotion_count;
    /** Head acts that the model knows. */
    uint32_t head_act_count;
    /** Zero. */
    uint32_t reserved;
    /** Share of each emotion, in the order of m2f_model_emotion_name, the neutral one first; they sum to 1. */
    float emotions[M2F_MAX_EMOTIONS];
    /** Share of each head act, in the order of m2f_model_head_act_name; what is left of 1 is none. */
    float head_acts[M2F_MAX_HEAD_ACTS];
} m2f_prompt_reading;

/** Gain, offset and limits of one channel: value · gain + offset, then limited. */
typedef struct m2f_channel {
    /** Default 1. */
    float gain;
    /** Default 0. */
    float offset;
    /** Default 0. */
    float minimum;
    /** Default 1. */
    float maximum;
} m2f_channel;

/**
 * A face, a head pose or both, that the motion is held at. Fill with m2f_keyframe_options_init first. At most one
 * source of the expression is set (latent, weights, expression, mesh_mm, picture), at most one of the head (head,
 * picture), and at least one of either.
 *
 * Its mask is hold from start_s to end_s and falls to 0 over ramp_s outside. Where it is 1 the motion is the
 * keyframe's exactly, before channels and layers; below 1 the motion is drawn to it. A hard keyframe hides soft ones.
 */
typedef struct m2f_keyframe_options {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** Mask in the range, 0..1; default 1. */
    float hold;
    /** Where it begins, seconds; the nearest frame counts. Default 0. */
    double start_s;
    /**
     * Where it ends, seconds, that frame included; default NaN: with its first frame. Past the clip's end it is cut, with
     * a warning.
     */
    double end_s;
    /** How long the mask takes to 0 outside of the range, seconds; default 0.2. */
    double ramp_s;
    /** z. */
    const float *latent;
    /** Floats of latent. */
    uint64_t latent_count;
    /** Blendshape weights 0..1 in the order of the model's names. */
    const float *weights;
    /** Floats of weights. */
    uint64_t weight_count;
    /** A deformed mesh on the model's topology, x, y, z of every vertex, mm, without the head pose. */
    const float *mesh_mm;
    /** Floats of mesh_mm. */
    uint64_t mesh_count;
    /** A PNG or JPEG file's bytes. */
    const uint8_t *picture;
    /** Bytes of picture. */
    uint64_t picture_size;
    /** Where the face is in the picture: x, y of the upper left corner, width, height, pixels. All 0 (default): the whole. */
    float picture_box[4];
    /** M2F_PICTURE_EXPRESSION, M2F_PICTURE_HEAD or both (default). */
    uint32_t picture_parts;
    /** 0. */
    uint32_t reserved;
    /** M2F_HEAD_FLOATS floats: quaternion x, y, z, w, translation in mm. */
    const float *head;
    /** Name of an expression, such as smile: m2f_expression_name lists them. UTF-8. */
    const char *expression;
} m2f_keyframe_options;

/** A range of a result, for m2f_result_compose. */
typedef struct m2f_part {
    /** The result. */
    const struct m2f_result *result;
    /** Where the part begins, seconds. */
    double start_s;
    /** Where it ends, seconds; infinity is the clip's end, and past that it is cut. */
    double end_s;
} m2f_part;

/**
 * A direction to look at for a while. The eyes jump to it and hold it against every movement of the head; the head turns
 * by its share, and by what is further than the eyes turn (as far as a look weight of 1, at most 25 degrees).
 */
typedef struct m2f_gaze_target {
    /** When eyes and head begin to turn there, seconds; at 0 they are there from the first frame on. */
    double start_s;
    /**
     * When they begin to turn back, or to a target that starts here; infinity for the rest of the clip. Past the clip's end
     * it is cut, with a warning.
     */
    double end_s;
    /** From straight ahead to the character's left, radians. */
    float yaw_rad;
    /** Down, radians. */
    float pitch_rad;
    /** Part of the angle that the head turns, 0..1. */
    float head_share;
    /** How long the head takes, seconds; the eyes are there within 0.1. */
    float ramp_s;
} m2f_gaze_target;

/**
 * Options of m2f_result_adjust. Fill with m2f_adjustment_options_init first: the defaults change nothing.
 *
 * They act in this order: gains, smoothing, channels and limits, added blinks, gaze.
 */
typedef struct m2f_adjustment_options {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** Factor on the expression about the face at rest, 0..4; default 1. */
    float expression_gain;
    /** Decides about added blinks and saccades; default M2F_SEED_AUTO, the result's own. */
    uint64_t seed;
    /** Factor on the head's angle and translation, 0..4; default 1. */
    float head_gain;
    /** Standard deviation of the smoothing of the expression, seconds, 0..10, without lag; default 0, none. */
    float smoothing_s;
    /** The same for the head; .04 calms the starter's, which trembles a little. */
    float head_smoothing_s;
    /**
     * Most closure of the lids by the model's own blinks, 0..1; default 1, 0 turns them off. Lids that are held half closed
     * for longer than half a second stay.
     */
    float blink_limit;
    /** Blinks to be added, 0..120; default 0. */
    float blinks_per_minute;
    /** Factor on the model's own gaze, 0..4; default 1, 0 turns it off. */
    float gaze_gain;
    /** Most turn of the model's own gaze, radians; default infinity. */
    float gaze_limit_rad;
    /** Saccades to be added, 0..400; default 0. */
    float saccades_per_minute;
    /** Standard deviation of their yaw, radians, 0..0.35; of their pitch half of it. Default 0.07. */
    float saccade_rad;
    /** How far a look weight of 1 turns an eye, radians: in, out, up, down. Default 0, 0, 0, 0: as on the model's own mesh. */
    float eye_range_rad[4];
    /** Channels behind channel_names and channels. */
    uint32_t channel_count;
    /** Names of blendshapes, UTF-8. */
    const char *const *channel_names;
    /** What is done to each; unlike m2f_result_set_channel the mesh follows. */
    const struct m2f_channel *channels;
    /** Directions to look at. Where several are in force at once they are blended. */
    const struct m2f_gaze_target *targets;
    /** Targets behind targets, at most 4096. */
    uint64_t target_count;
} m2f_adjustment_options;

/** Options of m2f_binding_create. */
typedef struct m2f_binding_options {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** Vertices behind uv and vertices_mm. */
    uint32_t vertex_count;
    /**
     * u, v of every vertex in the model's chart (m2f_model_read_uv), 0..1, v downwards; -1, -1 for a vertex that is not
     * on it, which stands still.
     */
    const float *uv;
    /**
     * The mesh at rest, x, y, z of every vertex, mm, in the model's space; or NULL. It is checked and not kept: another
     * unit, other axes and flipped coordinates are found by it.
     */
    const float *vertices_mm;
} m2f_binding_options;

/** Options of m2f_solver_create. Fill with m2f_solver_options_init first. */
typedef struct m2f_solver_options {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** Shapes behind names and offsets_mm. */
    uint32_t shape_count;
    /** Their names, UTF-8, each once; errors name shapes by them. */
    const char *const *names;
    /** For each shape x, y, z of every vertex: how far it moves from the neutral at weight 1, mm. */
    const float *offsets_mm;
    /** The mesh that the shapes are of; NULL for the model's own. */
    const struct m2f_binding *binding;
    /** Time constant of the smoothing, seconds; 0 for none. Default 0.02. */
    float smoothing_s;
    /** How much a shape must explain to be used at all, 0..1; 0 for none. Default 0.005. */
    float sparsity;
} m2f_solver_options;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The detail of the last failed call on this thread, one line of UTF-8, or an empty string.
 *
 * Returns: never NULL.
 * Ownership: the library's; valid until the next call on this thread that fails.
 * Threads: any; each has its own.
 */
M2F_API const char *m2f_last_error(void);

/**
 * A short English name of a status, such as invalid argument.
 *
 * Parameters: status, any number.
 * Returns: never NULL; unknown status for a number that this version does not know.
 * Ownership: static. Threads: any.
 */
M2F_API const char *m2f_status_name(uint32_t status);

/**
 * The version of the library that is loaded, as major·65536 + minor·256 + patch: compare it with the header's.
 *
 * Threads: any.
 */
M2F_API uint32_t m2f_version(void);

/**
 * The version as text, such as 0.2.0.
 *
 * Returns: never NULL. Ownership: static. Threads: any.
 */
M2F_API const char *m2f_version_string(void);

/**
 * Says where the library takes all its memory from; without this call it takes it from the C library. Vulkan's drivers and
 * the memory maps of packs that are opened by path have their own.
 *
 * A host may refuse at any time: the call under way answers OUT_OF_MEMORY, and the library works again when there is memory
 * again. For what cannot be refused inside it, it keeps reserve_bytes, which it asks for with the first call and again when
 * some were used up.
 *
 * Parameters: allocate and free, both; user, handed to them; reserve_bytes, at least 64 KiB, or M2F_RESERVE_DEFAULT.
 * Returns: OK; INVALID_ARGUMENT; INVALID_STATE when the library has memory already: call this before anything else, once.
 * Threads: any, alone. The callbacks are called on any thread, the library's own among them, inside any call and between
 * calls: they are native code, thread-safe, do not unwind, and do not call back into the library.
 */
M2F_API
m2f_status m2f_set_memory(m2f_allocate_callback allocate,
                          m2f_free_callback free,
                          void *user,
                          size_t reserve_bytes);

/**
 * Number of Vulkan devices of this machine, usable or not.
 *
 * Parameters: out, receives the count.
 * Returns: OK; INVALID_ARGUMENT; UNSUPPORTED without a Vulkan loader (the text of m2f_last_error says why).
 * Threads: any. Cost: tens to hundreds of milliseconds: Vulkan's drivers are loaded.
 */
M2F_API m2f_status m2f_device_count(uint32_t *out);

/**
 * Describes a device.
 *
 * Parameters: index, below m2f_device_count; out, size writable bytes; size, sizeof *out.
 * Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE; UNSUPPORTED without a Vulkan loader.
 * Threads: any. Cost: as m2f_device_count.
 */
M2F_API m2f_status m2f_device_describe(uint32_t index, struct m2f_device_info *out, size_t size);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE when size is no size of this struct.
 * Threads: any.
 */
M2F_API m2f_status m2f_runtime_options_init(struct m2f_runtime_options *options, size_t size);

/**
 * Creates a runtime: opens the device, or finds the instruction set and starts the threads, which sleep until there is
 * work.
 *
 * Parameters: options, or NULL for the defaults; out, receives the runtime.
 * Returns: OK; INVALID_ARGUMENT (a field out of range, two devices, with M2F_BACKEND_VULKAN a device that is not
 * there); INVALID_STRUCT_SIZE; UNSUPPORTED (with M2F_BACKEND_VULKAN no loader, or no device that
 * can: the text of m2f_last_error says which); OUT_OF_MEMORY (threads could not be started).
 * Ownership: the caller's; end it with m2f_runtime_destroy. Models and sessions keep it alive.
 * Threads: any. Cost: under a millisecond with M2F_BACKEND_CPU, else tens to hundreds: Vulkan's drivers are loaded.
 */
M2F_API m2f_status m2f_runtime_create(const struct m2f_runtime_options *options, struct m2f_runtime **out);

/**
 * Ends a runtime. Models, sessions and results made on it live on until they are destroyed themselves.
 *
 * Parameters: runtime, or NULL for nothing. Threads: any, but not while another call uses this handle.
 */
M2F_API void m2f_runtime_destroy(struct m2f_runtime *runtime);

/**
 * What the runtime computes on, such as cpu avx2, 8 threads, or vulkan with the device and the tier of its kernels.
 *
 * Parameters: buffer with room for capacity bytes, or NULL and 0 to query; count, receives the bytes needed, the
 * terminating NUL included (may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL.
 * Threads: any.
 */
M2F_API
m2f_status m2f_runtime_backend_name(const struct m2f_runtime *runtime,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *count);

/**
 * Why the runtime computes on that, one line: asked for, or what keeps a GPU from being used, such as
 * only software devices: llvmpipe.
 *
 * Parameters, Returns, Threads: as for m2f_runtime_backend_name.
 */
M2F_API
m2f_status m2f_runtime_backend_reason(const struct m2f_runtime *runtime,
                                      char *buffer,
                                      size_t capacity,
                                      size_t *count);

/**
 * Device memory of everything made on the runtime.
 *
 * Parameters: used_bytes, receives what plans, weights and results take; reserved_bytes, receives what was taken from
 * the driver for that, in larger blocks (may be NULL). Both 0 on the CPU.
 * Returns: OK; INVALID_ARGUMENT. Threads: any. Cost: none.
 */
M2F_API
m2f_status m2f_runtime_gpu_memory(const struct m2f_runtime *runtime,
                                  uint64_t *used_bytes,
                                  uint64_t *reserved_bytes);

/**
 * Hands back device memory that nothing uses: call it when the last session and result of a scene are destroyed.
 *
 * Returns: OK, also when there is nothing to hand back; INVALID_ARGUMENT; OUT_OF_MEMORY. Threads: any. Cost: milliseconds.
 */
M2F_API
m2f_status m2f_runtime_trim(const struct m2f_runtime *runtime);

/**
 * Most milliseconds of one submission from now on; jobs under way follow.
 *
 * Parameters: budget_ms, above 0.
 * Returns: OK; INVALID_ARGUMENT; UNSUPPORTED on the CPU. Threads: any. Cost: none.
 */
M2F_API m2f_status m2f_runtime_set_gpu_budget_ms(const struct m2f_runtime *runtime, float budget_ms);

/**
 * Compiled pipelines, to be saved and given to a later runtime on the same device and driver: its first clip then starts
 * without compiling. Read it after a clip or m2f_model_warm_up.
 *
 * Parameters: buffer with room for capacity bytes, or NULL and 0 to query; count, receives the bytes (may be NULL
 * when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL (also when pipelines were added since the query); UNSUPPORTED on the
 * CPU; OUT_OF_MEMORY.
 * Threads: any. Cost: a copy of some megabytes.
 */
M2F_API
m2f_status m2f_runtime_read_pipeline_cache(const struct m2f_runtime *runtime,
                                           uint8_t *buffer,
                                           size_t capacity,
                                           size_t *count);

/**
 * Takes the oldest message that waits: the log of hosts that cannot give a callback. At most 256 wait, the oldest go first;
 * where log is set none does.
 *
 * Parameters: level, receives an m2f_log_level; buffer with room for capacity bytes, receives one line of UTF-8, or
 * NULL and 0 to query, which leaves the message; count, receives the bytes with the terminating NUL (may be NULL when there
 * is a buffer).
 * Returns: OK; NOT_READY when no message waits; INVALID_ARGUMENT; BUFFER_TOO_SMALL, which leaves the message.
 * Threads: any but an audio thread. Of several that ask, each message comes to one.
 */
M2F_API
m2f_status m2f_runtime_next_log(const struct m2f_runtime *runtime,
                                uint32_t *level,
                                char *buffer,
                                size_t capacity,
                                size_t *count);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_model_options_init(struct m2f_model_options *options, size_t size);

/**
 * Opens a model pack and checks all of it.
 *
 * Parameters: runtime; options, with one source; out, receives the model.
 * Returns: OK; INVALID_ARGUMENT (no source or several); INVALID_STRUCT_SIZE; INVALID_UTF8; IO (the file cannot be read,
 * or the callback failed); INVALID_PACK (the text of m2f_last_error names what is wrong).
 * Ownership: the caller's; end it with m2f_model_destroy. It keeps the runtime alive; sessions and results keep it.
 * Threads: any. Cost: reads the pack once; milliseconds for the starter.
 */
M2F_API
m2f_status m2f_model_create(const struct m2f_runtime *runtime,
                            const struct m2f_model_options *options,
                            struct m2f_model **out);

/**
 * Ends a model. Identities, sessions and results made on it live on until they are destroyed themselves.
 *
 * Parameters: model, or NULL for nothing. Threads: any, but not while another call uses this handle.
 */
M2F_API void m2f_model_destroy(struct m2f_model *model);

/**
 * Runs everything that a clip of this length needs once, ahead of the first clip: on a GPU its kernels are compiled, on
 * the CPU the weights are read from disk.
 *
 * Parameters: duration_s, length of a usual clip.
 * Returns: OK; INVALID_ARGUMENT; MISSING_PART for a model that animates nothing; OUT_OF_MEMORY; DEVICE_LOST.
 * Threads: any but an audio thread or one that draws; jobs under way go on between its parts. Cost: up to seconds on a
 * driver that never saw the kernels, see pipeline_cache of the runtime's options; else one denoising step, or two where
 * the model takes styles.
 */
M2F_API
m2f_status m2f_model_warm_up(const struct m2f_model *model,
                             float duration_s);

/**
 * Frames per second that the model was trained at.
 *
 * Parameters: model; out, receives the rate. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_fps(const struct m2f_model *model, float *out);

/**
 * Number of blendshape weights of a frame; 52, named as ARKit does, for the starter.
 *
 * Parameters: model; out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_weight_count(const struct m2f_model *model, uint32_t *out);

/**
 * Number of vertices of the mesh: everything that a renderer draws.
 *
 * Parameters: model; out, receives the count.
 * Returns: OK; INVALID_ARGUMENT; MISSING_PART when the model has no mesh. Threads: any.
 */
M2F_API m2f_status m2f_model_vertex_count(const struct m2f_model *model, uint32_t *out);

/**
 * Number of identities in the pack.
 *
 * Parameters: model; out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_identity_count(const struct m2f_model *model, uint32_t *out);

/**
 * Number of style presets in the pack.
 *
 * Parameters: model; out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_preset_count(const struct m2f_model *model, uint32_t *out);

/**
 * Name of a blendshape weight, such as jawOpen.
 *
 * Parameters: index, below m2f_model_weight_count; buffer with room for capacity bytes, or NULL and 0 to query;
 * count, receives the bytes with the terminating NUL (may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
 */
M2F_API
m2f_status m2f_model_weight_name(const struct m2f_model *model,
                                 uint32_t index,
                                 char *buffer,
                                 size_t capacity,
                                 size_t *count);

/**
 * Name of an identity of the pack.
 *
 * Parameters: index, below m2f_model_identity_count; the rest as for m2f_model_weight_name.
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
 */
M2F_API
m2f_status m2f_model_identity_name(const struct m2f_model *model,
                                   uint32_t index,
                                   char *buffer,
                                   size_t capacity,
                                   size_t *count);

/**
 * Name of a style preset of the pack.
 *
 * Parameters: index, below m2f_model_preset_count; the rest as for m2f_model_weight_name.
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
 */
M2F_API
m2f_status m2f_model_preset_name(const struct m2f_model *model,
                                 uint32_t index,
                                 char *buffer,
                                 size_t capacity,
                                 size_t *count);

/**
 * The mesh's triangles: three vertex numbers each, counter-clockwise seen from outside.
 *
 * Parameters: buffer with room for capacity numbers, or NULL and 0 to query; count, receives the numbers (3 a
 * triangle; may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART when the model has no mesh. Threads: any.
 */
M2F_API
m2f_status m2f_model_read_triangles(const struct m2f_model *model,
                                    uint32_t *buffer,
                                    size_t capacity,
                                    size_t *count);

/**
 * Where the vertices lie in the model's chart, for a mesh of another topology to be laid over it: u, v of every vertex,
 * 0..1, v downwards; -1, -1 for a vertex that is not on the chart.
 *
 * Parameters: buffer with room for capacity floats, or NULL and 0 to query; count, receives the floats (2 a vertex;
 * may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART when the model has no mesh. Threads: any.
 */
M2F_API
m2f_status m2f_model_read_uv(const struct m2f_model *model,
                             float *buffer,
                             size_t capacity,
                             size_t *count);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_identity_options_init(struct m2f_identity_options *options, size_t size);

/**
 * Makes an identity.
 *
 * Parameters: model; options, or NULL for the pack's first identity; out, receives the identity.
 * Returns: OK; INVALID_ARGUMENT (several sources, wrong vertex count, a vertex that is not finite, a mesh that is not in
 * millimetres, stands by other axes, is mirrored or has its vertices in another order, which the text names; weights that
 * cannot be); INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (no such name; the text lists the
 * names).
 * Ownership: the caller's; end it with m2f_identity_destroy. It keeps the model alive; sessions keep it.
 * Threads: any. Cost: one run of the generator's identity path, tens of milliseconds.
 */
M2F_API
m2f_status m2f_identity_create(const struct m2f_model *model,
                               const struct m2f_identity_options *options,
                               struct m2f_identity **out);

/**
 * Ends an identity. Sessions and results that use it live on.
 *
 * Parameters: identity, or NULL for nothing. Threads: any, but not while another call uses this handle.
 */
M2F_API void m2f_identity_destroy(struct m2f_identity *identity);

/**
 * The neutral face: x, y, z of every vertex, mm.
 *
 * Parameters: buffer with room for capacity floats, or NULL and 0 to query; count, receives the floats (3 a
 * vertex; may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
 */
M2F_API
m2f_status m2f_identity_read_vertices_mm(const struct m2f_identity *identity,
                                         float *buffer,
                                         size_t capacity,
                                         size_t *count);

/**
 * What each of the model's blendshapes does to this face at weight 1: what morph targets are made of. x, y, z of every
 * vertex, mm from the neutral face, shape by shape in the order of the weights. Their sums by the weights of a frame are
 * near its decoded offsets, closed lips too: mouthClose is what it does over an open jaw. Of eyes they are the chord of
 * the turn at half a weight.
 *
 * Parameters: buffer with room for capacity floats, or NULL and 0 to query; count, receives the floats (shapes ×
 * vertices × 3; may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART (a pack without geometry, or without the way from weights to
 * it); what the backend reports. Threads: any. Cost: a decoded face for each shape; nothing is kept.
 */
M2F_API
m2f_status m2f_identity_read_blendshapes_mm(const struct m2f_identity *identity,
                                            float *buffer,
                                            size_t capacity,
                                            size_t *count);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_session_options_init(struct m2f_session_options *options, size_t size);

/**
 * Creates a session.
 *
 * Parameters: model; options, or NULL for the defaults (16 kHz mono, no style); out, receives the session. Strings
 * and buffers are copied.
 * Returns: OK; INVALID_ARGUMENT (a field out of range, two styles); INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the
 * model lacks a network that this job needs, such as the style tower).
 * Ownership: the caller's; end it with m2f_session_destroy. It keeps the model and the identity alive.
 * Threads: any. Cost: small; networks are prepared when the work begins.
 */
M2F_API
m2f_status m2f_session_create(const struct m2f_model *model,
                              const struct m2f_session_options *options,
                              struct m2f_session **out);

/**
 * Ends a session; its job is cancelled first. Results pulled from it live on.
 *
 * Parameters: session, or NULL for nothing. Threads: any but an audio thread, and not while another call uses this
 * handle. Cost: waits for the unit of work under way: milliseconds
 * with the starter, up to seconds with a full-size Wav2Vec2 on a long clip.
 */
M2F_API void m2f_session_destroy(struct m2f_session *session);

/**
 * Hands over audio as floats, nominally -1..1.
 *
 * Parameters: samples, frame_count × channels interleaved; frame_count, any number, 0 included.
 * Returns: OK; INVALID_ARGUMENT; INVALID_AUDIO (NaN or infinite: nothing of this call is taken; or the clip is too
 * long); INVALID_STATE (after finish); OUT_OF_MEMORY; the job's failure when it has one, such as CANCELLED.
 * Threads: pushes of one session are taken in the order they come, so push from one thread; not an audio thread.
 * Cost: a copy.
 */
M2F_API m2f_status m2f_session_push_f32(const struct m2f_session *session, const float *samples, size_t frame_count);

/** Hands over audio as 16-bit integers. As m2f_session_push_f32 otherwise. */
M2F_API m2f_status m2f_session_push_i16(const struct m2f_session *session, const int16_t *samples, size_t frame_count);

/**
 * Ends the input; the work begins, on the runtime's threads where it has any.
 *
 * Returns: OK; INVALID_AUDIO (nothing was pushed: the session stays as it was); INVALID_STATE (finished before); OUT_OF_MEMORY (no worker thread);
 * the job's failure when it has one, such as CANCELLED.
 * Threads: the one that pushes. Cost: small; all work is the job's.
 */
M2F_API
m2f_status m2f_session_finish(const struct m2f_session *session);

/**
 * Ends the input of several sessions of one model; the work on all of them begins, as one job: windows of several clips are
 * denoised in one batch, which fills a device that one clip leaves idle. Each session has its own result, the same as if it
 * were alone. They end together: what fails or cancels one, or destroys it before the end, does so to all.
 *
 * Parameters: sessions, count handles.
 * Returns: OK; INVALID_ARGUMENT (none, the same one twice, sessions of different models or with different step_count,
 * eta or noise_scale); and as m2f_session_finish. On failure none has begun.
 * Threads: the one that pushes. Cost: small; all work is the job's.
 */
M2F_API
m2f_status m2f_session_finish_together(const struct m2f_session *const *sessions,
                                       size_t count);

/**
 * Does work on the calling thread until budget_ms is over, at least one unit. The way to run where the runtime has no
 * threads (consoles, web); on other runtimes it waits that long instead.
 *
 * Returns: OK when the job is done; NOT_READY while work remains; the job's failure.
 * Threads: any but an audio thread, one at a time. Cost: budget_ms and up to one unit of work more (a denoising step of a few windows,
 * or up to 24 s of speech encoded).
 */
M2F_API
m2f_status m2f_session_step(const struct m2f_session *session,
                            uint32_t budget_ms);

/**
 * Waits until the job is done, at most timeout_ms. On a runtime without threads it does the work itself.
 *
 * Parameters: timeout_ms, or M2F_WAIT_FOREVER; 0 polls.
 * Returns: OK when the job is done; NOT_READY when the time ran out; the job's failure; INVALID_STATE before finish.
 * Threads: any but an audio thread.
 */
M2F_API m2f_status m2f_session_wait(const struct m2f_session *session, uint32_t timeout_ms);

/**
 * Where the job is.
 *
 * Parameters: out, receives stage and fraction. Returns: OK; INVALID_ARGUMENT. Threads: any. Cost: none.
 */
M2F_API m2f_status m2f_session_progress(const struct m2f_session *session, struct m2f_progress *out);

/**
 * Asks the job to stop; it does so after the unit of work under way. Wait, step and pull then answer CANCELLED.
 *
 * Returns: OK, also when there is nothing to stop; INVALID_ARGUMENT. Threads: any. Cost: none.
 */
M2F_API m2f_status m2f_session_cancel(const struct m2f_session *session);

/**
 * Takes the result of a job that is done.
 *
 * Parameters: out, receives a result; every call makes a handle of its own to the same result.
 * Returns: OK; NOT_READY while work remains; the job's failure; INVALID_STATE before finish.
 * Ownership: the caller's; end it with m2f_result_destroy. It keeps the model alive, not the session.
 * Threads: any but an audio thread. Cost: small.
 */
M2F_API m2f_status m2f_session_pull(const struct m2f_session *session, struct m2f_result **out);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_style_options_init(struct m2f_style_options *options, size_t size);

/**
 * Adds a style to a session. The style of its options, where there is one, is number 0 and lies over the whole clip.
 *
 * Styles, strengths and curves may be set until the motion begins, at the end of the speech stage: also while a job
 * waits, or encodes. Prompts and pictures are encoded once; the model keeps the codes of the last ones.
 *
 * Parameters: options; number, receives the number of the style, or NULL. Strings and buffers are copied.
 * Returns: OK; INVALID_ARGUMENT (no style or two, times that are negative, reversed or NaN, a strength out of range, more
 * than 64 styles); INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the model lacks the tower, or the preset: the text
 * lists the names); INVALID_STATE (the motion has begun).
 * Threads: any but an audio thread. Cost: a copy; the style is encoded by the job.
 */
M2F_API
m2f_status m2f_session_add_style(const struct m2f_session *session,
                                 const struct m2f_style_options *options,
                                 uint32_t *number);

/**
 * Puts another style in the place of one: its prompt, range and strength. As m2f_session_add_style otherwise.
 *
 * Parameters: number, of the style; options, as for m2f_session_add_style.
 */
M2F_API
m2f_status m2f_session_set_style(const struct m2f_session *session,
                                 uint32_t number,
                                 const struct m2f_style_options *options);

/**
 * Changes the strength of a style.
 *
 * Parameters: number, of the style; strength, 0 leaves it out.
 * Returns: OK; INVALID_ARGUMENT (no such style, a strength out of range); INVALID_STATE (the motion has begun).
 * Threads: any but an audio thread. Cost: none.
 */
M2F_API m2f_status m2f_session_set_style_strength(const struct m2f_session *session, uint32_t number, float strength);

/**
 * Lets a strength of the guidance follow a curve: linear between its points, level before the first and after the last.
 *
 * Parameters: guidance, M2F_GUIDANCE_AUDIO or M2F_GUIDANCE_STYLE; times_s and values, count of each, in the
 * order of time; of two points at one time the later one counts from there on. count 0: the constant again.
 * Returns: OK; INVALID_ARGUMENT (times that are negative, reversed or NaN, a value out of range); INVALID_STATE (the
 * motion has begun).
 * Threads: any but an audio thread. Cost: a copy.
 */
M2F_API
m2f_status m2f_session_set_guidance_curve(const struct m2f_session *session,
                                          uint32_t guidance,
                                          const double *times_s,
                                          const float *values,
                                          size_t count);

/**
 * Whether the frames where no style has a weight keep the unstyled motion, bit for bit: they do unless this turns it off.
 * Where there are such frames it costs a sampling without styles before the styled one; without it a style reaches
 * seconds beyond its range.
 *
 * Parameters: on, 0 or 1; 1 in a new session. Returns: OK; INVALID_ARGUMENT; INVALID_STATE (the motion has begun).
 * Threads: any but an audio thread. Cost: none.
 */
M2F_API
m2f_status m2f_session_isolate_styles(const struct m2f_session *session,
                                      uint32_t on);

/**
 * Tells what a style says to a model, before any clip is made: which emotions, which head acts, how strong, how sure.
 *
 * Parameters: style, of which exactly one of text, picture, code and preset is set and the rest not looked at;
 * out, size writable bytes; size, sizeof *out.
 * Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE; INVALID_UTF8; INVALID_PICTURE; MISSING_PART (the model lacks the
 * tower, or its pack does not tell what its codes say).
 * Threads: any but an audio thread. Cost: encodes the style, milliseconds; the model keeps the codes of the last ones.
 */
M2F_API
m2f_status m2f_model_read_prompt(const struct m2f_model *model,
                                 const struct m2f_style_options *style,
                                 struct m2f_prompt_reading *out,
                                 size_t size);

/**
 * The same in one line of text, such as happy .92, strong · nod .88 · sure .81; of a style that says nothing the
 * warning that names words which the model knows.
 *
 * Parameters: style, as for m2f_model_read_prompt; buffer with room for capacity bytes, or NULL and 0 to query;
 * count, receives the bytes with the terminating NUL (may be NULL when there is a buffer).
 * Returns: as m2f_model_read_prompt; BUFFER_TOO_SMALL. Threads and cost: the same.
 */
M2F_API
m2f_status m2f_model_explain_prompt(const struct m2f_model *model,
                                    const struct m2f_style_options *style,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *count);

/**
 * Number of emotions that the model tells apart; 0 where its pack does not say.
 *
 * Parameters: model; out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_emotion_count(const struct m2f_model *model, uint32_t *out);

/**
 * Name of an emotion, the neutral one first.
 *
 * Parameters: index, below m2f_model_emotion_count; the rest as for m2f_model_weight_name.
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
 */
M2F_API
m2f_status m2f_model_emotion_name(const struct m2f_model *model,
                                  uint32_t index,
                                  char *buffer,
                                  size_t capacity,
                                  size_t *count);

/**
 * Number of head acts, such as nods, that the model tells apart; 0 where its pack does not say.
 *
 * Parameters: model; out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_head_act_count(const struct m2f_model *model, uint32_t *out);

/**
 * Name of a head act.
 *
 * Parameters: index, below m2f_model_head_act_count; the rest as for m2f_model_weight_name.
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
 */
M2F_API
m2f_status m2f_model_head_act_name(const struct m2f_model *model,
                                   uint32_t index,
                                   char *buffer,
                                   size_t capacity,
                                   size_t *count);

/**
 * Ends a result.
 *
 * Parameters: result, or NULL for nothing. Threads: any, but not while another call uses this handle.
 */
M2F_API void m2f_result_destroy(struct m2f_result *result);

/**
 * Length of the clip, seconds.
 *
 * Parameters: out, receives the length. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_result_duration_s(const struct m2f_result *result, double *out);

/**
 * The seed that the clip was made with: the session's, or what M2F_SEED_AUTO became, with which the take can be made again.
 * A revised result keeps that of the whole clip, an adjusted one its source's, a composed one has its first part's.
 *
 * Parameters: out, receives the seed. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API
m2f_status m2f_result_seed(const struct m2f_result *result,
                           uint64_t *out);

/**
 * Number of frames at a rate: round(duration · fps), at least 1.
 *
 * Parameters: fps, any rate in 1..1000; 0 for the model's own; out, receives the count. Here and in every read,
 * 23.976, 29.97, 47.952, 59.94 and 119.88, and floats as near to n·1000/1001, are those fractions: frame i of 23.976 stands
 * at exactly i·1001/24000 s, after hours too.
 * Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API
m2f_status m2f_result_frame_count(const struct m2f_result *result,
                                  float fps,
                                  uint32_t *out);

/**
 * Sets gain, offset and limits of one blendshape channel for all later reads of weights on this handle.
 *
 * Parameters: index, below m2f_model_weight_count; channel, finite numbers with minimum ≤ maximum.
 * Returns: OK; INVALID_ARGUMENT. Threads: one at a time, not during a read.
 */
M2F_API m2f_status m2f_result_set_channel(struct m2f_result *result, uint32_t index, const struct m2f_channel *channel);

/**
 * Blendshape weights of frames at a rate: count rows of m2f_model_weight_count floats, 0..1.
 *
 * Parameters: fps, any rate in 1..1000; 0 for the model's own; first and count, frames inside
 * m2f_result_frame_count; buffer with room for capacity floats, or NULL and 0 to query; written, receives the
 * floats (may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART (the model has no mapping to weights).
 * Threads: any but an audio thread; reads of one handle wait for each other. Cost: microseconds a frame; the first read
 * prepares the networks. A read takes no memory after the first of its kind and size; the result keeps as much as the largest
 * read had floats, until it is destroyed: read a long clip's offsets in parts.
 */
M2F_API
m2f_status m2f_result_read_weights(const struct m2f_result *result,
                                   float fps,
                                   uint32_t first,
                                   uint32_t count,
                                   float *buffer,
                                   size_t capacity,
                                   size_t *written);

/**
 * Head poses of frames at a rate: count rows of M2F_HEAD_FLOATS floats: quaternion x, y, z, w (right-handed, +Y up,
 * +Z out of the face), then the translation in mm.
 *
 * Parameters, returns, threads: as for m2f_result_read_weights.
 */
M2F_API
m2f_status m2f_result_read_heads(const struct m2f_result *result,
                                 float fps,
                                 uint32_t first,
                                 uint32_t count,
                                 float *buffer,
                                 size_t capacity,
                                 size_t *written);

/**
 * Vertex offsets of frames at a rate: count times x, y, z of every vertex, mm, to be added to the identity's neutral;
 * the head pose is not in them.
 *
 * Parameters, returns, threads: as for m2f_result_read_weights; MISSING_PART when the model has no geometry decoder.
 * Cost: one run of the generator a frame, milliseconds.
 */
M2F_API
m2f_status m2f_result_read_offsets_mm(const struct m2f_result *result,
                                      float fps,
                                      uint32_t first,
                                      uint32_t count,
                                      float *buffer,
                                      size_t capacity,
                                      size_t *written);

/**
 * Unit vertex normals of frames at a rate: count times x, y, z of every vertex, before the head pose.
 *
 * Parameters, returns, threads and cost: as for m2f_result_read_offsets_mm.
 */
M2F_API
m2f_status m2f_result_read_normals(const struct m2f_result *result,
                                   float fps,
                                   uint32_t first,
                                   uint32_t count,
                                   float *buffer,
                                   size_t capacity,
                                   size_t *written);

/**
 * Vertex offsets and unit normals of frames at a rate in one decode, which costs hardly more than the offsets alone.
 *
 * Parameters: as for m2f_result_read_offsets_mm, with two buffers of room for capacity floats each, or NULL and 0 for
 * both to query; written, receives the floats of each.
 * Returns, threads and cost: as for m2f_result_read_offsets_mm.
 */
M2F_API
m2f_status m2f_result_read_offsets_and_normals(const struct m2f_result *result,
                                               float fps,
                                               uint32_t first,
                                               uint32_t count,
                                               float *offsets_mm,
                                               float *normals,
                                               size_t capacity,
                                               size_t *written);

/**
 * The face at any time: weights, head pose and offsets at once; a part whose buffer is NULL is not computed.
 *
 * Parameters: time_s, cut to the clip; weights with room for weight_capacity floats; head, M2F_HEAD_FLOATS
 * floats; offsets_mm with room for offset_capacity floats.
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART. Nothing is written on failure.
 * Threads: as for m2f_result_read_weights. Cost: that of one frame.
 */
M2F_API
m2f_status m2f_result_sample(const struct m2f_result *result,
                             double time_s,
                             float *weights,
                             size_t weight_capacity,
                             float *head,
                             float *offsets_mm,
                             size_t offset_capacity);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_keyframe_options_init(struct m2f_keyframe_options *options, size_t size);

/**
 * Number of the expressions that a keyframe can name.
 *
 * Parameters: out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_expression_count(uint32_t *out);

/**
 * Name of an expression, such as smile.
 *
 * Parameters: index, below m2f_expression_count; buffer with room for capacity bytes, or NULL and 0 to query;
 * count, receives the bytes with the terminating NUL (may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
 */
M2F_API m2f_status m2f_expression_name(uint32_t index, char *buffer, size_t capacity, size_t *count);

/**
 * Adds a keyframe to a session, until the motion begins: also while a job waits, or encodes.
 *
 * Parameters: options; number, receives the number of the keyframe, or NULL. Buffers are copied.
 * Returns: OK; INVALID_ARGUMENT (no source or two of one part, times that are negative, reversed or NaN, a hold outside
 * 0..1, values that do not fit the model, a mesh in another unit, frames that another keyframe holds at a different value:
 * the text names both; more than 4096 keyframes); INVALID_STRUCT_SIZE; INVALID_PICTURE; MISSING_PART (the model lacks the
 * network for the source); INVALID_STATE (the motion has begun).
 * Threads: any but an audio thread. Cost: a copy, and a picture is decoded; the job runs the network.
 */
M2F_API
m2f_status m2f_session_add_keyframe(const struct m2f_session *session,
                                    const struct m2f_keyframe_options *options,
                                    uint32_t *number);

/**
 * Puts another keyframe in the place of one. As m2f_session_add_keyframe otherwise.
 *
 * Parameters: number, of the keyframe; options, as for m2f_session_add_keyframe.
 */
M2F_API
m2f_status m2f_session_set_keyframe(const struct m2f_session *session,
                                    uint32_t number,
                                    const struct m2f_keyframe_options *options);

/**
 * A session that makes a range of a finished result again, with other styles, keyframes, guidance or another seed. Their
 * times are those of the whole clip. It takes no audio: call m2f_session_finish when all is set. Its result is the
 * whole clip: frames outside of the range are the old ones, bit for bit; inside, the old motion fades over 0.2 s at
 * either end, so that the two join.
 *
 * Parameters: result; options, or NULL for the defaults, where the form of the audio is ignored and no identity is the
 * result's; start_s and end_s, past the end cut; out, receives the session.
 * Returns: OK; INVALID_ARGUMENT (times that are negative, reversed, NaN or past the end; and as for m2f_session_create);
 * INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART; INVALID_STATE (the result's session had editable 0); UNSUPPORTED (the
 * mode).
 * Ownership: the caller's; end it with m2f_session_destroy. It keeps what it needs of the result alive.
 * Threads: any. Cost: small; the work is that of the windows over the range: two seconds of a minute are a twelfth of it.
 */
M2F_API
m2f_status m2f_result_revise(const struct m2f_result *result,
                             const struct m2f_session_options *options,
                             double start_s,
                             double end_s,
                             struct m2f_session **out);

/**
 * Ranges of results one after another, each overlapping the next by blend_s, over which the one goes over into the
 * other: part k begins where those before it end, less k times the blend. The face is the first part's; the audio is the
 * caller's to join in the same way. m2f_result_revise over a blend lets the network make that transition itself.
 *
 * Parameters: parts, count of them; blend_s, 0 to cut; out, receives a new result.
 * Returns: OK; INVALID_ARGUMENT (no parts, times that make no sense, results of different models, a part that is shorter
 * than its blends; the text names it); OUT_OF_MEMORY.
 * Ownership: the caller's; end it with m2f_result_destroy. The parts may be destroyed.
 * Threads: any but an audio thread. Cost: copies of the motions.
 */
M2F_API
m2f_status m2f_result_compose(const struct m2f_part *parts,
                              size_t count,
                              double blend_s,
                              struct m2f_result **out);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_adjustment_options_init(struct m2f_adjustment_options *options, size_t size);

/**
 * Another result of the same clip, livelier or calmer. All reads, bindings, solvers and device writes of it show the same
 * face; channels set on the handle of result do not go along.
 *
 * Parameters: result, which stays as it is; options, or NULL for a copy; out, receives the new result.
 * Returns: OK; INVALID_ARGUMENT (a number out of its range, times that are negative, reversed or NaN: the text names it);
 * INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the model has no blendshape of a name that is needed, or no mapping from
 * weights or to them).
 * Ownership: the caller's; end it with m2f_result_destroy. Arrays are copied.
 * Threads: any but an audio thread; delivers waiting log messages. Cost: microseconds a frame.
 */
M2F_API
m2f_status m2f_result_adjust(const struct m2f_result *result,
                             const struct m2f_adjustment_options *options,
                             struct m2f_result **out);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_binding_options_init(struct m2f_binding_options *options, size_t size);

/**
 * Binds a mesh to the model's chart, once; offsets for it are then read from any result of the model.
 *
 * Parameters: model; options, with uv set; out, receives the binding.
 * Returns: OK; INVALID_ARGUMENT (no vertices, coordinates that are not finite, outside the chart or flipped, a mesh that is
 * not in millimetres; the text names the vertex or the unit); INVALID_STRUCT_SIZE; MISSING_PART (the model has no chart).
 * Ownership: the caller's; end it with m2f_binding_destroy. It keeps the model alive.
 * Threads: any. Cost: a look at the few triangles around each vertex.
 */
M2F_API
m2f_status m2f_binding_create(const struct m2f_model *model,
                              const struct m2f_binding_options *options,
                              struct m2f_binding **out);

/**
 * Ends a binding. Solvers that use it live on.
 *
 * Parameters: binding, or NULL for nothing. Threads: any, but not while another call uses this handle.
 */
M2F_API void m2f_binding_destroy(struct m2f_binding *binding);

/**
 * Offsets of a bound mesh, frames at a rate: count times x, y, z of every vertex of the binding, mm, to be added to the
 * mesh at rest; the head pose is not in them. They are what the result's identity does at the same places of its face,
 * gathered on the processor, wherever the frame was decoded.
 *
 * Parameters, returns, threads: as for m2f_result_read_offsets_mm; INVALID_ARGUMENT for another model's binding.
 * Cost: that of m2f_result_read_offsets_mm and three products for each float.
 */
M2F_API
m2f_status m2f_result_read_bound_offsets_mm(const struct m2f_result *result,
                                            const struct m2f_binding *binding,
                                            float fps,
                                            uint32_t first,
                                            uint32_t count,
                                            float *buffer,
                                            size_t capacity,
                                            size_t *written);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_solver_options_init(struct m2f_solver_options *options, size_t size);

/**
 * Prepares a host's blendshapes; their weights are then read from any result of the model.
 *
 * Parameters: model; options, with shape_count, names and offsets_mm set; out, receives the solver.
 * Returns: OK; INVALID_ARGUMENT (no shapes or more than 1024, a name twice, numbers that are not finite, no shape that
 * moves anything, smoothing or sparsity out of range, another model's binding; the text names the shape);
 * INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the model has no mesh).
 * Ownership: the caller's; end it with m2f_solver_destroy. It copies the shapes and keeps model and binding alive.
 * Threads: any. Cost: a product of every two shapes over all vertices.
 */
M2F_API
m2f_status m2f_solver_create(const struct m2f_model *model,
                             const struct m2f_solver_options *options,
                             struct m2f_solver **out);

/**
 * Ends a solver.
 *
 * Parameters: solver, or NULL for nothing. Threads: any, but not while another call uses this handle.
 */
M2F_API void m2f_solver_destroy(struct m2f_solver *solver);

/**
 * Weights of a host's blendshapes, frames at a rate: count rows of the solver's shapes, 0..1, in their order. With
 * smoothing a frame's weights depend on the other frames of the call: read a clip in one.
 *
 * Parameters, returns, threads: as for m2f_result_read_offsets_mm; INVALID_ARGUMENT for another model's solver.
 * Cost: that of m2f_result_read_offsets_mm, a product of each shape with the frame, and sweeps of shapes² operations.
 */
M2F_API
m2f_status m2f_result_read_solved_weights(const struct m2f_result *result,
                                          const struct m2f_solver *solver,
                                          float fps,
                                          uint32_t first,
                                          uint32_t count,
                                          float *buffer,
                                          size_t capacity,
                                          size_t *written);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MEDIA2FACE_H */
