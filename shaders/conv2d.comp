#version 460
// 3×3 convolution over a map, zero padding 1: out = act(conv(x) + bias + add). CPU twin: src/backend/cpu/conv2d.rs.
// On a doubled map a group is one of the four places in a source texel: the 3×3 kernel falls on 2×2 sources there.
#extension GL_GOOGLE_include_directive : require

layout(constant_id = 6) const bool DOUBLED = false;

#include "lib/product.glsl"
#include "lib/product_engine.glsl"

uint source(uint row, uint tap, uint group)
{
    uvec2 at = uvec2(row % out_cols, row / out_cols);
    uvec2 from = DOUBLED ? at + uvec2(tap % 2 + group % 2, tap / 2 + group / 2) : at * stride + uvec2(tap % 3, tap / 3);
    if (from.x < 1 || from.y < 1 || from.x > source_cols || from.y > source_rows)
        return NOWHERE;
    return ((from.y - 1) * source_cols + from.x - 1) * x_row;
}

uvec2 target(uint row, uint group)
{
    if (!DOUBLED)
        return uvec2(row, 0);
    uvec2 at = uvec2(row % out_cols, row / out_cols) * 2 + uvec2(group % 2, group / 2);
    return uvec2(at.y * 2 * out_cols + at.x, 0);
}
