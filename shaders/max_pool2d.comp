#version 460
#extension GL_GOOGLE_include_directive : require

// out[y, x, c] = the largest of x[2y, 2x, c] and its three neighbours to the right and below.
// CPU twin: src/backend/cpu/max_pool2d.rs. One invocation for four channels of a texel, or one.

#include "lib/view.glsl"
#include "lib/element.glsl"

layout(constant_id = 2) const bool X_HALF = false;
layout(constant_id = 3) const bool OUT_HALF = false;

VIEW(0, readonly, x, X_HALF)
VIEW(1, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint cols;
    uint source_cols;
    VIEW_PARAMS(x);
    VIEW_PARAMS(out);
};

void main()
{
    uint out_cols = source_cols / 2;
    for (uint e = gl_GlobalInvocationID.x; e < elements(batch, rows, cols); e += all_invocations()) {
        Element at = element(e, rows, cols);
        uint first = at.row / out_cols * 2 * source_cols + at.row % out_cols * 2;
        uint next = first + source_cols;
        vec4 upper = max(LOAD(x, ROW(x, at.batch, first) + at.col), LOAD(x, ROW(x, at.batch, first + 1) + at.col));
        vec4 lower = max(LOAD(x, ROW(x, at.batch, next) + at.col), LOAD(x, ROW(x, at.batch, next + 1) + at.col));
        STORE(out, ROW(out, at.batch, at.row) + at.col, max(upper, lower));
    }
}
