#version 460
#extension GL_GOOGLE_include_directive : require

// out[b, f] = x[b, low]·(1 − part) + x[b, min(low + 1, T − 1)]·part, where (low, part) is row f of positions.
// CPU twin: src/backend/cpu/interpolate.rs. One invocation for four columns, or one. Positions are f32 always: halves
// do not count past 2048.

#include "lib/view.glsl"
#include "lib/element.glsl"

layout(constant_id = 2) const bool X_HALF = false;
layout(constant_id = 3) const bool OUT_HALF = false;

VIEW(0, readonly, x, X_HALF)
VIEW_F32(1, readonly, positions)
VIEW(2, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint cols;
    uint x_rows;
    VIEW_PARAMS(x);
    VIEW_PARAMS(positions);
    VIEW_PARAMS(out);
};

void main()
{
    uint last = x_rows - 1;
    for (uint i = gl_GlobalInvocationID.x; i < elements(batch, rows, cols); i += all_invocations()) {
        Element at = element(i, rows, cols);
        uint position = ROW(positions, 0, at.row);
        uint low = uint(clamp(load_positions(position), 0.0, float(last)));
        float part = load_positions(position + 1);
        vec4 from = LOAD(x, ROW(x, at.batch, low) + at.col);
        vec4 to = LOAD(x, ROW(x, at.batch, min(low + 1, last)) + at.col);
        STORE(out, ROW(out, at.batch, at.row) + at.col, from * (1.0 - part) + to * part);
    }
}
