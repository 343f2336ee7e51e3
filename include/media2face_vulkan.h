/*
 * media2face on a host's own Vulkan device.
 *
 * Generated from capi/src/vulkan.rs and vulkan_frames.rs by cargo xtask header; do not edit.
 *
 * m2f_vulkan_requirements tells what to enable when the device is made, m2f_runtime_create_vulkan takes the device. From
 * then on everything is as in media2face.h, and m2f_result_write_vulkan writes frames into buffers of the host's. It
 * includes no vulkan.h: handles are pointers and numbers, names are strings.
 *
 * The device, its instance and its queue stay the host's, and outlive every object that was made on them.
 *
 * Licence: MIT OR Apache-2.0.
 */

#ifndef MEDIA2FACE_VULKAN_H
#define MEDIA2FACE_VULKAN_H

#include "media2face.h"

/** optional of the adoption: timeline semaphores are enabled. */
#define M2F_VULKAN_TIMELINE_SEMAPHORE 1

/** flags of a frame target: write positions, the identity's neutral plus the offsets, in place of the offsets. */
#define M2F_VULKAN_FRAME_POSITIONS 1

/** flags of a frame target: write normals, too. */
#define M2F_VULKAN_FRAME_NORMALS 2

/** How a vertex is stored. The fourth component, where there is one, is 1 for positions, 0 for offsets and normals. */
typedef uint32_t m2f_vulkan_vertex_format;
enum {
    /** Three floats: 12 bytes. */
    M2F_VULKAN_VERTEX_FORMAT_F32X3 = 0,
    /** Four floats: 16 bytes. */
    M2F_VULKAN_VERTEX_FORMAT_F32X4 = 1,
    /** Four halves: 8 bytes. From 128 mm on a step is an eighth of a millimetre: fit for offsets and normals. */
    M2F_VULKAN_VERTEX_FORMAT_F16X4 = 2,
};

/**
 * What a host enables on its device, as m2f_vulkan_requirements fills it in. Names are static; features are
 * structure.member.
 */
typedef struct m2f_vulkan_requirement_list {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** Least version of the instance and of the device, as VK_MAKE_API_VERSION has it. */
    uint32_t api_version;
    /** Names behind extensions. */
    uint32_t extension_count;
    /** Names behind features. */
    uint32_t feature_count;
    /** Names behind optional_extensions. */
    uint32_t optional_extension_count;
    /** Names behind optional_features. */
    uint32_t optional_feature_count;
    /** Device extensions to enable. */
    const char *const *extensions;
    /** Features to enable, such as VkPhysicalDevice16BitStorageFeatures.storageBuffer16BitAccess. */
    const char *const *features;
    /** Device extensions that are used if the host enables them. */
    const char *const *optional_extensions;
    /** Features that are used if the host enables them; say so in optional of the adoption. */
    const char *const *optional_features;
} m2f_vulkan_requirement_list;

/** Any Vulkan function. */
typedef void (*m2f_vulkan_function)(void);

/** vkGetInstanceProcAddr, cast to this type. */
typedef m2f_vulkan_function (*m2f_vulkan_get_instance_proc_addr)(void *instance, const char *name);

/**
 * Keeps the host off its queue, or lets it on again. Called around vkQueueSubmit and nothing else, on the thread that
 * submits: one that waits for a session or steps it, or a worker of the runtime's. It must not call into the library.
 */
typedef void (*m2f_vulkan_lock)(void *user);

/** A host's device. Fill with m2f_vulkan_adopt_options_init first. */
typedef struct m2f_vulkan_adopt_options {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** apiVersion of the VkApplicationInfo that the instance was made with; 1.1 or later. */
    uint32_t api_version;
    /** vkGetInstanceProcAddr of the loader that made the instance. */
    m2f_vulkan_get_instance_proc_addr get_instance_proc_addr;
    /** VkInstance. */
    void *instance;
    /** VkPhysicalDevice. */
    void *physical_device;
    /** VkDevice. */
    void *device;
    /** VkQueue; any queue that computes. */
    void *queue;
    /** Family of the queue. */
    uint32_t queue_family_index;
    /** The m2f_tier whose requirements are enabled on the device; default M2F_TIER_PACKED, which has none. */
    uint32_t tier;
    /** M2F_VULKAN_… bits: what is enabled besides. */
    uint32_t optional;
    /** Zero. */
    uint32_t reserved;
    /** Called before a submission; NULL when nobody else submits to the queue. */
    m2f_vulkan_lock lock;
    /** Called after it; both or none. */
    m2f_vulkan_lock unlock;
    /** Handed to both. */
    void *user;
} m2f_vulkan_adopt_options;

/** Where one attribute of all vertices lies in a buffer. The bytes between are left as they are. */
typedef struct m2f_vulkan_vertex_layout {
    /** An m2f_vulkan_vertex_format. */
    uint32_t format;
    /** Zero. */
    uint32_t reserved;
    /** Bytes before vertex 0 of the first frame; a multiple of 4, as the strides are. */
    uint64_t offset_bytes;
    /** Bytes from a vertex to the next, at least those of the format. */
    uint64_t vertex_stride_bytes;
    /** Bytes from a frame to the next, at least those of its vertices; any for a single frame. */
    uint64_t frame_stride_bytes;
} m2f_vulkan_vertex_layout;

/** A buffer for frames. Fill with m2f_vulkan_frame_target_init first. */
typedef struct m2f_vulkan_frame_target {
    /** Bytes of this struct as the caller knows it. */
    uint32_t struct_size;
    /** M2F_VULKAN_FRAME_… bits. */
    uint32_t flags;
    /** VkBuffer of the adopted device, made with VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, bound to memory. */
    uint64_t buffer;
    /** Bytes of it, or of the front of it that may be written. */
    uint64_t buffer_bytes;
    /** Of the offsets or positions, mm, without the head pose. */
    struct m2f_vulkan_vertex_layout points;
    /** Of the unit normals; read with M2F_VULKAN_FRAME_NORMALS alone. */
    struct m2f_vulkan_vertex_layout normals;
    /** VkSemaphore of timeline type that is signalled when all frames are written; 0 for none. */
    uint64_t semaphore;
    /** The value that it is given, above its current one. */
    uint64_t value;
} m2f_vulkan_frame_target;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * What a host enables when it makes its device, so that it can be adopted with the kernels of a tier.
 *
 * Parameters: tier, an m2f_tier but NONE; m2f_device_describe tells what a device can. api_version, of the
 * instance or of the device, whichever is less: extensions that it has in its core are left out. out, size writable
 * bytes; size, sizeof *out.
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
 * Creates a runtime on the host's device.
 *
 * Parameters: options, or NULL for the defaults; of its device fields the budget, the memory cap and the pipeline cache
 * are used. adopt, the device. out, receives the runtime.
 * Returns: OK; INVALID_ARGUMENT (a handle is NULL, a queue family that cannot compute, a field out of range, one callback
 * of two, M2F_BACKEND_CPU); INVALID_STRUCT_SIZE; UNSUPPORTED (an instance older than 1.1, a device that cannot);
 * OUT_OF_MEMORY.
 * Ownership: the caller's; end it with m2f_runtime_destroy. Device and instance stay the host's: it destroys them after
 * the runtime and every model, identity, session and result made on it.
 * Threads: any. Work is submitted by the threads of the runtime and by those that step or wait; the host's own
 * submissions to the queue are kept apart by the callbacks. Nothing waits for the whole queue or device.
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
 * Decodes frames at a rate and writes their vertices into a buffer of the host's, on the device: nothing of them visits
 * the processor. Of every vertex the bytes of its attributes are written and no others.
 *
 * Parameters: fps, any rate in 1..1000; 0 for the model's own; first and count, frames inside
 * m2f_result_frame_count, at least one; the first goes to frame 0 of the layouts. target, the buffer.
 * Returns: OK; INVALID_ARGUMENT (also a layout with odd strides, with vertices or frames that overlap, or past the end of
 * the buffer); INVALID_STRUCT_SIZE; UNSUPPORTED (the runtime is on the CPU, a semaphore without
 * M2F_VULKAN_TIMELINE_SEMAPHORE); MISSING_PART (the model has no geometry decoder); OUT_OF_MEMORY; DEVICE_LOST. Up to
 * UNSUPPORTED nothing is written; a semaphore is signalled with OK alone.
 * Ownership: the buffer stays the host's, which keeps it alive during the call. At the call it is owned by the family of
 * the adopted queue, or made for concurrent use: no ownership is transferred. The host's own use of the bytes is over
 * before the call, and starts over after it, or on the device behind the semaphore; on another family after a transfer.
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
