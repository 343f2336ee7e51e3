/*
 * Streams misused: odd options and samples, two writers, readers and commands beside them, handles destroyed in every order and while
 * windows are on their way. Every call answers as in tests/c/misuse.c; what an audio thread may call leaves no text.
 *
 *     streams PACK
 */
#define _POSIX_C_SOURCE 200809L
#include "misuse.h"

#define WRITES 400

static m2f_stream *stream;
static int stop;

/* Any status but a bug's. */
static m2f_status quiet(int line, const char *what, m2f_status status) {
    pthread_mutex_lock(&telling);
    calls++;
    pthread_mutex_unlock(&telling);
    if (status >= M2F_STATUS_INTERNAL) {
        fault(line, what, m2f_status_name(status));
    }
    return status;
}

#define QUIET(call) quiet(__LINE__, #call, (call))
#define QUIET_IS(call, status) \
    do { if (QUIET(call) != M2F_STATUS_##status) fault(__LINE__, #call, "has another status"); } while (0)

static m2f_stream *made(uint32_t rate_hz, uint32_t hop) {
    m2f_stream_options options;
    m2f_stream *made = NULL;
    IS(m2f_stream_options_init(&options, sizeof options), OK);
    options.sample_rate_hz = rate_hz;
    options.hop_frames = hop;
    options.keep_ms = 2000;
    IS(m2f_stream_create(model, &options, &made), OK);
    return made;
}

static void nothing(void) {
    m2f_stream_status state;
    m2f_result *result = NULL;
    m2f_style *style = NULL;
    float value[7];
    m2f_stream_destroy(NULL);
    m2f_style_destroy(NULL);
    WRONG(m2f_stream_options_init(NULL, 8));
    WRONG(m2f_stream_create(NULL, NULL, &stream));
    WRONG(m2f_stream_create(model, NULL, NULL));
    WRONG(m2f_style_create(NULL, NULL, &style));
    WRONG(m2f_style_create(model, NULL, &style));
    WRONG(m2f_stream_flush(NULL));
    WRONG(m2f_stream_interrupt(NULL, 0, 0.2f));
    WRONG(m2f_stream_reset(NULL, 0, 0));
    WRONG(m2f_stream_set_style(NULL, NULL, 1));
    WRONG(m2f_stream_set_guidance(NULL, 1, 1));
    WRONG(m2f_stream_set_listening(NULL, 1));
    WRONG(m2f_stream_take_result(NULL, &result));
    WRONG(m2f_runtime_step(NULL, 0));
    QUIET_IS(m2f_stream_write_f32(NULL, sound, 1, NULL, NULL), INVALID_ARGUMENT);
    QUIET_IS(m2f_stream_write_i16(NULL, NULL, 0, NULL, NULL), INVALID_ARGUMENT);
    QUIET_IS(m2f_stream_state(NULL, &state, sizeof state), INVALID_ARGUMENT);
    QUIET_IS(m2f_stream_sample(NULL, 0, NULL, 0, value, NULL, 0), INVALID_ARGUMENT);
}

#define ODD_STREAM(field, value)                                               \
    do {                                                                       \
        odd = options;                                                         \
        odd.field = value;                                                     \
        MAY_MAKE(m2f_stream, stream, m2f_stream_create(model, &odd, &stream)); \
    } while (0)

static void odd_options(void) {
    m2f_stream_options options, odd;
    IS(m2f_stream_options_init(&options, sizeof options), OK);
    options.keep_ms = 2000;
    for (size_t i = 0; i < COUNT(ODD_COUNTS); i++) {
        /* A size promises as many bytes. */
        if (ODD_COUNTS[i] <= sizeof options || ODD_COUNTS[i] > 1u << 16) ODD_STREAM(struct_size, ODD_COUNTS[i]);
        ODD_STREAM(sample_rate_hz, ODD_COUNTS[i]);
        ODD_STREAM(channel_count, ODD_COUNTS[i]);
        ODD_STREAM(latency, ODD_COUNTS[i]);
        ODD_STREAM(hop_frames, ODD_COUNTS[i]);
        ODD_STREAM(look_ahead_frames, ODD_COUNTS[i]);
        ODD_STREAM(step_count, ODD_COUNTS[i]);
        ODD_STREAM(underrun, ODD_COUNTS[i]);
        ODD_STREAM(no_default_style, ODD_COUNTS[i]);
        ODD_STREAM(pack_adjustments, ODD_COUNTS[i]);
        if (ODD_COUNTS[i] < 5000 || ODD_COUNTS[i] > 1u << 30) {
            ODD_STREAM(ring_ms, ODD_COUNTS[i]);
            ODD_STREAM(keep_ms, ODD_COUNTS[i]);
        }
    }
    for (size_t i = 0; i < COUNT(ODD); i++) {
        ODD_STREAM(noise_scale, ODD[i]);
        ODD_STREAM(guidance_audio, ODD[i]);
        ODD_STREAM(guidance_style, ODD[i]);
        ODD_STREAM(style_strength, ODD[i]);
    }
}

static void odd_calls(void) {
    static const uint64_t samples[] = {0, 1, 15999, 16000, 1u << 31, (uint64_t)1 << 53, UINT64_MAX - 1, UINT64_MAX};
    float weights[52], head[7];
    m2f_stream_status state;
    stream = made(44100, 3);
    for (size_t i = 0; i < COUNT(ODD); i++) {
        float odd[4] = {ODD[i], -ODD[i], ODD[i], 0};
        QUIET(m2f_stream_write_f32(stream, odd, 4, NULL, NULL));
        TRY(m2f_stream_interrupt(stream, 0, ODD[i]));
        TRY(m2f_stream_set_style(stream, NULL, ODD[i]));
        TRY(m2f_stream_set_guidance(stream, ODD[i], -ODD[i]));
    }
    for (size_t i = 0; i < COUNT(samples); i++) {
        TRY(m2f_stream_interrupt(stream, samples[i], 0.2f));
        TRY(m2f_stream_reset(stream, samples[i], (uint32_t)i % 3));
        QUIET(m2f_stream_sample(stream, samples[i], weights, 52, head, NULL, 0));
        QUIET(m2f_stream_write_f32(stream, sound, 4000, NULL, NULL));
    }
    for (uint32_t size = 0; size < 120; size++) {
        QUIET(m2f_stream_state(stream, &state, size <= sizeof state ? size : sizeof state));
    }
    for (int i = 0; i < 1000; i++) {
        /* More than can wait. */
        TRY(m2f_stream_set_listening(stream, (uint32_t)i % 2));
    }
    m2f_stream_destroy(stream);
}

static void *write_all(void *end) {
    for (int i = 0; i < WRITES; i++) {
        size_t taken = 0;
        uint64_t first = 0;
        QUIET(m2f_stream_write_f32(stream, sound, (size_t)(1 + i % 700), &first, &taken));
    }
    return end;
}

static void *sample_all(void *offsets) {
    float weights[52], head[7], *room = offsets != NULL ? malloc(ROOM * sizeof *room) : NULL;
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        m2f_stream_status state;
        QUIET_IS(m2f_stream_state(stream, &state, sizeof state), OK);
        const m2f_status status =
            QUIET(m2f_stream_sample(stream, state.ready_sample, weights, 52, head, room, room != NULL ? ROOM : 0));
        for (int j = 0; status <= M2F_STATUS_NOT_READY && j < 52; j++) {
            if (!(weights[j] >= 0 && weights[j] <= 1)) fault(__LINE__, "a weight", "is outside 0 to 1");
        }
    }
    free(room);
    return NULL;
}

static void *command_all(void *end) {
    for (int i = 0; i < 200; i++) {
        TRY(m2f_stream_flush(stream));
        TRY(m2f_stream_interrupt(stream, (uint64_t)i * 100, 0.1f));
        TRY(m2f_stream_set_guidance(stream, 1.5f, NAN));
        if (i % 50 == 0) TRY(m2f_stream_reset(stream, (uint64_t)i, 1));
    }
    return end;
}

/* Two writers, two commanders, three readers, two of which want meshes. */
static void together(void) {
    static int meshes;
    static void *(*const work[7])(void *) = {write_all, write_all, command_all, command_all, sample_all, sample_all, sample_all};
    pthread_t threads[7];
    m2f_result *result = NULL;
    stream = made(48000, 6);
    for (int i = 0; i < 7; i++) {
        if (pthread_create(&threads[i], NULL, work[i], i > 4 ? &meshes : NULL) != 0) exit(1);
    }
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    for (int i = 4; i < 7; i++) pthread_join(threads[i], NULL);
    MAY_MAKE(m2f_result, result, m2f_stream_take_result(stream, &result));
    QUIET_IS(m2f_stream_write_f32(stream, sound, 10, NULL, NULL), INVALID_STATE);
    m2f_stream_destroy(stream);
}

/* Children keep their parents alive, and a stream may end at any moment of its worker. */
static void orders(const char *pack) {
    for (int order = 0; order < 18; order++) {
        m2f_stream *other;
        m2f_style_options words;
        m2f_style *style = NULL;
        float code[32] = {0}, weights[52];
        open_model(pack, (uint32_t)order % 3);
        stream = made(16000, 6);
        other = made(16000, 2);
        IS(m2f_style_options_init(&words, sizeof words), OK);
        words.code = code;
        words.code_count = 32;
        IS(m2f_style_create(model, &words, &style), OK);
        IS(m2f_stream_set_style(stream, style, 1), OK);
        if (order % 2 == 0) m2f_style_destroy(style);
        if (order % 3 == 0) m2f_runtime_destroy(runtime);
        m2f_model_destroy(model);
        QUIET_IS(m2f_stream_write_f32(stream, sound, SAMPLES, NULL, NULL), OK);
        QUIET_IS(m2f_stream_write_f32(other, sound, SAMPLES, NULL, NULL), OK);
        if (order % 3 != 0) {
            TRY(m2f_runtime_step(runtime, (uint32_t)order % 5));
            m2f_runtime_destroy(runtime);
        }
        m2f_stream_destroy(order < 9 ? stream : other);
        QUIET(m2f_stream_sample(order < 9 ? other : stream, 0, weights, 52, NULL, NULL, 0));
        m2f_stream_destroy(order < 9 ? other : stream);
        if (order % 2 != 0) m2f_style_destroy(style);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        return 2;
    }
    open_model(argv[1], 2);
    nothing();
    odd_options();
    odd_calls();
    together();
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
    orders(argv[1]);
    return told("streams");
}
