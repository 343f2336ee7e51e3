/*
 * Media2FaceStream: a face that speaks live. Its clock counts frames of sound.
 */
#include "object.h"

#include <stdlib.h>
#include <string.h>

struct stream {
    struct object object;
    m2f_stream *handle;
    uint32_t channels, weight_count;
    int is_ready;
    float *face;
};

static void stream_end(void *self)
{
    struct stream *stream = self;
    if (stream->handle) library.m2f_stream_destroy(stream->handle);
    free(stream->face);
    stream->handle = NULL;
    stream->face = NULL;
}

/* The model, rate in Hz, channels, whether it is the fast class, whether the clock stands without sound, seed (below 0: the
   library's own). */
static godot_variant stream_open(void *self, godot_variant **arguments)
{
    struct stream *stream = self;
    struct model *model = object_of(&model_class, arguments[0], &stream->object);
    const int64_t rate_hz = godot->variant_as_int(arguments[1]), channels = godot->variant_as_int(arguments[2]);
    const int64_t seed = godot->variant_as_int(arguments[5]);
    m2f_stream_options options;
    if (!model) return truth(0);
    if (!model->handle) return truth(failed(&stream->object, "the model is not open"));
    if (rate_hz < 0 || rate_hz > UINT32_MAX || channels < 1 || channels > UINT32_MAX)
        return truth(failed(&stream->object, "a rate and a number of channels are needed"));
    stream_end(stream);
    if (!succeeded(&stream->object, library.m2f_stream_options_init(&options, sizeof options))) return truth(0);
    options.sample_rate_hz = (uint32_t)rate_hz;
    options.channel_count = stream->channels = (uint32_t)channels;
    options.latency = godot->variant_as_bool(arguments[3]) ? M2F_LATENCY_FAST : M2F_LATENCY_CAREFUL;
    options.underrun = godot->variant_as_bool(arguments[4]) ? M2F_UNDERRUN_HOLD : M2F_UNDERRUN_IDLE;
    if (seed >= 0) options.seed = (uint64_t)seed;
    stream->weight_count = model->weight_count;
    stream->face = malloc((stream->weight_count + M2F_HEAD_FLOATS) * sizeof *stream->face);
    if (!stream->face) return truth(failed(&stream->object, "memory ran out"));
    return truth(succeeded(&stream->object, library.m2f_stream_create(model->handle, &options, &stream->handle)));
}

static int stream_is_open(struct stream *stream)
{
    return stream->handle || failed(&stream->object, "the stream is not open");
}

static godot_variant stream_close(void *self, godot_variant **arguments)
{
    (void)arguments;
    stream_end(self);
    return nothing();
}

/* How many frames were taken; -1 on failure. */
static godot_variant stream_write(void *self, godot_variant **arguments)
{
    struct stream *stream = self;
    struct sound sound;
    m2f_status status;
    size_t taken = 0;
    if (!stream_is_open(stream) || !sound_begin(&sound, arguments[0], stream->channels, &stream->object)) return integer(-1);
    if (!sound.count) status = M2F_STATUS_OK;
    else if (sound.floats) status = library.m2f_stream_write_f32(stream->handle, sound.floats, sound.count / stream->channels, NULL, &taken);
    else status = library.m2f_stream_write_i16(stream->handle, sound.integers, sound.count / stream->channels, NULL, &taken);
    sound_end(&sound);
    return integer(succeeded(&stream->object, status) ? (int64_t)taken : -1);
}

/* The face of a sample, or the last one that is ready; is_ready says which. Empty on failure. */
static godot_variant stream_sample(void *self, godot_variant **arguments)
{
    struct stream *stream = self;
    const int64_t sample = godot->variant_as_int(arguments[0]);
    m2f_status status;
    if (!stream_is_open(stream)) return reals(NULL, 0);
    status = library.m2f_stream_sample(stream->handle, sample < 0 ? 0 : (uint64_t)sample, stream->face, stream->weight_count,
        stream->face + stream->weight_count, NULL, 0);
    stream->is_ready = status == M2F_STATUS_OK;
    if (status != M2F_STATUS_NOT_READY && !succeeded(&stream->object, status)) return reals(NULL, 0);
    return reals(stream->face, stream->weight_count + M2F_HEAD_FLOATS);
}

static godot_variant stream_is_ready(void *self, godot_variant **arguments)
{
    (void)arguments;
    return truth(((struct stream *)self)->is_ready);
}

static godot_variant stream_flush(void *self, godot_variant **arguments)
{
    struct stream *stream = self;
    (void)arguments;
    return truth(stream_is_open(stream) && succeeded(&stream->object, library.m2f_stream_flush(stream->handle)));
}

/* Barge-in: from which sample on, and how long the mouth takes to rest, seconds. */
static godot_variant stream_interrupt(void *self, godot_variant **arguments)
{
    struct stream *stream = self;
    const int64_t sample = godot->variant_as_int(arguments[0]);
    const float fade_s = (float)godot->variant_as_real(arguments[1]);
    return truth(stream_is_open(stream)
        && succeeded(&stream->object, library.m2f_stream_interrupt(stream->handle, sample < 0 ? 0 : (uint64_t)sample, fade_s)));
}

/* As new, from sample 0 on. */
static godot_variant stream_reset(void *self, godot_variant **arguments)
{
    struct stream *stream = self;
    (void)arguments;
    return truth(stream_is_open(stream) && succeeded(&stream->object, library.m2f_stream_reset(stream->handle, M2F_SEED_AUTO, 0)));
}

/* The model, words or one emoji (empty for none), strength. It takes milliseconds: the text is encoded. */
static godot_variant stream_set_style(void *self, godot_variant **arguments)
{
    struct stream *stream = self;
    struct model *model = object_of(&model_class, arguments[0], &stream->object);
    const float strength = (float)godot->variant_as_real(arguments[2]);
    m2f_style_options options;
    m2f_style *style = NULL;
    struct text words;
    int done;
    if (!stream_is_open(stream) || !model) return truth(0);
    if (!model->handle) return truth(failed(&stream->object, "the model is not open"));
    if (!succeeded(&stream->object, library.m2f_style_options_init(&options, sizeof options))) return truth(0);
    words = text_begin(arguments[1]);
    options.text = words.utf8;
    done = !*words.utf8 || succeeded(&stream->object, library.m2f_style_create(model->handle, &options, &style));
    text_end(&words);
    if (done) done = succeeded(&stream->object, library.m2f_stream_set_style(stream->handle, style, strength));
    if (style) library.m2f_style_destroy(style);
    return truth(done);
}

static godot_variant stream_set_listening(void *self, godot_variant **arguments)
{
    struct stream *stream = self;
    const uint32_t on = godot->variant_as_bool(arguments[0]) != 0;
    return truth(stream_is_open(stream) && succeeded(&stream->object, library.m2f_stream_set_listening(stream->handle, on)));
}

/* A number of m2f_stream_status by its name. */
static godot_variant stream_state(void *self, godot_variant **arguments)
{
    struct stream *stream = self;
    m2f_stream_status state;
    struct text name;
    godot_variant value;
    if (!stream_is_open(stream)) return integer(0);
    if (!succeeded(&stream->object, library.m2f_stream_state(stream->handle, &state, sizeof state))) return integer(0);
    name = text_begin(arguments[0]);
    if (!strcmp(name.utf8, "latency_ms")) value = real((double)state.latency_ms);
    else if (!strcmp(name.utf8, "window_ms")) value = real((double)state.window_ms);
    else if (!strcmp(name.utf8, "generation")) value = integer(state.generation);
#define NUMBER(field) else if (!strcmp(name.utf8, #field)) value = integer((int64_t)state.field);
    NUMBER(seed)
    NUMBER(next_sample)
    NUMBER(first_sample)
    NUMBER(ready_sample)
    NUMBER(dropped)
    NUMBER(silenced)
    NUMBER(idled)
    NUMBER(underruns)
    NUMBER(windows)
    NUMBER(late_windows)
#undef NUMBER
    else {
        failed(&stream->object, "no number of m2f_stream_status has this name");
        value = nothing();
    }
    text_end(&name);
    return value;
}

static const struct method stream_methods[] = {
    {"open", 6, stream_open},
    {"close", 0, stream_close},
    {"write", 1, stream_write},
    {"sample", 1, stream_sample},
    {"is_ready", 0, stream_is_ready},
    {"flush", 0, stream_flush},
    {"interrupt", 2, stream_interrupt},
    {"reset", 0, stream_reset},
    {"set_style", 3, stream_set_style},
    {"set_listening", 1, stream_set_listening},
    {"state", 1, stream_state},
    {NULL, 0, NULL},
};

const struct class stream_class = {"Media2FaceStream", sizeof(struct stream), stream_end, stream_methods};
