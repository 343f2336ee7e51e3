/*
 * A live face: one thread writes sound in blocks of 10 ms, as an audio callback does; another shows the face of the sample that is
 * heard. After a while somebody interrupts.
 *
 *     streaming MODEL.m2f SPEECH.wav OUT.csv [INTERRUPT_SECONDS]
 *
 * It takes as long as the sound. POSIX threads.
 */
#define _POSIX_C_SOURCE 200809L
#include "wav.h"

#include <pthread.h>
#include <time.h>

#define BLOCK_MS 10
#define SHOWN_HZ 60

static void sleep_ms(long ms)
{
    struct timespec time;
    time.tv_sec = ms / 1000;
    time.tv_nsec = ms % 1000 * 1000000;
    nanosleep(&time, NULL);
}

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* What the audio thread has. Only it touches `samples`; `stop` is set by the other thread after it was joined. */
typedef struct {
    m2f_stream *stream;
    const int16_t *samples;
    size_t frames, block;
    uint32_t channels;
    double start_s, stop_s;
} audio;

/* An audio callback would do what is in the loop: no lock, no memory, no waiting in m2f_stream_write_i16. */
static void *speak(void *argument)
{
    audio *own = argument;
    size_t at = 0;
    while (at < own->frames && now_s() < own->stop_s) {
        size_t frames = own->frames - at < own->block ? own->frames - at : own->block, taken = 0;
        if (m2f_stream_write_i16(own->stream, own->samples + at * own->channels, frames, NULL, &taken) != M2F_STATUS_OK) break;
        /* The ring holds seconds. In a callback what finds no room would be lost, and counted in the state. */
        at += taken;
        sleep_ms(BLOCK_MS);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    m2f_model_options model_options;
    m2f_stream_options options;
    m2f_stream_status state;
    m2f_runtime *runtime = NULL;
    m2f_model *model = NULL;
    m2f_stream *stream = NULL;
    uint32_t rate_hz, channels, weight_count, shown = 0, waited = 0, j;
    size_t frames;
    int16_t *samples;
    float *weights, head[M2F_HEAD_FLOATS];
    double start_s, interrupt_s, end_s, delay_s;
    int interrupted = 0;
    pthread_t thread;
    audio own;
    FILE *csv;

    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: %s MODEL.m2f SPEECH.wav OUT.csv [INTERRUPT_SECONDS]\n", argv[0]);
        return 2;
    }
    samples = read_wav(argv[2], &rate_hz, &channels, &frames);
    check(m2f_runtime_create(NULL, &runtime), "runtime");
    check(m2f_model_options_init(&model_options, sizeof model_options), "model options");
    model_options.path = argv[1];
    check(m2f_model_create(runtime, &model_options, &model), "model");
    check(m2f_model_weight_count(model, &weight_count), "weight count");
    weights = malloc(sizeof *weights * weight_count);
    if (!weights) fail("memory ran out", argv[2]);

    /* The stream takes all of its memory here. */
    check(m2f_stream_options_init(&options, sizeof options), "stream options");
    options.sample_rate_hz = rate_hz;
    options.channel_count = channels;
    check(m2f_stream_create(model, &options, &stream), "stream");

    /* Faces are ready so long after their sound was written, and once a window is computed. A host that plays the sound delays it by as much. */
    check(m2f_stream_state(stream, &state, sizeof state), "state");
    delay_s = state.latency_ms * 1e-3 + 0.1;
    start_s = now_s();
    end_s = start_s + (double)frames / rate_hz + delay_s;
    interrupt_s = argc == 5 ? start_s + atof(argv[4]) + delay_s : end_s + 1;

    own.stream = stream;
    own.samples = samples;
    own.frames = frames;
    own.block = rate_hz * BLOCK_MS / 1000;
    own.channels = channels;
    own.start_s = start_s;
    own.stop_s = interrupt_s;
    if (pthread_create(&thread, NULL, speak, &own)) fail("no thread", argv[0]);

    csv = fopen(argv[3], "w");
    if (!csv) fail("cannot be written", argv[3]);
    fprintf(csv, "sample,ready");
    for (j = 0; j < weight_count; j++) {
        char name[128];
        check(m2f_model_weight_name(model, j, name, sizeof name, NULL), "weight name");
        fprintf(csv, ",%s", name);
    }
    fprintf(csv, "\n");
    while (now_s() < end_s) {
        /* The sample that comes out of the loudspeaker now. */
        double heard_s = now_s() - start_s - delay_s;
        uint64_t heard = heard_s > 0 ? (uint64_t)(heard_s * rate_hz) : 0;
        m2f_status status;
        if (!interrupted && now_s() >= interrupt_s) {
            /* The audio thread has stopped by itself; a callback would write silence or the next utterance from here on. */
            check(m2f_stream_interrupt(stream, heard, M2F_FADE_S), "interrupt");
            interrupted = 1;
        }
        status = m2f_stream_sample(stream, heard, weights, weight_count, head, NULL, 0);
        if (status != M2F_STATUS_OK && status != M2F_STATUS_NOT_READY) check(status, "sample");
        waited += status == M2F_STATUS_NOT_READY;
        fprintf(csv, "%llu,%d", (unsigned long long)heard, status == M2F_STATUS_OK);
        for (j = 0; j < weight_count; j++) fprintf(csv, ",%.4f", weights[j]);
        fprintf(csv, "\n");
        shown++;
        sleep_ms(1000 / SHOWN_HZ);
    }
    if (fclose(csv)) fail("cannot be written", argv[3]);
    pthread_join(thread, NULL);

    check(m2f_stream_state(stream, &state, sizeof state), "state");
    printf("%u faces shown, %u of them not ready; latency %.0f ms and %.1f ms a window; %llu windows, %llu late\n", (unsigned)shown,
           (unsigned)waited, state.latency_ms, state.window_ms, (unsigned long long)state.windows,
           (unsigned long long)state.late_windows);
    m2f_stream_destroy(stream);
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
    free(weights);
    free(samples);
    return 0;
}
