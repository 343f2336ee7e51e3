#version 460
#extension GL_GOOGLE_include_directive : require

// out[b, v] = Σ_k weight[v, k]·x[b, index[v, k]], terms in order of k.
// CPU twin: src/backend/cpu/gather.rs. One invocation for four columns of a vertex, or one. The rows of the list were
// checked against x when the plan was compiled.

#include "lib/view.glsl"
#include "lib/element.glsl"

layout(constant_id = 2) const bool X_HALF = false;
layout(constant_id = 3) const bool OUT_HALF = false;

VIEW(0, readonly, x, X_HALF)
ARRAY(1, readonly, uint, index)
VIEW_F32(2, readonly, weight)
VIEW(3, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint cols;
    uint terms;
    VIEW_PARAMS(x);
    VIEW_PARAMS(out);
};

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < elements(batch, rows, cols); i += all_invocations()) {
        Element at = element(i, rows, cols);
        vec4 sum = vec4(0.0);
        for (uint k = at.row * terms; k < (at.row + 1) * terms; ++k)
            sum += load_weight(k) * LOAD(x, ROW(x, at.batch, index[k]) + at.col);
        STORE(out, ROW(out, at.batch, at.row) + at.col, sum);
    }
}
