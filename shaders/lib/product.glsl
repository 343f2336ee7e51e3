// Products of rows with a weight: what linear.comp, conv1d.comp and conv2d.comp share.
//
//   out[m, n] = act(Σ_tap Σ_i x[source(m, tap), i]·weight[n, tap, i] + bias[n] (+ add)) (+ add)
//
// A convolution is a product whose rows lie at another place for every tap. The file that includes this says where:
//
//   uint source(uint row, uint tap, uint group)   elements from an item's start to the row a tap reads, or NOWHERE
//   uvec2 target(uint row, uint group)            row and first column that a row of the product is written to
//
// Weights are halves, [group, columns padded to 64, tap, channels padded to 8]; sums are f32. Three engines:
// product_register.glsl for processors, product_tile.glsl for devices, product_matrix.glsl for cooperative matrices.

#include "lib/view.glsl"
#include "lib/activation.glsl"

layout(constant_id = 1) const bool X_HALF = false;
layout(constant_id = 2) const bool ADD_HALF = false;
layout(constant_id = 3) const bool OUT_HALF = false;
layout(constant_id = 4) const uint ACTIVATION = 0;
// Rows of x can be read four values at a time.
layout(constant_id = 5) const bool VECTOR = false;

layout(push_constant) uniform Params
{
    uint items;
    uint rows;
    uint cols;
    uint inputs;
    // Channels of a tap in the weight, and halves of a group.
    uint depth;
    uint group_weight;
    uint taps;
    VIEW_PARAMS(x);
    VIEW_PARAMS(add);
    VIEW_PARAMS(out);
    uint has_bias;
    // 0 nothing is added, 1 before the activation, 2 after it.
    uint add_mode;
    // First row of each item that this call computes, and the row of x that its binding begins with.
    uint first_row;
    uint first_source;
    // The line or map that x is.
    uint source_rows;
    uint source_cols;
    uint out_cols;
    uint stride;
    uint pad;
    uint dilation;
};

VIEW(0, readonly, x, X_HALF)
VIEW_F16(1, weight)
VIEW_F32(2, readonly, bias)
VIEW(3, readonly, add, ADD_HALF)
VIEW(4, writeonly, out, OUT_HALF)

const uint NOWHERE = 0xffffffffu;

uint source(uint row, uint tap, uint group);
uvec2 target(uint row, uint group);

// Channels i..i+4 of x from an element on; zero past the last channel and where there is no source.
vec4 load_channels(uint start, uint i)
{
    if (start == NOWHERE)
        return vec4(0.0);
    if (VECTOR)
        return load4_x(start + i);
    vec4 values = vec4(0.0);
    for (uint c = 0; c < 4; ++c)
        if (i + c < inputs)
            values[c] = load_x(start + i + c);
    return values;
}

// Where row m of the product begins in x for a tap, m counted over all items.
uint source_of(uint m, uint tap, uint group)
{
    uint row = source(first_row + m % rows, tap, group);
    return row == NOWHERE ? NOWHERE : x_offset + m / rows * x_batch + row;
}

// Writes up to four neighbouring values of row m of the product, from column n on.
void finish4(uint m, uint n, uint group, vec4 sums)
{
    uint item = m / rows;
    uvec2 place = target(first_row + m % rows, group);
    uint count = min(cols - n, 4);
    uint column = place.y + n;
    uint added = ROW(add, item, place.x) + column;
    uint to = ROW(out, item, place.x) + column;
    if (has_bias != 0)
        for (uint c = 0; c < count; ++c)
            sums[c] += load_bias(column + c);
    if (add_mode == 1)
        for (uint c = 0; c < count; ++c)
            sums[c] += load_add(added + c);
    sums = activate(ACTIVATION, sums);
    if (add_mode == 2)
        for (uint c = 0; c < count; ++c)
            sums[c] += load_add(added + c);
    for (uint c = 0; c < count; ++c)
        store_out(to + c, sums[c]);
}
