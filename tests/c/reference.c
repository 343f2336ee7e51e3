/*
 * What the C library says of a clip, and of a stream that is interrupted: floats, 52 weights and 7 of the head a face. Hosts make the
 * same faces through the Unity package and through the core of the Unreal plugin, and compare every bit.
 *
 *     reference MODEL.m2f SPEECH.wav OUT.bin
 */
#include "../../samples/c/sample.h"

#include <math.h>
#include <time.h>

#define FACES 230
#define BLOCK 512
#define OUTPUT_FRAMES 1024
#define MARGIN_MS 50.0
#define BARGE_IN 90
#define SEED 7

static void put(FILE *out, const float *weights, const float *head)
{
    if (fwrite(weights, sizeof(float), 52, out) != 52 || fwrite(head, sizeof(float), 7, out) != 7) fail("not written", "faces");
}

static void clip(const m2f_model *model, const float *samples, size_t frames, uint32_t rate_hz, FILE *out)
{
    m2f_session_options options;
    m2f_style_options style;
    m2f_session *session = NULL;
    m2f_result *result = NULL;
    float weights[52], head[M2F_HEAD_FLOATS];
    uint32_t k;
    check(m2f_session_options_init(&options, sizeof options), "options");
    options.sample_rate_hz = rate_hz;
    options.seed = SEED;
    check(m2f_session_create(model, &options, &session), "session");
    check(m2f_style_options_init(&style, sizeof style), "style");
    style.text = "happy";
    check(m2f_session_add_style(session, &style, NULL), "style");
    check(m2f_session_push_f32(session, samples, frames), "push");
    check(m2f_session_finish(session), "finish");
    check(m2f_session_wait(session, M2F_WAIT_FOREVER), "wait");
    check(m2f_session_pull(session, &result), "pull");
    for (k = 0; k < FACES; k++) {
        size_t at = 1 + k * (frames - 1) / FACES;
        check(m2f_result_sample(result, (double)at / rate_hz, weights, 52, head, NULL, 0), "sample");
        put(out, weights, head);
    }
    m2f_result_destroy(result);
    m2f_session_destroy(session);
}

/* A stream looks for sound by the clock, at the latest after a hop. So this works until the face of a sample is there. */
static void work(const m2f_runtime *runtime, const m2f_stream *stream, uint64_t heard)
{
    m2f_stream_status state;
    do {
        while (m2f_runtime_step(runtime, 1000) == M2F_STATUS_NOT_READY) continue;
        check(m2f_stream_state(stream, &state, sizeof state), "state");
    } while (state.ready_sample <= heard);
}

/* And this until a hop brings nothing more of the sound that was written, however slow the machine is: an interruption depends on it. */
static void work_all(const m2f_runtime *runtime, const m2f_stream *stream)
{
    struct timespec hop = {0, 300000000};
    m2f_stream_status state;
    uint64_t before;
    check(m2f_stream_state(stream, &state, sizeof state), "state");
    do {
        before = state.ready_sample;
        nanosleep(&hop, NULL);
        while (m2f_runtime_step(runtime, 1000) == M2F_STATUS_NOT_READY) continue;
        check(m2f_stream_state(stream, &state, sizeof state), "state");
    } while (state.ready_sample != before);
}

static void live(const m2f_runtime *runtime, const m2f_model *model, const float *samples, size_t frames, uint32_t rate_hz, FILE *out)
{
    m2f_stream_options options;
    m2f_stream_status state;
    m2f_stream *stream = NULL;
    float weights[52], head[M2F_HEAD_FLOATS], *silence;
    int64_t written, behind, heard = 0;
    size_t at, delay, block = 0;
    check(m2f_stream_options_init(&options, sizeof options), "options");
    options.sample_rate_hz = rate_hz;
    options.seed = SEED;
    options.underrun = M2F_UNDERRUN_HOLD; /* the audio thread writes silence, too */
    check(m2f_stream_create(model, &options, &stream), "stream");
    check(m2f_stream_state(stream, &state, sizeof state), "state");
    delay = (size_t)ceil((state.latency_ms + MARGIN_MS) * 1e-3 * rate_hz) - OUTPUT_FRAMES;
    silence = calloc(delay, sizeof *silence);
    if (!silence) fail("memory ran out", "silence");
    check(m2f_stream_write_f32(stream, silence, delay, NULL, NULL), "silence");
    written = (int64_t)delay;
    behind = (int64_t)delay + OUTPUT_FRAMES;
    for (at = 0; at + BLOCK <= frames; at += BLOCK, block++) {
        if (block == BARGE_IN) {
            work_all(runtime, stream);
            check(m2f_stream_interrupt(stream, (uint64_t)heard, (float)M2F_FADE_S), "interrupt");
            check(m2f_stream_state(stream, &state, sizeof state), "state");
            written = (int64_t)state.next_sample;
            check(m2f_stream_write_f32(stream, silence, delay, NULL, NULL), "silence");
            written += (int64_t)delay;
        }
        check(m2f_stream_write_f32(stream, samples + at, BLOCK, NULL, NULL), "sound");
        written += BLOCK;
        heard = written > behind ? written - behind : 0;
        work(runtime, stream, (uint64_t)heard);
        check(m2f_stream_sample(stream, (uint64_t)heard, weights, 52, head, NULL, 0), "face");
        put(out, weights, head);
    }
    free(silence);
    m2f_stream_destroy(stream);
}

int main(int argc, char **argv)
{
    m2f_runtime_options options;
    m2f_model_options model_options;
    m2f_runtime *runtime = NULL;
    m2f_model *model = NULL;
    uint32_t rate_hz, channels;
    size_t frames, at;
    int16_t *read;
    float *samples;
    FILE *out;
    if (argc != 4) return 2;
    read = read_wav(argv[2], &rate_hz, &channels, &frames);
    if (channels != 1) fail("not one channel", argv[2]);
    samples = malloc(frames * sizeof *samples);
    out = fopen(argv[3], "wb");
    if (!samples || !out) fail("cannot begin", argv[3]);
    for (at = 0; at < frames; at++) samples[at] = (float)read[at] / 32768.0f;
    check(m2f_runtime_options_init(&options, sizeof options), "options");
    options.thread_count = 0;
    options.backend = M2F_BACKEND_CPU;
    check(m2f_runtime_create(&options, &runtime), "runtime");
    check(m2f_model_options_init(&model_options, sizeof model_options), "options");
    model_options.path = argv[1];
    check(m2f_model_create(runtime, &model_options, &model), "model");
    clip(model, samples, frames, rate_hz, out);
    live(runtime, model, samples, frames, rate_hz, out);
    if (fclose(out)) fail("not written", argv[3]);
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
    free(samples);
    free(read);
    return 0;
}
