// Strided views of storage buffers: how every kernel reads and writes.
//
// A view is [batch, rows, columns] with contiguous columns. A kernel gives it a binding and accessors with one of the
// macros below, and three words of `Params` with VIEW_PARAMS; ROW(x, b, r) is then the index of its first column.
//
//   VIEW(0, readonly, x, X_HALF)      activations: float, or float16_t where the specialization constant X_HALF is true
//   VIEW_F32(1, readonly, bias)       always float
//   VIEW_F16(2, weight)               always halves, read only: the weights of products
//
//   load_x(i), load4_x(i)             value i; values i..i+4, where i is a multiple of 4
//   store_x(i, y), store4_x(i, y)     of a view that was declared writeonly
//
// With HALF the device has 16-bit storage and arithmetic. Without it, activations are float whatever X_HALF says, and
// halves are unpacked from words.

#ifdef HALF
#extension GL_EXT_shader_16bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#endif

#define VIEW_PARAMS(NAME) \
    uint NAME##_offset;   \
    uint NAME##_batch;    \
    uint NAME##_row

#define ROW(NAME, B, R) (NAME##_offset + (B) * NAME##_batch + (R) * NAME##_row)

// One array over a binding; a binding has one for each type that it may hold.
#define ARRAY(BINDING, ACCESS, TYPE, NAME) \
    layout(set = 0, binding = BINDING, std430) ACCESS buffer NAME##_buffer { TYPE NAME[]; };

#define ARRAYS_F32(BINDING, ACCESS, NAME)      \
    ARRAY(BINDING, ACCESS, float, NAME##_f32)  \
    ARRAY(BINDING, ACCESS, vec4, NAME##_f32x4)

#define VIEW_F32(BINDING, ACCESS, NAME) \
    ARRAYS_F32(BINDING, ACCESS, NAME)   \
    F32_##ACCESS(NAME)

#define F32_readonly(NAME)                                 \
    float load_##NAME(uint i) { return NAME##_f32[i]; }    \
    vec4 load4_##NAME(uint i) { return NAME##_f32x4[i / 4]; }

#define F32_writeonly(NAME)                                              \
    void store_##NAME(uint i, float value) { NAME##_f32[i] = value; }    \
    void store4_##NAME(uint i, vec4 value) { NAME##_f32x4[i / 4] = value; }

#ifdef HALF

#define ARRAYS_F16(BINDING, ACCESS, NAME)         \
    ARRAY(BINDING, ACCESS, float16_t, NAME##_f16) \
    ARRAY(BINDING, ACCESS, f16vec4, NAME##_f16x4)

#define VIEW(BINDING, ACCESS, NAME, IS_HALF) \
    ARRAYS_F32(BINDING, ACCESS, NAME)        \
    ARRAYS_F16(BINDING, ACCESS, NAME)        \
    EITHER_##ACCESS(NAME, IS_HALF)

#define EITHER_readonly(NAME, IS_HALF)                                                             \
    float load_##NAME(uint i) { return IS_HALF ? float(NAME##_f16[i]) : NAME##_f32[i]; }           \
    vec4 load4_##NAME(uint i) { return IS_HALF ? vec4(NAME##_f16x4[i / 4]) : NAME##_f32x4[i / 4]; }

#define EITHER_writeonly(NAME, IS_HALF)            \
    void store_##NAME(uint i, float value)         \
    {                                              \
        if (IS_HALF)                               \
            NAME##_f16[i] = float16_t(value);      \
        else                                       \
            NAME##_f32[i] = value;                 \
    }                                              \
    void store4_##NAME(uint i, vec4 value)         \
    {                                              \
        if (IS_HALF)                               \
            NAME##_f16x4[i / 4] = f16vec4(value);  \
        else                                       \
            NAME##_f32x4[i / 4] = value;           \
    }

#define VIEW_F16(BINDING, NAME)                                 \
    ARRAYS_F16(BINDING, readonly, NAME)                         \
    float load_##NAME(uint i) { return float(NAME##_f16[i]); }  \
    vec4 load4_##NAME(uint i) { return vec4(NAME##_f16x4[i / 4]); }

#else

#define VIEW(BINDING, ACCESS, NAME, IS_HALF) VIEW_F32(BINDING, ACCESS, NAME)

#define VIEW_F16(BINDING, NAME)                                         \
    ARRAY(BINDING, readonly, uint, NAME##_u32)                          \
    ARRAY(BINDING, readonly, uvec2, NAME##_u32x2)                       \
    float load_##NAME(uint i)                                           \
    {                                                                   \
        vec2 pair = unpackHalf2x16(NAME##_u32[i / 2]);                  \
        return (i & 1) == 0 ? pair.x : pair.y;                          \
    }                                                                   \
    vec4 load4_##NAME(uint i)                                           \
    {                                                                   \
        uvec2 words = NAME##_u32x2[i / 4];                              \
        return vec4(unpackHalf2x16(words.x), unpackHalf2x16(words.y));  \
    }

#endif
