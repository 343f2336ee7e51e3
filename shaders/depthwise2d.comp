#version 460
#extension GL_GOOGLE_include_directive : require

// out[y, x, c] = bias[c] + Σ weight[c, i, j]·x[y·stride + i − pad, x·stride + j − pad, c]; texels outside the map are zero.
// CPU twin: src/backend/cpu/depthwise2d.rs. One invocation for four channels of a texel, or one. The weight is K·K rows of
// channels.

#include "lib/view.glsl"
#include "lib/element.glsl"

layout(constant_id = 2) const bool X_HALF = false;
layout(constant_id = 3) const bool OUT_HALF = false;

VIEW(0, readonly, x, X_HALF)
VIEW_F32(1, readonly, weight)
VIEW_F32(2, readonly, bias)
VIEW(3, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint cols;
    uint source_rows;
    uint source_cols;
    uint kernel;
    uint stride;
    uint pad;
    VIEW_PARAMS(x);
    VIEW_PARAMS(out);
};

void main()
{
    uint out_cols = (source_cols + stride - 1) / stride;
    for (uint e = gl_GlobalInvocationID.x; e < elements(batch, rows, cols); e += all_invocations()) {
        Element at = element(e, rows, cols);
        // Of the kernel's first texel; what lies before the map is past its end, too.
        uint top = at.row / out_cols * stride - pad;
        uint left = at.row % out_cols * stride - pad;
        vec4 sum = LOAD(bias, at.col);
        for (uint i = 0; i < kernel; ++i)
            for (uint j = 0; j < kernel; ++j)
                if (top + i < source_rows && left + j < source_cols) {
                    vec4 value = LOAD(x, ROW(x, at.batch, (top + i) * source_cols + left + j) + at.col);
                    sum = fma(value, LOAD(weight, (i * kernel + j) * cols + at.col), sum);
                }
        STORE(out, ROW(out, at.batch, at.row) + at.col, sum);
    }
}
