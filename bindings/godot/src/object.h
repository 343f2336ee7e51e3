/*
 * What the four classes share: their objects, and values on the way to Godot and from it.
 */
#ifndef MEDIA2FACE_GODOT_OBJECT_H
#define MEDIA2FACE_GODOT_OBJECT_H

#include "godot.h"
#include "library.h"

/** Every object begins with this. It is zeros when it is made. */
struct object {
    /** Text of the last failure, or empty. */
    char error[2048];
};

struct runtime {
    struct object object;
    m2f_runtime *handle;
};

struct model {
    struct object object;
    m2f_model *handle;
    uint32_t weight_count;
};

/** A call of a method: its arguments are as many as the class says. */
typedef godot_variant method_function(void *self, godot_variant **arguments);

struct method {
    const char *name;
    int argument_count;
    method_function *call;
};

/** A class as Godot sees it. Its address is its tag. */
struct class {
    const char *name;
    size_t size;
    /** Ends what an object has; or NULL. */
    void (*end)(void *self);
    const struct method *methods;
};

extern const struct class runtime_class, model_class, clip_class, stream_class;
extern const godot_api *godot;

/** The object of a class that a variant has, or NULL: then self has an error. */
void *object_of(const struct class *of, const godot_variant *variant, struct object *self);

/** Keeps the text of a failure; returns 1 for OK, else 0. */
int succeeded(struct object *self, m2f_status status);
/** The same for a text of our own; returns 0. */
int failed(struct object *self, const char *text);

godot_variant nothing(void);
godot_variant truth(int value);
godot_variant integer(int64_t value);
godot_variant real(double value);
godot_variant text(const char *utf8);
/** A PoolRealArray; NULL makes an empty one. */
godot_variant reals(const float *values, size_t count);
/** A PoolStringArray of count names that a function of a model reads. */
godot_variant names(const m2f_model *model, uint32_t count,
    m2f_status (*name)(const m2f_model *, uint32_t, char *, size_t, size_t *));

/** UTF-8 that ends with text_end. */
struct text {
    godot_char_string chars;
    const char *utf8;
};
struct text text_begin(const godot_variant *variant);
void text_end(struct text *text);

/** Sound of a PoolRealArray (floats, interleaved), a PoolVector2Array (floats, two channels) or a PoolByteArray (i16, interleaved). */
struct sound {
    int type;
    godot_pool pool;
    godot_access *access;
    const float *floats;
    const int16_t *integers;
    /** Values of all channels. */
    size_t count;
};
/** Returns 0 with an error where the variant is none of them, or holds no whole frames of so many channels. */
int sound_begin(struct sound *sound, const godot_variant *variant, uint32_t channels, struct object *self);
void sound_end(struct sound *sound);

#endif
