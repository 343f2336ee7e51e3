/*
 * Threads of a host at one session and one result, and handles destroyed in every order, parents first and while work goes on.
 * Every call answers as in tests/c/misuse.c.
 *
 *     threads PACK
 */
#define _POSIX_C_SOURCE 200809L
#include "misuse.h"

#define THREADS 6
#define PUSHES 40

static m2f_session *shared;
static m2f_result *pulled;

static m2f_session *made(uint32_t steps) {
    m2f_session_options options;
    m2f_session *session = NULL;
    IS(m2f_session_options_init(&options, sizeof options), OK);
    options.step_count = steps;
    IS(m2f_session_create(model, &options, &session), OK);
    return session;
}

static void *push(void *end) {
    for (int i = 0; i < PUSHES; i++) {
        /* After a cancel there is nothing more to take. */
        TRY(m2f_session_push_f32(shared, sound, 400));
    }
    TRY(m2f_session_finish(shared));
    return end;
}

static void *poll(void *cancels) {
    for (int i = 0; i < 200; i++) {
        m2f_progress progress;
        m2f_result *result = NULL;
        if (IS(m2f_session_progress(shared, &progress), OK) && !(progress.fraction >= 0 && progress.fraction <= 1)) {
            fault(__LINE__, "the progress", "is no share");
        }
        TRY(m2f_session_wait(shared, (uint32_t)i % 2));
        MAY_MAKE(m2f_result, result, m2f_session_pull(shared, &result));
        TRY(m2f_session_set_style_strength(shared, 0, 0.5f));
        if (cancels != NULL && i == 150) {
            IS(m2f_session_cancel(shared), OK);
        }
    }
    return NULL;
}

static void *make(void *unused) {
    for (int i = 0; i < 3; i++) {
        m2f_session *own = made(2);
        m2f_progress progress;
        IS(m2f_session_push_f32(own, sound, 4000), OK);
        IS(m2f_session_finish(own), OK);
        if (i == 1) {
            IS(m2f_session_cancel(own), OK);
        }
        TRY(m2f_session_wait(own, i == 0 ? 0 : M2F_WAIT_FOREVER));
        IS(m2f_session_progress(own, &progress), OK);
        m2f_session_destroy(own);
    }
    return unused;
}

static void *read_all(void *unused) {
    float weights[4 * 52], head[M2F_HEAD_FLOATS];
    for (int i = 0; i < 30; i++) {
        m2f_result *other = NULL;
        size_t n;
        IS(m2f_result_read_weights(pulled, 30, 0, 4, weights, COUNT(weights), &n), OK);
        IS(m2f_result_sample(pulled, 0.1, weights, 52, head, NULL, 0), OK);
        if (IS(m2f_result_adjust(pulled, NULL, &other), OK)) {
            IS(m2f_result_sample(other, 0.1, weights, 52, head, NULL, 0), OK);
            m2f_result_destroy(other);
        }
    }
    return unused;
}

static void run(void *(*const *work)(void *), void *argument) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, work[i], argument) != 0) {
            fault(__LINE__, "pthread_create", "failed");
            exit(1);
        }
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

/* One pushes, others poll and make sessions of their own; then all read. */
static void together(void *cancels) {
    static void *(*const work[THREADS])(void *) = {push, poll, poll, make, make, poll};
    static void *(*const reading[THREADS])(void *) = {read_all, read_all, read_all, read_all, make, read_all};
    shared = made(3);
    run(work, cancels);
    if (cancels == NULL) {
        IS(m2f_session_wait(shared, M2F_WAIT_FOREVER), OK);
        IS(m2f_session_pull(shared, &pulled), OK);
        run(reading, NULL);
        m2f_result_destroy(pulled);
    } else {
        TRY(m2f_session_wait(shared, M2F_WAIT_FOREVER));
    }
    m2f_session_destroy(shared);
}

/* Children keep their parents alive: what is left works, whoever was destroyed. */
static void orders(const char *pack) {
    for (int order = 0; order < 24; order++) {
        int left[4] = {0, 1, 2, 3};
        float weights[52];
        m2f_session *working = NULL;
        m2f_result *result = NULL;
        open_model(pack, (uint32_t)order % 3);
        shared = made(1);
        IS(m2f_session_push_f32(shared, sound, 4000), OK);
        IS(m2f_session_finish(shared), OK);
        IS(m2f_session_wait(shared, M2F_WAIT_FOREVER), OK);
        IS(m2f_session_pull(shared, &result), OK);
        /* Has just begun when it is destroyed. */
        working = made(30);
        IS(m2f_session_push_f32(working, sound, SAMPLES), OK);
        IS(m2f_session_finish(working), OK);
        for (int count = 4, code = order; count > 0; code /= count, count--) {
            const int at = code % count;
            switch (left[at]) {
            case 0: m2f_runtime_destroy(runtime); break;
            case 1: m2f_model_destroy(model); break;
            case 2: m2f_session_destroy(shared); m2f_session_destroy(working); break;
            default:
                IS(m2f_result_sample(result, 0.1, weights, 52, NULL, NULL, 0), OK);
                m2f_result_destroy(result);
            }
            left[at] = left[count - 1];
        }
    }
}

int main(int argc, char **argv) {
    static int yes;
    if (argc != 2) {
        return 2;
    }
    open_model(argv[1], 2);
    together(NULL);
    together(&yes);
    m2f_model_destroy(model);
    m2f_runtime_destroy(runtime);
    orders(argv[1]);
    return told("threads");
}
