/*
 * Counts past their limits: refused before the host's array is read. Every array ends where memory ends, and every count says
 * that it is longer.
 *
 *     caps PACK
 */
#define _DEFAULT_SOURCE
#include <media2face.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define HALF ((size_t)1 << 21)

static m2f_model *model;
static m2f_session *session;
static m2f_result *result;

/* `bytes` zero bytes, the last of which is the last that may be read. */
static void *edge(size_t bytes) {
    char *memory = mmap(NULL, 2 * HALF, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory + HALF, HALF, PROT_NONE) != 0) {
        return NULL;
    }
    return memory + HALF - bytes;
}

static m2f_status shapes(void) {
    m2f_solver_options options;
    m2f_solver *out = NULL;
    m2f_solver_options_init(&options, sizeof options);
    options.names = edge(sizeof(char *));
    options.offsets_mm = edge(sizeof(float));
    options.shape_count = 1025;
    return m2f_solver_create(model, &options, &out);
}

static m2f_status targets(void) {
    m2f_adjustment_options options;
    m2f_result *out = NULL;
    m2f_adjustment_options_init(&options, sizeof options);
    options.targets = edge(sizeof(m2f_gaze_target));
    options.target_count = 4097;
    return m2f_result_adjust(result, &options, &out);
}

static m2f_status channels(void) {
    m2f_adjustment_options options;
    m2f_result *out = NULL;
    m2f_adjustment_options_init(&options, sizeof options);
    options.channel_names = edge(sizeof(char *));
    options.channels = edge(sizeof(m2f_channel));
    options.channel_count = UINT32_MAX;
    return m2f_result_adjust(result, &options, &out);
}

static m2f_status parts(void) {
    m2f_result *out = NULL;
    return m2f_result_compose(edge(sizeof(m2f_part)), 4097, 0, &out);
}

static m2f_status curve(void) {
    return m2f_session_set_guidance_curve(session, M2F_GUIDANCE_AUDIO, edge(sizeof(double)), edge(sizeof(float)), 65537);
}

static m2f_status mix(void) {
    m2f_identity_options options;
    m2f_identity *out = NULL;
    m2f_identity_options_init(&options, sizeof options);
    options.mix_names = edge(sizeof(char *));
    options.mix_weights = edge(sizeof(float));
    options.mix_count = 1u << 20;
    return m2f_identity_create(model, &options, &out);
}

static m2f_status vertices(void) {
    m2f_identity_options options;
    m2f_identity *out = NULL;
    m2f_identity_options_init(&options, sizeof options);
    options.vertices_mm = edge(sizeof(float));
    options.vertex_count = UINT32_MAX;
    return m2f_identity_create(model, &options, &out);
}

static m2f_status coordinates(void) {
    m2f_binding_options options;
    m2f_binding *out = NULL;
    m2f_binding_options_init(&options, sizeof options);
    options.uv = edge(sizeof(float));
    options.vertex_count = UINT32_MAX;
    return m2f_binding_create(model, &options, &out);
}

static m2f_status keyframe(int which) {
    m2f_keyframe_options options;
    m2f_keyframe_options_init(&options, sizeof options);
    if (which == 0) {
        options.mesh_mm = edge(sizeof(float));
        options.mesh_count = UINT64_MAX;
    } else if (which == 1) {
        options.latent = edge(sizeof(float));
        options.latent_count = UINT64_MAX / 8;
    } else if (which == 2) {
        options.weights = edge(sizeof(float));
        options.weight_count = (uint64_t)1 << 40;
    } else {
        options.picture = edge(12);
        options.picture_size = (uint64_t)1 << 44;
    }
    return m2f_session_add_keyframe(session, &options, NULL);
}
static m2f_status mesh(void) { return keyframe(0); }
static m2f_status latent(void) { return keyframe(1); }
static m2f_status weights(void) { return keyframe(2); }
static m2f_status face(void) { return keyframe(3); }

static m2f_status code(void) {
    m2f_style_options options;
    m2f_style_options_init(&options, sizeof options);
    options.code = edge(sizeof(float));
    options.code_count = (uint64_t)1 << 30;
    return m2f_session_add_style(session, &options, NULL);
}

static m2f_status picture(void) {
    m2f_style_options options;
    m2f_style_options_init(&options, sizeof options);
    options.picture = edge(12);
    options.picture_size = UINT64_MAX;
    return m2f_session_add_style(session, &options, NULL);
}

/* Letters up to the end of memory, and no NUL: one more than a text may have. */
static m2f_status text(void) {
    m2f_style_options options;
    const size_t letters = ((size_t)1 << 20) + 1;
    char *all = edge(letters);
    if (all == NULL) {
        return M2F_STATUS_OK;
    }
    memset(all, 'a', letters);
    m2f_style_options_init(&options, sizeof options);
    options.text = all;
    return m2f_session_add_style(session, &options, NULL);
}

static m2f_status together(void) {
    return m2f_session_finish_together(edge(sizeof(m2f_session *)), 4097);
}

static m2f_status cache(void) {
    m2f_runtime_options options;
    m2f_runtime *out = NULL;
    m2f_runtime_options_init(&options, sizeof options);
    options.pipeline_cache = edge(1);
    options.pipeline_cache_size = UINT64_MAX;
    return m2f_runtime_create(&options, &out);
}

static int refused(const char *name, m2f_status (*call)(void)) {
    const m2f_status status = call();
    if (status == M2F_STATUS_INVALID_ARGUMENT && strstr(m2f_last_error(), "at most") != NULL) {
        return 0;
    }
    printf("%s: %s: %s\n", name, m2f_status_name(status), m2f_last_error());
    return 1;
}
#define REFUSED(call) faults += refused(#call, call)

int main(int argc, char **argv) {
    static const float sound[800] = {0.1f, -0.1f};
    m2f_runtime *runtime = NULL;
    m2f_runtime_options runtime_options;
    m2f_model_options model_options;
    m2f_session_options options;
    m2f_session *first = NULL;
    int faults = 0;
    if (argc != 2) {
        fprintf(stderr, "caps PACK\n");
        return 2;
    }
    m2f_runtime_options_init(&runtime_options, sizeof runtime_options);
    runtime_options.thread_count = 0;
    runtime_options.backend = M2F_BACKEND_CPU;
    m2f_model_options_init(&model_options, sizeof model_options);
    model_options.path = argv[1];
    m2f_session_options_init(&options, sizeof options);
    options.step_count = 1;
    if (m2f_runtime_create(&runtime_options, &runtime) || m2f_model_create(runtime, &model_options, &model)
        || m2f_session_create(model, &options, &first) || m2f_session_push_f32(first, sound, 800) || m2f_session_finish(first)
        || m2f_session_wait(first, M2F_WAIT_FOREVER) || m2f_session_pull(first, &result)
        || m2f_session_create(model, &options, &session)) {
        fprintf(stderr, "%s\n", m2f_last_error());
        return 1;
    }
    REFUSED(shapes);
    REFUSED(targets);
    REFUSED(channels);
    REFUSED(parts);
    REFUSED(curve);
    REFUSED(mix);
    REFUSED(vertices);
    REFUSED(coordinates);
    REFUSED(mesh);
    REFUSED(latent);
    REFUSED(weights);
    REFUSED(face);
    REFUSED(code);
    REFUSED(picture);
    REFUSED(together);
    REFUSED(cache);
    REFUSED(text);
    m2f_session_destroy(first);
    m2f_session_destroy(session);
    m2f_result_destroy(result);
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
    printf("caps: %d faults\n", faults);
    return faults != 0;
}
