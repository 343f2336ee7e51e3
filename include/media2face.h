/*
 * media2face: speech in, moving face out.
 *
 * Generated from capi/src by cargo xtask header; do not edit.
 *
 * Five steps: create a runtime; create a model from a pack; create a session; push audio and finish; wait and pull
 * a result. Then read weights, head poses or vertex offsets at any rate. Destroy the handles in any order.
 *
 * Conventions
 *  - Every call that can fail returns an m2f_status. It writes its outputs only on success. m2f_last_error() has the
 *    text of the last failure on the calling thread.
 *  - Fill an options struct by its _options_init(options, sizeof *options), change what you want, and pass it.
 *  - A buffer is a pointer, a capacity and a count. NULL with capacity 0 asks for the count.
 *  - Lengths are in mm, times in seconds or ms as the names say, rotations are quaternions. Axes are right-handed:
 *    +Y is up, +Z points out of the face, +X to the character's left.
 *  - Destroy a handle with its _destroy, which takes NULL. Children keep their parents alive.
 *  - A const parameter means that the call may run at the same time as others on the same handle.
 *  - Callbacks run inside your calls, on your threads. Only two may run on the library's threads: your memory
 *    (m2f_set_memory), and the lock of a queue that you share (media2face_vulkan.h).
 *  - The library never prints and opens no connection.
 *  - Do not make a call from an audio thread unless its text says that you may.
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

/** Version of this header, first number: it changes when a host can break. */
#define M2F_VERSION_MAJOR 0

/**
 * Version of this header, second number: it changes when something is added. While the first number is 0, a new second number
 * may break a host, too.
 */
#define M2F_VERSION_MINOR 2

/** Version of this header, third number: it changes when faults are corrected. */
#define M2F_VERSION_PATCH 0

/** reserve_bytes: what the library's own small pieces of one call need, 1 MiB. */
#define M2F_RESERVE_DEFAULT 0

/** thread_count: one thread for every second core, at least one. */
#define M2F_THREADS_AUTO UINT32_MAX

/** flags: use no instruction set extensions, so that results are equal on every machine. */
#define M2F_RUNTIME_PORTABLE 1

/** device_index: the best device. */
#define M2F_DEVICE_BEST UINT32_MAX

/** m2f_mesh_part: the part has no texture. */
#define M2F_NO_TEXTURE UINT32_MAX

/**
 * seed: a seed that follows from the clip's own sound, so that every voice has its own take. It is a number below 2^32. It
 * depends only on the samples, rounded to 16 bits: not on how they were cut, on i16 or f32, or on their rate. m2f_result_seed
 * reads it.
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

/** Number of floats in a head pose: quaternion x, y, z, w, then translation x, y, z in mm. */
#define M2F_HEAD_FLOATS 7

/** picture_parts: the picture gives the expression. */
#define M2F_PICTURE_EXPRESSION 1

/** picture_parts: the picture gives the rotation of the head. */
#define M2F_PICTURE_HEAD 2

/**
 * Number of floats that describe a found face. In this order: the box (x, y of the upper left corner, width, height), which
 * picture_box of a keyframe takes; the score of the detector and how likely there is a face, 0..1; how far the head is turned
 * to the character's left, radians; x, y of the right eye, the left eye, the tip of the nose, the mouth, the right ear and the
 * left ear, as the character has them; x, y, z of 468 landmarks in MediaPipe's order, z away from the camera. Places are pixels
 * from the upper left corner of the picture.
 */
#define M2F_FACE_FLOATS 1423

/** look_ahead_frames: the class's own. */
#define M2F_LOOK_AHEAD_DEFAULT UINT32_MAX

/** fade_s: how long the mouth takes to rest after an interruption, seconds. */
#define M2F_FADE_S 0.2

/** What a call returns. Numbers are never reused. */
typedef uint32_t m2f_status;
enum {
    /** Done. */
    M2F_STATUS_OK = 0,
    /** Not a failure: the work goes on, or the given time ran out first. Call again later. */
    M2F_STATUS_NOT_READY = 1,
    /** An argument is NULL, out of range, or does not fit the others. Correct the call. */
    M2F_STATUS_INVALID_ARGUMENT = 2,
    /** An options struct has a size that this library cannot read, or sets fields that this library does not know. */
    M2F_STATUS_INVALID_STRUCT_SIZE = 3,
    /** A buffer is too small. The needed count was not written: query the size first. */
    M2F_STATUS_BUFFER_TOO_SMALL = 4,
    /** Text is not valid UTF-8. */
    M2F_STATUS_INVALID_UTF8 = 5,
    /** The audio is empty, not finite, or too long. */
    M2F_STATUS_INVALID_AUDIO = 6,
    /** A picture cannot be decoded, or is larger than the limits. */
    M2F_STATUS_INVALID_PICTURE = 7,
    /** A model pack is damaged, or has another format. */
    M2F_STATUS_INVALID_PACK = 8,
    /** The model does not have the part that was asked for, such as a style tower or a name. */
    M2F_STATUS_MISSING_PART = 9,
    /** Reading or writing failed. */
    M2F_STATUS_IO = 10,
    /** The call does not fit the state of the object, such as a push after the end of the input. */
    M2F_STATUS_INVALID_STATE = 11,
    /** The job was cancelled. */
    M2F_STATUS_CANCELLED = 12,
    /** Memory ran out, or a cap was reached. */
    M2F_STATUS_OUT_OF_MEMORY = 13,
    /** This build, device or model cannot do it. */
    M2F_STATUS_UNSUPPORTED = 14,
    /** The device was lost, and every job of its runtime ends. Other runtimes and your process live on. Create a new runtime. */
    M2F_STATUS_DEVICE_LOST = 15,
    /** A bug in this library. Please report the text of m2f_last_error. */
    M2F_STATUS_INTERNAL = 16,
};

/** How serious a log message is. */
typedef uint32_t m2f_log_level;
enum {
    /** A job failed. */
    M2F_LOG_ERROR = 0,
    /** Something was not done as asked, such as a prompt that was cut to the model's context. */
    M2F_LOG_WARNING = 1,
    /** Something was chosen, such as the backend. */
    M2F_LOG_INFO = 2,
};

/** What a runtime computes on. */
typedef uint32_t m2f_backend;
enum {
    /** The device that you choose, else the best GPU, else the CPU. m2f_runtime_backend_reason says why. */
    M2F_BACKEND_AUTO = 0,
    /** The CPU. */
    M2F_BACKEND_CPU = 1,
    /** A Vulkan device or an error, never the CPU instead. */
    M2F_BACKEND_VULKAN = 2,
};

/** The kind of a device. */
typedef uint32_t m2f_device_kind;
enum {
    /** None of the kinds below. */
    M2F_DEVICE_OTHER = 0,
    /** It shares memory with the CPU. */
    M2F_DEVICE_INTEGRATED = 1,
    /** It has its own memory. */
    M2F_DEVICE_DISCRETE = 2,
    /** It is part of another machine's device. */
    M2F_DEVICE_VIRTUAL = 3,
    /** It is the CPU, through a software driver. */
    M2F_DEVICE_SOFTWARE = 4,
};

/** How far a job has come. */
typedef uint32_t m2f_stage;
enum {
    /** It takes audio. */
    M2F_STAGE_INPUT = 0,
    /** It encodes the text or picture. */
    M2F_STAGE_STYLE = 1,
    /** It encodes the speech. */
    M2F_STAGE_SPEECH = 2,
    /** It samples the motion. */
    M2F_STAGE_MOTION = 3,
    /** It is done, failed or cancelled. */
    M2F_STAGE_DONE = 4,
};

/** How a stream trades delay for care. */
typedef uint32_t m2f_latency;
enum {
    /** The denoiser of clips in 4 steps: hop 6 frames, look-ahead 6, about 0.42 s. */
    M2F_LATENCY_CAREFUL = 0,
    /** The pack's live network in one step: hop 2 frames, look-ahead 1, about 0.12 s. MISSING_PART if the pack has none. */
    M2F_LATENCY_FAST = 1,
};

/** What a stream does when you ask for a face whose sound is missing. */
typedef uint32_t m2f_underrun;
enum {
    /** Silence goes in, and the clock goes on: the face idles. */
    M2F_UNDERRUN_IDLE = 0,
    /** The clock stands still until sound comes. */
    M2F_UNDERRUN_HOLD = 1,
};

/** How the kernels run on a device. */
typedef uint32_t m2f_tier;
enum {
    /** They cannot run. */
    M2F_TIER_NONE = 0,
    /** Halves in memory, products by cooperative matrices. */
    M2F_TIER_MATRIX = 1,
    /** Halves in memory, sums over subgroups. */
    M2F_TIER_HALF = 2,
    /** Weights as packed halves, everything else in single precision. Any Vulkan 1.1 device can do this. */
    M2F_TIER_PACKED = 3,
};

/** A mesh whose vertices are bound to places on the model's skin. */
typedef struct m2f_binding m2f_binding;

/** A neutral face on the model's topology, with what the decoder computes from it once. */
typedef struct m2f_identity m2f_identity;

/** The networks and the face of one pack. All sessions that use it share it. */
typedef struct m2f_model m2f_model;

/** The motion of one clip. Faces are decoded when you read them, so a minute takes kilobytes, not 106 MB. */
typedef struct m2f_result m2f_result;

/** The threads, the backend and the log of the sessions made on it. */
typedef struct m2f_runtime m2f_runtime;

/** One clip: its audio, styles and seed, and the job that animates it. */
typedef struct m2f_session m2f_session;

/** Your blendshapes, prepared. */
typedef struct m2f_solver m2f_solver;

/** A face that speaks live. Its clock counts frames of sound at the rate of its options. */
typedef struct m2f_stream m2f_stream;

/** A style that a model has encoded, for any number of its streams. */
typedef struct m2f_style m2f_style;

/** Gives memory to the library: size bytes, above 0, aligned to alignment, a power of two. Returns NULL if there is none. */
typedef void *(*m2f_allocate_callback)(size_t size, size_t alignment, void *user);

/** Takes back memory that the allocate callback gave. */
typedef void (*m2f_free_callback)(void *memory, size_t size, size_t alignment, void *user);

/** A device. m2f_device_describe fills it in. */
typedef struct m2f_device_info {
    /** Size of this struct in bytes. m2f_device_describe sets it. */
    uint32_t struct_size;
    /** Place in the list of devices: the device_index of the runtime's options. */
    uint32_t index;
    /** An m2f_device_kind. */
    uint32_t kind;
    /** An m2f_tier. */
    uint32_t tier;
    /** UUID, which is the same on every run: the device_uuid of the runtime's options. */
    uint8_t uuid[16];
    /** PCI vendor number. */
    uint32_t vendor_id;
    /** Vulkan version, first part. */
    uint32_t api_major;
    /** Vulkan version, second part. */
    uint32_t api_minor;
    /** Always 0. */
    uint32_t reserved;
    /** Bytes of memory on the device. */
    uint64_t memory_bytes;
    /** Name of the device, from its driver, UTF-8. */
    char name[256];
    /** Driver and its version, in the driver's own words. */
    char driver[512];
    /** Why the device cannot be used, in one line. Empty if it can. */
    char fault[256];
} m2f_device_info;

/**
 * Receives a message: its level, one line of UTF-8 that is valid during the call, and log_user. The library calls it only
 * inside calls that you make (create, step, wait, pull, adjust), on your thread. It never calls it on its own threads, nor
 * inside a push. The callback must not call into the library.
 */
typedef void (*m2f_log_callback)(m2f_log_level level, const char *message, void *user);

/** Options of m2f_runtime_create. Fill with m2f_runtime_options_init first. */
typedef struct m2f_runtime_options {
    /** Size of this struct in bytes. m2f_runtime_options_init sets it. */
    uint32_t struct_size;
    /**
     * Number of threads that compute. 0: none; all work runs inside your calls, such as m2f_session_step. M2F_THREADS_AUTO
     * (default): one for every second core, so that you have the others.
     */
    uint32_t thread_count;
    /** M2F_RUNTIME_… bits. */
    uint32_t flags;
    /** Only messages up to this m2f_log_level are reported; default M2F_LOG_WARNING. */
    uint32_t log_level;
    /** Receives messages. If it is NULL, read them with m2f_runtime_next_log. */
    m2f_log_callback log;
    /** Handed to log. */
    void *log_user;
    /** An m2f_backend; default M2F_BACKEND_AUTO. On the CPU, the device and GPU fields below have no effect. */
    uint32_t backend;
    /** Chooses a device by its place in the list (see m2f_device_describe); default M2F_DEVICE_BEST. */
    uint32_t device_index;
    /**
     * Chooses a device by its UUID, which is the same on every run. All zero (default): no such choice. Do not set an index as
     * well.
     */
    uint8_t device_uuid[16];
    /** Most milliseconds that one submission may take, so that your frames do not wait behind it; default 50. */
    float gpu_budget_ms;
    /** 1: asks the driver for a queue that yields to others. Default 0. */
    uint32_t gpu_low_priority;
    /** Most bytes of device memory; 0 (default) for no cap. Calls that need more answer OUT_OF_MEMORY. */
    uint64_t gpu_memory_cap_bytes;
    /**
     * What m2f_runtime_read_pipeline_cache gave in an earlier run, or NULL. A cache of another device or driver, or a damaged
     * one, is ignored. Copied.
     */
    const uint8_t *pipeline_cache;
    /** Number of bytes in pipeline_cache. */
    uint64_t pipeline_cache_size;
    /**
     * Most pixels of a picture, for a style or a keyframe; 0 (default) for 4 million. At most 64 million: a JPEG file of one
     * megabyte can have that many pixels, and takes 0.7 GB while it is decoded.
     */
    uint64_t max_picture_pixels;
} m2f_runtime_options;

/**
 * Copies size bytes of the pack, from offset on, to buffer. Returns 0, or any other number on failure. The library calls
 * it only inside m2f_model_create. You can decrypt here.
 */
typedef int32_t (*m2f_read_callback)(uint64_t offset, uint8_t *buffer, size_t size, void *user);

/** Options of m2f_model_create. Fill with m2f_model_options_init first. Set exactly one of path, data and read. */
typedef struct m2f_model_options {
    /** Size of this struct in bytes. m2f_model_options_init sets it. */
    uint32_t struct_size;
    /** Must be 0. */
    uint32_t reserved;
    /** Path of a pack, UTF-8. The library maps the file, which must not change while the model lives. */
    const char *path;
    /** A pack in memory. The library copies it. */
    const uint8_t *data;
    /** Number of bytes in data. */
    uint64_t data_size;
    /** A callback that reads the pack. */
    m2f_read_callback read;
    /** Number of bytes of the pack that read reads. */
    uint64_t read_size;
    /** Handed to read. */
    void *read_user;
    /**
     * Path of a pack with a face finder, UTF-8, such as face-finder.m2f: pictures of keyframes and styles need no box then. Set
     * at most one of face_finder_path, face_finder_data and face_finder_read; without any the model's own pack may have one.
     */
    const char *face_finder_path;
    /** The face finder's pack in memory. The library copies it. */
    const uint8_t *face_finder_data;
    /** Number of bytes in face_finder_data. */
    uint64_t face_finder_size;
    /** A callback that reads the face finder's pack. */
    m2f_read_callback face_finder_read;
    /** Number of bytes of the pack that face_finder_read reads. */
    uint64_t face_finder_read_size;
    /** Handed to face_finder_read. */
    void *face_finder_user;
} m2f_model_options;

/**
 * Options of m2f_identity_create. Fill with m2f_identity_options_init first. Set name, or vertices_mm, or a mix of
 * names, or none of them for the pack's first identity.
 */
typedef struct m2f_identity_options {
    /** Size of this struct in bytes. m2f_identity_options_init sets it. */
    uint32_t struct_size;
    /** Number of vertices in vertices_mm: the model's m2f_model_vertex_count. */
    uint32_t vertex_count;
    /** Name of an identity of the pack, UTF-8. */
    const char *name;
    /** A neutral mesh on the model's topology: x, y, z of every vertex, mm, right-handed, +Y up, +Z out of the face. */
    const float *vertices_mm;
    /** Names of the pack's identities to mix, UTF-8. */
    const char *const *mix_names;
    /** A weight for each, at least 0 and not all 0. They are scaled to a sum of 1. */
    const float *mix_weights;
    /** Number of names and weights in the mix; 0 (default) for no mix. */
    uint32_t mix_count;
    /** Must be 0. */
    uint32_t reserved;
} m2f_identity_options;

/** A part of a face's mesh: skin, an eye, hair. m2f_identity_describe_part fills it in. */
typedef struct m2f_mesh_part {
    /** Size of this struct in bytes. m2f_identity_describe_part sets it. */
    uint32_t struct_size;
    /** Its first vertex. */
    uint32_t first_vertex;
    /** Its vertices: those of its triangles, and of no other part's. */
    uint32_t vertex_count;
    /** Its first triangle. */
    uint32_t first_triangle;
    /** Its triangles. 0 if this face goes without the part, as without another person's hair: do not draw it. */
    uint32_t triangle_count;
    /** Number of its texture, for m2f_model_read_texture; M2F_NO_TEXTURE if it has none. */
    uint32_t texture;
    /**
     * Number of the texture of its folds, dark where a line may be; M2F_NO_TEXTURE if it has none. Draw them where the skin is
     * pressed together.
     */
    uint32_t fold_texture;
    /** How deep they are at rest, 0..1. */
    float fold_rest;
    /** Its colour, linear RGB, 0..1. A renderer multiplies it with the texture. */
    float colour[3];
    /** Its name, such as hair_bob: UTF-8 with a NUL. */
    char name[64];
} m2f_mesh_part;

/**
 * Options of m2f_session_create. Fill with m2f_session_options_init first. Set at most one of style_text,
 * style_picture and style_code.
 */
typedef struct m2f_session_options {
    /** Size of this struct in bytes. m2f_session_options_init sets it. */
    uint32_t struct_size;
    /** Rate of the pushed audio, Hz; default 16000. */
    uint32_t sample_rate_hz;
    /** Number of interleaved channels in the pushed audio, which are averaged. Default 1. */
    uint32_t channel_count;
    /** Number of denoising steps; 0 (default) for the pack's. */
    uint32_t step_count;
    /**
     * The same seed gives the same bytes, at any number of threads. Default M2F_SEED_AUTO; 0 is a seed like any other. In a
     * session of m2f_result_revise, M2F_SEED_AUTO is the result's seed.
     */
    uint64_t seed;
    /** Noise that is added at each step, 0..1; NaN (default) for the pack's. */
    float eta;
    /** Guidance of the audio, s_A; NaN (default) for the pack's. No effect on a distilled denoiser that does not read it. */
    float guidance_audio;
    /** Guidance of the style, s_P; NaN (default) for the pack's. */
    float guidance_style;
    /** Strength of the style, as strength in m2f_style_options; default 1. */
    float style_strength;
    /** Style of the whole clip as a text, UTF-8: words or one emoji. m2f_session_add_style adds more styles. */
    const char *style_text;
    /** Style of the whole clip as a picture: the bytes of a PNG or JPEG file. */
    const uint8_t *style_picture;
    /** Number of bytes in style_picture. */
    uint64_t style_picture_size;
    /** Style of the whole clip as a raw style code. */
    const float *style_code;
    /** Number of floats in style_code. */
    uint64_t style_code_count;
    /** The identity whose face it is; NULL for the pack's first. */
    const struct m2f_identity *identity;
    /**
     * 1 (default): the result keeps the audio features, 23 KB a second with the starter, so that m2f_result_revise can make
     * ranges of it again. 0: it does not.
     */
    uint32_t editable;
    /**
     * How constraints are painted in: keyframes, and the motion that a style or a revision leaves as it was. 0 (default): into
     * the estimate of every step. 1 to 32: into the state, noised like the rest, and each step but the last is taken that often
     * (RePaint). The rest then joins them better, at that many times the cost.
     */
    uint32_t repaint_loops;
    /**
     * Scales the noise that the motion starts from, 0..1. 1 is the model's own spread. Less is nearer to the mean of all takes,
     * and moves less. NaN (default) for the pack's.
     */
    float noise_scale;
    /**
     * 0 (default): where you set no style, the pack's default style applies. With the starter it is neutral. 1: the audio alone
     * decides there, as in the paper, and any mood may come.
     */
    uint32_t no_default_style;
    /**
     * 1 (default): the job makes the pack adjustments, if the pack states any: gains, a mouth that closes in pauses, lids that
     * move together, a start from rest. They do not change what keyframes hold. 0: the motion stays as the networks make it.
     */
    uint32_t pack_adjustments;
    /**
     * Silence after the last sample, in which mouth and head come to rest, seconds, 0 (default) to 10. The result is longer by
     * it. A revision ignores it.
     */
    float tail_s;
} m2f_session_options;

/** The progress of a job. */
typedef struct m2f_progress {
    /** An m2f_stage. */
    uint32_t stage;
    /** Share of the whole work that is done, 0..1. */
    float fraction;
} m2f_progress;

/**
 * A style over a range of the clip. Fill with m2f_style_options_init first. Set exactly one of text, picture, code and
 * preset.
 *
 * The weight of the style is 1 from start_s to end_s and 0 outside. A ramp is centred on either end, so two styles that meet
 * blend into each other. Styles may overlap: what they add to the guidance adds up.
 */
typedef struct m2f_style_options {
    /** Size of this struct in bytes. m2f_style_options_init sets it. */
    uint32_t struct_size;
    /** How far the style goes from the pack's default style: 0 leaves it out, 1 (default) is the style, 2 is twice the way. */
    float strength;
    /** Where the style begins, seconds; default 0. At 0 there is no ramp. */
    double start_s;
    /** Where the style ends, seconds. Default infinity: the rest of the clip. What is past the clip's end is cut, with a warning. */
    double end_s;
    /** Length of each ramp, seconds; half of it is inside the range. Default 0.2; 0 switches at once. */
    double ramp_s;
    /** How it is to be spoken, UTF-8: words or one emoji. */
    const char *text;
    /** Bytes of a PNG or JPEG file. */
    const uint8_t *picture;
    /** Number of bytes in picture. */
    uint64_t picture_size;
    /** A raw style code. */
    const float *code;
    /** Number of floats in code. */
    uint64_t code_count;
    /** Name of a preset of the pack, UTF-8. */
    const char *preset;
} m2f_style_options;

/** What a text or a picture says to a model. m2f_model_read_prompt fills it in. */
typedef struct m2f_prompt_reading {
    /** Size of this struct in bytes. m2f_model_read_prompt sets it. */
    uint32_t struct_size;
    /** 1 if no emotion and no head act is read, and no word asks for the neutral face. Such a style gives the neutral face. */
    uint32_t says_nothing;
    /** How likely it is that the reading is right, 0..1. */
    float confidence;
    /** How strong the likeliest emotion is, 0..1; 0 for the neutral one. */
    float strength;
    /** How strong the likeliest head act is, 0..1; 0 if a still head is likelier. */
    float head_strength;
    /** Number of emotions that the model knows. */
    uint32_t emotion_count;
    /** Number of head acts that the model knows. */
    uint32_t head_act_count;
    /** Always 0. */
    uint32_t reserved;
    /** Share of each emotion, in the order of m2f_model_emotion_name, the neutral one first. They sum to 1. */
    float emotions[M2F_MAX_EMOTIONS];
    /** Share of each head act, in the order of m2f_model_head_act_name. What is left of 1 is the share of a still head. */
    float head_acts[M2F_MAX_HEAD_ACTS];
} m2f_prompt_reading;

/** Gain, offset and limits of one channel. The channel becomes value · gain + offset, and is then limited. */
typedef struct m2f_channel {
    /** Factor; default 1. */
    float gain;
    /** What is added; default 0. */
    float offset;
    /** Lower limit; default 0. */
    float minimum;
    /** Upper limit; default 1. */
    float maximum;
} m2f_channel;

/**
 * A face, a head pose or both, at which the motion is held. Fill with m2f_keyframe_options_init first. Set at most one
 * source of the expression (latent, weights, expression, mesh_mm, picture) and at most one of the head (head,
 * picture). Set at least one of them.
 *
 * The keyframe has a mask: hold from start_s to end_s, falling to 0 over ramp_s outside. Where the mask is 1, the motion
 * is exactly the keyframe's, before channels and adjustments. Below 1, the motion is drawn to the keyframe. A hard keyframe
 * hides soft ones.
 */
typedef struct m2f_keyframe_options {
    /** Size of this struct in bytes. m2f_keyframe_options_init sets it. */
    uint32_t struct_size;
    /** Mask inside the range, 0..1; default 1. */
    float hold;
    /** Where the range begins, seconds; the nearest frame counts. Default 0. */
    double start_s;
    /**
     * Where the range ends, seconds; that frame is included. Default NaN: the range is its first frame. What is past the clip's
     * end is cut, with a warning.
     */
    double end_s;
    /** How long the mask takes to fall to 0 outside the range, seconds; default 0.2. */
    double ramp_s;
    /** The expression as a latent z. */
    const float *latent;
    /** Number of floats in latent. */
    uint64_t latent_count;
    /** The expression as blendshape weights 0..1, in the order of the model's names. */
    const float *weights;
    /** Number of floats in weights. */
    uint64_t weight_count;
    /** The expression as a deformed mesh on the model's topology: x, y, z of every vertex, mm, without the head pose. */
    const float *mesh_mm;
    /** Number of floats in mesh_mm. */
    uint64_t mesh_count;
    /** Bytes of a PNG or JPEG file that shows the face. */
    const uint8_t *picture;
    /** Number of bytes in picture. */
    uint64_t picture_size;
    /**
     * Where the face is in the picture: x, y of the upper left corner, width, height, pixels. All 0 (default): the job finds it,
     * the largest face of several, and fails with INVALID_PICTURE if there is none. A model without a face finder takes the whole
     * picture instead, with a warning.
     */
    float picture_box[4];
    /** M2F_PICTURE_EXPRESSION, M2F_PICTURE_HEAD or both (default). */
    uint32_t picture_parts;
    /** Must be 0. */
    uint32_t reserved;
    /** The head pose: M2F_HEAD_FLOATS floats, quaternion x, y, z, w, then translation in mm. */
    const float *head;
    /** Name of an expression, such as smile, UTF-8. m2f_expression_name lists them. */
    const char *expression;
} m2f_keyframe_options;

/** A range of a result, for m2f_result_compose. */
typedef struct m2f_part {
    /** The result. */
    const struct m2f_result *result;
    /** Where the part begins, seconds. */
    double start_s;
    /** Where the part ends, seconds. What is past the clip's end is cut; infinity is the clip's end. */
    double end_s;
} m2f_part;

/**
 * A direction to look at for a while. The eyes jump to it and stay on it through every movement of the head. The head turns by
 * head_share of the angle. It turns further if the eyes would have to turn by more than a look weight of 1 or than 25 degrees.
 */
typedef struct m2f_gaze_target {
    /** When eyes and head begin to turn there, seconds. At 0 they look there from the first frame on. */
    double start_s;
    /**
     * When they begin to turn back, or to a target that starts at this time; infinity for the rest of the clip. What is past the
     * clip's end is cut, with a warning.
     */
    double end_s;
    /** Angle from straight ahead to the character's left, radians. */
    float yaw_rad;
    /** Angle downwards, radians. */
    float pitch_rad;
    /** Share of the angle that the head turns, 0..1. */
    float head_share;
    /** How long the head takes, seconds. The eyes are there within 0.1. */
    float ramp_s;
} m2f_gaze_target;

/**
 * Options of m2f_result_adjust. Fill with m2f_adjustment_options_init first. The defaults change nothing.
 *
 * Adjustments are made in this order: gains, smoothing, channels and limits, added blinks, gaze.
 */
typedef struct m2f_adjustment_options {
    /** Size of this struct in bytes. m2f_adjustment_options_init sets it. */
    uint32_t struct_size;
    /** Scales the expression about the face at rest, 0..4; default 1. */
    float expression_gain;
    /** Decides about added blinks and saccades. Default M2F_SEED_AUTO: the result's own seed. */
    uint64_t seed;
    /** Scales the head's angle and translation, 0..4; default 1. */
    float head_gain;
    /** Standard deviation of the smoothing of the expression, seconds, 0..10. Nothing lags. Default 0: no smoothing. */
    float smoothing_s;
    /** The same for the head. The starter's head trembles a little; .04 calms it. */
    float head_smoothing_s;
    /**
     * Limits how far the model's own blinks close the lids, 0..1. Default 1; 0 turns them off. Lids that are half closed for
     * longer than half a second stay so.
     */
    float blink_limit;
    /** Blinks to add per minute, 0..120; default 0. */
    float blinks_per_minute;
    /** Scales the model's own gaze, 0..4. Default 1; 0 turns it off. */
    float gaze_gain;
    /** Limits the angle of the model's own gaze, radians; default infinity. */
    float gaze_limit_rad;
    /** Saccades to add per minute, 0..400; default 0. */
    float saccades_per_minute;
    /** Standard deviation of the yaw of added saccades, radians, 0..0.35. That of their pitch is half of it. Default 0.07. */
    float saccade_rad;
    /** How far a look weight of 1 turns an eye, radians: in, out, up, down. Default 0, 0, 0, 0: as on the model's own mesh. */
    float eye_range_rad[4];
    /** Number of entries in channel_names and in channels. */
    uint32_t channel_count;
    /** Names of blendshapes, UTF-8. */
    const char *const *channel_names;
    /** Gain, offset and limits of each. Unlike with m2f_result_set_channel, the mesh follows. */
    const struct m2f_channel *channels;
    /** Directions to look at. Where several apply at once, they are blended. */
    const struct m2f_gaze_target *targets;
    /** Number of entries in targets, at most 4096. */
    uint64_t target_count;
} m2f_adjustment_options;

/** Options of m2f_binding_create. Fill with m2f_binding_options_init first. */
typedef struct m2f_binding_options {
    /** Size of this struct in bytes. m2f_binding_options_init sets it. */
    uint32_t struct_size;
    /** Number of vertices in uv and in vertices_mm. */
    uint32_t vertex_count;
    /**
     * u, v of every vertex in the model's chart (m2f_model_read_uv), 0..1, v downwards. -1, -1 for a vertex that is off the
     * chart: it does not move.
     */
    const float *uv;
    /**
     * The mesh at rest: x, y, z of every vertex, mm, in the model's space; or NULL. It is only checked, to find a wrong unit,
     * wrong axes or flipped coordinates.
     */
    const float *vertices_mm;
} m2f_binding_options;

/** Options of m2f_solver_create. Fill with m2f_solver_options_init first. */
typedef struct m2f_solver_options {
    /** Size of this struct in bytes. m2f_solver_options_init sets it. */
    uint32_t struct_size;
    /** Number of shapes in names and in offsets_mm. */
    uint32_t shape_count;
    /** Names of the shapes, UTF-8, each once. Errors use them. */
    const char *const *names;
    /** For each shape, x, y, z of every vertex: how far weight 1 moves it from the neutral, mm. */
    const float *offsets_mm;
    /** The mesh that the shapes belong to; NULL for the model's own. */
    const struct m2f_binding *binding;
    /** Time constant of the smoothing, seconds; 0 for none. Default 0.02. */
    float smoothing_s;
    /** How much a shape must explain to be used at all, 0..1; 0 gives the nearest fit. Default 0.005. */
    float sparsity;
} m2f_solver_options;

/** Options of m2f_stream_create. Fill with m2f_stream_options_init first. */
typedef struct m2f_stream_options {
    /** Size of this struct in bytes. m2f_stream_options_init sets it. */
    uint32_t struct_size;
    /** Rate of the sound, Hz; default 16000. It is the unit of the stream's clock. */
    uint32_t sample_rate_hz;
    /** Number of interleaved channels in the sound, which are averaged. Default 1. */
    uint32_t channel_count;
    /** An m2f_latency; default CAREFUL. */
    uint32_t latency;
    /**
     * The same seed gives the same motion. Default M2F_SEED_AUTO: the number of the stream on its runtime, in the order of
     * creation, from 0. A stream's sound is not known at its start, so the seed cannot follow from it. m2f_stream_state tells
     * it.
     */
    uint64_t seed;
    /** Frames that a window commits; 0 (default) for the class's. */
    uint32_t hop_frames;
    /** Frames that are heard after a hop before it is committed; M2F_LOOK_AHEAD_DEFAULT (default) for the class's. */
    uint32_t look_ahead_frames;
    /** Number of denoising steps; 0 (default) for the class's. */
    uint32_t step_count;
    /** An m2f_underrun; default IDLE. */
    uint32_t underrun;
    /** Sound that can wait for the worker, ms; default 2000, at least a hop. Frames that find no room are not taken. */
    uint32_t ring_ms;
    /**
     * How far back you can ask for faces, and how far back a result reaches, ms; default 60000. Its memory, about 37 KB a
     * second with the starter, is taken at the start.
     */
    uint32_t keep_ms;
    /** Scales the noise that the motion starts from, 0..1; NaN (default) for the pack's. */
    float noise_scale;
    /** Guidance of the audio, s_A; NaN (default) for the pack's. */
    float guidance_audio;
    /** Guidance of the style, s_P; NaN (default) for the pack's. */
    float guidance_style;
    /** Strength of the style, as strength in m2f_style_options; default 1. */
    float style_strength;
    /** The style at the start, or NULL. */
    const struct m2f_style *style;
    /** The identity whose face it is; NULL for the pack's first. */
    const struct m2f_identity *identity;
    /** 0 (default): where there is no style, the pack's default style applies. 1: the audio alone decides there. */
    uint32_t no_default_style;
    /**
     * 1 (default): the pack adjustments are made: gains, a mouth that closes in pauses, lids that move together. 0: they are
     * not.
     */
    uint32_t pack_adjustments;
} m2f_stream_options;

/** Where a stream is. Samples are numbers on its clock. Read with m2f_stream_state. */
typedef struct m2f_stream_status {
    /** Size of this struct in bytes. */
    uint32_t struct_size;
    /** Grows with each interruption and reset that was obeyed. */
    uint32_t generation;
    /** What the motion is drawn from. */
    uint64_t seed;
    /** The number of the next frame of sound that you write. */
    uint64_t next_sample;
    /** You can ask for faces from this sample on, up to the one before ready_sample. */
    uint64_t first_sample;
    /** The first sample whose face is not ready. */
    uint64_t ready_sample;
    /** Frames of sound that found no room in the ring. */
    uint64_t dropped;
    /** Frames that were NaN or infinite, and became silence. */
    uint64_t silenced;
    /** Frames of silence that went in where sound was missing. */
    uint64_t idled;
    /** How often sound was missing when you asked for a face. */
    uint64_t underruns;
    /** Windows so far. */
    uint64_t windows;
    /** Windows that were done more than a hop after they could begin. */
    uint64_t late_windows;
    /**
     * Sound that must be written after a sample, at worst, until its face can be computed, ms. Between two frames a face is
     * interpolated if the second is ready; if not, the first is held.
     */
    float latency_ms;
    /** How long the last window took to compute, ms. */
    float window_ms;
} m2f_stream_status;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Returns the detail of the last failed call on this thread: one line of UTF-8, or an empty string.
 *
 * Returns: never NULL.
 * Ownership: the library's; valid until the next call on this thread that fails.
 * Threads: any; each has its own.
 */
M2F_API const char *m2f_last_error(void);

/**
 * Returns a short English name of a status, such as invalid argument.
 *
 * Parameters: status, any number.
 * Returns: never NULL; unknown status for a number that this version does not know.
 * Ownership: static. Threads: any.
 */
M2F_API const char *m2f_status_name(uint32_t status);

/**
 * Returns the version of the loaded library, as major·65536 + minor·256 + patch. Compare it with the header's.
 *
 * Threads: any.
 */
M2F_API uint32_t m2f_version(void);

/**
 * Returns the version of the loaded library as text, such as 0.2.0.
 *
 * Returns: never NULL. Ownership: static. Threads: any.
 */
M2F_API const char *m2f_version_string(void);

/**
 * Sets the functions that the library takes all its memory from. Without this call, it uses the C library. Vulkan's drivers, and
 * the memory maps of packs that are opened by path, have their own memory.
 *
 * You may refuse memory at any time. The current call then answers OUT_OF_MEMORY. The library works again as soon as there is
 * memory. For pieces that it cannot do without, it keeps a reserve of reserve_bytes. It asks for the reserve with the first
 * call, and again after some of it was used.
 *
 * Parameters: allocate and free, both; user, handed to them; reserve_bytes, 64 KiB to 1 GiB, or M2F_RESERVE_DEFAULT.
 * Returns: OK; INVALID_ARGUMENT; INVALID_STATE if the library has memory already. Call this once, before anything else.
 * Threads: any, alone. The library calls the callbacks on any thread, its own threads included, during any call and between
 * calls. They are native code and thread-safe, do not unwind, and do not call into the library.
 */
M2F_API
m2f_status m2f_set_memory(m2f_allocate_callback allocate,
                          m2f_free_callback free,
                          void *user,
                          size_t reserve_bytes);

/**
 * Counts the Vulkan devices of this machine, usable or not.
 *
 * Parameters: out, receives the count.
 * Returns: OK; INVALID_ARGUMENT; UNSUPPORTED without a Vulkan loader (the text of m2f_last_error says why).
 * Threads: any. Cost: tens to hundreds of milliseconds, because Vulkan's drivers are loaded.
 */
M2F_API m2f_status m2f_device_count(uint32_t *out);

/**
 * Describes a device: its name, kind, tier, driver and memory, and why it cannot be used.
 *
 * Parameters: index, below m2f_device_count; out, size writable bytes; size, sizeof *out.
 * Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE; UNSUPPORTED without a Vulkan loader.
 * Threads: any. Cost: as for m2f_device_count.
 */
M2F_API m2f_status m2f_device_describe(uint32_t index, struct m2f_device_info *out, size_t size);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE if size is no size of this struct.
 * Threads: any.
 */
M2F_API m2f_status m2f_runtime_options_init(struct m2f_runtime_options *options, size_t size);

/**
 * Creates a runtime. It opens the device, or finds the CPU's instruction set. It starts the threads, which sleep until there is
 * work.
 *
 * Parameters: options, or NULL for the defaults; out, receives the runtime.
 * Returns: OK; INVALID_ARGUMENT (a field out of range; two devices; with M2F_BACKEND_VULKAN, a device that does not exist);
 * INVALID_STRUCT_SIZE; UNSUPPORTED (with M2F_BACKEND_VULKAN, no loader or no device that works: the text of m2f_last_error
 * says which); OUT_OF_MEMORY (the threads could not be started).
 * Ownership: yours; end it with m2f_runtime_destroy. Models and sessions keep it alive.
 * Threads: any. Cost: under a millisecond with M2F_BACKEND_CPU, else tens to hundreds, because Vulkan's drivers are loaded.
 */
M2F_API
m2f_status m2f_runtime_create(const struct m2f_runtime_options *options,
                              struct m2f_runtime **out);

/**
 * Ends a runtime. Models, sessions and results made on it live on until you destroy them.
 *
 * Parameters: runtime, or NULL for nothing. Threads: any, but not while another call uses this handle.
 */
M2F_API void m2f_runtime_destroy(struct m2f_runtime *runtime);

/**
 * Reads what the runtime computes on, such as cpu avx2, 8 threads, or vulkan with the device and the tier of its kernels.
 *
 * Parameters: buffer with room for capacity bytes, or NULL and 0 to query; count, receives the number of bytes needed,
 * with the terminating NUL (may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL.
 * Threads: any.
 */
M2F_API
m2f_status m2f_runtime_backend_name(const struct m2f_runtime *runtime,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *count);

/**
 * Reads why the runtime computes on that, in one line: asked for, or why a GPU cannot be used, such as only software devices:
 * llvmpipe.
 *
 * Parameters, Returns, Threads: as for m2f_runtime_backend_name.
 */
M2F_API
m2f_status m2f_runtime_backend_reason(const struct m2f_runtime *runtime,
                                      char *buffer,
                                      size_t capacity,
                                      size_t *count);

/**
 * Reads how much device memory everything made on the runtime takes.
 *
 * Parameters: used_bytes, receives what plans, weights and results use; reserved_bytes, receives what was taken from the
 * driver for that, in larger blocks (may be NULL). Both are 0 on the CPU.
 * Returns: OK; INVALID_ARGUMENT. Threads: any. Cost: none.
 */
M2F_API
m2f_status m2f_runtime_gpu_memory(const struct m2f_runtime *runtime,
                                  uint64_t *used_bytes,
                                  uint64_t *reserved_bytes);

/**
 * Works on the calling thread for a runtime without threads: on all streams and sessions that are due, the most urgent first.
 *
 * Parameters: budget_ms, such as what is left of a tick; 0 does one unit.
 * Returns: OK when nothing is due any more, also on a runtime with threads; NOT_READY when the time ran out first; INVALID_ARGUMENT.
 * A session's or stream's own failure comes from its own calls.
 * Threads: any but an audio thread, one at a time. Cost: budget_ms, and up to one unit of work more: about half a millisecond on
 * the CPU, one submission on a device.
 */
M2F_API
m2f_status m2f_runtime_step(const struct m2f_runtime *runtime,
                            uint32_t budget_ms);

/**
 * Gives back device memory that nothing uses. Call it after you destroy the last session and result of a scene.
 *
 * Returns: OK, also when there is nothing to give back; INVALID_ARGUMENT; OUT_OF_MEMORY. Threads: any. Cost: milliseconds.
 */
M2F_API
m2f_status m2f_runtime_trim(const struct m2f_runtime *runtime);

/**
 * Sets how many milliseconds one submission may take from now on. Running jobs follow.
 *
 * Parameters: budget_ms, above 0.
 * Returns: OK; INVALID_ARGUMENT; UNSUPPORTED on the CPU. Threads: any. Cost: none.
 */
M2F_API m2f_status m2f_runtime_set_gpu_budget_ms(const struct m2f_runtime *runtime, float budget_ms);

/**
 * Reads the compiled pipelines. Save them and give them to a later runtime on the same device and driver: its first clip then
 * starts without compiling. Read them after a clip or after m2f_model_warm_up.
 *
 * Parameters: buffer with room for capacity bytes, or NULL and 0 to query; count, receives the number of bytes (may be
 * NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL (also when pipelines were added after the query); UNSUPPORTED on the CPU;
 * OUT_OF_MEMORY.
 * Threads: any. Cost: a copy of some megabytes.
 */
M2F_API
m2f_status m2f_runtime_read_pipeline_cache(const struct m2f_runtime *runtime,
                                           uint8_t *buffer,
                                           size_t capacity,
                                           size_t *count);

/**
 * Takes the oldest waiting message. This is the log for hosts that cannot give a callback. At most 256 messages wait; the oldest
 * are dropped first. If log is set, no message waits here.
 *
 * Parameters: level, receives an m2f_log_level; buffer with room for capacity bytes, receives one line of UTF-8, or NULL
 * and 0 to query, which leaves the message; count, receives the number of bytes with the terminating NUL (may be NULL when
 * there is a buffer).
 * Returns: OK; NOT_READY when no message waits; INVALID_ARGUMENT; BUFFER_TOO_SMALL, which leaves the message.
 * Threads: any but an audio thread. If several threads ask, each message goes to one of them.
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
 * Returns: OK; INVALID_ARGUMENT (no source or several); INVALID_STRUCT_SIZE; INVALID_UTF8; IO (the file cannot be read, or the
 * callback failed); INVALID_PACK (the text of m2f_last_error names what is wrong); MISSING_PART (the face finder's pack has
 * none).
 * Ownership: yours; end it with m2f_model_destroy. It keeps the runtime alive; sessions and results keep it alive.
 * Threads: any. Cost: reads the pack once; milliseconds for the starter.
 */
M2F_API
m2f_status m2f_model_create(const struct m2f_runtime *runtime,
                            const struct m2f_model_options *options,
                            struct m2f_model **out);

/**
 * Ends a model. Identities, sessions and results made on it live on until you destroy them.
 *
 * Parameters: model, or NULL for nothing. Threads: any, but not while another call uses this handle.
 */
M2F_API void m2f_model_destroy(struct m2f_model *model);

/**
 * Prepares the model for the first clip: it runs everything that a clip of this length needs once. On a GPU the kernels are
 * compiled. On the CPU the weights are read from disk.
 *
 * Parameters: duration_s, length of a usual clip.
 * Returns: OK; INVALID_ARGUMENT; MISSING_PART for a model that animates nothing; OUT_OF_MEMORY; DEVICE_LOST.
 * Threads: any but an audio thread or one that draws; running jobs go on between its parts. Cost: up to seconds on a driver that
 * never saw the kernels (see pipeline_cache of the runtime's options), else one denoising step, or two if the model takes
 * styles.
 */
M2F_API
m2f_status m2f_model_warm_up(const struct m2f_model *model,
                             float duration_s);

/**
 * Reads the rate that the model was trained at, frames per second.
 *
 * Parameters: model; out, receives the rate. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_fps(const struct m2f_model *model, float *out);

/**
 * Counts the blendshape weights of a frame. The starter has 52, with ARKit's names.
 *
 * Parameters: model; out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_weight_count(const struct m2f_model *model, uint32_t *out);

/**
 * Counts the vertices of the mesh, which is everything that a renderer draws.
 *
 * Parameters: model; out, receives the count.
 * Returns: OK; INVALID_ARGUMENT; MISSING_PART if the model has no mesh. Threads: any.
 */
M2F_API m2f_status m2f_model_vertex_count(const struct m2f_model *model, uint32_t *out);

/**
 * Counts the identities in the pack.
 *
 * Parameters: model; out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_identity_count(const struct m2f_model *model, uint32_t *out);

/**
 * Counts the style presets in the pack.
 *
 * Parameters: model; out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_preset_count(const struct m2f_model *model, uint32_t *out);

/**
 * Reads the name of a blendshape weight, such as jawOpen.
 *
 * Parameters: index, below m2f_model_weight_count; buffer with room for capacity bytes, or NULL and 0 to query; count,
 * receives the number of bytes with the terminating NUL (may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
 */
M2F_API
m2f_status m2f_model_weight_name(const struct m2f_model *model,
                                 uint32_t index,
                                 char *buffer,
                                 size_t capacity,
                                 size_t *count);

/**
 * Reads the name of an identity of the pack.
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
 * Reads the name of a style preset of the pack.
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
 * Reads the mesh's triangles: three vertex numbers each, counter-clockwise as seen from outside.
 *
 * Parameters: buffer with room for capacity numbers, or NULL and 0 to query; count, receives the count of numbers (3 a
 * triangle; may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART if the model has no mesh. Threads: any.
 */
M2F_API
m2f_status m2f_model_read_triangles(const struct m2f_model *model,
                                    uint32_t *buffer,
                                    size_t capacity,
                                    size_t *count);

/**
 * Reads where the vertices are in the model's chart: u, v of every vertex, 0..1, v downwards. A vertex off the chart has -1, -1.
 * You lay a mesh of another topology over this chart.
 *
 * Parameters: buffer with room for capacity floats, or NULL and 0 to query; count, receives the number of floats (2 a
 * vertex; may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART if the model has no mesh. Threads: any.
 */
M2F_API
m2f_status m2f_model_read_uv(const struct m2f_model *model,
                             float *buffer,
                             size_t capacity,
                             size_t *count);

/**
 * Reads how far a look weight of 1 turns an eye: in, out, up, down, radians, as the pack says or as the eyes of its mesh turn. An eye
 * with the yaw y (positive to the character's left) and the pitch p (positive down) turns about the axis (p, y, 0) by its length.
 *
 * Parameters: buffer with room for capacity floats, or NULL and 0 to query; count, receives the number of floats, 4 (may be
 * NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any. Cost: of a pack that does not say, five faces at the first call.
 */
M2F_API
m2f_status m2f_model_read_eye_range_rad(const struct m2f_model *model,
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
 * Creates an identity.
 *
 * Parameters: model; options, or NULL for the pack's first identity; out, receives the identity.
 * Returns: OK; INVALID_ARGUMENT (several sources; a wrong vertex count; a vertex that is not finite; a mesh that is not in
 * millimetres, has other axes, is mirrored or has its vertices in another order, which the text names; weights that cannot be
 * mixed); INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (no such name; the text lists the names).
 * Ownership: yours; end it with m2f_identity_destroy. It keeps the model alive; sessions keep it alive.
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
 * Reads the neutral face: x, y, z of every vertex, mm.
 *
 * Parameters: buffer with room for capacity floats, or NULL and 0 to query; count, receives the number of floats (3 a
 * vertex; may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
 */
M2F_API
m2f_status m2f_identity_read_vertices_mm(const struct m2f_identity *identity,
                                         float *buffer,
                                         size_t capacity,
                                         size_t *count);

/**
 * Reads what each of the model's blendshapes does to this face at weight 1. These are morph targets for an engine: x, y, z of
 * every vertex, mm from the neutral face, shape by shape, in the order of the weights.
 *
 * Their sum by the weights of a frame is near the decoded offsets of the frame, also where lips meet. mouthClose is what it
 * does over an open jaw. The eyes' part is the chord of their turn at half a weight.
 *
 * Parameters: buffer with room for capacity floats, or NULL and 0 to query; count, receives the number of floats (shapes ×
 * vertices × 3; may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART (the pack has no geometry, or no mapping from weights to it);
 * what the backend reports. Threads: any. Cost: one decoded face for each shape; nothing is kept.
 */
M2F_API
m2f_status m2f_identity_read_blendshapes_mm(const struct m2f_identity *identity,
                                            float *buffer,
                                            size_t capacity,
                                            size_t *count);

/**
 * Counts the parts of the mesh. They are in the order of vertices and triangles, and each is one material.
 *
 * Parameters: model; out, receives the count.
 * Returns: OK; INVALID_ARGUMENT; MISSING_PART if the model has no mesh. Threads: any.
 */
M2F_API m2f_status m2f_model_part_count(const struct m2f_model *model, uint32_t *out);

/**
 * Describes a part of the mesh as a face wears it: where it is, its colour and its texture. A mix looks as the greatest of its
 * shares does, a mesh of your own as the pack's first identity.
 *
 * Parameters: index, below m2f_model_part_count; out, size writable bytes; size, sizeof *out.
 * Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API
m2f_status m2f_identity_describe_part(const struct m2f_identity *identity,
                                      uint32_t index,
                                      struct m2f_mesh_part *out,
                                      size_t size);

/**
 * Reads where the vertices lie on the textures of their parts: u, v of every vertex, 0..1, v downwards.
 *
 * Parameters: buffer with room for capacity floats, or NULL and 0 to query; count, receives the number of floats (2 a
 * vertex; may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART if the model has no mesh, or no textures. Threads: any.
 */
M2F_API
m2f_status m2f_model_read_texcoord(const struct m2f_model *model,
                                   float *buffer,
                                   size_t capacity,
                                   size_t *count);

/**
 * Reads a texture: a whole JPEG or PNG file, for the decoder of your engine.
 *
 * Parameters: index, of a part's texture; buffer with room for capacity bytes, or NULL and 0 to query; count, receives
 * the number of bytes (may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART if the model has no mesh. Threads: any.
 */
M2F_API
m2f_status m2f_model_read_texture(const struct m2f_model *model,
                                  uint32_t index,
                                  uint8_t *buffer,
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
 * Parameters: model; options, or NULL for the defaults (16 kHz mono, no style); out, receives the session. Strings and
 * buffers are copied.
 * Returns: OK; INVALID_ARGUMENT (a field out of range; two styles); INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the model
 * lacks a network that this job needs, such as the style tower).
 * Ownership: yours; end it with m2f_session_destroy. It keeps the model and the identity alive.
 * Threads: any. Cost: small; the networks are prepared when the work begins.
 */
M2F_API
m2f_status m2f_session_create(const struct m2f_model *model,
                              const struct m2f_session_options *options,
                              struct m2f_session **out);

/**
 * Ends a session. Its job is cancelled first. Results that you pulled from it live on.
 *
 * Parameters: session, or NULL for nothing. Threads: any but an audio thread, and not while another call uses this handle.
 * Cost: waits for the current unit of work: about half a millisecond on the CPU, one submission on a device.
 */
M2F_API
void m2f_session_destroy(struct m2f_session *session);

/**
 * Pushes audio as floats, nominally -1..1.
 *
 * Parameters: samples, frame_count × channels, interleaved; frame_count, any number, 0 included.
 * Returns: OK; INVALID_ARGUMENT; INVALID_AUDIO (NaN or infinite: nothing of this call is taken; or the clip is too long);
 * INVALID_STATE (after finish); OUT_OF_MEMORY; the job's failure if it has one, such as CANCELLED.
 * Threads: any but an audio thread. Pushes are taken in the order that they come, so push to a session from one thread.
 * Cost: a copy.
 */
M2F_API
m2f_status m2f_session_push_f32(const struct m2f_session *session,
                                const float *samples,
                                size_t frame_count);

/** Pushes audio as 16-bit integers. Everything else is as for m2f_session_push_f32. */
M2F_API m2f_status m2f_session_push_i16(const struct m2f_session *session, const int16_t *samples, size_t frame_count);

/**
 * Ends the input. The work begins, on the runtime's threads if it has any.
 *
 * Returns: OK; INVALID_AUDIO (nothing was pushed: the session stays as it was); INVALID_STATE (finished before); OUT_OF_MEMORY
 * (no worker thread); the job's failure if it has one, such as CANCELLED.
 * Threads: the one that pushes. Cost: small; all work is the job's.
 */
M2F_API
m2f_status m2f_session_finish(const struct m2f_session *session);

/**
 * Ends the input of several sessions of one model and begins the work on all of them, as one job. Windows of several clips are
 * denoised in one batch, which fills a device that one clip leaves idle. Each session has its own result, the same as if it were
 * alone. The sessions end together: if one fails, is cancelled, or is destroyed before the end, so are all.
 *
 * Parameters: sessions, count handles.
 * Returns: OK; INVALID_ARGUMENT (none; the same one twice; sessions of different models, or with different step_count, eta
 * or noise_scale); and as m2f_session_finish. On failure none has begun.
 * Threads: the one that pushes. Cost: small; all work is the job's.
 */
M2F_API
m2f_status m2f_session_finish_together(const struct m2f_session *const *sessions,
                                       size_t count);

/**
 * Works on the calling thread until budget_ms is over, for at least one unit. Use it where the runtime has no threads
 * (consoles, web). On other runtimes it waits that long instead.
 *
 * Returns: OK when the job is done; NOT_READY while work remains; the job's failure; INVALID_STATE before finish.
 * Threads: any but an audio thread, one at a time. Cost: budget_ms, and up to one unit of work more: about half a millisecond
 * on the CPU, one submission on a device.
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
 * Reads how far the job has come.
 *
 * Parameters: out, receives stage and fraction. Returns: OK; INVALID_ARGUMENT. Threads: any. Cost: none.
 */
M2F_API m2f_status m2f_session_progress(const struct m2f_session *session, struct m2f_progress *out);

/**
 * Asks the job to stop. It stops after the current unit of work. Wait, step and pull then answer CANCELLED.
 *
 * Returns: OK, also when there is nothing to stop; INVALID_ARGUMENT. Threads: any. Cost: none.
 */
M2F_API m2f_status m2f_session_cancel(const struct m2f_session *session);

/**
 * Takes the result of a job that is done.
 *
 * Parameters: out, receives a result. Every call makes a new handle to the same result.
 * Returns: OK; NOT_READY while work remains; the job's failure; INVALID_STATE before finish.
 * Ownership: yours; end it with m2f_result_destroy. It keeps the model alive, not the session.
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
 * Adds a style to a session. If the session's options have a style, it is number 0 and covers the whole clip.
 *
 * You can set styles, strengths and curves until the motion begins, which is at the end of the speech stage. So you can set them
 * also while a job waits or encodes. A prompt or picture is encoded once; the model keeps the codes of the last ones.
 *
 * Parameters: options; number, receives the number of the style, or NULL. Strings and buffers are copied.
 * Returns: OK; INVALID_ARGUMENT (no style or two; times that are negative, reversed or NaN; a strength out of range; more than
 * 64 styles); INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the model lacks the tower, or the preset: the text lists the
 * names); INVALID_STATE (the motion has begun).
 * Threads: any but an audio thread. Cost: a copy; the job encodes the style.
 */
M2F_API
m2f_status m2f_session_add_style(const struct m2f_session *session,
                                 const struct m2f_style_options *options,
                                 uint32_t *number);

/**
 * Replaces a style: its prompt, range and strength. Everything else is as for m2f_session_add_style.
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
 * Parameters: number, of the style; strength, where 0 leaves the style out.
 * Returns: OK; INVALID_ARGUMENT (no such style; a strength out of range); INVALID_STATE (the motion has begun).
 * Threads: any but an audio thread. Cost: none.
 */
M2F_API m2f_status m2f_session_set_style_strength(const struct m2f_session *session, uint32_t number, float strength);

/**
 * Lets a guidance strength follow a curve: linear between its points, constant before the first and after the last.
 *
 * Parameters: guidance, M2F_GUIDANCE_AUDIO or M2F_GUIDANCE_STYLE; times_s and values, count of each, in the order of
 * time; of two points at one time, the later one counts from there on. count 0 returns to the constant.
 * Returns: OK; INVALID_ARGUMENT (times that are negative, reversed or NaN; a value out of range); INVALID_STATE (the motion has
 * begun).
 * Threads: any but an audio thread. Cost: a copy.
 */
M2F_API
m2f_status m2f_session_set_guidance_curve(const struct m2f_session *session,
                                          uint32_t guidance,
                                          const double *times_s,
                                          const float *values,
                                          size_t count);

/**
 * Says whether frames where no style has a weight keep the unstyled motion, bit for bit. In a new session they do. If a clip has
 * such frames, it is first sampled without styles, at that cost. If you turn this off, a style reaches seconds beyond its range.
 *
 * Parameters: on, 0 or 1; 1 in a new session. Returns: OK; INVALID_ARGUMENT; INVALID_STATE (the motion has begun).
 * Threads: any but an audio thread. Cost: none.
 */
M2F_API
m2f_status m2f_session_isolate_styles(const struct m2f_session *session,
                                      uint32_t on);

/**
 * Reads what a style says to a model, before you make a clip: which emotions, which head acts, how strong, how sure.
 *
 * Parameters: style, with exactly one of text, picture, code and preset set; its other fields are ignored; out,
 * size writable bytes; size, sizeof *out.
 * Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE; INVALID_UTF8; INVALID_PICTURE; MISSING_PART (the model lacks the tower, or
 * its pack does not say what its codes mean).
 * Threads: any but an audio thread. Cost: encodes the style, milliseconds; the model keeps the codes of the last ones.
 */
M2F_API
m2f_status m2f_model_read_prompt(const struct m2f_model *model,
                                 const struct m2f_style_options *style,
                                 struct m2f_prompt_reading *out,
                                 size_t size);

/**
 * Tells the same in one line of text, such as happy .92, strong · nod .88 · sure .81. For a style that says nothing, it gives
 * the warning, with words that the model knows.
 *
 * Parameters: style, as for m2f_model_read_prompt; buffer with room for capacity bytes, or NULL and 0 to query;
 * count, receives the number of bytes with the terminating NUL (may be NULL when there is a buffer).
 * Returns: as m2f_model_read_prompt; BUFFER_TOO_SMALL. Threads and Cost: the same.
 */
M2F_API
m2f_status m2f_model_explain_prompt(const struct m2f_model *model,
                                    const struct m2f_style_options *style,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *count);

/**
 * Counts the emotions that the model tells apart; 0 if its pack does not say.
 *
 * Parameters: model; out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_emotion_count(const struct m2f_model *model, uint32_t *out);

/**
 * Reads the name of an emotion. The neutral one is the first.
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
 * Counts the head acts, such as nods, that the model tells apart; 0 if its pack does not say.
 *
 * Parameters: model; out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_model_head_act_count(const struct m2f_model *model, uint32_t *out);

/**
 * Reads the name of a head act.
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
 * Reads the length of the clip, seconds.
 *
 * Parameters: out, receives the length. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_result_duration_s(const struct m2f_result *result, double *out);

/**
 * Reads the seed that the clip was made with: the session's, or the one that M2F_SEED_AUTO became. With it you can make the
 * take again. A revised result keeps the seed of the whole clip. An adjusted result has its source's, a composed one its first
 * part's.
 *
 * Parameters: out, receives the seed. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API
m2f_status m2f_result_seed(const struct m2f_result *result,
                           uint64_t *out);

/**
 * Counts the frames at a rate: round(duration · fps), at least 1.
 *
 * Here and in every read, 23.976, 29.97, 47.952, 59.94 and 119.88 mean the exact fractions n·1000/1001, and so do floats as near
 * to them. Frame i of 23.976 is at exactly i·1001/24000 s, also after hours.
 *
 * Parameters: fps, any rate in 1..1000; 0 for the model's own; out, receives the count.
 * Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API
m2f_status m2f_result_frame_count(const struct m2f_result *result,
                                  float fps,
                                  uint32_t *out);

/**
 * Sets gain, offset and limits of one blendshape channel. They apply to all later reads of weights on this handle.
 *
 * Parameters: index, below m2f_model_weight_count; channel, finite numbers with minimum ≤ maximum.
 * Returns: OK; INVALID_ARGUMENT. Threads: one at a time, not during a read.
 */
M2F_API m2f_status m2f_result_set_channel(struct m2f_result *result, uint32_t index, const struct m2f_channel *channel);

/**
 * Reads blendshape weights of frames at a rate: count rows of m2f_model_weight_count floats, 0..1.
 *
 * Parameters: fps, any rate in 1..1000; 0 for the model's own; first and count, frames inside m2f_result_frame_count;
 * buffer with room for capacity floats, or NULL and 0 to query; written, receives the number of floats (may be NULL when
 * there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART (the model has no mapping to weights).
 * Threads: any but an audio thread; reads of one handle wait for each other.
 * Cost: microseconds a frame; the first read prepares the networks. After the first read of its kind and size, a read takes no
 * memory. Until you destroy it, the result keeps as many floats as its largest read had: read a long clip's offsets in parts.
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
 * Reads head poses of frames at a rate: count rows of M2F_HEAD_FLOATS floats. A row is a quaternion x, y, z, w
 * (right-handed, +Y up, +Z out of the face), then the translation in mm.
 *
 * Parameters, Returns, Threads: as for m2f_result_read_weights.
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
 * Reads vertex offsets of frames at a rate: count times x, y, z of every vertex, mm. Add them to the identity's neutral. The
 * head pose is not in them.
 *
 * Parameters, Returns, Threads: as for m2f_result_read_weights; MISSING_PART if the model has no geometry decoder.
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
 * Reads unit vertex normals of frames at a rate: count times x, y, z of every vertex, before the head pose.
 *
 * Parameters, Returns, Threads and Cost: as for m2f_result_read_offsets_mm.
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
 * Reads vertex offsets and unit normals of frames at a rate. Both come from one decode, which costs hardly more than the offsets
 * alone.
 *
 * Parameters: as for m2f_result_read_offsets_mm, with two buffers of room for capacity floats each, or NULL and 0 for both
 * to query; written, receives the number of floats of each.
 * Returns, Threads and Cost: as for m2f_result_read_offsets_mm.
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
 * Samples the face at any time: weights, head pose and offsets at once. A part whose buffer is NULL is not computed.
 *
 * Parameters: time_s, limited to the clip; weights with room for weight_capacity floats; head, M2F_HEAD_FLOATS floats;
 * offsets_mm with room for offset_capacity floats.
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
 * Counts the expressions that a keyframe can name.
 *
 * Parameters: out, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
 */
M2F_API m2f_status m2f_expression_count(uint32_t *out);

/**
 * Reads the name of an expression, such as smile.
 *
 * Parameters: index, below m2f_expression_count; buffer with room for capacity bytes, or NULL and 0 to query; count,
 * receives the number of bytes with the terminating NUL (may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
 */
M2F_API
m2f_status m2f_expression_name(uint32_t index,
                               char *buffer,
                               size_t capacity,
                               size_t *count);

/**
 * Adds a keyframe to a session. You can call it until the motion begins, also while a job waits or encodes.
 *
 * Parameters: options; number, receives the number of the keyframe, or NULL. Buffers are copied.
 * Returns: OK; INVALID_ARGUMENT (no source, or two for one part; times that are negative, reversed or NaN; a hold outside 0..1;
 * values that do not fit the model; a mesh in another unit; frames that another keyframe holds at a different value: the text
 * names both; more than 4096 keyframes); INVALID_STRUCT_SIZE; INVALID_UTF8; INVALID_PICTURE; MISSING_PART (the model lacks the
 * network for the source); INVALID_STATE (the motion has begun).
 * Threads: any but an audio thread. Cost: a copy, and a picture is decoded; the job runs the network.
 */
M2F_API
m2f_status m2f_session_add_keyframe(const struct m2f_session *session,
                                    const struct m2f_keyframe_options *options,
                                    uint32_t *number);

/**
 * Replaces a keyframe. Everything else is as for m2f_session_add_keyframe.
 *
 * Parameters: number, of the keyframe; options, as for m2f_session_add_keyframe.
 */
M2F_API
m2f_status m2f_session_set_keyframe(const struct m2f_session *session,
                                    uint32_t number,
                                    const struct m2f_keyframe_options *options);

/**
 * Creates a session that makes a range of a finished result again, with other styles, keyframes or guidance, or another seed.
 * All times are those of the whole clip. The session takes no audio: set what you want, then call m2f_session_finish.
 *
 * Its result is the whole clip. Frames outside the range are the old ones, bit for bit. Inside, the old motion fades over 0.2 s
 * at either end, so that both join.
 *
 * Parameters: result; options, or NULL for the defaults; the form of the audio is ignored, and without an identity the
 * result's is used; start_s and end_s, the range, cut at the clip's end; out, receives the session.
 * Returns: OK; INVALID_ARGUMENT (times that are negative, reversed, NaN or past the end; and as for m2f_session_create);
 * INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART; INVALID_STATE (the result's session had editable 0); UNSUPPORTED.
 * Ownership: yours; end it with m2f_session_destroy. It keeps what it needs of the result alive.
 * Threads: any. Cost: small. The job computes the windows over the range: two seconds of a minute cost a twelfth of the minute.
 */
M2F_API
m2f_status m2f_result_revise(const struct m2f_result *result,
                             const struct m2f_session_options *options,
                             double start_s,
                             double end_s,
                             struct m2f_session **out);

/**
 * Joins ranges of results, one after another. Each overlaps the next by blend_s and goes over into it there: part k begins
 * where those before it end, less k times the blend. The face is that of the first part. Join the audio yourself in the same
 * way. To let the network make a transition, call m2f_result_revise over its blend.
 *
 * Parameters: parts, count of them; blend_s, 0 to cut; out, receives a new result.
 * Returns: OK; INVALID_ARGUMENT (no parts; times that make no sense; results of different models; a part that is shorter than
 * its blends; the text names it); OUT_OF_MEMORY.
 * Ownership: yours; end it with m2f_result_destroy. You may destroy the parts.
 * Threads: any but an audio thread. Cost: copies of the motions.
 */
M2F_API
m2f_status m2f_result_compose(const struct m2f_part *parts,
                              size_t count,
                              double blend_s,
                              struct m2f_result **out);

/**
 * Finds the faces in a picture with the model's face finder (face_finder_path of the model's options), the largest first, at
 * most 16. If none is found, the count is 0.
 *
 * Parameters: picture, picture_size bytes of a PNG or JPEG file; buffer with room for capacity floats, or NULL and 0 to
 * query; count, receives the number of floats, M2F_FACE_FLOATS a face (may be NULL when there is a buffer).
 * Returns: OK; INVALID_ARGUMENT; INVALID_PICTURE; BUFFER_TOO_SMALL; MISSING_PART (the model has no face finder); OUT_OF_MEMORY.
 * Threads: any but an audio thread. Cost: decodes the picture and runs two networks, also for a query: milliseconds on the CPU.
 */
M2F_API
m2f_status m2f_model_find_faces(const struct m2f_model *model,
                                const uint8_t *picture,
                                size_t picture_size,
                                float *buffer,
                                size_t capacity,
                                size_t *count);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_adjustment_options_init(struct m2f_adjustment_options *options, size_t size);

/**
 * Makes another result of the same clip, with adjustments. Every read, binding, solver and device write of the new result shows
 * the same face. Channels that you set on the handle of result do not carry over.
 *
 * Parameters: result, which stays as it is; options, or NULL for a copy; out, receives the new result.
 * Returns: OK; INVALID_ARGUMENT (a number out of its range; times that are negative, reversed or NaN; the text names it);
 * INVALID_STRUCT_SIZE; INVALID_UTF8; MISSING_PART (the model lacks a blendshape that is needed, or the mapping from weights or
 * to them).
 * Ownership: yours; end it with m2f_result_destroy. Arrays are copied.
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
 * Binds a mesh to the model's chart, once. You can then read offsets for it from any result of the model.
 *
 * Parameters: model; options, with uv set; out, receives the binding.
 * Returns: OK; INVALID_ARGUMENT (no vertices; coordinates that are not finite, outside the chart or flipped; a mesh that is not
 * in millimetres; the text names the vertex or the unit); INVALID_STRUCT_SIZE; MISSING_PART (the model has no chart).
 * Ownership: yours; end it with m2f_binding_destroy. It keeps the model alive.
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
 * Reads the offsets of a bound mesh for frames at a rate: count times x, y, z of every vertex of the binding, mm. Add them to
 * the mesh at rest. The head pose is not in them. Each vertex moves like its place on the face of the result's identity. The CPU
 * gathers the offsets, wherever the frame was decoded.
 *
 * Parameters, Returns, Threads: as for m2f_result_read_offsets_mm; INVALID_ARGUMENT for a binding of another model.
 * Cost: that of m2f_result_read_offsets_mm, and three products for each float.
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
 * Prepares your blendshapes. You can then read their weights from any result of the model.
 *
 * Parameters: model; options, with shape_count, names and offsets_mm set; out, receives the solver.
 * Returns: OK; INVALID_ARGUMENT (no shapes or more than 1024; a name twice; numbers that are not finite; no shape that moves
 * anything; smoothing or sparsity out of range; a binding of another model; the text names the shape); INVALID_STRUCT_SIZE;
 * INVALID_UTF8; MISSING_PART (the model has no mesh).
 * Ownership: yours; end it with m2f_solver_destroy. It copies the shapes and keeps model and binding alive.
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
 * Reads weights of your blendshapes for frames at a rate: count rows of the solver's shapes, 0..1, in their order. With
 * smoothing, the weights of a frame depend on the other frames of the call: read a clip in one call.
 *
 * Parameters, Returns, Threads: as for m2f_result_read_offsets_mm; INVALID_ARGUMENT for a solver of another model.
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

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_stream_options_init(struct m2f_stream_options *options, size_t size);

/**
 * Encodes a style for streams of a model. Do it on a thread of your own before you want the style: to set it costs nothing.
 *
 * Parameters: options, of which only the text, picture, code or preset counts; out, receives the style.
 * Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE; INVALID_UTF8; INVALID_PICTURE; MISSING_PART (the model lacks the tower, or
 * the preset); OUT_OF_MEMORY.
 * Ownership: yours; end it with m2f_style_destroy. It may end before the streams that use it.
 * Threads: any but an audio thread. Cost: milliseconds.
 */
M2F_API
m2f_status m2f_style_create(const struct m2f_model *model,
                            const struct m2f_style_options *options,
                            struct m2f_style **out);

/**
 * Ends a style. Streams that have it keep it.
 *
 * Parameters: style, or NULL for nothing. Threads: any but an audio thread, and not while another call uses this handle.
 */
M2F_API
void m2f_style_destroy(struct m2f_style *style);

/**
 * Creates a stream. It takes all memory that it will ever need, and prepares its programs.
 *
 * Parameters: model; options, or NULL for the defaults (16 kHz mono); out, receives the stream.
 * Returns: OK; INVALID_ARGUMENT (a field out of range; a ring too small for a hop: the text says what is needed);
 * INVALID_STRUCT_SIZE; UNSUPPORTED (the pack cannot stream: the text says why); MISSING_PART; OUT_OF_MEMORY.
 * Ownership: yours; end it with m2f_stream_destroy. It keeps the model alive.
 * Threads: any but an audio thread. Cost: a tenth of a second for the first one of a model, less for others.
 */
M2F_API
m2f_status m2f_stream_create(const struct m2f_model *model,
                             const struct m2f_stream_options *options,
                             struct m2f_stream **out);

/**
 * Ends a stream.
 *
 * Parameters: stream, or NULL for nothing. Threads: any but an audio thread, and not while another call uses this handle: stop
 * your audio thread first. Cost: waits for the current unit of work, about half a millisecond on the CPU.
 */
M2F_API
void m2f_stream_destroy(struct m2f_stream *stream);

/**
 * Writes sound as floats, nominally -1..1. FOR AUDIO THREADS: takes no memory and no lock, makes no system call, and leaves
 * m2f_last_error as it was.
 *
 * Parameters: samples, frame_count × channels, interleaved; first_sample, receives the number of the first frame on the
 * stream's clock, or NULL; taken, receives how many frames were taken, or NULL. The rest found no room and is counted. NaN and
 * infinity become silence and are counted.
 * Returns: OK, also if not all was taken; INVALID_ARGUMENT; INVALID_STATE (another thread writes; or the result was taken); the
 * worker's failure.
 * Threads: any, one at a time. Cost: a copy.
 */
M2F_API
m2f_status m2f_stream_write_f32(const struct m2f_stream *stream,
                                const float *samples,
                                size_t frame_count,
                                uint64_t *first_sample,
                                size_t *taken);

/** Writes sound as 16-bit integers. Everything else is as for m2f_stream_write_f32. */
M2F_API
m2f_status m2f_stream_write_i16(const struct m2f_stream *stream,
                                const int16_t *samples,
                                size_t frame_count,
                                uint64_t *first_sample,
                                size_t *taken);

/**
 * Says that an utterance has ended: what was written is animated without waiting for more sound. The stream goes on.
 *
 * Returns: OK; INVALID_ARGUMENT; INVALID_STATE (another thread commands the stream; too many commands wait); the worker's
 * failure. Threads: any but an audio thread, one at a time for all commands of a stream. Cost: none; the worker obeys.
 */
M2F_API
m2f_status m2f_stream_flush(const struct m2f_stream *stream);

/**
 * Interrupts the speaker (barge-in). Sound that was written and motion from sample on are dropped, but not faces that you asked
 * for. The mouth comes to rest within fade_s, eyes and brows within 1.5 times that, the head within 4 times. The clock goes on
 * at the sample, or where its frame begins: the next frame of sound gets that number.
 *
 * Parameters: sample; one that is not written yet means the next one; fade_s, 0 to 10, such as M2F_FADE_S.
 * Returns: as for m2f_stream_flush. Threads: as for m2f_stream_flush.
 */
M2F_API
m2f_status m2f_stream_interrupt(const struct m2f_stream *stream,
                                uint64_t sample,
                                float fade_s);

/**
 * Makes the stream as new, from sample 0 on. Sound that was written is dropped. It takes no memory.
 *
 * Parameters: seed; M2F_SEED_AUTO keeps the seed; keep_voice, 1 to keep the loudness that the encoder has got used to, 0 to
 * forget it.
 * Returns: as for m2f_stream_flush. Threads: as for m2f_stream_flush.
 */
M2F_API
m2f_status m2f_stream_reset(const struct m2f_stream *stream,
                            uint64_t seed,
                            uint32_t keep_voice);

/**
 * Sets another style, or none, from the next window on.
 *
 * Parameters: style, or NULL for none; strength, as in m2f_style_options.
 * Returns: as for m2f_stream_flush. Threads: as for m2f_stream_flush.
 */
M2F_API m2f_status m2f_stream_set_style(const struct m2f_stream *stream, const struct m2f_style *style, float strength);

/**
 * Sets the guidance of the audio, s_A, and of the style, s_P, from the next window on.
 *
 * Parameters: each NaN for that of the options.
 * Returns: as for m2f_stream_flush. Threads: as for m2f_stream_flush.
 */
M2F_API m2f_status m2f_stream_set_guidance(const struct m2f_stream *stream, float guidance_audio, float guidance_style);

/**
 * Says whether the face listens to somebody else. It then nods now and then, raises its brows, and looks at who speaks.
 *
 * Parameters: on, 0 or 1; 0 in a new stream. Returns: as for m2f_stream_flush. Threads: as for m2f_stream_flush.
 */
M2F_API
m2f_status m2f_stream_set_listening(const struct m2f_stream *stream,
                                    uint32_t on);

/**
 * Reads where the stream is. FOR AUDIO THREADS, as m2f_stream_write_f32.
 *
 * Parameters: out, size writable bytes; size, sizeof *out.
 * Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE. Threads: any. Cost: none.
 */
M2F_API m2f_status m2f_stream_state(const struct m2f_stream *stream, struct m2f_stream_status *out, size_t size);

/**
 * Samples the face at a sample of the stream's clock, whenever that is heard. It never waits for a window. A part whose buffer is
 * NULL is not computed. Without offsets it is FOR AUDIO THREADS, as m2f_stream_write_f32.
 *
 * Parameters: sample; weights with room for weight_capacity floats; head, M2F_HEAD_FLOATS floats; offsets_mm with room
 * for offset_capacity floats.
 * Returns: OK; NOT_READY (the face is not ready: the last one that is was written; before any, the face at rest);
 * INVALID_ARGUMENT (also for a sample from before the first that is kept); BUFFER_TOO_SMALL; MISSING_PART; INVALID_STATE (another
 * thread decodes offsets); the worker's failure. Nothing is written on other failures.
 * Threads: any; offsets one at a time. Cost: microseconds; offsets that of one frame, on the calling thread.
 */
M2F_API
m2f_status m2f_stream_sample(const struct m2f_stream *stream,
                             uint64_t sample,
                             float *weights,
                             size_t weight_capacity,
                             float *head,
                             float *offsets_mm,
                             size_t offset_capacity);

/**
 * Ends the stream's input, and takes what it keeps of its motion as an ordinary result. The result begins with the first frame
 * that is kept. You can still sample faces; you cannot write sound.
 *
 * Parameters: out, receives a result.
 * Returns: OK; INVALID_STATE (nothing was animated; it was called before); OUT_OF_MEMORY; the worker's failure.
 * Ownership: yours; end it with m2f_result_destroy. Threads: any but an audio thread. Cost: a copy.
 */
M2F_API
m2f_status m2f_stream_take_result(const struct m2f_stream *stream,
                                  struct m2f_result **out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MEDIA2FACE_H */
