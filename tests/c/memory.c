/*
 * The host has no memory: of a job's requests the n-th is refused, or all from the n-th on. Every call answers, nothing is
 * lost, and the next job goes well.
 *
 *     memory PACK POINTS   POINTS jobs of each kind, spread over all n; 0 for every n
 */
#include <media2face.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES 24000

static float sound[SAMPLES];
/* A PNG file of 16 by 16 grey pixels. */
static const unsigned char picture[] = {
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 16, 0, 0, 0, 16,
    8, 0, 0, 0, 0, 58, 152, 160, 189, 0, 0, 1, 11, 73, 68, 65, 84, 120, 218, 99, 96, 192, 0, 140,
    76, 204, 44, 172, 108, 236, 28, 156, 92, 220, 60, 188, 124, 252, 12, 12, 76, 44, 108, 28, 92, 60, 124, 2,
    66, 34, 98, 18, 82, 50, 114, 12, 12, 204, 108, 156, 60, 252, 66, 162, 18, 210, 114, 138, 42, 234, 90, 186,
    12, 12, 44, 28, 60, 2, 34, 18, 50, 10, 42, 26, 58, 6, 38, 22, 54, 12, 12, 172, 92, 252, 34, 146,
    114, 202, 26, 186, 70, 230, 54, 142, 110, 222, 12, 12, 108, 60, 66, 18, 114, 42, 90, 6, 102, 54, 78, 30,
    126, 33, 81, 12, 12, 236, 124, 162, 50, 202, 90, 134, 22, 246, 110, 190, 33, 209, 73, 153, 12, 12, 28, 2,
    18, 10, 26, 6, 22, 14, 30, 1, 17, 9, 25, 5, 21, 12, 12, 156, 66, 210, 42, 186, 102, 246, 30, 129,
    81, 201, 57, 165, 117, 237, 12, 12, 92, 34, 114, 26, 70, 54, 110, 1, 81, 41, 121, 21, 77, 61, 211, 24,
    24, 184, 197, 20, 117, 204, 157, 124, 35, 146, 243, 42, 91, 250, 103, 45, 101, 96, 224, 145, 80, 49, 176, 241,
    8, 73, 200, 169, 104, 153, 48, 103, 197, 22, 6, 6, 94, 41, 117, 19, 71, 191, 232, 140, 210, 166, 254, 57,
    43, 183, 29, 102, 96, 224, 147, 209, 178, 112, 11, 73, 42, 168, 235, 153, 181, 98, 219, 145, 75, 12, 12, 252,
    114, 186, 54, 222, 81, 153, 21, 237, 211, 150, 110, 57, 124, 233, 33, 0, 175, 94, 56, 65, 122, 170, 93, 55,
    0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
};
/* Requests so far, which of them is the first to be refused (0 for none), whether the later ones are too. */
static long requests, refused_from, sticky, refusals;
static long pieces;
static double bytes;

static void *take(size_t size, size_t alignment, void *user) {
    void *memory = NULL;
    (void)user;
    requests++;
    if (refused_from != 0 && (requests == refused_from || (sticky && requests > refused_from))) {
        refusals++;
        return NULL;
    }
    if (alignment < sizeof(void *)) {
        alignment = sizeof(void *);
    }
    /* aligned_alloc wants whole multiples. */
    memory = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory != NULL) {
        pieces++;
        bytes += (double)size;
    }
    return memory;
}

static void give(void *memory, size_t size, size_t alignment, void *user) {
    (void)alignment;
    (void)user;
    pieces--;
    bytes -= (double)size;
    free(memory);
}

static const char *failed_call;
static m2f_status failure;
static char failure_text[256];

static int call(const char *name, m2f_status status) {
    if (status == M2F_STATUS_OK) {
        return 0;
    }
    if (failure == M2F_STATUS_OK) {
        failed_call = name;
        failure = status;
        snprintf(failure_text, sizeof failure_text, "%s", m2f_last_error());
    }
    return 1;
}
#define TRY(expression) if (call(#expression, (expression))) goto end

/* What a game does with one line of speech, and an editor after it. */
static void job(const char *pack) {
    static float values[1 << 20];
    static const float weights[52] = {0};
    static const float head[M2F_HEAD_FLOATS] = {0, 0, 0, 1, 0, 0, 0};
    m2f_runtime *runtime = NULL;
    m2f_model *model = NULL;
    m2f_identity *identity = NULL;
    m2f_session *session = NULL, *revision = NULL;
    m2f_result *result = NULL, *adjusted = NULL, *composed = NULL;
    m2f_runtime_options runtime_options;
    m2f_model_options model_options;
    m2f_session_options options;
    m2f_style_options style;
    m2f_keyframe_options keyframe;
    m2f_adjustment_options adjustments;
    m2f_prompt_reading reading;
    m2f_part parts[2];
    uint32_t frames, number;
    size_t count;

    TRY(m2f_runtime_options_init(&runtime_options, sizeof runtime_options));
    runtime_options.thread_count = 0;
    runtime_options.backend = M2F_BACKEND_CPU;
    TRY(m2f_runtime_create(&runtime_options, &runtime));
    TRY(m2f_model_options_init(&model_options, sizeof model_options));
    model_options.path = pack;
    TRY(m2f_model_create(runtime, &model_options, &model));
    TRY(m2f_identity_create(model, NULL, &identity));
    TRY(m2f_session_options_init(&options, sizeof options));
    options.step_count = 2;
    options.sample_rate_hz = 48000;
    options.style_text = "happy";
    options.identity = identity;
    TRY(m2f_session_create(model, &options, &session));
    TRY(m2f_keyframe_options_init(&keyframe, sizeof keyframe));
    keyframe.weights = weights;
    keyframe.weight_count = 52;
    keyframe.head = head;
    keyframe.start_s = 0.2;
    keyframe.end_s = 0.2;
    TRY(m2f_session_add_keyframe(session, &keyframe, &number));
    /* One after the other: a face that is read from a picture, and a style that is one. */
    keyframe.weights = NULL;
    keyframe.weight_count = 0;
    keyframe.head = NULL;
    keyframe.picture = picture;
    keyframe.picture_size = sizeof picture;
    keyframe.start_s = keyframe.end_s = 0.4;
    TRY(m2f_session_add_keyframe(session, &keyframe, &number));
    TRY(m2f_style_options_init(&style, sizeof style));
    style.picture = picture;
    style.picture_size = sizeof picture;
    style.start_s = 0.3;
    TRY(m2f_session_add_style(session, &style, &number));
    TRY(m2f_session_push_f32(session, sound, SAMPLES));
    TRY(m2f_session_finish(session));
    TRY(m2f_session_wait(session, M2F_WAIT_FOREVER));
    TRY(m2f_session_pull(session, &result));
    TRY(m2f_result_frame_count(result, 0, &frames));
    TRY(m2f_result_read_weights(result, 0, 0, frames, values, 1 << 20, &count));
    TRY(m2f_result_read_offsets_mm(result, 0, 0, 2, values, 1 << 20, &count));
    TRY(m2f_result_sample(result, 0.1, values, 52, values + 52, NULL, 0));
    TRY(m2f_adjustment_options_init(&adjustments, sizeof adjustments));
    adjustments.head_gain = 1.2f;
    adjustments.blinks_per_minute = 20;
    TRY(m2f_result_adjust(result, &adjustments, &adjusted));
    parts[0].result = result;
    parts[0].start_s = 0;
    parts[0].end_s = 0.3;
    parts[1].result = result;
    parts[1].start_s = 0.1;
    parts[1].end_s = INFINITY;
    TRY(m2f_result_compose(parts, 2, 0.1, &composed));
    TRY(m2f_result_revise(result, NULL, 0.1, 0.3, &revision));
    TRY(m2f_style_options_init(&style, sizeof style));
    style.text = "sad";
    style.start_s = 0.1;
    style.end_s = 0.2;
    TRY(m2f_session_add_style(revision, &style, &number));
    TRY(m2f_session_finish(revision));
    TRY(m2f_session_wait(revision, M2F_WAIT_FOREVER));
    /* A pack whose style codes are not read answers MISSING_PART, which is not a failure here. */
    style.start_s = 0;
    style.end_s = INFINITY;
    memset(&reading, 0, sizeof reading);
    if (m2f_model_read_prompt(model, &style, &reading, sizeof reading) == M2F_STATUS_OUT_OF_MEMORY) {
        (void)call("m2f_model_read_prompt", M2F_STATUS_OUT_OF_MEMORY);
    }
end:
    m2f_session_destroy(session);
    m2f_session_destroy(revision);
    m2f_result_destroy(result);
    m2f_result_destroy(adjusted);
    m2f_result_destroy(composed);
    m2f_identity_destroy(identity);
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
}

/* Requests that one job makes. */
static long run(const char *pack, long from, long all_later) {
    requests = 0;
    refusals = 0;
    refused_from = from;
    sticky = all_later;
    failure = M2F_STATUS_OK;
    job(pack);
    refused_from = 0;
    return requests;
}

int main(int argc, char **argv) {
    long total, points, kept, n, step, faults = 0, unnoticed = 0, answered = 0;
    double kept_bytes;
    int kind, i;
    if (argc != 3) {
        fprintf(stderr, "memory PACK POINTS\n");
        return 2;
    }
    points = atol(argv[2]);
    for (i = 0; i < SAMPLES; i++) {
        sound[i] = 0.3f * sinf(0.02f * (float)i);
    }
    /* A job that meets a host without memory from its very first call on. */
    if (m2f_set_memory(take, give, NULL, M2F_RESERVE_DEFAULT) != M2F_STATUS_OK
        || (run(argv[1], 1, 1), failure) != M2F_STATUS_OUT_OF_MEMORY) {
        fprintf(stderr, "the first call: %s: %s\n", m2f_status_name(failure), failure_text);
        return 1;
    }
    if (m2f_set_memory(take, give, NULL, M2F_RESERVE_DEFAULT) != M2F_STATUS_INVALID_STATE) {
        fprintf(stderr, "memory was set twice\n");
        return 1;
    }
    /* What a process makes once is made by now. */
    (void)run(argv[1], 0, 0);
    total = run(argv[1], 0, 0);
    if (failure != M2F_STATUS_OK) {
        fprintf(stderr, "%s: %s: %s\n", failed_call, m2f_status_name(failure), failure_text);
        return 1;
    }
    kept = pieces;
    kept_bytes = bytes;
    step = points > 0 && total > points ? total / points : 1;
    for (kind = 0; kind < 2; kind++) {
        for (n = 1; n <= total; n += step) {
            (void)run(argv[1], n, kind);
            if (failure == M2F_STATUS_OK) {
                unnoticed++;
            } else {
                answered++;
            }
            if (failure != M2F_STATUS_OK && (failure != M2F_STATUS_OUT_OF_MEMORY || failure_text[0] == 0)) {
                faults++;
                printf("request %ld%s: %s: %s: %s\n", n, kind ? " and later" : "", failed_call,
                       m2f_status_name(failure), failure_text);
            }
            if (refusals == 0 && n < total / 2) {
                faults++;
                printf("request %ld was not made\n", n);
            }
            if (pieces != kept || bytes != kept_bytes) {
                /* A reserve that was used is made again, once. */
                (void)run(argv[1], 0, 0);
                if (failure != M2F_STATUS_OK || pieces != kept || bytes != kept_bytes) {
                    faults++;
                    printf("request %ld%s: %ld pieces, %.0f bytes more are held\n", n, kind ? " and later" : "", pieces - kept,
                           bytes - kept_bytes);
                    kept = pieces;
                    kept_bytes = bytes;
                }
            }
        }
    }
    (void)run(argv[1], 0, 0);
    if (failure != M2F_STATUS_OK) {
        faults++;
        printf("memory is back: %s: %s: %s\n", failed_call, m2f_status_name(failure), failure_text);
    }
    printf("memory: %ld requests a job, every %ld refused: %ld jobs answered, %ld went on, %ld faults\n", total, step, answered,
           unnoticed, faults);
    return faults != 0;
}
