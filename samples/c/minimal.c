/*
 * The smallest whole use of media2face: a WAV of speech in, a CSV of blendshape weights and head poses out.
 *
 *     minimal MODEL.m2f SPEECH.wav OUT.csv
 */
#include "sample.h"

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
