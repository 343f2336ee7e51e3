// Columns by fours where offsets, strides and counts are multiples of four, one by one elsewhere.
//
// A kernel loads and stores a vec4 either way; without FOUR only its first lane counts.

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool FOUR = false;

const uint LANES = FOUR ? 4 : 1;

#define LOAD(NAME, I) (FOUR ? load4_##NAME(I) : vec4(load_##NAME(I)))

#define STORE(NAME, I, VALUE)                 \
    do {                                      \
        if (FOUR)                             \
            store4_##NAME(I, VALUE);          \
        else                                  \
            store_##NAME(I, (VALUE).x);       \
    } while (false)

// Sum of the lanes that count.
float sum_of_lanes(vec4 x)
{
    return FOUR ? (x.x + x.y) + (x.z + x.w) : x.x;
}
