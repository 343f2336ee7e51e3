/*
 * Media2FaceClip: a sound that is animated once, and its faces at any time.
 *
 * open, then styles, push, finish, wait; then sample or read. A face is the weights in the order of the model, and the seven
 * numbers of the head's pose.
 */
#include "object.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct clip {
    struct object object;
    m2f_session *session;
    m2f_result *result;
    /* Of open, which come before it. */
    uint64_t seed;
    float tail_s;
    char identity[1024];
    int is_set;
    uint32_t channels, weight_count;
    float *face;
};

static void clip_end(void *self)
{
    struct clip *clip = self;
    if (clip->session) library.m2f_session_destroy(clip->session);
    if (clip->result) library.m2f_result_destroy(clip->result);
    free(clip->face);
    clip->session = NULL;
    clip->result = NULL;
    clip->face = NULL;
}

/* What is decided before open: seed (below 0: one that follows from the sound), name of an identity or empty, tail in seconds. */
static godot_variant clip_set(void *self, godot_variant **arguments)
{
    struct clip *clip = self;
    const int64_t seed = godot->variant_as_int(arguments[0]);
    struct text identity = text_begin(arguments[1]);
    int fits = strlen(identity.utf8) < sizeof clip->identity;
    if (fits) strcpy(clip->identity, identity.utf8);
    text_end(&identity);
    clip->seed = seed < 0 ? M2F_SEED_AUTO : (uint64_t)seed;
    clip->tail_s = (float)godot->variant_as_real(arguments[2]);
    clip->is_set = 1;
    return truth(fits || failed(&clip->object, "the name of the identity is too long"));
}

static m2f_status find_identity(const struct clip *clip, const m2f_model *model, m2f_identity **out)
{
    m2f_identity_options options;
    m2f_status status = M2F_STATUS_OK;
    *out = NULL;
    if (!*clip->identity) return status;
    status = library.m2f_identity_options_init(&options, sizeof options);
    options.name = clip->identity;
    return status == M2F_STATUS_OK ? library.m2f_identity_create(model, &options, out) : status;
}

static godot_variant clip_open(void *self, godot_variant **arguments)
{
    struct clip *clip = self;
    struct model *model = object_of(&model_class, arguments[0], &clip->object);
    const int64_t rate_hz = godot->variant_as_int(arguments[1]), channels = godot->variant_as_int(arguments[2]);
    m2f_session_options options;
    m2f_identity *identity;
    int done;
    if (!model) return truth(0);
    if (!model->handle) return truth(failed(&clip->object, "the model is not open"));
    if (rate_hz < 0 || rate_hz > UINT32_MAX || channels < 1 || channels > UINT32_MAX)
        return truth(failed(&clip->object, "a rate and a number of channels are needed"));
    clip_end(clip);
    if (!succeeded(&clip->object, library.m2f_session_options_init(&options, sizeof options))) return truth(0);
    options.sample_rate_hz = (uint32_t)rate_hz;
    options.channel_count = clip->channels = (uint32_t)channels;
    options.editable = 0;
    if (clip->is_set) {
        options.seed = clip->seed;
        options.tail_s = clip->tail_s;
    }
    clip->weight_count = model->weight_count;
    clip->face = malloc((clip->weight_count + M2F_HEAD_FLOATS) * sizeof *clip->face);
    if (!clip->face) return truth(failed(&clip->object, "memory ran out"));
    if (!succeeded(&clip->object, find_identity(clip, model->handle, &identity))) return truth(0);
    options.identity = identity;
    done = succeeded(&clip->object, library.m2f_session_create(model->handle, &options, &clip->session));
    if (identity) library.m2f_identity_destroy(identity);
    return truth(done);
}

static int clip_is_open(struct clip *clip)
{
    return clip->session || failed(&clip->object, "the clip is not open");
}

/* Words or one emoji, strength, from when, to when; a negative end is the clip's. */
static godot_variant clip_add_style(void *self, godot_variant **arguments)
{
    struct clip *clip = self;
    const double end_s = godot->variant_as_real(arguments[3]);
    m2f_style_options options;
    struct text words;
    int done;
    if (!clip_is_open(clip)) return truth(0);
    if (!succeeded(&clip->object, library.m2f_style_options_init(&options, sizeof options))) return truth(0);
    words = text_begin(arguments[0]);
    options.text = words.utf8;
    options.strength = (float)godot->variant_as_real(arguments[1]);
    options.start_s = godot->variant_as_real(arguments[2]);
    if (end_s >= 0) options.end_s = end_s;
    done = succeeded(&clip->object, library.m2f_session_add_style(clip->session, &options, NULL));
    text_end(&words);
    return truth(done);
}

static godot_variant clip_push(void *self, godot_variant **arguments)
{
    struct clip *clip = self;
    struct sound sound;
    m2f_status status;
    if (!clip_is_open(clip) || !sound_begin(&sound, arguments[0], clip->channels, &clip->object)) return truth(0);
    status = sound.floats || !sound.integers
        ? library.m2f_session_push_f32(clip->session, sound.floats, sound.count / clip->channels)
        : library.m2f_session_push_i16(clip->session, sound.integers, sound.count / clip->channels);
    sound_end(&sound);
    return truth(succeeded(&clip->object, status));
}

static godot_variant clip_finish(void *self, godot_variant **arguments)
{
    struct clip *clip = self;
    (void)arguments;
    return truth(clip_is_open(clip) && succeeded(&clip->object, library.m2f_session_finish(clip->session)));
}

/* 0 when the faces are there, 1 while work remains, any other number of m2f_status for a failure. */
static godot_variant clip_wait(void *self, godot_variant **arguments)
{
    struct clip *clip = self;
    const int64_t timeout_ms = godot->variant_as_int(arguments[0]);
    m2f_status status;
    if (clip->result) return integer(M2F_STATUS_OK);
    if (!clip_is_open(clip)) return integer(M2F_STATUS_INVALID_STATE);
    status = library.m2f_session_wait(clip->session, timeout_ms < 0 ? M2F_WAIT_FOREVER : (uint32_t)timeout_ms);
    if (status == M2F_STATUS_OK) status = library.m2f_session_pull(clip->session, &clip->result);
    succeeded(&clip->object, status);
    return integer(status);
}

static godot_variant clip_progress(void *self, godot_variant **arguments)
{
    struct clip *clip = self;
    m2f_progress progress = {0, 0};
    (void)arguments;
    if (clip_is_open(clip)) succeeded(&clip->object, library.m2f_session_progress(clip->session, &progress));
    return real((double)progress.fraction);
}

static godot_variant clip_cancel(void *self, godot_variant **arguments)
{
    struct clip *clip = self;
    (void)arguments;
    return truth(clip_is_open(clip) && succeeded(&clip->object, library.m2f_session_cancel(clip->session)));
}

static int clip_is_done(struct clip *clip)
{
    return clip->result || failed(&clip->object, "the clip has no faces yet");
}

/* A face, at a time in seconds; empty on failure. */
static godot_variant clip_sample(void *self, godot_variant **arguments)
{
    struct clip *clip = self;
    const double time_s = godot->variant_as_real(arguments[0]);
    float *face = clip->face;
    int done = clip_is_done(clip) && succeeded(&clip->object,
        library.m2f_result_sample(clip->result, time_s, face, clip->weight_count, face + clip->weight_count, NULL, 0));
    return done ? reals(face, clip->weight_count + M2F_HEAD_FLOATS) : reals(NULL, 0);
}

static godot_variant clip_duration_s(void *self, godot_variant **arguments)
{
    struct clip *clip = self;
    double seconds = 0;
    (void)arguments;
    if (clip_is_done(clip)) succeeded(&clip->object, library.m2f_result_duration_s(clip->result, &seconds));
    return real(seconds);
}

static godot_variant clip_seed(void *self, godot_variant **arguments)
{
    struct clip *clip = self;
    uint64_t seed = 0;
    (void)arguments;
    if (clip_is_done(clip)) succeeded(&clip->object, library.m2f_result_seed(clip->result, &seed));
    return integer((int64_t)seed);
}

static const struct method clip_methods[] = {
    {"set", 3, clip_set},
    {"open", 3, clip_open},
    {"add_style", 4, clip_add_style},
    {"push", 1, clip_push},
    {"finish", 0, clip_finish},
    {"wait", 1, clip_wait},
    {"progress", 0, clip_progress},
    {"cancel", 0, clip_cancel},
    {"sample", 1, clip_sample},
    {"duration_s", 0, clip_duration_s},
    {"seed", 0, clip_seed},
    {NULL, 0, NULL},
};

const struct class clip_class = {"Media2FaceClip", sizeof(struct clip), clip_end, clip_methods};
