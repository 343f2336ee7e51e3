/*
 * What this binding uses of the C interface of Godot 3, GDNative 1.0 and NativeScript 1.1.
 *
 * Godot hands over tables of functions. Their order is fixed for all of Godot 3; the functions that are not used here are skipped
 * by their number. Godot's own godot-headers (MIT) declare all of them.
 */
#ifndef MEDIA2FACE_GODOT_H
#define MEDIA2FACE_GODOT_H

#include <stdint.h>

#ifdef _WIN32
#define GODOT_EXPORT __declspec(dllexport)
#else
#define GODOT_EXPORT __attribute__((visibility("default")))
#endif

typedef struct { uint8_t bytes[24]; } godot_variant;
typedef struct { uint8_t bytes[sizeof(void *)]; } godot_string;
typedef struct { uint8_t bytes[sizeof(void *)]; } godot_char_string;
/** A pool array of any type. */
typedef struct { uint8_t bytes[sizeof(void *)]; } godot_pool;
/** Keeps the memory of a pool array where it is. */
typedef struct godot_access godot_access;
typedef struct godot_object godot_object;
typedef void godot_skipped(void);

/** Types of a variant that are looked at. */
enum {
    GODOT_NIL = 0,
    GODOT_STRING = 4,
    GODOT_OBJECT = 17,
    GODOT_BYTES = 20,
    GODOT_REALS = 22,
    GODOT_VECTORS2 = 24
};

/** What every table begins with. */
typedef struct godot_table {
    unsigned int type;
    struct { unsigned int major, minor; } version;
    const struct godot_table *next;
} godot_table;

/** type of the table of NativeScript. */
enum { GODOT_NATIVESCRIPT = 1 };

typedef struct {
    godot_table head;
    unsigned int extension_count;
    const godot_table **extensions;
    godot_skipped *skipped_0[165];
    godot_access *(*pool_byte_array_read)(const godot_pool *);
    godot_skipped *skipped_166[3];
    int (*pool_byte_array_size)(const godot_pool *);
    void (*pool_byte_array_destroy)(godot_pool *);
    godot_skipped *skipped_171[16];
    void (*pool_real_array_new)(godot_pool *);
    godot_skipped *skipped_188[8];
    void (*pool_real_array_resize)(godot_pool *, int);
    godot_access *(*pool_real_array_read)(const godot_pool *);
    godot_access *(*pool_real_array_write)(godot_pool *);
    godot_skipped *skipped_199[2];
    int (*pool_real_array_size)(const godot_pool *);
    void (*pool_real_array_destroy)(godot_pool *);
    void (*pool_string_array_new)(godot_pool *);
    godot_skipped *skipped_204[2];
    void (*pool_string_array_append)(godot_pool *, const godot_string *);
    godot_skipped *skipped_207[11];
    void (*pool_string_array_destroy)(godot_pool *);
    godot_skipped *skipped_219[10];
    godot_access *(*pool_vector2_array_read)(const godot_pool *);
    godot_skipped *skipped_230[3];
    int (*pool_vector2_array_size)(const godot_pool *);
    void (*pool_vector2_array_destroy)(godot_pool *);
    godot_skipped *skipped_235[33];
    const uint8_t *(*pool_byte_array_read_access_ptr)(const godot_access *);
    godot_skipped *skipped_269[1];
    void (*pool_byte_array_read_access_destroy)(godot_access *);
    godot_skipped *skipped_271[5];
    const float *(*pool_real_array_read_access_ptr)(const godot_access *);
    godot_skipped *skipped_277[1];
    void (*pool_real_array_read_access_destroy)(godot_access *);
    godot_skipped *skipped_279[5];
    const float *(*pool_vector2_array_read_access_ptr)(const godot_access *);
    godot_skipped *skipped_285[1];
    void (*pool_vector2_array_read_access_destroy)(godot_access *);
    godot_skipped *skipped_287[17];
    float *(*pool_real_array_write_access_ptr)(const godot_access *);
    godot_skipped *skipped_305[1];
    void (*pool_real_array_write_access_destroy)(godot_access *);
    godot_skipped *skipped_307[200];
    int (*variant_get_type)(const godot_variant *);
    godot_skipped *skipped_508[1];
    void (*variant_new_nil)(godot_variant *);
    void (*variant_new_bool)(godot_variant *, uint8_t);
    godot_skipped *skipped_511[1];
    void (*variant_new_int)(godot_variant *, int64_t);
    void (*variant_new_real)(godot_variant *, double);
    void (*variant_new_string)(godot_variant *, const godot_string *);
    godot_skipped *skipped_515[17];
    void (*variant_new_pool_real_array)(godot_variant *, const godot_pool *);
    void (*variant_new_pool_string_array)(godot_variant *, const godot_pool *);
    godot_skipped *skipped_534[3];
    uint8_t (*variant_as_bool)(const godot_variant *);
    godot_skipped *skipped_538[1];
    int64_t (*variant_as_int)(const godot_variant *);
    double (*variant_as_real)(const godot_variant *);
    godot_string (*variant_as_string)(const godot_variant *);
    godot_skipped *skipped_542[12];
    godot_object *(*variant_as_object)(const godot_variant *);
    godot_skipped *skipped_555[2];
    godot_pool (*variant_as_pool_byte_array)(const godot_variant *);
    godot_skipped *skipped_558[1];
    godot_pool (*variant_as_pool_real_array)(const godot_variant *);
    godot_skipped *skipped_560[1];
    godot_pool (*variant_as_pool_vector2_array)(const godot_variant *);
    godot_skipped *skipped_562[9];
    godot_skipped *skipped_571[1];
    const char *(*char_string_get_data)(const godot_char_string *);
    void (*char_string_destroy)(godot_char_string *);
    godot_skipped *skipped_574[104];
    godot_char_string (*string_utf8)(const godot_string *);
    godot_skipped *skipped_679[2];
    godot_string (*string_chars_to_utf8)(const char *);
    godot_skipped *skipped_682[39];
    void (*string_destroy)(godot_string *);
} godot_api;

/** What Godot hands to godot_gdnative_init. */
typedef struct {
    uint8_t in_editor;
    uint64_t core_hash, editor_hash, no_hash;
    void (*report_version_mismatch)(void);
    void (*report_loading_error)(const godot_object *, const char *);
    godot_object *library;
    const godot_api *api;
} godot_options;

typedef struct {
    void *(*create)(godot_object *, void *data);
    void *data;
    void (*free)(void *data);
} godot_creator;

typedef struct {
    void (*destroy)(godot_object *, void *data, void *self);
    void *data;
    void (*free)(void *data);
} godot_destroyer;

typedef struct {
    godot_variant (*call)(godot_object *, void *data, void *self, int count, godot_variant **arguments);
    void *data;
    void (*free)(void *data);
} godot_method;

typedef struct { int rpc_mode; } godot_attributes;

typedef struct {
    godot_table head;
    void (*register_class)(void *, const char *name, const char *base, godot_creator, godot_destroyer);
    godot_skipped *skipped_1[1];
    void (*register_method)(void *, const char *class_name, const char *name, godot_attributes, godot_method);
    godot_skipped *skipped_3[2];
    void *(*get_userdata)(godot_object *);
} godot_nativescript_api;

/** Its extension, version 1.1. */
typedef struct {
    godot_table head;
    godot_skipped *skipped_0[7];
    void (*set_type_tag)(void *, const char *class_name, const void *tag);
    const void *(*get_type_tag)(const godot_object *);
} godot_nativescript_1_1_api;

#endif
