#version 460
#extension GL_GOOGLE_include_directive : require

// out = act((x − mean)/√(var + eps)·weight + bias) over the columns of each row, population variance.
// CPU twin: src/backend/cpu/layer_norm.rs. One workgroup for a row, which it holds in registers: it is read once, the
// mean comes before the squares of the deviations, and out may be x.

#include "lib/view.glsl"
#include "lib/vector.glsl"
#include "lib/reduce.glsl"
#include "lib/activation.glsl"

layout(constant_id = 2) const uint ACTIVATION = NO_ACTIVATION;
layout(constant_id = 3) const bool X_HALF = false;
layout(constant_id = 4) const bool OUT_HALF = false;
// Vectors of an invocation: as many as cover a row.
layout(constant_id = 5) const uint HELD = 1;

VIEW(0, readonly, x, X_HALF)
VIEW_F32(1, readonly, weight)
VIEW_F32(2, readonly, bias)
VIEW(3, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint cols;
    float eps;
    VIEW_PARAMS(x);
    VIEW_PARAMS(out);
};

// Column of the n-th vector of this invocation.
uint column(uint n)
{
    return (n * gl_WorkGroupSize.x + gl_LocalInvocationID.x) * LANES;
}

void normalise(uint from, uint to)
{
    vec4 held[HELD];
    float sum = 0.0;
    for (uint n = 0; n < HELD; ++n) {
        held[n] = column(n) < cols ? LOAD(x, from + column(n)) : vec4(0.0);
        sum += sum_of_lanes(held[n]);
    }
    float mean = workgroup_sum(sum) / float(cols);

    float squares = 0.0;
    for (uint n = 0; n < HELD; ++n) {
        held[n] -= mean;
        if (column(n) < cols)
            squares += sum_of_lanes(held[n] * held[n]);
    }
    float scale = inversesqrt(workgroup_sum(squares) / float(cols) + eps);

    for (uint n = 0; n < HELD; ++n) {
        if (column(n) < cols) {
            vec4 y = held[n] * (scale * LOAD(weight, column(n))) + LOAD(bias, column(n));
            STORE(out, to + column(n), activate(ACTIVATION, y));
        }
    }
}

void main()
{
    for (uint row = gl_WorkGroupID.x; row < batch * rows; row += gl_NumWorkGroups.x)
        normalise(ROW(x, row / rows, row % rows), ROW(out, row / rows, row % rows));
}
