/*
 * media2face on a host's own Vulkan device.
 *
 * Generated from capi/src/vulkan.rs and vulkan_frames.rs by cargo xtask header; do not edit.
 *
 * m2f_vulkan_requirements tells what to enable when you create the device. m2f_runtime_create_vulkan takes the device.
 * After that everything is as in media2face.h, and m2f_result_write_vulkan writes frames into your buffers. This header
 * includes no vulkan.h: handles are pointers and numbers, names are strings.
 *
 * The device, its instance and its queue stay yours. They must outlive every object that was made on them.
 *
 * Licence: MIT OR Apache-2.0.
 */

#ifndef MEDIA2FACE_VULKAN_H
#define MEDIA2FACE_VULKAN_H

#include "media2face.h"

/** optional of the adoption: timeline semaphores are enabled. */
#define M2F_VULKAN_TIMELINE_SEMAPHORE 1

/** flags of a frame target: write positions (the identity's neutral plus the offsets) instead of offsets. */
#define M2F_VULKAN_FRAME_POSITIONS 1

/** flags of a frame target: write normals, too. */
#define M2F_VULKAN_FRAME_NORMALS 2

/** How a vertex is stored. A fourth component is 1 for positions, and 0 for offsets and normals. */
typedef uint32_t m2f_vulkan_vertex_format;
enum {
    /** Three floats: 12 bytes. */
    M2F_VULKAN_VERTEX_FORMAT_F32X3 = 0,
    /** Four floats: 16 bytes. */
    M2F_VULKAN_VERTEX_FORMAT_F32X4 = 1,
    /** Four halves: 8 bytes. From 128 mm on, a step is an eighth of a millimetre, so it is fit for offsets and normals. */
    M2F_VULKAN_VERTEX_FORMAT_F16X4 = 2,
};

/**
 * What to enable on your device. m2f_vulkan_requirements fills it in. The names are static. A feature is named
 * structure.member.
 */
typedef struct m2f_vulkan_requirement_list {
    /** Size of this struct in bytes. m2f_vulkan_requirements sets it. */
    uint32_t struct_size;
    /** Least version of the instance and of the device, in the form of VK_MAKE_API_VERSION. */
    uint32_t api_version;
    /** Number of names in extensions. */
    uint32_t extension_count;
    /** Number of names in features. */
    uint32_t feature_count;
    /** Number of names in optional_extensions. */
    uint32_t optional_extension_count;
    /** Number of names in optional_features. */
    uint32_t optional_feature_count;
    /** Device extensions to enable. */
    const char *const *extensions;
    /** Features to enable, such as VkPhysicalDevice16BitStorageFeatures.storageBuffer16BitAccess. */
    const char *const *features;
    /** Device extensions that the library uses if you enable them. */
    const char *const *optional_extensions;
    /** Features that the library uses if you enable them. Say so in optional of the adoption. */
    const char *const *optional_features;
} m2f_vulkan_requirement_list;

/** Any Vulkan function. */
typedef void (*m2f_vulkan_function)(void);

/** vkGetInstanceProcAddr, cast to this type. */
typedef m2f_vulkan_function (*m2f_vulkan_get_instance_proc_addr)(void *instance, const char *name);

/**
 * Keeps you off the queue, or lets you on again. The library calls it around vkQueueSubmit and nothing else, on the thread
 * that submits: one that waits for a session or steps it, or a worker of the runtime. It must not call into the library.
 */
typedef void (*m2f_vulkan_lock)(void *user);

/** Your device. Fill with m2f_vulkan_adopt_options_init first. */
typedef struct m2f_vulkan_adopt_options {
    /** Size of this struct in bytes. m2f_vulkan_adopt_options_init sets it. */
    uint32_t struct_size;
    /** apiVersion of the VkApplicationInfo that you created the instance with; 1.1 or later. */
    uint32_t api_version;
    /** vkGetInstanceProcAddr of the loader that created the instance. */
    m2f_vulkan_get_instance_proc_addr get_instance_proc_addr;
    /** VkInstance. */
    void *instance;
    /** VkPhysicalDevice. */
    void *physical_device;
    /** VkDevice. */
    void *device;
    /** VkQueue: any queue that can compute. */
    void *queue;
    /** Queue family of the queue. */
    uint32_t queue_family_index;
    /** The m2f_tier whose requirements you enabled on the device. Default M2F_TIER_PACKED, which has none. */
    uint32_t tier;
    /** M2F_VULKAN_… bits: what else you enabled. */
    uint32_t optional;
    /** Must be 0. */
    uint32_t reserved;
    /** Called before a submission. NULL if nobody else submits to the queue. */
    m2f_vulkan_lock lock;
    /** Called after a submission. Set both or none. */
    m2f_vulkan_lock unlock;
    /** Handed to both. */
    void *user;
} m2f_vulkan_adopt_options;

/** Where one attribute of all vertices is in a buffer. The bytes between stay as they are. */
typedef struct m2f_vulkan_vertex_layout {
    /** An m2f_vulkan_vertex_format. */
    uint32_t format;
    /** Must be 0. */
    uint32_t reserved;
    /** Bytes before vertex 0 of the first frame. A multiple of 4, as are the strides. */
    uint64_t offset_bytes;
    /** Bytes from one vertex to the next, at least the size of the format. */
    uint64_t vertex_stride_bytes;
    /** Bytes from one frame to the next, at least the size of its vertices. Any number for a single frame. */
    uint64_t frame_stride_bytes;
} m2f_vulkan_vertex_layout;

/** A buffer for frames. Fill with m2f_vulkan_frame_target_init first. */
typedef struct m2f_vulkan_frame_target {
    /** Size of this struct in bytes. m2f_vulkan_frame_target_init sets it. */
    uint32_t struct_size;
    /** M2F_VULKAN_FRAME_… bits. */
    uint32_t flags;
    /** VkBuffer of the adopted device, created with VK_BUFFER_USAGE_STORAGE_BUFFER_BIT and bound to memory. */
    uint64_t buffer;
    /** Bytes of the buffer, or of its front part that may be written. */
    uint64_t buffer_bytes;
    /** Place of the offsets or positions, mm, without the head pose. */
    struct m2f_vulkan_vertex_layout points;
    /** Place of the unit normals. Used only with M2F_VULKAN_FRAME_NORMALS. */
    struct m2f_vulkan_vertex_layout normals;
    /** VkSemaphore of timeline type. It is signalled when all frames are written. 0 for none. */
    uint64_t semaphore;
    /** The value that the semaphore gets, above its current one. */
    uint64_t value;
} m2f_vulkan_frame_target;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Lists what to enable when you create your device, so that the library can adopt it with the kernels of a tier.
 *
 * Parameters: tier, an m2f_tier but NONE (m2f_device_describe tells what a device can do); api_version, of the instance
 * or of the device, whichever is less (extensions in its core are left out); out, size writable bytes; size, sizeof *out.
 * Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE.
 * Ownership: the names are static. Threads: any. Cost: none.
 */
M2F_API
m2f_status m2f_vulkan_requirements(uint32_t tier,
                                   uint32_t api_version,
                                   struct m2f_vulkan_requirement_list *out,
                                   size_t size);

/**
 * Fills options with the defaults.
 *
 * Parameters: options, size writable bytes; size, sizeof *options.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_vulkan_adopt_options_init(struct m2f_vulkan_adopt_options *options, size_t size);

/**
 * Creates a runtime on your device.
 *
 * Parameters: options, or NULL for the defaults; of its device fields only the budget, the memory cap and the pipeline cache
 * are used; adopt, the device; out, receives the runtime.
 * Returns: OK; INVALID_ARGUMENT (a handle is NULL; a queue family that cannot compute; a field out of range; one callback of
 * two; M2F_BACKEND_CPU); INVALID_STRUCT_SIZE; UNSUPPORTED (an instance older than 1.1, a device that cannot); OUT_OF_MEMORY.
 * Ownership: yours; end it with m2f_runtime_destroy. Device and instance stay yours. Destroy them after the runtime and after
 * every model, identity, session and result made on it.
 * Threads: any. Threads of the runtime submit work, and so do threads that step or wait. The callbacks keep your own submissions
 * to the queue apart from theirs. Nothing waits for the whole queue or device.
 * Cost: milliseconds.
 */
M2F_API
m2f_status m2f_runtime_create_vulkan(const m2f_runtime_options *options,
                                     const struct m2f_vulkan_adopt_options *adopt,
                                     m2f_runtime **out);

/**
 * Fills target with the defaults: offsets as three floats, one after another.
 *
 * Parameters: target, size writable bytes; size, sizeof *target.
 * Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
 */
M2F_API m2f_status m2f_vulkan_frame_target_init(struct m2f_vulkan_frame_target *target, size_t size);

/**
 * Decodes frames at a rate and writes their vertices into your buffer, on the device. No frame passes through the CPU. Of every
 * vertex, only the bytes of its attributes are written.
 *
 * Parameters: fps, any rate in 1..1000; 0 for the model's own; first and count, frames inside m2f_result_frame_count, at
 * least one; the first goes to frame 0 of the layouts; target, the buffer.
 * Returns: OK; INVALID_ARGUMENT (also a layout with odd strides, with vertices or frames that overlap, or past the end of the
 * buffer); INVALID_STRUCT_SIZE; UNSUPPORTED (the runtime is on the CPU; a semaphore without M2F_VULKAN_TIMELINE_SEMAPHORE);
 * MISSING_PART (the model has no geometry decoder); OUT_OF_MEMORY; DEVICE_LOST. Up to UNSUPPORTED nothing is written. A
 * semaphore is signalled only with OK.
 * Ownership: the buffer stays yours; keep it alive during the call. At the call it belongs to the family of the adopted queue,
 * or was created for concurrent use: no ownership is transferred. Your own use of the bytes ends before the call. It may begin
 * again after the call, or on the device after the semaphore is signalled; on another family, after a transfer.
 * Threads: any but an audio thread; reads of one handle wait for each other. The call submits and waits.
 * Cost: one run of the generator a frame; the first call prepares the networks.
 */
M2F_API
m2f_status m2f_result_write_vulkan(const m2f_result *result,
                                   float fps,
                                   uint32_t first,
                                   uint32_t count,
                                   const struct m2f_vulkan_frame_target *target);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MEDIA2FACE_VULKAN_H */
