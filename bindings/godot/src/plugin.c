/*
 * Where Godot meets the binding: it hands over its functions, and takes the classes.
 */
#include "object.h"

#include <stdio.h>
#include <stdlib.h>

const godot_api *godot;
static const godot_nativescript_api *scripts;
static const godot_nativescript_1_1_api *tags;

GODOT_EXPORT void godot_gdnative_init(godot_options *options);
GODOT_EXPORT void godot_gdnative_terminate(void *options);
GODOT_EXPORT void godot_nativescript_init(void *handle);

void godot_gdnative_init(godot_options *options)
{
    unsigned int at;
    godot = options->api;
    for (at = 0; at < godot->extension_count; at++) {
        const godot_table *table = godot->extensions[at];
        if (table->type != GODOT_NATIVESCRIPT) continue;
        scripts = (const godot_nativescript_api *)(const void *)table;
        if (table->next) tags = (const godot_nativescript_1_1_api *)(const void *)table->next;
    }
}

void godot_gdnative_terminate(void *options)
{
    (void)options;
    godot = NULL;
    scripts = NULL;
    tags = NULL;
}

static void *create(godot_object *instance, void *data)
{
    const struct class *of = data;
    (void)instance;
    return calloc(1, of->size);
}

static void destroy(godot_object *instance, void *data, void *self)
{
    const struct class *of = data;
    (void)instance;
    if (self && of->end) of->end(self);
    free(self);
}

static godot_variant call(godot_object *instance, void *data, void *self, int count, godot_variant **arguments)
{
    const struct method *method = data;
    struct object *object = self;
    (void)instance;
    if (!self) return nothing();
    if (count != method->argument_count) {
        snprintf(object->error, sizeof object->error, "%s takes %d arguments, not %d", method->name, method->argument_count, count);
        return nothing();
    }
    return method->call(self, arguments);
}

/* Text of the last failure; every class has it. */
static godot_variant error(void *self, godot_variant **arguments)
{
    (void)arguments;
    return text(((struct object *)self)->error);
}

static const struct method error_method = {"error", 0, error};

static void add_method(void *handle, const struct class *of, const struct method *method)
{
    const godot_attributes attributes = {0};
    const godot_method registered = {call, (void *)(uintptr_t)method, NULL};
    scripts->register_method(handle, of->name, method->name, attributes, registered);
}

static void add_class(void *handle, const struct class *of)
{
    const godot_creator creator = {create, (void *)(uintptr_t)of, NULL};
    const godot_destroyer destroyer = {destroy, (void *)(uintptr_t)of, NULL};
    const struct method *method;
    scripts->register_class(handle, of->name, "Reference", creator, destroyer);
    tags->set_type_tag(handle, of->name, of);
    for (method = of->methods; method->name; method++) add_method(handle, of, method);
    add_method(handle, of, &error_method);
}

void godot_nativescript_init(void *handle)
{
    if (!scripts || !tags) return; /* Godot 3.0, where no object can be told from another */
    add_class(handle, &runtime_class);
    add_class(handle, &model_class);
    add_class(handle, &clip_class);
    add_class(handle, &stream_class);
}

void *object_of(const struct class *of, const godot_variant *variant, struct object *self)
{
    godot_object *object = godot->variant_get_type(variant) == GODOT_OBJECT ? godot->variant_as_object(variant) : NULL;
    if (object && tags->get_type_tag(object) == of) return scripts->get_userdata(object);
    snprintf(self->error, sizeof self->error, "a %s is needed", of->name);
    return NULL;
}
