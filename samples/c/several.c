/*
 * Several voices at once over one runtime and one model: two clips that are animated together, and meanwhile two streams that speak
 * live. Each has its own face and its own style.
 *
 *     several MODEL.m2f SPEECH.wav OUT.csv
 *
 * As in streaming.c, the clock counts samples and the program waits for each face, so that every run gives the same numbers.
 */
#include "sample.h"

#define BLOCK_MS 10
#define CLIPS 2
#define VOICES 4

/* The first two are clips, the others streams. */
static const char *const STYLES[VOICES] = {"happy", "sad", "angry", "calm"};
static const char *const SHOWN[2] = {"jawOpen", "mouthSmileLeft"};

/* One of the pack's faces. */
static m2f_identity *make_identity(const m2f_model *model, uint32_t number)
{
    m2f_identity_options options;
    m2f_identity *identity;
    char name[128];
    check(m2f_model_identity_name(model, number, name, sizeof name, NULL), "identity name");
    check(m2f_identity_options_init(&options, sizeof options), "identity options");
    options.name = name;
    check(m2f_identity_create(model, &options, &identity), name);
    return identity;
}

/* A stream that speaks in a style from its start on. */
static m2f_stream *make_stream(const m2f_model *model, const m2f_identity *identity, const char *words, uint32_t rate_hz,
                               uint32_t channels)
{
    m2f_style_options style_options;
    m2f_stream_options options;
    m2f_style *style;
    m2f_stream *stream;
    check(m2f_style_options_init(&style_options, sizeof style_options), "style options");
    style_options.text = words;
    check(m2f_style_create(model, &style_options, &style), words);
    check(m2f_stream_options_init(&options, sizeof options), "stream options");
    options.sample_rate_hz = rate_hz;
    options.channel_count = channels;
    options.underrun = M2F_UNDERRUN_HOLD;
    options.identity = identity;
    options.style = style;
    check(m2f_stream_create(model, &options, &stream), "stream");
    m2f_style_destroy(style);
    return stream;
}

int main(int argc, char **argv)
{
    m2f_model_options model_options;
    m2f_session_options session_options;
    m2f_stream_status state;
    m2f_runtime *runtime = NULL;
    m2f_model *model = NULL;
    m2f_identity *identities[VOICES];
    m2f_session *sessions[CLIPS];
    m2f_stream *streams[VOICES - CLIPS];
    uint32_t rate_hz, channels, weight_count, frame_count, shown[2], i, j, voice;
    size_t frames, block, at = 0;
    int16_t *samples, *silence;
    float *weights[VOICES], fps;
    uint64_t latency, delay, written = 0;
    FILE *csv;

    if (argc != 4) {
        fprintf(stderr, "usage: %s MODEL.m2f SPEECH.wav OUT.csv\n", argv[0]);
        return 2;
    }
    samples = read_wav(argv[2], &rate_hz, &channels, &frames);
    check(m2f_runtime_create(NULL, &runtime), "runtime");
    check(m2f_model_options_init(&model_options, sizeof model_options), "model options");
    model_options.path = argv[1];
    check(m2f_model_create(runtime, &model_options, &model), "model");
    check(m2f_model_weight_count(model, &weight_count), "weight count");
    check(m2f_model_fps(model, &fps), "fps");
    for (j = 0; j < 2; j++) shown[j] = find_weight(model, SHOWN[j]);
    frame_count = (uint32_t)((double)frames * fps / rate_hz);
    for (voice = 0; voice < VOICES; voice++) {
        identities[voice] = make_identity(model, voice);
        weights[voice] = malloc(sizeof(float) * frame_count * weight_count);
        if (!weights[voice]) fail("memory ran out", argv[2]);
    }

    /* The clips: one job, whose windows share batches. Its work begins on the runtime's threads. */
    for (voice = 0; voice < CLIPS; voice++) {
        check(m2f_session_options_init(&session_options, sizeof session_options), "session options");
        session_options.sample_rate_hz = rate_hz;
        session_options.channel_count = channels;
        session_options.identity = identities[voice];
        session_options.style_text = STYLES[voice];
        check(m2f_session_create(model, &session_options, &sessions[voice]), STYLES[voice]);
        check(m2f_session_push_i16(sessions[voice], samples, frames), "push");
    }
    check(m2f_session_finish_together((const m2f_session *const *)sessions, CLIPS), "finish");

    /* The streams, which come before clips wherever both have work. */
    for (voice = CLIPS; voice < VOICES; voice++)
        streams[voice - CLIPS] = make_stream(model, identities[voice], STYLES[voice], rate_hz, channels);
    check(m2f_stream_state(streams[0], &state, sizeof state), "state");
    latency = (uint64_t)(state.latency_ms * 1e-3 * rate_hz);
    delay = latency + rate_hz / 10;
    block = rate_hz * BLOCK_MS / 1000;
    silence = calloc(block * channels, sizeof *silence);
    if (!silence) fail("memory ran out", argv[2]);
    for (i = 0; i < frame_count; i++) {
        const uint64_t heard = (uint64_t)(i * (double)rate_hz / fps);
        while (written < heard + delay) {
            const int16_t *sound = at < frames ? samples + at * channels : silence;
            const size_t count = at < frames && frames - at < block ? frames - at : block;
            for (j = 0; j < VOICES - CLIPS; j++) {
                size_t done = 0, taken;
                /* The ring holds seconds; while it is full, wait. */
                while (done < count) {
                    check(m2f_stream_write_i16(streams[j], sound + done * channels, count - done, NULL, &taken), "write");
                    done += taken;
                    if (done < count) sleep_ms(1);
                }
            }
            at += count;
            written += count;
        }
        for (j = 0; j < VOICES - CLIPS; j++) {
            float *row = weights[CLIPS + j] + (size_t)i * weight_count;
            while (m2f_stream_sample(streams[j], written - latency - 1, NULL, 0, NULL, NULL, 0) == M2F_STATUS_NOT_READY) sleep_ms(1);
            check(m2f_stream_sample(streams[j], heard, row, weight_count, NULL, NULL, 0), "sample");
        }
    }

    /* By now the clips may be done, too. */
    for (voice = 0; voice < CLIPS; voice++) {
        m2f_result *result;
        check(m2f_session_wait(sessions[voice], M2F_WAIT_FOREVER), "wait");
        check(m2f_session_pull(sessions[voice], &result), "pull");
        check(m2f_result_read_weights(result, 0, 0, frame_count, weights[voice], (size_t)frame_count * weight_count, NULL), "weights");
        m2f_result_destroy(result);
    }

    csv = fopen(argv[3], "w");
    if (!csv) fail("cannot be written", argv[3]);
    fprintf(csv, "frame");
    for (voice = 0; voice < VOICES; voice++)
        for (j = 0; j < 2; j++) fprintf(csv, ",%s.%s", STYLES[voice], SHOWN[j]);
    fprintf(csv, "\n");
    for (i = 0; i < frame_count; i++) {
        fprintf(csv, "%u", (unsigned)i);
        for (voice = 0; voice < VOICES; voice++)
            for (j = 0; j < 2; j++) fprintf(csv, ",%.4f", weights[voice][(size_t)i * weight_count + shown[j]]);
        fprintf(csv, "\n");
    }
    if (fclose(csv)) fail("cannot be written", argv[3]);

    for (voice = 0; voice < VOICES; voice++) {
        double sums[2] = {0, 0};
        for (i = 0; i < frame_count; i++)
            for (j = 0; j < 2; j++) sums[j] += weights[voice][(size_t)i * weight_count + shown[j]];
        printf("%s (%s): %s %.4f, %s %.4f on average\n", STYLES[voice], voice < CLIPS ? "clip" : "stream", SHOWN[0],
               sums[0] / frame_count, SHOWN[1], sums[1] / frame_count);
    }

    /* In any order. */
    for (voice = 0; voice < VOICES; voice++) {
        if (voice < CLIPS)
            m2f_session_destroy(sessions[voice]);
        else
            m2f_stream_destroy(streams[voice - CLIPS]);
        m2f_identity_destroy(identities[voice]);
        free(weights[voice]);
    }
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
    free(silence);
    free(samples);
    return 0;
}
