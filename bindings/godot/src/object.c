#include "object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int succeeded(struct object *self, m2f_status status)
{
    if (status == M2F_STATUS_OK) return 1;
    snprintf(self->error, sizeof self->error, "%s: %s", library.m2f_status_name(status), library.m2f_last_error());
    return 0;
}

int failed(struct object *self, const char *text)
{
    snprintf(self->error, sizeof self->error, "%s", text);
    return 0;
}

godot_variant nothing(void)
{
    godot_variant variant;
    godot->variant_new_nil(&variant);
    return variant;
}

godot_variant truth(int value)
{
    godot_variant variant;
    godot->variant_new_bool(&variant, value != 0);
    return variant;
}

godot_variant integer(int64_t value)
{
    godot_variant variant;
    godot->variant_new_int(&variant, value);
    return variant;
}

godot_variant real(double value)
{
    godot_variant variant;
    godot->variant_new_real(&variant, value);
    return variant;
}

godot_variant text(const char *utf8)
{
    godot_variant variant;
    godot_string string = godot->string_chars_to_utf8(utf8);
    godot->variant_new_string(&variant, &string);
    godot->string_destroy(&string);
    return variant;
}

godot_variant reals(const float *values, size_t count)
{
    godot_variant variant;
    godot_pool pool;
    godot->pool_real_array_new(&pool);
    if (values && count) {
        godot_access *access;
        godot->pool_real_array_resize(&pool, (int)count);
        access = godot->pool_real_array_write(&pool);
        memcpy(godot->pool_real_array_write_access_ptr(access), values, count * sizeof *values);
        godot->pool_real_array_write_access_destroy(access);
    }
    godot->variant_new_pool_real_array(&variant, &pool);
    godot->pool_real_array_destroy(&pool);
    return variant;
}

godot_variant names(const m2f_model *model, uint32_t count, m2f_status (*name)(const m2f_model *, uint32_t, char *, size_t, size_t *))
{
    godot_variant variant;
    godot_pool pool;
    char utf8[1024];
    uint32_t at;
    godot->pool_string_array_new(&pool);
    for (at = 0; at < count && name(model, at, utf8, sizeof utf8, NULL) == M2F_STATUS_OK; at++) {
        godot_string string = godot->string_chars_to_utf8(utf8);
        godot->pool_string_array_append(&pool, &string);
        godot->string_destroy(&string);
    }
    godot->variant_new_pool_string_array(&variant, &pool);
    godot->pool_string_array_destroy(&pool);
    return variant;
}

struct text text_begin(const godot_variant *variant)
{
    struct text text;
    godot_string string = godot->variant_as_string(variant);
    text.chars = godot->string_utf8(&string);
    text.utf8 = godot->char_string_get_data(&text.chars);
    if (!text.utf8) text.utf8 = "";
    godot->string_destroy(&string);
    return text;
}

void text_end(struct text *text)
{
    godot->char_string_destroy(&text->chars);
}

int sound_begin(struct sound *sound, const godot_variant *variant, uint32_t channels, struct object *self)
{
    memset(sound, 0, sizeof *sound);
    sound->type = godot->variant_get_type(variant);
    switch (sound->type) {
    case GODOT_REALS:
        sound->pool = godot->variant_as_pool_real_array(variant);
        sound->count = (size_t)godot->pool_real_array_size(&sound->pool);
        sound->access = godot->pool_real_array_read(&sound->pool);
        sound->floats = godot->pool_real_array_read_access_ptr(sound->access);
        break;
    case GODOT_VECTORS2:
        sound->pool = godot->variant_as_pool_vector2_array(variant);
        sound->count = 2 * (size_t)godot->pool_vector2_array_size(&sound->pool);
        sound->access = godot->pool_vector2_array_read(&sound->pool);
        sound->floats = godot->pool_vector2_array_read_access_ptr(sound->access);
        break;
    case GODOT_BYTES:
        sound->pool = godot->variant_as_pool_byte_array(variant);
        sound->count = (size_t)godot->pool_byte_array_size(&sound->pool) / sizeof *sound->integers;
        sound->access = godot->pool_byte_array_read(&sound->pool);
        sound->integers = (const int16_t *)(const void *)godot->pool_byte_array_read_access_ptr(sound->access);
        break;
    default:
        return failed(self, "sound is a PoolRealArray, a PoolVector2Array of two channels, or a PoolByteArray of 16-bit samples");
    }
    if (sound->count % channels == 0) return 1;
    sound_end(sound);
    return failed(self, "the number of samples is not a multiple of the number of channels");
}

void sound_end(struct sound *sound)
{
    switch (sound->type) {
    case GODOT_REALS:
        godot->pool_real_array_read_access_destroy(sound->access);
        godot->pool_real_array_destroy(&sound->pool);
        break;
    case GODOT_VECTORS2:
        godot->pool_vector2_array_read_access_destroy(sound->access);
        godot->pool_vector2_array_destroy(&sound->pool);
        break;
    case GODOT_BYTES:
        godot->pool_byte_array_read_access_destroy(sound->access);
        godot->pool_byte_array_destroy(&sound->pool);
        break;
    default:
        break;
    }
    sound->type = GODOT_NIL;
}
