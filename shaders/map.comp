#version 460
#extension GL_GOOGLE_include_directive : require

// out = act(x); with no activation a copy.
// CPU twin: src/backend/cpu/map.rs. One invocation for four columns, or one.

#include "lib/view.glsl"
#include "lib/element.glsl"
#include "lib/activation.glsl"

layout(constant_id = 2) const uint ACTIVATION = NO_ACTIVATION;
layout(constant_id = 3) const bool X_HALF = false;
layout(constant_id = 4) const bool OUT_HALF = false;

VIEW(0, readonly, x, X_HALF)
VIEW(1, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint cols;
    VIEW_PARAMS(x);
    VIEW_PARAMS(out);
};

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < elements(batch, rows, cols); i += all_invocations()) {
        Element at = element(i, rows, cols);
        vec4 y = activate(ACTIVATION, LOAD(x, ROW(x, at.batch, at.row) + at.col));
        STORE(out, ROW(out, at.batch, at.row) + at.col, y);
    }
}
