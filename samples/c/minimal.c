/*
 * The smallest whole use of media2face: a WAV of speech in, a CSV of blendshape weights and head poses out.
 *
 *     minimal MODEL.m2f SPEECH.wav OUT.csv
 */
#include <media2face.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stops with the library's own words when a call fails. */
static void check(m2f_status status, const char *what)
{
    if (status != M2F_STATUS_OK) {
        fprintf(stderr, "%s: %s: %s\n", what, m2f_status_name(status), m2f_last_error());
        exit(1);
    }
}

static void fail(const char *what, const char *path)
{
    fprintf(stderr, "%s: %s\n", path, what);
    exit(1);
}

static uint32_t little(const unsigned char *bytes, int count)
{
    uint32_t value = 0;
    while (count-- > 0) value = value << 8 | bytes[count];
    return value;
}

/* Reads a 16-bit PCM WAV: enough for a sample, not for every file (m2f animate reads them all). */
static int16_t *read_wav(const char *path, uint32_t *rate_hz, uint32_t *channels, size_t *frames)
{
    unsigned char head[12], chunk[8], format[16] = {0};
    FILE *file = fopen(path, "rb");
    if (!file) fail("cannot be opened", path);
    if (fread(head, 1, 12, file) != 12 || memcmp(head, "RIFF", 4) || memcmp(head + 8, "WAVE", 4)) fail("is not a WAV", path);
    while (fread(chunk, 1, 8, file) == 8) {
        uint32_t size = little(chunk + 4, 4);
        if (!memcmp(chunk, "fmt ", 4)) {
            if (size < 16 || fread(format, 1, 16, file) != 16) fail("has a damaged header", path);
            size -= 16;
        } else if (!memcmp(chunk, "data", 4)) {
            int16_t *samples;
            size_t got, i, values = size / 2;
            *channels = little(format + 2, 2);
            *rate_hz = little(format + 4, 4);
            if (little(format, 2) != 1 || little(format + 14, 2) != 16 || *channels == 0) fail("is not 16-bit PCM", path);
            samples = malloc(size ? size : 1);
            if (!samples) fail("is too large", path);
            got = fread(samples, 2, values, file);
            for (i = 0; i < got; i++) {
                unsigned char bytes[2];
                memcpy(bytes, samples + i, 2);
                samples[i] = (int16_t)little(bytes, 2);
            }
            *frames = got / *channels;
            fclose(file);
            return samples;
        }
        if (fseek(file, (long)(size + (size & 1)), SEEK_CUR)) break;
    }
    fail("has no samples", path);
    return NULL;
}

int main(int argc, char **argv)
{
    m2f_model_options model_options;
    m2f_session_options session_options;
    m2f_runtime *runtime = NULL;
    m2f_model *model = NULL;
    m2f_session *session = NULL;
    m2f_result *result = NULL;
    uint32_t rate_hz, channels, frame_count, weight_count, i, j;
    size_t frames;
    int16_t *samples;
    float *weights, *heads;
    FILE *csv;

    if (argc != 4) {
        fprintf(stderr, "usage: %s MODEL.m2f SPEECH.wav OUT.csv\n", argv[0]);
        return 2;
    }
    samples = read_wav(argv[2], &rate_hz, &channels, &frames);

    /* Runtime and model: once per process. */
    check(m2f_runtime_create(NULL, &runtime), "runtime");
    check(m2f_model_options_init(&model_options, sizeof model_options), "model options");
    model_options.path = argv[1];
    check(m2f_model_create(runtime, &model_options, &model), "model");

    /* Session: once per clip. */
    check(m2f_session_options_init(&session_options, sizeof session_options), "session options");
    session_options.sample_rate_hz = rate_hz;
    session_options.channel_count = channels;
    check(m2f_session_create(model, &session_options, &session), "session");
    check(m2f_session_push_i16(session, samples, frames), "push");
    check(m2f_session_finish(session), "finish");
    check(m2f_session_wait(session, M2F_WAIT_FOREVER), "wait");
    check(m2f_session_pull(session, &result), "pull");

    /* Result: frames at any rate; 0 is the model's own. */
    check(m2f_result_frame_count(result, 0, &frame_count), "frame count");
    check(m2f_model_weight_count(model, &weight_count), "weight count");
    weights = malloc(sizeof *weights * frame_count * weight_count);
    heads = malloc(sizeof *heads * frame_count * M2F_HEAD_FLOATS);
    if (!weights || !heads) fail("memory ran out", argv[2]);
    check(m2f_result_read_weights(result, 0, 0, frame_count, weights, (size_t)frame_count * weight_count, NULL), "weights");
    check(m2f_result_read_heads(result, 0, 0, frame_count, heads, (size_t)frame_count * M2F_HEAD_FLOATS, NULL), "heads");

    csv = fopen(argv[3], "w");
    if (!csv) fail("cannot be written", argv[3]);
    fprintf(csv, "frame");
    for (j = 0; j < weight_count; j++) {
        char name[128];
        check(m2f_model_weight_name(model, j, name, sizeof name, NULL), "weight name");
        fprintf(csv, ",%s", name);
    }
    fprintf(csv, ",headX,headY,headZ,headW,headMoveX,headMoveY,headMoveZ\n");
    for (i = 0; i < frame_count; i++) {
        fprintf(csv, "%u", (unsigned)i);
        for (j = 0; j < weight_count; j++) fprintf(csv, ",%.4f", weights[(size_t)i * weight_count + j]);
        for (j = 0; j < M2F_HEAD_FLOATS; j++) fprintf(csv, ",%.5f", heads[(size_t)i * M2F_HEAD_FLOATS + j]);
        fprintf(csv, "\n");
    }
    if (fclose(csv)) fail("cannot be written", argv[3]);

    /* In any order. */
    m2f_result_destroy(result);
    m2f_session_destroy(session);
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
    free(samples);
    free(weights);
    free(heads);
    return 0;
}
