/*
 * media2face on a host's own Vulkan device.
 *
 * Generated from src/ffi/vulkan.rs by cargo xtask header; do not edit.
 *
 * m2f_vulkan_requirements tells what to enable when the device is made, m2f_runtime_create_vulkan takes the device. From
 * then on everything is as in media2face.h. It includes no vulkan.h: handles are pointers, names are strings.
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
m2f_status m2f_vulkan_adopt_options_init(struct m2f_vulkan_adopt_options *options, size_t size);

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
m2f_status m2f_runtime_create_vulkan(const m2f_runtime_options *options,
                                     const struct m2f_vulkan_adopt_options *adopt,
                                     m2f_runtime **out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MEDIA2FACE_VULKAN_H */
