/*
 * Media2FaceRuntime, what computes, and Media2FaceModel, a pack that it has opened.
 */
#include "object.h"

#include <stdio.h>
#include <string.h>

static godot_variant runtime_open(void *self, godot_variant **arguments)
{
    struct runtime *runtime = self;
    m2f_runtime_options options;
    struct text path = text_begin(arguments[0]);
    const int64_t threads = godot->variant_as_int(arguments[1]);
    int done = library_load(path.utf8, runtime->object.error, sizeof runtime->object.error);
    text_end(&path);
    if (!done || !succeeded(&runtime->object, library.m2f_runtime_options_init(&options, sizeof options))) return truth(0);
    options.thread_count = threads < 0 ? M2F_THREADS_AUTO : (uint32_t)threads;
    options.backend = M2F_BACKEND_CPU;
    library.m2f_runtime_destroy(runtime->handle);
    runtime->handle = NULL;
    return truth(succeeded(&runtime->object, library.m2f_runtime_create(&options, &runtime->handle)));
}

static int runtime_is_open(struct runtime *runtime)
{
    return runtime->handle || failed(&runtime->object, "the runtime is not open");
}

static godot_variant runtime_version(void *self, godot_variant **arguments)
{
    (void)arguments;
    return text(runtime_is_open(self) ? library.m2f_version_string() : "");
}

static godot_variant runtime_backend(void *self, godot_variant **arguments)
{
    struct runtime *runtime = self;
    char name[1024] = "";
    (void)arguments;
    if (runtime_is_open(runtime)) succeeded(&runtime->object, library.m2f_runtime_backend_name(runtime->handle, name, sizeof name, NULL));
    return text(name);
}

/* True when nothing is due any more. */
static godot_variant runtime_step(void *self, godot_variant **arguments)
{
    struct runtime *runtime = self;
    const int64_t budget_ms = godot->variant_as_int(arguments[0]);
    if (!runtime_is_open(runtime)) return truth(0);
    return truth(succeeded(&runtime->object, library.m2f_runtime_step(runtime->handle, (uint32_t)budget_ms)));
}

/* The oldest waiting message, or an empty text. */
static godot_variant runtime_next_log(void *self, godot_variant **arguments)
{
    struct runtime *runtime = self;
    char line[4096];
    uint32_t level;
    (void)arguments;
    if (!runtime_is_open(runtime)) return text("");
    if (library.m2f_runtime_next_log(runtime->handle, &level, line, sizeof line, NULL) != M2F_STATUS_OK) return text("");
    return text(line);
}

static void runtime_end(void *self)
{
    struct runtime *runtime = self;
    if (runtime->handle) library.m2f_runtime_destroy(runtime->handle);
}

static const struct method runtime_methods[] = {
    {"open", 2, runtime_open},
    {"version", 0, runtime_version},
    {"backend", 0, runtime_backend},
    {"step", 1, runtime_step},
    {"next_log", 0, runtime_next_log},
    {NULL, 0, NULL},
};

const struct class runtime_class = {"Media2FaceRuntime", sizeof(struct runtime), runtime_end, runtime_methods};

/* A pack by its path, or its bytes: in an exported game it may be inside the game's own pack. */
static godot_variant model_open(void *self, godot_variant **arguments)
{
    struct model *model = self;
    m2f_model_options options;
    struct runtime *runtime = object_of(&runtime_class, arguments[0], &model->object);
    m2f_status status;
    if (!runtime) return truth(0);
    if (!runtime->handle) return truth(failed(&model->object, "the runtime is not open"));
    if (!succeeded(&model->object, library.m2f_model_options_init(&options, sizeof options))) return truth(0);
    library.m2f_model_destroy(model->handle);
    model->handle = NULL;
    if (godot->variant_get_type(arguments[1]) == GODOT_BYTES) {
        godot_pool pool = godot->variant_as_pool_byte_array(arguments[1]);
        godot_access *access = godot->pool_byte_array_read(&pool);
        options.data = godot->pool_byte_array_read_access_ptr(access);
        options.data_size = (uint64_t)godot->pool_byte_array_size(&pool);
        status = library.m2f_model_create(runtime->handle, &options, &model->handle);
        godot->pool_byte_array_read_access_destroy(access);
        godot->pool_byte_array_destroy(&pool);
    } else {
        struct text path = text_begin(arguments[1]);
        options.path = path.utf8;
        status = library.m2f_model_create(runtime->handle, &options, &model->handle);
        text_end(&path);
    }
    return truth(succeeded(&model->object, status)
        && succeeded(&model->object, library.m2f_model_weight_count(model->handle, &model->weight_count)));
}

static int model_is_open(struct model *model)
{
    return model->handle || failed(&model->object, "the model is not open");
}

static godot_variant model_fps(void *self, godot_variant **arguments)
{
    struct model *model = self;
    float fps = 0;
    (void)arguments;
    if (model_is_open(model)) succeeded(&model->object, library.m2f_model_fps(model->handle, &fps));
    return real(fps);
}

static godot_variant model_weight_names(void *self, godot_variant **arguments)
{
    struct model *model = self;
    (void)arguments;
    return names(model->handle, model_is_open(model) ? model->weight_count : 0, library.m2f_model_weight_name);
}

/* In, out, up, down: how far a look weight of 1 turns an eye, radians. */
static godot_variant model_eye_range_rad(void *self, godot_variant **arguments)
{
    struct model *model = self;
    float range[4] = {0};
    (void)arguments;
    if (model_is_open(model)) succeeded(&model->object, library.m2f_model_read_eye_range_rad(model->handle, range, 4, NULL));
    return reals(range, 4);
}

static godot_variant model_identity_names(void *self, godot_variant **arguments)
{
    struct model *model = self;
    uint32_t count = 0;
    (void)arguments;
    if (model_is_open(model)) succeeded(&model->object, library.m2f_model_identity_count(model->handle, &count));
    return names(model->handle, count, library.m2f_model_identity_name);
}

static void model_end(void *self)
{
    struct model *model = self;
    if (model->handle) library.m2f_model_destroy(model->handle);
}

static const struct method model_methods[] = {
    {"open", 2, model_open},
    {"fps", 0, model_fps},
    {"weight_names", 0, model_weight_names},
    {"eye_range_rad", 0, model_eye_range_rad},
    {"identity_names", 0, model_identity_names},
    {NULL, 0, NULL},
};

const struct class model_class = {"Media2FaceModel", sizeof(struct model), model_end, model_methods};
