/*
 * For programs that misuse the library: what every answer has to be, and numbers that trip.
 */
#ifndef MISUSE_H
#define MISUSE_H

#include <float.h>
#include <math.h>
#include <media2face.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SAMPLES 16000
#define ROOM 200000 /* floats */

static const float ODD[] = {NAN,      INFINITY, -INFINITY, -1.0f,   FLT_MAX, -FLT_MAX, 1e30f,   0.0f,
                            -0.0f,    1e-45f,   FLT_MIN,   1e-30f,  4.0001f, 1.0001f,  100.1f};
static const double ODD_S[] = {NAN, INFINITY, -INFINITY, -1, DBL_MAX, -DBL_MAX, 5e-324, 1e300, 0, 1e-300, 0.1, 3600.1, 14401};
static const uint32_t ODD_COUNTS[] = {0, 1, 2, 3, 4, 63, 64, 65, 1001, 3999, 4000, 768000, 768001, 1u << 31, UINT32_MAX};

static pthread_mutex_t telling = PTHREAD_MUTEX_INITIALIZER;
static long calls, faults;

static void fault(int line, const char *what, const char *detail) {
    pthread_mutex_lock(&telling);
    faults++;
    printf("line %d: %s: %s\n", line, what, detail);
    pthread_mutex_unlock(&telling);
}

#define ANY (-1)

/* Any answer but INTERNAL, or the one that is expected; a failure with a text. Whether it went well. */
static int answered(int line, const char *what, m2f_status status, int expected) {
    const char *text = status > M2F_STATUS_NOT_READY ? m2f_last_error() : "-";
    pthread_mutex_lock(&telling);
    calls++;
    pthread_mutex_unlock(&telling);
    if (status >= M2F_STATUS_INTERNAL || text[0] == '\0' || strchr(text, '\n') != NULL) {
        fault(line, what, text);
    } else if (expected != ANY && (int)status != expected) {
        fault(line, what, status > M2F_STATUS_NOT_READY ? text : m2f_status_name(status));
    }
    return status == M2F_STATUS_OK;
}

#define TRY(call) answered(__LINE__, #call, (call), ANY)
#define IS(call, status) answered(__LINE__, #call, (call), M2F_STATUS_##status)
#define WRONG(call) IS(call, INVALID_ARGUMENT)
/* What may be made is destroyed again. */
#define MAY_MAKE(kind, handle, call) \
    do {                             \
        if (TRY(call)) {             \
            kind##_destroy(handle);  \
            handle = NULL;           \
        }                            \
    } while (0)

static float sound[SAMPLES];
static m2f_runtime *runtime;
static m2f_model *model;

/* A runtime of so many threads and a model on it. */
static void open_model(const char *pack, uint32_t threads) {
    m2f_runtime_options options;
    m2f_model_options source;
    IS(m2f_runtime_options_init(&options, sizeof options), OK);
    options.backend = M2F_BACKEND_CPU;
    options.thread_count = threads;
    IS(m2f_runtime_create(&options, &runtime), OK);
    IS(m2f_model_options_init(&source, sizeof source), OK);
    source.path = pack;
    IS(m2f_model_create(runtime, &source, &model), OK);
    for (int i = 0; i < SAMPLES; i++) {
        sound[i] = 0.3f * sinf(0.02f * (float)i);
    }
}

/* What was found, as an exit status. */
static int told(const char *name) {
    printf("%s: %ld calls, %ld faults\n", name, calls, faults);
    return faults != 0;
}

#endif
