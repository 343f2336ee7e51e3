/*
 * A host that does everything wrong, second half: odd numbers in styles, keyframes, reads, layers and compositions. Every call
 * answers as in tests/c/misuse.c, and what is read is finite.
 *
 *     odd PACK
 */
#define _POSIX_C_SOURCE 200809L
#include "misuse.h"

static float values[ROOM], mesh[ROOM];
static uint32_t weights, vertices;
static m2f_session *session;
static m2f_result *result, *other;

static void finite(int line, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            fault(line, "a value", "is not finite");
            return;
        }
    }
}

static void neutral(void) {
    m2f_identity *identity = NULL;
    size_t n;
    IS(m2f_identity_create(model, NULL, &identity), OK);
    IS(m2f_identity_read_vertices_mm(identity, mesh, ROOM, &n), OK);
    m2f_identity_destroy(identity);
}

static void styles(void) {
    m2f_style_options style, odd;
    uint32_t u;
    IS(m2f_style_options_init(&style, sizeof style), OK);
    WRONG(m2f_session_add_style(session, &style, &u));
    WRONG(m2f_session_add_style(session, NULL, &u));
    style.text = "sad";
    IS(m2f_session_add_style(session, &style, NULL), OK);
    WRONG(m2f_session_set_style(session, 99, &style));
    WRONG(m2f_session_set_style(session, UINT32_MAX, &style));
    odd = style;
    odd.code = values;
    WRONG(m2f_session_set_style(session, 0, &odd));
    odd = style;
    odd.text = "\xff";
    IS(m2f_session_set_style(session, 0, &odd), INVALID_UTF8);
    for (size_t i = 0; i < COUNT(ODD_S); i++) {
        double times[2] = {0, 0};
        float levels[2] = {1, 1};
        times[1] = ODD_S[i];
        levels[1] = ODD[i];
        TRY(m2f_session_set_guidance_curve(session, 0, times, levels, 2));
#define ODD_STYLE(field, value)                            \
    do {                                                   \
        odd = style;                                       \
        odd.field = value;                                 \
        TRY(m2f_session_set_style(session, 0, &odd));      \
    } while (0)
        ODD_STYLE(start_s, ODD_S[i]);
        ODD_STYLE(end_s, ODD_S[i]);
        ODD_STYLE(ramp_s, ODD_S[i]);
        ODD_STYLE(strength, ODD[i]);
        TRY(m2f_session_set_style_strength(session, 0, ODD[i]));
    }
    IS(m2f_session_set_guidance_curve(session, 0, NULL, NULL, 0), OK);
    WRONG(m2f_session_set_guidance_curve(session, 2, NULL, NULL, 0));
    WRONG(m2f_session_set_guidance_curve(session, 0, NULL, values, 1));
    WRONG(m2f_session_set_guidance_curve(session, 0, ODD_S, values, SIZE_MAX / 8));
    WRONG(m2f_session_isolate_styles(session, 2));
    IS(m2f_session_set_style(session, 0, &style), OK);
}

static void keyframes(void) {
    m2f_keyframe_options key, odd;
    /* As many as any count below. */
    static float face[2000];
    float head[M2F_HEAD_FLOATS] = {0, 0, 0, 1, 0, 0, 0};
    uint32_t u;
    IS(m2f_keyframe_options_init(&key, sizeof key), OK);
    WRONG(m2f_session_add_keyframe(session, &key, &u));
    WRONG(m2f_session_add_keyframe(session, NULL, &u));
    key.weights = face;
    key.weight_count = weights;
    key.head = head;
    IS(m2f_session_add_keyframe(session, &key, &u), OK);
#define ODD_KEY(field, value)                              \
    do {                                                   \
        odd = key;                                         \
        odd.field = value;                                 \
        TRY(m2f_session_set_keyframe(session, 0, &odd));   \
    } while (0)
    for (size_t i = 0; i < COUNT(ODD_S); i++) {
        float kept = mesh[7];
        ODD_KEY(start_s, ODD_S[i]);
        ODD_KEY(end_s, ODD_S[i]);
        ODD_KEY(ramp_s, ODD_S[i]);
        ODD_KEY(hold, ODD[i]);
        ODD_KEY(weight_count, weights + 1 + ODD_COUNTS[i] % 1000);
        ODD_KEY(picture_parts, ODD_COUNTS[i]);
        face[3] = ODD[i];
        TRY(m2f_session_set_keyframe(session, 0, &key));
        face[3] = 0;
        for (int j = 0; j < M2F_HEAD_FLOATS; j++) {
            float before = head[j];
            head[j] = ODD[i];
            TRY(m2f_session_set_keyframe(session, 0, &key));
            head[j] = before;
        }
        mesh[7] = ODD[i];
        odd = key;
        odd.weights = NULL;
        odd.mesh_mm = mesh;
        odd.mesh_count = 3 * (uint64_t)vertices;
        TRY(m2f_session_set_keyframe(session, 0, &odd));
        mesh[7] = kept;
    }
    head[3] = 0;
    WRONG(m2f_session_set_keyframe(session, 0, &key));
    head[3] = 1;
    odd = key;
    odd.expression = "nothing";
    TRY(m2f_session_set_keyframe(session, 0, &odd));
    IS(m2f_session_set_keyframe(session, 0, &key), OK);
}

static void animated(void) {
    m2f_session_options options;
    IS(m2f_session_options_init(&options, sizeof options), OK);
    options.step_count = 1;
    IS(m2f_session_create(model, &options, &session), OK);
    IS(m2f_session_push_f32(session, sound, SAMPLES), OK);
    styles();
    keyframes();
    IS(m2f_session_finish(session), OK);
    IS(m2f_session_wait(session, M2F_WAIT_FOREVER), OK);
    IS(m2f_session_pull(session, &result), OK);
    IS(m2f_session_set_style_strength(session, 0, 1), INVALID_STATE);
}

/* As loud as floats go: the clip may fail, with an answer. */
static void loud(void) {
    m2f_session *screaming = NULL;
    IS(m2f_session_create(model, NULL, &screaming), OK);
    sound[100] = FLT_MAX;
    sound[101] = 1e-45f;
    sound[102] = -FLT_MAX;
    if (TRY(m2f_session_push_f32(screaming, sound, SAMPLES / 4)) && TRY(m2f_session_finish(screaming))) {
        TRY(m2f_session_wait(screaming, M2F_WAIT_FOREVER));
    }
    sound[100] = sound[101] = sound[102] = 0;
    m2f_session_destroy(screaming);
}

static void reads(void) {
    static const float rates[] = {NAN, INFINITY, -INFINITY, -1, 0, -0.0f, 0.5f, 0.999f, 1, 1000, 1000.1f, 1e-45f, FLT_MAX, 29.97f};
    m2f_channel channel = {1, 0, 0, 1};
    double d;
    size_t n;
    WRONG(m2f_result_duration_s(result, NULL));
    WRONG(m2f_result_set_channel(result, weights, &channel));
    WRONG(m2f_result_set_channel(result, 0, NULL));
    IS(m2f_result_duration_s(result, &d), OK);
    for (size_t i = 0; i < COUNT(rates); i++) {
        uint32_t frames = 0;
        TRY(m2f_result_frame_count(result, rates[i], &frames));
        for (int j = 0; j < 36; j++) {
            const uint32_t odd[] = {0, 1, frames - 1, frames, frames + 1, UINT32_MAX};
            const uint32_t first = odd[j / 6], count = odd[j % 6];
            TRY(m2f_result_read_weights(result, rates[i], first, count, NULL, 0, &n));
            TRY(m2f_result_read_heads(result, rates[i], first, count, values, 7, &n));
            TRY(m2f_result_read_offsets_mm(result, rates[i], first, count, NULL, 0, &n));
            TRY(m2f_result_read_normals(result, rates[i], first, count, values, 1, NULL));
        }
    }
    for (size_t i = 0; i < 4 * COUNT(ODD); i++) {
        float *fields[4];
        channel.gain = channel.maximum = 1;
        channel.offset = channel.minimum = 0;
        fields[0] = &channel.gain;
        fields[1] = &channel.offset;
        fields[2] = &channel.minimum;
        fields[3] = &channel.maximum;
        *fields[i % 4] = ODD[i / 4];
        TRY(m2f_result_set_channel(result, 3, &channel));
        IS(m2f_result_read_weights(result, 0, 0, 2, values, 2 * weights, &n), OK);
        finite(__LINE__, n);
    }
    for (size_t i = 0; i < COUNT(ODD_S); i++) {
        if (TRY(m2f_result_sample(result, ODD_S[i], values, weights, values + weights, NULL, 0))) {
            finite(__LINE__, weights + M2F_HEAD_FLOATS);
        }
        TRY(m2f_result_sample(result, ODD_S[i], values, weights - 1, NULL, NULL, 0));
        TRY(m2f_result_sample(result, ODD_S[i], NULL, weights, NULL, NULL, 0));
    }
}

/* Adjusts; what comes out is finite. */
static void adjust(int line, const m2f_adjustment_options *options) {
    size_t n;
    if (answered(line, "m2f_result_adjust", m2f_result_adjust(result, options, &other), ANY)) {
        IS(m2f_result_read_weights(other, 0, 0, 5, values, ROOM, &n), OK);
        finite(line, n);
        IS(m2f_result_read_heads(other, 0, 0, 5, values, ROOM, &n), OK);
        finite(line, n);
        m2f_result_destroy(other);
        other = NULL;
    }
}

#define ODD_ADJUSTMENT(field, value)  \
    do {                              \
        odd = options;                \
        odd.field = value;            \
        adjust(__LINE__, &odd);        \
    } while (0)

static void layers(void) {
    m2f_adjustment_options options, odd;
    m2f_gaze_target target;
    const char *names[1] = {NULL};
    IS(m2f_adjustment_options_init(&options, sizeof options), OK);
    for (size_t i = 0; i < COUNT(ODD); i++) {
        ODD_ADJUSTMENT(expression_gain, ODD[i]);
        ODD_ADJUSTMENT(head_gain, ODD[i]);
        ODD_ADJUSTMENT(smoothing_s, ODD[i]);
        ODD_ADJUSTMENT(head_smoothing_s, ODD[i]);
        ODD_ADJUSTMENT(blink_limit, ODD[i]);
        ODD_ADJUSTMENT(blinks_per_minute, ODD[i]);
        ODD_ADJUSTMENT(gaze_gain, ODD[i]);
        ODD_ADJUSTMENT(gaze_limit_rad, ODD[i]);
        ODD_ADJUSTMENT(saccades_per_minute, ODD[i]);
        ODD_ADJUSTMENT(saccade_rad, ODD[i]);
        ODD_ADJUSTMENT(eye_range_rad[i % 4], ODD[i]);
        for (int j = 0; j < 6; j++) {
            const m2f_gaze_target usual = {0, 0.5, 0.1f, 0.1f, 0.5f, 0.2f};
            target = usual;
            target.start_s = j == 0 ? (double)ODD[i] : target.start_s;
            target.end_s = j == 1 ? (double)ODD[i] : target.end_s;
            target.yaw_rad = j == 2 ? ODD[i] : target.yaw_rad;
            target.pitch_rad = j == 3 ? ODD[i] : target.pitch_rad;
            target.head_share = j == 4 ? ODD[i] : target.head_share;
            target.ramp_s = j == 5 ? ODD[i] : target.ramp_s;
            odd = options;
            odd.targets = &target;
            odd.target_count = 1;
            adjust(__LINE__, &odd);
        }
    }
    odd = options;
    odd.target_count = 1;
    WRONG(m2f_result_adjust(result, &odd, &other));
    odd.targets = &target;
    odd.target_count = UINT64_MAX;
    WRONG(m2f_result_adjust(result, &odd, &other));
    odd = options;
    odd.channel_count = 1;
    WRONG(m2f_result_adjust(result, &odd, &other));
    odd.channel_names = names;
    WRONG(m2f_result_adjust(result, &odd, &other));
    WRONG(m2f_result_adjust(result, NULL, NULL));
}

static void edits(void) {
    m2f_part parts[2];
    m2f_session *revision = NULL;
    parts[0].result = parts[1].result = result;
    parts[0].start_s = parts[1].start_s = 0;
    parts[0].end_s = parts[1].end_s = 1;
    WRONG(m2f_result_compose(parts, 0, 0, &other));
    WRONG(m2f_result_compose(parts, 2, 0, NULL));
    WRONG(m2f_result_compose(parts, SIZE_MAX, 0, &other));
    parts[1].result = NULL;
    WRONG(m2f_result_compose(parts, 2, 0, &other));
    parts[1].result = result;
    WRONG(m2f_result_revise(result, NULL, 0, 1, NULL));
    for (size_t i = 0; i < COUNT(ODD_S); i++) {
        MAY_MAKE(m2f_result, other, m2f_result_compose(parts, 2, ODD_S[i], &other));
        parts[1].start_s = ODD_S[i];
        MAY_MAKE(m2f_result, other, m2f_result_compose(parts, 2, 0.1, &other));
        parts[1].start_s = 0;
        parts[1].end_s = ODD_S[i];
        MAY_MAKE(m2f_result, other, m2f_result_compose(parts, 2, 0.1, &other));
        parts[1].end_s = 1;
        MAY_MAKE(m2f_session, revision, m2f_result_revise(result, NULL, ODD_S[i], 0.9, &revision));
        MAY_MAKE(m2f_session, revision, m2f_result_revise(result, NULL, 0.1, ODD_S[i], &revision));
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        return 2;
    }
    open_model(argv[1], 0);
    IS(m2f_model_weight_count(model, &weights), OK);
    IS(m2f_model_vertex_count(model, &vertices), OK);
    neutral();
    animated();
    loud();
    reads();
    layers();
    edits();
    m2f_result_destroy(result);
    m2f_session_destroy(session);
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
    return told("odd");
}
