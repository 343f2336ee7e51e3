#version 460
#extension GL_GOOGLE_include_directive : require

// out[b] = Σ_k weights[k·B + b, row, 0]·x[k·B + b, row], terms in order of k.
// CPU twin: src/backend/cpu/combine.rs. One invocation for four columns, or one, which it reads in all branches before it
// writes: out may be one of the branches.

#include "lib/view.glsl"
#include "lib/element.glsl"

layout(constant_id = 2) const bool X_HALF = false;
layout(constant_id = 3) const bool WEIGHTS_HALF = false;
layout(constant_id = 4) const bool OUT_HALF = false;

VIEW(0, readonly, x, X_HALF)
VIEW(1, readonly, weights, WEIGHTS_HALF)
VIEW(2, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint cols;
    uint branches;
    VIEW_PARAMS(x);
    VIEW_PARAMS(weights);
    VIEW_PARAMS(out);
};

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < elements(batch, rows, cols); i += all_invocations()) {
        Element at = element(i, rows, cols);
        vec4 sum = vec4(0.0);
        for (uint b = at.batch; b < branches * batch; b += batch)
            sum += load_weights(ROW(weights, b, at.row)) * LOAD(x, ROW(x, b, at.row) + at.col);
        STORE(out, ROW(out, at.batch, at.row) + at.col, sum);
    }
}
