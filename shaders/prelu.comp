#version 460
#extension GL_GOOGLE_include_directive : require

// v = x + add, out = max(v, 0) + slope·min(v, 0); add has the first add_cols of the columns.
// CPU twin: src/backend/cpu/prelu.rs. One invocation for four columns, or one.

#include "lib/view.glsl"
#include "lib/element.glsl"

layout(constant_id = 2) const bool X_HALF = false;
layout(constant_id = 3) const bool ADD_HALF = false;
layout(constant_id = 4) const bool OUT_HALF = false;

VIEW(0, readonly, x, X_HALF)
VIEW(1, readonly, add, ADD_HALF)
VIEW_F32(2, readonly, slope)
VIEW(3, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint cols;
    uint add_cols;
    VIEW_PARAMS(x);
    VIEW_PARAMS(add);
    VIEW_PARAMS(out);
};

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < elements(batch, rows, cols); i += all_invocations()) {
        Element at = element(i, rows, cols);
        vec4 v = LOAD(x, ROW(x, at.batch, at.row) + at.col);
        if (at.col < add_cols)
            v += LOAD(add, ROW(add, at.batch, at.row) + at.col);
        vec4 below = LOAD(slope, at.col) * min(v, 0.0);
        STORE(out, ROW(out, at.batch, at.row) + at.col, max(v, 0.0) + below);
    }
}
