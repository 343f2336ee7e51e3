/*
 * The functions of libmedia2face that are used here. The library is loaded when it is first needed, so that its absence is an
 * error with a text.
 */
#ifndef MEDIA2FACE_GODOT_LIBRARY_H
#define MEDIA2FACE_GODOT_LIBRARY_H

#include <stddef.h>

#include <media2face.h>

#define M2F_USED(X) \
    X(m2f_last_error) X(m2f_status_name) X(m2f_version_string) \
    X(m2f_runtime_options_init) X(m2f_runtime_create) X(m2f_runtime_destroy) X(m2f_runtime_backend_name) X(m2f_runtime_step) \
    X(m2f_runtime_next_log) \
    X(m2f_model_options_init) X(m2f_model_create) X(m2f_model_destroy) X(m2f_model_fps) X(m2f_model_weight_count) \
    X(m2f_model_weight_name) X(m2f_model_read_eye_range_rad) X(m2f_model_identity_count) X(m2f_model_identity_name) \
    X(m2f_identity_options_init) X(m2f_identity_create) X(m2f_identity_destroy) \
    X(m2f_session_options_init) X(m2f_session_create) X(m2f_session_destroy) X(m2f_session_push_f32) X(m2f_session_push_i16) \
    X(m2f_session_finish) X(m2f_session_wait) X(m2f_session_progress) X(m2f_session_cancel) X(m2f_session_pull) \
    X(m2f_style_options_init) X(m2f_session_add_style) \
    X(m2f_result_destroy) X(m2f_result_duration_s) X(m2f_result_seed) \
    X(m2f_result_sample) \
    X(m2f_style_create) X(m2f_style_destroy) \
    X(m2f_stream_options_init) X(m2f_stream_create) X(m2f_stream_destroy) X(m2f_stream_write_f32) X(m2f_stream_write_i16) \
    X(m2f_stream_flush) X(m2f_stream_interrupt) X(m2f_stream_reset) X(m2f_stream_set_style) X(m2f_stream_set_listening) \
    X(m2f_stream_state) X(m2f_stream_sample)

#define M2F_FIELD(name) __typeof__(&name) name;
struct library { M2F_USED(M2F_FIELD) };
#undef M2F_FIELD

/** Its functions, all NULL until library_load has returned 1. */
extern struct library library;

/**
 * Loads the library, once for the process. It is looked for at path, or, where that is empty, beside this binding and then where
 * the system looks. Returns 1, or 0 with a text that says where it was looked for and why it was not taken.
 */
int library_load(const char *path, char *error, size_t capacity);

#endif
