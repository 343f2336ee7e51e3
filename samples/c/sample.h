/*
 * What the samples share: stopping with the library's own words, reading a WAV, finding a weight, and sleeping. Include it first.
 */
#ifndef MEDIA2FACE_SAMPLE_H
#define MEDIA2FACE_SAMPLE_H

#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#endif

#include <media2face.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <time.h>
#endif

/* Stops with the library's own words when a call fails. */
static inline void check(m2f_status status, const char *what)
{
    if (status != M2F_STATUS_OK) {
        fprintf(stderr, "%s: %s: %s\n", what, m2f_status_name(status), m2f_last_error());
        exit(1);
    }
}

static inline void fail(const char *what, const char *path)
{
    fprintf(stderr, "%s: %s\n", path, what);
    exit(1);
}

static inline uint32_t little(const unsigned char *bytes, int count)
{
    uint32_t value = 0;
    while (count-- > 0) value = value << 8 | bytes[count];
    return value;
}

/* Reads a 16-bit PCM WAV: enough for a sample, not for every file (m2f animate reads them all). */
static inline int16_t *read_wav(const char *path, uint32_t *rate_hz, uint32_t *channels, size_t *frames)
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

/* Number of a weight by its name. */
static inline uint32_t find_weight(const m2f_model *model, const char *name)
{
    uint32_t count, i;
    check(m2f_model_weight_count(model, &count), "weight count");
    for (i = 0; i < count; i++) {
        char known[128];
        check(m2f_model_weight_name(model, i, known, sizeof known, NULL), "weight name");
        if (!strcmp(known, name)) return i;
    }
    fail("is no weight of this model", name);
    return 0;
}

static inline void sleep_ms(unsigned ms)
{
#ifdef _WIN32
    Sleep(ms);
#else
    struct timespec time;
    time.tv_sec = (time_t)(ms / 1000);
    time.tv_nsec = (long)(ms % 1000) * 1000000;
    nanosleep(&time, NULL);
#endif
}

#endif
