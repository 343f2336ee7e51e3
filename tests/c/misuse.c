/*
 * A host that does everything wrong, first half: NULL in each place, sizes of structs, counts, odd numbers in the options of what
 * is made. tests/c/odd.c has the other half, tests/c/threads.c what threads do. Every call answers, a failure has a text of
 * one line, and none is internal.
 *
 *     misuse PACK
 */
#define _POSIX_C_SOURCE 200809L
#include "misuse.h"

static float values[ROOM], mesh[ROOM];
static uint32_t vertices;

static m2f_identity *identity;
static m2f_session *session;
static m2f_result *result;

#define SIZES(kind)                                                                          \
    do {                                                                                     \
        m2f_##kind##_options *options = malloc(1 << 16);                                     \
        WRONG(m2f_##kind##_options_init(NULL, sizeof *options));                             \
        for (size_t i = 0; i < COUNT(wrong); i++) {                                          \
            IS(m2f_##kind##_options_init(options, wrong[i]), INVALID_STRUCT_SIZE);           \
        }                                                                                    \
        free(options);                                                                       \
        for (size_t size = 8; size <= 1 << 16; size += size < 400 ? 4 : 4096) {              \
            /* Exactly as large as it says: memcheck sees a byte more. */                    \
            options = malloc(size);                                                          \
            IS(m2f_##kind##_options_init(options, size), OK);                                \
            if (options->struct_size != size) {                                              \
                fault(__LINE__, #kind, "struct_size");                                       \
            }                                                                                \
            free(options);                                                                   \
        }                                                                                    \
    } while (0)

static void sizes(void) {
    static const size_t wrong[] = {0, 1, 2, 3, 4, 7, 9, 10, SIZE_MAX, SIZE_MAX - 3, (size_t)UINT32_MAX + 1};
    SIZES(runtime);
    SIZES(model);
    SIZES(identity);
    SIZES(session);
    SIZES(style);
    SIZES(keyframe);
    SIZES(adjustment);
    SIZES(binding);
    SIZES(solver);
}

static void without_handles(void) {
    uint32_t u;
    double d;
    size_t n;
    m2f_device_info info;
    m2f_runtime_destroy(NULL);
    m2f_model_destroy(NULL);
    m2f_identity_destroy(NULL);
    m2f_session_destroy(NULL);
    m2f_result_destroy(NULL);
    m2f_binding_destroy(NULL);
    m2f_solver_destroy(NULL);
    WRONG(m2f_device_count(NULL));
    WRONG(m2f_device_describe(0, NULL, sizeof info));
    TRY(m2f_device_describe(UINT32_MAX, &info, sizeof info));
    WRONG(m2f_runtime_create(NULL, NULL));
    WRONG(m2f_runtime_backend_name(NULL, NULL, 0, &n));
    WRONG(m2f_runtime_backend_reason(NULL, NULL, 0, &n));
    WRONG(m2f_runtime_gpu_memory(NULL, NULL, NULL));
    WRONG(m2f_runtime_trim(NULL));
    WRONG(m2f_runtime_set_gpu_budget_ms(NULL, 1));
    WRONG(m2f_runtime_read_pipeline_cache(NULL, NULL, 0, &n));
    WRONG(m2f_runtime_next_log(NULL, &u, NULL, 0, &n));
    WRONG(m2f_model_create(NULL, NULL, &model));
    WRONG(m2f_model_vertex_count(NULL, &u));
    WRONG(m2f_model_weight_name(NULL, 0, NULL, 0, &n));
    WRONG(m2f_model_read_eye_range_rad(NULL, NULL, 0, &n));
    WRONG(m2f_model_read_uv(NULL, NULL, 0, &n));
    WRONG(m2f_model_part_count(NULL, &u));
    WRONG(m2f_model_read_texcoord(NULL, NULL, 0, &n));
    WRONG(m2f_model_read_texture(NULL, 0, NULL, 0, &n));
    WRONG(m2f_identity_describe_part(NULL, 0, NULL, 0));
    WRONG(m2f_model_find_faces(NULL, NULL, 0, NULL, 0, &n));
    WRONG(m2f_model_warm_up(NULL, 1));
    WRONG(m2f_expression_count(NULL));
    WRONG(m2f_identity_create(NULL, NULL, &identity));
    WRONG(m2f_identity_read_vertices_mm(NULL, NULL, 0, &n));
    WRONG(m2f_identity_read_blendshapes_mm(NULL, NULL, 0, &n));
    WRONG(m2f_session_create(NULL, NULL, &session));
    WRONG(m2f_session_push_f32(NULL, sound, 1));
    WRONG(m2f_session_push_i16(NULL, NULL, 1));
    WRONG(m2f_session_finish(NULL));
    WRONG(m2f_session_finish_together(NULL, 1));
    WRONG(m2f_session_step(NULL, 0));
    WRONG(m2f_session_wait(NULL, 0));
    WRONG(m2f_session_cancel(NULL));
    WRONG(m2f_session_progress(NULL, NULL));
    WRONG(m2f_session_pull(NULL, &result));
    WRONG(m2f_session_add_style(NULL, NULL, &u));
    WRONG(m2f_session_add_keyframe(NULL, NULL, &u));
    WRONG(m2f_session_isolate_styles(NULL, 1));
    WRONG(m2f_session_set_guidance_curve(NULL, 0, NULL, NULL, 0));
    WRONG(m2f_result_duration_s(NULL, &d));
    WRONG(m2f_result_frame_count(NULL, 0, &u));
    WRONG(m2f_result_sample(NULL, 0, values, 52, NULL, NULL, 0));
    WRONG(m2f_result_read_weights(NULL, 0, 0, 1, values, ROOM, &n));
    WRONG(m2f_result_read_offsets_mm(NULL, 0, 0, 1, values, ROOM, &n));
    WRONG(m2f_result_set_channel(NULL, 0, NULL));
    WRONG(m2f_result_adjust(NULL, NULL, &result));
    WRONG(m2f_result_revise(NULL, NULL, 0, 1, &session));
    WRONG(m2f_result_compose(NULL, 1, 0, &result));
    WRONG(m2f_binding_create(NULL, NULL, NULL));
    WRONG(m2f_solver_create(NULL, NULL, NULL));
    for (uint32_t status = 0; status < 40; status++) {
        if (m2f_status_name(status)[0] == '\0') {
            fault(__LINE__, "m2f_status_name", "is empty");
        }
    }
}

static int32_t failing_read(uint64_t offset, uint8_t *buffer, size_t size, void *user) {
    (void)offset;
    (void)buffer;
    (void)size;
    (void)user;
    return -5;
}

#define ODD_RUNTIME(field, value)                                           \
    do {                                                                    \
        odd = options;                                                      \
        odd.field = value;                                                  \
        MAY_MAKE(m2f_runtime, runtime, m2f_runtime_create(&odd, &runtime)); \
    } while (0)

static void odd_runtimes(void) {
    m2f_runtime_options options, odd;
    IS(m2f_runtime_options_init(&options, sizeof options), OK);
    options.backend = M2F_BACKEND_CPU;
    options.thread_count = 0;
    for (size_t i = 0; i < COUNT(ODD_COUNTS); i++) {
        /* The greatest is the number of cores. */
        ODD_RUNTIME(thread_count, ODD_COUNTS[i] == UINT32_MAX ? 257 : ODD_COUNTS[i]);
        ODD_RUNTIME(flags, ODD_COUNTS[i]);
        ODD_RUNTIME(log_level, ODD_COUNTS[i]);
        ODD_RUNTIME(backend, ODD_COUNTS[i] < 3 ? 7 : ODD_COUNTS[i]);
    }
    ODD_RUNTIME(struct_size, 7);
    ODD_RUNTIME(pipeline_cache_size, 10);
}

static void odd_models(const char *pack) {
    static const char *const paths[] = {"", "/", "\xff\xfe", "/nonexistent", "/dev/zero", "/dev/null"};
    m2f_model_options source, odd;
    m2f_model *other = NULL;
    uint32_t u;
    size_t n;
    WRONG(m2f_runtime_backend_name(runtime, NULL, 5, &n));
    WRONG(m2f_runtime_backend_name(runtime, NULL, 0, NULL));
    IS(m2f_runtime_read_pipeline_cache(runtime, NULL, 0, &n), UNSUPPORTED);
    IS(m2f_model_options_init(&source, sizeof source), OK);
    WRONG(m2f_model_create(runtime, NULL, &other));
    WRONG(m2f_model_create(runtime, &source, NULL));
    for (size_t i = 0; i < COUNT(paths); i++) {
        odd = source;
        odd.path = paths[i];
        if (TRY(m2f_model_create(runtime, &odd, &other))) {
            fault(__LINE__, paths[i], "is a model");
        }
    }
    odd = source;
    odd.data = (const uint8_t *)sound;
    odd.data_size = UINT64_MAX;
    WRONG(m2f_model_create(runtime, &odd, &other));
    odd.data_size = 5;
    IS(m2f_model_create(runtime, &odd, &other), INVALID_PACK);
    odd = source;
    odd.read = failing_read;
    odd.read_size = 4096;
    IS(m2f_model_create(runtime, &odd, &other), IO);
    odd = source;
    odd.path = pack;
    odd.reserved = 1;
    WRONG(m2f_model_create(runtime, &odd, &other));
    odd = source;
    odd.path = pack;
    odd.face_finder_path = "/nonexistent";
    IS(m2f_model_create(runtime, &odd, &other), IO);
    odd.face_finder_path = pack;
    IS(m2f_model_create(runtime, &odd, &other), MISSING_PART);
    odd.face_finder_data = (const uint8_t *)sound;
    WRONG(m2f_model_create(runtime, &odd, &other));
    odd.face_finder_path = NULL;
    odd.face_finder_size = UINT64_MAX;
    WRONG(m2f_model_create(runtime, &odd, &other));
    odd.face_finder_size = 5;
    IS(m2f_model_create(runtime, &odd, &other), INVALID_PACK);
    odd.face_finder_data = NULL;
    odd.face_finder_read = failing_read;
    odd.face_finder_read_size = 4096;
    IS(m2f_model_create(runtime, &odd, &other), IO);
    IS(m2f_model_find_faces(model, (const uint8_t *)sound, 5, NULL, 0, &n), MISSING_PART);
    IS(m2f_model_vertex_count(model, &vertices), OK);
    WRONG(m2f_model_fps(model, NULL));
    IS(m2f_model_weight_name(model, 0, (char *)values, 0, &n), BUFFER_TOO_SMALL);
    WRONG(m2f_model_weight_name(model, UINT32_MAX, NULL, 0, &n));
    IS(m2f_model_part_count(model, &u), OK);
    WRONG(m2f_model_part_count(model, NULL));
    IS(m2f_model_read_texcoord(model, values, ROOM, &n), MISSING_PART);
    WRONG(m2f_model_read_texture(model, 0, NULL, 0, &n));
    WRONG(m2f_model_read_triangles(model, (uint32_t *)((char *)values + 1), ROOM - 1, &n));
    IS(m2f_model_read_eye_range_rad(model, values, 3, &n), BUFFER_TOO_SMALL);
    WRONG(m2f_model_warm_up(model, INFINITY));
}

static void faces(void) {
    m2f_identity_options options, odd;
    m2f_identity *other = NULL;
    m2f_mesh_part part;
    char name[300];
    const char *names[2] = {name, NULL};
    float shares[2] = {1, 1};
    size_t n;
    IS(m2f_identity_options_init(&options, sizeof options), OK);
    WRONG(m2f_identity_create(model, NULL, NULL));
    IS(m2f_identity_create(model, NULL, &identity), OK);
    IS(m2f_identity_read_vertices_mm(identity, mesh, 3 * vertices - 1, &n), BUFFER_TOO_SMALL);
    IS(m2f_identity_read_vertices_mm(identity, mesh, ROOM, &n), OK);
    IS(m2f_model_identity_name(model, 0, name, sizeof name, &n), OK);
    IS(m2f_identity_describe_part(identity, 0, &part, sizeof part), OK);
    IS(m2f_identity_describe_part(identity, 0, &part, 3), INVALID_STRUCT_SIZE);
    WRONG(m2f_identity_describe_part(identity, UINT32_MAX, &part, sizeof part));
    WRONG(m2f_identity_describe_part(identity, 0, NULL, sizeof part));
    odd = options;
    odd.name = "nobody";
    IS(m2f_identity_create(model, &odd, &other), MISSING_PART);
    odd.name = "\x80";
    IS(m2f_identity_create(model, &odd, &other), INVALID_UTF8);
    odd = options;
    odd.vertices_mm = mesh;
    for (size_t i = 0; i < COUNT(ODD); i++) {
        float kept = mesh[5];
        odd.vertex_count = ODD_COUNTS[i];
        WRONG(m2f_identity_create(model, &odd, &other));
        odd.vertex_count = vertices;
        mesh[5] = ODD[i];
        MAY_MAKE(m2f_identity, other, m2f_identity_create(model, &odd, &other));
        mesh[5] = kept;
    }
    odd = options;
    odd.mix_count = 1;
    WRONG(m2f_identity_create(model, &odd, &other));
    odd.mix_names = names;
    WRONG(m2f_identity_create(model, &odd, &other));
    odd.mix_weights = shares;
    odd.mix_count = 2;
    WRONG(m2f_identity_create(model, &odd, &other));
    odd.mix_count = 1;
    for (size_t i = 0; i < COUNT(ODD); i++) {
        shares[0] = ODD[i];
        MAY_MAKE(m2f_identity, other, m2f_identity_create(model, &odd, &other));
    }
}

#define ODD_SESSION(field, value)                                                      \
    do {                                                                               \
        odd = options;                                                                 \
        odd.field = value;                                                             \
        MAY_MAKE(m2f_session, other, m2f_session_create(model, &odd, &other));         \
    } while (0)

/* A session whose job is done. */
static void session_done(void) {
    m2f_session_options options, odd;
    m2f_session *other = NULL;
    const m2f_session *twice[2];
    IS(m2f_session_options_init(&options, sizeof options), OK);
    options.step_count = 1;
    for (size_t i = 0; i < COUNT(ODD); i++) {
        ODD_SESSION(eta, ODD[i]);
        ODD_SESSION(guidance_audio, ODD[i]);
        ODD_SESSION(guidance_style, ODD[i]);
        ODD_SESSION(style_strength, ODD[i]);
        ODD_SESSION(noise_scale, ODD[i]);
        ODD_SESSION(tail_s, ODD[i]);
        ODD_SESSION(sample_rate_hz, ODD_COUNTS[i]);
        ODD_SESSION(channel_count, ODD_COUNTS[i]);
        ODD_SESSION(step_count, ODD_COUNTS[i]);
        ODD_SESSION(editable, ODD_COUNTS[i]);
        ODD_SESSION(repaint_loops, ODD_COUNTS[i]);
        ODD_SESSION(pack_adjustments, ODD_COUNTS[i]);
        ODD_SESSION(no_default_style, ODD_COUNTS[i]);
        ODD_SESSION(struct_size, ODD_COUNTS[i] % (uint32_t)sizeof options);
        ODD_SESSION(style_code_count, ODD_COUNTS[i]);
        ODD_SESSION(style_picture_size, ODD_COUNTS[i]);
    }
    ODD_SESSION(style_text, "\xff");
    ODD_SESSION(style_picture, (const uint8_t *)sound);
    WRONG(m2f_session_create(model, &options, NULL));
    IS(m2f_session_create(model, &options, &session), OK);
    IS(m2f_session_wait(session, 0), INVALID_STATE);
    IS(m2f_session_step(session, 0), INVALID_STATE);
    IS(m2f_session_pull(session, &result), INVALID_STATE);
    IS(m2f_session_finish(session), INVALID_AUDIO);
    WRONG(m2f_session_pull(session, NULL));
    WRONG(m2f_session_push_f32(session, NULL, 1));
    IS(m2f_session_push_f32(session, NULL, 0), OK);
    WRONG(m2f_session_push_f32(session, sound, SIZE_MAX));
    WRONG(m2f_session_push_f32(session, sound, SIZE_MAX / 4));
    WRONG(m2f_session_push_f32(session, (const float *)((const char *)sound + 1), 4));
    sound[100] = NAN;
    IS(m2f_session_push_f32(session, sound, SAMPLES), INVALID_AUDIO);
    sound[100] = 0.1f;
    IS(m2f_session_push_f32(session, sound, SAMPLES), OK);
    twice[0] = session;
    twice[1] = session;
    WRONG(m2f_session_finish_together(twice, 2));
    WRONG(m2f_session_finish_together(twice, 0));
    WRONG(m2f_session_finish_together(twice, SIZE_MAX / 4));
    twice[1] = NULL;
    WRONG(m2f_session_finish_together(twice, 2));
    IS(m2f_session_finish(session), OK);
    IS(m2f_session_finish(session), INVALID_STATE);
    IS(m2f_session_push_f32(session, sound, 1), INVALID_STATE);
    IS(m2f_session_wait(session, M2F_WAIT_FOREVER), OK);
    WRONG(m2f_session_progress(session, NULL));
}

/* Places in the chart and blendshapes. */
static void meshes(void) {
    m2f_binding_options place, odd_place;
    m2f_solver_options shapes, odd_shapes;
    m2f_binding *binding = NULL;
    m2f_solver *solver = NULL;
    float uv[6] = {0.4f, 0.5f, 0.5f, 0.5f, 0.45f, 0.6f};
    float points[9] = {0, 0, 50, 1, 0, 50, 0, 1, 50};
    const char *names[2] = {"a", "b"};
    IS(m2f_binding_options_init(&place, sizeof place), OK);
    WRONG(m2f_binding_create(model, NULL, &binding));
    WRONG(m2f_binding_create(model, &place, &binding));
    place.vertex_count = 3;
    WRONG(m2f_binding_create(model, &place, &binding));
    place.uv = uv;
    WRONG(m2f_binding_create(model, &place, NULL));
    odd_place = place;
    odd_place.vertices_mm = points;
    IS(m2f_solver_options_init(&shapes, sizeof shapes), OK);
    WRONG(m2f_solver_create(model, NULL, &solver));
    shapes.shape_count = 2;
    WRONG(m2f_solver_create(model, &shapes, &solver));
    shapes.names = names;
    WRONG(m2f_solver_create(model, &shapes, &solver));
    shapes.offsets_mm = mesh;
    WRONG(m2f_solver_create(model, &shapes, NULL));
    odd_shapes = shapes;
    odd_shapes.shape_count = UINT32_MAX;
    WRONG(m2f_solver_create(model, &odd_shapes, &solver));
    names[1] = "a";
    WRONG(m2f_solver_create(model, &shapes, &solver));
    names[1] = NULL;
    WRONG(m2f_solver_create(model, &shapes, &solver));
    names[1] = "b";
    for (size_t i = 0; i < COUNT(ODD); i++) {
        float kept = mesh[8];
        uv[1] = ODD[i];
        MAY_MAKE(m2f_binding, binding, m2f_binding_create(model, &place, &binding));
        uv[1] = 0.5f;
        points[4] = ODD[i];
        MAY_MAKE(m2f_binding, binding, m2f_binding_create(model, &odd_place, &binding));
        mesh[8] = ODD[i];
        MAY_MAKE(m2f_solver, solver, m2f_solver_create(model, &shapes, &solver));
        mesh[8] = kept;
        odd_shapes = shapes;
        odd_shapes.smoothing_s = ODD[i];
        MAY_MAKE(m2f_solver, solver, m2f_solver_create(model, &odd_shapes, &solver));
        odd_shapes = shapes;
        odd_shapes.sparsity = ODD[i];
        MAY_MAKE(m2f_solver, solver, m2f_solver_create(model, &odd_shapes, &solver));
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        return 2;
    }
    sizes();
    without_handles();
    odd_runtimes();
    open_model(argv[1], 0);
    odd_models(argv[1]);
    faces();
    session_done();
    meshes();
    m2f_session_destroy(session);
    m2f_identity_destroy(identity);
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
    return told("misuse");
}
