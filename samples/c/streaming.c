/*
 * A live face: sound is written in blocks of 10 ms, as an audio callback does, and 60 times a second the face of the sample that is
 * heard is shown. After a second and a half somebody interrupts, and for a second the face comes to rest.
 *
 *     streaming MODEL.m2f SPEECH.wav OUT.csv
 *
 * Its clock counts samples, not seconds of the wall, and it waits for each face. So every run gives the same numbers. A game would
 * write sound on its audio thread, and show the last face that is ready instead of waiting.
 */
#include "sample.h"

#define BLOCK_MS 10
#define SHOWN_HZ 60
#define INTERRUPT_S 1.5
#define REST_S 1.0

int main(int argc, char **argv)
{
    m2f_model_options model_options;
    m2f_stream_options options;
    m2f_stream_status state;
    m2f_runtime *runtime = NULL;
    m2f_model *model = NULL;
    m2f_stream *stream = NULL;
    uint32_t rate_hz, channels, weight_count, shown = 0, j;
    size_t frames, block, at = 0;
    int16_t *samples, *silence;
    float *weights, head[M2F_HEAD_FLOATS];
    uint64_t latency, delay, interrupt, end, heard, written = 0;
    int interrupted = 0;
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

    /* The stream takes all of its memory here. Where no sound comes, its clock stands: this program always has some. */
    check(m2f_stream_options_init(&options, sizeof options), "stream options");
    options.sample_rate_hz = rate_hz;
    options.channel_count = channels;
    options.underrun = M2F_UNDERRUN_HOLD;
    check(m2f_stream_create(model, &options, &stream), "stream");

    block = rate_hz * BLOCK_MS / 1000;
    silence = calloc(block * channels, sizeof *silence);
    weights = malloc(sizeof *weights * weight_count);
    if (!silence || !weights) fail("memory ran out", argv[2]);

    /* Faces are ready so long after their sound was written. A host that plays the sound delays it by as much, and by the time that a
       window takes to compute. */
    check(m2f_stream_state(stream, &state, sizeof state), "state");
    latency = (uint64_t)(state.latency_ms * 1e-3 * rate_hz);
    delay = latency + rate_hz / 10;
    interrupt = (uint64_t)(INTERRUPT_S * rate_hz);
    end = frames < interrupt ? frames : interrupt + (uint64_t)(REST_S * rate_hz);

    csv = fopen(argv[3], "w");
    if (!csv) fail("cannot be written", argv[3]);
    fprintf(csv, "sample");
    for (j = 0; j < weight_count; j++) {
        char name[128];
        check(m2f_model_weight_name(model, j, name, sizeof name, NULL), "weight name");
        fprintf(csv, ",%s", name);
    }
    fprintf(csv, ",headX,headY,headZ,headW\n");

    for (heard = 0; heard < end; heard = (uint64_t)++shown * rate_hz / SHOWN_HZ) {
        if (!interrupted && heard >= interrupt) {
            /* What was written and not heard is dropped, and the clock goes on from here. */
            const uint32_t generation = state.generation;
            check(m2f_stream_interrupt(stream, heard, (float)M2F_FADE_S), "interrupt");
            interrupted = 1;
            written = heard;
            /* A game would go on at once. */
            while (check(m2f_stream_state(stream, &state, sizeof state), "state"), state.generation == generation) sleep_ms(1);
        }

        /* The audio callback: the next blocks of the speech, and silence after it. No lock, no memory, no waiting. */
        while (written < heard + delay) {
            const int speaks = !interrupted && at < frames;
            const int16_t *sound = speaks ? samples + at * channels : silence;
            size_t count = speaks && frames - at < block ? frames - at : block, taken;
            uint64_t first;
            check(m2f_stream_write_i16(stream, sound, count, &first, &taken), "write");
            if (speaks) at += taken;
            written = first + taken;
            /* The ring holds seconds. In a callback, what finds no room would be lost. */
            if (taken < count) sleep_ms(1);
        }

        /* Until all faces are there that can be computed from what was written. */
        while (m2f_stream_sample(stream, written - latency - 1, NULL, 0, NULL, NULL, 0) == M2F_STATUS_NOT_READY) sleep_ms(1);
        check(m2f_stream_sample(stream, heard, weights, weight_count, head, NULL, 0), "sample");
        fprintf(csv, "%llu", (unsigned long long)heard);
        for (j = 0; j < weight_count; j++) fprintf(csv, ",%.4f", weights[j]);
        for (j = 0; j < 4; j++) fprintf(csv, ",%.5f", head[j]);
        fprintf(csv, "\n");
    }
    if (fclose(csv)) fail("cannot be written", argv[3]);
    printf("%u faces, each %llu samples after its sound\n", (unsigned)shown, (unsigned long long)delay);

    m2f_stream_destroy(stream);
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
    free(weights);
    free(silence);
    free(samples);
    return 0;
}
