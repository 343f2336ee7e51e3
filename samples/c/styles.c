/*
 * Styles over time: the first half of a WAV is said sadly, the second happily, and the end more strongly.
 *
 *     styles MODEL.m2f SPEECH.wav OUT.csv
 */
#include "sample.h"

/* Words that count from start_s to end_s. */
static uint32_t add_words(const m2f_session *session, const char *words, double start_s, double end_s)
{
    m2f_style_options style;
    uint32_t number;
    check(m2f_style_options_init(&style, sizeof style), "style options");
    style.text = words;
    style.start_s = start_s;
    style.end_s = end_s;
    style.ramp_s = 0.3;
    check(m2f_session_add_style(session, &style, &number), words);
    return number;
}

int main(int argc, char **argv)
{
    m2f_model_options model_options;
    m2f_session_options session_options;
    m2f_runtime *runtime = NULL;
    m2f_model *model = NULL;
    m2f_session *session = NULL;
    m2f_result *result = NULL;
    uint32_t rate_hz, channels, frame_count, weight_count, smile, frown, happy, i;
    size_t frames;
    int16_t *samples;
    float *weights, strengths[2] = {1.0f, 2.0f};
    double half_s, times_s[2];
    FILE *csv;

    if (argc != 4) {
        fprintf(stderr, "usage: %s MODEL.m2f SPEECH.wav OUT.csv\n", argv[0]);
        return 2;
    }
    samples = read_wav(argv[2], &rate_hz, &channels, &frames);
    half_s = 0.5 * (double)frames / rate_hz;

    check(m2f_runtime_create(NULL, &runtime), "runtime");
    check(m2f_model_options_init(&model_options, sizeof model_options), "model options");
    model_options.path = argv[1];
    check(m2f_model_create(runtime, &model_options, &model), "model");
    check(m2f_session_options_init(&session_options, sizeof session_options), "session options");
    session_options.sample_rate_hz = rate_hz;
    session_options.channel_count = channels;
    check(m2f_session_create(model, &session_options, &session), "session");

    /* Where the two meet their ramps cross, and their weights sum to one. Infinity in the options means the clip's end. */
    add_words(session, "sad", 0.0, half_s);
    happy = add_words(session, "happy", half_s, 2.0 * half_s);

    /* s_P rises from the middle on: the style grows stronger. */
    times_s[0] = half_s;
    times_s[1] = 2.0 * half_s;
    check(m2f_session_set_guidance_curve(session, M2F_GUIDANCE_STYLE, times_s, strengths, 2), "guidance");

    check(m2f_session_push_i16(session, samples, frames), "push");
    /* Until the work begins, everything may still change. */
    check(m2f_session_set_style_strength(session, happy, 1.2f), "strength");
    check(m2f_session_finish(session), "finish");
    check(m2f_session_wait(session, M2F_WAIT_FOREVER), "wait");
    check(m2f_session_pull(session, &result), "pull");

    check(m2f_result_frame_count(result, 0, &frame_count), "frame count");
    check(m2f_model_weight_count(model, &weight_count), "weight count");
    weights = malloc(sizeof *weights * frame_count * weight_count);
    if (!weights) fail("memory ran out", argv[2]);
    check(m2f_result_read_weights(result, 0, 0, frame_count, weights, (size_t)frame_count * weight_count, NULL), "weights");
    smile = find_weight(model, "mouthSmileLeft");
    frown = find_weight(model, "mouthFrownLeft");

    csv = fopen(argv[3], "w");
    if (!csv) fail("cannot be written", argv[3]);
    fprintf(csv, "frame,mouthSmileLeft,mouthFrownLeft\n");
    for (i = 0; i < frame_count; i++) {
        const float *row = weights + (size_t)i * weight_count;
        fprintf(csv, "%u,%.4f,%.4f\n", (unsigned)i, row[smile], row[frown]);
    }
    if (fclose(csv)) fail("cannot be written", argv[3]);

    m2f_result_destroy(result);
    m2f_session_destroy(session);
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
    free(samples);
    free(weights);
    return 0;
}
